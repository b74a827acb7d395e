package pins

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"policygen/internal/pep440"
	"policygen/internal/testrun"
)

// A generator makes requirements and markers out of few pieces, so that they meet often. Its seed is fixed.
type generator struct{ *rand.Rand }

func newGenerator(seed uint64) generator { return generator{rand.New(rand.NewPCG(seed, 508))} }

func (g generator) of(from ...string) string { return from[g.IntN(len(from))] }

func (g generator) chance(percent int) bool { return g.IntN(100) < percent }

// space returns white space that may stand nearly everywhere.
func (g generator) space() string { return g.of("", "", "", " ", "\t", "  ") }

func (g generator) clause() string {
	operator := g.of("==", "!=", ">=", "<=", "<", ">", "~=", "===")
	return operator + g.space() + g.of("3", "3.6", "3.6.1", "4.0rc1", "1!2", "3.*", "3.6.post1", "3.6+l", "3.6.dev0")
}

func (g generator) requirement() string {
	text := g.space() + g.of("pytest", "pytest-xdist", "Pytest_XDIST", "a.b", "x", "zope.interface", "a_", "3to2") + g.space()
	if g.chance(30) {
		text += "[" + g.space() + g.of("", "psutil", "a,b", "a , B_c", "x") + g.space() + "]" + g.space()
	}
	if g.chance(15) {
		text += "@" + g.space() + g.of("https://host.example/a-1.0-py3-none-any.whl", "git+https://host.example/a@b#egg=c;d", "file:///x", "./x") + g.of("", " ")
	} else {
		clauses := []string{}
		for range g.IntN(3) {
			clauses = append(clauses, g.clause())
		}
		text += g.enclosed(strings.Join(clauses, g.space()+","+g.space()))
	}
	if g.chance(30) {
		text += g.space() + ";" + g.space() + g.marker(2)
	}
	return g.broken(text)
}

func (g generator) enclosed(text string) string {
	if g.chance(20) {
		return "(" + g.space() + text + g.space() + ")" + g.space()
	}
	return text
}

// broken puts strange pieces into some texts.
func (g generator) broken(text string) string {
	if g.chance(70) {
		return text
	}
	at := g.IntN(len(text) + 1)
	piece := g.of(",", ";", "(", ")", "[", "]", "@", " ", "-", "_", ".", "==", "<", "\"", "'", "and", "é", "#", "*", "or ", "not ", "in")
	return text[:at] + piece + text[at:]
}

var variables = map[string][]string{
	"python_version":                 {"3.8", "3.9", "3.10", "3.12", "3", "3.9.1", "3.x", "3.*", "2.7", "3.8 3.9"},
	"python_full_version":            {"3.8.0", "3.9", "3.10.1", "3.12.0rc1", "3.9.*", "3"},
	"sys_platform":                   {"linux", "win32", "darwin", "lin", "cygwin linux"},
	"platform_system":                {"Linux", "Windows", "Darwin"},
	"os_name":                        {"posix", "nt"},
	"platform_machine":               {"x86_64", "arm64"},
	"platform_release":               {"5.10", "22.1.0", "x"},
	"platform_version":               {"#1 SMP", "5"},
	"implementation_name":            {"cpython", "pypy"},
	"platform_python_implementation": {"CPython", "PyPy"},
	"implementation_version":         {"3.9.1", "7.3"},
	"extra":                          {"test", "docs-all"},
}

func (g generator) comparison() string {
	if g.chance(8) {
		return fmt.Sprintf("%q %s %s", g.of("test", "dev_x"), g.of("in", "not in"), g.of("extras", "dependency_groups"))
	}
	names := []string{}
	for name := range variables {
		names = append(names, name)
	}
	slices.Sort(names)
	name := g.of(append(names, "python_version", "python_version", "python_full_version", "sys_platform", "sys_platform")...)
	quote := g.of(`"`, "'")
	value := quote + g.of(variables[name]...) + quote
	operator := g.of("==", "==", "!=", "<", "<=", ">", ">=", "in", "not in", "not  in", "~=", "===")
	spaced := g.of(" ", " ", "  ")
	if strings.Trim(operator, "=<>!~") == "" && g.chance(30) {
		spaced = ""
	}
	left, right := name, value
	if g.chance(20) {
		left, right = value, name
	}
	return left + spaced + operator + spaced + right
}

func (g generator) marker(depth int) string {
	if depth == 0 || g.chance(40) {
		return g.comparison()
	}
	text := g.marker(depth - 1)
	for range 1 + g.IntN(2) {
		text += g.of(" and ", " or ") + g.marker(depth-1)
	}
	if g.chance(40) {
		text = "(" + g.space() + text + g.space() + ")"
	}
	return text
}

