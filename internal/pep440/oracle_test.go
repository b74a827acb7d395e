package pep440

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"policygen/internal/testrun"
)

// An oracle collects questions for packaging, which one Python process answers all together.
type oracle struct {
	questions bytes.Buffer
	checks    []func(answer json.RawMessage)
}

// ask adds a question; check is called with the answer when the oracle runs.
func ask[T any](t *testing.T, o *oracle, question map[string]any, check func(answer T)) {
	t.Helper()
	line, err := json.Marshal(question)
	if err != nil {
		t.Fatal(err)
	}
	o.questions.Write(append(line, '\n'))
	o.checks = append(o.checks, func(raw json.RawMessage) {
		var answer T
		if err := json.Unmarshal(raw, &answer); err != nil {
			t.Fatalf("%s: %v in %s", line, err, raw)
		}
		check(answer)
	})
}

// run asks all the questions and checks all the answers.
func (o *oracle) run(t *testing.T) {
	t.Helper()
	cmd := exec.Command(testrun.Python(t, testrun.Newest), "-I", filepath.Join("testdata", "oracle.py"))
	cmd.Stdin = &o.questions
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("asking packaging: %v", err)
	}
	answers := json.NewDecoder(bytes.NewReader(out))
	var version string
	if err := answers.Decode(&version); err != nil {
		t.Fatal(err)
	}
	t.Logf("packaging %s", version)
	for _, check := range o.checks {
		var answer json.RawMessage
		if err := answers.Decode(&answer); err != nil {
			t.Fatal(err)
		}
		check(answer)
	}
}

// membership renders which of the versions are in the set as the oracle does.
func membership(versions []Version, contains func(Version) bool) string {
	b := make([]byte, len(versions))
	for i, v := range versions {
		b[i] = '0' + byte(bit(contains(v)))
	}
	return string(b)
}

func texts(versions []Version) []string {
	s := make([]string, len(versions))
	for i, v := range versions {
		s[i] = v.String()
	}
	return s
}

func TestOracleParse(t *testing.T) {
	g := newGenerator(1)
	pieces := []string{
		"1", "0", "10", "01", ".", "-", "_", "+", "!", "v", "a", "b", "c", "rc", "alpha", "beta", "pre", "preview",
		"post", "rev", "r", "dev", "A", "Post", " ", "\n", "x", "\u00a0", "\x1c", "ſ", "*", "1.0", "1.0.", "2!1", "+l", ".dev1",
	}
	var inputs []string
	for range testrun.Figure(50_000) {
		text := g.spelling(g.version())
		for range g.IntN(4) {
			i := g.IntN(len(text) + 1)
			text = text[:i] + pick(g, pieces...) + text[i:]
		}
		inputs = append(inputs, text)
	}
	var o oracle
	ask(t, &o, map[string]any{"parse": inputs}, func(want []*string) {
		accepted := 0
		for i, text := range inputs {
			v, err := Parse(text)
			switch {
			case want[i] == nil && err == nil:
				t.Errorf("Parse(%q) = %s, packaging refuses it", text, v)
			case want[i] != nil && err != nil:
				t.Errorf("Parse(%q): %v; packaging: %s", text, err, *want[i])
			case want[i] != nil && v.String() != *want[i]:
				t.Errorf("Parse(%q) = %s, packaging: %s", text, v, *want[i])
			}
			accepted += int(bit(err == nil))
		}
		t.Logf("%d texts, %d of them versions", len(inputs), accepted)
	})
	o.run(t)
}

func TestOracleCompare(t *testing.T) {
	g := newGenerator(2)
	var pairs [][2]string
	var versions [][2]Version
	for range testrun.Figure(50_000) {
		v := g.version()
		w := g.around(1, v)[0]
		versions = append(versions, [2]Version{v, w})
		pairs = append(pairs, [2]string{v.String(), w.String()})
	}
	var o oracle
	ask(t, &o, map[string]any{"compare": pairs}, func(want []int) {
		for i, p := range versions {
			if got := p[0].Compare(p[1]); got != want[i] {
				t.Errorf("%s.Compare(%s) = %d, packaging: %d", p[0], p[1], got, want[i])
			}
		}
	})
	o.run(t)
}

