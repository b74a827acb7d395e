package pins

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"policygen/internal/pytest"
	"policygen/policy"
)

// sparkless is what the project of the embedded policy pins for its tests, and the options of pytest that it has in force.
const sparkless = `-- pyproject.toml --
[project]
name = "sparkless"
requires-python = ">=3.8"

[project.optional-dependencies]
dev = [
    "pytest>=7.0.0",
    "pytest-cov>=4.0.0",
    "pytest-xdist>=3.0.0",
    "pytest-timeout>=2.0.0",
]
robin = ["robin-sparkless>=0.4.0"]

[tool.pytest.ini_options]
addopts = [
    "-n", "auto",
    "-W", "ignore::pytest.PytestRemovedIn9Warning",
]
`

// embedded is the input of a repository under the embedded policy.
func embedded(t *testing.T, text string) Input {
	t.Helper()
	p, err := policy.Load(policy.Embedded(), "0.1.0")
	if err != nil {
		t.Fatal(err)
	}
	plans, err := p.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	files := repository(text)
	r := Read(files, ReadOptions{})
	return Input{
		Sites: r.Sites, Unreadable: r.Unreadable, Policy: p, Plans: plans, Facts: p.Facts,
		Uses: UsesOf(pytest.Resolve(pytest.Invocation{Dir: "."}, files, pytest.Releases{})),
	}
}

