package shell

import (
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// declare runs export, local, declare, typeset, readonly and nameref.
func (s *shell) declare(c *syntax.DeclClause) {
	d := declaration{s: s, local: c.Variant.Value == "local" || c.Variant.Value != "export" && c.Variant.Value != "readonly" && s.calling > 0}
	switch c.Variant.Value {
	case "export":
		d.export = 1
	case "readonly":
		d.readonly = true
	case "nameref":
		d.kind = expand.NameRef
	}
	s.failed = false
	hidden := s.hidden
	if hidden == "" {
		s.hidden = c.Variant.Value + " hides it"
	}
	for _, as := range c.Args {
		d.argument(as)
	}
	s.hidden = hidden
	s.status = oneIf(s.failed)
}

// A declaration is the options of declare and its like.
type declaration struct {
	s               *shell
	local, readonly bool
	export          int // 1: export, -1: do not
	kind            expand.ValueKind
	query           bool
	function        bool
}

func (d *declaration) argument(as *syntax.Assign) {
	if as.Name != nil && !as.Naked {
		d.assign(as)
		return
	}
	if as.Name != nil && (as.Index != nil || syntax.ValidName(as.Name.Value)) {
		d.naked(as.Name.Value)
		return
	}
	var w *syntax.Word
	if as.Value != nil {
		w = as.Value
	} else if as.Name != nil {
		w = &syntax.Word{Parts: []syntax.WordPart{as.Name}}
	}
	if w == nil {
		return
	}
	for _, field := range d.s.words([]*syntax.Word{w}) {
		d.field(field)
	}
}

// field is an option, NAME or NAME=VALUE that came out of an expansion.
func (d *declaration) field(field Word) {
	if len(field.Text) > 1 && (field.Text[0] == '-' || field.Text[0] == '+') {
		d.options(field.Text)
		return
	}
	name, value, ok := strings.Cut(field.Text, "=")
	name, appends := strings.CutSuffix(name, "+")
	switch {
	case !syntax.ValidName(name):
		if !isUnknown(name) {
			d.s.failed = true
		}
	case !ok:
		d.naked(name)
	default:
		lit := &syntax.Word{Parts: []syntax.WordPart{d.s.held(value, true, false)}}
		d.assign(&syntax.Assign{Name: &syntax.Lit{Value: name}, Value: lit, Append: appends})
	}
}

func (d *declaration) options(field string) {
	for _, c := range field[1:] {
		switch c {
		case 'x':
			d.export = 1
			if field[0] == '+' {
				d.export = -1
			}
		case 'n':
			if d.export == 1 { // export -n
				d.export = -1
			} else {
				d.kind = expand.NameRef
			}
		case 'r':
			d.readonly = true
		case 'a':
			d.kind = expand.Indexed
		case 'A':
			d.kind = expand.Associative
		case 'g':
			d.local = false
		case 'f', 'F':
			d.function = true
		case 'p':
			d.query = true
		}
	}
}

func (d *declaration) scope(name string) *scope {
	if d.local && d.s.calling > 0 {
		return d.s.vars
	}
	if sc := d.s.vars.find(name); sc != nil {
		return sc
	}
	sc := d.s.vars
	for sc.parent != nil {
		sc = sc.parent
	}
	return sc
}

func (d *declaration) put(name string, v variable) error {
	sc := d.scope(name)
	if old, ok := sc.vars[name]; ok && old.ReadOnly {
		d.s.failed = true
		return nil
	}
	v.Exported = v.Exported && d.export >= 0 || d.export > 0
	v.ReadOnly = d.readonly
	if d.export < 0 {
		delete(sc.vars, name)
	}
	return d.s.setIn(sc, name, v)
}

// naked declares a name without a value.
func (d *declaration) naked(name string) {
	s := d.s
	if d.function || d.query {
		_, isFunc := s.funcs[name]
		_, isVar := s.lookup(name)
		if d.function && !isFunc || d.query && !d.function && !isVar {
			s.failed = true
		}
		return
	}
	sc := d.scope(name)
	v, ok := sc.vars[name]
	if !ok {
		v.Kind = d.kind
		if d.local {
			if outer, found := s.lookup(name); found {
				v.Exported = outer.Exported
			}
		}
	}
	v.Exported = v.Exported && d.export >= 0 || d.export > 0
	v.ReadOnly = v.ReadOnly || d.readonly
	if d.kind == expand.Associative {
		v.Kind = d.kind
	}
	sc.vars[name] = v
}
