package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// guardCommand stands before statements that need a look at their variables first. No script can have it as a word, since
// scripts have no NUL.
const guardCommand = "\x00guard"

// A guard is what a statement may do to the memory of a simulation, and what the interpreter would get wrong in it.
type guard struct {
	grows    []string // variables whose values the statement joins to something that stays
	patterns []string // variables in quotes in the pattern of ${x#"$y"}; the interpreter overlooks the quotes
	cases    []string // variables in quotes in the pattern of a case; it overlooks the quotes of @( and its like
}

// rewrite changes the syntax tree, its meaning kept, to what the interpreter gets right:
//
//   - ${1+"$@"}, which it would split, becomes "$@"
//   - quoted characters of the pattern in ${x#"a*"}, whose quotes it overlooks, get backslashes
//   - text after a backslash in assignments and case words, which it would leave the backslash on, is quoted instead
//   - shift gets a word for the number of arguments, for the simulation to check
//   - statements that could outgrow the memory, or have variables in such patterns, get a guard before them
func (s *Script) rewrite() {
	s.guards, s.named = map[syntax.Pos]guard{}, map[syntax.Pos]bool{}
	var stmts []*syntax.Stmt
	syntax.Walk(s.file, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Stmt:
			stmts = append(stmts, n)
		case *syntax.CallExpr:
			s.rewriteCall(n)
		case *syntax.WordIter:
			rewriteAll(n.Items)
		case *syntax.Assign:
			quoteEscaped(n.Value)
		case *syntax.CaseClause:
			quoteEscaped(n.Word)
		case *syntax.ParamExp:
			if n.Exp != nil && n.Exp.Word != nil && isRemoval(n.Exp.Op) {
				escapeQuoted(n.Exp.Word)
			}
		}
		return true
	})
	for _, st := range stmts {
		if g := guardOf(st); g.grows != nil || g.patterns != nil || g.cases != nil {
			s.guards[st.Pos()] = g
			st.Cmd = guarded(st)
		}
	}
}

// guarded is { guard; command; }. The redirections and the "!" of the statement then are those of the block.
func guarded(st *syntax.Stmt) syntax.Command {
	word := &syntax.Word{Parts: []syntax.WordPart{&syntax.Lit{ValuePos: st.Pos(), Value: guardCommand}}}
	first := &syntax.Stmt{Position: st.Pos(), Cmd: &syntax.CallExpr{Args: []*syntax.Word{word}}}
	return &syntax.Block{Stmts: []*syntax.Stmt{first, {Position: st.Pos(), Cmd: st.Cmd}}}
}

func (s *Script) rewriteCall(c *syntax.CallExpr) {
	rewriteAll(c.Args)
	if len(c.Args) == 0 {
		return
	}
	name := c.Args[0].Lit()
	if s.functions[name] {
		s.named[c.Args[0].Pos()] = true
	}
	if name == "shift" {
		count := &syntax.ParamExp{Short: true, Param: &syntax.Lit{Value: "#"}}
		c.Args = append(c.Args, &syntax.Word{Parts: []syntax.WordPart{&syntax.Lit{Value: shiftMark}, count}})
	}
}

// shiftMark begins the word that rewrite adds to shift, as no operand of a shift does.
const shiftMark = "of="

func rewriteAll(words []*syntax.Word) {
	for i, w := range words {
		if allArguments(w) {
			words[i] = allWord(w)
		}
	}
}

// allArguments reports whether a word is ${1+"$@"} or ${@+"$@"}.
func allArguments(w *syntax.Word) bool {
	if len(w.Parts) != 1 {
		return false
	}
	p, ok := w.Parts[0].(*syntax.ParamExp)
	if !ok || p.Param == nil || p.Exp == nil || p.Exp.Op != syntax.AlternateUnset || p.Exp.Word == nil {
		return false
	}
	inner, ok := soleExpansion(p.Exp.Word)
	return ok && (p.Param.Value == "1" || p.Param.Value == "@") && inner.Param.Value == "@" && inner.Exp == nil && !inner.Length
}

// allWord is the "$@" in ${1+"$@"}.
func allWord(w *syntax.Word) *syntax.Word { return w.Parts[0].(*syntax.ParamExp).Exp.Word }

// soleExpansion returns the parameter of a word that is "$x" and nothing else.
func soleExpansion(w *syntax.Word) (*syntax.ParamExp, bool) {
	if len(w.Parts) != 1 {
		return nil, false
	}
	q, ok := w.Parts[0].(*syntax.DblQuoted)
	if !ok || len(q.Parts) != 1 {
		return nil, false
	}
	p, ok := q.Parts[0].(*syntax.ParamExp)
	return p, ok && p.Param != nil
}

func isRemoval(op syntax.ParExpOperator) bool {
	switch op {
	case syntax.RemSmallPrefix, syntax.RemLargePrefix, syntax.RemSmallSuffix, syntax.RemLargeSuffix:
		return true
	}
	return false
}

