package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// wordPart looks at words and what they consist of.
func (v *vetter) wordPart(n syntax.Node) {
	switch n := n.(type) {
	case *syntax.Word:
		v.word(n)
	case *syntax.SglQuoted:
		if n.Dollar {
			v.refuse(n, "$'..' is not in all shells")
		}
	case *syntax.DblQuoted:
		if n.Dollar {
			v.refuse(n, `$".." is not in all shells`)
		}
	case *syntax.ParamExp:
		v.param(n)
	case *syntax.BinaryArithm:
		v.binary(n)
	case *syntax.UnaryArithm:
		if n.Op == syntax.Inc || n.Op == syntax.Dec {
			v.refuse(n, "assignments in $(( )) are not simulated")
		}
	default:
		v.refuse(n, "not POSIX, or not simulated")
	}
}

// word looks for expansions at the start of a word and within: a tilde would have the interpreter read the system's
// list of users, and braces are only expanded by some shells.
func (v *vetter) word(w *syntax.Word) {
	for i, part := range w.Parts {
		lit, ok := part.(*syntax.Lit)
		if ok && (i == 0 && strings.HasPrefix(lit.Value, "~") || strings.Contains(lit.Value, ":~")) {
			v.refuse(w, "an unquoted ~ is a home directory; quote it")
		}
	}
	braces := *w
	if syntax.SplitBraces(&braces) {
		v.refuse(w, "some shells expand braces; quote them")
	}
}

func (v *vetter) param(p *syntax.ParamExp) {
	if p.Param == nil || p.Excl || p.Width || p.IsSet || p.Index != nil || p.Slice != nil || p.Repl != nil || p.Names != 0 {
		v.refuse(p, "this expansion is not POSIX")
		return
	}
	switch name := p.Param.Value; name {
	case "@":
		if !v.all[p] {
			v.refuse(p, `$@ may only be a word of its own, as in "$@"`)
		}
	case "*":
		if p.Length || p.Exp != nil {
			v.refuse(p, `$* is only simulated as in "$*"`)
		}
	case "$", "!", "-", "LINENO", "RANDOM", "SRANDOM", "SECONDS", "PPID", "DIRSTACK", "UID", "EUID", "GID", "OPTIND":
		v.refuse(p, "$%s differs from run to run or shell to shell", name)
	default:
		if len(name) > 1 && strings.Trim(name, "0123456789") == "" {
			v.refuse(p, "only $0 to $9 are simulated, not ${%s}; use shift", name)
		}
	}
	v.expansion(p)
}

// expansion looks at the word of ${x-word} and its like.
func (v *vetter) expansion(p *syntax.ParamExp) {
	if p.Exp == nil || p.Exp.Word == nil {
		return
	}
	switch p.Exp.Op {
	case syntax.RemSmallPrefix, syntax.RemLargePrefix, syntax.RemSmallSuffix, syntax.RemLargeSuffix:
		return
	case syntax.AlternateUnset, syntax.AlternateUnsetOrNull, syntax.DefaultUnset, syntax.DefaultUnsetOrNull,
		syntax.AssignUnset, syntax.AssignUnsetOrNull, syntax.ErrorUnset, syntax.ErrorUnsetOrNull:
	default:
		v.refuse(p, "this expansion is not POSIX")
		return
	}
	syntax.Walk(p.Exp.Word, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.CmdSubst, *syntax.ArithmExp:
			v.refuse(n, "a command in the word of ${%s} would be simulated even where the word is not used", p.Param.Value)
		case *syntax.Lit:
			if strings.Contains(n.Value, `\`) {
				v.refuse(n, `a backslash within ${%s} means different things within "" and without`, p.Param.Value)
			}
		case *syntax.SglQuoted:
			v.refuse(n, `single quotes within ${%s} mean different things within "" and without`, p.Param.Value)
		}
		return true
	})
}

func (v *vetter) binary(b *syntax.BinaryArithm) {
	switch b.Op {
	case syntax.Add, syntax.Sub, syntax.Mul, syntax.Eql, syntax.Neq, syntax.Leq, syntax.Geq, syntax.Lss, syntax.Gtr,
		syntax.AndArit, syntax.OrArit:
	default:
		v.refuse(b, "%s in $(( )) is not simulated", b.Op)
	}
}
