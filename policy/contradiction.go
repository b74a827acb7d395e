package policy

import (
	"fmt"
	"slices"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/token"

	"policygen/internal/finding"
)

// contradiction reports a place that has no value because of what the policy itself says.
// CUE's own messages speak of unification and start from the wrong end, so only their kind and positions are used.
func (r *reader) contradiction(v cue.Value, n *node) {
	if n.path == "" && len(r.found) > 0 {
		n.bad = true // what has been reported comes up again at the root
		return
	}
	here, others := errorsAt(errors.Errors(v.Err()), v.Path())
	if len(here) == 0 {
		if r.elsewhere(others) {
			n.bad = true // reported at the place that this one refers to
			return
		}
		here = others
	}
	format, args := here[0].Msg()
	switch {
	case format == "%s" && len(args) == 1: // error("…") in a policy: its author's own words
		r.report(n, finding.Finding{Code: codeValue, Message: abridge(fmt.Sprint(args[0]))})
	case strings.HasPrefix(format, "structural cycle"):
		r.report(n, finding.Finding{Code: codeValue, Message: "this contains itself"})
	case strings.HasPrefix(format, "field is required"):
		r.report(n, finding.Finding{Code: codeMissing, Message: fmt.Sprintf("the field %q is missing: the policy itself asks for it", n.name)})
	case strings.HasPrefix(format, "field not allowed"):
		r.report(n, finding.Finding{Position: n.label, Code: codeConflict, Message: fmt.Sprintf("the policy itself closes this struct to the field %q", n.name)})
	case strings.HasPrefix(format, "undefined field") && len(args) == 1:
		r.report(n, finding.Finding{Code: codeName, Message: fmt.Sprintf("this refers to a field %v that does not exist", args[0])})
	case isConflict(format):
		r.conflict(here, n)
	default:
		r.report(n, finding.Finding{Code: codeValue, Message: "no value comes out of this expression" + arithmetic(format, args), Help: r.plansHelp(n)})
	}
}

// isConflict reports whether a message of CUE's says that two values exclude each other.
func isConflict(format string) bool {
	return slices.ContainsFunc([]string{
		"conflicting values", "invalid value", "incompatible list lengths", "%d errors in empty",
	}, func(start string) bool { return strings.HasPrefix(format, start) })
}

func arithmetic(format string, args []any) string {
	switch {
	case strings.HasPrefix(format, "failed arithmetic"):
		return ": " + fmt.Sprint(args...)
	case strings.HasPrefix(format, "index out of range") && len(args) == 2:
		return fmt.Sprintf(": there is no item %v in a list of %v", args[0], args[1])
	}
	return ""
}

// errorsAt splits errors by whether they are about the path itself.
func errorsAt(all []errors.Error, path cue.Path) (here, others []errors.Error) {
	var want []string
	for _, s := range path.Selectors() {
		if s.IsString() {
			want = append(want, s.Unquoted())
		} else {
			want = append(want, s.String())
		}
	}
	for _, e := range all {
		if slices.Equal(e.Path(), want) {
			here = append(here, e)
		} else {
			others = append(others, e)
		}
	}
	return here, others
}

// elsewhere reports whether all errors are about places that the reader visits on its own.
func (r *reader) elsewhere(all []errors.Error) bool {
	return !slices.ContainsFunc(all, func(e errors.Error) bool {
		path := ""
		for _, name := range e.Path() {
			path = join(path, name)
		}
		return len(r.places.byPath[path]) == 0 || !strings.HasPrefix(path, "policy.")
	})
}

// conflict reports values that exclude each other, at the one that came last.
func (r *reader) conflict(all []errors.Error, n *node) {
	at := r.conflicting(all, n)
	f := finding.Finding{Code: codeConflict, Message: "two statements about this contradict each other"}
	if len(at) > 0 {
		f.Position = at[0].value
	}
	if len(at) > 1 {
		f.Message = fmt.Sprintf("%s contradicts %s", r.places.source(at[0].expr), r.places.source(at[1].expr))
		for _, p := range at[1:] {
			f.Related = append(f.Related, finding.Related{
				Position: p.value, Message: r.places.source(p.expr) + " is stated here",
			})
		}
		f.Help = "keep one of the two"
		if at[0].value.File != at[1].value.File {
			f.Help = "a later file may narrow what an earlier one states, not change it"
		}
	}
	r.report(n, f)
}

// conflicting returns the expressions that take part in a conflict, the latest first.
func (r *reader) conflicting(all []errors.Error, n *node) []place {
	var at []place
	add := func(p place) {
		if !slices.ContainsFunc(at, func(q place) bool { return q.value == p.value }) {
			at = append(at, p)
		}
	}
	for _, e := range all {
		for _, pos := range append(e.InputPositions(), e.Position()) {
			if expr := r.places.expression(pos); expr != nil {
				add(place{value: position(pos), expr: expr})
			}
		}
	}
	if len(at) < 2 {
		for _, p := range r.places.byPath[n.path] {
			add(p)
		}
	}
	if scalars := slices.DeleteFunc(slices.Clone(at), isBlock); len(scalars) > 1 {
		at = scalars // what a block around them says as a whole only repeats them
	}
	slices.SortStableFunc(at, func(a, b place) int {
		if byFile := r.places.rank[b.value.File] - r.places.rank[a.value.File]; byFile != 0 {
			return byFile
		}
		return b.value.Compare(a.value)
	})
	return at
}

func isBlock(p place) bool {
	switch p.expr.(type) {
	case *ast.StructLit, *ast.Comprehension:
		return true
	}
	return false
}

// expression returns the widest operand that starts at a position, or nil.
func (p *places) expression(pos token.Pos) ast.Expr {
	if !pos.IsValid() {
		return nil
	}
	tree := p.trees[pos.Filename()]
	if tree == nil {
		return nil
	}
	var found ast.Expr
	ast.Walk(tree, func(n ast.Node) bool {
		if found != nil {
			return false
		}
		e, ok := n.(ast.Expr)
		if b, isBinary := n.(*ast.BinaryExpr); isBinary && (b.Op == token.AND || b.Op == token.OR) {
			return true
		}
		if ok && e.Pos() == pos {
			found = e
		}
		return found == nil
	}, nil)
	return found
}