// quoteEscaped puts text with backslashes, in a word that nothing splits, in single quotes.
func quoteEscaped(w *syntax.Word) {
	if w == nil {
		return
	}
	for i, part := range w.Parts {
		if lit, ok := part.(*syntax.Lit); ok && strings.Contains(lit.Value, `\`) {
			w.Parts[i] = &syntax.SglQuoted{Left: lit.ValuePos, Right: lit.ValueEnd, Value: unescape(lit.Value)}
		}
	}
}

// escapeQuoted puts backslashes into the quoted text of a pattern. Quoted expansions stay; see guard.patterns.
func escapeQuoted(pattern *syntax.Word) {
	for i, part := range pattern.Parts {
		switch part := part.(type) {
		case *syntax.SglQuoted:
			lit := &syntax.Lit{ValuePos: part.Pos(), Value: quotedPattern(part.Value)}
			pattern.Parts[i] = &syntax.DblQuoted{Left: part.Left, Right: part.Right, Parts: []syntax.WordPart{lit}}
		case *syntax.DblQuoted:
			for _, inner := range part.Parts {
				if lit, ok := inner.(*syntax.Lit); ok {
					lit.Value = quotedPattern(doubleQuotedText(lit.Value))
				}
			}
		}
	}
}

// doubleQuotedText is what a literal within double quotes stands for.
func doubleQuotedText(lit string) string {
	return strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\$`, `$`, "\\`", "`").Replace(lit)
}

// quotedPattern is a literal within double quotes that stands for a pattern which only text itself matches.
func quotedPattern(text string) string {
	return strings.NewReplacer(`\`, `\\\\`, "*", `\\*`, "?", `\\?`, "[", `\\[`).Replace(text)
}

// eachOwn calls f for each node of a statement that is not part of a statement within it.
func eachOwn(st *syntax.Stmt, f func(syntax.Node)) {
	visit := func(n syntax.Node) bool {
		if n == nil {
			return false
		}
		if _, inner := n.(*syntax.Stmt); inner {
			return false
		}
		f(n)
		return true
	}
	if st.Cmd != nil {
		syntax.Walk(st.Cmd, visit)
	}
	for _, r := range st.Redirs {
		syntax.Walk(r, visit)
	}
}

// guardOf tells what a statement must be watched for.
func guardOf(st *syntax.Stmt) guard {
	var g guard
	var names []string
	joins := false
	eachOwn(st, func(n syntax.Node) {
		switch n := n.(type) {
		case *syntax.Assign:
			joins = joins || n.Value != nil && isJoin(n.Value)
		case *syntax.WordIter:
			for _, w := range n.Items {
				joins = joins || isJoin(w)
			}
		case *syntax.CaseItem:
			for _, w := range n.Patterns {
				g.cases = append(g.cases, quotedNames(w)...)
			}
		case *syntax.Redirect:
			joins = joins || n.Hdoc != nil && isJoin(n.Hdoc)
		case *syntax.ParamExp:
			names = append(names, n.Param.Value)
			if n.Exp != nil && n.Exp.Word != nil {
				joins = joins || (n.Exp.Op == syntax.AssignUnset || n.Exp.Op == syntax.AssignUnsetOrNull) && isJoin(n.Exp.Word)
				if isRemoval(n.Exp.Op) {
					g.patterns = append(g.patterns, quotedNames(n.Exp.Word)...)
				}
			}
		}
	})
	if joins {
		g.grows = names
	}
	return g
}

// isJoin reports whether a word puts an expansion and something else together.
func isJoin(w *syntax.Word) bool {
	parts := w.Parts
	if len(parts) == 1 {
		if q, ok := parts[0].(*syntax.DblQuoted); ok {
			parts = q.Parts
		}
	}
	if len(parts) < 2 {
		if len(parts) == 1 {
			p, ok := parts[0].(*syntax.ParamExp)
			return ok && p.Exp != nil && p.Exp.Word != nil && !isRemoval(p.Exp.Op) && isJoin(p.Exp.Word)
		}
		return false
	}
	expands := false
	syntax.Walk(w, func(n syntax.Node) bool {
		switch n.(type) {
		case *syntax.ParamExp, *syntax.CmdSubst:
			expands = true
		}
		return !expands
	})
	return expands
}

// quotedNames are the parameters in the double quotes of a pattern.
func quotedNames(pattern *syntax.Word) (names []string) {
	for _, part := range pattern.Parts {
		q, ok := part.(*syntax.DblQuoted)
		if !ok {
			continue
		}
		syntax.Walk(q, func(n syntax.Node) bool {
			if p, ok := n.(*syntax.ParamExp); ok {
				names = append(names, p.Param.Value)
			}
			return true
		})
	}
	return names
}
