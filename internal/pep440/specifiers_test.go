package pep440

import (
	"errors"
	"strings"
	"testing"
)

// TestContains has the specification's own examples and the cases that are easily got wrong.
func TestContains(t *testing.T) {
	for _, c := range []struct{ specifiers, in, out string }{
		{"", "0.dev0 1 1!5", ""},
		{"~=2.2", "2.2 2.2.post3 2.9 2.3a1", "2.2rc1 2.1 3 3.dev0 3a1"},
		{"~=1.4.5", "1.4.5 1.4.9", "1.4.4 1.5 1.5a1 1.4.5a4"},
		{"~=2.2.post3", "2.2.post3 2.3", "2.2 2.2.post2 3"},
		{"~=1.4.5a4", "1.4.5a4 1.4.5 1.4.6a1", "1.4.5a3 1.5"},
		{"~=2.2.0", "2.2 2.2.7", "2.3 2.3.dev0"},
		{"~=1!1.0", "1!1.5", "1.5 1!2"},
		{"~=V1.0.RC1", "1.0rc1 1.1", "1.0b9 2"}, // wrong in packaging up to 26.2, right in 26.3
		{"==1.1", "1.1 1.1.0 1.1+local", "1.1.post1 1.1a1 1.1.dev1 1.1.1"},
		{"==1.1.post1", "1.1.post1 1.1.post1+x", "1.1"},
		{"==1.1.*", "1.1 1.1.post1 1.1a1 1.1.dev0 1.1.9 1.1+local", "1.2 1.2.dev0 1 1!1.1"},
		{"==8.0.*", "8 8.0 8.0.1", "8.1"},
		{"==3", "3 3.0.0", "3.0.1"},
		{"==1.0+abc", "1.0+abc 1+ABC", "1.0 1.0+abc.1"},
		{"!=1.1", "1.1.post1 1.1a1", "1.1 1.1+local 1.1.0"},
		{"!=1.1.*", "1.0 1.2.dev0", "1.1 1.1.post1 1.1.dev0"},
		{"!=1.0+abc", "1.0 1.0+abd", "1.0+abc"},
		{">1.7", "1.7.1 1.8a1 1.7.0.1", "1.7 1.7.post1 1.7.post2.dev0 1.7+local 1.7.0.post1 1.7rc1"},
		{">1.7.post2", "1.7.post3 1.7.1 1.7.post3.dev0", "1.7 1.7.post1 1.7.post2+local 1.7.0"},
		{">1.7a1", "1.7a2 1.7 1.7a2.dev0 1.7a2+x", "1.7a1.post1 1.7a1+x"},
		{">1.7.dev1", "1.7.dev2 1.7a0.dev0", "1.7.dev1+x 1.7.dev0"},
		{"<4", "3.9 3.9+x 3.999.post1", "4.0rc1 4.0.dev0 4 4.0+x 4a0.post1"},
		{"<4rc1", "4.0b1 4.0rc1.dev0 4.0.dev0", "4.0rc1"},
		{"<1.0.post1", "1.0 1.0.post0 1.0rc1", "1.0.post1.dev0 1.0.post1"},
		{"<0", "", "0.dev0 0a1"},
		{"<=1.0", "1.0 1.0+x 1.0.dev0", "1.0.post0.dev0"},
		{">=1.0", "1.0 1.0+x 1.0.post1 1!0", "1.0rc1"},
		{"===1.0", "1.0", "1 1.0+x 1.0.0"},
		{"===1.0RC1", "1.0rc1", "1.0"},
		{"===v1.0", "", "1.0"},
		{"===anything", "", "1.0"},
		{">=3.2.1,!=3.6.0,<4", "3.2.1 3.6.1 3.6.0.post1", "3.2 3.6 4"},
	} {
		s := mustSpecifiers(t, c.specifiers)
		for _, text := range strings.Fields(c.in) {
			if !s.Contains(mustParse(t, text), true) {
				t.Errorf("%q does not contain %s", c.specifiers, text)
			}
		}
		for _, text := range strings.Fields(c.out) {
			if s.Contains(mustParse(t, text), true) {
				t.Errorf("%q contains %s", c.specifiers, text)
			}
		}
	}
}

