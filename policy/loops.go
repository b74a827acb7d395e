package policy

import (
	"cuelang.org/go/cue/ast"

	"policygen/internal/finding"
)

// fieldLoops returns where the outermost comprehension stands that makes a field, for the label of each field that one makes.
//
// CUE doesn't keep the order of a struct where comprehensions make fields of it. Sorting by labels would, but it would
// tear apart what one turn of a comprehension makes; sorting by this keeps the turns in CUE's order, which is theirs.
func fieldLoops(files []file) map[finding.Position]finding.Position {
	all := map[finding.Position]finding.Position{}
	var loops []finding.Position // of the fields at hand; the zero Position where no comprehension makes them
	items := map[ast.Node]bool{} // comprehensions that make items of a list, not fields
	before := func(n ast.Node) bool {
		outer := finding.Position{}
		if len(loops) > 0 {
			outer = loops[len(loops)-1]
		}
		switch n := n.(type) {
		case *ast.ListLit:
			for _, e := range n.Elts {
				items[e] = true
			}
			loops = append(loops, finding.Position{})
		case *ast.Comprehension:
			switch {
			case items[n]:
				outer = finding.Position{}
			case !outer.IsValid():
				outer = position(n.Pos())
			}
			loops = append(loops, outer)
		case *ast.Field:
			if outer.IsValid() {
				all[position(n.Pos())] = outer
			}
			loops = append(loops, finding.Position{})
		}
		return true
	}
	after := func(n ast.Node) {
		switch n.(type) {
		case *ast.ListLit, *ast.Comprehension, *ast.Field:
			loops = loops[:len(loops)-1]
		}
	}
	for _, f := range files {
		ast.Walk(f.tree, before, after)
	}
	return all
}
