package shell

import (
	"runtime"
	"strings"
	"testing"
	"time"
)

// harmful are scripts that would harm whoever runs them, or hold up whoever simulates them.
var harmful = map[string]string{
	"loop":              `while :; do :; done; pytest`,
	"loop of nothing":   `for ((;;)); do :; done; pytest`,
	"nested loops":      `while :; do while :; do while :; do pytest; done; done; done`,
	"recursion":         `f() { f; }; f; pytest`,
	"mutual recursion":  `f() { g; }; g() { (f); }; f; pytest`,
	"recursive subst":   `f() { x=$(f); }; f; pytest`,
	"fork bomb":         `:(){ :|:& };:; pytest`,
	"fork bomb 2":       `bomb() { bomb | bomb & }; bomb; pytest`,
	"eval loop":         `x='eval "$x"'; eval "$x"; pytest`,
	"braces":            `pytest {1..1000000000}; pytest`,
	"nested braces":     `pytest {1..1000}{1..1000}{1..1000}; pytest`,
	"many braces":       `pytest {a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}; pytest`,
	"doubling":          `x=aaaaaaaa; while :; do x="$x$x"; done; pytest`,
	"doubling array":    `a=(x); while :; do a+=("${a[@]}"); done; pytest`,
	"appending":         `while :; do x+=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done; pytest`,
	"replacing":         `x=aaaaaaaaaaaaaaaa; x=$x$x$x$x$x$x; x=$x$x$x$x$x$x; for i in 1 2 3 4 5 6; do x=${x//a/$x}; done; pytest`,
	"output":            `while :; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done; pytest`,
	"yes":               `x=$(yes); pytest "$x"; yes | head; pytest`,
	"self catenation":   `echo x > f; while :; do cat f f >> f; done; pytest`,
	"wide format":       `printf '%1000000000s' x; printf "%.1000000000f" 1; printf '%*s' 1000000000 x; pytest`,
	"many variables":    `for ((i = 0; i < 100000; i++)); do eval "v$i=1"; (:); done; pytest`,
	"index":             `a[1000000000]=x; a[-5]=y; pytest "${a[@]}"`,
	"remove":            `rm -rf / --no-preserve-root; pytest`,
	"devices":           `cat /dev/zero /dev/random; dd if=/dev/zero of=/dev/sda; read x < /dev/tty; pytest`,
	"out of the tree":   `cat ../../../etc/passwd /etc/shadow; source ../../etc/profile; . /dev/stdin; pytest`,
	"arithmetic":        `echo $((1 << -1)) $((1 / 0)) $((2 ** 64)) $((-9223372036854775808 / -1)) $((x = x + 1)); pytest`,
	"arithmetic depth":  `x=x; echo $((x)); a=b b=a; echo $((a)); x='((x))'; echo $((x)); pytest`,
	"nameref cycle":     `declare -n a=b b=a; a=1; echo "$a"; pytest`,
	"signals":           `kill -9 -1; kill 1; trap '' KILL; pytest`,
	"regexp":            `[[ aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa =~ (a*)*b ]]; [[ a =~ ( ]]; [[ a == [ ]]; [[ x == !(x*(x)) ]]; pytest`,
	"glob":              `shopt -s globstar; echo **/** */*/*/*/*/*; pytest`,
	"read forever":      `while read -r x; do :; done; while read -r x < f; do :; done; pytest`,
	"trap in itself":    `trap 'trap "echo" EXIT; exit' EXIT; trap 'false' ERR; false; pytest`,
	"unset all":         `unset IFS PATH PWD HOME; unset -f pytest; cd; pytest`,
	"sources itself":    `source ci/run.sh; pytest`,
	"own script":        `exec 1000000>x; exec 99999999999999999999>x; exec {fd}>x; echo a >&$fd; pytest`,
	"odd":               "pytest \x00 \xff ${} $() `` $(( )) \"\" ''",
	"pipe of pipes":     strings.Repeat("cat | ", 500) + "pytest",
	"deep and":          strings.Repeat("true && ", 5000) + "pytest",
	"deep if":           strings.Repeat("if true; then ", 150) + "pytest" + strings.Repeat("; fi", 150),
	"deep parens":       strings.Repeat("( ", 150) + "pytest" + strings.Repeat(" )", 150),
	"deep subst":        strings.Repeat("$(", 200) + "pytest" + strings.Repeat(")", 200),
	"too deep":          strings.Repeat("(", 100000),
	"too deep subst":    strings.Repeat("$(", 100000),
	"unknown loops":     `while [ "$(date)" != x ]; do sleep 1; done; for i in $(ls); do for j in $(ls "$i"); do pytest "$j"; done; done`,
	"many branches":     strings.Repeat("if false; then pytest; fi\n", 6000),
	"many functions":    `f0() { :; }; ` + strings.Repeat("f() { f; pytest; }\n", 3000),
	"here-document":     "cat <<E\n" + strings.Repeat("x", 1<<20) + "\nE\npytest",
	"exponential calls": `f() { case $1 in xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx) ;; *) f "x$1"; f "x$1" ;; esac; }; f; pytest`,
	"edited array":      `a=({1..1000}); while :; do a=("${a[@]/#/xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx}"); done; pytest`,
}

// TestObserveHostile: whatever a script does, it costs no more than it may, and what it starts is still seen.
func TestObserveHostile(t *testing.T) {
	for name, script := range harmful {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		begin := time.Now()
		f, err := ParseForeign("ci/run.sh", script, nil, Bash)
		o := f.Observe(Setting{Files: repository, Time: time.Second})
		took := time.Since(begin)
		runtime.ReadMemStats(&after)
		if took > 10*time.Second { // a second and a half, but for other work on the machine
			t.Errorf("%s: took %v", name, took)
		}
		if grown := after.TotalAlloc - before.TotalAlloc; grown > 3<<30 {
			t.Errorf("%s: allocated %d MiB in all", name, grown>>20)
		}
		if after.Sys > 1<<30 {
			t.Fatalf("%s: the process has %d MiB", name, after.Sys>>20)
		}
		if err == nil && !strings.Contains(shown(o.Commands), "pytest") {
			t.Errorf("%s: pytest is not seen in %.200q (%v)", name, shown(o.Commands), o.Problems)
		}
		if testing.Verbose() {
			t.Logf("%-18s %8v %5d MiB %v", name, took.Round(time.Millisecond), (after.TotalAlloc-before.TotalAlloc)>>20, o.Problems)
		}
	}
}

// FuzzObserve: an observation never panics, and never takes more than its bounds.
func FuzzObserve(f *testing.F) {
	for _, s := range readShapes(f) {
		f.Add(s.text)
	}
	for _, script := range harmful {
		if len(script) < 10000 {
			f.Add(script)
		}
	}
	f.Fuzz(func(t *testing.T, script string) {
		begin := time.Now()
		parsed, err := ParseForeign("x.sh", script, nil, Bash)
		if parsed == nil {
			t.Fatalf("no script with %v", err)
		}
		o := parsed.Observe(Setting{Files: repository, Time: 200 * time.Millisecond, Steps: 5000, Output: 1 << 16, Args: []string{"a"}})
		if took := time.Since(begin); took > 10*time.Second {
			t.Errorf("took %v", took)
		}
		if len(o.Stdout) > 1<<16 {
			t.Errorf("%d bytes of output", len(o.Stdout))
		}
		for _, c := range o.Commands {
			if len(c.Argv) == 0 || c.Pos.Line < 1 || !strings.HasPrefix(c.Dir, "/") {
				t.Errorf("a command without words, place or directory: %+v", c)
			}
		}
	})
}
