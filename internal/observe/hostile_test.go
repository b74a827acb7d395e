package observe

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// hostile are files of a repository whose author means harm, by name. Each holds the word pytest, so that it is read.
var hostile = map[string]string{
	"loop.sh":             "while true; do pytest; done\n",
	"forever.sh":          "until false; do x=$x$x.; done; for ((;;)); do :; done; pytest\n",
	"fork.sh":             ":(){ :|:& };:\npytest\n",
	"recurse.sh":          "f() { f; f; }; f; pytest\n",
	"remove.sh":           "rm -rf / . ..; > outside.txt; pytest; exec rm -rf \"$HOME\"\n",
	"braces.sh":           "pytest {1..1000000000} " + strings.Repeat("{a,b}", 60) + "\n",
	"double.sh":           "a=aaaaaaaa; while :; do a=$a$a; done; pytest $a\n",
	"printf.sh":           "x=$(printf '%2000000000s'); yes | head -c 100000000000; pytest \"$x\"\n",
	"many.sh":             "for i in $(seq 1000000); do pytest -n $i; done\n",
	"words.sh":            "pytest " + strings.Repeat("x ", 200000) + "\n",
	"unknown.sh":          strings.Repeat("$(a) ", 64) + "pytest\n",
	"env.sh":              strings.Repeat("env $(a) ", 64) + "pytest\n",
	"docker.sh":           "docker run " + strings.Repeat("make bash -c ", 3000) + "pytest\n",
	"quine.sh":            "bash quine.sh \"$1\"a pytest; bash quine.sh \"$1\"b; bash quine.sh \"$1\"c; bash quine.sh \"$1\"d\n",
	"text.sh":             "x='sh -c \"$x$x\"'; pytest; eval \"$x\"; sh -c \"$x\"; a='eval \"$a\";eval \"$a\"'; eval \"$a\"\n",
	"ping.sh":             "pytest; bash pong.sh \"$@\" x\n",
	"pong.sh":             "pytest; bash ping.sh \"$@\" y; bash ping.sh \"$@\" z\n",
	"source.sh":           ". ./source.sh; source source.sh; pytest\n",
	"deep.sh":             strings.Repeat("(", 20000) + "pytest" + strings.Repeat(")", 20000) + "\n",
	"nest.sh":             strings.Repeat("if true; then ", 5000) + "pytest;" + strings.Repeat(" fi;", 5000) + "\n",
	"subst.sh":            "pytest " + strings.Repeat("$(echo ", 2000) + strings.Repeat(")", 2000) + "\n",
	"Makefile":            makeBomb(),
	"CMakeLists.txt":      "add_subdirectory(.)\nset(X pytest)\n" + strings.Repeat("set(X ${X} ${X})\n", 50) + "add_custom_target(a COMMAND " + strings.Repeat("${X} ", 20000) + " DEPENDS a)\n" + strings.Repeat("add_test(", 20000),
	"justfile":            "a: b\n    pytest\nb: a\n    just a\n    just b\n\n" + strings.Repeat("x := \"{{x}}{{x}}\"\n", 50),
	"tox.ini":             toxBomb(),
	"noxfile.py":          "import nox\n\n@nox.session\ndef tests(session):\n    session.run('nox', '-s', 'tests')\n    session.run('pytest')\n",
	"long/CMakeLists.txt": "# pytest\n" + strings.Repeat("a", 40000),
	"many/CMakeLists.txt": strings.Repeat("add_test(x pytest)\n", 1000) + "add_custom_target(a DEPENDS" + strings.Repeat(" x", 5000) + ")\n",
	"blocks.md":           strings.Repeat("```toml\n[tool.x]\na = \"pytest -n 4\"\n```\n\n", 300),
	"ranges/tox.ini":      "[tox]\nenvlist = a{" + strings.Repeat("100-200,", 10000) + "1}\n[testenv]\ncommands = pytest\n",
	"named/noxfile.py":    "import nox\n@nox.session(name=\"a\xff\")\ndef f(session):\n    session.run('pytest')\n",
	"named.sh":            "tox -e b$(foo)$'\\xff'\npytest\n",
	"wide/noxfile.py":     "import nox\n" + strings.Repeat("\n@nox.session\ndef a(session):\n    b(session), a(session), c(session)\n    session.run('pytest')\n", 150),
	"wide/tasks.py":       "from invoke import task\n" + strings.Repeat("\n@task(pre=[a, b])\ndef a(c):\n    b(c), a(c)\n    c.run('pytest')\n", 150),
	"nested.py":           "pytest.main(" + strings.Repeat("[", 50000) + "'pytest'" + strings.Repeat("]", 50000) + ")\n",
	"quotes.py":           strings.Repeat("\"\"\"pytest\n", 20001),
	"fstring.py":          "pytest.main(" + strings.Repeat("f\"{", 5000) + "1" + strings.Repeat("}\"", 5000) + ")\n",
	"deep.md":             strings.Repeat("> ", 20000) + "`pytest -n 1`\n" + strings.Repeat("- ", 2000) + "pytest -n 2\n",
	"ticks.md":            strings.Repeat("`", 30000) + " pytest " + strings.Repeat("``` ", 20000) + "\n",
	"lines.md":            "```bash\n" + strings.Repeat("pytest -n 1 \\\n", 50000) + "```\n",
	"colons.md":           "```\n" + strings.Repeat("a: ", 50000) + "pytest -n 1\n```\n",
	"deep.rst":            "::\n\n" + strings.Repeat(" ", 50000) + "pytest\n" + strings.Repeat("``pytest -n 1 ", 20000) + "\n",
	"Dockerfile":          "FROM x\nRUN " + strings.Repeat("pytest && \\\n", 20000) + "true\n",
	"tox/tox.toml":        "env_list = [\"a\"]\n[env_run_base]\ncommands = [{replace = \"ref\", of = [\"env_run_base\", \"commands\"]}, [\"pytest\"]]\n",
	"pyproject.toml": "[tool.poe.tasks]\na = [\"b\", \"pytest\"]\nb = [\"a\", \"a\"]\n[tool.pdm.scripts]\na = {composite = [\"b\", \"pytest\"]}\nb = {composite = [\"a\", \"a\"]}\n" +
		"[tool.hatch.envs.x.scripts]\na = [\"b\", \"b\"]\nb = [\"a\", \"a\", \"pytest\"]\n[tool.pytest]\nx = " + strings.Repeat("[", 3000) + strings.Repeat("]", 3000) + "\n",
	".github/workflows/deep.yml":   "on: push\njobs: " + strings.Repeat("[", 20000) + "pytest" + strings.Repeat("]", 20000) + "\n",
	".github/workflows/laughs.yml": laughs(),
	".github/workflows/self.yml":   "on: workflow_call\njobs:\n  a:\n    uses: ./.github/workflows/self.yml\n  b:\n    uses: ./.github/workflows/self.yml\n  c:\n    runs-on: x\n    steps: [{run: pytest}, {uses: ./}]\n",
	"action.yml":                   "runs:\n  using: composite\n  steps: [{uses: ./}, {uses: ./}, {run: pytest, shell: bash}]\n",
	".github/workflows/matrix.yml": matrixBomb(),
	".gitlab-ci.yml":               "include: [.gitlab-ci.yml, {local: '**'}]\na: {extends: b, script: [pytest, !reference [a, script]]}\nb: {extends: [a, b]}\n",
}

