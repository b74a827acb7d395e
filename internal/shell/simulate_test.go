package shell

import (
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"
)

func simulate(t testing.TB, script string, w World) (Outcome, error) {
	t.Helper()
	parsed, err := Parse("w.sh", []byte(script))
	if err != nil {
		t.Fatalf("%v in\n%s", err, script)
	}
	return parsed.Run(w)
}

// common are scripts in the share of all shells; each is run with the arguments "a b", "" and "-n".
var common = []string{
	`for w do printf '<%s>' "$w"; done`,
	`for w do shift; set -- "$@" "x=$w"; done; printf '<%s>' "$@"`,
	`set -u; unset IFS; set -- one "$@"; printf '%s,' "$*"`,
	`x=--opt=a=b; printf '%s %s' "${x%%=*}" "${x#*=}"`,
	`x=abc; printf '%s %s %s' "${x#?}" "${x%?}" "${#x}"`,
	`x=abc; printf %s "${x%"${x#?}"}"`,
	`case abc in a* | b) echo yes ;; *) echo no ;; esac`,
	`case '' in '') echo empty ;; esac`,
	`case 12a in *[!0123456789]*) echo no ;; *) echo number ;; esac`,
	`case loadfile:load in load[fsg]*:load[fsg]*) echo both ;; load[fsg]*:*) echo one ;; esac`,
	`case "-n3" in -n=*) echo a ;; -n?*) echo b ;; esac`,
	`f() { f=$1; shift; printf '%s %s %s' "$f" "$#" "$*"; }; f x y z`,
	`f() { return 3; }; f; echo $?`,
	`f() { [ "$1" = a ]; }; if f b; then echo yes; else echo no; fi`,
	`exit 64`,
	`f() { exit 7; }; f; echo not here`,
	`[ 12 -gt 4 ] && echo more`,
	`[ -n "" ] || echo empty`,
	`x=; echo "${x:-unset} ${y:-none} ${x-set}"`,
	`set -u; echo "${nothing:-fine}"`,
	`x='a"b'"'"'c'; printf %s "$x"`,
	`while :; do case ${x:-} in aaa) break ;; esac; x=${x:-}a; done; echo "$x"`,
	`n=000120; while :; do case $n in 0?*) n=${n#0} ;; *) break ;; esac; done; echo "$n"`,
	`printf '%s\n' 'a\nb' "c\\d" '%s'`,
	`x=$1; x="$x[$2]"; printf %s "${x}[${1}]"`,
	`for a in x y; do for b in 1 2; do [ "$b" = 2 ] && continue 2; echo "$a$b"; done; done`,
	`a=1 b=2; echo "$a$b"`,
	`unset x; x=${x:-d}; echo "$x"`,
	`set -- "$1" "$2"; echo "$#"`,
	`newline='
'; case "
x" in "$newline"*) echo newline ;; esac`,
	`x="  a  "; while :; do case $x in ' '*) x=${x#?} ;; *' ') x=${x%?} ;; *) break ;; esac; done; printf '<%s>' "$x"`,
	`if command -v surely-no-such-command >/dev/null 2>&1; then echo yes; else echo no; fi`,
	`echo out; echo err >&2`,
	`{ echo a; echo b; } >/dev/null; echo c`,
	`x=a; case $x/b in 'a/b' | c/d) echo arm ;; esac`,
	`! false && echo negated`,
	`[ ! -h /nowhere ] && [ ! -x /nowhere/bin ] && echo nothing`,
	`eval_not=1; [ "$eval_not" -eq 1 ] && echo one`,
	`x=/a/b/c.sh; case $x in */*) echo "${x%/*}/.." ;; esac`,
	`case 1$1 in 1a*) echo "joined" ;; esac`,
	`printf '%s\n' "` + "multi\nline" + `"`,
	`: "${x:=assigned}"; echo "$x"`,
	`echo "$0"`,
	`set -- ${1+"$@"} x; printf '<%s>' "$#" "$@"`,
	`shift 3; set -- ${1+"$@"}; printf '<%s>' "$#" ${1+"$@"}`,
	`p=$1/'it'\''s'/b\*d; printf '<%s>' "$p"; case a\*b in a\*b) printf y ;; esac`,
	`x='a*b*c\d?[e'; printf '<%s>' "${x#"a*"}" "${x#'a*'}" "${x##*"*"}" "${x%"?[e"}" "${x%%\\*}" "${x%%\?*}"`,
	`x='~a"$b'; printf '<%s>' "${x#'~a'}" "${x#"~a\""}" "${x%"\$b"}"`,
	`for x in '!' '(' -n -a = '' ']'; do [ "$x" = '(' ] && printf '<%s>' "$x"; [ "$x" ] && printf '+%s' "$x"; [ ! "$x" ] && printf 'empty'; [ -n "$x" ] && [ "$x" != -n ]; printf '%s' "$?"; done`,
	`false; y=b; x="a$?$y"; printf '%s %s' "$x" "$?"; x=1 && x="$x$y" || x=no; printf '%s' "$x"; ! x="$x$x"; printf '%s' "$?$x"`,
	`x=$(printf 'a\n\n'); y=$(exit 4); printf '<%s>' "$x" "$?"; z="$(f() { printf '%s' "$1"; }; f "$1")"; printf '%s' "$z"`,
	`read -r a b <<E
$1 two  three
E
printf '<%s>' "$a" "$b"; read -r c </dev/null || printf '%s' "end<$c>"`,
	`while read -r line; do printf '<%s>' "$line"; done <<'E'
 $x \n
last
E`,
	`n=1; while [ "$n" -le 3 ]; do printf '%s' "$n"; n=$((n + 1)); done; printf '%s' "$((2 * (n - 1) > 5 && !0))"`,
	`export A=1; unset A; printf '%s' "${A-unset}"; A=2; (A=3; printf '%s' "$A"); printf '%s' "$A"`,
	`f() { (exit 5) || return; printf no; }; f; printf '%s' "$?"; g() { exit; }; (exit 6); g`,
	`until [ "${n:-}" = xx ]; do n=${n:-}x; done; for i in 1 2 3; do for j in 1 2; do break 2; done; done; printf '%s' "$n$i$j"`,
	`x="a
=b=c"; printf '<%s>' "${x%%=*}" "${x%=*}" "${x#*=}" "${x##*=}" "${x#?}" "${x%"${x#?}"}"`,
	`case 'a]' in [!]]]) printf z ;; esac; case '[x]' in '['*) printf w ;; esac; case b in [a-c]) printf r ;; esac; x='b*'; case 'b*' in "$x") printf q ;; esac; case bb in "$x") printf no ;; esac`,
	`cd / && pwd; cd /nowhere-at-all 2>/dev/null || printf 'rc'`,
	`nothing-of-this-name 2>/dev/null; printf '%s' "$?"; exec nothing-of-this-name 2>/dev/null; printf no`,
	`{ printf a; printf b >&2; } 2>&1 >/dev/null; { printf c >&2; } 2>/dev/null; printf d >/dev/null 2>&1`,
	`exec >/dev/null; printf no`,
	`set -x; : traced; x=1; set +x; printf '%s' "$x"`,
	`set -f; set -u; printf '%s' "${1-}"; shift $#; printf '%s' "$#"`,
	`[ "$1" = 'a b' ] && [ -z "$2" ] && [ "$3" != x ] && printf '%s' "$*"`,
	`printf '%s-%s\n' a b c; printf 'x\ty%%\\\n'; printf '%s'`,
}