func TestContainsWithoutPrereleases(t *testing.T) {
	for _, text := range []string{"", ">=1.0a1", "==1.0a1", "===1.0a1"} {
		if mustSpecifiers(t, text).Contains(mustParse(t, "1.0a1"), false) {
			t.Errorf("%q contains a pre-release without being asked to", text)
		}
	}
	if !mustSpecifiers(t, ">=1.0a1").Contains(mustParse(t, "1.0"), false) {
		t.Error(">=1.0a1 does not contain 1.0")
	}
}

func TestSpecifiersString(t *testing.T) {
	for text, want := range map[string]string{
		"":                             "",
		" , ,":                         "",
		">= 3.2.1 ,\t!=3.6.0,<4":       ">=3.2.1,!=3.6.0,<4",
		">=v1.0.Alpha-1,>=1.0a1":       ">=1.0a1",
		"== V1.0.*":                    "==1.0.*",
		"~=1.0.0":                      "~=1.0.0",
		"==1.0+UBUNTU-01":              "==1.0+ubuntu.1",
		"=== Foo_Bar":                  "===Foo_Bar",
		"\u00a0<1.0-1\x1c,":            "<1.0.post1",
		"===":                          "===",
		">=999999999999999999.0,!=1.*": ">=999999999999999999.0,!=1.*",
	} {
		if got := mustSpecifiers(t, text).String(); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

func TestParseSpecifiersErrors(t *testing.T) {
	for _, c := range []struct {
		text   string
		offset int
		clause string
		reason string // part of the message
	}{
		{"1.0", 0, "1.0", "starts with no operator: allowed are ==="},
		{"=1.0", 0, "=1.0", "starts with no operator"},
		{">=1,  <2.x ,!=3", 6, "<2.x", `".x" is unexpected`},
		{">=1,,\u00a0>", 7, ">", "does not start with a number"},
		{"<1.0+l", 0, "<1.0+l", `"+l" is unexpected: only ==, != and === compare local versions`},
		{"~=1", 0, "~=1", "a release of at least two numbers, such as 1.0"},
		{"~=1.0+x", 0, "~=1.0+x", `"+x" is unexpected`},
		{">=3.*", 0, ">=3.*", `".*" is unexpected: only == and != may end in it`},
		{"==1.0a1.*", 0, "==1.0a1.*", "may follow only a release"},
		{"!=1.0.post1.*", 0, "!=1.0.post1.*", "may follow only a release"},
		{"==1.0+x.*", 0, "==1.0+x.*", "may follow only a release"},
		{"==1.0 .*", 0, "==1.0 .*", `" " is unexpected`},
		{"==*", 0, "==*", "does not start with a number"},
		{">=1 <2", 0, ">=1 <2", `" <2" is unexpected`},
		{"===1.0 x", 0, "===1.0 x", `" x" is unexpected`},
		{"===1;x", 0, "===1;x", `";x" is unexpected`},
		{"==1,>1000000000000000000", 4, ">1000000000000000000", "1000000000000000000 has more than 18 digits"},
		{"===1!99999999999999999999", 0, "===1!99999999999999999999", "99999999999999999999 is above"},
		{"==1.dev1000000000000000000", 0, "==1.dev1000000000000000000", "more than 18 digits"},
	} {
		_, err := ParseSpecifiers(c.text)
		var clauseErr *ClauseError
		if !errors.As(err, &clauseErr) {
			t.Errorf("ParseSpecifiers(%q): %v, want a ClauseError", c.text, err)
			continue
		}
		if clauseErr.Offset != c.offset || clauseErr.Clause != c.clause || !strings.Contains(err.Error(), c.reason) {
			t.Errorf("ParseSpecifiers(%q): offset %d, clause %q, %v; want %d, %q, %s",
				c.text, clauseErr.Offset, clauseErr.Clause, err, c.offset, c.clause, c.reason)
		}
	}
}
