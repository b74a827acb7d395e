// Package factcheck holds policygen's facts to real releases. What the releases answered stands in testdata/runs.tsv, which
// scripts/verify-facts makes by installing and running them; the everyday tests compare it with the facts, and ask the
// releases that they have at hand once more.
package factcheck

import (
	"os"
	"slices"
	"strings"
	"testing"

	"policygen/internal/pep440"
	"policygen/policy"
)

// facts returns all facts of the embedded policy, by id.
func facts(t *testing.T) []policy.Fact {
	t.Helper()
	p, err := policy.Load(policy.Embedded(), "0.1.0")
	if err != nil {
		t.Fatal(err)
	}
	return p.Facts
}

// A side is a release that decides whether an interval is right: the last one before an edge or the first one behind it, or,
// where an end is open, the oldest or the newest release there is.
type side struct {
	release string
	inside  bool // the fact is said to hold for it
}

// sides returns the releases that a fact's interval must be asked of, oldest first. Releases newer than checkedThrough
// are none of its business.
func sides(t *testing.T, f policy.Fact, releases []string) []side {
	t.Helper()
	set, limit := setOf(t, f.In), version(t, f.CheckedThrough)
	var all []side
	for _, release := range releases {
		if v := version(t, release); v.Compare(limit) <= 0 {
			all = append(all, side{release, set.Contains(v)})
		}
	}
	var decisive []side
	for i, s := range all {
		first, last := i == 0, i == len(all)-1
		if s.inside && (first || last) || !first && all[i-1].inside != s.inside || !last && all[i+1].inside != s.inside {
			decisive = append(decisive, s)
		}
	}
	return decisive
}

func setOf(t *testing.T, specifiers string) pep440.Set {
	t.Helper()
	s, err := pep440.ParseSpecifiers(specifiers)
	if err != nil {
		t.Fatal(err)
	}
	return s.Set()
}

func version(t *testing.T, text string) pep440.Version {
	t.Helper()
	v, err := pep440.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// knownReleases reads testdata/releases.txt: the releases of each package that can be had, oldest first.
func knownReleases(t *testing.T) map[string][]string {
	t.Helper()
	content, err := os.ReadFile("testdata/releases.txt")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string][]string{}
	for line := range strings.Lines(string(content)) {
		if words := strings.Fields(line); len(words) > 1 {
			known[words[0]] = words[1:]
		}
	}
	return known
}

func TestSides(t *testing.T) {
	releases := []string{"1.0", "1.1", "2.0", "2.1", "3.0", "4.0"}
	for _, x := range []struct{ in, checked, want string }{
		{">=2.0", "4.0", "1.1- 2.0+ 4.0+"},
		{">=1.0", "4.0", "1.0+ 4.0+"},
		{"<2.0", "4.0", "1.0+ 1.1+ 2.0-"},
		{">=1.1,<3.0", "4.0", "1.0- 1.1+ 2.1+ 3.0-"},
		{"==2.0", "4.0", "1.1- 2.0+ 2.1-"},
		{">=2.0", "3.0", "1.1- 2.0+ 3.0+"},
		{">=3.5", "3.0", ""},
	} {
		var got []string
		for _, s := range sides(t, policy.Fact{In: x.in, CheckedThrough: x.checked}, releases) {
			got = append(got, s.release+map[bool]string{true: "+", false: "-"}[s.inside])
		}
		if strings.Join(got, " ") != x.want {
			t.Errorf("%s, checked through %s: %q, want %s", x.in, x.checked, got, x.want)
		}
	}
}

// TestReleasesAreSorted: sides takes them to be.
func TestReleasesAreSorted(t *testing.T) {
	for name, releases := range knownReleases(t) {
		if !slices.IsSortedFunc(releases, func(a, b string) int { return version(t, a).Compare(version(t, b)) }) {
			t.Errorf("the releases of %s are not in order", name)
		}
	}
}
