package pep440

import (
	"cmp"
	"slices"
	"strings"
	"testing"
)

// TestParse has the spellings of the specification's section "Normalization".
func TestParse(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"1.0", "1.0"},
		{"1.1RC1", "1.1rc1"},
		{"00", "0"},
		{"09000", "9000"},
		{"1.0+foo0100", "1.0+foo0100"},
		{"1.0+0100", "1.0+100"},
		{"1.0+000", "1.0+0"},
		{"1.1.a1", "1.1a1"},
		{"1.1-a1", "1.1a1"},
		{"1.1_a.1", "1.1a1"},
		{"1.1alpha1", "1.1a1"},
		{"1.1beta2", "1.1b2"},
		{"1.1c3", "1.1rc3"},
		{"1.1pre3", "1.1rc3"},
		{"1.1-preview_3", "1.1rc3"},
		{"1.2a", "1.2a0"},
		{"1.2a.", "1.2a0"},
		{"1.2-post2", "1.2.post2"},
		{"1.2post.2", "1.2.post2"},
		{"1.2.post-2", "1.2.post2"},
		{"1.0-r4", "1.0.post4"},
		{"1.0rev4", "1.0.post4"},
		{"1.2.post", "1.2.post0"},
		{"1.0-1", "1.0.post1"},
		{"1.0a-1-1", "1.0a1.post1"},
		{"1.2-dev2", "1.2.dev2"},
		{"1.2dev", "1.2.dev0"},
		{"1.0a.post.dev", "1.0a0.post0.dev0"},
		{"1.0+ubuntu-1_x", "1.0+ubuntu.1.x"},
		{"v1.0", "1.0"},
		{"V1!2.0", "1!2.0"},
		{"0!1", "1"},
		{" \t1.0\n", "1.0"},
		{"\u00a01.0\x1f", "1.0"},
		{"1.0.0", "1.0.0"},
		{"9223372036854775807", "9223372036854775807"},
		{"1+20260101123456789012345", "1+20260101123456789012345"},
	} {
		v, err := Parse(c.text)
		if err != nil || v.String() != c.want {
			t.Errorf("Parse(%q) = %s, %v; want %s", c.text, v, err, c.want)
		}
	}
}

func TestParseErrors(t *testing.T) {
	const form = ": versions look like " + versionForm
	for _, c := range []struct{ text, want string }{
		{"", `version "" does not start with a number` + form},
		{"v", `version "v" does not start with a number` + form},
		{"latest", `version "latest" does not start with a number` + form},
		{"1.0x", `version "1.0x": "x" is unexpected` + form},
		{"1.0 a1", `version "1.0 a1": " a1" is unexpected` + form},
		{"1..0", `version "1..0": "..0" is unexpected` + form},
		{"1.", `version "1.": "." is unexpected` + form},
		{"1!", `version "1!": "!" is unexpected` + form},
		{"1!v2", `version "1!v2": "!v2" is unexpected` + form},
		{"1.0+", `version "1.0+": "+" is unexpected` + form},
		{"1.0+a..b", `version "1.0+a..b": "..b" is unexpected` + form},
		{"1.0+a+b", `version "1.0+a+b": "+b" is unexpected` + form},
		{"1.0-1-2", `version "1.0-1-2": "-2" is unexpected` + form},
		{"1.0.dev1.post1", `version "1.0.dev1.post1": ".post1" is unexpected` + form},
		{"1.0.poſt1", `version "1.0.poſt1": ".poſt1" is unexpected` + form},
		{"1+\u212a", "version \"1+\u212a\": \"+\u212a\" is unexpected" + form}, // the Kelvin sign, whose lower case is k
		{"1.9223372036854775808", `version "1.9223372036854775808": number is too large: 9223372036854775808 is above 9223372036854775807`},
	} {
		if v, err := Parse(c.text); err == nil || err.Error() != c.want {
			t.Errorf("Parse(%q) = %s, %v; want error %s", c.text, v, err, c.want)
		}
	}
}

