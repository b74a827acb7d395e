package pep440

import (
	"strings"
	"testing"

	"policygen/internal/testrun"
)

func TestHull(t *testing.T) {
	for _, c := range []struct{ set, want string }{
		{">=0.dev0", ""},
		{"<0.dev0", "<0.dev0"},
		{">=3.2.1,!=3.6.0,<4", ">=3.2.1,!=3.6.0,<4"},
		{"==3.6.1", "==3.6.1"},
		{"==3.*,!=3.1", "==3.*,!=3.1"},
		{"<=3.0,!=3.0", "<=3.0,!=3.0"},
		{"==1.0,!=1.0+l", "==1.0,!=1.0+l"},
		{">=3.2.1,<4 || >=5", ">=3.2.1,!=4.*"},
		{">=3.2.1,<4 || >=6", ">=3.2.1,!=4.*,!=5.*"},
		{"<4 || >=5.2", "!=4.*,!=5.0.*,!=5.1.*"},
		{"<4.0 || >=4.0.0.2.dev0,<7", "!=4.0.0.0.*,!=4.0.0.1.*,<7"},
		{"<1!4 || >=1!6", "!=1!4.*,!=1!5.*"},
		{"<1 || >=17.dev0", "!=1.*,!=2.*,!=3.*,!=4.*,!=5.*,!=6.*,!=7.*,!=8.*,!=9.*,!=10.*,!=11.*,!=12.*,!=13.*,!=14.*,!=15.*,!=16.*"},
		{"<1 || >=18.dev0", ""},
		{"<=7.0,!=7.0 || >=7.1.dev0", ""}, // the pre-releases of 7.0 are in
		{"==1.0 || ==2.0 || ==4.0", ">=1.0,<=4.0"},
		{"<=3.5 || >=4", ""}, // 3.5.1, 3.5.0.1, … can't be told one by one
		{">=3.2.0.post0.dev0,!=3.6.0", ">=3.2.0,!=3.2.0,!=3.6.0"},
		{">3.2", ">3.2"},
		{"===1.0", "==1.0"},
		{"!(===1.0)", ""},
		{"!(>3.5)", "<3.5.1"},
		{"==1.0,!(===1.0)", "==1.0"},
		{"==1.0+a", "==1.0+a"},
		{"==1.0+a || ==1.0+b", "==1.0"},
		{"<1.0 || ===1.0", "<=1.0"}, // 1.0rc1 is between the two
		{"==1.0,!=1.0+a || >=2", ">=1.0,!=1.0+a"},
		{"~=999999999999999999.1", ">=999999999999999999.1"}, // its end has too many digits for a clause
	} {
		set := parseSet(t, c.set)
		hull := set.Hull()
		if got := hull.String(); got != c.want {
			t.Errorf("the hull of %q is %q, want %q", c.set, got, c.want)
		}
		checkHull(t, set)
	}
}

// checkHull checks what must hold for the hull of every Set.
func checkHull(t *testing.T, s Set) {
	t.Helper()
	hull := s.Hull()
	if !s.Subset(hull.Set()) {
		t.Fatalf("the hull %q leaves out some of %s", hull, s)
	}
	if again := hull.Set().Hull(); again.String() != hull.String() && !again.Set().Equal(hull.Set()) {
		t.Fatalf("the hull of %q is %q", hull, again)
	}
	if _, err := ParseSpecifiers(hull.String()); err != nil {
		t.Fatalf("%s: %v", s, err)
	}
}

