package generate

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"policygen/internal/testrun"
	"policygen/internal/worktree"
	"policygen/policy"
)

const (
	tomlMarkers = "# policygen:begin pytest\n# policygen:end pytest\n"
	tomlHeader  = "[tool.pytest.ini_options]\n"
)

// A mergeCase is a file of somebody's own with markers in it, and what is wrong with the place of its block; "" for nothing.
type mergeCase struct{ name, file, text, obstacle string }

// mergeCases are for a policy that needs pytest >=98.7 and pytest-timeout >=1.
var mergeCases = []mergeCase{
	{"in its table", "pyproject.toml", "[project]\nname = 'x'\n" + tomlHeader + "addopts = '-q'\n" + tomlMarkers + "[tool.ruff]\nminversion = 1\n", ""},
	{"first in its table", "pyproject.toml", tomlHeader + tomlMarkers + "addopts = '-q'\n", ""},
	{"with Windows line endings", "pyproject.toml", strings.ReplaceAll(tomlHeader+"addopts = '-q'\n"+tomlMarkers, "\n", "\r\n"), ""},
	{"an empty native table above", "pyproject.toml", "[tool.pytest]\n" + tomlHeader + tomlMarkers, ""},
	{"a key twice", "pyproject.toml", tomlHeader + "minversion = \"7.0\"\n" + tomlMarkers,
		`a key "minversion" at 2:1 beside the block "pytest" of 3:1, which has it too`},
	{"a key twice, below", "pyproject.toml", "[tool.x]\nrequired_plugins = 1\n" + tomlHeader + tomlMarkers + "\nrequired_plugins = []\n",
		`a key "required_plugins" at 7:1 beside the block "pytest" of 4:1, which has it too`},
	{"a key twice, by a dotted name", "pyproject.toml", "[tool]\npytest.ini_options.minversion = '7'\n" + tomlHeader + tomlMarkers,
		`a mistake at 3:1 that keeps pytest from reading the file: toml: table ini_options already exists as defined by a dotted key`},
	{"under another table", "pyproject.toml", tomlHeader + "addopts = '-q'\n[tool.ruff]\n" + tomlMarkers,
		`the block "pytest" of 4:1, which is not in the table [tool.pytest.ini_options], where pytest looks`},
	{"under the native table", "pyproject.toml", "[tool.pytest]\n" + tomlMarkers,
		`the block "pytest" of 2:1, which is not in the table [tool.pytest.ini_options], where pytest looks`},
	{"under no table", "pyproject.toml", tomlMarkers, `the block "pytest" of 1:1, which is not in the table [tool.pytest.ini_options], where pytest looks`},
	{"in a text", "pyproject.toml", tomlHeader + "addopts = \"\"\"\n" + tomlMarkers + "\"\"\"\n",
		`the block "pytest" of 3:1, which is not in the table [tool.pytest.ini_options], where pytest looks`},
	{"in a list", "pyproject.toml", tomlHeader + "markers = [\n" + tomlMarkers + "]\n",
		`the block "pytest" of 3:1, which is not in the table [tool.pytest.ini_options], where pytest looks`},
	{"beside native keys", "pyproject.toml", "[tool.pytest]\nstrict = true\n" + tomlHeader + tomlMarkers,
		`a table [tool.pytest] with keys of its own beside [tool.pytest.ini_options], in which the block "pytest" of 4:1 is; pytest 9 refuses both together`},
	{"a mistake below", "pyproject.toml", tomlHeader + tomlMarkers + "addopts =\n",
		`a mistake at 4:1 that keeps pytest from reading the file: toml: unexpected character U+000A at start of value`},
	{"in its section", "setup.cfg", "[metadata]\nname = x\n[tool:pytest]\naddopts = -q\n" + tomlMarkers + "[other]\nminversion: 7\n", ""},
	{"under another section", "setup.cfg", "[tool:pytest]\naddopts = -q\n[metadata]\n" + tomlMarkers,
		`the block "pytest" of 4:1, which is not in the table [tool:pytest], where pytest looks`},
	{"a name twice", "tox.ini", "[pytest]\nminversion : 7\n" + tomlMarkers, `a key "minversion" at 2:1 beside the block "pytest" of 3:1, which has it too`},
	{"a section twice", "tox.ini", "[pytest]\n" + tomlMarkers + "[pytest]\n",
		`a mistake at 4:1 that keeps pytest from reading the file: "[pytest]" is no section, or one for the second time`},
	{"its own file", "pytest.ini", "[pytest]\naddopts = -q\n" + tomlMarkers, ""},
}

// TestPytestMerge: a block is not filled where the whole file would then be invalid or mean something else, what is wrong has its place,
// and where nothing is said pytest itself obeys the block.
func TestPytestMerge(t *testing.T) {
	in := withRanges(">=98.7", ">=1")
	var dirs []string
	for _, c := range mergeCases {
		root := t.TempDir()
		file := filepath.Join(root, c.file)
		writeFile(t, file, c.text)
		change := mergedChange(t, in, root, c.file)
		want := worktree.Missing
		if c.obstacle != "" {
			want = worktree.Obstructed
		}
		if change.Status != want || change.Obstacle != c.obstacle || (change.Help == "") != (c.obstacle == "") {
			t.Errorf("%s: %v, help: %q\n%s", c.name, change, change.Help, change.New)
		}
		if c.obstacle == "" {
			writeFile(t, file, string(change.New))
			writeFile(t, filepath.Join(root, "test_it.py"), "def test_it(): pass\n")
			dirs = append(dirs, root)
			if change = mergedChange(t, in, root, c.file); change.Status != worktree.OK {
				t.Errorf("%s: once filled: %v", c.name, change)
			}
		}
	}
	for i, got := range runPytest(t, testrun.Python(t, testrun.Newest), dirs) {
		if got.Code != 4 || !strings.Contains(got.Output, "requires pytest-98.7") {
			t.Errorf("%s: pytest does not obey the block, exit code %d\n%s", dirs[i], got.Code, got.Output)
		}
	}
}