func makeBomb() string {
	var b strings.Builder
	b.WriteString("all: one two\n\tpytest $(A0)\none: two\n\tmake two\n\tpytest\ntwo: one\n\tmake one X=$(X)1\n\tmake two X=$(X)2\n\tmake all X=$(X)3\nSELF = $(SELF)$(SELF)\nbad:\n\tpytest $(SELF)\n")
	for i := range 40 {
		fmt.Fprintf(&b, "A%d = $(A%d)$(A%d)$(if $(A%d),$(A%d))\n", i, i+1, i+1, i+1, i+1)
	}
	return b.String()
}

func toxBomb() string {
	var b strings.Builder
	b.WriteString("[tox]\nenvlist = " + strings.Repeat("{a,b}", 40) + "\n[testenv]\nsetenv =\n  {[testenv]setenv}\n  {[testenv]setenv}\n  X={env:X}{env:Y}\ncommands =\n  {[testenv]commands}\n  {[testenv]commands}\n  pytest {[loop]a0} {[loop]b}\n  tox\n[loop]\nb = {[loop]b}{[loop]b}\n")
	for i := range 40 {
		fmt.Fprintf(&b, "a%d = {[loop]a%d}{[loop]a%d}\n", i, i+1, i+1)
	}
	return b.String()
}

func laughs() string {
	var b strings.Builder
	b.WriteString("on: push\nx0: &x0 [pytest, pytest]\n")
	for i := range 40 {
		fmt.Fprintf(&b, "x%d: &x%d [*x%d, *x%d, *x%d]\n", i+1, i+1, i, i, i)
	}
	b.WriteString("jobs: {a: {runs-on: x, steps: *x40}}\n")
	return b.String()
}

func matrixBomb() string {
	var b strings.Builder
	b.WriteString("on: push\njobs:\n  a:\n    runs-on: x\n    strategy:\n      matrix:\n")
	for i := range 20 {
		fmt.Fprintf(&b, "        k%d: [1, 2, 3, 4, 5, 6, 7, 8]\n", i)
	}
	b.WriteString("    steps:\n      - run: pytest -n ${{ matrix.k0 }} ${{ " + strings.Repeat("(", 5000) + "1" + strings.Repeat(")", 5000) + " }}\n")
	return b.String()
}

// tooLong is what a scan of all that may take of a processor.
const tooLong = 12 * time.Second

