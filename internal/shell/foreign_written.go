package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// asWritten adds the commands that neither the run nor the look at its branches reached, because a bound was hit or the
// commands around them can't be simulated: their words as they stand, with unknown text for all that is to be expanded.
func (o *observer) asWritten() {
	u := o.main
	state, declared := o.newShell(), functions(u.file)
	syntax.Walk(u.file, func(n syntax.Node) bool {
		st, ok := n.(*syntax.Stmt)
		if !ok || o.reached[st] {
			return true
		}
		c, ok := st.Cmd.(*syntax.CallExpr)
		if !ok || len(c.Args) == 0 || len(o.commands) >= maxCommands || isBuiltin(c.Args[0].Lit()) || declared[c.Args[0].Lit()] {
			return true
		}
		words := make([]Word, len(c.Args))
		for i, w := range c.Args {
			words[i] = Word{Text: state.written(w), Pos: u.at(int(w.Pos().Offset()))}
		}
		o.reached[st] = true
		o.commands = append(o.commands, Command{Argv: words, Env: o.setting.Env, Dir: o.setting.Dir, Pos: words[0].Pos})
		return true
	})
}

// written is a word with unknown text for what is to be expanded.
func (s *shell) written(w *syntax.Word) string {
	var b strings.Builder
	s.writeParts(&b, w.Parts)
	return b.String()
}

func (s *shell) writeParts(b *strings.Builder, parts []syntax.WordPart) {
	for _, part := range parts {
		switch part := part.(type) {
		case *syntax.Lit:
			b.WriteString(unescape(part.Value))
		case *syntax.SglQuoted:
			b.WriteString(part.Value)
		case *syntax.DblQuoted:
			s.writeParts(b, part.Parts)
		case *syntax.ParamExp:
			if part.Param != nil {
				b.WriteString(s.o.unknown(shownName(part.Param.Value)))
			}
		default:
			b.WriteString(s.o.unknown(s.source(part)))
		}
	}
}
