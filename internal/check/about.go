package check

import (
	"io/fs"
	"maps"
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
		for _, title := range c.titlesAbove(s) {
			words = append(words, wordsIn(title)...)
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

// A section is where a title of a page stands, with that title and those of the levels above it.
type section struct {
	line   int
	titles []string
}

// titlesAbove returns the titles of a page that a command stands under.
func (c *context) titlesAbove(s observe.Start) []string {
	sections, ok := c.sections[s.File]
	if !ok {
		if text, err := fs.ReadFile(c.Files, s.File); err == nil {
			sections = sectionsOf(string(text), s.Kind == observe.Markdown)
		}
		c.sections[s.File] = sections
	}
	n, _ := slices.BinarySearchFunc(sections, s.Line+1, func(x section, line int) int { return x.line - line })
	if n == 0 {
		return nil
	}
	return sections[n-1].titles
}

// sectionsOf returns the sections of a page of Markdown or reStructuredText by their lines. Levels of underlined titles are told by their
// signs, in the order in which these come first.
func sectionsOf(text string, markdown bool) (all []section) {
	var signs []string
	levels := map[int]string{}
	set := func(line, level int, title string) {
		for other := range levels {
			if other >= level {
				delete(levels, other)
			}
		}
		levels[level] = title
		all = append(all, section{line, slices.Collect(maps.Values(levels))})
	}
	open := "" // the sign of the block of code that the line is in
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		if m := fence.FindStringSubmatch(l); markdown && m != nil {
			if open == "" {
				open = m[1]
			} else if strings.HasPrefix(m[1], open) {
				open = ""
			}
			continue
		}
		hash, m := hashTitle.FindStringSubmatch(l), underline.FindStringSubmatch(l)
		switch {
		case open != "":
		case markdown && hash != nil:
			set(i+1, len(hash[1]), hash[2])
		case m != nil && i > 0 && strings.TrimSpace(lines[i-1]) != "" && !underline.MatchString(lines[i-1]):
			if !slices.Contains(signs, m[1]) {
				signs = append(signs, m[1])
			}
			set(i+1, 1+slices.Index(signs, m[1]), lines[i-1])
		}
	}
	return all
}
