package policy

import (
	"fmt"
	"slices"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/literal"

	"policygen/internal/finding"
)

// builtinPackages are the packages of CUE's standard library that compute from their arguments alone.
var builtinPackages = [...]string{
	"encoding/base64", "encoding/hex", "encoding/json", "list", "math", "math/bits", "path", "regexp",
	"strconv", "strings", "struct", "text/tabwriter", "time",
}

// loadingAttributes are the attributes that make the cue command load, inject or leave out something.
// Ignoring them here would give a policy two meanings.
var loadingAttributes = [...]string{"embed", "extern", "if", "ignore", "tag"}

// refusals finds what makes a policy depend on more than its own text.
func refusals(tree *ast.File) finding.List {
	var found finding.List
	ast.Walk(tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			found = append(found, refuseImport(n)...)
		case *ast.Attribute:
			found = append(found, refuseAttribute(n)...)
		}
		return true
	}, nil)
	return found
}

func refuseImport(n *ast.ImportSpec) finding.List {
	path, err := literal.Unquote(n.Path.Value)
	if err == nil && slices.Contains(builtinPackages[:], path) {
		return nil
	}
	help := "a policy is complete in itself; of CUE's standard library it may import " + strings.Join(builtinPackages[:], ", ")
	if near := nearest(path, builtinPackages[:]); near != "" {
		help = "did you mean " + quote(near) + "?"
	}
	return finding.List{{
		Position: position(n.Path.Pos()), Code: codeImport,
		Message: fmt.Sprintf("the import of %s is not allowed", quote(path)), Help: help,
	}}
}

func refuseAttribute(n *ast.Attribute) finding.List {
	name, _ := n.Split()
	if !slices.Contains(loadingAttributes[:], name) {
		return nil
	}
	return finding.List{{
		Position: position(n.Pos()), Code: codeImport,
		Message: fmt.Sprintf("@%s is not allowed", name),
		Help:    "a policy is complete in itself: write the values here, or give policygen a second policy file",
	}}
}
