package shell

import (
	"fmt"
	"strings"
	"testing"
)

func TestExtents(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"one line":       {"a && b\n", ""},
		"continued":      {"a \\\n b\n", "command 1-2"},
		"chain":          {"a &&\n b ||\n c | d\n", "command 1-3"},
		"assigned":       {"X=1 \\\n a\n", "command 1-2"},
		"group":          {"(\n a\n b\n)\n{\n c\n}\n", "group 1-4, group 5-7"},
		"group in chain": {"a && {\n b\n c\n}\n", "group 1-4, group 1-4"},
		"loop in chain":  {"a && for x in 1; do\n b\n c\ndone\n", "group 1-4"},
		"bodies":         {"f() {\n a\n b\n}\nif c; then\n d\n e\nfi\nwhile f; do\n g\ndone\n", ""},
		"inside bodies":  {"f() {\n a &&\n b\n}\n", "command 2-3"},
		"text":           {"echo 'x' \"a\nb\"\n", "command 1-2, text 1-1, text 1-2"},
		"here-document":  {"cat <<E\na\nb\nE\nc\n", "command 1-4, text 2-4"},
		"empty document": {"cat <<E\nE\nc\n", ""},
		"substituted":    {"x=\"$(\n a\n)\"\n", "command 1-3"},
		"broken":         {"a \\\n b\n'\n", "command 1-2"},
	} {
		f, _ := ParseForeign("a.sh", c.text, nil, Bash)
		var got []string
		for _, e := range f.Extents() {
			got = append(got, fmt.Sprintf("%s %d-%d", [...]string{"command", "group", "text"}[e.Kind], e.Start.Line, e.End.Line))
		}
		if s := strings.Join(got, ", "); s != c.want {
			t.Errorf("%s: got %s, want %s", name, s, c.want)
		}
	}

	long, _ := ParseForeign("a.sh", strings.Repeat("a && ", 20_000)+"\\\n b\n", nil, Bash)
	if n := len(long.Extents()); n > 1 {
		t.Errorf("a long list comes to %d extents", n)
	}
}
