// Package bench measures policygen against programs that do comparable work, on the same machine and in the same run, so that
// the figures are ratios and mean something anywhere. Nothing here fails for being slow.
//
//	go test -bench . -benchtime 20x ./bench
package bench

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"policygen/generate"
	"policygen/policy"
)

// tools builds policygen and cue once for all benchmarks.
var tools = sync.OnceValues(func() (dir string, err error) {
	dir, err = os.MkdirTemp("", "policygen-bench-")
	if err != nil {
		return "", err
	}
	for _, args := range [][]string{
		{"build", "-o", filepath.Join(dir, "policygen"), "policygen/cmd/policygen"},
		{"build", "-modfile=../scripts/tools/go.mod", "-o", filepath.Join(dir, "cue"), "cuelang.org/go/cmd/cue"},
	} {
		if out, err := exec.Command("go", args...).CombinedOutput(); err != nil {
			return "", fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, out)
		}
	}
	return dir, nil
})

func tool(b *testing.B, name string) string {
	b.Helper()
	dir, err := tools()
	if err != nil {
		b.Fatal(err)
	}
	return filepath.Join(dir, name)
}

func TestMain(m *testing.M) {
	code := m.Run()
	if flag.Lookup("test.bench").Value.String() != "" {
		if dir, err := tools(); err == nil {
			_ = os.RemoveAll(dir)
		}
	}
	os.Exit(code)
}

// A cost is what one run of a process took.
type cost struct {
	wall time.Duration
	peak int64 // resident memory in KiB
}

// run runs a process whose exit code does not matter, and returns what it took.
func run(b *testing.B, dir string, env []string, argv ...string) cost {
	b.Helper()
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	start := time.Now()
	out, err := cmd.CombinedOutput()
	wall := time.Since(start)
	if _, exited := err.(*exec.ExitError); err != nil && !exited {
		b.Fatalf("%q: %v\n%s", argv, err, out)
	}
	usage := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	return cost{wall, usage.Maxrss}
}

// median returns the middle of several measurements, of at least five.
func median(b *testing.B, measure func() time.Duration) time.Duration {
	b.Helper()
	all := make([]time.Duration, max(5, b.N))
	for i := range all {
		all[i] = measure()
	}
	slices.Sort(all)
	return all[len(all)/2]
}

// report gives a benchmark its row: milliseconds, and how many times the baseline that is.
func report(b *testing.B, took, baseline time.Duration, name string) {
	b.ReportMetric(float64(took.Microseconds())/1000, "ms")
	b.ReportMetric(float64(took)/float64(baseline), "x-"+name)
	b.ReportMetric(0, "ns/op") // would be the time of the measuring loop
}

// BenchmarkEmbedded sets the stages of a render of the embedded policy against `cue export` of the same policy.
func BenchmarkEmbedded(b *testing.B) {
	dir := b.TempDir()
	files := []string{}
	for _, name := range []string{"policy/sparkless.cue", "policy/facts.cue", "schema.cue"} {
		text, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			b.Fatal(err)
		}
		file := filepath.Join(dir, filepath.Base(name))
		if err := os.WriteFile(file, text, 0o666); err != nil {
			b.Fatal(err)
		}
		files = append(files, file)
	}
	cue := append([]string{tool(b, "cue"), "export", "-e", "policy"}, files...)
	export := median(b, func() time.Duration { return run(b, dir, nil, cue...).wall })
	vet := append([]string{tool(b, "cue"), "vet", "-c"}, files...)
	process := func(args ...string) func() time.Duration {
		return func() time.Duration {
			return run(b, dir, nil, append([]string{tool(b, "policygen")}, args...)...).wall
		}
	}
	run(b, dir, nil, tool(b, "policygen"), "render", "--out", "rendered")
	in := load(b, policy.Embedded())
	rendering := render(b, in)
	for _, row := range []struct {
		name    string
		measure func() time.Duration
	}{
		{"cue-export", func() time.Duration { return run(b, dir, nil, cue...).wall }},
		{"cue-vet", func() time.Duration { return run(b, dir, nil, vet...).wall }},
		{"policygen-version", process("version")},
		{"policygen-render-all-new", process("render", "--diff")},
		{"policygen-nothing-to-do", process("render", "--check", "--out", "rendered")},
		{"stage-load-resolve", func() time.Duration { return timed(func() { load(b, policy.Embedded()) }) }},
		{"stage-render", func() time.Duration { return timed(func() { render(b, in) }) }},
		{"stage-verify", func() time.Duration {
			return timed(func() {
				if err := rendering.Prove(paths(rendering)...); err != nil {
					b.Fatal(err)
				}
			})
		}},
	} {
		b.Run(row.name, func(b *testing.B) { report(b, median(b, row.measure), export, "cue-export") })
	}
}

