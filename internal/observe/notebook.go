package observe

import (
	"regexp"
	"strings"

	"policygen/internal/shell"
	"policygen/internal/source"
)

// readNotebook reads a notebook of Jupyter: what its pages show, what its code starts, and the lines that it hands to a shell.
// https://nbformat.readthedocs.io/en/latest/format_description.html
func readNotebook(f file) (all found) {
	docs, err := source.ParseYAML(f.name, f.content)
	if err != nil || len(docs) == 0 {
		return unread(err)
	}
	for _, cell := range listOf(docs[0].Get("cells")) {
		var lines []source.Text
		for _, item := range listOf(cell.Get("source")) {
			lines = append(lines, item.Text)
		}
		text := source.JoinTexts(lines...)
		if kind := cell.Get("cell_type"); kind != nil && kind.Text.String() == "markdown" {
			all.merge(commandsInComment(text))
			continue
		}
		all.add(readPythonCode(text)...)
		all.add(shellLines(text)...)
	}
	return all
}

// shellLines returns what a cell hands to a shell: lines behind "!", or all of it behind "%%bash".
func shellLines(cell source.Text) (list []snippet) {
	lines := cell.Lines()
	for i, line := range lines {
		text := line.String()
		switch {
		case i == 0 && magic.MatchString(text):
			return []snippet{{kind: Text, dialect: shell.Bash, text: cell.Slice(min(len(text)+1, cell.Len()), cell.Len()), doubtful: true}}
		case strings.HasPrefix(strings.TrimSpace(text), "!"):
			at := strings.IndexByte(text, '!') + 1
			list = append(list, snippet{kind: Text, dialect: shell.Bash, text: withoutPlaceholders(line.Slice(at, line.Len())), doubtful: true})
		}
	}
	return list
}

var magic = regexp.MustCompile(`^%%(bash|sh|script[ \t]+(ba)?sh)\b`)
