package check

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"policygen/internal/observe"
)

// isAboutAnother reports whether a page shows a command under a title, or in a file, that has another backend's name, but not that of the
// default one: the command may be meant for that backend, whatever its environment says.
func (c *context) isAboutAnother(s observe.Start) bool {
	words := wordsIn(path.Base(s.File))
	if s.Kind == observe.Markdown || s.Kind == observe.ReST {
		if text, err := fs.ReadFile(c.Files, s.File); err == nil {
			for _, title := range titlesAbove(string(text), s.Line) {
				words = append(words, wordsIn(title)...)
			}
		}
	}
	if slices.Contains(words, strings.ToLower(c.Policy.DefaultBackend.Value)) {
		return false
	}
	return slices.ContainsFunc(words, func(w string) bool { return c.known(w) != "" })
}

var notLetters = regexp.MustCompile(`[^\p{L}\p{N}]+`)

// wordsIn returns the words of a text in lower case: robin, mode and md for ROBIN_mode.md.
func wordsIn(text string) []string {
	return strings.Fields(notLetters.ReplaceAllString(strings.ToLower(text), " "))
}

var (
	hashTitle = regexp.MustCompile(`^ {0,3}(#{1,6})[ \t]+(.*)$`)
	underline = regexp.MustCompile(`^ {0,3}([=~^"'*+#-])[=~^"'*+#-]{2,}[ \t]*$`)
)

// titlesAbove returns the titles of Markdown or reStructuredText that a line stands under: the last one of each level. Levels of
// underlined titles are told by their signs, in the order in which these come first.
func titlesAbove(text string, line int) (titles []string) {
	var signs []string
	levels := map[int]string{}
	set := func(level int, title string) {
		for other := range levels {
			if other >= level {
				delete(levels, other)
			}
		}
		levels[level] = title
	}
	fenced := false
	lines := strings.Split(text, "\n")
	for i, l := range lines[:min(line, len(lines))] {
		if fence.MatchString(l) {
			fenced = !fenced
		}
		switch m := underline.FindStringSubmatch(l); {
		case fenced:
		case hashTitle.MatchString(l):
			m := hashTitle.FindStringSubmatch(l)
			set(len(m[1]), m[2])
		case m != nil && i > 0 && strings.TrimSpace(lines[i-1]) != "" && !underline.MatchString(lines[i-1]):
			if !slices.Contains(signs, m[1]) {
				signs = append(signs, m[1])
			}
			set(1+slices.Index(signs, m[1]), lines[i-1])
		}
	}
	for _, title := range levels {
		titles = append(titles, title)
	}
	return titles
}
