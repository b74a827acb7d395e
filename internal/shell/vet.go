package shell

import (
	"regexp"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// maxExpansions bounds the expansions of one statement, and so what it can hold in memory at once.
const maxExpansions = 256

// A vetter looks for what a simulation would get wrong.
type vetter struct {
	script *Script
	all    map[*syntax.ParamExp]bool // the "$@" that stand alone in a word of a command or a list
	err    error                     // the first finding
}

// vet returns an error at the first place that can't be simulated as every shell would run it.
func (s *Script) vet() error {
	v := &vetter{script: s, all: map[*syntax.ParamExp]bool{}}
	syntax.Walk(s.file, func(n syntax.Node) bool {
		if n != nil && v.err == nil {
			v.node(n)
		}
		return v.err == nil
	})
	if v.err == nil {
		v.err = s.vetRecursion()
	}
	return v.err
}

func (v *vetter) refuse(n syntax.Node, format string, args ...any) {
	if v.err == nil {
		v.err = v.script.refuse(n.Pos(), format, args...)
	}
}

func (v *vetter) node(n syntax.Node) {
	switch n := n.(type) {
	case *syntax.File, *syntax.Comment, *syntax.Block, *syntax.Subshell, *syntax.IfClause, *syntax.WhileClause,
		*syntax.CaseClause, *syntax.CmdSubst, *syntax.ParenArithm, *syntax.ArithmExp, *syntax.Lit:
	case *syntax.CaseItem:
		v.caseItem(n)
	case *syntax.Stmt:
		v.stmt(n)
	case *syntax.BinaryCmd:
		if n.Op != syntax.AndStmt && n.Op != syntax.OrStmt {
			v.refuse(n, "a pipe runs commands side by side, which is not simulated")
		}
	case *syntax.FuncDecl:
		if n.RsrvWord || n.Name == nil {
			v.refuse(n, "a POSIX function is declared as name()")
		}
	case *syntax.CallExpr:
		v.call(n)
	case *syntax.DeclClause:
		v.export(n)
	case *syntax.ForClause:
		if n.Select {
			v.refuse(n, "select is not POSIX")
		}
	case *syntax.WordIter:
		v.splitWords(n.Items)
	case *syntax.Redirect:
		v.redirect(n)
	case *syntax.Assign:
		if n.Append || n.Index != nil || n.Array != nil {
			v.refuse(n, "only NAME=VALUE is an assignment in all shells")
		}
	default:
		v.wordPart(n)
	}
}

// operator is what begins a pattern-list of Bash and ksh93; the interpreter sees it in quotes too.
var operator = regexp.MustCompile(`[?*+@!]\(`)

func (v *vetter) caseItem(item *syntax.CaseItem) {
	if item.Op != syntax.Break {
		v.refuse(item, "only ;; ends a case in all shells")
	}
	for _, w := range item.Patterns {
		syntax.Walk(w, func(n syntax.Node) bool {
			quoted, _ := n.(*syntax.SglQuoted)
			lit, _ := n.(*syntax.Lit)
			if quoted != nil && operator.MatchString(quoted.Value) || lit != nil && operator.MatchString(lit.Value) {
				v.refuse(n, "the interpreter takes an operator such as @( for one even in quotes")
			}
			return true
		})
	}
}

func (v *vetter) stmt(st *syntax.Stmt) {
	if st.Background || st.Coprocess || st.Disown {
		v.refuse(st, "a command in the background is not simulated")
	}
	count := 0
	eachOwn(st, func(n syntax.Node) {
		if _, ok := n.(*syntax.ParamExp); ok {
			count++
		}
	})
	if count > maxExpansions {
		v.refuse(st, "%d expansions in one command; up to %d are simulated", count, maxExpansions)
	}
}

func (v *vetter) call(c *syntax.CallExpr) {
	v.splitWords(c.Args)
	if len(c.Assigns) == 0 || len(c.Args) == 0 {
		return
	}
	if name := c.Args[0].Lit(); isSpecial(name) || v.script.functions[name] {
		v.refuse(c, "an assignment before %s outlives it in some shells", name)
	}
}

// isSpecial reports whether a builtin is special in the sense of POSIX.1-2024, section 2.15.
func isSpecial(name string) bool {
	switch name {
	case ":", ".", "break", "continue", "eval", "exec", "exit", "export", "readonly", "return", "set", "shift", "times", "trap", "unset":
		return true
	}
	return false
}

func (v *vetter) export(d *syntax.DeclClause) {
	if d.Variant.Value != "export" {
		v.refuse(d, "%s is not simulated", d.Variant.Value)
		return
	}
	for _, as := range d.Args {
		switch {
		case as.Name == nil || !syntax.ValidName(as.Name.Value):
			v.refuse(as, "only NAME and NAME=VALUE can be exported in a simulated script")
		case as.Value != nil:
			v.splitWords([]*syntax.Word{as.Value})
		}
	}
}

// splitWords looks at words that a shell splits at blanks and takes as patterns of file names where they are not quoted.
func (v *vetter) splitWords(words []*syntax.Word) {
	for _, w := range words {
		if allArguments(w) {
			w = allWord(w)
		}
		for _, part := range w.Parts {
			v.splitPart(w, part)
		}
	}
}

func (v *vetter) splitPart(w *syntax.Word, part syntax.WordPart) {
	switch part := part.(type) {
	case *syntax.Lit:
		if text := unescaped(part.Value); w.Lit() != "[" && strings.ContainsAny(text, "*?[") {
			v.refuse(part, "%q may be a pattern of file names; quote it", part.Value)
		}
	case *syntax.CmdSubst:
		v.refuse(part, "the output of a command is split where it is not quoted; quote it")
	case *syntax.ParamExp:
		if name := part.Param.Value; !part.Length && name != "#" && name != "?" {
			v.refuse(part, "$%s is split where it is not quoted; quote it", name)
		}
	case *syntax.DblQuoted:
		if len(w.Parts) == 1 && len(part.Parts) == 1 {
			if pe, ok := part.Parts[0].(*syntax.ParamExp); ok && pe.Exp == nil && !pe.Length {
				v.all[pe] = true
			}
		}
	}
}

// unescaped is a literal without its backslashes and what they escape.
func unescaped(lit string) string { return mapEscapes(lit, func(byte) string { return "" }) }

// unescape is a literal without its backslashes.
func unescape(lit string) string {
	return mapEscapes(lit, func(c byte) string { return string([]byte{c}) })
}

func mapEscapes(lit string, escaped func(byte) string) string {
	var b strings.Builder
	for i := 0; i < len(lit); i++ {
		if lit[i] == '\\' && i+1 < len(lit) {
			i++
			b.WriteString(escaped(lit[i]))
			continue
		}
		b.WriteByte(lit[i])
	}
	return b.String()
}

func (v *vetter) redirect(r *syntax.Redirect) {
	if r.N != nil && r.N.Value != "1" && r.N.Value != "2" && !(r.N.Value == "0" && r.Op == syntax.RdrIn) {
		v.refuse(r, "a redirection of %s is not simulated; 0, 1 and 2 are", r.N.Value)
	}
	switch target := r.Word.Lit(); r.Op {
	case syntax.Hdoc, syntax.DashHdoc:
	case syntax.DplOut:
		if target != "1" && target != "2" {
			v.refuse(r, "a redirection to &%s is not simulated; &1 and &2 are", target)
		}
	case syntax.RdrOut, syntax.AppOut, syntax.RdrIn:
		if target != "/dev/null" {
			v.refuse(r, "the script opens a file; a simulated script can open /dev/null and nothing else")
		}
	default:
		v.refuse(r, "the redirection %s is not simulated", r.Op)
	}
}
