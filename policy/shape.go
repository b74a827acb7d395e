package policy

import (
	"fmt"
	"slices"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/literal"
	"cuelang.org/go/cue/parser"
	"cuelang.org/go/cue/token"
)

// A shape is what schema.cue allows at one place of a policy.
//
// The schema is read as text, not as a CUE value, because messages need what evaluation throws away:
// the names of definitions and their doc comments. Only the few forms that the schema uses are known;
// any other panics, so that a new form can't be overlooked. That shapes and CUE agree is tested.
type shape struct {
	fields  []field  // of a struct, in the order of the schema
	names   *field   // of a struct whose fields the policy names; its name is empty
	label   *leaf    // what such names may be
	element *shape   // of a list
	filled  bool     // the list needs an element
	leaf    *leaf    // of a scalar
	kind    nodeKind // which of these it is
}

// A nodeKind tells structs, lists, scalars and what the schema leaves open apart.
type nodeKind int

const (
	scalarKind nodeKind = iota
	listKind
	structKind
	openKind // anything at all, however incomplete
)

// A field is one field of a struct's shape.
type field struct {
	name     string
	required bool
	doc      string // what the schema's comment says of it, on one line
	shape    *shape
}

// lookup returns the field of the name, which may be one that the policy chose, or nil.
func (s *shape) lookup(name string) *field {
	if i := slices.IndexFunc(s.fields, func(f field) bool { return f.name == name }); i >= 0 {
		return &s.fields[i]
	}
	return s.names
}

// fieldNames returns the names of the fields, in the order of the schema.
func (s *shape) fieldNames() []string {
	var names []string
	for _, f := range s.fields {
		names = append(names, f.name)
	}
	return names
}

// parseSchema returns the shape of a policy file.
func parseSchema(text string) *shape {
	file, err := parser.ParseFile("schema.cue", text, parser.ParseComments)
	if err != nil {
		panic(fmt.Sprintf("schema.cue: %v", err))
	}
	c := shapeCompiler{definitions: map[string]*ast.Field{}, done: map[string]*shape{}}
	var regular []ast.Decl
	for _, d := range file.Decls {
		f, ok := d.(*ast.Field)
		if name := labelName(f); ok && strings.HasPrefix(name, "#") {
			c.definitions[name] = f
		} else if ok {
			regular = append(regular, f)
		}
	}
	return c.structure(regular)
}

// A shapeCompiler turns expressions of the schema into shapes.
type shapeCompiler struct {
	definitions map[string]*ast.Field
	done        map[string]*shape
}

func (c *shapeCompiler) structure(decls []ast.Decl) *shape {
	s := &shape{kind: structKind}
	for _, d := range decls {
		switch d := d.(type) {
		case *ast.EmbedDecl:
			s.fields = append(s.fields, c.expression(d.Expr).fields...)
		case *ast.Field:
			c.addField(s, d)
		case *ast.CommentGroup:
		default:
			panic(fmt.Sprintf("schema.cue: a declaration of a form that is unknown here: %T", d))
		}
	}
	return s
}

func (c *shapeCompiler) addField(s *shape, d *ast.Field) {
	f := field{name: labelName(d), required: d.Constraint == token.NOT, doc: docOf(d), shape: c.expression(d.Value)}
	if list, ok := d.Label.(*ast.ListLit); ok {
		s.names, s.label = &f, c.expression(list.Elts[0]).leaf
		return
	}
	s.fields = append(s.fields, f)
}

func (c *shapeCompiler) expression(e ast.Expr) *shape {
	switch e := e.(type) {
	case *ast.Ident:
		return c.identifier(e.Name)
	case *ast.StructLit:
		return c.structure(e.Elts)
	case *ast.ListLit:
		return c.list(e)
	case *ast.BasicLit:
		return &shape{leaf: &leaf{kind: textLeaf, oneOf: []string{unquote(e)}}}
	case *ast.UnaryExpr:
		return &shape{leaf: boundLeaf(e)}
	case *ast.BinaryExpr:
		return c.binary(e)
	}
	panic(fmt.Sprintf("schema.cue: an expression of a form that is unknown here: %T", e))
}

func (c *shapeCompiler) identifier(name string) *shape {
	switch name {
	case "_":
		return &shape{kind: openKind}
	case "string":
		return &shape{leaf: &leaf{kind: textLeaf}}
	case "int":
		return &shape{leaf: &leaf{kind: wholeLeaf}}
	case "bool":
		return &shape{leaf: &leaf{kind: truthLeaf}}
	}
	if s := c.done[name]; s != nil {
		return s
	}
	d := c.definitions[name]
	if d == nil {
		panic("schema.cue: " + name + " is not defined")
	}
	s := c.expression(d.Value)
	if s.leaf != nil {
		s.leaf.words = predicate(docOf(d))
	}
	c.done[name] = s
	return s
}

func (c *shapeCompiler) list(e *ast.ListLit) *shape {
	s := &shape{kind: listKind, element: &shape{leaf: &leaf{kind: anyLeaf}}}
	for _, element := range e.Elts {
		if dots, ok := element.(*ast.Ellipsis); !ok {
			s.filled = true
		} else if dots.Type != nil {
			s.element = c.expression(dots.Type)
		}
	}
	return s
}

func (c *shapeCompiler) binary(e *ast.BinaryExpr) *shape {
	x, y := c.expression(e.X), c.expression(e.Y)
	switch {
	case e.Op == token.OR && x.leaf != nil && y.leaf != nil:
		return &shape{leaf: &leaf{kind: textLeaf, oneOf: slices.Concat(x.leaf.oneOf, y.leaf.oneOf)}}
	case e.Op == token.AND && x.leaf != nil && y.leaf != nil:
		return &shape{leaf: x.leaf.and(y.leaf)}
	case e.Op == token.AND && x.kind == listKind && y.kind == listKind && x.element.leaf != nil && x.element.leaf.kind == anyLeaf:
		return &shape{kind: listKind, filled: x.filled || y.filled, element: y.element}
	}
	panic("schema.cue: an operator of a form that is unknown here: " + e.Op.String())
}

// labelName returns the static name of a field, or "" where it has none.
func labelName(f *ast.Field) string {
	if f == nil {
		return ""
	}
	name, _, err := ast.LabelName(f.Label)
	if err != nil {
		return ""
	}
	return name
}

// unquote returns the text of a string literal of the schema.
func unquote(e *ast.BasicLit) string {
	text, err := literal.Unquote(e.Value)
	if err != nil {
		panic(fmt.Sprintf("schema.cue: %s: %v", e.Value, err))
	}
	return text
}

// docOf returns the comment above a field on one line.
func docOf(f *ast.Field) string {
	for _, group := range ast.Comments(f) {
		if group.Doc {
			return strings.Join(strings.Fields(group.Text()), " ")
		}
	}
	return ""
}

// predicate returns what the doc comment of a definition says that a value is:
// "a number with a unit" for "A Duration is a number with a unit.".
func predicate(doc string) string {
	_, what, _ := strings.Cut(doc, " is ")
	what, _, _ = strings.Cut(what, ": ")
	return strings.TrimSuffix(what, ".")
}