// TestSimulatorIsAShell holds the simulator against every real shell.
func TestSimulatorIsAShell(t *testing.T) {
	args := []string{"a b", "", "-n"}
	for _, script := range common {
		sim, err := simulate(t, script, World{Name: "script", Args: args})
		if err != nil {
			t.Errorf("%v in %s", err, script)
			continue
		}
		for _, sh := range realShells(t) {
			if out, code := runReal(t, sh, script, args...); out != sim.Stdout || code != sim.Code {
				t.Errorf("%s: exit %d, %q; simulated: exit %d, %q; in\n%s", sh, code, out, sim.Code, sim.Stdout, script)
			}
		}
	}
}

func TestWorld(t *testing.T) {
	world := World{
		Name:     "tests/run.sh",
		Env:      map[string]string{"A": "1"},
		Commands: []string{"python3"},
		Files:    map[string]FileKind{"tests/../v/bin/python": Executable, "/link": Symlink, "dir": Directory, "/file": Regular},
	}
	for script, want := range map[string]string{
		`echo "$0"`: "tests/run.sh\n",
		`[ -x tests/../v/bin/python ] && [ -x v/bin/python ] && echo yes`:         "yes\n",
		`[ -h /link ] && [ -x /link ] && echo yes`:                                "yes\n",
		`[ -d dir ] && [ ! -f dir ] && [ -f /file ] && echo yes`:                  "yes\n",
		`[ -x /file ] || echo no`:                                                 "no\n",
		`command -v python3 >/dev/null && echo yes; command -v python || echo no`: "yes\nno\n",
		`command -v /link; command -v /file || echo no; /file || echo "$?"`:       "/link\nno\n126\n",
		`command python3 && command nothing || echo "$?"`:                         "127\n",
		`echo "${A}${HOME}${USER:-}"`:                                             "1\n",
		`python || echo "$?"`:                                                     "127\n",
	} {
		if got, err := simulate(t, script, world); err != nil || got.Stdout != want {
			t.Errorf("%s: %q, %v; want %q", script, got.Stdout, err, want)
		}
	}
}

