package policy

import (
	"fmt"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/token"

	"policygen/internal/finding"
)

// danglingReferences reports the references to nothing among CUE's errors and makes them stand for any value,
// so that the rest of the policy can still be read. It returns where they stand.
func danglingReferences(files []file, err error) (map[finding.Position]bool, finding.List) {
	at := map[finding.Position]bool{}
	var found finding.List
	names := rootNames(files)
	for _, e := range errors.Errors(err) {
		if format, _ := e.Msg(); !strings.HasPrefix(format, "reference ") {
			continue
		}
		ident := identifierAt(files, e.Position())
		if ident == nil || at[position(e.Position())] {
			continue
		}
		at[position(e.Position())] = true
		found = append(found, finding.Finding{
			Position: position(e.Position()), Code: codeName,
			Message: fmt.Sprintf("%s does not exist", ident.Name), Help: danglingHelp(ident.Name, names),
		})
		ident.Name, ident.Node, ident.Scope = "_", nil, nil
	}
	return at, found
}

func danglingHelp(name string, names []string) string {
	if name == plansField {
		return "the line plans: _ beside the policy brings them in"
	}
	if near := nearest(name, names); near != "" {
		return "did you mean " + near + "?"
	}
	return fmt.Sprintf("text stands in quotes: %q", name)
}

// rootNames returns what a reference may name everywhere.
func rootNames(files []file) []string {
	var names []string
	for _, f := range files {
		for _, d := range f.tree.Decls {
			switch d := d.(type) {
			case *ast.Field:
				names = append(names, labelName(d))
			case *ast.LetClause:
				names = append(names, d.Ident.Name)
			}
		}
	}
	return names
}

func identifierAt(files []file, pos token.Pos) *ast.Ident {
	var found *ast.Ident
	for _, f := range files {
		if !pos.IsValid() || f.Name != pos.Filename() {
			continue
		}
		ast.Walk(f.tree, func(n ast.Node) bool {
			if ident, ok := n.(*ast.Ident); ok && ident.Pos() == pos {
				found = ident
			}
			return found == nil
		}, nil)
	}
	return found
}
