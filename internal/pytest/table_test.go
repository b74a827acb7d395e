package pytest

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"policygen/internal/testrun"
)

// TestTable compares the tables with the parsers of two releases, in both directions.
func TestTable(t *testing.T) {
	for _, variable := range variables {
		t.Run(variable, func(t *testing.T) {
			out, err := exec.Command(testrun.Python(t, variable), filepath.Join("testdata", "options.py")).Output()
			if err != nil {
				t.Fatal(err)
			}
			var theirs struct {
				Releases Releases
				Options  map[string][3]string
			}
			if err := json.Unmarshal(out, &theirs); err != nil {
				t.Fatal(err)
			}
			ours := parser{}
			ours.add(pytestOptions, func(o *option) bool { return atLeast(theirs.Releases.Pytest, o.since) })
			ours.add(pluginOptions, func(o *option) bool { return o.plugin != "xdist" || atLeast(theirs.Releases.Xdist, o.since) })
			for name, o := range theirs.Options {
				mine := ours[name]
				if mine == nil {
					t.Errorf("%s is missing", name)
					continue
				}
				arity := [...]string{"none", "one", "maybe"}[mine.arity]
				if got := [3]string{mine.dest, arity, mine.check}; got != o {
					t.Errorf("%s is %q, pytest: %q", name, got, o)
				}
			}
			for name, o := range ours {
				if _, ok := theirs.Options[name]; !ok && (o.plugin != "timeout" || variable == variables[0]) {
					t.Errorf("%s is in the table, but pytest doesn't have it", name)
				}
			}
			t.Logf("%d options of pytest %s", len(theirs.Options), theirs.Releases.Pytest)
		})
	}
}

// TestTableNames: a name is in one table only, and every check is one that is known.
func TestTableNames(t *testing.T) {
	seen := map[string]bool{}
	for _, table := range tables {
		for _, o := range table {
			for _, name := range strings.Fields(o.names) {
				if seen[name] {
					t.Errorf("%s is there twice", name)
				}
				seen[name] = true
			}
			if o.since != "" && !atLeast("99", o.since) {
				t.Errorf("%s: since %q", o.names, o.since)
			}
			if !strings.Contains(o.check, "|") && o.check != "" && o.check != "int" && o.check != "float" && o.check != "workers" {
				t.Errorf("%s: check %q", o.names, o.check)
			}
		}
	}
}
