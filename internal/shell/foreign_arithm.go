package shell

import (
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// maxExpression is how long a text may be that is read as an expression, since the parser is recursive.
const maxExpression = 1000

// arithm is the value of an expression; 1 where it depends on an unknown value, which then is assigned to what the
// expression assigns to.
func (s *shell) arithm(x syntax.ArithmExpr) int {
	n, _ := s.evaluate(x)
	return n
}

// arithmText is the value of $(( )) as text.
func (s *shell) arithmText(x syntax.ArithmExpr) string {
	n, unknown := s.evaluate(x)
	if unknown {
		return s.o.unknown("$((" + s.source(x) + "))")
	}
	return strconv.Itoa(n)
}

// source is the text of a node without blanks.
func (s *shell) source(n syntax.Node) string {
	from, to := int(n.Pos().Offset()), int(n.End().Offset())
	if from > to || to > len(s.unit.text) || to-from > 200 {
		return "…"
	}
	return strings.Join(strings.Fields(s.unit.text[from:to]), "")
}

func (s *shell) evaluate(x syntax.ArithmExpr) (value int, unknown bool) {
	if x == nil {
		return 0, false
	}
	var assigned []string
	y := s.arithmCopy(x, &unknown, &assigned)
	if unknown {
		for _, name := range assigned {
			s.setText(name, s.o.unknown("$(("+s.source(x)+"))"))
		}
		return 1, true
	}
	defer func() {
		// A shift by a negative count panics.
		if recover() != nil {
			value = 0
		}
	}()
	n, err := expand.Arithm(s.config(), y)
	if err != nil {
		s.status = 1
	}
	return n, false
}

// arithmCopy is an expression in which the words are expanded, once.
func (s *shell) arithmCopy(x syntax.ArithmExpr, unknown *bool, assigned *[]string) syntax.ArithmExpr {
	switch x := x.(type) {
	case *syntax.BinaryArithm:
		c := *x
		if isAssignment(x.Op) {
			*assigned = append(*assigned, nameOf(x.X))
			if x.Op != syntax.Assgn {
				s.arithmCopy(x.X, unknown, assigned)
			}
		} else {
			c.X = s.arithmCopy(x.X, unknown, assigned)
		}
		c.Y = s.arithmCopy(x.Y, unknown, assigned)
		return &c
	case *syntax.UnaryArithm:
		c := *x
		if x.Op == syntax.Inc || x.Op == syntax.Dec {
			*assigned = append(*assigned, nameOf(x.X))
			s.arithmCopy(x.X, unknown, assigned)
			return &c
		}
		c.X = s.arithmCopy(x.X, unknown, assigned)
		return &c
	case *syntax.ParenArithm:
		c := *x
		c.X = s.arithmCopy(x.X, unknown, assigned)
		return &c
	case *syntax.Word:
		return s.operand(x, unknown)
	}
	return x
}

func isAssignment(op syntax.BinAritOperator) bool {
	switch op {
	case syntax.Assgn, syntax.AddAssgn, syntax.SubAssgn, syntax.MulAssgn, syntax.QuoAssgn, syntax.RemAssgn,
		syntax.AndAssgn, syntax.OrAssgn, syntax.XorAssgn, syntax.ShlAssgn, syntax.ShrAssgn:
		return true
	}
	return false
}

func nameOf(x syntax.ArithmExpr) string {
	if w, ok := x.(*syntax.Word); ok {
		return w.Lit()
	}
	return ""
}

// operand is a word of an expression: a name stays, anything else becomes what it stands for.
func (s *shell) operand(w *syntax.Word, unknown *bool) syntax.ArithmExpr {
	if name := w.Lit(); syntax.ValidName(name) {
		text := s.Get(s.target(name)).String()
		if isUnknown(text) {
			*unknown = true
		} else if text != "" && !isOperand(text) {
			return s.parsed(text, w)
		}
		return w
	}
	text := strings.TrimSpace(s.literal(w))
	if isUnknown(text) {
		*unknown = true
	}
	if text != "" && !isOperand(text) {
		return s.parsed(text, w)
	}
	return &syntax.Word{Parts: []syntax.WordPart{&syntax.Lit{Value: text}}}
}

func isOperand(text string) bool {
	return syntax.ValidName(text) || strings.Trim(text, "0123456789abcdefxABCDEFX#") == ""
}

// parsed is a text that is an expression itself.
func (s *shell) parsed(text string, w *syntax.Word) syntax.ArithmExpr {
	if len(text) <= maxExpression && !isUnknown(text) {
		if x, err := syntax.NewParser().Arithmetic(strings.NewReader(text)); err == nil && x != nil {
			return &syntax.ParenArithm{X: x}
		}
	}
	return w
}
