package check

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"policygen/internal/finding"
	"policygen/internal/shell"
	"policygen/internal/source"
)

// A directive is a comment that suppresses findings: "# policygen: ignore[PG201] the reason", at the end of a line or on a line of
// its own before what it is for. With ignore-file it holds for the whole file. In pages it is a comment of Markdown or ReST, or of the
// shell in a block of code.
type directive struct {
	at     finding.Position
	codes  []string
	reason string
	first  int // the lines that it holds for; all of the file where both are 0
	last   int
	used   []bool // by code
}

// The word after "policygen:" decides whether a comment is meant to suppress something: any attempt counts, other comments don't.
const attempt = `[ \t]*policygen:[ \t]*((?:ignore|disable|noqa|skip|suppress|allow|off)[A-Za-z-]*|)([=:\[(].*|[ \t]*PG[0-9].*|[ \t].*|)$`

var (
	hashComment = regexp.MustCompile(`(^|[ \t])#` + attempt)
	iniComment  = regexp.MustCompile(`(^|[ \t])[#;]` + attempt)
	codeComment = regexp.MustCompile(`(^|[ \t])//` + attempt)
	pageComment = regexp.MustCompile(`(^|[ \t>])<!--` + attempt)
	restComment = regexp.MustCompile(`(^|[ \t])\.\.` + attempt)

	wellFormed = regexp.MustCompile(`^\[([A-Z0-9, ]+)\][ \t]+(\S.*)$`)
)

// commentOf returns how comments of a file look.
func commentOf(name string) *regexp.Regexp {
	switch strings.ToLower(path.Ext(name)) {
	case ".md", ".markdown", ".mdx", ".html":
		return pageComment
	case ".rst":
		return restComment
	case ".ini", ".cfg":
		return iniComment
	case ".cue", ".js", ".ts", ".json", ".jsonc":
		return codeComment
	}
	return hashComment
}

type directives []*directive

// A commented is a file whose comments are read.
type commented struct {
	name    string
	comment *regexp.Regexp // outside of code
	lines   []source.Text
	blocks  map[int]run // of code in a page, by the lines that are in it
	follow  []int       // see followers
	extents extents     // of commands and texts
	python  map[int]int // see pythonComments
}

// directivesOf reads the comments of a file. The known extents are those of its commands, as far as somebody parsed them.
func directivesOf(name string, content []byte, known []shell.Extent) (list directives, bad finding.List) {
	text := source.NewText(name, content)
	t := &commented{name: name, comment: commentOf(name), lines: text.Lines(), blocks: blocksOf(name, content), python: pythonComments(name, text)}
	t.extents, t.follow = newExtents(append(slices.Clone(known), extentsOf(name, text)...), len(t.lines)), t.followers()
	for i, line := range t.lines {
		m := t.commentIn(i).FindStringSubmatchIndex(line.String())
		if m == nil || t.isText(i, line, m[3]) {
			continue
		}
		at := line.At(m[3])
		word, rest := line.String()[m[4]:m[5]], strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(line.String()[m[6]:m[7]]), "-->"))
		if word == "" && !strings.HasPrefix(rest, "[") {
			continue // prose, or a marker of a block
		}
		d, problem := newDirective(word, rest, t.isPage(i))
		if problem != "" {
			bad = append(bad, finding.Finding{Position: at, Code: codeMalformed, Severity: finding.Error, Message: problem,
				Help: `write "policygen: ignore[PG201] the reason"`})
			continue
		}
		d.at, d.used = at, make([]bool, len(d.codes))
		if word == "ignore" {
			d.first, d.last = t.reach(i, strings.TrimSpace(line.String()[:m[3]]) != "")
		}
		list = append(list, d)
	}
	return list, bad
}

// blocksOf returns the blocks of code in a page.
func blocksOf(name string, content []byte) map[int]run {
	blocks := map[int]run{}
	var all []source.Code
	switch strings.ToLower(path.Ext(name)) {
	case ".md", ".markdown", ".mdx":
		all = source.MarkdownCode(name, content)
	case ".rst":
		all = source.RestCode(name, content)
	}
	for _, code := range all {
		if lines := code.Text.Lines(); code.Kind != source.CodeSpan && len(lines) > 0 {
			r := run{lines[0].At(0).Line - 1, lines[len(lines)-1].At(0).Line - 1}
			for i := r.first; i <= r.last; i++ {
				blocks[i] = r
			}
		}
	}
	return blocks
}

// commentIn returns how a comment in a line looks.
func (t *commented) commentIn(i int) *regexp.Regexp {
	if _, code := t.blocks[i]; code {
		return hashComment
	}
	return t.comment
}

// isPage reports whether a line is one of a page for people, outside of the code that it shows.
func (t *commented) isPage(i int) bool {
	comment := t.commentIn(i)
	return comment == pageComment || comment == restComment
}

// isText reports whether what looks like a comment is a part of a text, such as one that a script prints.
func (t *commented) isText(i int, line source.Text, column int) bool {
	if t.isPage(i) {
		return false
	}
	at := line.At(column)
	if t.python != nil {
		words := t.python[at.Line]
		return words <= at.Column || words > at.Column+2 // behind "#" and perhaps a blank
	}
	return inQuotes(line.String()[:column]) || t.extents.holds(at)
}

// inQuotes reports whether a text behind the beginning of a line stands in quotes. An apostrophe in a word is none.
func inQuotes(before string) bool {
	var quote byte
	for i := 0; i < len(before); i++ {
		switch c := before[i]; {
		case c == '\\' && quote != '\'':
			i++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '#' && (i == 0 || before[i-1] == ' ' || before[i-1] == '\t'):
			return false // a comment that goes on
		case (c == '"' || c == '\'' || c == '`') && (i == 0 || !isLetter(before[i-1])):
			quote = c
		}
	}
	return quote != 0
}

func isLetter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c >= 0x80
}

// newDirective reads what follows "policygen:". Comments about comments are for pages, which may show some as examples.
func newDirective(word, rest string, page bool) (*directive, string) {
	if word != "ignore" && word != "ignore-file" {
		return nil, fmt.Sprintf("policygen knows no %q here", strings.TrimSpace(word+" "+rest))
	}
	m := wellFormed.FindStringSubmatch(rest)
	if m == nil {
		return nil, "the code in brackets or the reason is missing"
	}
	d := &directive{reason: strings.TrimSpace(m[2])}
	for code := range strings.SplitSeq(m[1], ",") {
		code = strings.TrimSpace(code)
		if !Suppressible(code) && !(page && aboutComments(code)) {
			return nil, fmt.Sprintf("there is no finding %q that could be ignored", code)
		}
		d.codes = append(d.codes, code)
	}
	return d, ""
}

// Suppressible reports whether a code is that of a rule, or of a pin, that a comment may suppress.
func Suppressible(code string) bool {
	if strings.HasPrefix(code, "PIN") {
		return true
	}
	return !aboutComments(code) && slices.ContainsFunc(Rules(), func(r Rule) bool { return r.Code == code })
}

func aboutComments(code string) bool { return code == codeMalformed || code == codeUnused }
