package shell

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"
)

// shown is commands as text: each argument in its words, "?" before what no run reached.
func shown(commands []Command) string {
	var lines []string
	for _, c := range commands {
		if len(c.Argv) > 0 && strings.HasSuffix(c.Argv[0].Text, "name") {
			continue // dirname and basename, which the scripts below use on their way
		}
		mark := ""
		if !c.Certain {
			mark = "?"
		}
		lines = append(lines, mark+strings.Join(c.Strings(), " "))
	}
	return strings.NewReplacer("\ue000", "<", "\ue001", ">").Replace(strings.Join(lines, "; "))
}

func observe(t testing.TB, script string, s Setting) Observation {
	t.Helper()
	f, err := ParseForeign("ci/run.sh", script, nil, Bash)
	if err != nil {
		t.Fatalf("%v in\n%s", err, script)
	}
	return f.Observe(s)
}

// repository is what the scripts below see.
var repository = fstest.MapFS{
	"ci/lib.sh":      {Data: []byte("run() { pytest \"$@\"; }\nWORKERS=3\n")},
	"tests/a/x.py":   {Data: []byte("")},
	"tests/b/y.py":   {Data: []byte("")},
	"versions.txt":   {Data: []byte("3.11\n3.12\n")},
	"pyproject.toml": {Data: []byte("")},
}

