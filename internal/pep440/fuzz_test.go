package pep440

import (
	"errors"
	"strings"
	"testing"
)

// FuzzParse holds that what parses prints normalised, reads back as the same version in the same
// spelling, and has its place in the order between its neighbours.
func FuzzParse(f *testing.F) {
	for _, text := range ascending() {
		f.Add(text)
	}
	for _, text := range []string{"", "v1.0-Alpha_1.r2.DEV+Ubuntu-01", " 1!2.0a.\n", "1..2", "1.0poſt", "1.0-1-1", "99999999999999999999"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := Parse(text)
		if err != nil {
			if v.String() != "0" || !strings.Contains(err.Error(), "version ") {
				t.Fatalf("Parse(%q) = %s, %v", text, v, err)
			}
			return
		}
		again := mustParse(t, v.String())
		if again.String() != v.String() || again.Compare(v) != 0 || v.Compare(again) != 0 {
			t.Fatalf("Parse(%q) = %s, which reads back as %s", text, v, again)
		}
		local := v.leastLocal(len(v.local))
		if local.Compare(v) <= 0 || v.Compare(local) >= 0 || mustParse(t, local.String()).Compare(local) != 0 {
			t.Fatalf("%s does not sort directly below %s", v, local)
		}
		if v.trimmed().Compare(v) != 0 || v.finalRelease().IsPrerelease() {
			t.Fatalf("%s differs without its trailing zeros, or its release is a pre-release", v)
		}
	})
}

// FuzzParseSpecifiers holds that what parses reads back from its text with the same meaning, agrees
// with its Set, and that an error points at its clause.
func FuzzParseSpecifiers(f *testing.F) {
	for _, text := range []string{
		"", ",", ">=3.2.1,!=3.6.0,<4", "~=3.5.0", "==3.*, !=3.7.*", "===1.0", "===x", "<1.0+l", "== 1!1.0+Foo-01",
		">3.5,<3.5.post1", ">1.0a1.post0,<=2.0.dev3", "~=1.0.RC1", ">=1,\u00a0<2.x", "!=0.dev0", "<1000000000000000000",
	} {
		f.Add(text, "3.5.post1")
	}
	f.Fuzz(func(t *testing.T, text, version string) {
		s, err := ParseSpecifiers(text)
		if err != nil {
			var e *ClauseError
			if !errors.As(err, &e) || !strings.HasPrefix(text[e.Offset:], e.Clause) {
				t.Fatalf("ParseSpecifiers(%q): %v does not point at its clause", text, err)
			}
			return
		}
		again := mustSpecifiers(t, s.String())
		if again.String() != s.String() || !again.Set().Equal(s.Set()) {
			t.Fatalf("%q prints as %q and reads back as %q", text, s, again)
		}
		if v, err := Parse(version); err == nil {
			checkMembership(t, s, v)
		}
		if !strings.Contains(s.Set().String(), "1000000000000000000") { // see Set.String
			checkSet(t, s.Set())
		}
	})
}

func checkMembership(t *testing.T, s Specifiers, v Version) {
	t.Helper()
	inSpecifiers, inSet := s.Contains(v, true), s.Set().Contains(v)
	exact := strings.Contains(s.String(), "===")
	if inSpecifiers && !inSet || inSet && !inSpecifiers && !exact {
		t.Fatalf("%q contains %s: %t, its set: %t", s, v, inSpecifiers, inSet)
	}
	if s.Contains(v, false) != (inSpecifiers && !v.IsPrerelease()) {
		t.Fatalf("%q contains %s without pre-releases: %t", s, v, s.Contains(v, false))
	}
}
