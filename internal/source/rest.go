package source

import (
	"regexp"
	"slices"
	"strings"
)

// RestCode returns the code in a reStructuredText document, in the order of the document: directives for code, literal blocks and
// literals within lines. Whatever the text, it is some document. Literal blocks that are quoted instead of indented are not seen.
func RestCode(file string, content []byte) []Code { return NewText(file, content).RestCode() }

// RestCode is the function of that name for a text that may be part of a file, such as a docstring.
func (t Text) RestCode() []Code {
	r := restReader{text: t}
	at := 0
	for raw := range strings.Lines(t.value) {
		line := strings.TrimRight(raw, " \t\r\n\v\f")
		r.lines = append(r.lines, restLine{start: at, end: at + len(line), next: at + len(raw), text: line, indent: indentOf(line)})
		at += len(raw)
	}
	for i := 0; i < len(r.lines); {
		i = r.read(i)
	}
	r.paragraph(len(r.lines))
	return r.list
}

// A restReader reads a document line by line.
type restReader struct {
	text  Text
	lines []restLine
	list  []Code
	lang  string // of the last ".. highlight::"
	first int    // line where the paragraph that is being read begins
}

// A restLine is a line without its spaces at the end.
type restLine struct {
	start, end, next int // offsets in the text; next is where the next line begins
	text             string
	indent           int // in columns
}

var (
	// restMark is what begins an item of a list, which is indentation to what is in the item.
	restMark      = regexp.MustCompile(`^[ \t]*(?:[-*+•‣⁃]|\(?(?:[0-9]+|[A-Za-z#])[.)])[ \t]+`)
	restDirective = regexp.MustCompile(`^\.\.[ \t]+([A-Za-z][A-Za-z0-9_+.:-]*?)[ \t]?::(?:[ \t]+(\S+)|$)`)
	restOption    = regexp.MustCompile(`^[ \t]+:[A-Za-z][^:]*:(?:[ \t]|$)`)
	restComment   = regexp.MustCompile(`^\.\.(?:$|[ \t]+[^ \t_[|])`) // where it is no directive
)

// restCodes are the directives that show code. Their argument is its language, except as given here.
var restCodes = map[string]string{
	"code-block": "", "code": "", "sourcecode": "", "prompt": "", "code-cell": "", "code-tab": "", "parsed-literal": "text", "console": "console", "literalinclude": "-", "highlight": "-",
}

// read reads the line i, and what belongs to it if it begins code or a comment, and returns the line after that.
func (r *restReader) read(i int) int {
	line := r.lines[i]
	if line.text == "" {
		r.paragraph(i)
		r.first = i + 1
		return i + 1
	}
	words, indent := line.text, line.indent
	for mark := restMark.FindString(words); mark != "" && len(line.text)-len(words) < 100; mark = restMark.FindString(words) {
		words = words[len(mark):]
	}
	words = strings.TrimLeft(words, " \t")
	if strings.HasPrefix(words, "$ ") && indent > 0 {
		return r.prompted(i)
	}
	if head := line.text[:len(line.text)-len(words)]; strings.TrimLeft(head, " \t") != "" {
		indent = columns(head)
	}
	directive := restDirective.FindStringSubmatch(words)
	switch {
	case directive != nil:
		return r.directive(i, indent, line.end-len(words), directive[1], directive[2])
	case restComment.MatchString(words):
		r.paragraph(i)
		return r.skip(i+1, indent)
	case strings.HasSuffix(words, "::") && (i+1 == len(r.lines) || r.lines[i+1].text == ""):
		r.paragraph(i + 1)
		return r.block(i+1, indent, Code{Kind: LiteralCode, Lang: r.lang})
	}
	return i + 1
}

