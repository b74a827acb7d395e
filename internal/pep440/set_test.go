package pep440

import (
	"strings"
	"testing"

	"policygen/internal/testrun"
)

// parseSet parses the text of [Set.String], which goes beyond specifier sets.
func parseSet(tb testing.TB, text string) Set {
	tb.Helper()
	union := None()
	for part := range strings.SplitSeq(text, " || ") {
		intersection := All()
		for clause := range strings.SplitSeq(part, ",") {
			inner, negated := strings.CutPrefix(clause, "!(")
			set := mustSpecifiers(tb, strings.TrimSuffix(inner, ")")).Set()
			if negated {
				set = set.Complement()
			}
			intersection = intersection.Intersect(set)
		}
		union = union.Union(intersection)
	}
	return union
}

// TestSetIsContains shows on versions around all boundaries that a Set holds what its specifiers
// contain, and that its text, its complement and its witness are true.
func TestSetIsContains(t *testing.T) {
	g := newGenerator(20)
	for range testrun.Figure(40_000) {
		centre := g.version()
		text, about := g.specifiers(centre)
		s := mustSpecifiers(t, text)
		set := s.Set()
		for _, v := range g.around(20, append(about, centre)...) {
			if set.Contains(v) != s.Contains(v, true) {
				t.Fatalf("%q: Set contains %s: %t", text, v, set.Contains(v))
			}
		}
		checkSet(t, set)
		if w, ok := set.witness(); ok && !s.Contains(w, true) {
			t.Fatalf("%q: does not contain its witness %s", text, w)
		}
	}
}

// checkSet checks what must hold for every Set.
func checkSet(tb testing.TB, s Set) {
	tb.Helper()
	for i := 1; i < len(s.cuts); i++ {
		if s.cuts[i-1].compare(s.cuts[i]) >= 0 {
			tb.Fatalf("%s: cuts do not ascend: %v", s, s.cuts)
		}
	}
	complement := s.Complement()
	if !s.disjoint(complement) || !s.Union(complement).Equal(All()) || !complement.Complement().Equal(s) {
		tb.Fatalf("%s: wrong complement %s", s, complement)
	}
	if !parseSet(tb, s.String()).Equal(s) {
		tb.Fatalf("%s is the text of another set: %s", s, parseSet(tb, s.String()))
	}
	w, ok := s.witness()
	if ok == s.IsEmpty() || ok && !s.Contains(w) {
		tb.Fatalf("%s: witness %s, %t", s, w, ok)
	}
	if ok && mustParse(tb, w.String()).Compare(w) != 0 {
		tb.Fatalf("%s: witness %s does not parse", s, w)
	}
}

// TestAlgebra builds nested sets, "===" and local versions among them, and compares every operation
// with its meaning version by version.
func TestAlgebra(t *testing.T) {
	g := newGenerator(21)
	for range testrun.Figure(20_000) {
		centre := g.version()
		sets := []Set{All(), None()}
		about := []Version{centre}
		for range 3 {
			v := g.around(1, centre)[0]
			about = append(about, v)
			sets = append(sets, mustSpecifiers(t, g.clause(pick(g, append(setOperators(), arbitrary)...), v)).Set())
		}
		pool := g.around(15, about...)
		for range 5 {
			a, b := pick(g, sets...), pick(g, sets...)
			checkOperations(t, a, b, pool)
			sets = append(sets, pick(g, a.Intersect(b), a.Union(b), a.Complement()))
		}
		checkSet(t, sets[len(sets)-1])
	}
}

func checkOperations(t *testing.T, a, b Set, pool []Version) {
	t.Helper()
	for _, v := range pool {
		inA, inB := a.Contains(v), b.Contains(v)
		switch {
		case a.Intersect(b).Contains(v) != (inA && inB):
			t.Fatalf("%s: wrong in %s ∩ %s", v, a, b)
		case a.Union(b).Contains(v) != (inA || inB):
			t.Fatalf("%s: wrong in %s ∪ %s", v, a, b)
		case a.Complement().Contains(v) == inA:
			t.Fatalf("%s: wrong in ∁ %s", v, a)
		case inA && !inB && (a.Subset(b) || a.Equal(b)), inA && inB && a.disjoint(b), inA && a.IsEmpty():
			t.Fatalf("%s refutes what is said about %s and %s", v, a, b)
		}
	}
	if !a.Intersect(b).Complement().Equal(a.Complement().Union(b.Complement())) {
		t.Fatalf("De Morgan's law fails for %s and %s", a, b)
	}
	if a.Subset(b) != a.Union(b).Equal(b) || a.disjoint(b) != a.Subset(b.Complement()) {
		t.Fatalf("the relations of %s and %s contradict each other", a, b)
	}
}