// shapes are scripts and the commands that they start with the arguments "a b" and -x.
var shapes = []struct{ script, want string }{
	{`pytest "$@"`, `pytest a b -x`},
	{`if [ -n "$CI" ]; then pytest -n 4; else pytest; fi`, `?pytest -n 4; pytest`},
	{`f() { pytest -n "$1"; }; f 2; f 3`, `pytest -n 2; pytest -n 3`},
	{`f() { pytest -n "$1" "$@"; }`, `?pytest -n <$1> <$@>`},
	{`ARGS=(-n 4 --dist "load file"); pytest "${ARGS[@]}"`, `pytest -n 4 --dist load file`},
	{`ARGS=(); pytest "${ARGS[@]:+${ARGS[@]}}" x`, `pytest x`},
	{`set -u; ARGS=(); pytest ${ARGS[@]+"${ARGS[@]}"} x`, `pytest x`},
	{`pytest ${WORKERS:+-n "$WORKERS"} ${FLAGS:--n 4} t`, `pytest -n 4 t`},
	{`pytest -n $(nproc)`, `pytest -n <nproc>; nproc`},
	{`N=$(nproc); pytest -n $((N / 2))`, `nproc; pytest -n <$((N/2))>`},
	{`N=8; pytest -n $((N / 2))`, `pytest -n 4`},
	{`cd "$(dirname "${BASH_SOURCE[0]}")/.." && pytest $PWD`, `pytest /repo`},
	{`source "$(dirname "$0")/lib.sh"; run -n $WORKERS`, `pytest -n 3`},
	{`source venv/bin/activate; pytest`, `pytest`},
	{`set -Eeuo pipefail; trap 'echo bye; docker stop x' EXIT; pytest`, `docker stop x; pytest`},
	{`trap 'docker stop x' INT TERM; pytest`, `?docker stop x; pytest`},
	{`pytest | tee log; exit ${PIPESTATUS[0]}`, `pytest; tee log`},
	{`while read -r v; do tox -e "py$v"; done < versions.txt`, `tox -e py3.11; tox -e py3.12`},
	{`while read -r v; do tox -e "py$v"; done < <(cat versions.txt)`, `tox -e py3.11; tox -e py3.12; cat versions.txt`},
	{`mapfile -t V < versions.txt; for v in "${V[@]}"; do tox -e $v; done`, `tox -e 3.11; tox -e 3.12`},
	{`for d in tests/*/; do pytest "$d"; done`, `pytest tests/a/; pytest tests/b/`},
	{`while getopts "n:v" o; do case $o in n) N=$OPTARG ;; v) V=1 ;; esac; done; pytest ${N:-1}`, `pytest 1`},
	{`set -- -n 4 -v t; while getopts "n:v" o; do case $o in n) N=$OPTARG ;; v) V=-v ;; esac; done; shift $((OPTIND - 1)); pytest -n $N $V "$@"`, `pytest -n 4 -v t`},
	{`eval "pytest -n 4"`, `pytest -n 4`},
	{`printf -v cmd '%s -n %d' pytest 4; $cmd`, `pytest -n 4`},
	{`read -r a b <<< "x y"; pytest $b $a`, `pytest y x`},
	{`python - <<'E'
import pytest
E`, `python -`},
	{`case "$1" in "a b") pytest one ;; *) pytest two ;; esac`, `pytest one; ?pytest two`},
	{`exit 0; pytest late`, `?pytest late`},
	{`pytest one || exit 1; pytest two`, `pytest one; pytest two`},
	{`! true || pytest`, `pytest`},
	{`server & pid=$!; pytest; kill $pid; wait $pid`, `server; pytest`},
	{`while ! curl -s localhost; do sleep 1; done; pytest`, `curl -s localhost; ?sleep 1; pytest`},
	{`until false; do :; done; pytest`, `pytest`},
	{`exec 3>&1; pytest >&3; exec > >(tee log) 2>&1; pytest two`, `pytest; tee log; pytest two`},
	{`time pytest`, `pytest`},
	{`declare -A M=([a]=1 [b]=2); pytest ${M[b]} "${!M[@]}"`, `pytest 2 a b`},
	{`local_() { local n=$1 m; m=$(nproc); pytest -n "$n" "$m"; }; local_ 7`, `nproc; pytest -n 7 <nproc>`},
	{`x=1; (x=2; cd tests; pytest $x "$PWD"); pytest $x "$PWD"`, `pytest 2 /repo/tests; pytest 1 /repo`},
	{`export A=1; A=2 pytest; pytest`, `pytest; pytest`},
	{`pushd tests >/dev/null; pytest "$PWD"; popd; pytest "$PWD"`, `pytest /repo/tests; pytest /repo`},
	{`PY=$(command -v python3 || command -v python); $PY -m pytest`, `/usr/bin/python3 -m pytest`},
	{`let "n=2+3"; ((n++)); pytest -n $n`, `pytest -n 6`},
	{`select x in a b; do pytest $x; break; done`, `pytest <x>`},
	{`[[ $1 =~ ^a(.*)$ ]] && pytest "${BASH_REMATCH[1]}"`, `pytest  b`},
	{`echo "$RANDOM $$ $SECONDS" >/dev/null; if (( SECONDS > 3 )); then pytest; fi`, `pytest`},
	{`pytest {a,b}/{1..2}`, `pytest a/1 a/2 b/1 b/2`},
	{`exec pytest "$@"; echo never`, `pytest a b -x`},
	{`X="a  b"; pytest $X "$X" '$X' \$X`, `pytest a b a  b $X $X`},
	{`f() { return 3; }; f || pytest $?`, `pytest 3`},
	{`for i in 1 2 3; do [ $i = 2 ] && continue; [ $i = 3 ] && break; pytest $i; done`, `pytest 1`},
	{`S=${1##* }; pytest "${S^^}" "${1/a/c}" "${#1}" "${1:0:1}"`, `pytest B c b 3 a`},
	{`set -u; pytest "$TOKEN" x`, `pytest <TOKEN> x`},
	{`coproc cat; pytest`, `cat; pytest`},
	{`N=2; f() { :; }; pytest -n ${N:-$(f; nproc -a "$X")}`, `pytest -n 2; ?nproc -a <X>`},
	{`diff <(pytest a) <(pytest b)`, `diff /dev/fd/63 /dev/fd/62; pytest a; pytest b`},
}

func TestObserve(t *testing.T) {
	for _, shape := range shapes {
		o := observe(t, shape.script, Setting{Args: []string{"a b", "-x"}, Files: repository})
		if got := shown(o.Commands); got != shape.want {
			t.Errorf("%s\n got %s\nwant %s", shape.script, got, shape.want)
		}
		for _, p := range o.Problems {
			t.Errorf("%s: %v", shape.script, p)
		}
	}
}

