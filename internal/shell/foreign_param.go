package shell

import (
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// param rewrites an expansion of a parameter.
func (s *shell) param(p *syntax.ParamExp, quoted bool) []syntax.WordPart {
	if p.Param == nil || p.Width || p.IsSet || p.Flags != nil || p.NestedParam != nil || len(p.Modifiers) > 0 {
		s.problem(p.Pos(), "cannot simulate this expansion")
		return nil
	}
	if p.Exp != nil && isConditional(p.Exp.Op) {
		return s.conditional(p, quoted)
	}
	if items, ok := s.indirect(p); ok {
		return []syntax.WordPart{heldFields(items)}
	}
	if items, ok := s.dictionaryFields(p); ok {
		return []syntax.WordPart{heldFields(items)}
	}
	if s.isAssumed(p) {
		return []syntax.WordPart{s.held(s.o.unknown(shownName(p.Param.Value)), true, quoted)}
	}
	if p.Exp == nil && p.Repl == nil && p.Slice == nil {
		return []syntax.WordPart{p}
	}
	return []syntax.WordPart{s.edited(p, quoted)}
}

// shownName is the name of an unknown parameter.
func shownName(name string) string {
	if syntax.ValidName(name) {
		return name
	}
	return "$" + name
}

// indirect are the elements that ${!x} gives where x is NAME[@] or NAME[i].
func (s *shell) indirect(p *syntax.ParamExp) ([]string, bool) {
	if !p.Excl || p.Names != 0 || p.Index != nil || p.Exp != nil {
		return nil, false
	}
	name, index, ok := strings.Cut(strings.TrimSuffix(s.Get(p.Param.Value).String(), "]"), "[")
	if !ok || !syntax.ValidName(name) {
		return nil, false
	}
	inner := &syntax.ParamExp{Param: &syntax.Lit{Value: name}, Index: indexAll}
	if index == "@" || index == "*" {
		return s.elements(inner), true
	}
	inner.Index = s.parsed(index, &syntax.Word{Parts: []syntax.WordPart{&syntax.Lit{Value: index}}})
	return []string{s.value(inner)}, true
}

// elements are what "$@" or "${NAME[@]}" stands for.
func (s *shell) elements(p *syntax.ParamExp) []string {
	if items, ok := s.dictionaryFields(p); ok {
		return items
	}
	v := s.Get(s.target(p.Param.Value))
	if v.Kind == expand.String && v.IsSet() {
		return []string{v.Str}
	}
	return append([]string{}, v.List...)
}

// dictionaryFields are the keys or values of an associative array, by the order of the keys, as Bash has no order.
func (s *shell) dictionaryFields(p *syntax.ParamExp) ([]string, bool) {
	v := s.Get(s.target(p.Param.Value))
	if v.Kind != expand.Associative || !isList(p) || p.Length || p.Exp != nil || p.Repl != nil || p.Slice != nil {
		return nil, false
	}
	items := []string{}
	for _, key := range sortedKeys(v.Map) {
		if p.Excl {
			items = append(items, key)
		} else {
			items = append(items, v.Map[key])
		}
	}
	return items, true
}

// isAssumed reports whether a parameter that is not set is taken to have an unknown value: one that set -u asks the
// environment for, an argument of what no run called, and any in a script that does not parse.
func (s *shell) isAssumed(p *syntax.ParamExp) bool {
	name := p.Param.Value
	if p.Length || p.Excl || p.Index != nil {
		return false
	}
	number := strings.Trim(name, "0123456789") == ""
	if number && s.o.certain || !number && !((s.opts.noUnset || s.o.broken) && syntax.ValidName(name)) {
		return false
	}
	return !s.Get(s.target(name)).IsSet()
}

func isConditional(op syntax.ParExpOperator) bool {
	switch op {
	case syntax.AlternateUnset, syntax.AlternateUnsetOrNull, syntax.DefaultUnset, syntax.DefaultUnsetOrNull,
		syntax.ErrorUnset, syntax.ErrorUnsetOrNull, syntax.AssignUnset, syntax.AssignUnsetOrNull:
		return true
	}
	return false
}

// bare is an expansion without what is done to the value.
func bare(p *syntax.ParamExp) *syntax.ParamExp {
	b := *p
	b.Exp, b.Repl, b.Slice = nil, nil, nil
	return &b
}

// value is what an expansion gives as one text, unset variables being empty.
func (s *shell) value(p *syntax.ParamExp) string {
	cfg := s.config()
	cfg.NoUnset = false
	text, err := expand.Literal(cfg, &syntax.Word{Parts: []syntax.WordPart{&syntax.DblQuoted{Parts: []syntax.WordPart{p}}}})
	if err != nil && err.Error() != "invalid indirect expansion" {
		s.expandErr(err)
	}
	return text
}

// conditional is ${x:-word} and its like: the value, or the parts of the word.
func (s *shell) conditional(p *syntax.ParamExp, quoted bool) []syntax.WordPart {
	value := s.value(bare(p))
	set := s.isSet(p, value)
	filled := value != ""
	switch p.Exp.Op {
	case syntax.AlternateUnset, syntax.AlternateUnsetOrNull:
		if set && (filled || p.Exp.Op == syntax.AlternateUnset) {
			return s.inner(p.Exp.Word, quoted)
		}
		if quoted && isList(p) {
			return []syntax.WordPart{heldFields(nil)}
		}
		return nil
	case syntax.DefaultUnset, syntax.AssignUnset, syntax.ErrorUnset:
		filled = set
	}
	if filled {
		return []syntax.WordPart{bare(p)}
	}
	switch p.Exp.Op {
	case syntax.AssignUnset, syntax.AssignUnsetOrNull:
		s.setText(p.Param.Value, s.literal(p.Exp.Word))
		return []syntax.WordPart{bare(p)}
	case syntax.ErrorUnset, syntax.ErrorUnsetOrNull:
		if name := p.Param.Value; syntax.ValidName(name) || !s.o.certain {
			return []syntax.WordPart{s.held(s.o.unknown(shownName(name)), true, quoted)}
		}
		s.status, s.ends = 1, true
		return nil
	}
	return s.inner(p.Exp.Word, quoted)
}

// isSet reports whether the parameter of an expansion is set.
func (s *shell) isSet(p *syntax.ParamExp, value string) bool {
	name := p.Param.Value
	index := ""
	if w, ok := p.Index.(*syntax.Word); ok {
		index = w.Lit()
	}
	switch {
	case name == "@" || name == "*":
		return len(s.params) > 0
	case p.Excl:
		return value != ""
	}
	v := s.Get(s.target(name))
	switch {
	case index == "@" || index == "*":
		return v.IsSet() && (v.Kind == expand.String || len(v.List)+len(v.Map) > 0)
	case p.Index != nil:
		return value != ""
	case v.Kind == expand.Indexed:
		return len(v.List) > 0 && (v.Indexes == nil || v.Indexes[0] == 0)
	}
	return v.IsSet()
}

// inner are the parts of the word of ${x:-word} where they take its place.
func (s *shell) inner(w *syntax.Word, quoted bool) []syntax.WordPart {
	if w == nil {
		return nil
	}
	var out []syntax.WordPart
	for _, part := range s.parts(w.Parts, quoted) {
		switch part := part.(type) {
		case *syntax.DblQuoted:
			if quoted {
				out = append(out, part.Parts...)
				continue
			}
		case *syntax.SglQuoted:
			if quoted && !part.Dollar { // quotes within quotes are text
				out = append(out, s.held("'"+part.Value+"'", true, true))
				continue
			}
		case *syntax.Lit:
			if !quoted && strings.ContainsAny(part.Value, " \t\n") {
				out = append(out, s.held(unescape(part.Value), false, false))
				continue
			}
		}
		out = append(out, part)
	}
	return out
}

// edited is an expansion that changes the value: by a pattern, a slice or the case of letters.
func (s *shell) edited(p *syntax.ParamExp, quoted bool) syntax.WordPart {
	e := *p
	if e.Exp != nil && e.Exp.Word != nil {
		e.Exp = &syntax.Expansion{Op: e.Exp.Op, Word: s.prepare(e.Exp.Word)}
	}
	value := s.value(bare(p))
	if e.Repl != nil {
		with := ""
		if e.Repl.With != nil {
			with = s.literal(e.Repl.With)
		}
		if (len(value)+1)*(len(with)+1) > 4*maxValue && len(with) > 1 {
			s.o.stopf(s.at(p.Pos()), "the text would become longer than is simulated")
			return &syntax.Lit{}
		}
		e.Repl = &syntax.Replace{All: e.Repl.All, Orig: s.prepare(e.Repl.Orig), With: &syntax.Word{Parts: []syntax.WordPart{s.held(with, true, false)}}}
	}
	if len(value) > maxValue {
		s.o.stopf(s.at(p.Pos()), "the text is longer than is simulated")
		return &syntax.Lit{}
	}
	if f := s.editor(p, e.Repl); f != nil {
		return s.editedBy(f, p, value, quoted)
	}
	if isUnknown(value) && (changesCase(p) || marks(s.value(&e)) != marks(value)) {
		return s.held(value, false, quoted)
	}
	return &e
}

func changesCase(p *syntax.ParamExp) bool {
	if p.Exp == nil {
		return false
	}
	switch p.Exp.Op {
	case syntax.UpperFirst, syntax.UpperAll, syntax.LowerFirst, syntax.LowerAll, syntax.OtherParamOps:
		return true
	}
	return false
}

// marks counts the runes that stand around the names of unknown values.
func marks(text string) int {
	n := 0
	for _, r := range text {
		if isMark(r) {
			n++
		}
	}
	return n
}
