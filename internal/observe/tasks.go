package observe

import (
	"path"
	"regexp"
	"strings"

	"policygen/internal/pytest"
	"policygen/internal/shell"
	"policygen/internal/source"
)

// readTOML reads the tasks that pyproject.toml, tox.toml and files of their like hold, for all tools.
func readTOML(f file) (all found) {
	root, err := source.ParseTOML(f.name, f.content)
	if err != nil {
		return unread(err)
	}
	if base := f.base(); base == "tox.toml" || base == "pyproject.toml" && root.Get("tool", "tox") != nil {
		all.merge(distinctCommands(loadTox(f, call{})))
	}
	tasks := tasksOf(f, root, call{})
	tasks.snippets = distinctSnippets(tasks.snippets) // what an environment of hatch only has from its template
	all.merge(tasks)
	return all
}

// loadTasks reads the tasks of a file for a tool that is called with words for one of them.
func loadTasks(f file, c call) found {
	root, err := source.ParseTOML(f.name, f.content)
	if err != nil {
		return unread(err)
	}
	return tasksOf(f, root, c)
}

// A taskTable is where a tool looks for its tasks.
type taskTable struct {
	tool string
	keys []string // "*" stands for every key
}

// The tables of poethepoet 0.37, pdm 2.26, taskipy 1.14, pixi 0.59, rye 0.44 and cibuildwheel 3.
var taskTables = []taskTable{
	{"poe", []string{"tool", "poe", "tasks"}}, {"poe", []string{"tasks"}},
	{"pdm", []string{"tool", "pdm", "scripts"}}, {"task", []string{"tool", "taskipy", "tasks"}},
	{"pixi", []string{"tool", "pixi", "tasks"}}, {"pixi", []string{"tool", "pixi", "feature", "*", "tasks"}},
	{"pixi", []string{"tool", "pixi", "target", "*", "tasks"}}, {"pixi", []string{"tool", "pixi", "feature", "*", "target", "*", "tasks"}},
	{"pixi", []string{"tasks"}}, {"pixi", []string{"feature", "*", "tasks"}}, {"pixi", []string{"target", "*", "tasks"}},
	{"pixi", []string{"feature", "*", "target", "*", "tasks"}},
	{"rye", []string{"tool", "rye", "scripts"}},
}

// tasksOf reads the tables of a file. Which of the tables without "tool" are whose depends on the file.
func tasksOf(f file, root *source.Node, c call) (all found) {
	base := f.base()
	if base == "pyproject.toml" || base == "hatch.toml" {
		all.merge(hatchTasks(f, base, root, c))
	}
	for _, table := range taskTables {
		own := table.keys[0] == "tool"
		if own != (base == "pyproject.toml") || !own && base != fileOf[table.tool] {
			continue
		}
		for _, at := range findTables(root, table.keys) {
			r := taskReader{file: f, table: table, words: c.words}
			for _, e := range at.table.Entries {
				all.add(r.task(e.Key.String(), e.Value)...)
			}
		}
	}
	all.add(wheelTests(f, root.Get("tool", "cibuildwheel"))...)
	return all
}

var fileOf = map[string]string{"poe": "poe_tasks.toml", "pixi": "pixi.toml"}

// A tableAt is a table and what holds it.
type tableAt struct{ table, parent *source.Node }

func findTables(n *source.Node, keys []string) []tableAt {
	at := []tableAt{{n, n}}
	for _, key := range keys {
		var next []tableAt
		for _, t := range at {
			if key != "*" {
				if v := t.table.Get(key); v != nil && v.Kind == source.Map {
					next = append(next, tableAt{v, t.table})
				}
				continue
			}
			for _, e := range t.table.Entries {
				if e.Value.Kind == source.Map {
					next = append(next, tableAt{e.Value, t.table})
				}
			}
		}
		at = next
	}
	return at
}

// A taskReader reads the tasks of one table.
type taskReader struct {
	file  file
	table taskTable
	words []pytest.Word
}

// task reads a task: a command line, a list of them or of names, or a table that has one of these under some key.
func (r taskReader) task(name string, n *source.Node) []snippet {
	sn := snippet{kind: Task, tool: r.table.tool, name: name, where: "task " + name, dir: dirOf(r.file.name), dialect: shell.POSIX, env: map[string]string{}}
	return r.body(sn, n)
}

func (r taskReader) variables(sn *snippet, env *source.Node) {
	if env == nil {
		return
	}
	for _, e := range env.Entries {
		if e.Value.Kind == source.Scalar {
			sn.env[e.Key.String()] = e.Value.Text.String()
		}
	}
}

