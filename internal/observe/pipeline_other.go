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
		"run", "script", "scripts", "command", "commands", "cmd", "cmds", "bash", "sh", "shell", "args", "entrypoint", "before_script", "test_script", "test-command",
		"*_script", "*_command", "*.shell", "*.command",
	},
	after: []string{"after_script"},
	env:   []string{"env", "environment", "variables"},
	dirs:  []string{"working-directory", "workingDirectory", "working_dir", "chdir"},
	names: []string{"name", "label", "displayName"},
	shell: startedShell{errExit: true},
	uses:  regexp.MustCompile(`\$\{\{([^}]*)\}\}|\{\{([^}]*)\}\}`),
	value: func(_ spot, name string) (string, bool) { return pytest.Unknown(strings.TrimSpace(name)), true },
	leave: []string{"requirements", "requires", "dependencies"},
	open:  true, vectors: true,
}

// readOtherYAML reads a YAML file of which only the content may tell what reads it. One that is no YAML, as templates of YAML files
// are, counts as one that holds no commands.
func readOtherYAML(f file) (all found) {
	docs, err := source.ParseYAML(f.name, f.content)
	if err != nil {
		if !bytes.Contains(f.content, []byte("{{")) && !bytes.Contains(f.content, []byte("{%")) {
			all = unread(err)
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

// vectorKeys have lists that are the words of one command, in the order in which these follow each other: Docker Compose has the first
// two of them, Kubernetes the last two.
var vectorKeys = []string{"entrypoint", "command", "args"}

// vector returns the words of the command that a map has as lists; nothing where it has none.
func (r *pipelineReader) vector(n *source.Node, st spot) (words []pytest.Word) {
	for _, key := range vectorKeys {
		if list := n.Get(key); r.vectors && isVector(list) {
			for _, item := range list.Items {
				words = append(words, pytest.Word{Text: r.substituted(item.Text, st).String(), Pos: item.Text.At(0)})
			}
		}
	}
	return words
}

// isVector reports whether a value is a list of words, of which the first is no command line by itself.
func isVector(list *source.Node) bool {
	return list != nil && list.Kind == source.List && len(list.Items) > 0 && !strings.ContainsAny(list.Items[0].Text.String(), " \t\n") &&
		!slices.ContainsFunc(list.Items, func(n *source.Node) bool { return n.Kind != source.Scalar })
}