// A repository can do nothing to who looks at it: no program is run, nothing outside is read, and all ends soon.
func TestHostileRepository(t *testing.T) {
	base := t.TempDir()
	canary := trap(t, base)
	root := filepath.Join(base, "repository")
	for name, text := range hostile {
		writeFile(t, filepath.Join(root, name), text, 0o755)
	}
	writeFile(t, filepath.Join(base, "outside.sh"), "pytest -n 7700077\n", 0o755)
	links(t, root)
	special(t, root)

	r, took := scanFolder(t, root)
	if took > tooLong {
		t.Errorf("the scan took %v", took)
	}
	if _, err := os.Stat(canary); err == nil {
		t.Error("a program was run")
	}
	if text, err := os.ReadFile(filepath.Join(base, "outside.sh")); err != nil || string(text) != "pytest -n 7700077\n" {
		t.Error("a file outside was changed")
	}
	for _, s := range r.Starts {
		if s.Settings.Workers.Text == "7700077" || strings.HasPrefix(s.File, "..") || strings.HasPrefix(s.File, "/") {
			t.Errorf("%s: a file outside was read", s.Position)
		}
	}
	if !slices.ContainsFunc(r.Problems, func(p Problem) bool { return p.File == "big.sh" && p.Unread }) {
		t.Error("nothing is said about the file that is too large to be read")
	}
	if len(r.Starts) > 20000 || len(r.Problems) > 20000 {
		t.Errorf("%d starts and %d problems", len(r.Starts), len(r.Problems))
	}
}

// Each of them ends by itself, so that none hides behind another.
func TestHostileFiles(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(hostile)) {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			writeFile(t, filepath.Join(root, name), hostile[name], 0o755)
			if name == "ping.sh" || name == "pong.sh" {
				writeFile(t, filepath.Join(root, "ping.sh"), hostile["ping.sh"], 0o755)
				writeFile(t, filepath.Join(root, "pong.sh"), hostile["pong.sh"], 0o755)
			}
			if _, took := scanFolder(t, root); took > tooLong/4 {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// scanFolder scans a folder as policygen does, and returns what processor time that took: the time on the clock is others' too.
func scanFolder(t *testing.T, dir string) (Report, time.Duration) {
	t.Helper()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	done := make(chan Report, 1)
	start := processorTime(t)
	go func() { done <- Scan(root.FS(), Options{}) }()
	select {
	case r := <-done:
		return r, processorTime(t) - start
	case <-time.After(6 * tooLong):
		t.Fatal("the scan does not end")
		return Report{}, 0
	}
}

func processorTime(t *testing.T) time.Duration {
	t.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// trap makes programs that leave a canary when they are run the only ones on the PATH, and returns the canary's name.
func trap(t *testing.T, base string) string {
	t.Helper()
	canary := filepath.Join(base, "canary")
	for _, program := range []string{"sh", "bash", "pytest", "python", "python3", "rm", "make", "tox", "nox", "just", "docker", "git", "env", "yes", "seq", "head"} {
		writeFile(t, filepath.Join(base, "bin", program), "#!/bin/sh\n: > "+canary+"\n", 0o755)
	}
	t.Setenv("PATH", filepath.Join(base, "bin"))
	t.Setenv("HOME", base)
	return canary
}

func writeFile(t *testing.T, file, text string, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

// links puts links out of the repository and in circles into it, and calls what they stand for.
func links(t *testing.T, root string) {
	t.Helper()
	for name, to := range map[string]string{
		"out.sh": "../outside.sh", "abs.sh": filepath.Join(root, "../outside.sh"), "loop1.sh": "loop2.sh", "loop2.sh": "loop1.sh", "up": "..", "here": ".",
		"zero.sh": "/dev/zero", "passwd.md": "/etc/passwd", "folder": "/",
	} {
		if err := os.Symlink(to, filepath.Join(root, name)); err != nil {
			t.Fatal(err)
		}
	}
	writeFile(t, filepath.Join(root, "calls.sh"), "pytest\n. ./out.sh\nbash out.sh\nbash abs.sh\nbash ../outside.sh\nbash up/outside.sh\nbash loop1.sh\n. ./zero.sh\n. here/here/loop.sh\n", 0o755)
}

// special makes what is no regular file, and one that is too large.
func special(t *testing.T, root string) {
	t.Helper()
	for _, name := range []string{"pipe.sh", "pipe.md", "setup.cfg"} {
		if err := syscall.Mkfifo(filepath.Join(root, name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	_ = syscall.Mknod(filepath.Join(root, "device.sh"), syscall.S_IFCHR|0o644, 1<<8|5) // only root may, as in a container
	for _, name := range []string{"big.sh", "big.md", "big.py"} {
		writeFile(t, filepath.Join(root, name), "pytest\n", 0o755)
		if err := os.Truncate(filepath.Join(root, name), 50<<20); err != nil {
			t.Fatal(err)
		}
	}
}
