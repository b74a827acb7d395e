//go:build unix

package main

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"policygen/internal/testrun"
)

// shardSizes are the test files of a project under the embedded policy, with their numbers of tests.
var shardSizes = map[string]int{
	"tests/unit/test_a.py": 5, "tests/unit/test_b.py": 3, "tests/unit/test_c.py": 3, "tests/unit/deep/test_d.py": 1, "tests/unit/test_e.py": 2,
	"tests/parity/test_p.py": 4, "tests/parity/test_q.py": 1,
}

// shardConftest stands for the plugins whose options the embedded policy passes.
const shardConftest = `
from importlib.util import find_spec


def pytest_addoption(parser):
    if not find_spec("pytest_timeout"):
        parser.addoption("--timeout")
        parser.addoption("--timeout-method")
    if not find_spec("pytest_cov"):
        parser.addoption("--cov-append", action="store_true")
`

// sharded makes a project of shardSizes with the wrapper of the embedded policy.
func sharded(t *testing.T, python string) *wrapped {
	t.Helper()
	w := wrap(t, python, "crash.txtar")
	w.write("tests/conftest.py", shardConftest, 0o666)
	for _, letter := range []string{"a", "b", "c"} {
		w.write("tests/unit/test_"+letter+".py", "", 0o666)
	}
	for name, size := range shardSizes {
		var text strings.Builder
		for i := range size {
			fmt.Fprintf(&text, "def test_%d(): pass\n", i)
		}
		w.write(name, text.String(), 0o666)
	}
	return w
}

// TestWrapperShards: the jobs of a matrix run every test of every phase once between them, those of one file in one job, and what they
// leave can be put into one folder.
func TestWrapperShards(t *testing.T) {
	t.Parallel()
	for _, variable := range []string{testrun.Newest, testrun.Older} {
		t.Run(variable, func(t *testing.T) {
			t.Parallel()
			w := sharded(t, testrun.Python(t, variable))
			shardOf := map[string]string{}
			tests := 0
			for _, shard := range []string{"1of3", "2of3", "3of3"} {
				args := []string{"--backend", "robin", "--phase", "unit", "--phase", "parity", "--no-preflight", "--junit-dir", "xml", "--log-dir", "logs"}
				r := w.run(append(args, "--shard", strings.Replace(shard, "of", "/", 1))...)
				r.want(t, 0, "shard     "+strings.Replace(shard, "of", " of ", 1), "exit 0: passed, shard "+strings.Replace(shard, "of", " of ", 1))
				for _, phase := range []string{"unit", "parity"} {
					cases := w.junit("xml/" + phase + "-robin-" + shard + ".xml")
					tests += len(cases)
					for _, c := range cases {
						if other, seen := shardOf[c.Class]; seen && other != shard {
							t.Errorf("tests of %s run in %s and in %s", c.Class, other, shard)
						}
						shardOf[c.Class] = shard
					}
				}
			}
			if files, total := len(shardSizes), 19; len(shardOf) != files || tests != total {
				t.Errorf("%d tests of %d files ran, want %d of %d", tests, len(shardOf), total, files)
			}
			want := map[string]string{"tests.unit.test_a": "1of3", "tests.unit.test_b": "2of3", "tests.unit.test_c": "3of3", "tests.unit.test_e": "2of3",
				"tests.unit.deep.test_d": "3of3", "tests.parity.test_p": "1of3", "tests.parity.test_q": "2of3"}
			if !maps.Equal(shardOf, want) {
				t.Errorf("the files are dealt out as %v, want %v", shardOf, want)
			}
			logs, _ := filepath.Glob(filepath.Join(w.root, "logs", "*.log"))
			if len(logs) != 6 {
				t.Errorf("the logs are %q", logs)
			}
			w.nothingLeft()
		})
	}
}

// TestWrapperShardOfOnePath: paths on the command line are dealt out as a phase is, and what nobody has is nobody's failure but a mistake.
func TestWrapperShardOfOnePath(t *testing.T) {
	t.Parallel()
	w := sharded(t, newest(t))
	r := w.run("--no-preflight", "-n", "0", "--shard=1/2", "tests/parity")
	r.want(t, 0, "exit 0: passed, shard 1 of 2")
	if got := r.rows(t)["ad-hoc"]["passed"]; got != "4" {
		t.Errorf("%s tests passed", got)
	}
	w.run("--no-preflight", "-n", "0", "--shard=3/3", "tests/parity").want(t, 0, "no test in this shard", "exit 0: nothing ran at all, shard 3 of 3")
	w.run("--no-preflight", "-n", "0", "--shard=3/3", "tests/parity", "-k", "nothing").want(t, 5, "exit 5: nothing ran at all")
	w.run("--shard=3/2").refused(t, 64, "--shard needs I/N, two whole numbers with 1 <= I <= N <= 100, not '3/2'")
}

// TestWrapperDryRunOfShard: the commands are the same for all shards, and a line above them says so.
func TestWrapperDryRunOfShard(t *testing.T) {
	t.Parallel()
	w := sharded(t, newest(t))
	args := []string{"--dry-run", "--phase", "unit", "--no-preflight"}
	whole, part := w.run(args...), w.run(append(args, "--shard", "2/3")...)
	part.want(t, 0, "shard     2 of 3: ")
	if strings.Contains(whole.out, "shard") || !slices.Equal(whole.started(), part.started()) {
		t.Errorf("of the whole: %v\nof the shard: %v", whole, part)
	}
}
