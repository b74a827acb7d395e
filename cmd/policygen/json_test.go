package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"policygen/internal/diagnose"
)

// jsonRow is a row of a table of docs/json.md: the name of a field and its kind.
var jsonRow = regexp.MustCompile("(?m)^\\| `([A-Za-z]+\\??)` \\| ([^|]+) \\|")

// jsonTables returns the rows of the tables of docs/json.md, by their headings: the kind of each field by its name.
func jsonTables(t *testing.T) map[string]map[string]string {
	t.Helper()
	text, err := os.ReadFile("../../docs/json.md")
	if err != nil {
		t.Fatal(err)
	}
	tables := map[string]map[string]string{}
	for _, section := range strings.Split(string(text), "\n#")[1:] {
		heading, body, _ := strings.Cut(strings.TrimLeft(section, "# "), "\n")
		tables[heading] = map[string]string{}
		for _, row := range jsonRow.FindAllStringSubmatch(body, -1) {
			tables[heading][row[1]] = row[2]
		}
	}
	return tables
}

// jsonFields adds the fields of a struct to those of a table.
func jsonFields(typ reflect.Type, fields map[string]string) map[string]string {
	for i := range typ.NumField() {
		f := typ.Field(i)
		name, omitted := strings.CutSuffix(f.Tag.Get("json"), ",omitempty")
		kind := map[reflect.Kind]string{reflect.String: "text", reflect.Int: "number", reflect.Slice: "list", reflect.Bool: "true or false", reflect.Map: "object"}[f.Type.Kind()]
		switch {
		case f.Anonymous:
			jsonFields(f.Type, fields)
			continue
		case name == "":
			continue
		case omitted && f.Type.Kind() == reflect.Bool:
			kind = "true"
		}
		if omitted {
			name += "?"
		}
		fields[name] = kind
	}
	return fields
}

// TestJSONPage: docs/json.md has every field of every output, and no other.
func TestJSONPage(t *testing.T) {
	tables := jsonTables(t)
	for heading, typ := range map[string]reflect.Type{
		"Changes": reflect.TypeFor[changeJSON](),
		"Plans":   reflect.TypeFor[explainedPlan](), "A setting": reflect.TypeFor[explainedSetting](), "A reason": reflect.TypeFor[explainedReason](),
		"A bound": reflect.TypeFor[explainedBound](), "A line": reflect.TypeFor[explainedLine](), "A field": reflect.TypeFor[explainedField](),
		"A fact": reflect.TypeFor[explainedFact](), "A rule": reflect.TypeFor[ruleJSON](), "One fact": reflect.TypeFor[placedFact](),
		"Outlooks": reflect.TypeFor[outlookJSON](), "An effect": reflect.TypeFor[effectJSON](), "An edit": reflect.TypeFor[editJSON](),
		"An outcome": reflect.TypeFor[outcomeJSON](), "A gain": reflect.TypeFor[gainJSON](), "A package": reflect.TypeFor[packageJSON](),
		"A bound of a package": reflect.TypeFor[packageBoundJSON](), "A site": reflect.TypeFor[siteJSON](),
		"Workarounds": reflect.TypeFor[workaroundJSON](), "A cost": reflect.TypeFor[costJSON](),
		"Logs": reflect.TypeFor[diagnose.Log](), "A cause": reflect.TypeFor[diagnose.Cause](), "A line of a log": reflect.TypeFor[diagnose.Evidence](),
		"A command": reflect.TypeFor[diagnose.Try](), "A run": reflect.TypeFor[diagnose.Run](), "The outcome of a test": reflect.TypeFor[diagnose.Outcome](),
		"A worker": reflect.TypeFor[diagnose.Worker](), "An internal error": reflect.TypeFor[diagnose.InternalError](), "A dump": reflect.TypeFor[diagnose.Dump](),
	} {
		want := jsonFields(typ, map[string]string{})
		for name, kind := range tables[heading] {
			if general, _, _ := strings.Cut(kind, " of "); general != want[name] {
				t.Errorf("%s: the page has a field %s (%s), the output %q", heading, name, kind, want[name])
			}
		}
		for name := range want {
			if _, ok := tables[heading][name]; !ok {
				t.Errorf("%s: the page lacks the field %s", heading, name)
			}
		}
		delete(tables, heading)
	}
	for heading, rows := range tables {
		if len(rows) > 0 {
			t.Errorf("the page has a table %q of nothing that is printed", heading)
		}
	}
}

// TestJSONOutputs: what commands print is one object of a version and one field that the page has, and nothing in it is null.
func TestJSONOutputs(t *testing.T) {
	root := t.TempDir()
	const logs = "../../internal/diagnose/testdata/"
	broken := filepath.Join(t.TempDir(), "broken.cue")
	if err := os.WriteFile(broken, []byte("policy: {project: 1, backend: {}}\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		field string
		args  []string
	}{
		{"changes", []string{"render", "--out", root}},
		{"plans", []string{"explain"}},
		{"plans", []string{"explain", "mock", "unit"}},
		{"line", []string{"explain", "--out", root, filepath.Join(root, "tests/run_all_tests.sh") + ":1"}},
		{"findings", []string{"render", "--policy", broken}},
		{"rule", []string{"explain", "PG201"}},
		{"rule", []string{"explain", "PG101"}},
		{"fact", []string{"explain", "xdist-714"}},
		{"rule", []string{"explain", "PIN002"}},
		{"outlooks", []string{"pins", "--out", root, "--try", "pytest-xdist==3.8.0"}},
		{"package", []string{"pins", "explain", "pytest-xdist", "--out", root}},
		{"workarounds", []string{"workarounds", "--out", root}},
		{"logs", []string{"diagnose", logs + "17-segv-3.1.0-loadfile-n4-faulthandler-once.log", logs + "22-pytestexit-3.8.0-load-n2.log"}},
		{"logs", []string{"diagnose", logs + "61-ok-3.8.0-nauto-default.log"}},
	} {
		out, err := exec.Command("policygen", append(c.args, "--format", "json")...).Output()
		var printed map[string]any
		if jsonErr := json.Unmarshal(out, &printed); jsonErr != nil {
			t.Errorf("%q: %v, %v\n%s", c.args, err, jsonErr, out)
			continue
		}
		if c.field == "findings" {
			delete(printed, "rules")
		}
		if printed["version"] != 1.0 || printed[c.field] == nil || len(printed) != 2 {
			t.Errorf("%q prints %s", c.args, out)
		}
		if slices.Contains(strings.Fields(strings.ReplaceAll(string(out), ",", " ")), "null") {
			t.Errorf("%q prints a null:\n%s", c.args, out)
		}
	}
}
