package observe

import (
	"maps"
	"path"
	"slices"
	"strings"

	"policygen/internal/pytest"
	"policygen/internal/source"
)

// readTaskfile reads the tasks of a Taskfile. What it includes from files with other names is read with it.
// https://taskfile.dev/docs/reference/schema
func readTaskfile(f file) found {
	t := newTaskfile(f, call{})
	for _, name := range t.names {
		t.emit(name, name)
	}
	return t.out.standing(func(name string) bool {
		base := path.Base(name)
		return name == f.name || base != "Taskfile.yml" && base != "Taskfile.yaml"
	})
}

// loadTask reads what "task" runs: tasks of a Taskfile, or those of taskipy in pyproject.toml.
func loadTask(f file, c call) found {
	if path.Ext(f.name) == ".toml" {
		return loadTasks(f, c)
	}
	t := newTaskfile(f, c)
	names := c.names
	if len(names) == 0 {
		names = []string{"default"}
	}
	for _, name := range names {
		t.emit(name, name)
	}
	return *t.out
}

// A taskfile is a Taskfile with those that it includes.
type taskfile struct {
	out   *found
	names []string // in the order of the files
	tasks map[string]task
	files []string
	given map[string]string // variables of the command line
	words string            // of the caller, for CLI_ARGS
	left  int
}

// A task is a task by its name, with what its file sets for it.
type task struct {
	node, file *source.Node
	dir        string
	prefix     string // of the names that it calls
}

// maxCalled bounds the commands that the tasks of a file come to.
const maxCalled = 10_000

func newTaskfile(f file, c call) *taskfile {
	t := &taskfile{out: &found{}, tasks: map[string]task{}, given: map[string]string{}, left: maxCalled}
	for i, w := range c.words {
		if w.Text == "--" {
			t.words = strings.Join(texts(c.words[i+1:]), " ")
			break
		}
		if name, value, ok := strings.Cut(w.Text, "="); ok {
			t.given[name] = value
		}
	}
	t.load(f, "", path.Dir(f.name))
	return t
}

func (t *taskfile) load(f file, prefix, dir string) {
	if slices.Contains(t.files, f.name) || len(t.files) > maxIncluded {
		return
	}
	t.files = append(t.files, f.name)
	docs, err := source.ParseYAML(f.name, f.content)
	if err != nil {
		t.out.merge(unread(err))
	}
	if len(docs) == 0 {
		return
	}
	if tasks := docs[0].Get("tasks"); tasks != nil {
		for _, e := range tasks.Entries {
			one := task{e.Value, docs[0], dir, prefix}
			t.names = append(t.names, prefix+e.Key.String())
			t.tasks[prefix+e.Key.String()] = one
			for _, alias := range listOf(e.Value.Get("aliases")) {
				t.tasks[prefix+alias.Text.String()] = one
			}
		}
	}
	if includes := docs[0].Get("includes"); includes != nil {
		for _, e := range includes.Entries {
			t.include(f, prefix+e.Key.String()+":", dir, e.Value)
		}
	}
}

// include reads another Taskfile, whose tasks run in the folder of the first one unless "dir" says otherwise.
func (t *taskfile) include(f file, prefix, dir string, n *source.Node) {
	at, in := n, n.Get("dir")
	if n.Kind == source.Map {
		at = n.Get("taskfile")
	}
	if at == nil || at.Kind != source.Scalar {
		return
	}
	if in != nil {
		dir = path.Join(dir, in.Text.String())
	}
	name := path.Join(path.Dir(f.name), at.Text.String())
	for _, candidate := range []string{name, path.Join(name, "Taskfile.yml"), path.Join(name, "Taskfile.yaml")} {
		if g, err := f.other(candidate); err == nil {
			t.load(g, prefix, dir)
			return
		}
	}
}

// emit adds the commands of a task.
func (t *taskfile) emit(name, as string) {
	one, ok := t.tasks[name]
	if !ok {
		return
	}
	values := with(taskValues(one.file.Get("vars"), map[string]string{"TASK": name, "CLI_ARGS": t.words, "ROOT_DIR": mount, "TASKFILE_DIR": absolute(one.dir)}), t.given)
	run := taskRun{taskfile: t, as: as, open: []string{name}}
	run.task(one, values, "")
}