// askPackaging asks packaging all questions in one process.
func askPackaging(t *testing.T, questions []any) []json.RawMessage {
	t.Helper()
	python := testrun.Python(t, testrun.Newest)
	var in bytes.Buffer
	for _, q := range questions {
		if err := json.NewEncoder(&in).Encode(q); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(python, "-I", filepath.Join("testdata", "oracle.py"))
	cmd.Stdin, cmd.Stderr = &in, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("asking packaging: %v", err)
	}
	lines := bytes.Split(bytes.TrimSpace(out), []byte("\n"))
	if len(lines) != len(questions)+1 {
		t.Fatalf("%d answers to %d questions", len(lines)-1, len(questions))
	}
	t.Logf("packaging %s", lines[0])
	var answers []json.RawMessage
	for _, line := range lines[1:] {
		answers = append(answers, line)
	}
	return answers
}

// commaInText matches what packaging 26.2 refuses and its own SpecifierSet reads: its grammar of requirements takes the comma behind
// "===" for a part of the text, so that "===3,<4" is fine and "===3, <4" is not.
var commaInText = regexp.MustCompile(`===[^ \t;)]*,[ \t]`)

func TestOracleRequirements(t *testing.T) {
	g := newGenerator(1)
	var texts []string
	var questions []any
	for range testrun.Figure(100_000) {
		text := g.requirement()
		texts = append(texts, text)
		questions = append(questions, map[string]string{"requirement": text})
	}
	accepted := 0
	for i, raw := range askPackaging(t, questions) {
		var want []any
		if err := json.Unmarshal(raw, &want); err != nil {
			t.Fatal(err)
		}
		r, err := parseRequirement(texts[i])
		if err == nil && want == nil && commaInText.MatchString(texts[i]) {
			continue
		}
		if (err == nil) != (want != nil) {
			t.Errorf("%q: %v; packaging accepts it: %t", texts[i], err, want != nil)
			continue
		}
		if err != nil {
			continue
		}
		accepted++
		if got := described(r); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %q; packaging: %q", texts[i], got, want)
		}
	}
	t.Logf("%d texts, %d of them requirements", len(texts), accepted)
}

// described returns a requirement as the oracle does.
func described(r requirement) []any {
	extras := slices.Clone(r.extras)
	slices.Sort(extras)
	var clauses []string
	for clause := range strings.SplitSeq(r.specifiers.String(), ",") {
		if clause != "" {
			clauses = append(clauses, clause)
		}
	}
	slices.Sort(clauses)
	return []any{r.name, anyOf(slices.Compact(extras)), anyOf(clauses), r.url, r.marker.root != nil}
}

func anyOf(texts []string) []any {
	list := []any{}
	for _, text := range texts {
		list = append(list, text)
	}
	return list
}

// environment returns an environment that there may be.
func (g generator) environment() map[string]any {
	full := g.of("3.8.0", "3.8.17", "3.9.1", "3.10.0", "3.10.1", "3.12.0", "3.12.0rc1", "3.13.2", "2.7.18")
	parts := strings.SplitN(full, ".", 3)
	system := g.of("Linux", "Windows", "Darwin")
	os := "posix"
	if system == "Windows" {
		os = "nt"
	}
	sets := [][]string{{}, {"test"}, {"dev-x", "test"}}
	return map[string]any{
		"python_version": parts[0] + "." + parts[1], "python_full_version": full, "platform_system": system, "os_name": os,
		"sys_platform":     map[string]string{"Linux": "linux", "Windows": "win32", "Darwin": "darwin"}[system],
		"platform_machine": g.of("x86_64", "arm64"), "platform_release": g.of("5.10", "22.1.0", "5.10-generic"), "platform_version": g.of("#1 SMP", "5"),
		"implementation_name": g.of("cpython", "pypy"), "platform_python_implementation": g.of("CPython", "PyPy"), "implementation_version": g.of("3.9.1", "7.3.0"),
		"extra": g.of("", "test", "docs-all"), "extras": sets[g.IntN(3)], "dependency_groups": sets[g.IntN(3)],
	}
}

// environmentOf returns what is known if everything is.
func environmentOf(env map[string]any) Environment {
	known := Environment{Python: mustSet("==" + env["python_full_version"].(string)), Values: map[string][]string{}}
	for name, value := range env {
		switch v := value.(type) {
		case []string:
			known.Values[name] = v
		case string:
			if !strings.HasPrefix(name, "python_") {
				known.Values[name] = []string{v}
			}
		}
	}
	return known
}

