package pins

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"policygen/internal/finding"
	"policygen/internal/source"
	"policygen/policy"
)

// at is a position in the policy of the tests.
func at(line int) finding.Position {
	return finding.Position{File: "policygen.cue", Line: line, Column: 1}
}

// bound is a range that the policy states.
func stated(text, why string, line int) policy.Bound {
	set, ok := parseSet(text)
	if !ok {
		panic(text)
	}
	return policy.Bound{Range: text, Set: set, Why: why, Pos: at(line)}
}

// needs is a plan of a backend that needs ranges: name, range, name, range …
func needs(backend string, words ...string) policy.Plan {
	p := policy.Plan{Backend: backend, Phase: "unit"}
	for i := 0; i < len(words); i += 2 {
		b := stated(words[i+1], "the policy says so", 10+i)
		p.Requires = append(p.Requires, policy.Requirement{Package: words[i], Range: b.Set, Bounds: []policy.Bound{b}})
	}
	return p
}

// fact makes a fact: kind, package, range, and what the kind needs.
func fact(id, kind, pkg, in string, more ...string) policy.Fact {
	f := policy.Fact{ID: id, Kind: kind, Package: pkg, In: in, CheckedThrough: "3.8.0", Why: id + " is so.", Pos: finding.Position{File: "facts.cue", Line: len(id), Column: 1}}
	switch kind {
	case "capability":
		f.Uses.Flag = more[0]
	case "defect":
		f.Severity = more[0]
	case "requires":
		f.Needs = more
	case "renamed":
		f.To = more[0]
	}
	return f
}

// repository reads a txtar-like text: lines "-- name --" begin files.
func repository(text string) fstest.MapFS {
	files := fstest.MapFS{}
	name := ""
	for line := range strings.Lines(text) {
		if head, ok := strings.CutPrefix(line, "-- "); ok {
			name = strings.TrimSuffix(strings.TrimSpace(head), " --")
			files[name] = &fstest.MapFile{}
			continue
		}
		files[name].Data = append(files[name].Data, line...)
	}
	return files
}

// input is what the files pin, under plans and facts.
func input(text string, facts []policy.Fact, plans ...policy.Plan) Input {
	r := Read(repository(text), ReadOptions{})
	in := Input{Sites: r.Sites, Unreadable: r.Unreadable, Plans: plans, Facts: facts}
	if len(plans) > 0 {
		in.Policy = &policy.Policy{}
	}
	return in
}

// told writes findings as lines: place, severity, code, message, and what the first fix makes of the line.
func told(files fstest.MapFS, found finding.List) (lines []string) {
	for _, f := range found {
		line := fmt.Sprintf("%s %s %s %s", f.Position, f.Severity, f.Code, f.Message)
		if len(f.Fixes) > 0 {
			line += " => " + fixedLine(files, f)
		}
		lines = append(lines, line)
	}
	return lines
}

// fixedLine is the line of a finding after its first fix.
func fixedLine(files fstest.MapFS, f finding.Finding) string {
	return strings.TrimSpace(strings.Split(string(fixed(files[f.File].Data, f.Fixes[0])), "\n")[f.Line-1])
}

func fixed(text []byte, x finding.Fix) []byte {
	var edits []source.Edit
	for _, e := range x.Edits {
		edits = append(edits, source.Edit{Start: e.Start, End: e.End, Text: e.Text})
	}
	return source.Apply(text, edits...)
}

var yanked = fact("xdist-yanked", "yanked", "pytest-xdist", "==3.6.0")

