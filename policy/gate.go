package policy

import (
	"fmt"
	"regexp"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/literal"
	"cuelang.org/go/cue/token"
	"github.com/Masterminds/semver/v3"

	"policygen/internal/finding"
)

// gateField is the field that says which tools may read a policy.
const gateField = "policygen"

// takeGates holds the tool against the gate of every file, before anything else of the policy is looked at:
// a newer policy may be written in ways that an older tool would misread.
// It removes the gates from the trees, since those of two files need not be equal, and returns their ranges.
//
// A pre-release counts as the release that it leads to: who tries 0.3.0-rc.1 wants what 0.3.0 can read.
func takeGates(files []file, tool *semver.Version) ([]string, finding.List) {
	release := *tool
	if r, err := tool.SetPrerelease(""); err == nil {
		release = r
	}
	var ranges []string
	var found finding.List
	for _, f := range files {
		for i, g := range removeGates(&f.tree.Decls) {
			text, problem := checkGate(g, &release, tool)
			switch {
			case i > 0:
				found = append(found, gateFinding(g, "the file says twice which policygen it needs", "keep one of the two lines"))
			case problem != nil:
				found = append(found, *problem)
			default:
				ranges = append(ranges, text)
			}
		}
	}
	return ranges, found
}

// removeGates cuts the gates out of declarations, of those in braces around a whole file too, as JSON has them.
func removeGates(decls *[]ast.Decl) []*ast.Field {
	var gates []*ast.Field
	var others []ast.Decl
	for _, d := range *decls {
		if f, ok := d.(*ast.Field); ok && labelName(f) == gateField {
			gates = append(gates, f)
			continue
		}
		if s := embeddedStruct(d); s != nil {
			gates = append(gates, removeGates(&s.Elts)...)
		}
		others = append(others, d)
	}
	*decls = others
	return gates
}

// embeddedStruct returns the struct that d embeds literally, or nil.
func embeddedStruct(d ast.Decl) *ast.StructLit {
	if e, ok := d.(*ast.EmbedDecl); ok {
		s, _ := e.Expr.(*ast.StructLit)
		return s
	}
	return nil
}

// checkGate returns the range of one gate, or what is wrong with it.
func checkGate(g *ast.Field, release, tool *semver.Version) (string, *finding.Finding) {
	fail := func(message, help string) (string, *finding.Finding) {
		f := gateFinding(g, message, help)
		return "", &f
	}
	lit, ok := g.Value.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return fail("the range of policygen versions must be plain text in quotes on this line", `write policygen: ">=0.1"`)
	}
	text, err := literal.Unquote(lit.Value)
	if err != nil {
		return fail("the range of policygen versions is not plain text", `write policygen: ">=0.1"`)
	}
	constraint, err := semver.NewConstraint(text)
	if err != nil || strings.TrimSpace(text) == "" {
		return fail(quote(text)+" is not a range of versions", `write a range such as ">=0.1" or ">=0.1, <2"`)
	}
	if !constraint.Check(release) {
		return fail(fmt.Sprintf("this policy needs policygen %s; this is policygen %s", text, tool), gateHelp(text, constraint, release))
	}
	return text, nil
}

// gateHelp says what helps where the release is not in the range of a gate: a newer policygen, if there can be one.
func gateHelp(text string, constraint *semver.Constraints, release *semver.Version) string {
	if admitsNewer(text, constraint, release) {
		return "install policygen " + text
	}
	return "this policy is for an older policygen: change this line once you have adapted the policy, or install policygen " + text
}

// numbers finds the versions that a gate names.
var numbers = regexp.MustCompile(`\d+(\.\d+){0,2}`)

// admitsNewer reports whether a range that the release is not in admits a later one. A range that does so has an end there,
// so that it admits a version that it names or the one after it.
func admitsNewer(text string, constraint *semver.Constraints, release *semver.Version) bool {
	for _, number := range numbers.FindAllString(text, -1) {
		v, err := semver.NewVersion(number)
		if err != nil {
			continue
		}
		next := v.IncPatch()
		for _, candidate := range []*semver.Version{v, &next} {
			if candidate.GreaterThan(release) && constraint.Check(candidate) {
				return true
			}
		}
	}
	return false
}

func gateFinding(g *ast.Field, message, help string) finding.Finding {
	at := g.Pos()
	if g.Value != nil {
		at = g.Value.Pos()
	}
	return finding.Finding{Position: position(at), Code: codeGate, Path: gateField, Message: message, Help: help}
}
