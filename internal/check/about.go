package check

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"policygen/internal/finding"
	"policygen/internal/observe"
)

// meant returns the backends that a command without a word about it may be meant for: the default one, and where a page shows it under a
// title, or in a file, that has others' names but not that one's, those too.
func (c *context) meant(s observe.Start) []string {
	all := []string{c.Policy.DefaultBackend.Value}
	if !s.Kind.Shown() {
		return all
	}
	words := wordsIn(path.Base(s.File))
	if s.Kind == observe.Markdown || s.Kind == observe.ReST {
		if text, err := fs.ReadFile(c.Files, s.File); err == nil {
			for _, title := range titlesAbove(string(text), s.Line) {
				words = append(words, wordsIn(title)...)
			}
		}
	}
	for _, w := range words {
		switch backend := c.known(w); backend {
		case "":
		case all[0]:
			return all[:1]
		default:
			all = with(all, backend)
		}
	}
	return all
}

// whateverIsMeant returns the findings about commands that may mean several backends which hold for each of them. The ones about all
// other commands are there already.
func (c *context) whateverIsMeant(there finding.List) finding.List {
	var agreed finding.List
	for meaning := 1; meaning <= c.meanings; meaning++ {
		found := newContext(c.Input, meaning).findings()
		if meaning == 1 {
			agreed = found
			for i := range agreed {
				agreed[i].Fixes = nil // each backend may want another one
			}
		}
		agreed = slices.DeleteFunc(agreed, func(f finding.Finding) bool { return holds(there, f) || !holds(found, f) })
	}
	return agreed
}

// holds reports whether a list has a finding of the same code at the same place.
func holds(list finding.List, f finding.Finding) bool {
	return slices.ContainsFunc(list, func(x finding.Finding) bool { return x.Code == f.Code && x.Position == f.Position })
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
