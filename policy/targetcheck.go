package policy

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"policygen/internal/finding"
)

// The kinds of targets that checks speak of. See #Target in schema.cue.
const (
	wrapperKind     = "wrapper"
	docsKind        = "docs"
	githubKind      = "github"
	constraintsKind = "constraints"
	pytestKind      = "pytest"
)

// markdownSuffixes are those of files whose markers are Markdown's comments.
var markdownSuffixes = [...]string{".md", ".markdown"}

// checkTarget finds fields of a target that don't go together or that its file can't have.
func (b *builder) checkTarget(n *node, t Target, p *Policy) {
	if n.bad || !b.saysWhat(n, t) {
		return
	}
	if at := n.get("executable"); at != nil && format(t.Format) != textFormat {
		b.badTarget(at, "only a target of format \"text\" can be executable", "remove the field")
	}
	if at := n.get("comment"); at != nil && format(t.Format) != textFormat {
		b.badTarget(at, "only of a target of format \"text\" policygen has to be told how a comment begins", "remove the field")
	}
	if at := n.get("backend"); at != nil && t.Kind != constraintsKind {
		b.badTarget(at, "only a target of kind \"constraints\" can be limited to a backend", "remove the field")
	} else if names := backendNames(p); at != nil && !slices.Contains(names, t.Backend) {
		b.unknownName(at.pos, at.path, "backend", t.Backend, names)
	}
	b.checkBlocks(n, t)
	switch t.Kind {
	case pytestKind:
		b.checkPytestFile(n, t)
	case constraintsKind:
		b.checkCommonRanges(n, t, p)
	}
	if t.forCI() {
		b.checkCITarget(n, t, p)
		b.checkCIPlace(n, t, p)
	}
}

// saysWhat reports whether the target has either a kind or a format and a content, and reports a finding where it doesn't.
func (b *builder) saysWhat(n *node, t Target) bool {
	kind, format, content := n.get("kind"), n.get("format"), n.get("content")
	own := format
	if own == nil {
		own = content
	}
	switch {
	case kind != nil && own == nil, kind == nil && format != nil && content != nil:
		return true
	case kind != nil:
		b.badTarget(own, fmt.Sprintf("a target of kind %s has no %s of its own", quote(t.Kind), own.name), "keep one of the two",
			finding.Related{Position: kind.pos, Message: "the kind stands here"})
	case own == nil:
		b.lacks(n, "kind", "a target has one, or a format and a content of its own", `write kind: "wrapper", say`)
	case format == nil:
		b.lacks(n, "format", "a target with a content has one", `write format: "yaml", "json", "toml" or "text"`)
	default:
		b.lacks(n, "content", "a target with a format has one", "write content: and what the file says")
	}
	return false
}

func (b *builder) lacks(n *node, name, why, help string) {
	b.report(finding.Finding{Position: n.label, Code: codeMissing, Path: join(n.path, name),
		Message: fmt.Sprintf("the field %q is missing: %s", name, why), Help: help})
}

func (b *builder) checkBlocks(n *node, t Target) {
	at := n.get("blocks")
	if at == nil {
		return
	}
	known := BlocksOf(t.Kind)
	if known == nil {
		b.badTarget(at, "only a target of kind \"docs\" or \"pytest\" can be a part of somebody's own file", "remove the field")
		return
	}
	first := map[string]finding.Position{}
	for _, s := range b.texts(at, "") {
		before, twice := first[s.Value]
		switch {
		case !slices.Contains(known, s.Value):
			b.unknownName(s.Pos, b.paths[s.Pos], "block", s.Value, known)
		case twice:
			b.report(finding.Finding{Position: s.Pos, Code: codeTarget, Path: b.paths[s.Pos], Message: fmt.Sprintf("block %s is named twice", quote(s.Value)),
				Help: "keep one of the two", Related: []finding.Related{{Position: before, Message: "the other one"}}})
		default:
			first[s.Value] = s.Pos
		}
	}
	if suffix := strings.ToLower(path.Ext(t.Path)); t.Kind == docsKind && !slices.Contains(markdownSuffixes[:], suffix) {
		b.badTarget(n.get("path"), quote(t.Path)+" is not Markdown, and only there blocks of kind \"docs\" can stand", "name a file that ends in .md or .markdown")
	}
}

func (b *builder) checkPytestFile(n *node, t Target) {
	base := path.Base(t.Path)
	switch f, ok := PytestFileOf(t.Path); {
	case !ok:
		var names []string
		for _, f := range pytestFiles {
			names = append(names, f.name)
		}
		b.badTarget(n.get("path"), "pytest reads no configuration from a file of the name "+quote(base), didYouMean(base, names))
	case f.shared && len(t.Blocks) == 0:
		b.badTarget(n.get("path"), fmt.Sprintf("%s holds more than the configuration of pytest, so not all of it can be policygen's", quote(base)),
			`write blocks: ["pytest"] beside it`)
	}
}