// TestObservePlaces: each word has the place of the word of the script that it came out of.
func TestObservePlaces(t *testing.T) {
	o := observe(t, "N=4\npytest -n $N \\\n  \"$@\" t\n", Setting{Args: []string{"a", "b"}})
	if len(o.Commands) != 1 {
		t.Fatalf("got %d commands, want 1", len(o.Commands))
	}
	var got []string
	for _, w := range o.Commands[0].Argv {
		got = append(got, fmt.Sprintf("%s@%d:%d<%d:%d", w.Text, w.Pos.Line, w.Pos.Column, w.Origin.Line, w.Origin.Column))
	}
	want := "pytest@2:1<0:0 -n@2:8<0:0 4@2:11<1:3 a@3:3<0:0 b@3:3<0:0 t@3:8<0:0"
	if strings.Join(got, " ") != want {
		t.Errorf("got  %v\nwant %s", got, want)
	}
}

// TestObserveHidden: how the status of the command with pytest in it is lost.
func TestObserveHidden(t *testing.T) {
	const goesOn = "the script goes on after it, without set -e or a look at $?"
	for _, c := range []struct{ script, want string }{
		{"pytest", ""},
		{"pytest || true", "|| true"},
		{"pytest || :", "|| :"},
		{"pytest || echo failed", "|| echo"},
		{"pytest || exit 1", ""},
		{"pytest || failed=1; exit $failed", ""},
		{"pytest; echo done", goesOn},
		{"pytest; code=$?; exit $code", ""},
		{"pytest; exit", ""},
		{"pytest; exit 0", goesOn},
		{"pytest; echo failed; exit 1", ""},
		{"set -e; pytest; echo done", ""},
		{"set -e; pytest | tee log", "a pipe without pipefail"},
		{"set -eo pipefail; pytest | tee log; echo", ""},
		{"pytest | tee log; exit ${PIPESTATUS[0]}", ""},
		{"echo | pytest", ""},
		{"pytest && echo fine", ""},
		{"set -e; if ! pytest; then exit 1; fi", ""},
		{"set -e; if pytest; then echo fine; else echo bad; fi", "an if whose branches only print"},
		{"pytest &", "in the background, and nothing waits for it by name"},
		{"pytest & wait", "in the background, and nothing waits for it by name"},
		{"pytest & p=$!; wait $p", ""},
		{"f() { pytest; }; f || true", "|| true"},
		{"f() { pytest; echo; }; f", goesOn},
		{"for x in 1 2; do pytest; done", "a loop goes on after it"},
		{"set -e; for x in 1 2; do pytest; done", ""},
		{"trap 'exit 1' ERR; pytest; echo", ""},
		{"set -e; echo \"$(pytest)\"", "inside the arguments of another command"},
		{"set -e; x=$(pytest); echo", ""},
		{"set -e; export X=$(pytest)", "export hides it"},
		{"set +e; pytest; exec make", goesOn},
		{"(pytest); echo", goesOn},
		{"exec pytest; echo", ""},
	} {
		found := false
		for _, command := range observe(t, c.script, Setting{}).Commands {
			if command.Argv[0].Text == "pytest" {
				found = true
				if command.Hidden != c.want {
					t.Errorf("%s: hidden by %q, want %q", c.script, command.Hidden, c.want)
				}
			}
		}
		if !found {
			t.Errorf("%s: pytest is not seen", c.script)
		}
	}
}

// TestObserveBroken: around what does not parse, commands are still seen.
func TestObserveBroken(t *testing.T) {
	for _, c := range []struct{ script, problem, want string }{
		{"pytest a\nif true; then\n  pytest b\n", "ci/run.sh:2:1:", "?pytest a; ?pytest b"},
		{"pytest a\necho )\npytest b -n \"$N\"\n", "ci/run.sh:2:6:", "?pytest a; ?pytest b -n <N>"},
		{"for f in *.sh(N); do\n pytest $f\ndone\npytest c\n", "ci/run.sh:1:", "?pytest <f>; ?pytest c"},
		{"pytest 'a\n", "ci/run.sh:1:8:", ""},
		{"pytest a\n\x00\n", "ci/run.sh:1:1:", ""},
	} {
		f, err := ParseForeign("ci/run.sh", c.script, nil, Zsh)
		if err == nil || !strings.HasPrefix(err.Error(), c.problem) {
			t.Errorf("%q: got the error %v, want one at %s", c.script, err, c.problem)
			continue
		}
		o := f.Observe(Setting{})
		if got := shown(o.Commands); got != c.want {
			t.Errorf("%q: got %q, want %q", c.script, got, c.want)
		}
		if len(o.Problems) == 0 {
			t.Errorf("%q: no problem", c.script)
		}
	}
}