// TestHullOfSets: what String can say as one specifier set is its own hull, and widening a gap costs pre-releases alone.
func TestHullOfSets(t *testing.T) {
	g := newGenerator(50)
	exact := 0
	for range testrun.Figure(40_000) {
		centre := g.version()
		text, _ := g.specifiers(centre)
		set := mustSpecifiers(t, text).Set()
		if hull := set.Hull(); !hull.Set().Equal(set) && !strings.ContainsAny(set.String(), "|(") {
			t.Fatalf("%q is %s, its hull %q", text, set, hull)
		}
		other, _ := g.specifiers(centre)
		union := set.Union(mustSpecifiers(t, other).Set())
		if g.chance(20) {
			union = union.Complement()
		}
		checkHull(t, union)
		if union.Hull().Set().Equal(union) {
			exact++
		}
		wide := union.Rounded()
		if !wide.Subset(union) || union.minus(wide).hasFinal(t) {
			t.Fatalf("%s becomes %s", union, wide)
		}
		checkSet(t, wide)
	}
	t.Logf("%d of %d unions are one specifier set", exact, testrun.Figure(40_000))
}

// hasFinal reports whether a final release is inside, as far as witnesses tell.
func (s Set) hasFinal(t *testing.T) bool {
	t.Helper()
	for i := 0; i < len(s.cuts); i += 2 {
		if w := s.witnessIn(i); !w.IsPrerelease() {
			t.Logf("%s is gone from %s", w, s)
			return true
		}
	}
	return false
}

func TestRounded(t *testing.T) {
	for _, c := range []struct{ set, want string }{
		{"<=7.0,!=7.0 || >=7.1.dev0", "!=7.0.*"},
		{"<=2,!=2 || >=4.dev0", "<2 || >=4.dev0"},
		{">=1,<3", ">=1,<3"},
		{">=1,<=3,!=3", ">=1,<=3,!=3"}, // the end is no gap
		{">=2rc1,<=2,!=2 || >=3", ">=2rc1,<=2,!=2 || >=3"},
		{"!=3.6.0", "!=3.6.0"},
		{">=4.dev0", ">=4"},
		{">=4.0.dev0,<5 || >=6.dev0", ">=4.0,!=5.*"},
		{"==4.*,!=4.1", "==4.*,!=4.1"},
		{">=4.0.dev0,<=4.0,!=4.0", ">=4.0.dev0,<=4.0,!=4.0"},
		{">=4rc1", ">=4rc1"},
		{"<0.dev0", "<0.dev0"},
		{">=0.dev0", ">=0.dev0"},
	} {
		if got := parseSet(t, c.set).Rounded().String(); got != c.want {
			t.Errorf("%q becomes %q, want %q", c.set, got, c.want)
		}
	}
}

func TestLowerEnd(t *testing.T) {
	for set, want := range map[string]string{
		">=3.2": "3.2", ">3.2": "3.2", "==3.*": "3.dev0", ">=3.2 || ==1.0": "1.0", "==1.0+l": "1.0", ">1.0.post1": "1.0.post2.dev0",
		"<4": "", "<0.dev0": "", ">=0.dev0": "", "!=3.2": "",
	} {
		v, ok := parseSet(t, set).LowerEnd()
		if got := v.String(); ok != (want != "") || ok && got != want {
			t.Errorf("the lower end of %q is %s, %t; want %q", set, got, ok, want)
		}
	}
}

// TestRoundedHullNamesNoPrerelease: where nobody named a pre-release, an installer is not told to take one.
func TestRoundedHullNamesNoPrerelease(t *testing.T) {
	g := newGenerator(51)
	final := func() Set {
		centre := g.version().finalRelease()
		set := All()
		for range 1 + g.IntN(3) {
			v := g.near(centre).finalRelease()
			set = set.Intersect(mustSpecifiers(t, g.clause(pick(g, setOperators()...), v)).Set())
		}
		if g.chance(40) {
			set = set.Complement()
		}
		return set
	}
	for range testrun.Figure(20_000) {
		set := final()
		if g.chance(50) {
			set = set.Union(final())
		} else {
			set = set.Intersect(final())
		}
		if set.IsEmpty() || set.witnessIn(0).IsPrerelease() {
			continue // nothing else is there to take
		}
		hull := set.Rounded().Hull()
		for _, c := range hull.clauses {
			if c.op != notEqual && c.version.IsPrerelease() {
				t.Fatalf("the rounded hull of %s is %q", set, hull)
			}
		}
	}
}
