package shell

import (
	"slices"

	"mvdan.cc/sh/v3/syntax"

	"policygen/internal/finding"
)

// An ExtentKind says what an Extent is of.
type ExtentKind int

// The kinds of extents.
const (
	CommandExtent ExtentKind = iota // a command, or a list of them that && and its like hold together
	GroupExtent                     // a command that holds other statements, each of its own: ( … ), { … }, and lists with one of these
	TextExtent                      // what is no code: a quoted string, or a here-document
)

// An Extent is a part of a script that goes on over several lines, or a text in it. End is the place of its last byte.
type Extent struct {
	Kind       ExtentKind
	Start, End finding.Position
}

// Extents returns the commands of a script that go on over several lines, and all texts. The body of a function, of a loop or of a
// condition is no command but several.
func (f *Foreign) Extents() (list []Extent) {
	add := func(kind ExtentKind, n syntax.Node) {
		if n.End().Offset() <= n.Pos().Offset() {
			return // a here-document without a line
		}
		e := Extent{kind, f.unit.at(int(n.Pos().Offset())), f.unit.at(int(n.End().Offset()) - 1)}
		if e.Start.File == e.End.File && (kind == TextExtent || e.Start.Line < e.End.Line) {
			list = append(list, e)
		}
	}
	parts := map[*syntax.Stmt]bool{} // of something larger that speaks for them, or holds several
	kinds := extentKinds{}
	syntax.Walk(f.unit.file, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.FuncDecl:
			parts[n.Body] = true
		case *syntax.Stmt:
			if b, ok := n.Cmd.(*syntax.BinaryCmd); ok {
				_, also := b.X.Cmd.(*syntax.BinaryCmd)
				parts[b.X] = also
			}
			if kind := kinds.of(n); kind != nil && !parts[n] {
				add(*kind, n)
			}
		case *syntax.Redirect:
			if n.Hdoc != nil && !substitutes(n.Hdoc.Parts) {
				add(TextExtent, n.Hdoc)
			}
		case *syntax.SglQuoted:
			add(TextExtent, n)
		case *syntax.DblQuoted:
			if !substitutes(n.Parts) {
				add(TextExtent, n)
			}
		}
		return true
	})
	return list
}

// substitutes reports whether a text holds commands.
func substitutes(parts []syntax.WordPart) bool {
	return slices.ContainsFunc(parts, func(p syntax.WordPart) bool {
		_, ok := p.(*syntax.CmdSubst)
		return ok
	})
}

// extentKinds remembers what statements are, since lists of them nest as deep as they are long.
type extentKinds map[*syntax.Stmt]*ExtentKind

// of says what a statement is; nil for loops, conditions and functions.
func (kinds extentKinds) of(s *syntax.Stmt) *ExtentKind {
	if kind, known := kinds[s]; known {
		return kind
	}
	command, group := CommandExtent, GroupExtent
	var kind *ExtentKind
	switch c := s.Cmd.(type) {
	case *syntax.Subshell, *syntax.Block:
		kind = &group
	case *syntax.BinaryCmd:
		kind = &command
		if x, y := kinds.of(c.X), kinds.of(c.Y); x == nil || y == nil || *x == GroupExtent || *y == GroupExtent {
			kind = &group
		}
	case *syntax.CallExpr, *syntax.DeclClause, *syntax.TestClause, nil:
		kind = &command
	}
	kinds[s] = kind
	return kind
}
