package observe

import (
	"bytes"
	"path"
	"regexp"
	"strings"

	"policygen/internal/pytest"
	"policygen/internal/shell"
	"policygen/internal/source"
)

// isEditorOrPackage reports whether a JSON file is one that tells an editor, a development container or npm what to run.
func isEditorOrPackage(name string) bool {
	dir, base := path.Split(name)
	switch {
	case base == "package.json", base == "devcontainer.json", base == ".devcontainer.json":
		return true
	}
	return strings.HasSuffix(dir, ".vscode/") && (base == "settings.json" || base == "tasks.json" || base == "launch.json")
}

// readJSON reads the commands of such a file. JSON is YAML but for the comments that editors allow.
func readJSON(f file) (all found) {
	docs, err := source.ParseYAML(f.name, withoutSlashComments(f.content))
	if err != nil {
		return unread(err)
	}
	w := workspace(strings.TrimSuffix(strings.TrimSuffix(path.Dir(f.name), ".vscode"), ".devcontainer"))
	read, ok := w.readers()[path.Base(f.name)]
	if !ok {
		read = w.readers()[""]
	}
	for _, doc := range docs {
		all.add(read(doc)...)
	}
	return all.standingIn(f.name)
}

// A workspace is the folder that such a file is for, from the root.
type workspace string

// readers are what reads these files, by their names without folders; that of development containers has none, as their files have two.
func (w workspace) readers() map[string]func(*source.Node) []snippet {
	return map[string]func(*source.Node) []snippet{
		"package.json": w.npmScripts, "settings.json": w.editorTests, "tasks.json": w.editorTasks, "launch.json": w.editorLaunches, "": w.containerCommands,
	}
}

// withoutSlashComments turns lines that are a comment into comments of YAML, with every byte in its place.
func withoutSlashComments(content []byte) []byte {
	lines := bytes.Split(content, []byte("\n"))
	for i, line := range lines {
		if at := len(line) - len(bytes.TrimLeft(line, " \t")); bytes.HasPrefix(line[at:], []byte("//")) {
			lines[i] = bytes.Replace(line, []byte("//"), []byte("# "), 1)
		}
	}
	return bytes.Join(lines, []byte("\n"))
}

// npmScripts returns the scripts of a package. https://docs.npmjs.com/cli/v11/using-npm/scripts
func (w workspace) npmScripts(doc *source.Node) (list []snippet) {
	for _, e := range entriesOf(doc.Get("scripts")) {
		if e.Value.Kind == source.Scalar {
			name := e.Key.String()
			list = append(list, snippet{kind: Task, name: name, where: "script " + name, text: e.Value.Text, dialect: shell.POSIX, dir: w.dir(nil)})
		}
	}
	return list
}

// editorTests returns what VS Code starts to run tests. https://code.visualstudio.com/docs/python/testing#_pytest-configuration-settings
func (w workspace) editorTests(doc *source.Node) []snippet {
	args := doc.Get("python.testing.pytestArgs")
	if args == nil || firstScalar(doc, []string{"python.testing.pytestEnabled"}, "true") != "true" {
		return nil
	}
	words := append([]pytest.Word{{Text: "pytest", Pos: args.Pos}}, w.words(args)...)
	return []snippet{{kind: Task, where: "tests of the editor", argv: [][]pytest.Word{words}, dir: w.dir(doc.Get("python.testing.cwd"))}}
}

// editorTasks returns the tasks of VS Code. https://code.visualstudio.com/docs/debugtest/tasks
func (w workspace) editorTasks(doc *source.Node) (list []snippet) {
	for _, task := range listOf(doc.Get("tasks")) {
		command := task.Get("command")
		if command == nil || command.Kind != source.Scalar {
			continue
		}
		sn := snippet{
			kind: Task, where: "task " + firstScalar(task, []string{"label", "taskName"}, ""),
			dir: w.dir(task.Get("options", "cwd")), env: w.env(task.Get("options", "env")),
		}
		if args := w.words(task.Get("args")); len(args) > 0 {
			sn.argv = [][]pytest.Word{append(splitWords(command.Text), args...)}
		} else {
			sn.text, sn.dialect = command.Text, shell.Bash
		}
		list = append(list, sn)
	}
	return list
}

// editorLaunches returns what VS Code starts under its debugger. https://code.visualstudio.com/docs/python/debugging
func (w workspace) editorLaunches(doc *source.Node) (list []snippet) {
	for _, c := range listOf(doc.Get("configurations")) {
		module := c.Get("module")
		if module == nil || module.Kind != source.Scalar || module.Text.Len() == 0 {
			continue
		}
		at := module.Text.At(0)
		words := []pytest.Word{{Text: "python", Pos: at}, {Text: "-m", Pos: at}, {Text: module.Text.String(), Pos: at}}
		list = append(list, snippet{
			kind: Task, where: "launch " + firstScalar(c, []string{"name"}, ""), argv: [][]pytest.Word{append(words, w.words(c.Get("args"))...)},
			dir: w.dir(c.Get("cwd")), env: w.env(c.Get("env")),
		})
	}
	return list
}

// containerCommands returns the commands of a development container, each a text, a list of words or a map of such.
// https://containers.dev/implementors/json_reference/#lifecycle-scripts
func (w workspace) containerCommands(doc *source.Node) (list []snippet) {
	for _, key := range containerHooks {
		value := doc.Get(key)
		if value == nil {
			continue
		}
		commands := []*source.Node{value}
		if value.Kind == source.Map {
			commands = nil
			for _, e := range value.Entries {
				commands = append(commands, e.Value)
			}
		}
		for _, c := range commands {
			sn := snippet{kind: Task, where: key, dir: w.dir(nil)}
			if c.Kind == source.List {
				sn.argv = [][]pytest.Word{w.words(c)}
			} else {
				sn.text, sn.dialect = c.Text, shell.POSIX
			}
			list = append(list, sn)
		}
	}
	return list
}

var containerHooks = []string{
	"initializeCommand", "onCreateCommand", "updateContentCommand", "postCreateCommand", "postStartCommand", "postAttachCommand",
}

// words returns the scalars of a list as the words of a command.
func (w workspace) words(n *source.Node) (words []pytest.Word) {
	for _, item := range listOf(n) {
		if item.Kind == source.Scalar {
			words = append(words, pytest.Word{Text: w.substituted(item.Text.String()), Pos: item.Text.At(0)})
		}
	}
	return words
}

var editorVariable = regexp.MustCompile(`\$\{([^{}]*)\}`)

// substituted replaces the variables of VS Code, of which only the workspace is known.
// https://code.visualstudio.com/docs/reference/variables-reference
func (w workspace) substituted(text string) string {
	return editorVariable.ReplaceAllStringFunc(text, func(variable string) string {
		switch name := variable[2 : len(variable)-1]; name {
		case "workspaceFolder", "workspaceRoot":
			return absolute(string(w))
		default:
			return pytest.Unknown(name)
		}
	})
}

// dir returns a working directory as seen from the root: the workspace where none is given.
func (w workspace) dir(n *source.Node) string {
	if n == nil || n.Kind != source.Scalar {
		return fromRoot(string(w))
	}
	return fromRoot(joinDir(absolute(string(w)), w.substituted(n.Text.String())))
}

func (w workspace) env(n *source.Node) map[string]string {
	env := map[string]string{}
	for _, e := range entriesOf(n) {
		if e.Value.Kind == source.Scalar {
			env[e.Key.String()] = w.substituted(e.Value.Text.String())
		}
	}
	return env
}