func TestExecs(t *testing.T) {
	got, err := simulate(t, "B=2\nexport B\nC=3 python3 -c 'x y' \"$1\"\nexec /opt/python \"$@\"\necho not here", World{
		Args: []string{"", "z"}, Env: map[string]string{"A": "1"}, Commands: []string{"python3"}})
	if err != nil || got.Stdout != "" || got.Code != 0 || len(got.Execs) != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	first, second := got.Execs[0], got.Execs[1]
	if want := []string{"python3", "-c", "x y", ""}; !reflect.DeepEqual(first.Argv, want) || first.Pos.String() != "w.sh:3:5" {
		t.Errorf("first: %q at %s", first.Argv, first.Pos)
	}
	if first.Env["A"] != "1" || first.Env["B"] != "2" || first.Env["C"] != "3" {
		t.Errorf("first: environment %v", first.Env)
	}
	if want := []string{"/opt/python", "", "z"}; !reflect.DeepEqual(second.Argv, want) || second.Env["C"] != "" {
		t.Errorf("second: %q, %v", second.Argv, second.Env)
	}
}

// TestHostileScripts: whatever a script does, a simulation ends, starts nothing and opens nothing.
func TestHostileScripts(t *testing.T) {
	world := World{Commands: []string{"rm", "curl", "cat"}, Args: []string{"a", "*"}, Time: 5 * time.Second, Output: 1 << 10}
	for script, want := range map[string]string{
		`while :; do :; done`:                                    "w.sh:1:7: the script did not end",
		`while x=$y; do x=$y; done`:                              "did not end",
		`for i in 1 2 3; do until false; do (x=1); done; done`:   "did not end",
		`while :; do echo flood; done`:                           "writes more than 1024 bytes",
		`set -x; while x=y; do x=z; done`:                        "did not end",
		`x=$(while :; do printf aaaaaaaaaaaaaaa; done); echo no`: "holds more than 1024 bytes",
		`x=aaaa; while :; do x=$x$x; done`:                       "1:21: the variables joined here",
		`x=a; while (x=$x$x; :) && x=$x$x; do y=$x; done`:        "the variables joined here",
		`x=a; while :; do for x in "$x$x"; do :; done; done`:     "the variables joined here",
		"x=a; while :; do read -r x <<E\n$x$x$x\nE\ndone":        "the variables joined here",
		`x=a; while :; do unset y; : "${y:=$x$x}"; x=$y; done`:   "the variables joined here",
		`while :; do set -- "$@" "$@"; done`:                     "take more than",
		`x=a; while :; do set -- "$1$1"; done`:                   "longer than any argument",
		`. /etc/profile`:                                         "builtin . is not simulated",
		`eval 'echo {1..999999999}'`:                             "builtin eval is not simulated",
		`trap 'rm -rf /' EXIT`:                                   "builtin trap is not simulated",
		`builtin eval 'x=1'`:                                     "builtin builtin is not simulated",
		`command eval 'x=1'`:                                     "only command -v",
		`c=eval; "$c" 'x=1'`:                                     "builtin eval is not simulated",
		`f() { :; }; c=f; "$c"`:                                  "called by an expansion",
		`pwd -P`:                                                 "only cd DIRECTORY and pwd",
		`set -e`:                                                 `set "-e" is not simulated`,
		`shift 3`:                                                "on which shells differ",
		`exit 256`:                                               "0 to 255",
		`printf '%999999d' 1`:                                    "format",
		`echo 'a\nb'`:                                            "use printf",
		`[ "$1" -gt 1 ]`:                                         "as a number",
		`[ 1 = 1 -a 2 = 2 ]`:                                     "up to three words",
		`x=$(command -v cat)`:                                    "send it to /dev/null",
		`x='a*'; y=abc; printf %s "${y#"$x"}"`:                   "the interpreter would overlook",
		`x='@(a)'; case a in "$x") printf no ;; esac`:            "the interpreter would take for an operator",
	} {
		_, err := simulate(t, script, world)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "w.sh:") {
			t.Errorf("%s: %v; want %q at a place in w.sh", script, err, want)
		}
	}
	got, err := simulate(t, `rm -rf / ; curl http://example.invalid; cat /etc/passwd`, world)
	if err != nil || len(got.Execs) != 3 || got.Stdout != "" {
		t.Errorf("recorded %v, %v", got.Execs, err)
	}
}

