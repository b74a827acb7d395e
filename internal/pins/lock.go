package pins

import (
	"fmt"
	"slices"
	"strings"

	"policygen/internal/finding"
	"policygen/internal/pep440"
	"policygen/internal/source"
)

// knownLock reports whether a lock has a version that is known, which is said by its first number, and otherwise that it has another.
func (r *reader) knownLock(file string, version *source.Node, majors ...string) bool {
	if version == nil || version.Kind != source.Scalar {
		r.unreadable(Unreadable{Position: finding.Position{File: file}, Message: "the lock doesn't say its version", Help: lockHelp})
		return false
	}
	major, _, _ := strings.Cut(version.Text.String(), ".")
	if !slices.Contains(majors, major) {
		r.unreadable(Unreadable{
			Position: version.Pos, Help: lockHelp,
			Message: fmt.Sprintf("the lock has the version %q; known are those that begin with %s", shortened(version.Text.String()), strings.Join(majors, ", ")),
		})
		return false
	}
	return true
}

const lockHelp = "update policygen, or write the lock anew with a release of its tool that writes a known version"

// locked adds what a lock has chosen. Its position is that of the version, which no fix changes: the lock's own tool does.
func (r *reader) locked(p place, name, version *source.Node, extras []string, marker Marker) {
	if name == nil || name.Kind != source.Scalar || version.Kind != source.Scalar {
		r.cannot(p, version.Pos, "", "a package of the lock has to have a name and a version that are texts", lockHelp)
		return
	}
	normal := pep440.NormalizeName(name.Text.String())
	specifiers, err := pep440.ParseSpecifiers("==" + version.Text.String())
	if err != nil || strings.Contains(version.Text.String(), "*") {
		r.cannot(p, version.Pos, normal, fmt.Sprintf("%q is no version", shortened(version.Text.String())), lockHelp)
		return
	}
	at := version.Text.At(0)
	r.site(Site{
		Position: at, Name: normal, Written: name.Text.String() + " " + version.Text.String(), Exact: version.Text.String(), Extras: extras, Marker: marker,
	}, specifiers, p)
}

// lockedPython adds the range of Python that a lock is for, which only its tool changes.
func (r *reader) lockedPython(node *source.Node, p place) {
	before := len(r.found.Sites)
	r.python(node, p)
	for i := before; i < len(r.found.Sites); i++ {
		r.found.Sites[i].Spec = source.Text{}
	}
}

// anyMarker returns the marker that holds where one of several texts does.
func anyMarker(texts []*source.Node) (Marker, error) {
	if len(texts) == 0 {
		return Marker{}, nil
	}
	m, err := ParseMarker(texts[0].Text.String())
	for _, text := range texts[1:] {
		if err != nil {
			return Marker{}, err
		}
		var next Marker
		next, err = ParseMarker(text.Text.String())
		m = m.Or(next)
	}
	return m, err
}

// marked returns the marker of some texts. One that can't be understood is reported, and the package kept for everywhere.
func (r *reader) marked(p place, texts ...*source.Node) Marker {
	texts = slices.DeleteFunc(texts, func(n *source.Node) bool { return n == nil })
	m, err := anyMarker(texts)
	if err != nil {
		r.cannot(p, texts[0].Pos, "", fmt.Sprintf("a marker of the lock can't be understood: %s", err), "")
	}
	return m
}

// readUVLock reads uv.lock. A distribution that is locked in several versions has markers that tell which counts where. What the
// lock repeats of pyproject.toml is read there.
func (r *reader) readUVLock(file string, content []byte) {
	root := r.toml(file, content)
	if root == nil || !r.knownLock(file, root.Get("version"), "1") {
		return
	}
	p := place{kind: Locked, scope: file}
	r.lockedPython(root.Get("requires-python"), p)
	for _, pkg := range itemsOf(root.Get("package")) {
		name, version := pkg.Get("name"), pkg.Get("version")
		if version == nil {
			r.withoutVersion(p, pkg, name, pkg.Get("source"), "editable", "virtual", "directory", "path")
			continue
		}
		r.locked(p, name, version, nil, r.marked(p, itemsOf(pkg.Get("resolution-markers"))...))
	}
}

