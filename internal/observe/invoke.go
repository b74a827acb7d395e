package observe

import (
	"slices"
	"strings"

	"policygen/internal/pytest"
	"policygen/internal/shell"
)

// loadInvoke reads the tasks of a tasks.py of invoke: the command lines that each hands to run, also by way of other tasks and of those
// that it needs before (https://docs.pyinvoke.org/en/stable/concepts/invoking-tasks.html).
func loadInvoke(f file, _ call) (all found) {
	code := f.text()
	functions := functionsIn(code, "@task")
	for _, g := range code.Python().Groups {
		text, ok := processText(g)
		if !ok {
			continue
		}
		if all.full() {
			break
		}
		sn := snippet{kind: Python, tool: "invoke", dir: dirOf(f.name), dialect: shell.Bash, text: text, doubtful: true} // which of its calls a task makes the code decides
		for _, fn := range functions.entriesAt(g.Pos.Line) {
			sn.name = taskName(fn.name)
			sn.where = "task " + sn.name
			all.add(sn)
		}
	}
	return all
}

// taskName returns the name by which invoke knows a function.
func taskName(function string) string {
	return strings.ReplaceAll(strings.Trim(function, "_"), "_", "-")
}

// parseInvoke reads invoke's command line: tasks, each with its options.
func parseInvoke(words []pytest.Word) (c call) {
	for i := 0; i < len(words); i++ {
		switch w := words[i].Text; {
		case slices.Contains([]string{"-l", "--list", "-h", "--help", "-V", "--version", "-R", "--dry"}, w):
			c.idle = true
		case (w == "-c" || w == "--collection") && len(c.names) == 0 && i+1 < len(words):
			i++
			c.file = words[i].Text + ".py"
		case !strings.HasPrefix(w, "-"):
			c.names = append(c.names, taskName(w[strings.LastIndexByte(w, '.')+1:]))
		}
	}
	return c
}
