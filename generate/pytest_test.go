package generate

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"policygen/internal/pep440"
	"policygen/internal/testrun"
	"policygen/policy"
)

// pytestFiles are the names under which pytest looks for its configuration.
var pytestFiles = [...]string{"pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg"}

// pytestOf returns the configuration of a policy in a file of its own, or as a block.
func pytestOf(t *testing.T, in Input, file string, blocks ...string) rendered {
	t.Helper()
	r, err := renderPytest(in, policy.Target{Kind: "pytest", Path: file, Blocks: blocks})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.prove(); err != nil {
		t.Fatalf("%s: %v\n%s", file, err, r.content)
	}
	if lines := strings.Count(string(r.content), "\n"); len(r.origins) != lines || r.partial != (len(blocks) > 0) {
		t.Errorf("%s: %d lines have %d origins; partial: %v", file, lines, len(r.origins), r.partial)
	}
	return r
}

func TestPytestGolden(t *testing.T) {
	all := inputs(t)
	golden(t, "ranges.pytest.ini", string(pytestOf(t, all["ranges"], "pytest.ini").content))
	golden(t, "sparkless.pytest.toml", string(pytestOf(t, all["sparkless"], "pytest.toml").content))
	golden(t, "quotes.setup.cfg", string(pytestOf(t, all["quotes"], "setup.cfg", "pytest").content))
	golden(t, "every_field.pyproject.toml", string(pytestOf(t, all["every_field"], "sub/pyproject.toml", "pytest").content))
	golden(t, "serial.tox.ini", string(pytestOf(t, all["serial"], "tox.ini", "pytest").content))
}

func TestPytestKeys(t *testing.T) {
	for name, want := range map[string]pytestConfig{
		"sparkless": {"8.0", []string{"pytest-cov>=4.0", "pytest-timeout>=2.0,!=2.5.0", "pytest-xdist>=3.2.1,!=3.6.0"}},
		// pytest-split is the old backend's alone, pytest-xdist may be missing, and 2.0 is for neither of the two.
		"ranges": {"6.3.dev0", []string{"pytest-timeout>=1.4,!=2.0.*,!=2.5.0"}},
		"serial": {"", []string{"pytest-timeout>=0.4,!=2.5.0"}},
	} {
		in := inputs(t)[name]
		for _, file := range pytestFiles {
			table := tableOf(t, file)
			got, err := table.decode(pytestOf(t, in, file, "pytest").content)
			if err != nil || got.Minversion != want.Minversion || !slices.Equal(got.RequiredPlugins, want.RequiredPlugins) {
				t.Errorf("%s: %s says %+v, %v; want %+v", name, file, got, err, want)
			}
		}
	}
}

// TestPytestNothing: where nothing is needed there is no key, and pytest still reads the file.
func TestPytestNothing(t *testing.T) {
	in := withRanges("", "")
	in.Plans[0].Requires = in.Plans[0].Requires[:1]
	for _, file := range pytestFiles {
		if r := pytestOf(t, in, file, "pytest"); strings.Contains(string(r.content), "=") {
			t.Errorf("%s:\n%s", file, r.content)
		}
	}
	if _, err := renderPytest(in, policy.Target{Path: "other.ini"}); err == nil {
		t.Error("other.ini is rendered, which pytest never reads")
	}
}

// TestPytestUnknownSpelling: pytest isn't asked for a plugin that it might look for under another spelling.
func TestPytestUnknownSpelling(t *testing.T) {
	in := withRanges(">=7", ">=1")
	in.Plans[0].Requires[1].Package = "pytest-httpserver"
	for _, file := range pytestFiles {
		text := string(pytestOf(t, in, file).content)
		if strings.Contains(text, "required_plugins") || !strings.Contains(text, "# pytest is not asked for pytest-httpserver>=1: ") {
			t.Errorf("%s:\n%s", file, text)
		}
	}
}