func itemsOf(n *source.Node) []*source.Node {
	if n == nil {
		return nil
	}
	return n.Items
}

// withoutVersion reports a package of a lock that has no version, unless it is a project of the repository, which says so by one of
// some keys.
func (r *reader) withoutVersion(p place, pkg, name, from *source.Node, own ...string) {
	if from != nil && slices.ContainsFunc(own, func(key string) bool { return from.Get(key) != nil }) {
		return
	}
	normal := ""
	if name != nil {
		normal = pep440.NormalizeName(name.Text.String())
	}
	at := pkg.Pos
	if name != nil {
		at = name.Pos
	}
	r.cannot(p, at, normal, fmt.Sprintf("the lock has no version of %q", normal), directHelp)
}

// readPoetryLock reads poetry.lock.
func (r *reader) readPoetryLock(file string, content []byte) {
	root := r.toml(file, content)
	if root == nil || !r.knownLock(file, root.Get("metadata", "lock-version"), "1", "2") {
		return
	}
	p := place{kind: Locked, scope: file}
	r.poetryPython(root.Get("metadata", "python-versions"), p)
	for _, pkg := range itemsOf(root.Get("package")) {
		version := pkg.Get("version")
		if version == nil {
			r.withoutVersion(p, pkg, pkg.Get("name"), nil)
			continue
		}
		r.locked(p, pkg.Get("name"), version, nil, r.poetryLockMarker(p, pkg))
	}
}

func (r *reader) poetryPython(node *source.Node, p place) {
	if node == nil || node.Kind != source.Scalar {
		return
	}
	set, text, err := poetrySet(node.Text.String())
	if err != nil {
		r.cannot(p, node.Pos, "python", fmt.Sprintf("%q is no range of Python: %s", shortened(node.Text.String()), err), poetryHelp)
		return
	}
	p.kind = Python
	r.placed(Site{Position: node.Text.At(0), Name: "python", Written: node.Text.String(), Range: text, Set: set}, p)
}

// poetryLockMarker returns the marker of a package: one text or, since poetry 2.0, one for each group that has any.
func (r *reader) poetryLockMarker(p place, pkg *source.Node) Marker {
	markers := pkg.Get("markers")
	if markers == nil || markers.Kind == source.Scalar {
		return r.marked(p, markers)
	}
	if len(markers.Entries) < len(itemsOf(pkg.Get("groups"))) {
		return Marker{}
	}
	var texts []*source.Node
	for _, e := range markers.Entries {
		texts = append(texts, e.Value)
	}
	return r.marked(p, texts...)
}

// readPDMLock reads pdm.lock, which has a package once more for each of its sets of extras that is wanted.
func (r *reader) readPDMLock(file string, content []byte) {
	root := r.toml(file, content)
	if root == nil || !r.knownLock(file, root.Get("metadata", "lock_version"), "2", "3", "4") {
		return
	}
	p := place{kind: Locked, scope: file}
	if targets := itemsOf(root.Get("metadata", "targets")); len(targets) == 1 {
		r.lockedPython(targets[0].Get("requires_python"), p)
	}
	for _, pkg := range itemsOf(root.Get("package")) {
		version := pkg.Get("version")
		if version == nil {
			r.withoutVersion(p, pkg, pkg.Get("name"), pkg, "path")
			continue
		}
		r.locked(p, pkg.Get("name"), version, textsOf(pkg.Get("extras")), r.marked(p, pkg.Get("marker")))
	}
}

// readPylock reads pylock.toml, the lock of PEP 751. A package without a version is a source tree.
func (r *reader) readPylock(file string, content []byte) {
	root := r.toml(file, content)
	if root == nil || !r.knownLock(file, root.Get("lock-version"), "1") {
		return
	}
	p := place{kind: Locked, scope: file}
	r.lockedPython(root.Get("requires-python"), p)
	for _, pkg := range itemsOf(root.Get("packages")) {
		version := pkg.Get("version")
		if version == nil {
			r.withoutVersion(p, pkg, pkg.Get("name"), pkg, "directory")
			continue
		}
		r.locked(p, pkg.Get("name"), version, nil, r.marked(p, pkg.Get("marker")))
	}
}
