package policy

import (
	"strings"
	"testing"

	"policygen"
)

func TestNearest(t *testing.T) {
	for _, c := range []struct {
		word       string
		candidates string
		want       string
	}{
		{"robbin", "mock robin pyspark", "robin"},
		{"wrokers", "workers dist env", "workers"},
		{"Robin", "robin", "robin"},
		{"loadfle", "load loadfile loadscope", "loadfile"},
		{"x", "mock robin", ""},
		{"", "a", "a"},
		{"performance", "unit parity", ""},
		{"max", "min max", "max"},
	} {
		if got := nearest(c.word, strings.Fields(c.candidates)); got != c.want {
			t.Errorf("nearest to %q in %s: got %q, want %q", c.word, c.candidates, got, c.want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"a", "", 1}, {"", "abc", 3}, {"abc", "abc", 0}, {"abc", "acb", 1}, {"kitten", "sitting", 3}, {"ca", "abc", 3},
		{strings.Repeat("x", 100), "y", 64},
	} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("from %q to %q: got %d, want %d", c.a, c.b, got, c.want)
		}
		if distance(c.a, c.b) != distance(c.b, c.a) {
			t.Errorf("%q and %q have two distances", c.a, c.b)
		}
	}
}

// TestSchemaWords reads what messages say about each kind of value, so that a comment of the schema that
// doesn't fit into a sentence is noticed.
func TestSchemaWords(t *testing.T) {
	root := parseSchema(policygen.Schema)
	for path, want := range map[string]string{
		"policy.defaults.workers.default":        "a whole number from 0 to 9999",
		"policy.defaults.workers.max":            "a whole number from 1 to 9999",
		"policy.defaults.maxWorkerRestart":       "a whole number from 0 to 999999, but not 1",
		"policy.defaults.workers.detect":         `"auto" or "logical"`,
		"policy.defaults.workers.beyond.flag":    `one of "warn", "clamp", "refuse"`,
		"policy.defaults.timeout":                `a number with a unit, such as "90s", "30m", "1.5h"`,
		"policy.runner.failFast":                 "true or false",
		"policy.runner.workersEnv":               `letters, digits and "_", starting with no digit, such as "TZ"`,
		"policy.project":                         "one line of words, not empty",
		"policy.phases.x.markers":                "one line of words, not empty",
		"policy.facts.x.checkedThrough":          "a PEP 440 version",
		"policy.requires.x.range":                `a PEP 440 version specifier set, such as ">=3.2.1,<4"`,
		"policy.defaults.because.x.review":       `a day as YYYY-MM-DD, such as "2026-07-31"`,
		"policy.phases.x.backends.y.workers.max": "a whole number from 1 to 9999",
		"policy.targets.x.path":                  `a path relative to the project root, with forward slashes and neither "/" nor "-" at its start`,
	} {
		s := root
		for _, name := range strings.Split(path, ".") {
			f := s.lookup(name)
			if f == nil {
				t.Fatalf("%s is not in the schema", path)
			}
			s = f.shape
		}
		if got := s.leaf.String(); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
}

func TestLeafAdmits(t *testing.T) {
	root := parseSchema(policygen.Schema)
	at := func(path string) *leaf {
		s := root
		for _, name := range strings.Split(path, ".") {
			s = s.lookup(name).shape
		}
		return s.leaf
	}
	for path, c := range map[string]struct{ yes, no []any }{
		"policy.defaults.workers.default":  {[]any{int64(0), int64(9999)}, []any{int64(-1), int64(10000), "1", true}},
		"policy.defaults.workers.max":      {[]any{int64(1), int64(9999)}, []any{int64(0), int64(10000)}},
		"policy.defaults.maxWorkerRestart": {[]any{int64(0), int64(2), int64(999999)}, []any{int64(1), int64(-1), int64(1000000)}},
		"policy.runner.failFast":           {[]any{true, false}, []any{"true", int64(1)}},
		"policy.project":                   {[]any{"x", " "}, []any{"", int64(1)}},
		"policy.defaults.timeout":          {[]any{"90s", "1.5h", "0s"}, []any{"", "90", "1d", "-1s", "1h30m", "1.s"}},
		"policy.targets.x.path":            {[]any{"a", "a/b", ".", "a b", "ä"}, []any{"", "/a", "-a", "a\\b", "a\n"}},
		"policy.runner.workersEnv":         {[]any{"A", "_a1"}, []any{"", "1A", "A-B", "A="}},
		"policy.phases.x.markers":          {[]any{"a and b"}, []any{"", "a\nb", "a\x00"}},
	} {
		for _, v := range c.yes {
			if !at(path).admits(v) {
				t.Errorf("%s refuses %v", path, v)
			}
		}
		for _, v := range c.no {
			if at(path).admits(v) {
				t.Errorf("%s admits %v", path, v)
			}
		}
	}
}

// TestSchemaIsDocumented holds every field and definition of the schema to a comment that messages can quote.
func TestSchemaIsDocumented(t *testing.T) {
	var visit func(path string, s *shape, seen map[*shape]bool)
	visit = func(path string, s *shape, seen map[*shape]bool) {
		if s == nil || seen[s] {
			return
		}
		seen[s] = true
		for _, f := range s.fields {
			if f.required && f.doc == "" {
				t.Errorf("%s.%s has no comment", path, f.name)
			}
			visit(path+"."+f.name, f.shape, seen)
		}
		if s.names != nil {
			if s.label.words == "" {
				t.Errorf("the names in %s have no words", path)
			}
			visit(path+".NAME", s.names.shape, seen)
		}
		visit(path+".ITEM", s.element, seen)
		if s.leaf != nil && len(s.leaf.match) > 0 && s.leaf.words == "" {
			t.Errorf("%s has a pattern and no words for it", path)
		}
	}
	visit("", parseSchema(policygen.Schema), map[*shape]bool{})
}
