package policy

import (
	"slices"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"

	"policygen/internal/finding"
)

// contents evaluates the policy once more, now with its plans, and puts what the targets of its own say into the policy.
// Where no target has a content nothing is evaluated.
func (l loader) contents(p *Policy, facts, files []file, places *places, whole finding.Position) finding.List {
	own := slices.DeleteFunc(slices.Clone(p.Targets), func(t Target) bool { return t.Format == "" })
	if len(own) == 0 {
		return nil
	}
	if !refersToFacts(files) {
		facts = nil // they are most of what is to be evaluated
	}
	type result struct {
		contents map[string]Content
		found    finding.List
	}
	res, over := guarded(l.limits, whole, func() result {
		r := &reader{places: places, whole: whole, loops: fieldLoops(files)}
		contents := r.contents(slices.Concat(facts, files, []file{plansFile(p.plans)}), own)
		if len(r.found) == 0 {
			for _, t := range own {
				r.checkFormat(format(t.Format), contents[t.Name], contentNode(t, contents[t.Name].Pos))
			}
		}
		return result{contents, r.found}
	})
	for i, t := range p.Targets {
		p.Targets[i].Content = res.contents[t.Name]
	}
	return append(onePerLine(res.found), over...)
}

// onePerLine keeps the first finding at each position: what a comprehension repeats is one mistake.
func onePerLine(found finding.List) finding.List {
	seen := map[finding.Position]bool{}
	return slices.DeleteFunc(found, func(f finding.Finding) bool {
		dup := seen[f.Position]
		seen[f.Position] = true
		return dup
	})
}

// contents returns what targets with a content of their own say, by name. The files hold the plans.
func (r *reader) contents(files []file, targets []Target) map[string]Content {
	v, err := buildValue(files)
	if err != nil {
		r.found = unreadable(err, r.whole)
		return nil
	}
	all := map[string]Content{}
	for _, t := range targets {
		at := cue.MakePath(cue.Str("policy"), cue.Str("targets"), cue.Str(t.Name), cue.Str("content"))
		all[t.Name] = r.content(v.LookupPath(at), contentNode(t, t.Pos))
	}
	return all
}

// contentNode returns the place of a target's content.
func contentNode(t Target, pos finding.Position) *node {
	return &node{name: "content", path: join(join("policy.targets", t.Name), "content"), label: pos, pos: pos}
}

// refusePlans reports plans that a policy states itself.
func (r *reader) refusePlans(v cue.Value) {
	stated := v.LookupPath(cue.MakePath(cue.Str(plansField)))
	if !stated.Exists() || stated.IncompleteKind() == cue.TopKind {
		return
	}
	n := &node{name: plansField, path: plansField, label: r.whole, pos: r.whole}
	r.locate(stated, n)
	r.report(n, finding.Finding{Code: codeValue, Message: "plans are what the policy resolves to, so no policy states them", Help: "write plans: _"})
}

// refersToFacts reports whether anything in the files may read policy.facts: a reference of that name, one to the policy as a
// whole, or an alias, which is not followed.
func refersToFacts(files []file) bool {
	refers := false
	var look func(n ast.Node) bool
	look = func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Package:
			return false
		case *ast.Field:
			refers = refers || n.Alias != nil
			if labelName(n) != "" { // a name, no reference
				ast.Walk(n.Value, look, nil)
				_, aliased := n.Label.(*ast.Alias)
				refers = refers || aliased
				return false
			}
		case *ast.SelectorExpr:
			refers = refers || selected(n) == "facts"
			if x, ok := n.X.(*ast.Ident); !ok || x.Name != "policy" {
				ast.Walk(n.X, look, nil)
			}
			return false
		case *ast.Ident:
			refers = refers || n.Name == "policy" || n.Name == "facts" || n.Name == "self"
		case *ast.Alias:
			refers = true
		}
		return !refers
	}
	for _, f := range files {
		ast.Walk(f.tree, look, nil)
	}
	return refers
}

// selected returns the name that a selector selects.
func selected(n *ast.SelectorExpr) string {
	name, _, _ := ast.LabelName(n.Sel)
	return name
}