// checkCITarget finds what a target that is rendered from ci needs and the policy doesn't have.
func (b *builder) checkCITarget(n *node, t Target, p *Policy) {
	if p.CI == nil {
		b.badTarget(n.get("kind"), fmt.Sprintf("a target of kind %s is rendered from ci, and the policy has none", quote(t.Kind)),
			`say how CI runs the suite, such as ci: {python: ["3.13"], setup: ["python -m pip install ."]}`)
	}
	if !slices.ContainsFunc(p.Targets, func(u Target) bool { return u.Kind == wrapperKind }) {
		b.badTarget(n.get("kind"), fmt.Sprintf("a target of kind %s calls the wrapper, and the policy renders none", quote(t.Kind)),
			`add one, such as targets: wrapper: {kind: "wrapper", path: "tests/run_all_tests.sh"}`)
	}
}

// checkCIPlace finds a path that the service doesn't look at, and a second file that would run all jobs once more.
func (b *builder) checkCIPlace(n *node, t Target, p *Policy) {
	if s, _ := serviceOf(t.Kind); !s.place.MatchString(t.Path) {
		b.badTarget(n.get("path"), fmt.Sprintf("%s is not where a file of kind %s can stand", quote(t.Path), quote(t.Kind)), fmt.Sprintf("name a path such as %s", quote(s.example)))
	}
	if i := slices.IndexFunc(p.Targets, func(u Target) bool { return u.Kind == t.Kind }); p.Targets[i].Name != t.Name {
		b.badTarget(n.get("kind"), fmt.Sprintf("target %s has the kind %s already, and a second one would run all jobs twice", quote(p.Targets[i].Name), quote(t.Kind)),
			"remove one of the two", finding.Related{Position: p.Targets[i].Pos, Message: "the other one"})
	}
}

// checkCommonRanges finds packages of which no version fits all that a constraints file speaks for. "python" is no package of pip's.
func (b *builder) checkCommonRanges(n *node, t Target, p *Policy) {
	type statement struct {
		pkg, text string
		pos       finding.Position
	}
	seen := map[statement]bool{}
	bounds := map[string][]Bound{}
	for _, plan := range p.plans {
		if t.Backend != "" && t.Backend != plan.Backend {
			continue
		}
		for _, r := range plan.Requires {
			if r.Package == PythonItself {
				continue
			}
			for _, x := range r.Bounds {
				if s := (statement{r.Package, x.Range, x.Pos}); !seen[s] {
					seen[s] = true
					bounds[r.Package] = append(bounds[r.Package], x)
				}
			}
		}
	}
	for _, pkg := range slices.Sorted(maps.Keys(bounds)) {
		if intersection(bounds[pkg]).IsEmpty() && !b.isEmptySomewhere(p, pkg) {
			b.noCommonRange(n, t, pkg, bounds[pkg])
		}
	}
}

// isEmptySomewhere reports whether a plan has no version of the package at all, which has been reported.
func (b *builder) isEmptySomewhere(p *Policy, pkg string) bool {
	return slices.ContainsFunc(p.plans, func(plan Plan) bool {
		return slices.ContainsFunc(plan.Requires, func(r Requirement) bool { return r.Package == pkg && r.Range.IsEmpty() })
	})
}

func (b *builder) noCommonRange(n *node, t Target, pkg string, bounds []Bound) {
	message := fmt.Sprintf("no version of %s fits all backends, so no one constraints file can speak for them", pkg)
	help := "write a constraints file for each backend, with the field backend"
	if t.Backend != "" {
		message, help = fmt.Sprintf("no version of %s fits all phases of backend %s", pkg, quote(t.Backend)), "change one of the ranges, or what needs it"
	}
	at := n.get("kind")
	b.report(finding.Finding{Position: at.pos, Code: codeRange, Path: at.path, Message: message, Help: help, Related: b.needed(bounds)})
}

// needed returns the places of the bounds without which some version would be left, the latest first.
func (b *builder) needed(bounds []Bound) []finding.Related {
	bounds = decisive(bounds)
	slices.SortStableFunc(bounds, func(x, y Bound) int { return -b.places.compare(x.Pos, y.Pos) })
	var all []finding.Related
	for _, x := range bounds {
		all = append(all, finding.Related{Position: x.Pos, Message: fmt.Sprintf("%s is needed here (%s)", x.quoted(), x.Why)})
	}
	return all
}
