package pins

import (
	"path"
	"strings"
)

// scoped returns the name of a scope for a file: with its folder unless that is the root.
func scoped(scope, file string) string {
	if dir := path.Dir(file); dir != "." {
		return scope + " of " + dir
	}
	return scope
}

// Together reports whether two sites count for one installation: they have the same scope, or one is what a project needs wherever
// it is installed, or what limits a whole workspace, and the other an extra, a group or the project in the same folder.
func (s Site) Together(t Site) bool {
	return s.Scope == t.Scope || joins(s.Scope, t.Scope) || joins(t.Scope, s.Scope)
}

func joins(wide, narrow string) bool {
	what, folder, _ := strings.Cut(wide, " of ")
	narrow, other, _ := strings.Cut(narrow, " of ")
	kind, _, _ := strings.Cut(narrow, " ")
	if folder != other {
		return false
	}
	switch what {
	case "project":
		return kind == "extra" || kind == "group"
	case "workspace":
		return narrow == "project" || kind == "extra" || kind == "group"
	}
	return false
}
