package source

import (
	"regexp"
	"slices"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// In Markdown a marker is a comment that is an HTML block of its own (CommonMark 0.31, section 4.6, start condition 2). At the
// beginning of a line it closes every list, quotation and paragraph, and after it nothing is open: what is between the markers
// means the same in every file.
var markdown = syntax{
	marker:  func(word, name string) string { return "<!-- policygen:" + word + " " + name + " -->" },
	pattern: regexp.MustCompile(`^<!-- policygen:(begin|end) (\S+) -->[ \t]*$`),
	alike:   markdownAlike,
	place:   "alone at the very beginning of its line and not within other HTML, which a blank line ends",
	lines:   markdownLines,
}

var markdownAlike = regexp.MustCompile(`(?i)<!--[ \t]*policygen[ \t]*:[ \t]*(begin|end)\b`)

// markdownLines returns the first lines of all comments that are blocks, and the other lines of HTML that look like a marker.
func markdownLines(content []byte) (candidates, misplaced []line) {
	all := lines(content)
	shift := 0
	if len(all) > 0 {
		shift = all[0].start // goldmark does not know the byte order mark
	}
	at := func(offset int) int {
		i, found := slices.BinarySearchFunc(all, offset+shift, func(l line, offset int) int { return l.start - offset })
		if !found {
			i--
		}
		return i
	}
	comments, html := map[int]bool{}, map[int]bool{}
	walkHTML(content[shift:], func(offset int, comment bool) {
		if i := at(offset); comment {
			comments[i] = true
		} else {
			html[i] = true
		}
	})
	for i, l := range all {
		switch {
		case comments[i]:
			candidates = append(candidates, l)
		case html[i] && markdownAlike.MatchString(l.text):
			misplaced = append(misplaced, l)
		}
	}
	return candidates, misplaced
}

// walkHTML visits the offset of every line of HTML, in blocks and within paragraphs, and tells which of them begin a comment
// that is a block.
func walkHTML(content []byte, visit func(offset int, comment bool)) {
	doc := goldmark.New().Parser().Parse(text.NewReader(content))
	err := ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.HTMLBlock:
			for i, segment := range n.Lines().Sliced(0, n.Lines().Len()) {
				visit(segment.Start, i == 0 && n.HTMLBlockType == ast.HTMLBlockType2)
			}
			if n.HasClosure() {
				visit(n.ClosureLine.Start, false)
			}
		case *ast.RawHTML:
			for _, segment := range n.Segments.Sliced(0, n.Segments.Len()) {
				visit(segment.Start, false)
			}
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		panic(err) // the visitor returns none
	}
}
