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

// A jsonReader returns the commands of a JSON file.
type jsonReader func(w workspace, doc *source.Node) []snippet

// jsonReaderOf returns the reader of a JSON file that tells an editor, a development container or npm what to run; nil for any other.
func jsonReaderOf(name string) jsonReader {
	dir, base := path.Split(name)
	editor := strings.HasSuffix(dir, ".vscode/")
	switch {
	case base == "package.json":
		return workspace.npmScripts
	case base == "devcontainer.json", base == ".devcontainer.json":
		return workspace.containerCommands
	case editor && base == "settings.json":
		return workspace.editorTests
	case editor && base == "tasks.json":
		return workspace.editorTasks
	case editor && base == "launch.json":
		return workspace.editorLaunches
	}
	return nil
}

// readJSON reads the commands of such a file. JSON is YAML but for the comments that editors allow.
func readJSON(f file) (all found) {
	docs, err := source.ParseYAML(f.name, withoutJSONComments(f.content))
	if err != nil {
		all = unread(err)
		for i := range all.problems {
			all.problems[i].Message = strings.ReplaceAll(all.problems[i].Message, "YAML", "JSON")
		}
		return all
	}
	w := workspace(strings.TrimSuffix(strings.TrimSuffix(path.Dir(f.name), ".vscode"), ".devcontainer"))
	for _, doc := range docs {
		all.add(jsonReaderOf(f.name)(w, doc)...)
	}
	return all.standingIn(f.name)
}

// A workspace is the folder that such a file is for, from the root.
type workspace string

// jsonNoise matches strings and comments.
var jsonNoise = regexp.MustCompile(`"(?:[^"\\\n]|\\.)*"|//[^\n]*|(?s:/\*.*?\*/)`)

// withoutJSONComments turns comments into blanks, so that every other byte keeps its place.
func withoutJSONComments(content []byte) []byte {
	return jsonNoise.ReplaceAllFunc(content, func(match []byte) []byte {
		if match[0] == '"' {
			return match
		}
		return bytes.Map(func(r rune) rune {
			if r == '\n' || r == '\r' {
				return r
			}
			return ' '
		}, bytes.ToValidUTF8(match, []byte(" ")))
	})
}

// npmScripts returns the scripts of a package, of those of one name the last. https://docs.npmjs.com/cli/v11/using-npm/scripts
func (w workspace) npmScripts(doc *source.Node) (list []snippet) {
	scripts := doc.Get("scripts")
	for _, e := range entriesOf(scripts) {
		name := e.Key.String()
		if e.Value.Kind == source.Scalar && scripts.Get(name) == e.Value {
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
		command := valueOf(task.Get("command"))
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
	settings := doc.Get("customizations", "vscode", "settings")
	list = append(list, w.editorTests(settings)...)
	list = append(list, w.editorTasks(settings.Get("tasks"))...)
	list = append(list, w.editorLaunches(settings.Get("launch"))...)
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

// words returns the words of a command: those of a list, or of a text as debugpy splits it.
func (w workspace) words(n *source.Node) (words []pytest.Word) {
	if n != nil && n.Kind == source.Scalar { // a command line
		words = splitWords(n.Text)
		for i := range words {
			words[i].Text = w.substituted(words[i].Text)
		}
		return words
	}
	for _, item := range listOf(n) {
		if item = valueOf(item); item != nil && item.Kind == source.Scalar {
			words = append(words, pytest.Word{Text: w.substituted(item.Text.String()), Pos: item.Text.At(0)})
		}
	}
	return words
}

// valueOf returns what a word is that has its quoting beside it: {"value": "a b", "quoting": "strong"}.
func valueOf(n *source.Node) *source.Node {
	if n != nil && n.Kind == source.Map {
		return n.Get("value")
	}
	return n
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
