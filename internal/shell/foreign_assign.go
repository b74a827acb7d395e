package shell

import (
	"slices"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"

	"policygen/internal/finding"
)

// assign does an assignment.
func (s *shell) assign(as *syntax.Assign) {
	s.problemErr(s.setAssigned(as, func(name string, v variable) error { return s.set(name, v) }, expand.Unknown))
}

// setAssigned works an assignment out and gives its result to set. kind is what declare said of the variable.
func (s *shell) setAssigned(as *syntax.Assign, set func(string, variable) error, kind expand.ValueKind) error {
	name := s.target(as.Name.Value)
	old, _ := s.lookup(name)
	if kind == expand.Unknown {
		kind = old.Kind
	}
	switch {
	case as.Array != nil:
		return set(name, s.array(as, old, kind))
	case as.Index != nil || as.Value != nil && kind == expand.Indexed:
		return set(name, s.element(as, old, kind))
	}
	value := s.literal(as.Value)
	var origins []finding.Position
	if as.Value != nil {
		origins = []finding.Position{s.originOf(as.Value)}
	}
	if as.Append {
		value, origins = old.String()+value, nil
		if len(value) > maxValue {
			s.o.stopf(s.at(as.Pos()), "the value of %s becomes longer than %d bytes", name, maxValue)
			return s.o.stop
		}
	}
	v := variable{text(value), origins}
	v.Exported = old.Exported
	if kind == expand.NameRef {
		v.Kind = expand.NameRef
	}
	return set(name, v)
}

// originOf is where a value comes from: where the variable it is copied from got it, or the word itself.
func (s *shell) originOf(w *syntax.Word) finding.Position {
	if origins := s.origins(w); len(origins) == 1 && isCopy(w) {
		return origins[0]
	}
	return s.at(w.Pos())
}

// isCopy reports whether a word is an expansion and nothing else.
func isCopy(w *syntax.Word) bool {
	if len(w.Parts) != 1 {
		return false
	}
	if q, ok := w.Parts[0].(*syntax.DblQuoted); ok {
		return len(q.Parts) == 1
	}
	return true
}

// array is the value of NAME=(...) or NAME+=(...).
func (s *shell) array(as *syntax.Assign, old variable, kind expand.ValueKind) variable {
	if kind == expand.Associative {
		return s.dictionary(as, old)
	}
	v := variable{Variable: list()}
	v.Exported = old.Exported
	if as.Append {
		switch old.Kind {
		case expand.Indexed:
			v.List, v.Indexes, v.origins = slices.Clone(old.List), slices.Clone(old.Indexes), slices.Clone(old.origins)
		case expand.String:
			if old.IsSet() {
				v.List, v.origins = []string{old.Str}, slices.Clone(old.origins)
			}
		}
	}
	for len(v.origins) < len(v.List) {
		v.origins = append(v.origins, finding.Position{})
	}
	for _, elem := range as.Array.Elems {
		if elem.Index != nil {
			v.List, v.Indexes = with(v.List, v.Indexes, max(0, s.arithm(elem.Index)), s.literal(elem.Value))
			v.origins = nil
			continue
		}
		next := nextIndex(v.Variable)
		for _, w := range s.words([]*syntax.Word{elem.Value}) {
			if v.Indexes != nil {
				v.Indexes = append(v.Indexes, next)
				next++
			}
			v.List, v.origins = append(v.List, w.Text), append(v.origins, origin(w))
		}
	}
	if v.List == nil {
		v.List = []string{}
	}
	if len(v.origins) != len(v.List) {
		v.origins = nil
	}
	return v
}

func nextIndex(v expand.Variable) int {
	if n := len(v.Indexes); n > 0 {
		return v.Indexes[n-1] + 1
	}
	return len(v.List)
}

// dictionary is the value of an associative array.
func (s *shell) dictionary(as *syntax.Assign, old variable) variable {
	m := map[string]string{}
	if as.Append {
		for k, value := range old.Map {
			m[k] = value
		}
	}
	for _, elem := range as.Array.Elems {
		if w, ok := elem.Index.(*syntax.Word); ok {
			m[s.literal(w)] = s.literal(elem.Value)
		}
	}
	v := variable{Variable: expand.Variable{Set: true, Kind: expand.Associative, Map: m}}
	v.Exported = old.Exported
	return v
}

// element is an array with NAME[i]=value done.
func (s *shell) element(as *syntax.Assign, old variable, kind expand.ValueKind) variable {
	value := s.literal(as.Value)
	if kind == expand.Associative {
		m := map[string]string{}
		for k, item := range old.Map {
			m[k] = item
		}
		key := s.key(as.Index)
		if as.Append {
			value = m[key] + value
		}
		m[key] = value
		v := variable{Variable: expand.Variable{Set: true, Kind: expand.Associative, Map: m}}
		v.Exported = old.Exported
		return v
	}
	items, indexes := old.List, old.Indexes
	if old.Kind == expand.String && old.IsSet() {
		items = []string{old.Str}
	}
	index := 0
	if as.Index != nil {
		index = s.arithm(as.Index)
	}
	if index < 0 {
		index += nextIndex(expand.Variable{List: items, Indexes: indexes})
	}
	if at, ok := slices.BinarySearch(indexesOf(items, indexes), index); ok && as.Append {
		value = items[at] + value
	}
	items, indexes = with(items, indexes, max(0, index), value)
	v := variable{Variable: list(items...)}
	v.Indexes, v.Exported = indexes, old.Exported
	return v
}

// key is the key of an element of an associative array.
func (s *shell) key(x syntax.ArithmExpr) string {
	if w, ok := x.(*syntax.Word); ok {
		return s.literal(w)
	}
	return s.source(x)
}

func (d *declaration) assign(as *syntax.Assign) {
	if d.function || d.query {
		return
	}
	d.s.problemErr(d.s.setAssigned(as, d.put, d.kind))
}
