package policy

import (
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/errors"

	"policygen"
	"policygen/internal/finding"
)

// content reads what a target says, which has no shape. Where the plans are not known yet (r.open), what waits for them is passed over, and contradictions are found all the same.
//
// What it reads has been evaluated, so the limits on that bound it.
func (r *reader) content(v cue.Value, n *node) Content {
	if d, ok := v.Default(); ok {
		v = d
	}
	r.locateContent(v, n)
	c := Content{Pos: n.pos}
	switch v.Kind() {
	case cue.BottomKind:
		r.noContent(v, n)
	case cue.StructKind:
		c.Fields = r.members(v, n)
	case cue.ListKind:
		c.Items = r.elements(v, n)
	default:
		c.Scalar = scalar(v)
	}
	return c
}

// locateContent finds where a piece of a content stands. What the plans or policygen's own facts say stands where the author refers to it.
func (r *reader) locateContent(v cue.Value, n *node) {
	label, pos := n.label, n.pos
	r.locate(v, n)
	if r.places.isOwn(n.pos) {
		n.label, n.pos = label, pos
	}
}

func (r *reader) members(v cue.Value, n *node) []Member {
	members := []Member{}
	iter, err := v.Fields()
	if err != nil {
		return members
	}
	for iter.Next() {
		name := iter.Selector().Unquoted()
		child := &node{name: name, path: join(n.path, name), label: n.label, pos: n.pos}
		c := r.content(iter.Value(), child)
		members = append(members, Member{Name: name, Pos: child.label, Content: c})
		n.bad = n.bad || child.bad
	}
	slices.SortStableFunc(members, func(a, b Member) int { return r.places.compare(r.turn(a.Pos), r.turn(b.Pos)) })
	return members
}

// turn returns where the field of a label is made: at its comprehension, or where it stands.
func (r *reader) turn(label finding.Position) finding.Position {
	if loop, ok := r.loops[label]; ok {
		return loop
	}
	return label
}

func (r *reader) elements(v cue.Value, n *node) []Content {
	items := []Content{}
	values, _ := listItems(v)
	for i, item := range values {
		name := strconv.Itoa(i)
		child := &node{name: name, path: join(n.path, name), label: n.label, pos: n.pos}
		items = append(items, r.content(item, child))
		n.bad = n.bad || child.bad
	}
	return items
}

// noContent reports a piece that has no value: because something in it is a contradiction, or because something is still open.
func (r *reader) noContent(v cue.Value, n *node) {
	before := len(r.found)
	if isBrokenList(v) {
		r.elements(v, n)
	} else {
		r.members(v, n)
	}
	switch incomplete := v.Validate() == nil; {
	case len(r.found) > before || n.bad:
	case !incomplete:
		r.contradiction(v, n)
	case !r.open:
		r.indefiniteContent(v, n)
	}
}

func (r *reader) indefiniteContent(v cue.Value, n *node) {
	for _, e := range errors.Errors(v.Err()) {
		if format, _ := e.Msg(); strings.HasPrefix(format, "field is required") {
			r.contradiction(v, n)
			return
		}
	}
	before := len(r.found)
	r.indefinite(v, "text, a number, true, false, null, a list or a struct", n)
	for i := range r.found[before:] {
		if f := &r.found[before+i]; f.Code == codeName {
			f.Help = r.absentHelp(v)
		}
	}
}

// absentHelp returns how to ask for a field of a plan that not every plan has, or nothing where v refers to something else.
func (r *reader) absentHelp(v cue.Value) string {
	plan := parseSchema(policygen.Schema).lookup(plansField).shape.element
	for _, e := range errors.Errors(v.Err()) {
		format, args := e.Msg()
		if !strings.HasPrefix(format, "undefined field") || len(args) != 1 {
			continue
		}
		if f := plan.lookup(fmt.Sprint(args[0])); f != nil && !f.required {
			return fmt.Sprintf("not every plan has it: ask for it first, as in if p.%s != _|_ {...}", f.name)
		}
	}
	return ""
}

// scalar returns a scalar as a [Content] holds it, bytes as they are and a number beyond all floats as an infinity. See checkFormat.
func scalar(v cue.Value) any {
	switch v.Kind() {
	case cue.StringKind:
		text, _ := v.String()
		return text
	case cue.BytesKind:
		bytes, _ := v.Bytes()
		return bytes
	case cue.BoolKind:
		truth, _ := v.Bool()
		return truth
	case cue.IntKind:
		return integer(v)
	case cue.FloatKind, cue.NumberKind:
		float, _ := v.Float64()
		return float
	}
	return nil // null
}

func integer(v cue.Value) any {
	if whole, err := v.Int64(); err == nil {
		return whole
	}
	large, err := v.Int(new(big.Int))
	if err != nil {
		panic(fmt.Sprintf("an integer that is none: %v", err))
	}
	return large
}