// ascending is the order of the specification's summary, with post-releases of everything,
// local versions and an epoch.
func ascending() []string {
	return strings.Fields(`
		0.dev0 0 0.0.0.1 0.9
		1.dev0 1.0.dev456 1.0a0.dev0 1.0a1 1.0a1.post0.dev1 1.0a1.post0 1.0a2.dev456 1.0a12.dev456 1.0a12
		1.0b1.dev456 1.0b2 1.0b2.post345.dev456 1.0b2.post345 1.0rc1.dev456 1.0rc1
		1.0 1.0+00a 1.0+0a 1.0+abc 1.0+abc.a5.1 1.0+abc.5 1.0+abc.7 1.0+abd 1.0+5 1.0+5.a 1.0+5.0 1.0+10
		1.0.post0.dev0 1.0.post0 1.0.post456.dev34 1.0.post456 1.0.post456+x 1.0.0.1 1.0.15 1.1.dev1 1.1 1.10
		1!0.dev0 1!0.1`)
}

func TestCompare(t *testing.T) {
	versions := ascending()
	for i, a := range versions {
		for j, b := range versions {
			if got := mustParse(t, a).Compare(mustParse(t, b)); got != cmp.Compare(i, j) {
				t.Errorf("%s.Compare(%s) = %d, want %d", a, b, got, cmp.Compare(i, j))
			}
		}
	}
}

func TestCompareEqual(t *testing.T) {
	for _, c := range [][2]string{{"1", "1.0.0"}, {"0", "0.0"}, {"1.0a1", "1a1"}, {"1!1", "1!1.0"}, {"1+a", "1.0+A"}, {"1.2-1", "1.2.post1"}} {
		if mustParse(t, c[0]).Compare(mustParse(t, c[1])) != 0 {
			t.Errorf("%s and %s differ", c[0], c[1])
		}
	}
	if (Version{}).Compare(mustParse(t, "0")) != 0 || (Version{}).String() != "0" {
		t.Errorf("the zero Version is %s, want 0", Version{})
	}
}

func TestIsPrerelease(t *testing.T) {
	for text, want := range map[string]bool{
		"1.0": false, "1.0.post1": false, "1.0+dev": false, "1!0": false,
		"1.0a1": true, "1.0rc0": true, "1.0.dev0": true, "1.0.post1.dev2": true, "1.0b1.post2": true,
	} {
		if got := mustParse(t, text).IsPrerelease(); got != want {
			t.Errorf("%s: IsPrerelease = %t", text, got)
		}
	}
}

// TestSuccessor shows that no public version lies between a version and its successor.
func TestSuccessor(t *testing.T) {
	g := newGenerator(10)
	for range 2000 {
		v := g.version().public()
		next := v.successor()
		if v.Compare(next) >= 0 {
			t.Fatalf("%s is not below its successor %s", v, next)
		}
		for _, w := range g.around(20, v, next) {
			if w = w.public(); v.Compare(w) < 0 && w.Compare(next) < 0 {
				t.Errorf("%s lies between %s and its successor %s", w, v, next)
			}
		}
	}
}

func TestNormalizeName(t *testing.T) {
	for name, want := range map[string]string{
		"pytest_XDIST": "pytest-xdist", "Friendly-Bard": "friendly-bard", "FrIeNdLy-._.-bArD": "friendly-bard",
		"friendly--bard": "friendly-bard", "ruamel.yaml.clib": "ruamel-yaml-clib", "": "", "_a_": "-a-",
	} {
		if got := NormalizeName(name); got != want {
			t.Errorf("NormalizeName(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestCompareIsAnOrder(t *testing.T) {
	g := newGenerator(11)
	versions := g.around(500, g.version(), g.version(), g.version())
	sorted := slices.SortedFunc(slices.Values(versions), Version.Compare)
	for i, v := range sorted {
		for _, w := range sorted[i:] {
			if v.Compare(w) > 0 || w.Compare(v) != -v.Compare(w) {
				t.Fatalf("%s and %s: Compare is no order", v, w)
			}
		}
	}
}
