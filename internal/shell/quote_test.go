package shell

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"unicode/utf8"
)

// shells are the real shells that rendered scripts run in, as argument lists.
var shells = [][]string{
	{"bash"}, {"dash"}, {"busybox", "sh"}, {"ksh93"}, {"mksh"}, {"yash"}, {"zsh", "--emulate", "sh"}, {"posh"},
}

// realShells returns those of the shells that are installed; in CI one that is missing is a failure.
func realShells(t testing.TB) [][]string {
	t.Helper()
	var found [][]string
	for _, sh := range shells {
		if _, err := exec.LookPath(sh[0]); err == nil {
			found = append(found, sh)
		} else if os.Getenv("CI") != "" {
			t.Fatalf("%s is not installed", sh[0])
		} else {
			t.Logf("SKIPPED for %s, which is not installed", sh[0])
		}
	}
	return found
}

// runReal runs a script in a real shell with nothing but PATH and a UTF-8 locale in its environment.
func runReal(t testing.TB, sh []string, script string, args ...string) (stdout string, code int) {
	t.Helper()
	cmd := exec.Command(sh[0], append(append(sh[1:len(sh):len(sh)], "-c", script, "script"), args...)...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8"} // yash reads scripts by the locale
	out, err := cmd.Output()
	if exit, ok := err.(*exec.ExitError); ok {
		return string(out), exit.ExitCode()
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(out), 0
}

var hostile = []string{
	"", "plain", "two words", "tests/unit", "-n", "--opt=value", "it's", "'", "''", `\`, `\\'`, `"`, "$HOME", "${x}", "$(touch x)", "`touch x`",
	"a\nb", "\n", "\t", "a;b", "a&b", "a|b", "<in", ">out", "*", "?", "[a]", "{a,b}", "{1..9}", "~", "~root", "=cmd", "a=b", "#", "a#b", "!", "!!",
	"if", "do", "time", "[[", "{", "}", "function", "é", "日本語", "a\rb", "\x1b[31m", "%s", "\\n", "$'a'", "-", "--", "a b  c ", " lead",
}

func TestQuoteTable(t *testing.T) {
	for in, want := range map[string]string{
		"": "''", "tests/unit": "tests/unit", "--dist=load": "--dist=load", "a b": "'a b'", "it's": `'it'\''s'`, "do": "'do'", "A=b": "'A=b'", "A+=b": "'A+=b'", "--a=b": "--a=b", "%1": "'%1'", "[": "'['", "a\xff": "'a\xff'",
		"-": "'-'", "4": "4", "é": "'é'", "=x": "'=x'", "~": "'~'", "!": "'!'",
	} {
		if got, err := Quote(in); err != nil || got != want {
			t.Errorf("Quote(%q) = %s, %v; want %s", in, got, err, want)
		}
	}
	if _, err := Quote("a\x00b"); err == nil || !strings.Contains(err.Error(), "NUL at byte 1") {
		t.Errorf("Quote of NUL: %v", err)
	}
}

// TestQuoteInRealShells gives every hostile word to every shell: as an argument, as a value and as the first word
// after set --.
func TestQuoteInRealShells(t *testing.T) {
	checkQuoted(t, hostile)
}

func checkQuoted(t testing.TB, words []string) {
	t.Helper()
	script, want := "set --", ""
	for _, w := range words {
		q, err := Quote(w)
		if err != nil {
			t.Fatal(err)
		}
		script += " " + q
		want += "<" + w + "><" + w + ">"
	}
	script += "\nfor w do v=$w; printf '<%s><%s>' \"$w\" \"$v\"; done"
	for _, sh := range realShells(t) {
		if got, _ := runReal(t, sh, script); got != want {
			t.Errorf("%s prints %q for\n%q", sh, got, want)
		}
	}
}

// TestQuoteFirstWord gives every word of letters that some shell reserves to every shell as a command.
func TestQuoteFirstWord(t *testing.T) {
	for _, w := range []string{"if", "in", "time", "function", "select", "coproc", "namespace", "repeat", "foreach", "end",
		"nocorrect", "done", "A=b", "=x"} {
		q, err := Quote(w)
		if err != nil {
			t.Fatal(err)
		}
		for _, sh := range realShells(t) {
			if _, code := runReal(t, sh, "PATH=/nonexistent\n"+q+" 2>/dev/null"); code != 127 {
				t.Errorf("%s runs %s with status %d; want 127, not found", sh, q, code)
			}
		}
	}
}

// TestQuoteKeepsBytes: what is no UTF-8 is kept. yash, which reads characters, is left out.
func TestQuoteKeepsBytes(t *testing.T) {
	const in = "a\xff\xfe b\xc3"
	q, err := Quote(in)
	if err != nil {
		t.Fatal(err)
	}
	for _, sh := range realShells(t) {
		if sh[0] == "yash" {
			continue
		}
		if got, _ := runReal(t, sh, "printf '<%s>' "+q); got != "<"+in+">" {
			t.Errorf("%s prints %q", sh, got)
		}
	}
}

// FuzzQuote: dash, bash and the simulator read back what was quoted, as arguments and as values, several words in one process.
func FuzzQuote(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if strings.ContainsRune(s, 0) {
			t.Skip("no argument holds NUL")
		}
		script, want := "set --", ""
		for _, w := range []string{s, "-" + s, "=" + s, s + s, strings.ToLower(s)} {
			q, err := Quote(w)
			if err != nil {
				t.Fatal(err)
			}
			script += " " + q
			want += "<" + w + ">"
		}
		script += "\nprintf '<%s>' \"$@\""
		for _, sh := range [][]string{{"dash"}, {"bash"}} {
			if got, _ := runReal(t, sh, script); got != want {
				t.Fatalf("%s prints %q, want %q", sh, got, want)
			}
		}
		parsed, err := Parse("script", []byte(script))
		if !utf8.ValidString(s) {
			if err == nil || !strings.Contains(err.Error(), "UTF-8") {
				t.Fatalf("parsing what is no UTF-8: %v", err)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if got, err := parsed.Run(World{}); err != nil || got.Stdout != want {
			t.Fatalf("simulated: %q, %v; want %q", got.Stdout, err, want)
		}
	})
}