func TestSparkless(t *testing.T) {
	in := embedded(t, sparkless+"")
	in.Sites = append(in.Sites, Read(repository("-- more.txt --\npyspark>=3.5,<3.6\n"), ReadOptions{Paths: []string{"more.txt"}}).Sites...)
	found := Judge(in)
	want := []string{
		`pyproject.toml:7:6 error PIN002 "pytest>=7.0.0" admits 7.0.0, 9.2.0; ">=8.0,<9.1" is needed => "pytest>=8.0,<9.1",`,
		`pyproject.toml:9:6 error PIN002 "pytest-xdist>=3.0.0" admits 3.0.0, 3.6.0; ">=3.6.1" (backend robin) is needed => "pytest-xdist>=3.6.1",`,
		`pyproject.toml:12:11 warning PIN011 "robin-sparkless>=0.4.0" admits versions in ">=0.11.1", which are published as "sparkless" => robin = ["robin-sparkless>=0.4.0,<0.11.1"]`,
	}
	if got := told(repository(sparkless), found); !slices.Equal(got, want) {
		t.Fatalf("found\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for code, reason := range map[int]string{0: "(-W ignore::pytest.PytestRemovedIn9Warning in addopts, fact pytest-removed-in-9): ", 1: "(backend robin): Native code", 2: "robin-renamed (>=0.11.1): "} {
		if !strings.Contains(found[code].String(), reason) {
			t.Errorf("%s\nlacks the reason %q", found[code], reason)
		}
	}
}

// outlook writes an outlook as lines.
func outlook(o Outlook) (lines []string) {
	for _, b := range o.Breaks {
		lines = append(lines, fmt.Sprintf("breaks %s %s", b.Pos, b.Text))
	}
	for _, e := range o.Edits {
		lines = append(lines, fmt.Sprintf("edit %s %s -> %s%s", e.Site.Position, e.Site.Written, e.New, e.Help))
	}
	for _, k := range o.Keeps {
		lines = append(lines, "keep "+k.Fact.ID)
	}
	for _, l := range o.Lifts {
		lines = append(lines, fmt.Sprintf("lift %s, %d sites keep it", l.Fact.ID, len(l.Rest)))
	}
	for _, g := range o.Gains {
		lines = append(lines, "gains "+g.Uses.Flag)
	}
	for _, u := range o.Unknown {
		lines = append(lines, "unknown "+u)
	}
	return lines
}

func TestTrySparkless(t *testing.T) {
	in := embedded(t, sparkless)
	for try, want := range map[string][]string{
		"pytest==9.1.0": {
			`the policy's range, which needs ">=8.0,<9.1"`,
			`breaks pyproject.toml:17:5 -W ignore::pytest.PytestRemovedIn9Warning in addopts, which needs ">=8.0,<9.1": The warning class exists from 8.0 to 9.0`,
			`breaks pyproject.toml:3:20 Python 3.8 and 3.9: pytest 9.0 to 9.2 need Python 3.10`,
		},
		"pytest-xdist==3.8.0": {"breaks pyproject.toml:3:20 Python 3.8: ", "keep xdist-714", "keep xdist-1323", "gains --loadscope-reorder", "gains --px"},
		"pytest-xdist==3.9.0": {"unknown pytest-xdist==3.9.0 is newer than 3.8.0", "unknown whether xdist-714 is fixed there"},
		"pytest-xdist==3.6.0": {"it is yanked: Withdrawn"},
		"pytest-xdist==3.2.0": {`what the policy uses, which needs "!=3.2.0"`},
	} {
		c, err := ParseCandidate(try)
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Join(outlook(Try(in, []Candidate{c})[0]), "\n")
		for _, line := range want {
			if !strings.Contains(got, line) {
				t.Errorf("%s: no %q in\n%s", try, line, got)
			}
		}
	}
	if fine := Try(in, []Candidate{{"pytest-xdist", mustVersion("3.6.1")}}); Breaks(fine) || len(fine[0].Edits) > 0 {
		t.Errorf("3.6.1 is inside of everything: %q", outlook(fine[0]))
	}
}

func TestTry(t *testing.T) {
	slow := fact("slow", "defect", "pytest-xdist", ">=2,<3.1.0", "workaround")
	open := fact("open", "defect", "pytest-xdist", ">=2", "workaround")
	facts := []policy.Fact{
		slow, open, fact("px", "capability", "pytest-xdist", ">=3.7.0", "--px"), fact("old", "capability", "pytest-xdist", "<3", "--old"),
		fact("n36", "requires", "pytest-xdist", ">=3.6.0", "pytest>=7.0", "execnet>=2.1"), fact("n30", "requires", "pytest-xdist", ">=3.0,<3.6.0", "pytest>=6.2"),
	}
	plan := needs("robin", "pytest-xdist", ">=3.0", "pytest", ">=6.2")
	for i, f := range []policy.Fact{slow, open} {
		plan.Because = append(plan.Because, policy.Reason{Fact: f, Settings: []string{"dist"}, Layer: policy.ByBackend, Pos: at(40 + i)})
	}
	plan.Dist = policy.Setting[string]{Value: "load", Layer: policy.ByBackend, Pos: at(30)}
	for _, c := range []struct {
		name, files string
		try         []string
		want        string
	}{
		{"a range is widened as far as the next major release", "-- requirements.txt --\npytest-xdist>=3.0,<3.7\npytest>=7\n", []string{"pytest-xdist==3.8.0"},
			"edit requirements.txt:1:1 pytest-xdist>=3.0,<3.7 -> >=3.0,<4\nkeep open\nlift slow, 1 sites keep it\ngains --px"},
		{"a floor is lowered, an exclusion goes", "-- requirements.txt --\npytest-xdist>=3.6,!=3.5\npytest\n", []string{"pytest-xdist==3.5"},
			"edit requirements.txt:1:1 pytest-xdist>=3.6,!=3.5 -> >=3.5\nkeep open\nlift slow, 0 sites keep it"},
		{"exact, in several files", "-- requirements.txt --\npytest-xdist==3.6.1\npytest>=7\n-- constraints.txt --\npytest-xdist < 3.7\n", []string{"pytest-xdist==3.7.0"},
			"edit constraints.txt:1:1 pytest-xdist < 3.7 -> < 4\nedit requirements.txt:1:1 pytest-xdist==3.6.1 -> ==3.7.0\nkeep open\nlift slow, 0 sites keep it\ngains --px"},
		{"a lock", "-- uv.lock --\nversion = 1\nrevision = 3\nrequires-python = \">=3.9\"\n\n[[package]]\nname = \"pytest-xdist\"\nversion = \"3.6.1\"\nsource = { registry = \"r\" }\n",
			[]string{"pytest-xdist==3.7.0"}, "edit uv.lock:7:12 pytest-xdist 3.6.1 -> lock again\nkeep open\nlift slow, 0 sites keep it\ngains --px"},
		{"what it needs is pinned lower", "-- requirements.txt --\npytest-xdist>=3.0\npytest<7\n", []string{"pytest-xdist==3.6.1"},
			`breaks requirements.txt:2:1 pytest-xdist==3.6.1 needs pytest >=7.0, and there is "pytest<7"` + "\nkeep open\nlift slow, 1 sites keep it"},
		{"what it needs is tried with it", "-- requirements.txt --\npytest-xdist>=3.0\npytest<7\n", []string{"pytest-xdist==3.6.1", "pytest==8.0"},
			"keep open\nlift slow, 1 sites keep it\nedit requirements.txt:2:1 pytest<7 -> <9"},
		{"another one needs more", "-- requirements.txt --\npytest-xdist>=3.6\npytest\n", []string{"pytest==6.2.5"},
			`breaks requirements.txt:1:1 "pytest-xdist>=3.6", which needs pytest >=7.0`},
		{"the policy needs more", "-- requirements.txt --\npytest-xdist\n", []string{"pytest-xdist==2.5.0"},
			`breaks policygen.cue:10:1 the policy's range, which needs ">=3.0": the policy says so` + "\nkeep slow\nkeep open"},
		{"a bare exclusion", "-- requirements.txt --\npytest-xdist != 3.5\npytest\n", []string{"pytest-xdist==3.5"},
			"edit requirements.txt:1:1 pytest-xdist != 3.5 -> \nkeep open\nlift slow, 1 sites keep it"},
		{"nobody knows", "-- requirements.txt --\nother==1\n", []string{"other==2"}, "edit requirements.txt:1:1 other==1 -> ==2\nunknown nothing is known of other: neither the policy nor a fact speaks of it"},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := input(c.files, facts, plan)
			var candidates []Candidate
			for _, text := range c.try {
				candidate, err := ParseCandidate(text)
				if err != nil {
					t.Fatal(err)
				}
				candidates = append(candidates, candidate)
			}
			var got []string
			for _, o := range Try(in, candidates) {
				got = append(got, outlook(o)...)
			}
			if strings.Join(got, "\n") != c.want {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), c.want)
			}
		})
	}
}

