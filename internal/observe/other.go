package observe

import (
	"io/fs"
	"path"
	"strings"
)

// other returns another file of the repository.
func (f file) other(name string) (file, error) {
	if f.repo == nil {
		return file{}, fs.ErrNotExist
	}
	name = path.Clean(name)
	if !fs.ValidPath(name) {
		return file{}, fs.ErrInvalid
	}
	content, err := f.repo.read(name)
	return file{name: name, content: content, repo: f.repo}, err
}

// workflows returns the workflows and the actions of the repository in the places where GitHub and people have them.
func (f file) workflows() (workflows, actions []file) {
	if f.repo == nil {
		return nil, nil
	}
	for _, e := range f.repo.entries(".github/workflows") {
		if g, err := f.other(".github/workflows/" + e); err == nil && isYAML(e) {
			workflows = append(workflows, g)
		}
	}
	for _, dir := range []string{".github/actions", ".github", ".", "actions"} {
		for _, e := range f.repo.entries(dir) {
			if g, err := f.action(path.Join(dir, e)); err == nil {
				actions = append(actions, g)
			}
		}
	}
	return workflows, actions
}

// usedBy returns the workflows that use a workflow or an action, "./" and its path, be it by way of others.
func (f file) usedBy(use string) (callers []file) {
	workflows, actions := f.workflows()
	seen := map[string]bool{f.name: true}
	for uses := []string{use}; len(uses) > 0; {
		use, uses = uses[0], uses[1:]
		for _, w := range workflows {
			if !seen[w.name] && mentions(w.content, use) {
				seen[w.name] = true
				callers = append(callers, w)
				uses = append(uses, "./"+w.name)
			}
		}
		for _, a := range actions {
			if !seen[a.name] && mentions(a.content, use) {
				seen[a.name] = true
				uses = append(uses, "./"+path.Dir(a.name))
			}
		}
	}
	return callers
}

// mentions reports whether a file names a path, and not only one that begins like it.
func mentions(content []byte, use string) bool {
	text := string(content)
	for {
		i := strings.Index(text, use)
		if i < 0 {
			return false
		}
		text = text[i+len(use):]
		if rest := strings.TrimPrefix(text, "/"); rest == "" || strings.ContainsAny(rest[:1], "\n\r\t \"'#,}@") {
			return true
		}
	}
}

// entries returns the names in a folder; none where there is no such folder.
func (r *repository) entries(dir string) (names []string) {
	list, err := fs.ReadDir(r.fs, dir)
	if err != nil {
		return nil
	}
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names
}