// prompted reads indented lines that begin with a prompt, as people write them without "::" before.
func (r *restReader) prompted(i int) int {
	r.paragraph(i)
	end := i + 1
	for end < len(r.lines) && r.lines[end].indent >= r.lines[i].indent && strings.HasPrefix(strings.TrimLeft(r.lines[end].text, " \t"), "$ ") || end < len(r.lines) && strings.HasSuffix(r.lines[end-1].text, `\`) {
		end++
	}
	b := newBuilder(r.text, r.lines[i].start+len(r.lines[i].text)-len(strings.TrimLeft(r.lines[i].text, " \t")))
	for _, l := range r.lines[i:end] {
		b.dedented(l, r.lines[i].indent)
	}
	code := Code{Kind: LiteralCode, Lang: "console", Text: b.text()}
	code.Pos = code.Text.At(0)
	r.list = append(r.list, code)
	r.first = end
	return end
}

// skip returns the first line that is indented no more than a number of columns, and begins a paragraph there.
func (r *restReader) skip(i, indent int) int {
	for i < len(r.lines) && (r.lines[i].text == "" || r.lines[i].indent > indent) {
		i++
	}
	r.first = i
	return i
}

func (r *restReader) directive(i, indent, at int, name, argument string) int {
	r.paragraph(i)
	r.first = i + 1
	lang, known := restCodes[name]
	switch {
	case name == "highlight":
		r.lang = argument
		return i + 1
	case !known || lang == "-":
		r.first = i // what it says is text
		return i + 1
	case lang == "":
		lang = argument
	}
	if lang == "" {
		lang = r.lang
	}
	for i++; i < len(r.lines) && r.lines[i].indent > indent && restOption.MatchString(r.lines[i].text); i++ {
	}
	return r.block(i, indent, Code{Kind: DirectiveCode, Lang: lang, Pos: r.text.At(at)})
}

// block reads code that is indented more than a number of columns.
func (r *restReader) block(i, indent int, c Code) int {
	next := r.skip(i, indent)
	lines := r.lines[i:next]
	for len(lines) > 0 && lines[0].text == "" {
		lines = lines[1:]
	}
	for len(lines) > 0 && lines[len(lines)-1].text == "" {
		lines = lines[:len(lines)-1]
	}
	if len(lines) == 0 {
		return next
	}
	margin := lines[0].indent
	for _, l := range lines {
		if l.text != "" {
			margin = min(margin, l.indent)
		}
	}
	b := newBuilder(r.text, lines[0].start+len(lines[0].text)-len(strings.TrimLeft(lines[0].text, " \t")))
	for _, l := range lines {
		b.dedented(l, margin)
	}
	c.Text = b.text()
	if !c.Pos.IsValid() {
		c.Pos = c.Text.At(0)
	}
	r.list = append(r.list, c)
	return next
}

// dedented appends a line without its first columns.
func (b *builder) dedented(l restLine, margin int) {
	at := l.start
	column := 0
	for at < l.end && column < margin {
		column = nextColumn(column, b.from.value[at])
		at++
	}
	if l.text != "" {
		b.put(strings.Repeat(" ", column-margin), at, at) // what a tab has beyond the margin
	}
	b.take(at, l.end)
	ending := l.next - len(b.from.value[l.end:l.next]) + len(strings.TrimRight(b.from.value[l.end:l.next], "\r\n"))
	b.put("\n", ending, l.next)
}

// nextColumn returns the column after a character. Tabs go to every eighth, as docutils has it.
func nextColumn(column int, c byte) int {
	if c == '\t' {
		return column/8*8 + 8
	}
	return column + 1
}

func columns(s string) int {
	column := 0
	for i := range len(s) {
		column = nextColumn(column, s[i])
	}
	return column
}

func indentOf(line string) int { return columns(line[:len(line)-len(strings.TrimLeft(line, " \t"))]) }

// paragraph reads the literals in the lines of a paragraph that ends before the line end.
func (r *restReader) paragraph(end int) {
	if r.first >= end {
		return
	}
	lines := r.lines[r.first:end]
	r.first = end
	start, stop := lines[0].start, lines[len(lines)-1].end
	s := r.text.value[start:stop]
	defer r.roles(start, s, len(r.list))
	for at := 0; at < len(s); {
		open := strings.Index(s[at:], "``")
		if open < 0 {
			return
		}
		open += at
		length := literalEnd(s, open)
		if length < 0 {
			return
		}
		if length == 0 {
			at = open + len(s[open:]) - len(strings.TrimLeft(s[open:], "`"))
			continue
		}
		literal := r.joined(start+open+2, start+open+length-2)
		r.list = append(r.list, Code{Kind: CodeSpan, Text: literal, Pos: r.text.At(start + open)})
		at = open + length
	}
}

// restRole matches interpreted text that is a command: of the roles that Sphinx has for one, or without a role, as people take from Markdown.
var restRole = regexp.MustCompile("(?:^|[\\s(])(?::(?:command|code|kbd|program|samp|sh|bash):)?`([^`<>\\n]+)`(?:$|[^`_:])")

// roles adds the interpreted text of a paragraph that may be a command, to the spans from a place on.
func (r *restReader) roles(start int, s string, from int) {
	for _, m := range restRole.FindAllStringSubmatchIndex(s, -1) {
		r.list = append(r.list, Code{Kind: CodeSpan, Text: r.joined(start+m[2], start+m[3]), Pos: r.text.At(start + m[2] - 1)})
	}
	slices.SortStableFunc(r.list[from:], func(a, b Code) int { return a.Pos.Compare(b.Pos) })
}

// literalEnd returns the length of the literal that begins at a place, 0 where none begins, -1 where none ends from there on.
func literalEnd(s string, open int) int {
	if open > 0 && isWord(s[open-1]) || open+2 >= len(s) || strings.IndexByte(" \t\r\n", s[open+2]) >= 0 {
		return 0
	}
	for at := open + 3; at < len(s); {
		i := strings.Index(s[at:], "``")
		if i < 0 {
			return -1
		}
		end := at + i
		for strings.HasPrefix(s[end+2:], "`") {
			end++
		}
		if strings.IndexByte(" \t\r\n", s[end-1]) < 0 && (end+2 == len(s) || !isWord(s[end+2])) {
			return end + 2 - open
		}
		at = end + 2
	}
	return -1
}

func isWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c >= 0x80
}

// joined returns a part of the text whose lines are joined by spaces.
func (r *restReader) joined(start, end int) Text {
	b := newBuilder(r.text, start)
	for at := start; at < end; {
		length := len(untilAny(r.text.value[at:end], "\r\n"))
		b.take(at, at+length)
		at += length
		rest := strings.TrimLeft(r.text.value[at:end], " \t\r\n")
		if at < end {
			b.put(" ", at, end-len(rest))
		}
		at = end - len(rest)
	}
	return b.text()
}
