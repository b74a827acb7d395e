package observe

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"policygen/internal/source"
)

// gitlabMain is the file that GitLab starts with.
const gitlabMain = ".gitlab-ci.yml"

// readGitLab reads the jobs of a file of GitLab CI. What the main file includes is read as a part of it.
func readGitLab(f file) found {
	g, all := loadGitLab(f)
	if f.name == gitlabMain {
		g.jobs()
		return g.out.standing(func(name string) bool { return name == f.name || !isGitLab(name) })
	}
	if main, err := f.other(gitlabMain); err == nil {
		if whole, _ := loadGitLab(main); slices.Contains(whole.files, f.name) {
			whole.jobs()
			own := whole.out.standingIn(f.name)
			own.problems = append(own.problems, all.problems...)
			return own
		}
	}
	g.jobs()
	return g.out.standingIn(f.name)
}

// A gitlab is a configuration of GitLab CI with what it includes.
type gitlab struct {
	file     file
	root     *source.Node
	files    []string // that were read
	inputs   map[string]*source.Node
	external bool // something is included that is not in the repository
	resolved map[string]*source.Node
	lines    int // that were taken out of scripts
	out      *found
}

// maxIncluded is how many files a configuration may include. https://docs.gitlab.com/ci/yaml/#include
const maxIncluded = 150

// loadGitLab reads a file and what it includes. The problems that it returns are also in the configuration.
func loadGitLab(f file) (*gitlab, found) {
	g := &gitlab{file: f, inputs: map[string]*source.Node{}, resolved: map[string]*source.Node{}, out: &found{}}
	g.root = g.load(f)
	return g, found{problems: slices.Clone(g.out.problems)}
}

func (g *gitlab) load(f file) *source.Node {
	if slices.Contains(g.files, f.name) || len(g.files) > maxIncluded {
		return nil
	}
	g.files = append(g.files, f.name)
	docs, err := source.ParseYAML(f.name, f.content)
	if err != nil {
		g.out.merge(unread(err))
	}
	if len(docs) == 0 {
		return nil
	}
	if len(docs) > 1 { // the first document declares inputs
		g.inputs[f.name] = docs[0].Get("spec", "inputs")
	}
	own := docs[len(docs)-1]
	var all *source.Node
	for _, included := range listOf(own.Get("include")) {
		all = mergeNodes(all, g.include(included))
	}
	return mergeNodes(all, own)
}

// listOf returns the items of a list; one value counts as a list of it.
func listOf(n *source.Node) []*source.Node {
	switch {
	case n == nil:
		return nil
	case n.Kind == source.List && n.Tag != "!reference":
		return n.Items
	}
	return []*source.Node{n}
}

// include reads the files of the repository that an item of "include" names.
func (g *gitlab) include(n *source.Node) (all *source.Node) {
	local := n.Get("local")
	if n.Kind == source.Scalar && !strings.Contains(n.Text.String(), "://") {
		local = n
	}
	if local == nil || local.Kind != source.Scalar {
		g.external = true
		return nil
	}
	pattern := strings.TrimPrefix(path.Clean("/"+local.Text.String()), "/")
	names := []string{pattern}
	if strings.Contains(pattern, "*") {
		names = g.file.matching(pattern)
	}
	for _, name := range names {
		f, err := g.file.other(name)
		if err != nil {
			g.external = true
			g.out.problems = append(g.out.problems, Problem{Position: local.Pos, Message: name + " can't be read: " + reason(err)})
			continue
		}
		all = mergeNodes(all, g.load(f))
	}
	return all
}

// matching returns the files of the repository that a pattern with "*" and "**" names.
func (f file) matching(pattern string) (names []string) {
	if f.repo == nil {
		return nil
	}
	quoted := strings.NewReplacer(`\*\*`, `.*`, `\*`, `[^/]*`).Replace(regexp.QuoteMeta(pattern))
	match, err := regexp.Compile("^" + quoted + "$")
	if err != nil {
		return nil
	}
	fixed, _, _ := strings.Cut(pattern, "*")
	_ = fs.WalkDir(f.repo.fs, path.Dir(fixed+"x"), func(name string, d fs.DirEntry, err error) error { // what can't be read holds no names
		switch {
		case err != nil:
			return nil
		case d.IsDir() && passedOver[d.Name()]:
			return fs.SkipDir
		case d.Type().IsRegular() && match.MatchString(name):
			names = append(names, name)
		}
		return nil
	})
	return names
}