// TestNothingIsInherited: neither the environment nor the users of the machine can be seen.
func TestNothingIsInherited(t *testing.T) {
	t.Setenv("HOME", "/home/secret")
	got, err := simulate(t, `printf '<%s>' "${HOME-unset}" "${PATH-unset}" "${TMPDIR-unset}" "${UIDX-unset}"; exec /x`, World{})
	if want := "<unset><unset><unset><unset>"; err != nil || got.Stdout != want || len(got.Execs) != 1 || len(got.Execs[0].Env) != 0 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestExecEnvironment(t *testing.T) {
	world := World{Env: map[string]string{"A": "1", "B": "2", "C": "3"}, Commands: []string{"c"}}
	got, err := simulate(t, "unset A\nB=changed\nD=no\nexport E='x y'\nF=once c\n(exec c sub)\nc last", world)
	if err != nil || len(got.Execs) != 3 {
		t.Fatalf("%+v, %v", got, err)
	}
	base := map[string]string{"B": "changed", "C": "3", "E": "x y"}
	if !reflect.DeepEqual(got.Execs[1].Env, base) || !got.Execs[1].Replaces || !reflect.DeepEqual(got.Execs[2].Env, base) || got.Execs[2].Replaces {
		t.Errorf("%+v", got.Execs)
	}
	if base["F"] = "once"; !reflect.DeepEqual(got.Execs[0].Env, base) {
		t.Errorf("%+v", got.Execs[0])
	}
}

// TestRunConcurrently: one script, many worlds; run it with -race.
func TestRunConcurrently(t *testing.T) {
	parsed, err := Parse("w.sh", []byte(`x=$1; x="$x-$x"; for w do shift; set -- ${1+"$@"} "$x"; done; exec /c ${1+"$@"}`))
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			arg := strings.Repeat("x", i)
			for range 20 {
				got, err := parsed.Run(World{Args: []string{arg}})
				if err != nil || len(got.Execs) != 1 || got.Execs[0].Argv[1] != arg+"-"+arg {
					t.Errorf("%+v, %v", got, err)
				}
			}
		})
	}
	wg.Wait()
}