// TestOracleMarkers holds that whatever packaging says of a marker in an environment of which everything is known is said here too,
// that nothing else is claimed in one of which less is known, and that markers that are told disjoint never hold together.
func TestOracleMarkers(t *testing.T) {
	g := newGenerator(2)
	var markers []string
	var environments [][]map[string]any
	var questions []any
	for range testrun.Figure(20_000) {
		text := g.broken(g.marker(3))
		envs := []map[string]any{}
		for range 5 {
			envs = append(envs, g.environment())
		}
		if n := len(environments); n > 0 && len(markers)%2 == 1 {
			envs = environments[n-1] // of the marker before, so that the two can be told to be disjoint
		}
		markers, environments = append(markers, text), append(environments, envs)
		questions = append(questions, map[string]any{"marker": text, "in": envs})
	}
	var c markerCounts
	var before Marker
	var held []*bool
	for i, raw := range askPackaging(t, questions) {
		var want []*bool
		if err := json.Unmarshal(raw, &want); err != nil {
			t.Fatal(err)
		}
		m, err := ParseMarker(markers[i])
		if (err == nil) != (want != nil) {
			t.Errorf("%q: %v; packaging accepts it: %t", markers[i], err, want != nil)
		}
		if err != nil || want == nil {
			before, held = Marker{}, nil
			continue
		}
		for j, env := range environments[i] {
			c.compare(t, m, env, want[j])
		}
		if i%2 == 1 && held != nil {
			c.disjoint(t, before, m, held, want)
		}
		before, held = m, want
	}
	t.Logf("%+v", c)
	if c.known < 1000 || c.partlyKnown < 1000 || c.told < 20 {
		t.Errorf("too few: %+v", c)
	}
}

type markerCounts struct{ known, maybe, partlyKnown, told int }

func (c *markerCounts) compare(t *testing.T, m Marker, env map[string]any, want *bool) {
	t.Helper()
	if want == nil {
		return
	}
	all := environmentOf(env)
	got := m.Holds(all)
	switch {
	case got == Maybe:
		c.maybe++
	case (got == True) != *want:
		t.Errorf("%s: %s in %v; packaging: %t", m, got, env, *want)
	default:
		c.known++
	}
	for name := range all.Values {
		if len(name)%3 == 0 { // some of them
			delete(all.Values, name)
		}
	}
	all.Python = all.Python.Union(mustSet(">=3.9,<3.11"))
	if got := m.Holds(all); got != Maybe {
		c.partlyKnown++
		if (got == True) != *want {
			t.Errorf("%s: %s with less known than %v; packaging: %t", m, got, env, *want)
		}
	}
}

func (c *markerCounts) disjoint(t *testing.T, a, b Marker, holdsA, holdsB []*bool) {
	t.Helper()
	if !Disjoint(a, b) {
		return
	}
	c.told++
	for i := range holdsA {
		if holdsA[i] != nil && holdsB[i] != nil && *holdsA[i] && *holdsB[i] {
			t.Errorf("%s and %s are told to be disjoint, and hold together", a, b)
		}
	}
}

// FuzzRequirement holds that what parses points at its parts, and that an error points into the text.
func FuzzRequirement(f *testing.F) {
	g := newGenerator(3)
	for range 200 {
		f.Add(g.requirement())
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := parseRequirement(text)
		if err != nil {
			if syntax, ok := err.(*syntaxError); !ok || syntax.at < 0 || syntax.at > len(text) {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		specifiers, err := pep440.ParseSpecifiers(text[r.specStart:r.specEnd])
		if err != nil || !specifiers.Set().Equal(r.specifiers.Set()) {
			t.Fatalf("%q: %q are not its specifiers", text, text[r.specStart:r.specEnd])
		}
		if r.url == "" {
			set, err := parseRequirement(text[:r.specStart] + ">=1" + text[r.specEnd:])
			if err != nil || set.specifiers.String() != ">=1" || set.marker.text != r.marker.text {
				t.Fatalf("%q: nothing can be put in place of %q: %v", text, text[r.specStart:r.specEnd], err)
			}
		}
		again, err := ParseMarker(r.marker.String())
		if err != nil || again.text != r.marker.text || Disjoint(r.marker, again) && r.marker.Holds(Environment{}) != False {
			t.Fatalf("%q: the marker %q reads back as %q: %v", text, r.marker, again, err)
		}
	})
}
