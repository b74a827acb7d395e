package source

import (
	"regexp"
	"strings"
)

// admonition matches the first line of what Python-Markdown has beyond CommonMark, and MkDocs shows as a note, a detail or a tab: all
// that is indented by four more columns below it is Markdown of its own, which CommonMark would take for code
// (https://python-markdown.github.io/extensions/admonition/, https://facelessuser.github.io/pymdown-extensions/extensions/tabbed/).
var admonition = regexp.MustCompile(`^[ \t]*(?:!!!|\?\?\?\+?)[ \t]+[A-Za-z"]|^[ \t]*===[!+]*[ \t]+["']`)

// maxAdmonitions is how deep admonitions are read within each other.
const maxAdmonitions = 8

// admonitionIndent is by how many columns what is in an admonition stands further in than its first line.
const admonitionIndent = 4

var codeFence = regexp.MustCompile("^[ \\t]*(```+|~~~+)")

// takeAdmonitions returns the contents of the admonitions in a text, without their indentation, and blanks them in a copy of it, so that
// all else has its place there.
func (t Text) takeAdmonitions(source []byte) (contents []Text) {
	if !strings.Contains(t.value, "!!!") && !strings.Contains(t.value, "???") && !strings.Contains(t.value, "===") {
		return nil // as of most pages
	}
	var content *builder
	indent, at, fence := 0, 0, ""
	end := func() {
		if content != nil {
			contents = append(contents, content.text())
		}
		content = nil
	}
	for raw := range strings.Lines(t.value) {
		start, next := at, at+len(raw)
		at = next
		line := strings.TrimRight(raw, " \t\r\n")
		if content != nil && (line == "" || indentOf(line) >= indent) {
			content.dedented(restLine{start: start, end: start + len(line), next: next, text: line}, indent)
			for i := start; i < start+len(line); i++ {
				source[i] = ' '
			}
			continue
		}
		end()
		if m := codeFence.FindStringSubmatch(line); m != nil {
			switch {
			case fence == "":
				fence = m[1]
			case strings.HasPrefix(m[1], fence):
				fence = ""
			}
		} else if fence == "" && admonition.MatchString(line) {
			indent, content = indentOf(line)+admonitionIndent, newBuilder(t, next)
		}
	}
	end()
	return contents
}
