package pytest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"policygen/internal/finding"
)

// words gives every word its own column in one line of a file.
func words(texts ...string) []Word {
	var list []Word
	column := 1
	for _, text := range texts {
		list = append(list, Word{Text: text, Pos: finding.Position{File: "run.sh", Line: 1, Column: column}})
		column += len(text) + 1
	}
	return list
}

func resolve(env map[string]string, files map[string]string, args ...string) Settings {
	tree := fstest.MapFS{}
	for name, text := range files {
		tree[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return Resolve(Invocation{Args: words(args...), Env: env, Mount: "/repo"}, tree, Releases{})
}

func show(v Value) string {
	text := fmt.Sprintf("%s from %s at %s", v.Text, v.From, v.Pos)
	if len(v.Unknown) > 0 {
		text += " unless " + strings.Join(v.Unknown, ", ")
	}
	return text
}

// TestUnknown says what is certain where values or whole words are unknown.
func TestUnknown(t *testing.T) {
	w, a := Unknown("WORKERS"), Unknown("ARGS")
	for _, c := range []struct {
		args               []string
		env                map[string]string
		workers, dist      []string // what they depend on
		text, distText     string
		open               []string
		paths, usageErrors string
	}{
		{args: []string{"-n", w}, workers: []string{"WORKERS"}, text: w, distText: "load", dist: []string{"WORKERS"}, paths: "."},
		{args: []string{"-n" + w, "--dist", "loadfile"}, workers: []string{"WORKERS"}, text: w, distText: "loadfile", paths: "."},
		{args: []string{"-n", "4", a}, workers: []string{"ARGS"}, text: "4", distText: "load", dist: []string{"ARGS"}, open: []string{"ARGS"}, paths: "."},
		{args: []string{a, "-n", "4", "--dist=loadfile"}, text: "4", distText: "loadfile", open: []string{"ARGS"}, paths: "."},
		{args: []string{a}, workers: []string{"ARGS"}, text: "0", distText: "no", dist: []string{"ARGS"}, open: []string{"ARGS"}, paths: "."},
		{args: []string{a, "-n0"}, text: "0", distText: "no", open: []string{"ARGS"}, paths: "."},
		{args: []string{"-v" + a, "tests"}, workers: []string{"ARGS"}, text: "0", distText: "no", dist: []string{"ARGS"}, open: []string{"ARGS"}, paths: "tests"},
		{args: []string{"--" + a + "=x", "-n2"}, text: "2", distText: "load", open: []string{"ARGS"}, paths: "."},
		{args: []string{"-n2", "-c", a}, text: "2", distText: "load", open: []string{"ARGS"}, paths: "."},
		{args: []string{"-c", a}, workers: []string{"ARGS"}, dist: []string{"ARGS"}, text: "0", distText: "no", open: []string{"ARGS"}, paths: "."},
		{args: []string{"tests/" + w, "-n2"}, text: "2", distText: "load", paths: "tests/" + w},
		{args: []string{"-n2", "--", a}, text: "2", distText: "load", paths: a},
		{args: []string{"-n2", "--maxprocesses", w}, workers: []string{"WORKERS"}, text: "2", distText: "load", paths: "."},
		{args: []string{"-n2", "--dist", w}, dist: []string{"WORKERS"}, text: "2", distText: w, paths: "."},
		{args: []string{"-n2"}, env: map[string]string{"PYTEST_ADDOPTS": a}, text: "2", distText: "load", open: []string{"ARGS"}, paths: "."},
		{args: []string{"-v"}, env: map[string]string{"PYTEST_ADDOPTS": "-n 3 --dist " + Unknown("a b")}, text: "3", distText: Unknown("a b"), dist: []string{"a b"}, paths: "."},
		{args: []string{"-nauto"}, env: map[string]string{"PYTEST_XDIST_AUTO_NUM_WORKERS": w}, text: w, workers: []string{"WORKERS"}, distText: "load", dist: []string{"WORKERS"}, paths: "."},
	} {
		s := resolve(c.env, nil, c.args...)
		if s.Workers.Text != c.text || !slices.Equal(s.Workers.Unknown, c.workers) {
			t.Errorf("%q: workers %s, want %q unless %q", c.args, show(s.Workers), c.text, c.workers)
		}
		if s.Dist.Text != c.distText || !slices.Equal(s.Dist.Unknown, c.dist) {
			t.Errorf("%q: dist %s, want %q unless %q", c.args, show(s.Dist), c.distText, c.dist)
		}
		if !slices.Equal(s.Open, c.open) || s.UsageError != "" {
			t.Errorf("%q: open %q, want %q; usage error %q", c.args, s.Open, c.open, s.UsageError)
		}
		var paths []string
		for _, p := range s.Paths {
			paths = append(paths, p.Text)
		}
		if got := strings.Join(paths, " "); got != c.paths {
			t.Errorf("%q: paths %q, want %q", c.args, got, c.paths)
		}
	}
}

func TestUnknowns(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
	}{
		{"plain", nil},
		{Unknown("A") + "/" + Unknown("B") + Unknown("A"), []string{"A", "B"}},
		{"x" + Unknown("${{ inputs.n || 'a b' }}"), []string{"${{ inputs.n || 'a b' }}"}},
		{Unknown(Unknown("A")), []string{"A"}},
		{string(unknownStart) + "half", nil},
		{string(unknownEnd) + Unknown(""), []string{""}},
	} {
		if got := Unknowns(c.text); !slices.Equal(got, c.want) {
			t.Errorf("Unknowns(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}

// TestFrom says where values come from, to the column.
func TestFrom(t *testing.T) {
	files := map[string]string{
		"pytest.ini": "[pytest]\naddopts = -v\n    --dist 'loadfile' -n 3\ntimeout = 60\ntestpaths = tests\n",
		"tox.ini":    "[tox]\n[pytest]\n", "setup.cfg": "[metadata]\n", "pyproject.toml": "[tool.pytest.ini_options]\n", "tests/test_a.py": "",
	}
	s := resolve(map[string]string{"PYTEST_ADDOPTS": "-m slow"}, files, "-n", "8", "--maxprocesses=2", "-v", "-W", "a", "-W", "b", "--tb=short", "--tb=long")
	for _, c := range []struct {
		name, want string
		value      Value
	}{
		{"workers", "2 from command line at run.sh:1:6", s.Workers},
		{"numprocesses", "8 from command line at run.sh:1:4", s.NumProcesses},
		{"dist", "loadfile from addopts at pytest.ini:3:12", s.Dist},
		{"restart", "32 from default at -", s.MaxWorkerRestart},
		{"timeout", "60 from configuration file at pytest.ini:4:11", s.Timeout},
		{"markers", "slow from PYTEST_ADDOPTS at -", s.Markers},
		{"path", "tests from configuration file at pytest.ini:5:13", s.Paths[0]},
	} {
		if got := show(c.value); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	if got := fmt.Sprint(s.Shadowed); got != "[pyproject.toml:1:14 tox.ini:2:1]" {
		t.Errorf("shadowed: %s", got)
	}
	var options []string
	for _, o := range s.Options {
		options = append(options, fmt.Sprintf("%s=%s(%s,%t)", o.Name, o.Value, o.From, o.Ignored))
	}
	want := "-v=(addopts,false) --dist=loadfile(addopts,false) -n=3(addopts,true) -m=slow(PYTEST_ADDOPTS,false) -n=8(command line,false) --maxprocesses=2(command line,false) " +
		"-v=(command line,false) -W=a(command line,false) -W=b(command line,false) --tb=short(command line,true) --tb=long(command line,false)"
	if got := strings.Join(options, " "); got != want {
		t.Errorf("options: %s", got)
	}
}

// TestStrangers: options that are in no table don't make the start wrong, and take the next word only where it is nothing to collect.
func TestStrangers(t *testing.T) {
	files := map[string]string{"tests/test_a.py": "", "robin/test_b.py": ""}
	for args, want := range map[string]string{
		"--backend duck tests":     "tests",
		"--backend robin tests":    "robin tests",
		"--backend=robin tests":    "tests",
		"--fast tests -n2":         "tests",
		"--backend x/y":            "x/y",
		"/repo/tests /elsewhere":   "/repo/tests /elsewhere",
		"--cov src --cov-report x": ".",
		"-E stage tests":           "tests",
	} {
		s := resolve(nil, files, strings.Fields(args)...)
		var paths []string
		for _, p := range s.Paths {
			paths = append(paths, p.Text)
		}
		if got := strings.Join(paths, " "); got != want || s.UsageError != "" {
			t.Errorf("%s: paths %q, want %q; usage error %q", args, got, want, s.UsageError)
		}
	}
}

// TestReleases: what depends on the release.
func TestReleases(t *testing.T) {
	for _, c := range []struct {
		rel                  Releases
		args, workers, usage string
	}{
		{Releases{}, "-n0 --dist load --tx 2*popen", "0", ""},
		{Releases{Xdist: "3.5.0"}, "-n0 --dist load --tx 2*popen", "2", ""},
		{Releases{Xdist: "no version"}, "-n0 --dist load --tx 2*popen", "0", ""},
		{Releases{Pytest: "8.1"}, "@args", "0", ""},
		{Releases{Pytest: "8.2"}, "@args", "6", ""},
		{Releases{Pytest: "7.3"}, "--config-file=x.ini -n2", "2", "unrecognized arguments: --config-file=x.ini"},
		{Releases{Xdist: "3.6.1"}, "--px popen -n2", "2", "unrecognized arguments: --px"},
	} {
		inv := Invocation{Args: words(strings.Fields(c.args)...)}
		s := Resolve(inv, fstest.MapFS{"args": {Data: []byte("-n\n6\n")}, "x.ini": {Data: []byte("[pytest]\n")}}, c.rel)
		if s.Workers.Text != c.workers || s.UsageError != c.usage {
			t.Errorf("%v %s: workers %s, usage error %q", c.rel, c.args, s.Workers.Text, s.UsageError)
		}
	}
}

func TestShlex(t *testing.T) {
	for text, want := range map[string]string{
		"": "[]", " a  b\tc\n": `["a" "b" "c"]`, `'a b'"c d"e\ f`: `["a bc de f"]`, `"a\"b\\c\d"`: `["a\"b\\c\\d"]`, `''`: `[""]`, "a # b": `["a" "#" "b"]`,
	} {
		got, _, err := splitShlex(text)
		if fmt.Sprintf("%q", got) != want || err != nil {
			t.Errorf("%q: %q, %v; want %s", text, got, err, want)
		}
	}
	for _, text := range []string{"'", `"a`, `\`, `"\`} {
		if got, _, err := splitShlex(text); err == nil {
			t.Errorf("%q: %q and no error", text, got)
		}
	}
}

// FuzzResolve: whatever the words are, nothing panics, and -n0 behind them always means no workers.
func FuzzResolve(f *testing.F) {
	f.Add("-n 4 --dist loadfile tests", "-v", "[pytest]\naddopts = -n 3\n", "")
	f.Add("@args.txt -xvn4 -- -k", "'", "", "@args.txt\n-n\n8")
	f.Add("-n "+Unknown("W")+" "+Unknown("A")+" --tx=3*popen --pdb -c conf.toml", Unknown("E"), "[tool.pytest]\naddopts = ['-d']\n", "--rootdir=/x")
	f.Add("-p no:xdist -p\xff -\xff --=x -= -", "\\", "[pytest]\ntestpaths = ** [ ?", "")
	f.Fuzz(func(t *testing.T, line, env, config, arguments string) {
		files := fstest.MapFS{"tests/test_a.py": {}}
		for _, name := range []string{"pytest.ini", "conf.toml", "pyproject.toml", "tests/setup.cfg"} {
			files[name] = &fstest.MapFile{Data: []byte(config)}
		}
		files["args.txt"] = &fstest.MapFile{Data: []byte(arguments)}
		inv := Invocation{Args: words(strings.Split(line, " ")...), Env: map[string]string{"PYTEST_ADDOPTS": env}}
		s := Resolve(inv, files, Releases{})
		if s.Workers.Text == "" || s.Dist.Text == "" {
			t.Errorf("no workers or mode: %+v", s)
		}
		inv.Args = append(inv.Args, Word{Text: "-n0"})
		s = Resolve(inv, files, Releases{})
		behind := slices.ContainsFunc(s.Options, func(o Option) bool { return o.Name == "" && o.Value == "-n0" }) // "--"
		if s.UsageError == "" && len(s.Open) == 0 && !behind && s.Workers.Text != "0" {
			t.Errorf("%q -n0: %s", line, show(s.Workers))
		}
	})
}
