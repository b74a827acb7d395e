package source

import (
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"policygen/internal/finding"
)

// A CodeKind says how a text shows that something is code.
type CodeKind int

// The kinds of code.
const (
	FencedCode    CodeKind = iota // Markdown's ``` or ~~~
	IndentedCode                  // Markdown's four spaces
	DirectiveCode                 // reStructuredText's ".. code-block::" and its like
	LiteralCode                   // reStructuredText's "::"
	CodeSpan                      // within a line: Markdown's `code`, reStructuredText's ``code``
)

// A Code is a piece of a document that is shown as code.
type Code struct {
	Text Text   // without its indentation and the marks around it; the lines end in "\n", those of a span are joined by spaces
	Lang string // the first word behind the marks: "bash", "console", "{.python}"; may be empty
	Kind CodeKind
	Pos  finding.Position // where it begins: the mark of a fence, a directive or a span, otherwise its first byte
}

// MarkdownCode returns the code in a Markdown document, in the order of the document, also in lists and quotations. Whatever the
// text, it is some document. HTML is none of it.
func MarkdownCode(file string, content []byte) []Code { return NewText(file, content).MarkdownCode() }

// MarkdownCode is the function of that name for a text that may be part of a file, such as a docstring.
func (t Text) MarkdownCode() []Code { return t.markdownCode(maxAdmonitions) }

func (t Text) markdownCode(depth int) []Code {
	source := shallow(t.value)
	var list []Code
	for _, inner := range t.takeAdmonitions(source) {
		if depth > 0 {
			list = append(list, inner.markdownCode(depth-1)...)
		}
	}
	err := ast.Walk(codeParser().Parse(text.NewReader(source)), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.FencedCodeBlock:
			if prose := t.segments(n.Lines(), n.Pos()); depth > 0 && directive.MatchString(string(n.Language(source))) {
				list = append(list, prose.markdownCode(depth-1)...)
				break
			}
			list = append(list, Code{t.segments(n.Lines(), n.Pos()), string(n.Language(source)), FencedCode, t.At(n.Pos())})
		case *ast.CodeBlock:
			code := t.segments(n.Lines(), n.Pos())
			list = append(list, Code{code, "", IndentedCode, code.At(0)})
		case *ast.CodeSpan:
			list = append(list, Code{t.span(n), "", CodeSpan, t.At(n.Pos())})
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		panic(err) // the visitor returns none
	}
	slices.SortStableFunc(list, func(a, b Code) int { return a.Pos.Compare(b.Pos) })
	return list
}

// directive matches those of MyST whose content is Markdown (https://mystmd.org/guide/directives); others show code.
var directive = regexp.MustCompile(`^:*\{(note|tip|hint|important|attention|caution|warning|danger|error|seealso|admonition|dropdown|tab-set|tab-item|card|grid|grid-item|grid-item-card|details|margin|sidebar|topic|todo|versionadded|versionchanged|deprecated)\}`)

// codeParser returns a parser that knows only what can hold code or keep something from being code. Code binds more tightly than
// emphasis, links and their definitions, some of which cost goldmark quadratic time, so that no span is missed without them; backticks
// in the address or the title of a link are taken for one.
func codeParser() parser.Parser {
	return parser.NewParser(
		parser.WithBlockParsers(parser.DefaultBlockParsers()...),
		parser.WithInlineParsers(util.Prioritized(parser.NewCodeSpanParser(), 100), util.Prioritized(parser.NewAutoLinkParser(), 300),
			util.Prioritized(parser.NewRawHTMLParser(), 400)),
	)
}

// maxMarks is how many bytes of a line may begin quotations and lists, for each of which goldmark reads the line again.
const maxMarks = 1000

// shallow returns a copy of a text in which what is beyond maxMarks stands as a word, so that all else has its place.
func shallow(s string) []byte {
	content := []byte(s)
	at := 0
	for raw := range strings.Lines(s) {
		marks := len(raw) - len(strings.TrimLeft(raw, " \t>+-*.)0123456789"))
		for i := at + maxMarks; i < at+marks; i++ {
			content[i] = 'x'
		}
		at += len(raw)
	}
	return content
}

// segments returns the lines of a block that begins at a place.
func (t Text) segments(lines *text.Segments, at int) Text {
	b := newBuilder(t, at)
	for _, s := range lines.Sliced(0, lines.Len()) {
		b.put(strings.Repeat(" ", s.Padding), s.Start, s.Start) // what a tab has beyond the indentation
		b.line(s.Start, s.Stop)
	}
	return b.text()
}

// line appends a line, its ending as "\n" whether it has one or not.
func (b *builder) line(start, end int) {
	stop := start + len(strings.TrimRight(b.from.value[start:end], "\r\n"))
	b.take(start, stop)
	b.put("\n", stop, end)
}

// span returns a code span, its line breaks as spaces.
func (t Text) span(n *ast.CodeSpan) Text {
	b := newBuilder(t, n.Pos())
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		s := c.(*ast.Text).Segment
		stop := s.Start + len(strings.TrimRight(t.value[s.Start:s.Stop], "\r\n"))
		b.take(s.Start, stop)
		if stop < s.Stop {
			b.put(" ", stop, s.Stop)
		}
	}
	return b.text()
}

// Comments returns the runs of consecutive lines that are comments from their first character on, such as the one at the top of a
// script that tells its usage. The marker, which is "#" nearly everywhere, and one space behind it are stripped, the lines end in
// "\n". The first line of a script, "#!", is none of them.
func Comments(file string, content []byte, marker string) []Text {
	t := NewText(file, content)
	var list []Text
	var run *builder
	at := 0
	for raw := range strings.Lines(t.value) {
		start, next := at, at+len(raw)
		at = next
		trimmed := strings.TrimLeft(raw, " \t")
		if !strings.HasPrefix(trimmed, marker) || start == 0 && strings.HasPrefix(raw, "#!") {
			if run != nil {
				list = append(list, run.text())
			}
			run = nil
			continue
		}
		words := strings.TrimPrefix(trimmed[len(marker):], " ")
		if run == nil {
			run = newBuilder(t, next-len(words))
		}
		run.line(next-len(words), next)
	}
	if run != nil {
		list = append(list, run.text())
	}
	return list
}