// TestPytestMergeFilled: what became wrong after the block was filled is seen too, though nothing is to be written.
func TestPytestMergeFilled(t *testing.T) {
	in := withRanges(">=98.7", ">=1")
	root := t.TempDir()
	file := filepath.Join(root, "pyproject.toml")
	writeFile(t, file, tomlHeader+tomlMarkers)
	filled := string(mergedChange(t, in, root, "pyproject.toml").New)
	for text, want := range map[string]worktree.Status{
		filled: worktree.OK,
		"[tool.ruff]\n" + strings.TrimPrefix(filled, tomlHeader):          worktree.Obstructed,
		filled + "minversion = '7.0'\n":                                   worktree.Obstructed,
		strings.Replace(filled, tomlHeader, tomlHeader+"x = [\n", 1):      worktree.Obstructed,
		strings.Replace(filled, tomlHeader, "[tool.x]\n\n"+tomlHeader, 1): worktree.OK,
	} {
		writeFile(t, file, text)
		if change := mergedChange(t, in, root, "pyproject.toml"); change.Status != want {
			t.Errorf("%v, not %v\n%s", change, want, text)
		}
	}
}

// TestPytestMergeHelp: who is told to put markers into a file is told into which table.
func TestPytestMergeHelp(t *testing.T) {
	for file, want := range map[string]string{
		"pyproject.toml": `each on a line of its own, below a line "[tool.pytest.ini_options]" and before the next table`,
		"setup.cfg":      `each on a line of its own, below a line "[tool:pytest]" and before the next table`,
	} {
		root := t.TempDir()
		writeFile(t, filepath.Join(root, file), "[x]\n")
		if change := mergedChange(t, withRanges(">=8", ""), root, file); change.Status != worktree.Obstructed || !strings.HasSuffix(change.Help, want) {
			t.Errorf("%v: %s", change, change.Help)
		}
	}
}

// mergedChange is the verdict on a file with the configuration of a policy as its block.
func mergedChange(t *testing.T, in Input, root, file string) worktree.Change {
	t.Helper()
	in.Policy.Targets = []policy.Target{{Name: "pytest", Kind: "pytest", Path: file, Blocks: []string{"pytest"}}}
	r, err := Render(in)
	if err != nil {
		t.Fatal(err)
	}
	changes, err := worktree.Compare(root, r.Artifacts)
	if err != nil || len(changes) != 1 {
		t.Fatalf("%v, %v", changes, err)
	}
	return changes[0]
}

// TestINIAgainstIniconfig: where iniconfig reads a text, so do we, and the same; where it refuses one, we do.
func TestINIAgainstIniconfig(t *testing.T) {
	texts := []string{
		"[a]\nx = 1\n  2\n\n  3\ny: 4=5\n# c\n; c\nz =\n  # c\n  6\n", "[a]\nx=1\nx=2\n", "[a]\n[a]\n", "x = 1\n", "[a]\n  x\n", "[a]\nx\n", "[a\n", "[]\n",
		"[a] # c\nx=1\n", "\ufeff[a]\nx = 1\r\n\tmore\r\n", "[a]\nx:y = 1\n", "[a]\nx = 1\x0c  2\n", "[a b]\n\n x\n", "[a]\nx = a # no comment\n",
	}
	for _, c := range mergeCases {
		if strings.HasSuffix(c.file, "i") || strings.HasSuffix(c.file, "cfg") {
			texts = append(texts, c.text)
		}
	}
	for i, want := range iniconfigReads(t, texts) {
		got, err := readINI(texts[i])
		if (err != nil) != (want == nil) {
			t.Errorf("%q: %v, iniconfig reads %v", texts[i], err, want)
			continue
		}
		for name, section := range want {
			for key, value := range section {
				if got[name][key] != value {
					t.Errorf("%q: %s %s is %q, not %q", texts[i], name, key, got[name][key], value)
				}
			}
		}
	}
}

// iniconfigReads returns what iniconfig makes of texts; nil for one that it refuses.
func iniconfigReads(t *testing.T, texts []string) []map[string]map[string]string {
	t.Helper()
	var read []map[string]map[string]string
	askPython(t, testrun.Python(t, testrun.Newest), `
import iniconfig, json, sys
def read(text):
    try:
        return {s.name: dict(s.items()) for s in iniconfig.IniConfig("x", text)}
    except iniconfig.ParseError:
        return None
json.dump([read(text) for text in json.load(sys.stdin)], sys.stdout)`, texts, &read)
	if len(read) != len(texts) {
		t.Fatalf("%d of %d texts", len(read), len(texts))
	}
	return read
}

// askPython gives a script a value as JSON and reads its answer.
func askPython(t *testing.T, python, script string, value, answer any) {
	t.Helper()
	input, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, "-c", script)
	cmd.Stdin, cmd.Stderr = bytes.NewReader(input), os.Stderr
	out, err := cmd.Output()
	if err == nil {
		err = json.Unmarshal(out, answer)
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}
