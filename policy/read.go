package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/errors"

	"policygen/internal/finding"
)

// A node is one place of an evaluated policy that fits its shape.
type node struct {
	name   string
	path   string
	label  finding.Position
	pos    finding.Position
	value  any     // a string, int64 or bool; nil for a struct or list
	fields []*node // of a struct, in the order in which the policy names them
	items  []*node // of a list
	bad    bool    // a finding speaks of this place or of one below
}

// get returns the field of a struct by the path to it, or nil.
func (n *node) get(names ...string) *node {
	for _, name := range names {
		if n == nil {
			return nil
		}
		i := slices.IndexFunc(n.fields, func(f *node) bool { return f.name == name })
		if i < 0 {
			return nil
		}
		n = n.fields[i]
	}
	return n
}

// A reader holds a CUE value against a shape, place by place, so that no mistake hides another.
// It never leaves the shape, which is finite, so that it ends whatever the value is.
type reader struct {
	places  *places
	whole   finding.Position                      // the policy as such
	dangles map[finding.Position]bool             // references to nothing, which have been reported
	open    bool                                  // what a content refers to is not known yet
	loops   map[finding.Position]finding.Position // see fieldLoops; nil where the order of a content doesn't matter
	found   finding.List
}

func (r *reader) report(n *node, f finding.Finding) {
	n.bad = true
	f.Path = n.path
	if !f.IsValid() {
		f.Position = n.pos
	}
	r.found = append(r.found, f)
}

// computed reports whether a policy makes its content without a literal field of that name.
func (r *reader) computed(root cue.Value) bool {
	return root.LookupPath(cue.ParsePath("policy.defaults")).Exists()
}

// read returns the value as a node. at is where the value stands if the policy doesn't say so itself.
func (r *reader) read(v cue.Value, s *shape, n *node) *node {
	if d, ok := v.Default(); ok {
		v = d
	}
	r.locate(v, n)
	before := len(r.found)
	switch s.kind {
	case structKind:
		r.readStruct(v, s, n)
	case listKind:
		r.readList(v, s, n)
	case scalarKind:
		r.readScalar(v, s.leaf, n)
	case openKind:
		r.content(v, n)
		return n
	}
	if len(r.found) == before && !n.bad && v.Err() != nil {
		r.contradiction(v, n)
	}
	n.bad = n.bad || len(r.found) > before
	return n
}

// locate finds where the value stands. A place that the policy computes takes the position of what it was computed from.
func (r *reader) locate(v cue.Value, n *node) {
	if at, ok := r.places.best(n.path); ok {
		n.label, n.pos = at.label, at.value
		return
	}
	outer := n.pos
	if n.pos = position(v.Pos()); !n.pos.IsValid() {
		n.pos = outer
	}
	n.label = n.pos
}

func (r *reader) readStruct(v cue.Value, s *shape, n *node) {
	if isBrokenList(v) {
		r.report(n, finding.Finding{Code: codeValue, Message: "a list is not allowed: it must be " + blockWords(s)})
		return
	}
	if iter, err := v.Fields(); err == nil && (v.Kind() != cue.BottomKind || v.Err() != nil) {
		for iter.Next() {
			r.readField(iter.Value(), iter.Selector().Unquoted(), s, n)
		}
	} else if !r.isAnything(v, n) {
		r.wrongKind(v, s, n)
		return
	}
	slices.SortStableFunc(n.fields, func(a, b *node) int { return r.places.compare(a.label, b.label) })
	for _, f := range s.fields {
		if f.required && n.get(f.name) == nil {
			r.missing(f, n)
		}
	}
}

// isBrokenList reports whether the value is a list with a wrong item. CUE would iterate over it as over a struct.
func isBrokenList(v cue.Value) bool {
	return v.Kind() == cue.BottomKind && v.LookupPath(cue.MakePath(cue.Index(0))).Exists()
}

