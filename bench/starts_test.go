package bench

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// BenchmarkStarts looks for what starts pytest in a tree of 20,000 files of which 2 % hold the word, and sets it against a
// search of the same tree for the word (aim: at most 3 times its time, less than 200 MB); and in a repository of a few hundred
// files, against the linters that read its workflows and scripts only. Runs of the search take turns with those it is set against.
func BenchmarkStarts(b *testing.B) {
	for _, tree := range []struct {
		name  string
		files int
	}{{"20000-files", 20000}, {"300-files", 300}} {
		dir := b.TempDir()
		writeTree(b, dir, tree.files)
		search := searching(b, dir)
		b.Run(tree.name+"/rg", func(b *testing.B) { reportCost(b, dir, search, search...) })
		b.Run(tree.name+"/starts", func(b *testing.B) { reportCost(b, dir, search, tool(b, "policygen"), "starts") })
		b.Run(tree.name+"/check", func(b *testing.B) { reportCost(b, dir, search, tool(b, "policygen"), "check") })
		if tree.files < 1000 {
			benchmarkLinters(b, dir, search)
		}
	}
}

// searching returns the command of a search for the word. There is nothing to compare with where rg is missing.
func searching(b *testing.B, dir string) []string {
	b.Helper()
	rg, err := exec.LookPath("rg")
	if err != nil {
		b.Fatal("rg is not on the PATH, so there is nothing to set a scan against")
	}
	return []string{rg, "--hidden", "--no-ignore", "--files-with-matches", "pytest", dir}
}

// reportCost gives a benchmark the row of a process: its time, how many times that of the search it is, and its peak of memory.
func reportCost(b *testing.B, dir string, search []string, argv ...string) {
	var peak int64
	var searches []time.Duration
	took := median(b, func() time.Duration {
		searches = append(searches, run(b, dir, nil, search...).wall)
		c := run(b, dir, nil, argv...)
		peak = max(peak, c.peak)
		return c.wall
	})
	slices.Sort(searches)
	b.ReportMetric(float64(peak)/1024, "MiB")
	report(b, took, searches[len(searches)/2], "rg")
}

// benchmarkLinters runs those who read some of the same files. One that is missing is told, not passed over.
func benchmarkLinters(b *testing.B, dir string, search []string) {
	actionlint := filepath.Join(b.TempDir(), "actionlint")
	build := exec.Command("go", "build", "-modfile=../scripts/tools/go.mod", "-o", actionlint, "github.com/rhysd/actionlint/cmd/actionlint")
	if out, err := build.CombinedOutput(); err != nil {
		b.Logf("NOT COMPARED with actionlint, which can't be built: %v\n%s", err, out)
	} else {
		b.Run("300-files/actionlint", func(b *testing.B) {
			reportCost(b, dir, search, actionlint, filepath.Join(dir, ".github/workflows/tests.yml"))
		})
	}
	shellcheck, err := exec.LookPath("shellcheck")
	if err != nil {
		b.Log("NOT COMPARED with shellcheck, which is not on the PATH")
		return
	}
	scripts, err := filepath.Glob(filepath.Join(dir, "scripts", "*.sh"))
	if err != nil || len(scripts) == 0 {
		b.Fatal("the tree has no scripts")
	}
	b.Run("300-files/shellcheck", func(b *testing.B) {
		reportCost(b, dir, search, append([]string{shellcheck}, scripts...)...)
	})
}

// writeTree makes a repository of n files: mostly modules and pages of some kilobytes, and 2 % that start or use pytest.
func writeTree(b *testing.B, dir string, n int) {
	b.Helper()
	write := func(name, text string) {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			b.Fatal(err)
		}
	}
	write("pyproject.toml", "[tool.pytest.ini_options]\naddopts = \"-n auto --dist loadfile\"\n")
	write("Makefile", "test:\n\tbash scripts/run0.sh -n 4\n")
	write(".github/workflows/tests.yml", workflowText)
	for i := range n {
		name, text := treeFile(i)
		write(name, text)
	}
}

const workflowText = `name: Tests
on: push
jobs:
  test:
    runs-on: ubuntu-24.04
    strategy:
      matrix:
        python: ["3.11", "3.12", "3.13"]
    steps:
      - run: make test
      - run: python -m pytest -n 8 tests/unit
`

// treeFile returns the i-th file. Each hundred holds a test module and a page or a script that start pytest.
func treeFile(i int) (name, text string) {
	dir := fmt.Sprintf("src/package%d/part%d", i%40, i/40%25)
	switch part := i % 100; {
	case part == 0:
		return fmt.Sprintf("tests/test_%d.py", i), "import pytest\n\n\n@pytest.fixture\ndef make():\n    return 1\n" + moduleText(i)
	case part == 1 && i%200 == 1:
		return fmt.Sprintf("docs/howto%d.md", i), "# Run\n\n```bash\npytest -n 4 tests\n```\n" + pageText(i)
	case part == 1:
		return fmt.Sprintf("scripts/run%d.sh", i/200), "#!/bin/bash\nset -e\npytest -n 4 \"$@\"\n"
	case part < 75:
		return fmt.Sprintf("%s/module%d.py", dir, i), moduleText(i)
	case part < 90:
		return fmt.Sprintf("docs/%s/page%d.md", dir, i), pageText(i)
	}
	return fmt.Sprintf("%s/data%d.json", dir, i), fmt.Sprintf("{\"values\": [%d%s]}\n", i, string(bytes.Repeat([]byte(", 1"), 1000)))
}

func moduleText(i int) string {
	one := fmt.Sprintf("def function%d(first, second=None):\n    \"\"\"Make sure that the values of the task are just right.\"\"\"\n    return [first, second, %q]\n\n\n", i, "text")
	return string(bytes.Repeat([]byte(one), 30))
}

func pageText(i int) string {
	one := fmt.Sprintf("## Part %d\n\nSome words about `function%d` and how to make it do its task.\n\n", i, i)
	return string(bytes.Repeat([]byte(one), 30))
}
