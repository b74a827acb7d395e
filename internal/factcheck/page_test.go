package factcheck

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"policygen/policy"
)

const pageFile = "../../docs/facts.md"

const intro = `# Facts

<!-- Written by scripts/verify-facts. Do not edit. -->

What policygen knows about releases of other people's packages, from %s, and what those releases said themselves.

For each edge of an interval the releases on both sides of it are installed and run; where an end is open, the oldest and the newest
release. A suite of one test is enough for most; for crashes it's the suite that the tests of rendered wrappers run too, repeated until the
defect shows. Needs are compared with the metadata of the wheels, and withdrawn releases with what pip says of them. How sure a fact is:

- tested: real runs, below or counted in its text;
- changelog: the project's own change log says so;
- source: read in the tagged sources, or in the metadata of the released wheel.

`

// page returns the text of docs/facts.md.
func page(t *testing.T, facts []policy.Fact, runs []run) string {
	t.Helper()
	var text strings.Builder
	fmt.Fprintf(&text, intro, "`policy/facts.cue` and `policy/sparkless.cue`")
	byPackage := map[string][]policy.Fact{}
	for _, f := range facts {
		byPackage[f.Package] = append(byPackage[f.Package], f)
	}
	text.WriteString("| package | facts | tested | changelog | source | with runs | runs |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n")
	for _, name := range sortedKeys(byPackage) {
		text.WriteString(countsOf(t, name, byPackage[name], runs))
	}
	for _, name := range sortedKeys(byPackage) {
		fmt.Fprintf(&text, "\n## %s\n", name)
		for _, f := range byPackage[name] {
			text.WriteString(entry(f, runsOf(t, f, runs)))
		}
	}
	text.WriteString("\n## Environments\n\nWhat the releases ran with.\n\n")
	text.WriteString(environments(t, facts, runs))
	return text.String()
}

func countsOf(t *testing.T, name string, facts []policy.Fact, runs []run) string {
	t.Helper()
	verified, asked, count := map[string]int{}, 0, 0
	for _, f := range facts {
		verified[f.Verified]++
		if own := len(runsOf(t, f, runs)); own > 0 {
			asked++
			count += own
		}
	}
	return fmt.Sprintf("| %s | %d | %d | %d | %d | %d | %d |\n", name, len(facts), verified["tested"], verified["changelog"], verified["source"], asked, count)
}

// entry is what the page says about a fact.
func entry(f policy.Fact, runs []run) string {
	lines := []string{
		fmt.Sprintf("\n### %s\n", f.ID),
		f.Why + "\n",
		fmt.Sprintf("- %s in `%s`, looked at through %s, %s", kindOf(f), f.In, f.CheckedThrough, f.Verified),
	}
	for _, need := range [...]struct{ title, value string }{
		{"Uses", f.Uses.Flag + f.Uses.Env + f.Uses.Ini + f.Uses.File}, {"Needs", strings.Join(f.Needs, "`, `")}, {"Now", f.To},
	} {
		if need.value != "" {
			lines = append(lines, fmt.Sprintf("- %s: `%s`", need.title, need.value))
		}
	}
	lines = append(lines, "- Sources: "+strings.Join(linked(f.Source), ", "))
	if why := unasked[f.ID]; why != "" {
		lines = append(lines, "- Not run: "+why)
	}
	if len(runs) > 0 {
		lines = append(lines, "- Run: "+answers(runs))
	}
	return strings.Join(lines, "\n") + "\n"
}

func kindOf(f policy.Fact) string {
	if f.Kind == "defect" {
		return "defect (" + f.Severity + ", of " + f.Owner + ")"
	}
	return f.Kind
}

func linked(sources []string) []string {
	var all []string
	for _, s := range sources {
		if strings.HasPrefix(s, "https://") {
			s = "<" + s + ">"
		}
		all = append(all, s)
	}
	return all
}

// answers says what runs answered: "`pytest -n 2`: holds with 1.1, 2.0; doesn't hold with 1.0".
func answers(runs []run) string {
	byAnswer := map[string][]string{}
	for _, r := range runs {
		byAnswer[r.answer] = append(byAnswer[r.answer], r.release)
	}
	var parts []string
	for _, answer := range slices.Backward(sortedKeys(byAnswer)) {
		parts = append(parts, answer+" with "+strings.Join(byAnswer[answer], ", "))
	}
	command, about, _ := strings.Cut(runs[0].what, ": ")
	if command != "metadata" {
		command = "`" + command + "`"
	}
	if about != "" {
		command += " (" + about + ")"
	}
	return command + ": " + strings.Join(parts, "; ")
}

// environments lists what each release ran with, releases with the same companions on one line.
func environments(t *testing.T, facts []policy.Fact, runs []run) string {
	t.Helper()
	releases := map[string][]string{}
	for _, f := range facts {
		for _, r := range runsOf(t, f, runs) {
			if key := f.Package + " | " + r.with; r.with != "pip" && !slices.Contains(releases[key], r.release) {
				releases[key] = append(releases[key], r.release)
			}
		}
	}
	var text strings.Builder
	text.WriteString("| package | with | releases |\n| --- | --- | --- |\n")
	for _, key := range sortedKeys(releases) {
		slices.SortFunc(releases[key], func(a, b string) int { return version(t, a).Compare(version(t, b)) })
		fmt.Fprintf(&text, "| %s | %s |\n", key, strings.Join(releases[key], ", "))
	}
	return text.String()
}

func sortedKeys[V any](m map[string]V) []string {
	var keys []string
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func TestPageIsCurrent(t *testing.T) {
	want := page(t, facts(t), readRuns(t))
	if *update {
		if err := os.WriteFile(pageFile, []byte(want), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(pageFile); err != nil || string(got) != want {
		t.Errorf("%s doesn't say what the facts and %s say (%v); run go test ./internal/factcheck -run TestPageIsCurrent -update", pageFile, runsFile, err)
	}
}