// readHidden finds contradictions in what stands beside the policy: hidden fields and definitions.
func (r *reader) readHidden(root cue.Value) {
	iter, err := root.Fields(cue.Hidden(true), cue.Definitions(true))
	if err != nil {
		return
	}
	for iter.Next() {
		sel, v := iter.Selector(), iter.Value()
		if v.Err() == nil || sel.LabelType() == cue.StringLabel {
			continue
		}
		n := &node{name: sel.String(), path: sel.String(), pos: r.whole}
		r.locate(v, n)
		r.contradiction(v, n)
	}
}

func (r *reader) readField(v cue.Value, name string, s *shape, n *node) {
	child := &node{name: name, path: join(n.path, name), label: n.label, pos: n.pos}
	f := s.lookup(name)
	if f == nil {
		r.locate(v, child)
		r.unknown(s, child)
		return
	}
	if f == s.names && !s.label.admits(name) {
		r.locate(v, child)
		r.badName(s, child)
	}
	n.fields = append(n.fields, r.read(v, f.shape, child))
	n.bad = n.bad || child.bad
}

func (r *reader) readList(v cue.Value, s *shape, n *node) {
	items, ok := listItems(v)
	if !ok && !r.isAnything(v, n) {
		r.wrongKind(v, s, n)
		return
	}
	for i, item := range items {
		name := strconv.Itoa(i)
		at := &node{name: name, path: join(n.path, name), label: n.pos, pos: n.pos}
		n.items = append(n.items, r.read(item, s.element, at))
		n.bad = n.bad || at.bad
	}
	if s.filled && len(n.items) == 0 {
		r.report(n, finding.Finding{Code: codeValue, Message: "the list is empty; it must have at least one item"})
	}
}

// isAnything reports whether the policy leaves a place open with _, which makes an empty struct or list of it.
func (r *reader) isAnything(v cue.Value, n *node) bool {
	return v.Err() == nil && v.IncompleteKind() == cue.TopKind && !r.dangles[n.pos]
}

// listItems returns the items of a list, also of one that CUE does not iterate over because an item is wrong.
func listItems(v cue.Value) (items []cue.Value, ok bool) {
	if iter, err := v.List(); err == nil {
		for iter.Next() {
			items = append(items, iter.Value())
		}
		return items, true
	}
	for {
		item := v.LookupPath(cue.MakePath(cue.Index(len(items))))
		if !item.Exists() {
			return items, len(items) > 0
		}
		items = append(items, item)
	}
}

func (r *reader) readScalar(v cue.Value, s *leaf, n *node) {
	switch v.Kind() {
	case cue.StringKind:
		n.value, _ = v.String()
	case cue.BoolKind:
		n.value, _ = v.Bool()
	case cue.IntKind:
		if whole, err := v.Int64(); err == nil {
			n.value = whole
		}
	case cue.BottomKind:
		if v.Err() == nil {
			r.indefinite(v, s.String(), n)
		}
		return
	}
	if n.value == nil || !s.admits(n.value) {
		r.notAllowed(v, s, n)
	}
}

func (r *reader) notAllowed(v cue.Value, s *leaf, n *node) {
	f := finding.Finding{Code: codeValue, Message: fmt.Sprintf("%s is not allowed: it must be %s", r.given(v, n), s)}
	if text, ok := n.value.(string); ok {
		if near := nearest(text, s.oneOf); near != "" {
			f.Help = "did you mean " + quote(near) + "?"
		}
	}
	n.value = nil
	r.report(n, f)
}

// wrongKind reports a value that is neither the struct nor the list that it must be.
func (r *reader) wrongKind(v cue.Value, s *shape, n *node) {
	if v.Err() != nil {
		return // a contradiction, which read reports
	}
	must := "a list in brackets"
	if s.kind == structKind {
		must = blockWords(s)
	}
	if !v.IsConcrete() && v.Kind() == cue.BottomKind {
		r.indefinite(v, must, n)
		return
	}
	f := finding.Finding{Code: codeValue, Message: fmt.Sprintf("%s is not allowed: it must be %s", r.given(v, n), must)}
	f.Help = wrapped(v, s)
	r.report(n, f)
}