func (r taskReader) body(sn snippet, n *source.Node) []snippet {
	switch n.Kind {
	case source.Scalar:
		sn.text = r.arguments(n.Text)
		return []snippet{r.referring(sn)}
	case source.List:
		return r.several(sn, n)
	}
	r.variables(&sn, n.Get("env"))
	if dir := firstOf(n, "cwd", "working_dir"); dir != nil && dir.Kind == source.Scalar {
		sn.dir = strings.TrimPrefix(path.Clean("/"+path.Join(sn.dir, dir.Text.String())), "/")
	}
	if needs := firstOf(n, "depends-on", "depends_on", "deps"); needs != nil {
		sn.needs = append(sn.needs, namesIn(needs)...)
	}
	if body := firstOf(n, "cmd", "shell", "sequence", "composite", "chain", "ref", "parallel"); body != nil {
		if n.Get("cmd") == body && body.Kind == source.List { // words of one command
			sn.argv = [][]pytest.Word{nodeWords(body)}
			return []snippet{sn}
		}
		return r.body(sn, body)
	}
	return []snippet{sn}
}

func firstOf(n *source.Node, keys ...string) *source.Node {
	for _, key := range keys {
		if v := n.Get(key); v != nil {
			return v
		}
	}
	return nil
}

func namesIn(n *source.Node) (names []string) {
	if n.Kind == source.Scalar {
		return strings.Fields(n.Text.String())
	}
	for _, item := range n.Items {
		if item.Kind == source.Map {
			item = item.Get("task")
		}
		if item != nil && item.Kind == source.Scalar {
			word, _, _ := strings.Cut(item.Text.String(), " ")
			names = append(names, word)
		}
	}
	return names
}

func nodeWords(n *source.Node) (words []pytest.Word) {
	for _, item := range n.Items {
		if item.Kind == source.Scalar {
			words = append(words, pytest.Word{Text: item.Text.String(), Pos: item.Text.At(0)})
		}
	}
	return words
}

// several reads a list: names of other tasks, or command lines, by tool.
func (r taskReader) several(sn snippet, n *source.Node) (list []snippet) {
	for _, item := range n.Items {
		one := sn
		one.text = source.Text{}
		switch {
		case item.Kind == source.Scalar && r.table.tool == "poe": // names of tasks
			one.needs = []string{strings.TrimSpace(item.Text.String())}
			list = append(list, one)
		case item.Kind == source.Scalar:
			one.text = r.arguments(item.Text)
			list = append(list, r.referring(one))
		default:
			list = append(list, r.body(one, item)...)
		}
	}
	return list
}

// referring notes that the first word of a command line may be the name of another task of the same table.
func (r taskReader) referring(sn snippet) snippet {
	if word, _, _ := strings.Cut(strings.TrimSpace(sn.text.String()), " "); word != sn.name && plainTask.MatchString(word) {
		sn.needs = append(sn.needs, word)
	}
	return sn
}

var plainTask = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9_:-]*$`)

var argsReference = regexp.MustCompile(`\{args(:([^{}]*))?\}|\{(root|home|project|package)(:[^{}]*)?\}`)

// arguments replaces hatch's {args:default} by the caller's words, or by the default, and adds the words where the tool does so.
func (r taskReader) arguments(t source.Text) source.Text {
	var parts []source.Text
	at := 0
	for _, m := range argsReference.FindAllStringSubmatchIndex(t.String(), -1) {
		parts = append(parts, t.Slice(at, m[0]))
		switch {
		case m[6] >= 0:
			parts = append(parts, source.Literal(mount, t.Slice(m[0], m[1])))
		case len(r.words) > 0:
			parts = append(parts, source.Literal(quotedWords(r.words), t.Slice(m[0], m[1])))
		case m[4] >= 0:
			parts = append(parts, t.Slice(m[4], m[5]))
		}
		at = m[1]
	}
	parts = append(parts, t.Slice(at, t.Len()))
	if r.table.tool != "hatch" && len(r.words) > 0 {
		parts = append(parts, source.Literal(" "+quotedWords(r.words), t.Slice(t.Len(), t.Len())))
	}
	return source.JoinTexts(parts...)
}

func quotedWords(words []pytest.Word) string {
	var quoted []string
	for _, w := range words {
		if q, err := shell.Quote(w.Text); err == nil { // no word of a command line holds what can't be quoted
			quoted = append(quoted, q)
		}
	}
	return strings.Join(quoted, " ")
}