func TestOracleParseSpecifiers(t *testing.T) {
	g := newGenerator(3)
	pieces := []string{"=", "<", ">", "~", "!", "===", " ", ",", ".*", "*", "+l", ".", "1", "a1", ";", ")", "v", "(", "\x1c"}
	var inputs []string
	for range testrun.Figure(50_000) {
		text, _ := g.specifiers(g.version())
		for range g.IntN(3) {
			i := g.IntN(len(text) + 1)
			text = text[:i] + pick(g, pieces...) + text[i:]
		}
		inputs = append(inputs, text)
	}
	var o oracle
	ask(t, &o, map[string]any{"valid": inputs}, func(want []bool) {
		for i, text := range inputs {
			if _, err := ParseSpecifiers(text); (err == nil) != want[i] {
				t.Errorf("ParseSpecifiers(%q): %v; packaging accepts it: %t", text, err, want[i])
			}
		}
	})
	o.run(t)
}

func TestOracleContains(t *testing.T) {
	const perSpecifier = 5
	g := newGenerator(4)
	var o oracle
	for range testrun.Figure(100_000) / perSpecifier {
		centre := g.version()
		text, about := g.specifiers(centre)
		if g.chance(5) {
			text += "," + g.clause(arbitrary, pick(g, about...))
		}
		versions := g.around(perSpecifier, append(about, centre)...)
		s := mustSpecifiers(t, text)
		question := map[string]any{"specifiers": text, "versions": texts(versions)}
		ask(t, &o, question, func(want [2]string) {
			for i, prereleases := range [...]bool{true, false} {
				got := membership(versions, func(v Version) bool { return s.Contains(v, prereleases) })
				if got != want[i] {
					t.Errorf("%q contains %s with prereleases %t: %s, packaging: %s", text, texts(versions), prereleases, got, want[i])
				}
			}
		})
	}
	o.run(t)
}

// TestOracleRelations compares set algebra with packaging. Versions up to 26.2 have none, so the sets
// are compared on a pool of versions around all boundaries, to which every witness belongs: whatever
// the sets claim to exist must be there for packaging too, and whatever they deny must not be.
// Where packaging has ranges, its own relations are compared besides.
func TestOracleRelations(t *testing.T) {
	g := newGenerator(5)
	var o oracle
	seen := map[string]int{}
	for range testrun.Figure(20_000) {
		centre := g.version()
		left, aboutLeft := g.specifiers(centre)
		right, aboutRight := g.specifiers(centre)
		r := newRelation(t, left, right)
		r.addPool(t, g.around(40, append(aboutLeft, aboutRight...)...))
		question := map[string]any{"left": left, "right": right, "pool": texts(r.pool)}
		ask(t, &o, question, func(answer []any) {
			r.checkPool(t, answer[0].(string), answer[1].(string))
			if relations, ok := answer[2].([]any); ok {
				r.checkRelations(t, relations)
			}
			r.count(seen)
		})
	}
	o.run(t)
	t.Logf("relations seen: %v", seen)
}

func TestOracleNormalizeName(t *testing.T) {
	g := newGenerator(6)
	var names []string
	for range 1000 {
		name := ""
		for range 1 + g.IntN(8) {
			name += pick(g, "a", "B", "pytest", "XDIST", "-", "_", ".", "0")
		}
		names = append(names, name)
	}
	var o oracle
	ask(t, &o, map[string]any{"names": names}, func(want []string) {
		for i, name := range names {
			if got := NormalizeName(name); got != want[i] {
				t.Errorf("NormalizeName(%q) = %q, packaging: %q", name, got, want[i])
			}
		}
	})
	o.run(t)
}