func TestIsEmpty(t *testing.T) {
	for text, want := range map[string]bool{
		">3.5,<3.5.post1":                    true, // > excludes the post-releases
		">3.5,<3.5.post9":                    true,
		">=3.5,<3.5.post1":                   false,
		">3.5.post0,<3.5.post1":              true, // < excludes 3.5.post1.dev0
		">3.5,<3.5.0.0.1":                    false,
		">3.5,<3.5.0.0.1.dev0":               false,
		">1.0a1,<1.0a2":                      false, // 1.0a2.dev0
		">1.0a1,<1.0a2.dev0":                 true,
		">1.0a1.post3,<1.0a1.post4":          false, // < keeps the pre-releases of a pre-release
		">=1.0,<1.0.post0":                   false,
		">=1.0,!=1.0,<1.0.post0":             true,
		">=1.0.dev3,<1.0.dev4":               false,
		">1.0.dev3,<1.0.dev4":                true,
		"<=1.0,>1.0rc99":                     false,
		"<0":                                 true,
		"<0.dev0":                            true,
		"<=0.dev0":                           false,
		"<0.dev1":                            false,
		"<1!0":                               false,
		">0,<1!0":                            false,
		"==3.*,!=3.0.*,<3.1":                 true,
		"==3.*,!=3.0.*,<=3.1":                false,
		"==1.0,!=1.0+a":                      false,
		"==1.0+a,!=1.0":                      true,
		"==1.0+a,==1.0+b":                    true,
		"===1.0,!=1":                         true,
		"===1.0,==1.0+a":                     true,
		"===latest":                          true,
		"~=3.5,<3.5":                         true,
		"~=3.5,==3.4.*":                      true,
		">=999999999999999999,<1!0":          false,
		">1.dev999999999999999999,<1":        true,
		">1.dev999999999999999999,<1a0.dev0": false,
	} {
		set := mustSpecifiers(t, text).Set()
		if set.IsEmpty() != want {
			t.Errorf("%q: IsEmpty is %t, the set is %s", text, set.IsEmpty(), set)
		}
		checkWitness(t, set)
	}
}

func checkWitness(t *testing.T, s Set) {
	t.Helper()
	w, ok := s.witness()
	if ok == s.IsEmpty() || ok && !s.Contains(w) {
		t.Errorf("%s: witness %s, %t", s, w, ok)
	}
	mustParse(t, w.String())
}

func TestSubset(t *testing.T) {
	for _, c := range []struct {
		left, right string
		want        bool
	}{
		{"==3.6.1", ">=3.2.1,!=3.6.0", true},
		{">=3.5,<4", ">=3.2.1,!=3.6.0", false},
		{">=3.6.1,<4", ">=3.6.1", true},
		{"~=3.5", ">=3.5,<4", true},
		{">=3.5,==3.*", "~=3.5", true},
		{"~=3.5.0", "~=3.5", true},
		{"~=3.5", "~=3.5.0", false},
		{">3.5", ">3.5.post7", true},
		{">=3.5.post8", ">3.5", false},
		{"<4", "<4.0rc1", true},
		{"<4.0rc1", "<4", false},
		{"==1.0+a", "==1.0", true},
		{"===1.0", "==1.0", true},
		{"==1.0", "===1.0", false},
		{"<0", "==5", true},
		{"", ">=0.dev0", true},
		{"", ">=0", false},
	} {
		if got := mustSpecifiers(t, c.left).Set().Subset(mustSpecifiers(t, c.right).Set()); got != c.want {
			t.Errorf("%q ⊆ %q: %t", c.left, c.right, got)
		}
	}
}

func TestZeroValues(t *testing.T) {
	if !(Set{}).Equal(None()) || !None().IsEmpty() || !(Specifiers{}).Set().Equal(All()) || All().IsEmpty() {
		t.Error("the zero Set is not empty, or the zero Specifiers are not everything")
	}
	if _, ok := None().witness(); ok {
		t.Error("the empty set has a witness")
	}
	if !None().Subset(None()) || !None().disjoint(None()) || None().Equal(All()) {
		t.Error("the empty set has wrong relations")
	}
}
