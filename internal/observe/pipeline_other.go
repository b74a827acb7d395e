package observe

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"policygen/internal/pytest"
	"policygen/internal/source"
)

// otherTool is what most services and tools that are told in YAML what to run have in common, such as Drone, Semaphore, Ansible, Docker
// Compose and the recipes of conda. Whether their shells have -e is unknown; they are taken to have it, so that no failure is called
// lost that is not.
var otherTool = service{
	scripts: []string{
		"run", "script", "scripts", "command", "commands", "cmd", "cmds", "bash", "sh", "pwsh", "powershell", "shell", "entrypoint", "before_script", "test_script", "test-command",
		"*_script", "*_command", "*.shell", "*.command",
	},
	languages: map[string]string{"pwsh": "pwsh", "powershell": "pwsh"},
	after:     []string{"after_script"},
	env:       []string{"env", "environment", "variables"},
	dirs:      []string{"working-directory", "workingDirectory", "working_dir", "chdir"},
	names:     []string{"name", "label", "displayName"},
	shell:     startedShell{errExit: true},
	uses:      regexp.MustCompile(`\$\{\{([^}]*)\}\}|\{\{([^}]*)\}\}`),
	value:     func(_ spot, name string) (string, bool) { return pytest.Unknown(strings.TrimSpace(name)), true },
	leave:     []string{"requirements", "requires", "dependencies"},
	open:      true, vectors: true,
}

// readOtherYAML reads a YAML file of which only the content may tell what reads it. One that is no YAML, as templates of YAML files
// are, counts as one that holds no commands.
func readOtherYAML(f file) (all found) {
	docs, err := source.ParseYAML(f.name, f.content)
	if err != nil {
		if bytes.Contains(f.content, []byte("{{")) || bytes.Contains(f.content, []byte("{%")) {
			return readOtherText(f) // a template, such as the recipe of a conda package
		}
		all = unread(err)
		for i := range all.problems {
			all.problems[i].Unread = false // nobody knows that it holds commands
		}
		return all
	}
	if len(docs) > 0 && isJobs(docs[0].Get("jobs")) {
		return readWorkflow(f)
	}
	r := pipelineReader{service: otherTool, kind: YAML, out: &all, left: maxPlaces}
	for _, doc := range docs {
		r.walk("", doc, spot{shell: r.shell, values: map[string]string{}})
	}
	return all.standingIn(f.name)
}

// isJobs reports whether a map is the jobs of a GitHub workflow, which people also keep elsewhere, to be copied.
func isJobs(n *source.Node) bool {
	return n != nil && n.Kind == source.Map && slices.ContainsFunc(n.Entries, func(e source.Entry) bool {
		return e.Value.Get("runs-on") != nil && e.Value.Get("steps") != nil
	})
}

// vectorKeys have the words of one command, in the order in which these follow each other: Docker Compose has the first two of them,
// Kubernetes the last two.
var vectorKeys = []string{"entrypoint", "command", "args"}

// vector returns the words of the command that a map has as lists; nothing where it has none. The words "args" are those of a command
// beside them, or of an image.
func (r *pipelineReader) vector(n *source.Node, st spot) (words []pytest.Word) {
	if !r.vectors || !slices.ContainsFunc(vectorKeys, func(key string) bool { return isVector(n.Get(key)) }) ||
		source.First(n.Get("command"), n.Get("entrypoint"), n.Get("image")) == nil {
		return nil
	}
	for _, key := range vectorKeys {
		switch value := n.Get(key); {
		case isVector(value):
			words = append(words, r.wordsOf(value, st)...)
		case value != nil && value.Kind == source.Scalar:
			words = append(words, splitWords(r.substituted(value.Text, st))...)
		}
	}
	return words
}

// isVector reports whether a value is a list of words, of which the first is no command line by itself.
func isVector(list *source.Node) bool {
	return list != nil && list.Kind == source.List && len(list.Items) > 0 && !strings.ContainsAny(list.Items[0].Text.String(), " \t\n") &&
		!slices.ContainsFunc(list.Items, func(n *source.Node) bool { return n.Kind != source.Scalar })
}

func (r *pipelineReader) wordsOf(list *source.Node, st spot) (words []pytest.Word) {
	for _, item := range list.Items {
		words = append(words, pytest.Word{Text: r.substituted(item.Text, st).String(), Pos: item.Text.At(0)})
	}
	return words
}

func (r *pipelineReader) addWords(words []pytest.Word, st spot) {
	r.out.add(snippet{kind: r.kind, job: st.job, where: whereOf(st), argv: [][]pytest.Word{words}, dir: fromRoot(st.dir), env: st.env})
}

// anyCommands takes what stands under a key that may have commands: a text, a list of texts, the words of one command, or lists of these.
func (r *pipelineReader) anyCommands(n *source.Node, st spot) {
	if isVector(n) && slices.ContainsFunc(n.Items, func(item *source.Node) bool { return strings.HasPrefix(item.Text.String(), "-") }) {
		r.addWords(r.wordsOf(n, st), st)
		return
	}
	var lines []source.Text
	for _, item := range listOf(n) {
		switch {
		case item.Kind == source.List && st.depth < maxExpression:
			inner := st
			inner.depth++
			r.anyCommands(item, inner)
		case item.Kind == source.Map:
			r.walk("", item, st)
		case item.Kind == source.Scalar && !isSentence(item.Text):
			lines = append(lines, item.Text)
		}
	}
	if len(lines) > 0 {
		r.addScript(joinLines(lines, source.Text{}), st)
	}
}

// addScript adds commands in the language that their first line names, as of a shell where it names none.
func (r *pipelineReader) addScript(text source.Text, st spot) {
	if first, _, _ := strings.Cut(text.String(), "\n"); strings.HasPrefix(first, "#!") {
		st.shell = customShell(strings.Fields(first[2:]))
	}
	r.add(st.shell.language, text, st)
}

// isSentence reports whether a line begins with pytest and goes on in English.
func isSentence(line source.Text) bool {
	c := lookThrough(splitWords(line), mount)
	return !strings.Contains(strings.TrimSpace(line.String()), "\n") && c.isPytest() && sentence(c.words[1:])
}
