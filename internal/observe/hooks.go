package observe

import (
	"strings"

	"policygen/internal/pytest"
	"policygen/internal/source"
)

// readHooks reads the hooks of pre-commit whose command the file itself has: those of the repository, and those of others that
// get another entry. No shell reads the command.
// https://pre-commit.com/#repository-local-hooks
func readHooks(f file) (all found) {
	docs, err := source.ParseYAML(f.name, f.content)
	if err != nil {
		return unread(err)
	}
	for _, doc := range docs {
		for _, repo := range listOf(doc.Get("repos")) {
			for _, hook := range listOf(repo.Get("hooks")) {
				if sn, ok := hookOf(hook); ok {
					all.add(sn)
				}
			}
		}
	}
	return all.standingIn(f.name)
}

func hookOf(hook *source.Node) (snippet, bool) {
	entry := hook.Get("entry")
	if entry == nil || entry.Kind != source.Scalar {
		return snippet{}, false
	}
	words := hookWords(splitWords(entry.Text), firstScalar(hook, []string{"language"}, ""))
	if len(words) == 0 {
		return snippet{}, false
	}
	for _, arg := range listOf(hook.Get("args")) {
		if arg.Kind == source.Scalar {
			words = append(words, pytest.Word{Text: arg.Text.String(), Pos: arg.Text.At(0)})
		}
	}
	if firstScalar(hook, []string{"pass_filenames"}, "true") != "false" {
		words = append(words, pytest.Word{Text: "./" + pytest.Unknown("the changed files"), Pos: words[0].Pos}) // paths, so no options
	}
	id := firstScalar(hook, []string{"id", "name"}, "")
	return snippet{kind: Hook, name: id, where: "hook " + id, argv: [][]pytest.Word{words}, env: map[string]string{"PRE_COMMIT": "1"}}, true
}

// hookWords returns the command line that an entry comes to in a language of pre-commit.
func hookWords(words []pytest.Word, language string) []pytest.Word {
	switch {
	case language == "pygrep", language == "fail", len(words) == 0: // the entry is a pattern or a message
		return nil
	case language == "docker_image":
		return words[1:]
	case (language == "script" || language == "unsupported_script") && !strings.Contains(words[0].Text, "/"): // a file, seen from the root
		words[0].Text = "./" + words[0].Text
	}
	return words
}