// withRanges is a policy that needs ranges of pytest and pytest-timeout.
func withRanges(pytest, timeout string) Input {
	p := &policy.Policy{Backends: []policy.Backend{{Name: "only"}}, Sources: []string{"policygen.cue"}}
	need := func(name, text, why string) policy.Requirement {
		b := bound(text, why)
		return policy.Requirement{Package: name, Range: b.Set, Bounds: []policy.Bound{b}}
	}
	return Input{Policy: p, Command: "policygen render", Plans: []policy.Plan{{Backend: "only", Requires: []policy.Requirement{
		need("pytest", pytest, "[pytest]\u2028minversion = 99 # ; %(x)s"), need("pytest-timeout", timeout, "'''\"\"\"\\"),
	}}}}
}

// TestPytestOrigins: each line names the places and the facts that it is there for.
func TestPytestOrigins(t *testing.T) {
	in := inputs(t)["ranges"]
	for _, file := range pytestFiles {
		r := pytestOf(t, in, file, "pytest")
		indent, quote := "    ", ""
		if strings.HasSuffix(file, ".toml") {
			indent, quote = "  ", "'"
		}
		const origin = "testdata/policies/ranges.cue"
		checkOrigins(t, r, origin, "minversion", `pytest: {range: ">=6.2,<10" + new-pytest`)
		checkOrigins(t, r, origin, "required_plugins", `range: ">=1.4,<2.0" + range: ">=2.1" + timeout-limit`)
		checkOrigins(t, r, origin, indent+quote+"pytest-timeout>=1.4", `range: ">=1.4,<2.0" + range: ">=2.1"`)
		checkOrigins(t, r, origin, "# policygen:begin", "")
	}
}

// TestPytestCheck: the proof sees a file that says something else, and one that insists on more than a plan needs.
func TestPytestCheck(t *testing.T) {
	in := inputs(t)["ranges"]
	for _, file := range pytestFiles {
		table := tableOf(t, file)
		content := string(pytestOf(t, in, file, "pytest").content)
		made, err := table.decode([]byte(content))
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct{ old, new string }{{"6.3.dev0", "6.4"}, {"minversion =", "minVersion ="}, {">=1.4", ">=1.5"}, {table.header(), "[other]"}} {
			broken := strings.Replace(content, c.old, c.new, 1)
			i := strings.LastIndex(content, c.old) // the first one may stand in a comment
			if c.old != table.header() {
				broken = content[:i] + c.new + content[i+len(c.old):]
			}
			if err := checkPytest([]byte(broken), table, made, in.Plans); err == nil {
				t.Errorf("%s: %q instead of %q is not seen in\n%s", file, c.new, c.old, broken)
			}
		}
		for _, more := range []pytestConfig{{Minversion: "7"}, {RequiredPlugins: []string{"pytest-timeout>=2"}}, {RequiredPlugins: []string{"pytest-xdist"}}} {
			content := table.header() + "\n" + string(table.encode(more))
			if err := checkPytest([]byte(content), table, more, in.Plans); err == nil {
				t.Errorf("%s: no plan needs %+v", file, more)
			}
		}
	}
}

// TestPytestObeys: pytest finds the file by its name, reads it, runs where the ranges hold, and refuses where one does not.
func TestPytestObeys(t *testing.T) {
	for _, variable := range []string{testrun.Newest, testrun.Older} {
		t.Run(variable, func(t *testing.T) {
			python := testrun.Python(t, variable)
			versions := installed(t, python)
			cases := pytestCases(t, versions)
			root := t.TempDir()
			var dirs []string
			for i, c := range cases {
				dir := filepath.Join(root, "case"+string(rune('a'+i/26))+string(rune('a'+i%26)))
				dirs = append(dirs, dir)
				writeFile(t, filepath.Join(dir, c.file), c.content)
				writeFile(t, filepath.Join(dir, "test_"+filepath.Base(dir)+".py"), "def test_it(): pass\n")
			}
			for i, got := range runPytest(t, python, dirs) {
				if c := cases[i]; got.Code != c.code || !strings.Contains(got.Output, c.output) {
					t.Errorf("%s, %s: exit code %d and not %d with %q\n%s\n%s", c.name, c.file, got.Code, c.code, c.output, got.Output, c.content)
				}
			}
			t.Logf("pytest %s, pytest-timeout %s: %d files", versions["pytest"], versions["pytest-timeout"], len(cases))
		})
	}
}