// blockWords says what a struct of the shape is.
func blockWords(s *shape) string {
	if len(s.fields) == 0 {
		return "a block in braces"
	}
	return "a block in braces with fields such as " + s.fields[0].name
}

// wrapped says how to write a bare value that fits into the list or struct that must be there, or nothing.
func wrapped(v cue.Value, s *shape) string {
	if text, err := v.String(); err == nil && s.kind == listKind {
		return fmt.Sprintf("write [%s]", quote(text))
	}
	whole, err := v.Int64()
	for _, f := range s.fields {
		if err == nil && f.shape.leaf != nil && f.shape.leaf.admits(whole) {
			return fmt.Sprintf("write {%s: %d}", f.name, whole)
		}
	}
	return ""
}

// indefinite reports a place that the policy bounds but gives no value.
func (r *reader) indefinite(v cue.Value, must string, n *node) {
	if r.dangles[n.pos] {
		n.bad = true
		return
	}
	for _, e := range errors.Errors(v.Validate(cue.Concrete(true))) {
		format, args := e.Msg()
		switch {
		case strings.HasPrefix(format, "undefined field") && len(args) == 1:
			r.report(n, finding.Finding{Code: codeName, Message: fmt.Sprintf("this refers to a field %v that does not exist", args[0])})
			return
		case isConflict(format):
			n.bad = true // the contradiction is where this place refers to, and is reported there
			return
		}
	}
	r.report(n, finding.Finding{Code: codeMissing, Message: "this has no definite value yet", Help: cmp.Or(r.plansHelp(n), "it must be "+must)})
}

// plansHelp says so where a place other than a content refers to the plans, which are made of it.
func (r *reader) plansHelp(n *node) string {
	at, ok := r.places.best(n.path)
	if !ok || !r.open {
		return ""
	}
	refers := false
	ast.Walk(at.expr, func(x ast.Node) bool {
		ident, ok := x.(*ast.Ident)
		refers = refers || ok && ident.Name == plansField
		return !refers
	}, nil)
	if !refers {
		return ""
	}
	return "only the content of a target can refer to plans, since all else decides what they are"
}

// given says what stands at a place, in the author's own spelling where possible.
func (r *reader) given(v cue.Value, n *node) string {
	switch v.Kind() {
	case cue.StructKind:
		return "a struct"
	case cue.ListKind:
		return "a list"
	case cue.StringKind:
		text, _ := v.String()
		return quote(text)
	}
	if at, ok := r.places.best(n.path); ok && at.plain() {
		return r.places.source(at.expr)
	}
	if whole, err := v.Int64(); err == nil {
		return strconv.FormatInt(whole, 10)
	}
	return "this value"
}

func (r *reader) unknown(s *shape, n *node) {
	r.report(n, finding.Finding{
		Position: n.label, Code: codeUnknown, Message: fmt.Sprintf("unknown field %s", quote(n.name)),
		Help: didYouMean(n.name, s.fieldNames()),
	})
}

func (r *reader) badName(s *shape, n *node) {
	f := finding.Finding{
		Position: n.label, Code: codeValue,
		Message: fmt.Sprintf("the name %s is not allowed: it must be %s", quote(n.name), s.label),
	}
	if lower := strings.ToLower(strings.ReplaceAll(n.name, "_", "-")); s.label.admits(lower) {
		f.Help = "did you mean " + quote(lower) + "?"
	}
	r.report(n, f)
}

// missing reports a field that is not there, at the struct that it is not in.
func (r *reader) missing(f field, n *node) {
	n.bad = true
	at := n.label
	if r.places.isOwn(at) {
		at = r.whole
	}
	r.found = append(r.found, finding.Finding{
		Position: at, Code: codeMissing, Path: join(n.path, f.name),
		Message: fmt.Sprintf("the field %q is missing", f.name), Help: strings.TrimSuffix(f.doc, "."),
	})
}
