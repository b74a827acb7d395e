package source

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"policygen/internal/testrun"
)

var iniCases = []struct{ name, text, want string }{
	{"plain", "[pytest]\naddopts = -n 4 --dist loadfile\n", "[pytest]1:1 addopts=2:11 -n 4 --dist loadfile"},
	{"colon and no space", "[a]\nx:1\ny=a:b\nz:c=d\n", "[a]1:1 x=2:3 1 y=3:3 a:b z=4:3 c=d"},
	{"continued", "[pytest]\naddopts =\n    -n 4\n  # a comment\n\n\t--dist\tloadfile  \n", "[pytest]1:1 addopts=3:5 -n 4|6:2 --dist\tloadfile"},
	{"continued from the first line", "[a]\nx = 1\n  2\n", "[a]1:1 x=2:5 1|3:3 2"},
	{"a comment behind a value is none", "[a] # c\nx = 1 # 2 ; 3\n", "[a]1:1 x=2:5 1 # 2 ; 3"},
	{"a bracket that is no section continues", "[a]\nx = 1\n[b #]\n", "[a]1:1 x=2:5 1|3:1 [b #]"},
	{"windows", bom + "[a]\r\nx = 1\r\n  é2\r\n", "[a]1:1 x=2:5 1|3:3 é2"},
	{"empty value", "[a]\nx =\n= y\n", "[a]1:1 x=2:4  =3:3 y"},
	{"other lines and spaces of Python", "[a]\nx = 1\u2028y = 2\n\u00a03\vz:\x1c  4", "[a]1:1 x=2:5 1 y=2:13 2|3:3 3 z=3:10 4"},
	{"no section", "\nx = 1\n", "2:1 a key \"x\" before the first section"},
	{"lines first", "x = 1\n[a]\njunk\n", "3:1 \"junk\", which is neither a section nor a key with a value"},
	{"empty section", "[]\n", "1:1 a section without a name"},
	{"nothing to continue", "[a]\n x = 1\n", "2:2 a line that continues a value where there is none to continue"},
	{"second key", "[a]\nx = 1\nx = 2\n", "3:1 a second key \"x\" (the first at 2:1)"},
	{"second section", "[a]\n[b]\n[a]\n", "3:2 a second section \"a\" (the first at 1:2)"},
	{"not UTF-8", "[a]\nx = \xff\n", "2:5 a byte that is not UTF-8"},
}

func TestParseINI(t *testing.T) {
	for _, c := range iniCases {
		if got := showINI(ParseINI("tox.ini", []byte(c.text))); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
	sections, _ := ParseINI("tox.ini", []byte("[a]\nx = 1\n"))
	if sections[0].Get("x").Text.String() != "1" || sections[0].Get("y") != nil {
		t.Errorf("%+v", sections)
	}
}

// showINI shows sections with the positions of the lines of their values.
func showINI(sections []Section, err error) string {
	var p *Problem
	if errors.As(err, &p) {
		return showPlace(p.Line, p.Column) + " " + p.What
	}
	var words []string
	for _, s := range sections {
		words = append(words, "["+s.Name.String()+"]"+showPlace(s.Pos.Line, s.Pos.Column))
		for _, e := range s.Entries {
			words = append(words, e.Key.String()+"="+showText(e.Value.Text))
		}
	}
	return strings.Join(words, " ")
}

// TestINIAgainstPython holds ParseINI against iniconfig itself, on the cases above and on texts made by chance.
func TestINIAgainstPython(t *testing.T) {
	texts := make([]string, 0, 1600)
	for _, c := range iniCases {
		texts = append(texts, c.text)
	}
	random := rand.New(rand.NewPCG(1, 2))
	pieces := []string{"[a]", "[b]", "[", "]", "\n", "\n", "\n", "\r\n", "\r", "x", "y", "=", " = ", ":", "# c", ";", "  ", "\t", "\u00a0", "\u2028", "\v", "\x1f", "é", "\u0085", "1",
		"\n  2", "\nx = 1", "\ny: 2", "\n[c]\n", bom}
	for range 1500 {
		var b strings.Builder
		if random.IntN(2) == 0 {
			b.WriteString("[s]\n")
		}
		for range random.IntN(14) {
			b.WriteString(pieces[random.IntN(len(pieces))])
		}
		texts = append(texts, b.String())
	}
	texts = slices.DeleteFunc(texts, func(s string) bool { return strings.ToValidUTF8(s, "") != s })
	good := 0
	for i, want := range runINIConfig(t, texts) {
		sections, err := ParseINI("x.ini", []byte(texts[i]))
		if (err != nil) != (want == nil) {
			t.Errorf("%q: %v, iniconfig %v", texts[i], err, want)
		} else if got := iniPairs(sections); err == nil && !slices.Equal(got, want) {
			t.Errorf("%q:\n got %q\nwant %q", texts[i], got, want)
		}
		if want != nil {
			good++
		}
	}
	if good < 300 || good > len(texts)-100 {
		t.Errorf("%d of %d texts are good, which is no fair sample", good, len(texts))
	}
}

func iniPairs(sections []Section) []string {
	list := []string{}
	for _, s := range sections {
		list = append(list, "["+s.Name.String())
		for _, e := range s.Entries {
			list = append(list, e.Key.String(), e.Value.Text.String())
		}
	}
	return list
}

// runINIConfig returns what iniPairs should be for each text, nil for one that iniconfig refuses.
func runINIConfig(t *testing.T, texts []string) [][]string {
	t.Helper()
	const program = `
import io, json, sys, iniconfig
out = []
for text in json.load(sys.stdin):
    data = io.TextIOWrapper(io.BytesIO(text.encode())).read()
    try:
        parsed = iniconfig.IniConfig("x.ini", data)
    except iniconfig.ParseError:
        out.append(None)
    else:
        out.append([word for name, section in parsed.sections.items()
                    for word in ["[" + name] + [w for pair in section.items() for w in pair]])
json.dump(out, sys.stdout)
`
	input, err := json.Marshal(texts)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(testrun.Python(t, testrun.Newest), "-X", "utf8", "-c", program)
	cmd.Stdin = strings.NewReader(string(input))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var want [][]string
	if err := json.Unmarshal(out, &want); err != nil {
		t.Fatal(err)
	}
	return want
}

func FuzzINI(f *testing.F) {
	for _, c := range iniCases {
		f.Add([]byte(c.text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		sections, err := ParseINI("x.ini", text)
		checkProblem(t, text, err)
		for _, s := range sections {
			checkText(t, text, s.Name)
			for _, e := range s.Entries {
				checkText(t, text, e.Key)
				checkText(t, text, e.Value.Text)
			}
		}
	})
}
