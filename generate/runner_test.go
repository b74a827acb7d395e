package generate

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"reflect"
	"slices"
	"strings"
	"testing"

	"policygen/internal/testrun"
)

// repeatable are the keys of an invocation that gather values, by section.
var repeatable = map[string][]string{
	"global": {"pass", "venv", "pythonpath", "env", "env-default", "unset", "note"},
	"phase":  {"arg", "path", "env", "env-default", "unset", "note"},
}

// decoded is an invocation in the form in which runner.py shows its own decoding.
func decoded(inv invocation) map[string]any {
	global := sectionJSON("global", inv.Global)
	pass := []any{}
	for _, p := range inv.Global {
		if p.Key == "pass" || p.Key == "pass-path" {
			pass = append(pass, []any{p.Key, p.Value})
		}
	}
	global["pass"] = pass
	delete(global, "pass-path")
	message := map[string]any{"global": global}
	for key, part := range map[string]struct {
		opener   string
		sections []section
	}{"needs": {"need", inv.Needs}, "because": {"because", inv.Because}, "phases": {"phase", inv.Phases}} {
		list := []any{}
		for _, s := range part.sections {
			section := sectionJSON(part.opener, s.Pairs)
			section[part.opener] = s.Name
			list = append(list, section)
		}
		message[key] = list
	}
	return message
}

func sectionJSON(kind string, pairs []pair) map[string]any {
	section := map[string]any{}
	for _, key := range repeatable[kind] {
		section[key] = []any{}
	}
	for _, p := range pairs {
		if slices.Contains(repeatable[kind], p.Key) {
			section[p.Key] = append(section[p.Key].([]any), p.Value)
		} else {
			section[p.Key] = p.Value
		}
	}
	return section
}

// TestRunnerDecodes: runner.py reads from the words of an invocation just what was put into it.
func TestRunnerDecodes(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Fatal(err)
	}
	var words [][]string
	var want []any
	for seed := range uint64(testrun.Figure(2000)) {
		d := newDice(seed + 3<<32)
		in := d.input()
		m := newModel(in, "run.sh", "..")
		line, err := m.parse(slices.Concat(d.argument(in), d.argument(in), d.argument(in)))
		if err != nil || m.environment(&line, nil) != nil {
			continue
		}
		inv := m.invocation(call(), line, "PATH")
		if inv.Phases, err = m.phases(line); err != nil {
			continue
		}
		words = append(words, inv.Words())
		want = append(want, decoded(inv))
	}
	input, err := json.Marshal(words)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, "-c", `import json, sys, runner; print(json.dumps([runner.decode(w) for w in json.load(sys.stdin)]))`)
	cmd.Env = append(os.Environ(), "PYTHONPATH=.", "PYTHONDONTWRITEBYTECODE=1")
	cmd.Stdin, cmd.Stderr = strings.NewReader(string(input)), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var got []any
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	if len(got) != len(want) || len(got) < 10 {
		t.Fatalf("%d messages were decoded, of %d", len(got), len(want))
	}
	for i := range want {
		if !reflect.DeepEqual(want[i], got[i]) {
			t.Fatalf("%q\nis decoded as\n%v\nand not as\n%v", words[i], got[i], want[i])
		}
	}
}

// TestRunnerTexts: the Python texts fit into one single-quoted word of a shell and leave a linter nothing to say.
func TestRunnerTexts(t *testing.T) {
	for name, text := range map[string]string{"runner.py": runnerSource, "events.py": eventsSource} {
		if i := strings.IndexAny(text, "'$`"); i >= 0 {
			t.Errorf("%s has %q in line %d", name, text[i], 1+strings.Count(text[:i], "\n"))
		}
		if strings.Trim(text, "\x00") != text || strings.ContainsFunc(text, func(r rune) bool { return r > 0x7e }) {
			t.Errorf("%s is not ASCII", name)
		}
		if len(text) > 100_000 { // Linux takes 128 KiB as one argument
			t.Errorf("%s has %d bytes", name, len(text))
		}
	}
}

// TestValueOptions: the options that take a value are those that the parsers of the installed pytest, pytest-xdist and
// pytest-timeout know, but for the wrapper's own.
func TestValueOptions(t *testing.T) {
	python := testrun.Python(t, testrun.Newest)
	cmd := exec.Command(python, "-c", `
import json
from _pytest.config import get_config
config = get_config([])
config.parse([])
parser = config._parser
found = {}
for group in [parser._anonymous, *parser._groups]:
    for option in group.options:
        attrs = option.attrs()
        kind = attrs.get("action")
        plain = kind in (None, "store", "append") and attrs.get("nargs") is None
        for name in option.names():
            found[name] = plain
print(json.dumps(found))`)
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
	cmd.Dir = t.TempDir()
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("this pytest does not show its parser: %v", err)
	}
	found := map[string]bool{}
	if err := json.Unmarshal(out, &found); err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{"-n": true, "--numprocesses": true, "--dist": true}
	for _, o := range valueOptions {
		known[o] = true
	}
	for _, letter := range strings.Split(valueLetters, "") {
		known["-"+letter] = true
	}
	for _, letter := range strings.Split(flagLetters, "") {
		if value, ok := found["-"+letter]; !ok || value {
			t.Errorf("-%s is no flag of pytest", letter)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(found)) {
		if found[name] != known[name] {
			t.Errorf("%s: takes a value: %v; in the table: %v", name, found[name], known[name])
		}
	}
}
