package policy

import (
	"fmt"
	"slices"
	"sync"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/errors"
	"github.com/Masterminds/semver/v3"

	"policygen"
	"policygen/internal/finding"
)

// Load reads, validates and resolves the policy that the sources make together with policygen's own facts.
//
// tool is the version of the running policygen, such as "0.3.0", which the policy's gate is held against;
// a pre-release counts as the release that it leads to.
//
// The error is a [finding.List] of everything that is wrong, in the order of its places, or an error
// about the call itself: a tool that is no version, no sources at all, or two of one name, which positions
// could not tell apart.
func Load(sources []Source, tool string) (*Policy, error) {
	return loader{facts: ownFacts(), limits: limits{time: evalLimit, memory: evalMemory}}.load(sources, tool)
}

// A loader is what Load needs besides its arguments.
type loader struct {
	facts  []Source // come first: what they state, no policy changes
	limits limits
}

func (l loader) load(sources []Source, tool string) (*Policy, error) {
	version, err := semver.NewVersion(tool)
	if err != nil {
		return nil, fmt.Errorf("the version %q of policygen: %w", tool, err)
	}
	if len(sources) == 0 {
		return nil, fmt.Errorf("a policy has at least one file")
	}
	if err := checkDistinct(sources, l.facts); err != nil {
		return nil, err
	}
	own := meanwhile(func() []file { return parsedOwn(l.facts) })
	schema := meanwhile(func() *shape { return parseSchema(policygen.Schema) })
	files, found := parse(sources)
	gates, unmet := takeGates(files, version)
	if len(unmet) > 0 {
		return nil, unmet.Sorted()
	}
	if len(found) > 0 {
		return nil, found.Sorted()
	}
	facts, whole := own(), finding.Position{File: sources[0].Name}
	tree, places, found := l.evaluate(facts, files, schema(), whole)
	if tree == nil {
		return nil, found.Sorted()
	}
	b := &builder{places: places, paths: map[finding.Position]string{}, found: found}
	p := b.policy(tree)
	p.Gate = joinGates(gates)
	p.index = newIndex(places, tree)
	for _, s := range sources {
		p.Sources = append(p.Sources, s.Name)
	}
	if len(b.found) == 0 {
		b.found = l.contents(p, facts, files, places, whole)
	}
	if len(b.found) > 0 {
		return nil, b.found.Sorted()
	}
	return p, nil
}

// parsedOwn parses policygen's own facts.
func parsedOwn(facts []Source) []file {
	files, found := parse(facts)
	if len(found) > 0 {
		panic(found.Error())
	}
	return files
}

// meanwhile begins some work and returns a function that waits for what comes of it.
func meanwhile[T any](work func() T) func() T {
	wait := sync.OnceValue(work)
	go wait()
	return wait
}

// checkDistinct refuses sources of one name.
func checkDistinct(sources, own []Source) error {
	first := map[string]int{}
	for i, s := range sources {
		if j, ok := first[s.Name]; ok {
			return fmt.Errorf("the policy's files %d and %d are both named %q; each needs a name of its own", j+1, i+1, s.Name)
		}
		first[s.Name] = i
		if slices.ContainsFunc(own, func(o Source) bool { return o.Name == s.Name }) {
			return fmt.Errorf("the policy's file %d is named %q, as policygen's own facts are; it needs another name", i+1, s.Name)
		}
	}
	return nil
}

// evaluate returns the policy as a tree of what fits the schema, and findings about what does not.
// There is no tree where nothing could be evaluated.
func (l loader) evaluate(facts, files []file, schema *shape, whole finding.Position) (*node, *places, finding.List) {
	places := newPlaces(facts, files)
	type result struct {
		tree  *node
		found finding.List
	}
	res, over := guarded(l.limits, whole, func() result {
		tree, found := evaluateTree(slices.Concat(facts, files), places, schema, whole)
		return result{tree, found}
	})
	return res.tree, places, append(onePerPlace(res.found), over...)
}

func evaluateTree(files []file, places *places, schema *shape, whole finding.Position) (*node, finding.List) {
	v, err := buildValue(files)
	if err == nil {
		err = v.Err()
	}
	dangles, found := danglingReferences(files, err)
	if len(found) > 0 {
		v, err = buildValue(files)
	}
	if err != nil && !v.Exists() {
		return nil, append(found, unreadable(err, whole)...)
	}
	r := &reader{places: places, whole: whole, dangles: dangles, open: true, found: found}
	if !places.says("policy") && !r.computed(v) {
		return nil, append(found, finding.Finding{Position: whole, Code: codeMissing, Path: "policy",
			Message: `the field "policy" is missing`, Help: "it holds the project's decision: policy: {...}"})
	}
	r.readHidden(v)
	schema.lookup(plansField).shape = &shape{kind: openKind} // policygen's own affair
	r.refusePlans(v)
	tree := r.read(v, schema, &node{pos: whole, label: whole})
	if tree.bad && len(r.found) == 0 {
		r.found = append(r.found, finding.Finding{Position: whole, Code: codeValue, Message: "no value comes out of this policy"})
	}
	return tree, r.found
}

// unreadable turns errors of CUE's compiler into findings.
func unreadable(err error, whole finding.Position) finding.List {
	var found finding.List
	for _, e := range errors.Errors(err) {
		f := finding.Finding{Position: position(e.Position()), Code: codeSyntax, Message: "this is not valid here: " + abridge(e.Error())}
		if !f.IsValid() {
			f.Position = whole
		}
		found = append(found, f)
	}
	return found
}

// onePerPlace keeps the first of the reader's findings about each field: what follows it there is the same mistake again.
func onePerPlace(found finding.List) finding.List {
	type key struct {
		at   finding.Position
		path string
	}
	seen := map[key]bool{}
	return slices.DeleteFunc(found, func(f finding.Finding) bool {
		k := key{f.Position, f.Path}
		dup := seen[k]
		seen[k] = true
		return dup
	})
}

// onePackage makes the file one of the policy's package, whatever package it names, so that references
// reach from file to file. Without a package clause they would not.
func onePackage(tree *ast.File) {
	tree.Decls = slices.DeleteFunc(tree.Decls, func(d ast.Decl) bool {
		_, ok := d.(*ast.Package)
		return ok
	})
	tree.Decls = slices.Insert(tree.Decls, 0, ast.Decl(&ast.Package{Name: ast.NewIdent("policy")}))
}