func TestParseRefuses(t *testing.T) {
	for script, want := range map[string]string{
		"if":                                    "w.sh:1:1",
		"a=(1 2)":                               "w.sh:1:3: arrays",
		"echo 'open":                            "w.sh:1:6",
		"echo {1..999999999}":                   "w.sh:1:6: some shells expand braces",
		"echo a{b,c}":                           "w.sh:1:6: some shells expand braces",
		"x=$((1+))":                             "w.sh:1:",
		"f() { echo a; } }":                     "w.sh:1:17",
		"cat <<EOF\nno end\n":                   "w.sh:1:5",
		"case x in y) ;; esa\n":                 "w.sh:1:1",
		"echo a\nb\x00":                         "w.sh:2:2: a script can't hold NUL",
		"cat </etc/passwd":                      "w.sh:1:5: the script opens a file",
		"echo x >/var/sh-interp-x":              "opens a file",
		`echo x >>"$f"`:                         "opens a file",
		"exec 3>&1":                             "w.sh:1:6",
		"echo x >/dev/tcp/127.0.0.1/1":          "opens a file",
		"f() { f | f & }; f":                    "w.sh:1:7",
		"a | b":                                 "a pipe",
		"a &":                                   "in the background",
		"f() { g; }; g() { f; }":                "calls itself",
		"f() { x=$(f); }":                       "calls itself",
		"[[ a ]]":                               "not POSIX",
		"local x=1":                             "local is not simulated",
		"readonly x=1":                          "readonly is not simulated",
		"let x=1":                               "not POSIX",
		"x=$'a'":                                "not in all shells",
		"time true":                             "not POSIX",
		"echo ~root":                            "home directory",
		"x=~root/a":                             "home directory",
		`export "A=~root"`:                      "only NAME",
		"export A=$b":                           "quote it",
		"echo $x":                               "split",
		"echo $(true)":                          "split",
		"echo *.py":                             "pattern of file names",
		`echo "a$@"`:                            "of its own",
		`x="$@"`:                                "of its own",
		`echo "$$"`:                             "run to run",
		`echo "${10}"`:                          "use shift",
		"x=1 f() { :; }":                        "w.sh:1:",
		"x=1 shift":                             "outlives",
		`echo "${x:-$(rm a)}"`:                  "even where the word is not used",
		"echo $((x = 1))":                       "in $(( )) is not simulated",
		"echo $((1 / x))":                       "in $(( )) is not simulated",
		"case x in '@(a)') ;; esac":             "operator",
		strings.Repeat("#", maxSource+1):        "longest script",
		"set -- " + strings.Repeat(`"$x"`, 257): "257 expansions",
	} {
		if _, err := Parse("w.sh", []byte(script)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: %v; want %q", script, err, want)
		}
	}
}

func TestFormatIsIdempotent(t *testing.T) {
	for _, script := range common {
		once, err := Format("script", []byte("# kept\n"+script))
		if err != nil {
			t.Fatal(err)
		}
		twice, err := Format("script", once)
		if err != nil || string(once) != string(twice) {
			t.Errorf("%s\nthen\n%s, %v", once, twice, err)
		}
		if !strings.HasPrefix(string(once), "# kept\n") {
			t.Errorf("comment lost: %s", once)
		}
	}
}

// FuzzRun: no script makes the simulator panic, run on or open a file.
func FuzzRun(f *testing.F) {
	for _, script := range common {
		f.Add(script)
	}
	f.Fuzz(func(t *testing.T, script string) {
		parsed, err := Parse("w.sh", []byte(script))
		if err != nil {
			return
		}
		start := time.Now()
		_, _ = parsed.Run(World{Args: []string{"a"}, Time: 100 * time.Millisecond, Output: 1 << 12})
		if d := time.Since(start); d > 10*time.Second {
			t.Fatalf("took %v", d)
		}
	})
}

// BenchmarkRun is the parsing of ten arguments by a script of some 300 lines.
func BenchmarkRun(b *testing.B) {
	var script strings.Builder
	script.WriteString("set -u\n")
	for i := range 40 {
		fmt.Fprintf(&script, "f%d() {\n\tcase $1 in\n\ta*) x=${1#?} ;;\n\t*) x=$1 ;;\n\tesac\n}\n", i)
	}
	script.WriteString("for w do\n\tshift\n\tcase $w in\n")
	for i := range 20 {
		fmt.Fprintf(&script, "\t--option%d=*) value=${w#*=} ;;\n", i)
	}
	script.WriteString("\t*)\n\tf1 \"$w\"\n\t[ -n \"$x\" ] || exit 64\n\tset -- ${1+\"$@\"} \"pass=$x\" ;;\n\tesac\ndone\nexec /python ${1+\"$@\"}\n")
	parsed, err := Parse("w.sh", []byte(script.String()))
	if err != nil {
		b.Fatal(err)
	}
	args := []string{"a", "-x", "--option1=a", "c", "--option19=b", "-k", "a and b", "--option7=", "tests/unit", "-vv"}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := parsed.Run(World{Args: args}); err != nil {
			b.Fatal(err)
		}
	}
}