func TestVerdicts(t *testing.T) {
	block := fact("hang", "defect", "pytest-xdist", "==3.2.0", "block")
	fixedSince := fact("slow", "defect", "pytest-xdist", ">=2,<3.1.0", "workaround")
	needsOf := []policy.Fact{
		fact("n35", "requires", "pytest-xdist", ">=3.1.0,<3.6.0", "python>=3.7", "pytest>=6.2"),
		fact("n36", "requires", "pytest-xdist", ">=3.6.0,<3.7.0", "python>=3.8", "pytest>=7.0", "execnet>=2.1"),
		fact("n37", "requires", "pytest-xdist", ">=3.7.0", "python>=3.9", "pytest>=7.0", "execnet>=2.1"),
		fact("e21", "requires", "execnet", ">=2.1", "python>=3.8"),
	}
	forFact := needs("robin", "pytest-timeout", ">=0.1")
	forFact.Requires[0].Bounds[0].Fact = "timeout-limit"
	xdist := func(r string) policy.Plan { return needs("robin", "pytest-xdist", r) }
	for _, c := range []struct {
		name, files string
		facts       []policy.Fact
		plans       []policy.Plan
		set         func(*Input)
		want        string
	}{
		{name: "fine", files: "-- requirements.txt --\npytest-xdist>=3.6.1,<4\n", plans: []policy.Plan{xdist(">=3.6.1")}},

		{name: "PIN001", files: "-- requirements.txt --\npytest-xdist>=3.0,<3.6\n", plans: []policy.Plan{xdist(">=3.6.1")},
			want: `requirements.txt:1:1 error PIN001 "pytest-xdist>=3.0,<3.6" admits no version that is in ">=3.6.1" => pytest-xdist>=3.6.1,<4`},
		{name: "PIN001, a constraint", files: "-- requirements.txt --\npytest-xdist>=3.6.1\n-- constraints.txt --\npytest-xdist < 3\n", plans: []policy.Plan{xdist(">=3.6.1")},
			want: `constraints.txt:1:1 error PIN001 "pytest-xdist < 3" admits no version that is in ">=3.6.1" => pytest-xdist >= 3.6.1,< 4`},
		{name: "PIN001, required_plugins", files: "-- requirements.txt --\npytest-xdist>=3.6.1\n-- pytest.ini --\n[pytest]\nrequired_plugins = pytest-xdist<3\n",
			plans: []policy.Plan{xdist(">=3.6.1")},
			want:  `pytest.ini:2:20 error PIN001 "pytest-xdist<3" admits no version that is in ">=3.6.1" => required_plugins = pytest-xdist>=3.6.1,<4`},

		{name: "PIN002", files: "-- requirements.txt --\npytest-xdist>=3.5,<4\n", facts: []policy.Fact{yanked}, plans: []policy.Plan{xdist(">=3.6.1")},
			want: `requirements.txt:1:1 error PIN002 "pytest-xdist>=3.5,<4" admits 3.5, 3.6.0; ">=3.6.1" is needed => pytest-xdist>=3.6.1,<4`},
		{name: "PIN002, no specifier", files: "-- requirements.txt --\npytest-xdist  # why\n", plans: []policy.Plan{xdist(">=3.6.1,<4")},
			want: `requirements.txt:1:1 error PIN002 "pytest-xdist" admits versions in "<3.6.1 or >=4"; ">=3.6.1,<4" is needed => pytest-xdist>=3.6.1,<4  # why`},
		{name: "PIN002, a block", files: "-- requirements.txt --\npytest-xdist >= 3.0, < 4\n", facts: []policy.Fact{block}, plans: []policy.Plan{xdist(">=3.0")},
			want: `requirements.txt:1:1 error PIN002 "pytest-xdist >= 3.0, < 4" admits 3.2.0; ">=3.0,!=3.2.0" is needed => pytest-xdist >= 3.0, < 4, != 3.2.0`},
		{name: "PIN002, required_plugins may be wide", files: "-- requirements.txt --\npytest-xdist>=3.6.1\n-- pytest.ini --\n[pytest]\nrequired_plugins = pytest-xdist\n", plans: []policy.Plan{xdist(">=3.6.1")}},
		{name: "PIN002, a constraint takes it away", files: "-- requirements.txt --\n-c c.txt\npytest-xdist>=3.0\n-- c.txt --\npytest-xdist>=3.6.1\n", plans: []policy.Plan{xdist(">=3.6.1")}},
		{name: "PIN001, the constraint's fault", files: "-- requirements.txt --\n-c c.txt\npytest-xdist>=3.0\n-- c.txt --\npytest-xdist<3.6\n", plans: []policy.Plan{xdist(">=3.6.1")},
			want: `c.txt:1:1 error PIN001 "pytest-xdist<3.6" admits no version that is in ">=3.6.1" => pytest-xdist>=3.6.1,<4`},
		{name: "PIN002, only one backend", files: "-- requirements.txt --\npytest-xdist>=3.0\n", plans: []policy.Plan{needs("mock", "pytest-xdist", ">=2"), xdist(">=3.6.1")},
			want: `requirements.txt:1:1 error PIN002 "pytest-xdist>=3.0" admits 3.0; ">=3.6.1" (backend robin) is needed => pytest-xdist>=3.6.1`},
		{name: "PIN002, another backend asked for", files: "-- requirements.txt --\npytest-xdist>=3.0\n", plans: []policy.Plan{needs("mock", "pytest-xdist", ">=2"), xdist(">=3.6.1")},
			set: func(in *Input) { in.Backend = "mock" }},
		{name: "backends that need different versions", files: "-- requirements.txt --\npytest-xdist<3\n", plans: []policy.Plan{needs("mock", "pytest-xdist", "<3"), xdist(">=3.6.1")}},
		{name: "PIN002, a defect that a newer one has not", files: "-- requirements.txt --\npytest-xdist>=3.0\n", facts: []policy.Fact{fixedSince}, plans: []policy.Plan{xdist(">=3.0")},
			want: `requirements.txt:1:1 warning PIN002 "pytest-xdist>=3.0" admits 3.0 with a defect that 3.8.0 has not => pytest-xdist>=3.1.0`},
		{name: "PIN002, pre-releases don't count", files: "-- requirements.txt --\npytest-xdist>=3.6.1.dev0\n", plans: []policy.Plan{xdist(">=3.6.1")}},
		{name: "PIN002, no policy: what is installed today is fine", files: "-- requirements.txt --\npytest-xdist>=3.0\n", facts: []policy.Fact{block}},
		{name: "PIN002, no policy, strict", files: "-- requirements.txt --\npytest-xdist>=3.0\n", facts: []policy.Fact{block}, set: func(in *Input) { in.Strict = true },
			want: `requirements.txt:1:1 warning PIN002 "pytest-xdist>=3.0" admits 3.2.0; "!=3.2.0" is needed => pytest-xdist>=3.0,!=3.2.0`},
		{name: "PIN002, an option of the project", files: "-- requirements.txt --\npytest-xdist>=3.0\n", facts: []policy.Fact{fact("gone", "capability", "pytest-xdist", "<3.5", "--old")},
			set:  func(in *Input) { in.Uses = []Use{{policy.Uses{Flag: "--old"}, at(99), "addopts"}} },
			want: `requirements.txt:1:1 warning PIN002 "pytest-xdist>=3.0" admits 3.5, 3.8.0; "<3.5" is needed => pytest-xdist>=3.0,<3.5`},

		{name: "PIN002, what a fact alone needs, of a release that none speaks of", files: "-- requirements.txt --\npytest-timeout\n", plans: []policy.Plan{forFact}},
		{name: "PIN002, above one release", files: "-- requirements.txt --\npytest-xdist\n", plans: []policy.Plan{xdist(">=3.2.0,!=3.2.0")},
			want: `requirements.txt:1:1 error PIN002 "pytest-xdist" admits 3.2.0; ">3.2.0" is needed => pytest-xdist>3.2.0`},

		{name: "PIN003", files: "-- requirements.txt --\npytest-xdist==3.5.0\n", facts: []policy.Fact{yanked}, plans: []policy.Plan{xdist(">=3.6.0")},
			want: `requirements.txt:1:1 error PIN003 "pytest-xdist==3.5.0" is not in ">=3.6.0" => pytest-xdist==3.8.0`},
		{name: "PIN003, a lock", files: "-- uv.lock --\nversion = 1\nrevision = 3\nrequires-python = \">=3.9\"\n\n[[package]]\nname = \"pytest-xdist\"\nversion = \"3.5.0\"\nsource = { registry = \"r\" }\n",
			plans: []policy.Plan{xdist(">=3.6.1")}, want: `uv.lock:7:12 error PIN003 pytest-xdist 3.5.0 is not in ">=3.6.1"`},
		{name: "PIN003, no policy", files: "-- requirements.txt --\npytest-xdist==3.2.0\n", facts: []policy.Fact{block},
			want: `requirements.txt:1:1 error PIN003 "pytest-xdist==3.2.0" is not in "!=3.2.0" => pytest-xdist==3.8.0`},

		{name: "PIN004", files: "-- requirements.txt --\npytest-xdist==3.6.0\n", facts: []policy.Fact{yanked},
			want: `requirements.txt:1:1 error PIN004 "pytest-xdist==3.6.0" is yanked => pytest-xdist==3.8.0`},
		{name: "PIN004, a range", files: "-- requirements.txt --\npytest-xdist>=3.5\n", facts: []policy.Fact{yanked}, plans: []policy.Plan{xdist(">=3.5")}},
		{name: "PIN004, a range, strict", files: "-- requirements.txt --\npytest-xdist>=3.5,<3.8\n", facts: []policy.Fact{yanked}, plans: []policy.Plan{xdist(">=3.5")},
			set:  func(in *Input) { in.Strict = true },
			want: `requirements.txt:1:1 note PIN004 "pytest-xdist>=3.5,<3.8" admits 3.6.0, which is yanked; installers pass it over while there is another one => pytest-xdist>=3.5,<3.8,!=3.6.0`},

		{name: "PIN005", files: "-- requirements.txt --\npytest\n-- constraints.txt --\npytest-xdist>=3\n", plans: []policy.Plan{xdist(">=3")},
			want: `policygen.cue:10:1 warning PIN005 pytest-xdist is needed, and no place of the repository installs it`},
		{name: "PIN005, strict", files: "-- requirements.txt --\nother\n", plans: []policy.Plan{xdist(">=3")}, set: func(in *Input) { in.Strict = true },
			want: `policygen.cue:10:1 error PIN005 pytest-xdist is needed, and no place of the repository installs it`},
		{name: "PIN005, perhaps where nobody could read", files: "-- setup.py --\nfrom setuptools import setup\nsetup(install_requires=open('r').read().split())\n", plans: []policy.Plan{xdist(">=3")},
			set: func(in *Input) { in.AllowUnreadable = true }, want: `setup.py:2:24 warning PIN007`},

		{name: "PIN006", files: "-- requirements.txt --\npytest-xdist<3.6\npytest-xdist>=3.6.1\n",
			want: `requirements.txt:2:1 error PIN006 "pytest-xdist>=3.6.1" and "pytest-xdist<3.6" at requirements.txt:1:1 leave no version (requirements.txt)`},
		{name: "PIN006, markers that exclude each other", files: "-- requirements.txt --\npytest-xdist<3.6; python_version<'3.8'\npytest-xdist>=3.6.1; python_version>='3.8'\n"},
		{name: "PIN006, a constraint", files: "-- requirements.txt --\n-c c.txt\npytest-xdist>=3.6.1\n-- c.txt --\npytest-xdist<3\n",
			want: `requirements.txt:2:1 error PIN006 "pytest-xdist>=3.6.1" and "pytest-xdist<3" at c.txt:1:1 leave no version (requirements.txt)`},
		{name: "PIN006, the project and its extra", files: "-- pyproject.toml --\n[project]\nname = \"x\"\ndependencies = [\"execnet<2\"]\n[project.optional-dependencies]\na = [\"execnet>=2\"]\nb = [\"execnet<1\"]\n",
			want: `pyproject.toml:5:7 error PIN006 "execnet>=2" and "execnet<2" at pyproject.toml:3:18 leave no version (extra a)`},
		{name: "PIN006, floors", files: "-- requirements.txt --\npytest>=7\npytest>=8\n",
			want: `requirements.txt:2:1 note PIN006 "pytest>=8" here and "pytest>=7" at requirements.txt:1:1: the greater floor holds (requirements.txt)`},
		{name: "PIN006, a lock", files: "-- pyproject.toml --\n[project]\nname = \"x\"\ndependencies = [\"execnet>=2\"]\n-- uv.lock --\nversion = 1\nrevision = 3\nrequires-python = \">=3.9\"\n\n[[package]]\nname = \"execnet\"\nversion = \"1.9.0\"\nsource = { registry = \"r\" }\n",
			want: `uv.lock:7:12 error PIN006 execnet 1.9.0 is locked, and "execnet>=2" at pyproject.toml:3:18 does not admit it`},

		{name: "PIN007", files: "-- requirements.txt --\npytest-xdist >> 3\n", plans: []policy.Plan{xdist(">=3")}, want: `requirements.txt:1:14 error PIN007`},

		{name: "PIN007, what nobody speaks of", files: "-- requirements.txt --\ngit+https://example.org/x.git#egg=x\n", want: `requirements.txt:1:1 note PIN007`},

		{name: "PIN008", files: "-- requirements.txt --\npytest-xdist==3.9.0\n", facts: []policy.Fact{yanked}, plans: []policy.Plan{xdist(">=3")},
			want: `requirements.txt:1:1 note PIN008 "pytest-xdist==3.9.0" is newer than 3.8.0, the newest release that the facts were checked with: whether it works is unknown`},
		{name: "PIN008, strict", files: "-- requirements.txt --\npytest-xdist>=3.7\n", facts: []policy.Fact{yanked}, plans: []policy.Plan{xdist(">=3")}, set: func(in *Input) { in.Strict = true },
			want: `requirements.txt:1:1 warning PIN008 "pytest-xdist>=3.7" admits releases after 3.8.0, the newest that the facts were checked with: whether they work is unknown`},

		{name: "PIN009", files: "-- requirements.txt --\npytest-xdist>=3.7,!=3.6.0,<4\n",
			want: `requirements.txt:1:1 note PIN009 "pytest-xdist>=3.7,!=3.6.0,<4": "!=3.6.0" can be lifted, since the rest of the range excludes it already => pytest-xdist>=3.7,<4`},
		{name: "PIN009, no such release", files: "-- requirements.txt --\npytest-xdist>=3.0,!=3.4.7\n", set: func(in *Input) { in.Releases = releasesOf("pytest-xdist", "3.0.0", "3.5.0") },
			want: `requirements.txt:1:1 note PIN009 "pytest-xdist>=3.0,!=3.4.7": "!=3.4.7" can be lifted, since there is no such release => pytest-xdist>=3.0`},
		{name: "PIN009, it excludes something", files: "-- requirements.txt --\npytest-xdist>=3.0,!=3.6.0\n"},

		{name: "PIN010", files: "-- requirements.txt --\npytest-xdist>=4,<3\n", want: `requirements.txt:1:1 error PIN010 "pytest-xdist>=4,<3" admits no version at all: its parts exclude each other`},
		{name: "PIN010, the policy and the project's options", files: "-- requirements.txt --\npytest-xdist>=3.6.1\n", plans: []policy.Plan{xdist(">=3.6.1")},
			facts: []policy.Fact{fact("gone", "capability", "pytest-xdist", "<3.5", "--old")},
			set:   func(in *Input) { in.Uses = []Use{{policy.Uses{Flag: "--old"}, at(99), "addopts"}} },
			want:  "policygen.cue:99:1 error PIN010 no version of pytest-xdist is left by what is needed of it"},

		{name: "PIN011", files: "-- requirements.txt --\nrobin>=0.4\nsklearn\n", facts: []policy.Fact{fact("r", "renamed", "robin", ">=0.11.1", "other"), fact("s", "renamed", "sklearn", ">=0", "scikit-learn")},
			want: "requirements.txt:1:1 warning PIN011 \"robin>=0.4\" admits versions in \">=0.11.1\", which are published as \"other\" => robin>=0.4,<0.11.1\n" +
				`requirements.txt:2:1 warning PIN011 "sklearn" admits versions in ">=0", which are published as "scikit-learn"`},
		{name: "PIN011, before that", files: "-- requirements.txt --\nrobin<=0.11.0\n", facts: []policy.Fact{fact("r", "renamed", "robin", ">=0.11.1", "other")}},

		{name: "PIN012, Python", files: "-- pyproject.toml --\n[project]\nname = \"x\"\nrequires-python = \">=3.8\"\ndependencies = [\"pytest-xdist>=3.7\"]\n", facts: needsOf,
			want: `pyproject.toml:4:18 error PIN012 "pytest-xdist>=3.7" needs Python >=3.9, and the project is for Python 3.8 too`},
		{name: "PIN012, Python, an older one is there", files: "-- pyproject.toml --\n[project]\nname = \"x\"\nrequires-python = \">=3.8\"\ndependencies = [\"pytest-xdist>=3.5\"]\n", facts: needsOf},
		{name: "PIN012, Python, a marker", files: "-- pyproject.toml --\n[project]\nname = \"x\"\nrequires-python = \">=3.8\"\ndependencies = [\"pytest-xdist>=3.7; python_version >= '3.9'\"]\n", facts: needsOf},
		{name: "PIN012, --python", files: "-- requirements.txt --\npytest-xdist==3.7.0\n", facts: needsOf, set: func(in *Input) { in.Pythons = []string{"3.8", "3.13"} },
			want: `requirements.txt:1:1 error PIN012 "pytest-xdist==3.7.0" needs Python >=3.9, and the project is for Python 3.8 too`},
		{name: "PIN012, beside", files: "-- requirements.txt --\npytest-xdist>=3.6\npytest<7\n", facts: needsOf,
			want: `requirements.txt:1:1 error PIN012 "pytest-xdist>=3.6" needs pytest >=7.0, and there is "pytest<7" at requirements.txt:2:1`},
		{name: "PIN012, beside, an older one is there", files: "-- requirements.txt --\npytest-xdist>=3.5\npytest<7\n", facts: needsOf},
		{name: "PIN012, elsewhere", files: "-- requirements.txt --\npytest-xdist>=3.6\n-- docs/requirements.txt --\npytest<7\n", facts: needsOf},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := input(c.files, c.facts, c.plans...)
			if c.set != nil {
				c.set(&in)
			}
			got := told(repository(c.files), Judge(in))
			want := strings.Split(c.want, "\n")
			if c.want == "" {
				want = nil
			}
			if !slices.EqualFunc(got, want, func(g, w string) bool { return g == w || strings.HasSuffix(w, "PIN007") && strings.HasPrefix(g, w) }) {
				t.Errorf("found\n%s\nwant\n%s", strings.Join(got, "\n"), c.want)
			}
		})
	}
}

func releasesOf(name string, versions ...string) Releases {
	r := Releases{}
	for _, v := range versions {
		r[name] = append(r[name], Release{Version: mustVersion(v)})
	}
	return r
}