func timed(f func()) time.Duration {
	start := time.Now()
	f()
	return time.Since(start)
}

func load(b *testing.B, sources []policy.Source) generate.Input {
	b.Helper()
	p, err := policy.Load(sources, "0.1.0")
	if err != nil {
		b.Fatal(err)
	}
	in, err := generate.NewInput(p, "policygen render")
	if err != nil {
		b.Fatal(err)
	}
	return in
}

func render(b *testing.B, in generate.Input) generate.Rendering {
	b.Helper()
	r, err := generate.Render(in)
	if err != nil {
		b.Fatal(err)
	}
	return r
}

func paths(r generate.Rendering) []string {
	var all []string
	for _, a := range r.Artifacts {
		all = append(all, a.Path)
	}
	return all
}

// BenchmarkTargets renders policies with more and more targets: all of them new, then with nothing to do. x-linear is
// the time per target against that with 10.
func BenchmarkTargets(b *testing.B) {
	for _, row := range []struct {
		name string
		args []string
	}{{"new", []string{"render"}}, {"nothing-to-do", []string{"render", "--check"}}} {
		var perTarget float64
		for _, n := range []int{10, 100, 1000} {
			dir := b.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "policygen.cue"), []byte(manyTargets(n)), 0o666); err != nil {
				b.Fatal(err)
			}
			run(b, dir, nil, tool(b, "policygen"), "render")
			b.Run(fmt.Sprintf("%s/%d", row.name, n), func(b *testing.B) {
				took := median(b, func() time.Duration {
					args := append([]string{tool(b, "policygen")}, row.args...)
					if row.name == "new" { // in a folder of its own each: ext4 is slow where files were removed just before
						args = append(args, "--out", b.TempDir())
					}
					return run(b, dir, nil, args...).wall
				})
				each := float64(took) / float64(n)
				if perTarget == 0 {
					perTarget = each
				}
				b.ReportMetric(float64(took.Microseconds())/1000, "ms")
				b.ReportMetric(each/perTarget, "x-linear")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}

// manyTargets is a policy with two backends, one wrapper and files of the policy's own that are made from the plans.
func manyTargets(n int) string {
	var b strings.Builder
	b.WriteString("plans: _\npolicy: {\n\tproject: \"many\"\n\tdefaults: {backend: \"a\", workers: default: 1}\n\tbackends: {a: {}, b: workers: default: 2}\n")
	b.WriteString("\tphases: unit: paths: [\"tests\"]\n\ttargets: wrapper: {kind: \"wrapper\", path: \"rendered/run.sh\"}\n")
	for i := range n - 1 {
		fmt.Fprintf(&b, "\ttargets: t%d: {path: \"rendered/%d.yml\", format: \"yaml\", content: {number: %d, jobs: [for p in plans {p.backend + p.workers}]}}\n", i, i, i)
	}
	b.WriteString("}\n")
	return b.String()
}

// BenchmarkWrapper measures the rendered wrapper of the embedded policy: its shell part up to the exec of the runner against
// `bash -c :`, and the whole way to the first start of pytest against a bare Python and what other people start tests with.
// $POLICYGEN_TEST_PYTHON is the Python; nox and tox are measured where it has them; $POLICYGEN_BENCH_ORIGINAL is a checkout
// of sparkless whose own tests/run_all_tests.sh is measured up to its first pytest too.
func BenchmarkWrapper(b *testing.B) {
	dir := b.TempDir()
	run(b, dir, nil, tool(b, "policygen"), "render", "--out", ".")
	for _, folder := range []string{"unit", "parity", "documentation"} {
		if err := os.MkdirAll(filepath.Join(dir, "tests", folder), 0o777); err != nil {
			b.Fatal(err)
		}
	}
	script := filepath.Join(dir, "tests/run_all_tests.sh")
	bash := func() time.Duration { return run(b, dir, nil, "bash", "-c", ":").wall }
	base := median(b, bash)
	b.Run("bash", func(b *testing.B) { report(b, median(b, bash), base, "bash") })
	b.Run("shell-part", func(b *testing.B) {
		took := median(b, func() time.Duration { return run(b, dir, []string{"PYTHON=/bin/true"}, "bash", script).wall })
		b.ReportMetric(float64((took-base).Microseconds())/1000, "ms-over-bash")
		report(b, took, base, "bash")
	})
	python := os.Getenv("POLICYGEN_TEST_PYTHON")
	if python == "" {
		b.Log("SKIPPED: the rows with Python, since POLICYGEN_TEST_PYTHON is not set")
		return
	}
	benchmarkStarts(b, dir, script, python)
}

// benchmarkStarts measures the ways to a first start of pytest, which is a package that exits at once.
func benchmarkStarts(b *testing.B, dir, script, python string) {
	fake := b.TempDir()
	for name, text := range map[string]string{
		"pytest/__init__.py": "", "pytest/__main__.py": "", "noxfile.py": "import nox\n\n@nox.session(python=False)\ndef tests(session):\n    session.run(\"true\", external=True)\n",
		"tox.ini": "[tox]\nno_package = true\n[testenv]\nallowlist_externals = true\ncommands = true\n",
	} {
		file := filepath.Join(fake, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			b.Fatal(err)
		}
	}
	env := []string{"PYTHON=" + python, "PYTHONPATH=" + fake}
	bare := func() time.Duration { return run(b, fake, env, python, "-c", "pass").wall }
	base := median(b, bare)
	rows := []struct {
		name string
		argv []string
		dir  string
	}{
		{"python", []string{python, "-c", "pass"}, fake},
		{"wrapper-to-pytest", []string{"bash", script, "--no-preflight", "--phase", "unit", "-n", "0"}, dir},
		{"wrapper-with-preflight", []string{"bash", script, "--phase", "unit", "--dry-run"}, dir},
		{"nox", []string{python, "-m", "nox", "-s", "tests"}, fake},
		{"tox", []string{python, "-m", "tox", "run", "-q"}, fake},
	}
	if original := os.Getenv("POLICYGEN_BENCH_ORIGINAL"); original != "" {
		rows = append(rows, struct {
			name string
			argv []string
			dir  string
		}{"original-wrapper", []string{"bash", filepath.Join(original, "tests/run_all_tests.sh"), "-n", "0"}, original})
	}
	for _, row := range rows {
		if row.argv[0] == python && row.argv[1] == "-m" && exec.Command(python, "-c", "import "+row.argv[2]).Run() != nil {
			b.Logf("SKIPPED: %s, which %s does not have", row.name, filepath.Base(python))
			continue
		}
		b.Run(row.name, func(b *testing.B) {
			report(b, median(b, func() time.Duration { return run(b, row.dir, env, row.argv...).wall }), base, "python")
		})
	}
}

// BenchmarkBackends renders policies with more and more backends, each with a plan of its own. Near linear means that x-linear,
// the time per backend against that with 10, stays near 1.
func BenchmarkBackends(b *testing.B) {
	var perBackend float64
	for _, n := range []int{10, 100, 1000} {
		dir := b.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "policygen.cue"), []byte(manyBackends(n)), 0o666); err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			var worst cost
			took := median(b, func() time.Duration {
				c := run(b, dir, nil, tool(b, "policygen"), "render", "--out", "out")
				worst.peak = max(worst.peak, c.peak)
				return c.wall
			})
			each := float64(took) / float64(n)
			if perBackend == 0 {
				perBackend = each
			}
			b.ReportMetric(float64(took.Microseconds())/1000, "ms")
			b.ReportMetric(each/perBackend, "x-linear")
			b.ReportMetric(float64(worst.peak)/1024, "MiB-peak")
			b.ReportMetric(0, "ns/op")
		})
	}
}

func manyBackends(n int) string {
	var b strings.Builder
	b.WriteString("policy: {\n\tproject: \"many\"\n\tdefaults: {backend: \"b0\", workers: default: 1}\n")
	b.WriteString("\tphases: {unit: paths: [\"tests/unit\"], slow: {paths: [\"tests/slow\"], timeout: \"10m\"}}\n")
	b.WriteString("\ttargets: {wrapper: {kind: \"wrapper\", path: \"run.sh\"}, docs: {kind: \"docs\", path: \"docs.md\"}}\n")
	for i := range n {
		fmt.Fprintf(&b, "\tbackends: b%d: {workers: {default: %d, max: %d}, env: BACKEND_NUMBER: \"%d\"}\n", i, 1+i%8, 8+i%8, i)
	}
	b.WriteString("}\n")
	return b.String()
}
