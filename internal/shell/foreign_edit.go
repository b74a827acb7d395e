package shell

import (
	"regexp"
	"strings"

	"mvdan.cc/sh/v3/pattern"
	"mvdan.cc/sh/v3/syntax"
)

// maxEdited is how long a text may be whose beginnings are tried one by one.
const maxEdited = 1024

// editor is what an expansion does to each value where the expander does it otherwise than Bash: ${x/#a/b} and ${x/%a/b},
// removal by a pattern with operators such as +(a), and ${x@Q}. Otherwise it is nil. repl has its words expanded.
func (s *shell) editor(p *syntax.ParamExp, repl *syntax.Replace) func(string) string {
	switch {
	case repl != nil:
		return s.anchored(p.Repl.Orig, s.literal(repl.With))
	case p.Exp == nil || p.Exp.Word == nil:
		return nil
	case p.Exp.Op == syntax.OtherParamOps && p.Exp.Word.Lit() == "Q":
		return singleQuoted
	case !isRemoval(p.Exp.Op) || !operator.MatchString(s.source(p.Exp.Word)):
		return nil
	}
	pat := s.pattern(p.Exp.Word)
	switch p.Exp.Op {
	case syntax.RemSmallPrefix, syntax.RemLargePrefix:
		return func(v string) string { return v[max(0, matchedPrefix(pat, v, p.Exp.Op == syntax.RemLargePrefix)):] }
	}
	return func(v string) string {
		if n := matchedSuffix(pat, v, p.Exp.Op == syntax.RemLargeSuffix); n >= 0 {
			return v[:n]
		}
		return v
	}
}

// editedBy is the part of a word in the place of an expansion whose values f changes.
func (s *shell) editedBy(f func(string) string, p *syntax.ParamExp, value string, quoted bool) syntax.WordPart {
	if isUnknown(value) {
		inner := f
		f = func(v string) string {
			if out := inner(v); marks(out) == marks(v) {
				return out
			}
			return v
		}
	}
	if !isList(p) {
		return s.held(f(value), false, quoted)
	}
	items := append([]string{}, s.Get(s.target(p.Param.Value)).List...)
	for i := range items {
		if !s.o.tick(s, 1+len(items[i])/64) {
			break
		}
		items[i] = f(items[i])
	}
	return heldFields(items)
}

// anchored is the replacement of ${x/#pattern/with} or ${x/%pattern/with}, or nil.
func (s *shell) anchored(orig *syntax.Word, with string) func(string) string {
	if orig == nil || len(orig.Parts) == 0 {
		return nil
	}
	lit, ok := orig.Parts[0].(*syntax.Lit)
	if !ok || lit.Value == "" || lit.Value[0] != '#' && lit.Value[0] != '%' {
		return nil
	}
	rest := *lit
	rest.Value = lit.Value[1:]
	pat := s.pattern(&syntax.Word{Parts: append([]syntax.WordPart{&rest}, orig.Parts[1:]...)})
	if lit.Value[0] == '#' {
		return func(v string) string {
			if n := matchedPrefix(pat, v, true); n >= 0 {
				return with + v[n:]
			}
			return v
		}
	}
	return func(v string) string {
		if n := matchedSuffix(pat, v, true); n >= 0 {
			return v[:n] + with
		}
		return v
	}
}

// compiled is a pattern that has to match a whole text, or nil.
func compiled(pat string) *regexp.Regexp {
	expr, err := pattern.Regexp(pat, pattern.EntireString|pattern.ExtendedOperators)
	if err != nil || len(pat) > maxEdited {
		return nil
	}
	rx, err := regexp.Compile(expr)
	if err != nil {
		return nil
	}
	return rx
}

// matchedPrefix is the length of the shortest or longest beginning of a text that a pattern matches, or -1.
func matchedPrefix(pat, text string, longest bool) int {
	rx := compiled(pat)
	if rx == nil || len(text) > maxEdited {
		return -1
	}
	found := -1
	for n := 0; n <= len(text); n++ {
		if rx.MatchString(text[:n]) {
			if found = n; !longest {
				break
			}
		}
	}
	return found
}

// matchedSuffix is where the shortest or longest end of a text begins that a pattern matches, or -1.
func matchedSuffix(pat, text string, longest bool) int {
	rx := compiled(pat)
	if rx == nil || len(text) > maxEdited {
		return -1
	}
	found := -1
	for n := len(text); n >= 0; n-- {
		if rx.MatchString(text[n:]) {
			if found = n; !longest {
				break
			}
		}
	}
	return found
}

// singleQuoted is a text as ${x@Q} quotes it.
func singleQuoted(text string) string {
	if strings.ContainsFunc(text, isControl) {
		return backslashed(text)
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }

// backslashed is a text as %q of printf quotes it.
func backslashed(text string) string {
	if text == "" {
		return "''"
	}
	if strings.ContainsFunc(text, isControl) {
		return "$'" + strings.NewReplacer(`\`, `\\`, "'", `\'`, "\n", `\n`, "\t", `\t`, "\r", `\r`, "\x1b", `\E`).Replace(text) + "'"
	}
	var b strings.Builder
	for i, r := range text {
		if strings.ContainsRune(" !\"#$&'()*,;<>?[\\]^`{|}", r) && (r != '#' || i == 0) || r == '~' && i == 0 {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
