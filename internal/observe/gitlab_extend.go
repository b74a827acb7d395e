package observe

import (
	"slices"

	"policygen/internal/source"
)

// mergeNodes returns a map with the entries of two, those of over where both have a key, maps merged in turn. Of other nodes
// it returns over.
func mergeNodes(base, over *source.Node) *source.Node {
	if over == nil || base == nil || base.Kind != source.Map || over.Kind != source.Map {
		if over == nil {
			return base
		}
		return over
	}
	merged := *over
	merged.Entries = slices.Clone(base.Entries)
	at := map[string]int{}
	for i, e := range merged.Entries {
		at[e.Key.String()] = i
	}
	for _, e := range over.Entries {
		i, ok := at[e.Key.String()]
		if !ok {
			at[e.Key.String()] = len(merged.Entries)
			merged.Entries = append(merged.Entries, e)
			continue
		}
		merged.Entries[i] = source.Entry{Key: e.Key, Value: mergeNodes(merged.Entries[i].Value, e.Value)}
	}
	return &merged
}

// extended returns a job with what it extends: maps are merged, lists replaced.
// https://docs.gitlab.com/ci/yaml/yaml_optimization/#merge-details
func (g *gitlab) extended(name string, n *source.Node, open []string) *source.Node {
	if done, ok := g.resolved[name]; ok {
		return done
	}
	var all *source.Node
	for _, parent := range listOf(n.Get("extends")) {
		base := g.root.Get(parent.Text.String())
		switch {
		case parent.Kind != source.Scalar:
		case slices.Contains(open, parent.Text.String()) || parent.Text.String() == name:
			g.problem(parent, "the job extends itself")
		case base == nil && (!g.external || n.Get("script") == nil):
			g.problem(parent, "what it extends is not in the repository: "+parent.Text.String())
		case base != nil:
			all = mergeNodes(all, g.extended(parent.Text.String(), base, append(slices.Clone(open), name)))
		}
	}
	all = mergeNodes(all, n)
	g.resolved[name] = all
	return all
}

func (g *gitlab) problem(at *source.Node, message string) {
	g.out.problems = append(g.out.problems, Problem{Position: at.Pos, Message: message})
}

// maxReferences is how deep "!reference" may nest. https://docs.gitlab.com/ci/yaml/yaml_optimization/#nest-reference-tags-in-script-before_script-and-after_script
const maxReferences = 10

// maxScriptLines bounds the lines of all scripts together.
const maxScriptLines = 100_000

// target returns what a "!reference" stands for.
func (g *gitlab) target(n *source.Node) *source.Node {
	for range maxReferences {
		if n == nil || n.Tag != "!reference" || len(n.Items) == 0 {
			return n
		}
		job := n.Items[0].Text.String()
		at := g.root.Get(job)
		if at != nil {
			at = g.extended(job, at, nil)
		}
		for _, key := range n.Items[1:] {
			at = at.Get(key.Text.String())
		}
		if at == nil && !g.external {
			g.problem(n, "what it refers to is not in the repository")
		}
		n = at
	}
	return nil
}

// script returns the commands of a script, which may be a text, a list, or lists in a list.
func (g *gitlab) script(n *source.Node, depth int) (lines []source.Text) {
	n = g.target(n)
	if n == nil || depth > maxReferences || g.lines > maxScriptLines {
		return nil
	}
	switch n.Kind {
	case source.Scalar:
		g.lines++
		lines = append(lines, g.withInputs(n.Text))
	case source.List:
		for _, item := range n.Items {
			lines = append(lines, g.script(item, depth+1)...)
		}
	}
	return lines
}
