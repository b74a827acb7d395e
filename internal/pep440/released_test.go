package pep440

import "testing"

func TestHasReleases(t *testing.T) {
	for text, want := range map[string]bool{
		"":                    true,
		"<0.dev0":             false,
		">3.6.0,<3.6.1":       true, // 3.6.0.1
		">3.6.1.dev0,<3.6.1":  false,
		">=3.6.1rc1,<3.6.1":   false,
		">=3.6.1rc1,<=3.6.1":  true,
		">=1.0a1,<1.0.post1":  true,
		"==1.0.post1":         true,
		"==1.0a1":             false,
		"==1.0a1.post1":       false,
		"==1.0+cpu":           true,
		">=4.0.dev0,<4.0":     false,
		"==3.6.*":             true,
		">=1.0,<1.0.0.0.1":    true,
		">=2.0b1,<2.0":        false,
		">=2.0b1,!=2.0b1,<2":  false,
		">=3.2,!=3.2,<3.2.0":  false,
		">=1!0.dev0,<1!0":     false,
		">=1!0.dev0,<1!0.0.1": true,
	} {
		s, err := ParseSpecifiers(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Set().HasReleases(); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
	if s := mustVersion(t, ">3.6.0").Intersect(mustVersion(t, ">=3.6.1").Complement()); !s.HasReleases() {
		t.Errorf("%s: 3.6.0.1 is in it", s)
	}
}

func mustVersion(t *testing.T, text string) Set {
	t.Helper()
	s, err := ParseSpecifiers(text)
	if err != nil {
		t.Fatal(err)
	}
	return s.Set()
}
