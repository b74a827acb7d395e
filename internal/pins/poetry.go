package pins

import (
	"fmt"
	"strconv"
	"strings"

	"policygen/internal/pep440"
	"policygen/internal/source"
)

// poetry reads [tool.poetry]. Its ranges are its own: "^1.2", "~1.2", "1.2.*", "||" between alternatives, and a version alone, which
// is exact. With [project] dependencies, those under [tool.poetry] only add to them for locking, so their versions count where they
// are told.
func (r *reader) poetry(file string, root *source.Node) {
	poetry := root.Get("tool", "poetry")
	if poetry == nil {
		return
	}
	optional := poetryExtras(poetry.Get("extras"))
	p := place{kind: Declared, scope: scoped("project", file)}
	for _, e := range entriesOf(poetry.Get("dependencies")) {
		r.poetryEntry(e, p, optional, file)
	}
	for _, e := range entriesOf(poetry.Get("dev-dependencies")) {
		r.poetryEntry(e, place{kind: Declared, scope: groupScope("dev", file)}, nil, file)
	}
	for _, group := range entriesOf(poetry.Get("group")) {
		p := place{kind: Declared, scope: groupScope(pep440.NormalizeName(group.Key.String()), file)}
		for _, e := range entriesOf(group.Value.Get("dependencies")) {
			r.poetryEntry(e, p, nil, file)
		}
	}
}

func entriesOf(n *source.Node) []source.Entry {
	if n == nil {
		return nil
	}
	return n.Entries
}

// poetryExtras returns the extras that an optional dependency belongs to.
func poetryExtras(extras *source.Node) map[string][]string {
	of := map[string][]string{}
	for _, e := range entriesOf(extras) {
		for _, item := range e.Value.Items {
			name := nameIn(item.Text.String())
			of[name] = append(of[name], e.Key.String())
		}
	}
	return of
}

// poetryEntry reads the dependency on one distribution: a text, a table, or several tables of which the markers differ.
func (r *reader) poetryEntry(e source.Entry, p place, optional map[string][]string, file string) {
	entries := []*source.Node{e.Value}
	if e.Value.Kind == source.List {
		entries = e.Value.Items
	}
	for _, one := range entries {
		places := []place{p}
		if flag := one.Get("optional"); flag != nil && flag.Text.String() == "true" && optional != nil {
			places = nil
			for _, extra := range optional[pep440.NormalizeName(e.Key.String())] {
				places = append(places, place{kind: p.kind, scope: extraScope(extra, file)})
			}
		}
		for _, p := range places {
			r.poetryRange(e.Key, one, p, e.Value.Kind == source.List)
		}
	}
}

// poetryRange adds a text or a table. It stands where its key does or, as an item of a list, where it begins.
func (r *reader) poetryRange(key source.Text, node *source.Node, p place, item bool) {
	name := pep440.NormalizeName(key.String())
	version := node
	if node.Kind == source.Map {
		version = node.Get("version")
		if version == nil {
			r.poetryElsewhere(key, node, p)
			return
		}
	}
	if version.Kind != source.Scalar || version.Tag != "!!str" {
		r.cannot(p, version.Pos, name, fmt.Sprintf("the versions of %s have to be a text", name), poetryHelp)
		return
	}
	marker, err := poetryMarker(node)
	text := trimmed(version.Text)
	set, specifiers, wrong := poetrySet(text.String())
	switch {
	case err != nil:
		r.cannot(p, node.Pos, name, fmt.Sprintf("the marker of %s can't be understood: %s", name, err), "")
		return
	case wrong != nil:
		r.cannot(p, version.Pos, name, fmt.Sprintf("%q is no range of versions: %s", shortened(text.String()), wrong), poetryHelp)
		return
	}
	s := Site{
		Position: key.At(0), Name: name, Written: key.String() + " = " + strconv.Quote(text.String()), Range: specifiers, Set: set, Spec: text,
		Extras: textsOf(node.Get("extras")), Exact: exactOf(specifiers), Marker: marker,
	}
	if item {
		s.Position = node.Pos
	}
	if name == "python" {
		p.kind = Python
	}
	r.placed(s, p)
}

const poetryHelp = `write it as poetry has it, such as "^3.6", ">=3.6,<4" or "3.6.1"`

// poetryElsewhere reports a dependency that has no versions but another place to come from.
func (r *reader) poetryElsewhere(key source.Text, node *source.Node, p place) {
	for _, from := range []string{"path", "git", "url", "file"} {
		if n := node.Get(from); n != nil {
			if from != "path" || strings.HasSuffix(n.Text.String(), ".whl") {
				r.cannot(p, key.At(0), pep440.NormalizeName(key.String()), fmt.Sprintf("%s is taken from %s, which doesn't tell its version", key, shortened(n.Text.String())), directHelp)
			}
			return
		}
	}
}

func textsOf(list *source.Node) (texts []string) {
	if list == nil {
		return nil
	}
	for _, item := range list.Items {
		texts = append(texts, pep440.NormalizeName(item.Text.String()))
	}
	return texts
}

// poetryMarker returns the marker that a table says by its keys "markers", "python" and "platform".
func poetryMarker(node *source.Node) (m Marker, err error) {
	if n := node.Get("markers"); n != nil {
		if m, err = ParseMarker(n.Text.String()); err != nil {
			return m, err
		}
	}
	if n := node.Get("platform"); n != nil {
		platform, err := ParseMarker(`sys_platform == "` + n.Text.String() + `"`)
		if err != nil {
			return m, err
		}
		m = m.And(platform)
	}
	if n := node.Get("python"); n != nil {
		python, err := pythonMarker(n.Text.String())
		if err != nil {
			return m, err
		}
		m = m.And(python)
	}
	return m, nil
}