// TestObserveAll: what one of the settings reaches is certain.
func TestObserveAll(t *testing.T) {
	f, err := ParseForeign("ci/run.sh", "if [ \"$B\" = spark ]; then pytest -n 2; elif [ \"$B\" = x ]; then pytest -n 9; else pytest -n 8; fi", nil, POSIX)
	if err != nil {
		t.Fatal(err)
	}
	o := f.ObserveAll(Setting{}, Setting{Env: map[string]string{"B": "spark"}})
	if got, want := shown(o.Commands), "pytest -n 2; ?pytest -n 9; pytest -n 8"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestObserveStart: what a command does is what Start says, and Start may observe scripts itself.
func TestObserveStart(t *testing.T) {
	var nested Observation
	start := func(c Command) Result {
		switch c.Argv[0].Text {
		case "bash":
			nested = observe(t, c.Argv[2].Text, Setting{Env: c.Env, Dir: c.Dir})
			return Result{Known: true, Status: nested.Status}
		case "git":
			return Result{Known: true, Stdout: "main\n"}
		}
		return Result{Known: true, Status: 3}
	}
	o := observe(t, "cd tests\nexport B=$(git branch)\nbash -c 'pytest -n \"$B\"; exit 5'\nexit $?", Setting{Start: start})
	if o.Status != 5 {
		t.Errorf("status %d, want 5", o.Status)
	}
	if got, want := shown(nested.Commands), "pytest -n main"; got != want || nested.Commands[0].Dir != "/repo/tests" {
		t.Errorf("got %q in %q, want %q in /repo/tests", got, nested.Commands[0].Dir, want)
	}
}

// TestObserveWritten: files are written to memory alone.
func TestObserveWritten(t *testing.T) {
	o := observe(t, `echo "A=1" >> "$GITHUB_ENV"; echo "B=2" >> "$GITHUB_ENV"; cat < $GITHUB_ENV`, Setting{Env: map[string]string{"GITHUB_ENV": "/tmp/env"}})
	if want := "A=1\nB=2\n"; o.Written["/tmp/env"] != want || o.Stdout != want {
		t.Errorf("got %q and %q, want %q twice", o.Written, o.Stdout, want)
	}
}

// TestObserveTogether: one script is observed by several goroutines, and each sees the same.
func TestObserveTogether(t *testing.T) {
	for _, s := range readShapes(t)[:40] {
		f, err := ParseForeign("ci/shape.sh", s.text, nil, Bash)
		if err != nil {
			t.Fatal(err)
		}
		setting := Setting{Args: s.args, Files: shapeFiles, Time: time.Minute}
		want := shown(f.Observe(setting).Commands)
		var group sync.WaitGroup
		for range 3 {
			group.Go(func() {
				if got := shown(f.Observe(setting).Commands); got != want {
					t.Errorf("%s: got %q, then %q", s.name, want, got)
				}
			})
		}
		group.Wait()
	}
}

// TestObserveGuarded: what a file gets only under a condition is told apart, whether the run got there or not.
func TestObserveGuarded(t *testing.T) {
	o := observe(t, `echo A=1 >>/tmp/env
if true; then echo B=2 >>/tmp/env; else echo C=3 >>/tmp/env; fi
{ echo D=4; false && echo E=5; } >>/tmp/env
true && printf 'F=%s\n' 6 | tee -a /tmp/env
f() { echo G=7 >>/tmp/env; }; f
g() { echo H=8 >>/tmp/env; }
case $X in y) echo I=9;; esac >>/tmp/env
for x in a b; do echo "J$x=10"; done >>/tmp/env
`, Setting{})
	if want := "A=1\nB=2\nD=4\nF=6\nG=7\nJa=10\nJb=10\n"; o.Written["/tmp/env"] != want {
		t.Errorf("written %q, want %q", o.Written["/tmp/env"], want)
	}
	if want := "B=2\nF=6\nC=3\nE=5\nI=9\nH=8\n"; o.Guarded["/tmp/env"] != want {
		t.Errorf("guarded %q, want %q", o.Guarded["/tmp/env"], want)
	}
}
