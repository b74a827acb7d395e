package check

import (
	"cmp"
	"embed"
	"fmt"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"

	"policygen/internal/finding"
)

// A Rule is one kind of finding: what is wrong, why that matters, and how it looks.
type Rule struct {
	Code     string // "PG201"; stable once released
	Name     string // in words: "workers over the cap"
	Summary  string // one line
	Why      string // a paragraph for who meets the finding
	Severity finding.Severity
	Since    string // version of policygen
	Fixable  bool   // its findings carry an edit where the value stands in the file as it is

	always bool // also without a policy
	find   func(c *context) finding.List
}

// HowFixed says of a fixable rule what becomes of its findings.
const HowFixed = "Where the value stands in the file as it is, and nothing else needs it so, policygen check --format diff has the edit."

// Rules returns all rules by code. Those of invalid policies (PG1xx) are package policy's.
func Rules() []Rule {
	all := slices.Concat(workerRules(), settingRules(), ciRules(), suiteRules(), pluginRules(), ownershipRules(), readingRules())
	slices.SortFunc(all, func(a, b Rule) int { return cmp.Compare(a.Code, b.Code) })
	return all
}

//go:embed examples/*.txtar
var examples embed.FS

// An Example is a small repository that a rule finds something in, or nothing. Its policy is the one of [ExamplePolicy].
type Example struct {
	Why    string // what is bad about it, in a sentence; empty for the good one
	Files  []exampleFile
	Strict bool // the rule speaks under --strict only
}

// An exampleFile is a file of an example, beside those that policygen renders.
type exampleFile struct{ Name, Text string }

// Steps is the name of what is no file but commands that are run one after the other in the example's root after "policygen render".
const Steps = "steps"

// Examples returns the rule's bad example and its good one.
func (r Rule) Examples() (bad, good Example) {
	archive := example(r.Code)
	bad.Why = strings.TrimSpace(string(archive.Comment))
	bad.Strict = strings.Contains(bad.Why, "--strict")
	good.Strict = bad.Strict
	for _, f := range archive.Files {
		side, name, _ := strings.Cut(f.Name, "/")
		to := map[string]*Example{"bad": &bad, "good": &good}[side]
		to.Files = append(to.Files, exampleFile{name, string(f.Data)})
	}
	return bad, good
}

// ExamplePolicy returns the policy that all examples share.
func ExamplePolicy() string { return string(example("policy").Files[0].Data) }

func example(name string) *txtar.Archive {
	text, err := examples.ReadFile("examples/" + name + ".txtar")
	if err != nil {
		panic(fmt.Sprintf("no examples for %s", name))
	}
	return txtar.Parse(text)
}
