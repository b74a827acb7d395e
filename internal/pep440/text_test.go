package pep440

import "testing"

func TestSetString(t *testing.T) {
	for _, c := range []struct{ specifiers, want, complement string }{
		{"", ">=0.dev0", "<0.dev0"},
		{">=3.2.1,!=3.6.0", ">=3.2.1,!=3.6.0", "<=3.2.1,!=3.2.1 || ==3.6.0"},
		{"<4,!=3.6.0,>=3.2.1", ">=3.2.1,!=3.6.0,<4", "<=3.2.1,!=3.2.1 || ==3.6.0 || >=4.dev0"},
		{">=3.0,!=3.7.*,!=3.8", ">=3.0,!=3.7.*,!=3.8", "<=3.0,!=3.0 || ==3.7.* || ==3.8"},
		{"~=3.5", ">=3.5,<4", "<=3.5,!=3.5 || >=4.dev0"},
		{"==3.*", "==3.*", "!=3.*"},
		{"==3.*,!=3.1", "==3.*,!=3.1", ""},
		{"==0.*", "<1", ">=1.dev0"},
		{"<0.1", "<0.1", ">=0.1.dev0"},
		{"!=0.dev0", ">=0.dev1", "<0.dev1"},
		{">=3.0.dev0,<3.1.0", "==3.0.*", "!=3.0.*"},
		{">=1!2.dev0,<1!3", "==1!2.*", "!=1!2.*"},
		{"==3.6.1", "==3.6.1", "!=3.6.1"},
		{"==1.0.dev3", "==1.0.dev3", "!=1.0.dev3"},
		{"!=1.0+l", "!=1.0+l", "==1.0+l"},
		{"==1.0,!=1.0+l,!=1.0+m", "==1.0,!=1.0+l,!=1.0+m", "!=1.0 || ==1.0+l || ==1.0+m"},
		{"===1.0", "===1.0", "!(===1.0)"},
		{">3.5", ">3.5", "!(>3.5)"},
		{">3.5a1", ">3.5a1", "<3.5a2.dev0"},
		{">3.5.post1", ">3.5.post1", "<=3.5.post1"},
		{"<3.5.post1", "<=3.5.post0", ">3.5.post0"},
		{"<=3.5", "<=3.5", ">=3.5.post0.dev0"},
		{"<=3.5a1", "<=3.5a1", ">=3.5a1.post0.dev0"},
		{"<3.5rc1", "<3.5rc1", ">=3.5rc1"},
		{"<3.5", "<3.5", ">=3.5.dev0"},
		{">3.5,<3.5.post1", "<0.dev0", ">=0.dev0"},
	} {
		set := mustSpecifiers(t, c.specifiers).Set()
		if got := set.String(); got != c.want {
			t.Errorf("%q prints as %q, want %q", c.specifiers, got, c.want)
		}
		if got := set.Complement().String(); got != c.complement && c.complement != "" {
			t.Errorf("the complement of %q prints as %q, want %q", c.specifiers, got, c.complement)
		}
	}
}

func TestUnionString(t *testing.T) {
	for _, c := range []struct{ a, b, want string }{
		{">=3.2.1,<4", ">=5", ">=3.2.1,<4 || >=5"},
		{">=3.2.1,<4", ">=4.dev0,<5", ">=3.2.1,<5"},
		{"<=3.5", ">3.5", "<=3.5 || >3.5"},
		{"!=1.0", "===1.0", "!=1.0 || ===1.0"},
		{"<1.0", "===1.0", "<1.0 || ===1.0"},
		{"==1.0,!=1.0+a", ">=2", "==1.0,!=1.0+a || >=2"},
		{"==1.0", "==2.0,!=2.0+a", "==1.0 || ==2.0,!=2.0+a"},
		{"==1.0+a", "==1.0+b", "==1.0+a || ==1.0+b"},
	} {
		if got := parseSet(t, c.a).Union(parseSet(t, c.b)).String(); got != c.want {
			t.Errorf("%q ∪ %q prints as %q, want %q", c.a, c.b, got, c.want)
		}
	}
	locals := parseSet(t, "==1.0,!(===1.0)")
	if got := locals.String(); got != "==1.0,!(===1.0)" {
		t.Errorf("the local versions of 1.0 print as %q", got)
	}
}

func TestWitness(t *testing.T) {
	for text, want := range map[string]string{
		"":                           "0",
		">=3.2.1,!=3.6.0":            "3.2.1",
		">3.5":                       "4",
		">3.5,<4":                    "3.6",
		">3.5,<3.6":                  "3.5.1",
		">3.5,<3.5.0.0.1":            "3.5.0.0.0.1",
		"==3.*":                      "3",
		"!=0,<1":                     "0.1",
		"==1.0a3":                    "1.0a3",
		">1.0a3,<1.0b1":              "1.0a4",
		">=1.0.post1,<1.0.post2":     "1.0.post1",
		">1.0.post1,<1.0.0.1":        "1.0.post2",
		">1.0.post1,<1.0.post2.dev5": "1.0.post2.dev0",
		">=3.post1,<3.0.2":           "3.post1",
		">=3.0.0.post1,<3.0.2":       "3.0.0.post1",
		"==1.0+x":                    "1.0+x",
		"==1.0rc1 || ==2":            "2",
		"==1.0,!(===1.0),!=1.0+00a":  "1.0+000a",
		"==1.0,!(===1.0)":            "1.0+a",
	} {
		w, ok := parseSet(t, text).witness()
		if !ok || w.String() != want {
			t.Errorf("the witness of %q is %s, %t; want %s", text, w, ok, want)
		}
	}
}