// A pytestCase is a project with one configuration file, and what pytest does in it.
type pytestCase struct {
	name, file, content, output string
	code                        int
}

// pytestCases are a file of each name with ranges that hold and with ranges that don't, and the files of all policies.
func pytestCases(t *testing.T, versions map[string]string) []pytestCase {
	var cases []pytestCase
	for _, file := range pytestFiles {
		if strings.HasSuffix(file, "pytest.toml") && strings.HasPrefix(versions["pytest"], "7.") {
			continue // pytest reads it since 9.0
		}
		add := func(name, pytest, timeout string, code int, output string) {
			for i, blocks := range [][]string{nil, {"pytest"}} {
				if (len(cases)+i)%2 == 0 && testrun.Figure(10) == 1 {
					continue // every other one
				}
				content := pytestOf(t, withRanges(pytest, timeout), file, blocks...).content
				cases = append(cases, pytestCase{name, file, string(content), output, code})
			}
		}
		add("all holds", ">=7.0,<99", "!=2.2.*", 0, "1 passed")
		add("pytest is too old", ">=98.7", "", 4, "98.7")
		add("a plugin is too old", "<99", ">=98", 4, "Missing required plugins: pytest-timeout>=98")
		add("a plugin is barred", "", "!="+versions["pytest-timeout"], 4, "Missing required plugins: pytest-timeout!=")
	}
	for name, in := range inputs(t) {
		c := pytestCase{name: name, file: "pytest.ini", output: "1 passed"}
		c.content = string(pytestOf(t, in, c.file).content)
		if table := tableOf(t, c.file); !met(t, table, c.content, versions) {
			c.code, c.output = 4, ""
		}
		cases = append(cases, c)
	}
	return cases
}

// met reports whether the installed versions are such that pytest should run.
func met(t *testing.T, table pytestTable, content string, versions map[string]string) bool {
	t.Helper()
	read, err := table.decode([]byte(content))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range append(read.RequiredPlugins, "pytest>="+read.Minversion) {
		name, set, err := readRequirement(strings.TrimSuffix(text, ">="))
		if err != nil {
			t.Fatal(err)
		}
		v, err := pep440.Parse(versions[name])
		if err != nil || !set.Contains(v) {
			return false
		}
	}
	return true
}

// installed returns the versions of an environment's distributions.
func installed(t *testing.T, python string) map[string]string {
	t.Helper()
	cmd := exec.Command(python, "-c", `
import importlib.metadata, json
print(json.dumps({d.metadata["Name"]: d.version for d in importlib.metadata.distributions()}))`)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	versions := map[string]string{}
	if err := json.Unmarshal(out, &versions); err != nil {
		t.Fatal(err)
	}
	return versions
}

type pytestResult struct {
	Code   int
	Output string
}

// runPytest runs pytest in each folder, all in one process.
func runPytest(t *testing.T, python string, dirs []string) []pytestResult {
	t.Helper()
	cmd := exec.Command(python, "-c", `
import contextlib, io, json, os, sys
import pytest
results = []
for folder in json.load(sys.stdin):
    os.chdir(folder)
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = pytest.main(["-p", "no:cacheprovider", "-p", "no:terminalprogress", folder])
    results.append({"Code": int(code), "Output": said.getvalue()})
json.dump(results, sys.stdout)`)
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1", "PYTEST_ADDOPTS=")
	input, err := json.Marshal(dirs)
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdin, cmd.Stderr = strings.NewReader(string(input)), os.Stderr
	out, err := cmd.Output()
	var results []pytestResult
	if err == nil {
		err = json.Unmarshal(out, &results)
	}
	if err != nil || len(results) != len(dirs) {
		t.Fatalf("%d folders gave %d results: %v\n%s", len(dirs), len(results), err, out)
	}
	return results
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

func tableOf(t *testing.T, file string) pytestTable {
	t.Helper()
	f, ok := policy.PytestFileOf(file)
	if !ok {
		t.Fatalf("pytest reads no %s", file)
	}
	return pytestTable{f}
}
