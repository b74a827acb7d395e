package pins

import (
	"fmt"
	"strconv"
	"strings"

	"policygen/internal/finding"
	"policygen/internal/pep440"
	"policygen/internal/source"
)

// readPipfile reads a Pipfile: its packages are "*", specifiers, or tables with a version and the parts of a marker.
func (r *reader) readPipfile(file string, content []byte) {
	root := r.toml(file, content)
	if root == nil {
		return
	}
	p := place{kind: Declared, scope: file}
	for _, table := range root.Entries {
		switch table.Key.String() {
		case "source", "requires", "scripts", "pipenv", "pipfile", "build-system":
			continue
		}
		for _, e := range table.Value.Entries {
			r.pipfileEntry(e, p)
		}
	}
	for _, key := range []string{"python_version", "python_full_version"} {
		if n := root.Get("requires", key); n != nil {
			r.pipfilePython(n, key, p)
		}
	}
}

func (r *reader) pipfilePython(n *source.Node, key string, p place) {
	text := n.Text.String()
	exact := "==" + text
	if key == "python_version" {
		exact += ".*"
	}
	specifiers, err := pep440.ParseSpecifiers(exact)
	if err != nil {
		r.cannot(p, n.Pos, "python", fmt.Sprintf("%q is no version of Python", shortened(text)), pythonHelp)
		return
	}
	p.kind = Python
	r.site(Site{Position: n.Text.At(0), Name: "python", Written: text}, specifiers, p)
}

func (r *reader) pipfileEntry(e source.Entry, p place) {
	name := pep440.NormalizeName(e.Key.String())
	version := e.Value
	if version.Kind == source.Map {
		if version = e.Value.Get("version"); version == nil {
			r.poetryElsewhere(e.Key, e.Value, p)
			return
		}
	}
	text := trimmed(version.Text)
	s := text.String()
	if s == "*" {
		s = ""
	}
	specifiers, err := pep440.ParseSpecifiers(s)
	if err != nil || version.Kind != source.Scalar {
		r.cannot(p, version.Pos, name, fmt.Sprintf("%q is no set of versions", shortened(text.String())), `write "*" or specifiers such as ">=3.6,<4"`)
		return
	}
	marker, err := pipfileMarker(e.Value)
	if err != nil {
		r.cannot(p, e.Value.Pos, name, fmt.Sprintf("the marker of %s can't be understood: %s", name, err), "")
		return
	}
	r.site(Site{
		Position: e.Key.At(0), Name: name, Written: e.Key.String() + " = " + strconv.Quote(text.String()), Spec: text, Marker: marker,
		Extras: textsOf(e.Value.Get("extras")),
	}, specifiers, p)
}

// pipfileMarker joins the key "markers" and those that are named as variables are, such as sys_platform = "== 'win32'".
func pipfileMarker(node *source.Node) (m Marker, err error) {
	for _, e := range entriesOf(node) {
		key, text := e.Key.String(), e.Value.Text.String()
		if key != "markers" {
			if variableName.FindString(key) != key || strings.HasPrefix(key, "extra") {
				continue
			}
			text = key + " " + text
		}
		part, err := ParseMarker(text)
		if err != nil {
			return m, err
		}
		m = m.And(part)
	}
	return m, nil
}

// readPipfileLock reads Pipfile.lock, which is JSON.
func (r *reader) readPipfileLock(file string, content []byte) {
	root := r.yaml(file, content)
	if root == nil || !r.knownLock(file, root.Get("_meta", "pipfile-spec"), "6") {
		return
	}
	p := place{kind: Locked, scope: file}
	for _, section := range root.Entries {
		if strings.HasPrefix(section.Key.String(), "_") {
			continue
		}
		for _, e := range section.Value.Entries {
			r.pipfileLocked(e, p)
		}
	}
}

func (r *reader) pipfileLocked(e source.Entry, p place) {
	name := &source.Node{Text: e.Key, Tag: "!!str", Pos: e.Key.At(0)}
	version := e.Value.Get("version")
	if version == nil {
		r.withoutVersion(p, e.Value, name, e.Value, "path")
		return
	}
	exact := version.Text.String()
	bare := strings.TrimLeft(exact, "=")
	version = &source.Node{Text: version.Text.Slice(len(exact)-len(bare), len(exact)), Tag: "!!str", Pos: version.Pos}
	r.locked(p, name, version, textsOf(e.Value.Get("extras")), r.marked(p, e.Value.Get("markers")))
}

// yaml returns the one document of a YAML or JSON file, or reports why there is none.
func (r *reader) yaml(file string, content []byte) *source.Node {
	documents, err := source.ParseYAML(file, content)
	switch {
	case err != nil:
		r.unparsed(file, err)
		return nil
	case len(documents) != 1:
		r.unreadable(Unreadable{Position: finding.Position{File: file}, Message: fmt.Sprintf("there are %d documents in the file; it has to be one", len(documents))})
		return nil
	}
	return documents[0]
}
