package policy

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"policygen/internal/finding"
)

// hostile policies take longer than anybody waits, need more memory than there is, or recurse deeper than the stack.
func hostilePolicies() map[string]string {
	lines := func(n int, format func(i int) string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(format(i))
		}
		return b.String()
	}
	const end = "\npolicy: project: "
	return map[string]string{
		"let doubling": lines(40, func(i int) string { return fmt.Sprintf("let a%d = {x: a%d, y: a%d}\n", i, i+1, i+1) }) +
			"let a40 = 1\npolicy: runner: a0\n",
		"alternatives": "policy: runner: {" + lines(30, func(i int) string { return fmt.Sprintf("{a%d: 1} | {b%d: 2}\n", i, i) }) + "}\n",
		"alternatives multiplied": "policy: runner: " +
			lines(30, func(i int) string { return fmt.Sprintf("({a%d: 1} | {b%d: 2}) & ", i, i) }) + "_\n",
		"text doubling": "_a0: \"xxxxxxxx\"\n" +
			lines(40, func(i int) string { return fmt.Sprintf("_a%d: \"\\(_a%d)\\(_a%d)\"\n", i+1, i, i) }) + end + "_a40\n",
		"numbers": "_a0: 99\n" +
			lines(60, func(i int) string { return fmt.Sprintf("_a%d: _a%d * _a%d\n", i+1, i, i) }) + end + "\"\\(_a60)\"\n",
		"loops": "import \"list\"\npolicy: order: [" +
			lines(6, func(i int) string { return fmt.Sprintf("for x%d in list.Range(0, 100, 1) ", i) }) + "{\"a\"}]\n",
		"long list":       "import \"list\"\npolicy: order: list.Repeat([\"a\"], 1000000000)\n",
		"long text":       "import \"strings\"\npolicy: project: strings.Repeat(\"x\", 2000000000)\n",
		"reference chain": lines(40000, func(i int) string { return fmt.Sprintf("a%d:a%d\n", i, i+1) }) + "a40000: 1\n",
		"sum chain":       lines(40000, func(i int) string { return fmt.Sprintf("a%d:a%d+1\n", i, i+1) }) + "a40000: 1\n",
		"long sum":        "policy: runner: " + strings.Repeat("1+", 200000) + "1\n",
		"signs":           "policy: runner: " + strings.Repeat("-", 500000) + "1\n",
		"short names":     lines(60000, func(i int) string { return fmt.Sprintf("%s:%s+1\n", shortName(i), shortName(i+1)) }),
		"selectors":       "policy: runner: policy" + strings.Repeat(".a", 400000) + "\n",
		"indexes":         "policy: runner: policy" + strings.Repeat("[0]", 300000) + "\n",
		"conditions":      "policy: runner: {" + strings.Repeat("if true ", 100000) + "{}}\n",
		"comments":        "policy: runner: {}\n" + strings.Repeat("//\n", 300000),
		"fields":          "policy: " + strings.Repeat("a: ", 300000) + "1\n",
		"brackets":        "policy: runner: " + strings.Repeat("[", 100000) + strings.Repeat("]", 100000) + "\n",
		"interpolation":   "policy: project: " + strings.Repeat("\"\\(", 100000) + "1" + strings.Repeat(")\"", 100000) + "\n",
		"structs":         lines(60, func(i int) string { return fmt.Sprintf("a%d: {x: a%d, y: a%d}\n", i, i+1, i+1) }) + "a60: 1\npolicy: runner: a0\n",
		"calls":           "policy: runner: " + strings.Repeat("len(", 100000) + "1" + strings.Repeat(")", 100000) + "\n",
		"too large":       "policy: project: \"" + strings.Repeat("x", maxSize) + "\"\n",
	}
}

// shortName returns a name of letters only.
func shortName(i int) string {
	name := ""
	for i += 26 * 26 * 26; i > 0; i /= 26 {
		name += string(rune('a' + i%26))
	}
	return name
}

const hostileVariable = "POLICYGEN_HOSTILE_POLICY"

// TestHostilePolicies loads each in a process of its own, since an evaluation can't be stopped from inside.
func TestHostilePolicies(t *testing.T) {
	if name := os.Getenv(hostileVariable); name != "" {
		loadHostile(t, hostilePolicies()[name])
		return
	}
	for name := range hostilePolicies() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command(os.Args[0], "-test.run=^TestHostilePolicies$")
			cmd.Env = append(os.Environ(), hostileVariable+"="+name)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out[:min(len(out), 2000)])
			}
		})
	}
}

func loadHostile(t *testing.T, text string) {
	l := testLoader(t)
	l.limits.time = time.Second / 2
	_, err := l.load([]Source{{Name: "policygen.cue", Text: []byte(text)}}, testTool)
	list, ok := err.(finding.List)
	if !ok || len(list) == 0 {
		t.Fatalf("got %v, want findings", err)
	}
	checkFindings(t, list)
	// The process ends here: an evaluation that was given up may still be running.
	os.Exit(0)
}

// checkFindings holds what every finding must have.
func checkFindings(t testing.TB, list finding.List) {
	t.Helper()
	for _, f := range list {
		if !f.IsValid() {
			t.Errorf("a finding without a place: %v", f)
		}
		if !strings.HasPrefix(f.Code, "PG1") || f.Message == "" {
			t.Errorf("a finding without a code or a message: %v", f)
		}
	}
}
