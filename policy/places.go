package policy

import (
	"maps"
	"slices"
	"strconv"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"

	"policygen/internal/finding"
)

// A place is where one file of a policy says something about a path.
type place struct {
	file  int // the files are counted in the order in which they were given
	label finding.Position
	value finding.Position
	expr  ast.Expr
}

// plain reports whether the place holds a value as it is, without a computation.
func (p place) plain() bool {
	_, ok := p.expr.(*ast.BasicLit)
	return ok
}

// places are all places of a policy by path, in the order of the files.
// CUE knows them too, but it mixes the files and forgets labels when it unifies.
// What a policy computes (references, templates) has no place here.
type places struct {
	byPath map[string][]place
	own    int            // how many files, the first ones, are policygen's own
	rank   map[string]int // of the files, by name
	texts  map[string][]byte
	trees  map[string]*ast.File
}

func newPlaces(own, policy []file) *places {
	files := slices.Concat(own, policy)
	p := &places{
		byPath: map[string][]place{}, own: len(own), rank: map[string]int{},
		texts: map[string][]byte{}, trees: map[string]*ast.File{},
	}
	for i, f := range files {
		p.rank[f.Name], p.texts[f.Name], p.trees[f.Name] = i, f.Text, f.tree
		p.addDecls(i, "", f.tree.Decls)
	}
	return p
}

func (p *places) addDecls(file int, path string, decls []ast.Decl) {
	for _, d := range decls {
		switch d := d.(type) {
		case *ast.Field:
			p.addField(file, path, d)
		case *ast.EmbedDecl:
			p.addExpr(file, path, d.Expr)
		case *ast.Comprehension:
			p.addExpr(file, path, d.Value)
		}
	}
}

func (p *places) addField(file int, path string, d *ast.Field) {
	name := labelName(d)
	if name == "" || d.Constraint != token.ILLEGAL {
		return
	}
	path = join(path, name)
	p.byPath[path] = append(p.byPath[path], place{
		file: file, label: position(d.Label.Pos()), value: position(d.Value.Pos()), expr: d.Value,
	})
	p.addExpr(file, path, d.Value)
}

func (p *places) addExpr(file int, path string, e ast.Expr) {
	switch e := e.(type) {
	case *ast.StructLit:
		p.addDecls(file, path, e.Elts)
	case *ast.ParenExpr:
		p.addExpr(file, path, e.X)
	case *ast.BinaryExpr:
		if e.Op == token.AND {
			p.addExpr(file, path, e.X)
			p.addExpr(file, path, e.Y)
		}
	case *ast.ListLit:
		for i, element := range e.Elts {
			if _, ok := element.(*ast.Comprehension); ok {
				break // how many items come of it, and so which ones come after it, isn't said here
			}
			at := position(element.Pos())
			item := join(path, strconv.Itoa(i))
			p.byPath[item] = append(p.byPath[item], place{file: file, label: at, value: at, expr: element})
			p.addExpr(file, item, element)
		}
	}
}

// best returns the place that a message about the value of a path should name:
// of those in the policy's own files, if there are any, the first that states a plain value, else the first of all.
func (p *places) best(path string) (place, bool) {
	all := p.byPath[path]
	if i := slices.IndexFunc(all, func(at place) bool { return at.file >= p.own }); i > 0 {
		all = all[i:]
	}
	for _, at := range all {
		if at.plain() {
			return at, true
		}
	}
	if len(all) == 0 {
		return place{}, false
	}
	return all[0], true
}

// says reports whether one of the policy's files says something about the path.
func (p *places) says(path string) bool {
	return slices.ContainsFunc(p.byPath[path], func(at place) bool { return at.file >= p.own })
}

// policyFiles returns the names of the policy's own files.
func (p *places) policyFiles() []string {
	return slices.DeleteFunc(slices.Collect(maps.Keys(p.rank)), func(name string) bool { return p.rank[name] < p.own })
}

// isOwn reports whether the position is in one of policygen's own files.
func (p *places) isOwn(at finding.Position) bool { return p.rank[at.File] < p.own }

// source returns the expression as its file spells it, cut to a length that fits into a message.
func (p *places) source(e ast.Expr) string {
	from, to := e.Pos(), e.End()
	if !from.IsValid() || !to.IsValid() {
		return ""
	}
	text := p.texts[from.Filename()]
	if from.Offset() < 0 || to.Offset() > len(text) || from.Offset() >= to.Offset() {
		return ""
	}
	return abridge(string(text[from.Offset():to.Offset()]))
}

// compare orders positions by file, in the order in which the files were given, then by place.
func (p *places) compare(a, b finding.Position) int {
	if a.File != b.File {
		return p.rank[a.File] - p.rank[b.File]
	}
	return a.Compare(b)
}

// join returns the path of a field, as CUE spells it.
func join(path, name string) string {
	if !ast.IsValidIdent(name) && !isIndex(name) {
		name = strconv.Quote(name)
	}
	if path == "" {
		return name
	}
	return path + "." + name
}

func isIndex(name string) bool {
	_, err := strconv.ParseUint(name, 10, 32)
	return err == nil
}
