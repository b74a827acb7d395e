package shell

import (
	"regexp"
	"strings"
	"testing"

	"policygen/internal/testrun"
)

// TestParseDeepNesting: the deepest nesting that fits a script leaves the parser, and what walks over its tree, their stack.
func TestParseDeepNesting(t *testing.T) {
	size := maxSource / 60
	if testrun.Full() {
		size = maxSource
	}
	place := regexp.MustCompile(`^w\.sh:(\d+|\?):(\d+|\?): `)
	check := func(what, script string) {
		_, err := Parse("w.sh", []byte(script))
		if err == nil {
			t.Errorf("%s repeated parses", what)
		} else if !place.MatchString(err.Error()) {
			t.Errorf("%s repeated: %v", what, err)
		}
		Format("script", []byte(script)) // may succeed, but must return
	}
	for _, opener := range []string{"(", "$(", "{ ", "$((", "\"${x-", "! ", "a&&", "a|", "a;", "x=$((-", "if ", "if a\nthen ", "f()",
		"[[ ! ", "case x in y) ", "while ", "let -", "a[", "`", "<(", "a=(", "time ", "coproc "} {
		check(opener, strings.Repeat(opener, (size-1)/len(opener))+"(")
	}
	for _, s := range []struct{ before, repeat, after string }{
		{"x=$((", "(", ""}, {"x=$((", "-", "1))("}, {"x=$((", "!", "1))("}, {"x=$((1", "+1", "))("}, {"x=$((a", "=a", "))("}, {"x=$((1", "?1:1", "))("},
		{"x[1", "+1", "]=1("}, {"let a", "=a", "("}, {"[[ a", " && a", " ]]("},
		{"if a; then b\n", "elif a; then b\n", "fi("}, {"a", " && a", "\n("}, {"a", " | a", "\n("},
	} {
		n := (size - len(s.before) - len(s.after)) / len(s.repeat)
		check(s.before+s.repeat, s.before+strings.Repeat(s.repeat, n)+s.after)
		check(s.before+s.repeat, s.before+strings.Repeat(s.repeat, n)+strings.TrimSuffix(s.after, "("))
	}
}

// TestParseWhatIsQuoted: brackets in quotes, comments and here-documents nest nothing, and a long script is none that is deep.
func TestParseWhatIsQuoted(t *testing.T) {
	many := strings.Repeat("(", 100_000)
	for _, script := range []string{
		"echo '" + many + "'", "echo \"" + many + "\"", "# " + many, "cat >/dev/null <<'E'\n" + many + "\nE\n", "cat >/dev/null <<E\n" + many + "\nE\n",
		"echo '" + strings.Repeat("it is $( ${ `", 200_000) + "'",
		strings.Repeat("echo 'a (' \"b (\" c\n", 40_000),
	} {
		if _, err := Parse("w.sh", []byte(script)); err != nil {
			t.Errorf("%.40q: %v", script, err)
		}
	}
	for name, script := range map[string]string{
		"brackets": strings.Repeat("x=$(", 200) + "true" + strings.Repeat(")", 200), "a chain": "true" + strings.Repeat(" && true", 1000),
	} {
		if _, err := Parse("w.sh", []byte(script)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