func TestParseCandidate(t *testing.T) {
	if c, err := ParseCandidate(" Pytest_XDist == 3.8.0 "); err != nil || c.String() != "pytest-xdist==3.8.0" {
		t.Errorf("%v, %v", c, err)
	}
	for _, text := range []string{"", "pytest", "pytest>=8", "==8", "pytest==", "pytest==x", "pytest==8,<9", "pytest[x]==8", "py test==8"} {
		if c, err := ParseCandidate(text); err == nil {
			t.Errorf("%q is taken for %v", text, c)
		}
	}
}

func TestUses(t *testing.T) {
	files := repository("-- pytest.ini --\n[pytest]\naddopts = -nauto --dist loadfile --dist=load -o timeout=3 -W error --px x\n")
	s := pytest.Resolve(pytest.Invocation{Dir: ".", Args: []pytest.Word{{Text: "--numprocesses=4"}}}, files, pytest.Releases{})
	var got []string
	for _, u := range UsesOf(s) {
		got = append(got, u.What.Flag+u.What.Ini+" from "+u.From)
	}
	for _, want := range []string{"-n=4 from command line", "--dist=load from addopts", "timeout from addopts", "-W=error from addopts", "--px from addopts"} {
		if !slices.Contains(got, want) {
			t.Errorf("no %q in %q", want, got)
		}
	}
	for _, not := range []string{"-n=auto from addopts", "--dist=loadfile from addopts"} {
		if slices.Contains(got, not) {
			t.Errorf("%q is replaced by a later one", not)
		}
	}
}
