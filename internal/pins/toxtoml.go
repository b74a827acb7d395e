package pins

import (
	"fmt"
	"slices"

	"policygen/internal/source"
)

// readToxTOML reads tox.toml.
func (r *reader) readToxTOML(file string, content []byte) {
	if root := r.toml(file, content); root != nil {
		r.toxTables(file, root)
	}
}

// toxTables reads the tables of tox.toml, or [tool.tox] of pyproject.toml, which may also hold a tox.ini as a text.
func (r *reader) toxTables(file string, tox *source.Node) {
	if tox == nil {
		return
	}
	own := place{kind: Declared, scope: scoped("tox", file)}
	r.requirementList(tox.Get("requires"), own)
	if n := tox.Get("min_version"); n != nil {
		r.minimum("tox", n, own)
	}
	if n := tox.Get("legacy_tox_ini"); n != nil {
		r.legacyToxINI(file, n)
	}
	x := toxTOML{r, file, tox}
	for _, env := range r.bounded(x.environments(), own, file) {
		p := place{kind: Declared, scope: scoped("env "+env, file)}
		x.list(x.envGet(env, "deps"), env, p, 0)
		p.kind = Constraint
		x.list(x.envGet(env, "constraints"), env, p, 0)
	}
}

// A toxTOML is tox's tables of a file.
type toxTOML struct {
	*reader
	file string
	root *source.Node
}

func (x toxTOML) envGet(env, key string) *source.Node {
	if n := x.root.Get("env", env, key); n != nil {
		return n
	}
	return x.root.Get("env_run_base", key)
}

func (x toxTOML) environments() (names []string) {
	for _, item := range itemsOf(x.root.Get("env_list")) {
		if item.Kind == source.Scalar {
			names = append(names, item.Text.String())
		}
	}
	for _, e := range entriesOf(x.root.Get("env")) {
		names = append(names, e.Key.String())
	}
	if len(names) == 0 && x.root.Get("env_run_base") != nil {
		names = []string{"py"}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// list reads a list of texts, and of tables that refer to other lists; it may be one text of several lines too.
func (x toxTOML) list(n *source.Node, env string, p place, depth int) {
	switch {
	case n == nil:
	case n.Kind == source.Map:
		x.refer(n, env, p, depth)
	case n.Kind == source.Scalar:
		for _, line := range joinedLines(n.Text) {
			if line = withoutComment(line); line.Len() > 0 {
				x.toxLine(line, x.file, p)
			}
		}
	}
	for _, item := range itemsOf(n) {
		x.list(item, env, p, depth)
	}
}

// refer reads {replace = "ref", of = ["env_run_base", "deps"]} and {replace = "ref", env = "a", key = "deps"}.
func (x toxTOML) refer(n *source.Node, env string, p place, depth int) {
	var target *source.Node
	if replace := n.Get("replace"); replace != nil && replace.Text.String() == "ref" {
		path := []string{}
		for _, item := range itemsOf(n.Get("of")) {
			path = append(path, item.Text.String())
		}
		other, key := n.Get("env"), n.Get("key")
		switch {
		case len(path) > 0:
			target = x.root.Get(path...)
		case other != nil && key != nil:
			target = x.envGet(other.Text.String(), key.Text.String())
		}
	}
	if target == nil || depth == maxReferences {
		x.cannot(p, n.Pos, "", fmt.Sprintf("what tox puts in place of this table isn't known for %s", env), "write the requirements down")
		return
	}
	if !x.follow(p, n.Pos) {
		return
	}
	p.via = append(slices.Clip(p.via), n.Pos)
	x.list(target, env, p, depth+1)
}

// legacyToxINI reads a tox.ini that is a text of several lines.
func (r *reader) legacyToxINI(file string, n *source.Node) {
	content, ok := source.Within(r.wasRead[file], n.Text)
	if n.Kind != source.Scalar || !ok || n.Text.At(0).Line == n.Pos.Line {
		r.cannot(place{scope: scoped("tox", file)}, n.Pos, "", "legacy_tox_ini has to be a text that begins on a line of its own", `open it with """ and a line break`)
		return
	}
	r.readToxINI(file, content)
}
