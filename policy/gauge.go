package policy

import (
	"fmt"
	"strings"

	"cuelang.org/go/cue/scanner"
	"cuelang.org/go/cue/token"

	"policygen/internal/finding"
)

// What a policy may measure. A policy for a thousand backends has a tenth of each.
//
// The parser and CUE's evaluation are recursive, and an overflow of the stack ends a Go program without a word;
// so what they would descend into is measured before, by the tokens alone.
const (
	// maxSize is how many bytes all files of a policy may have together.
	maxSize = 1 << 20
	// maxDepth is how many brackets may be open at once.
	maxDepth = 100
	// maxLinks is how many operators, colons and the like one field may chain.
	maxLinks = 1000
	// maxReferences is how many references all files of a policy may have together.
	maxReferences = 20_000
)

// A gauge measures a source by its tokens.
type gauge struct {
	open       []bracket
	links      []int // of the field or item that is being read, for each open bracket and outside of all
	references int
	over       string // which limit was exceeded
	at         int    // the offset of what is one too many
}

// A bracket is one that has been opened and not closed.
type bracket struct {
	offset        int
	interpolation bool // it stands in text, which goes on behind it
}

// measure reads the tokens until the end or until a limit is exceeded. References count on from those before.
func measure(s Source, references int) *gauge {
	g := &gauge{links: []int{0}, references: references}
	var scan scanner.Scanner
	scan.Init(token.NewFile(s.Name, 0, len(s.Text)), s.Text, func(token.Pos, string, []any) {}, 0)
	before := token.ILLEGAL
	for g.over == "" {
		pos, tok, text := scan.Scan()
		if tok == token.EOF {
			break
		}
		g.at = pos.Offset()
		g.count(tok, before)
		switch tok {
		case token.LBRACE, token.LBRACK, token.LPAREN:
			g.push(false)
		case token.INTERPOLATION:
			g.push(strings.HasSuffix(text, "("))
		case token.RBRACE, token.RBRACK, token.RPAREN:
			if g.pop() && strings.HasSuffix(scan.ResumeInterpolation(), "(") {
				g.push(true)
			}
		}
		before = tok
	}
	return g
}

// count counts one token: as a reference, as the start of a new field or item, or as a link of the present one.
func (g *gauge) count(tok, before token.Token) {
	here := &g.links[len(g.links)-1]
	switch tok {
	case token.COMMA:
		*here = 0
		return
	case token.IDENT:
		g.references++
	case token.INT, token.FLOAT, token.STRING:
	default:
		*here++
	}
	if before == token.IDENT && (tok == token.COLON || tok == token.OPTION || tok == token.NOT) {
		g.references-- // it was a label
	}
	switch {
	case *here > maxLinks:
		g.over = fmt.Sprintf("more than %d operators are chained here", maxLinks)
	case g.references > maxReferences:
		g.over = fmt.Sprintf("the policy has more than %d references", maxReferences)
	}
}

func (g *gauge) push(interpolation bool) {
	g.open = append(g.open, bracket{offset: g.at, interpolation: interpolation})
	g.links = append(g.links, 0)
	if len(g.open) > maxDepth {
		g.over = fmt.Sprintf("more than %d brackets are open here", maxDepth)
	}
}

// pop closes a bracket and reports whether text goes on behind it.
func (g *gauge) pop() bool {
	last := len(g.open) - 1
	if last < 0 {
		return false
	}
	b := g.open[last]
	g.open, g.links = g.open[:last], g.links[:last+1]
	return b.interpolation
}

// openedAt names the bracket that the end of the file leaves open.
func (f file) openedAt(message string) []finding.Related {
	if !strings.HasSuffix(message, "found 'EOF'") {
		return nil
	}
	open := measure(f.Source, 0).open
	if len(open) == 0 {
		return nil
	}
	return []finding.Related{{Position: f.at(open[len(open)-1].offset), Message: "this bracket is open"}}
}