// A taskRun is a run of a task, with what it has come to.
type taskRun struct {
	*taskfile
	as   string // the task that all began with
	open []string
}

func (r taskRun) task(one task, values map[string]string, hidden string) {
	n := one.node
	values = taskValues(n.Get("vars"), values)
	sn := snippet{kind: Task, tool: "task", name: r.as, where: "task " + strings.Join(r.open, ", task "), first: r.as == "default", hidden: hidden}
	sn.env = taskEnv(one.file.Get("env"), taskEnv(n.Get("env"), map[string]string{}, values), values)
	sn.dir = fromRoot(one.dir)
	if dir := n.Get("dir"); dir != nil && dir.Kind == source.Scalar {
		sn.dir = fromRoot(joinDir(one.dir, expandTask(dir.Text, values).String()))
	}
	sn.setOptions(one.file.Get("set"), n.Get("set"))
	sn.ignore(n)
	for _, dep := range listOf(n.Get("deps")) {
		r.call(one, dep, values, hidden)
	}
	commands := []*source.Node{n}
	if n.Kind == source.Map {
		commands = append(listOf(n.Get("cmds")), listOf(n.Get("cmd"))...)
	} else if n.Kind == source.List {
		commands = n.Items
	}
	for _, c := range commands {
		r.command(one, c, values, sn)
	}
}

// command adds a command of a task: a text, a map around one, or a call of another task.
func (r taskRun) command(one task, n *source.Node, values map[string]string, sn snippet) {
	if later := n.Get("defer"); later != nil {
		sn.hidden, n = "defer", later
	}
	if n.Get("task") != nil {
		r.call(one, n, values, sn.hidden)
		return
	}
	text := n
	if n.Kind == source.Map {
		text = n.Get("cmd")
		sn.ignore(n)
		sn.setOptions(n.Get("set"))
		if n.Get("for") != nil {
			values = with(values, map[string]string{"ITEM": pytest.Unknown("ITEM")})
		}
	}
	if r.left--; text == nil || text.Kind != source.Scalar || r.left < 0 {
		return
	}
	sn.text = expandTask(text.Text, values)
	r.out.add(sn)
}

// call adds the commands of another task, which may get variables.
func (r taskRun) call(one task, n *source.Node, values map[string]string, hidden string) {
	at := n
	if n.Kind == source.Map {
		at = n.Get("task")
	}
	if at == nil || at.Kind != source.Scalar {
		return
	}
	name := expandTask(at.Text, values).String()
	full := one.prefix + name
	if strings.HasPrefix(name, ":") {
		full = name[1:]
	}
	next, ok := r.tasks[full]
	if r.left--; !ok || r.left < 0 || slices.Contains(r.open, full) || len(r.open) > maxDepth {
		return
	}
	r.open = append(slices.Clone(r.open), full)
	passed := maps.Clone(r.given)
	for key, value := range taskValues(n.Get("vars"), values) {
		if n.Get("vars", key) != nil {
			passed[key] = value
		}
	}
	base := map[string]string{"TASK": full, "CLI_ARGS": r.words, "ROOT_DIR": mount, "TASKFILE_DIR": absolute(next.dir)}
	r.task(next, with(taskValues(next.file.Get("vars"), base), passed), hidden)
}

func (sn *snippet) ignore(n *source.Node) {
	if v := n.Get("ignore_error"); v != nil && v.Text.String() == "true" {
		sn.hidden = "ignore_error"
	}
}

// setOptions reads "set", the options of the shell; without it a command goes on after a failure.
func (sn *snippet) setOptions(lists ...*source.Node) {
	for _, list := range lists {
		for _, item := range listOf(list) {
			switch item.Text.String() {
			case "e", "errexit":
				sn.errExit = true
			case "pipefail":
				sn.pipeFail = true
			}
		}
	}
}
