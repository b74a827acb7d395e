package check

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"policygen/internal/finding"
	"policygen/internal/pep440"
	"policygen/internal/pytest"
	"policygen/internal/source"
)

// pluginRules are about options whose plugin is not installed.
func pluginRules() []Rule {
	return []Rule{{
		Code: "PG213", Name: "an option without its plugin", Severity: finding.Error, Since: "0.1.0",
		Summary: "the configuration passes an option of a plugin that an extra or a dependency group with pytest does not have",
		Why: "pytest ends with a usage error at an option that it does not know. Whoever installs that extra and nothing else can't run a " +
			"single test, and learns of it as \"unrecognized arguments\".",
		find: withoutPlugin,
	}}
}

// pluginOf returns the distribution that an option comes from, by what pytest calls the option; nothing for pytest's own and for
// those of plugins that are not known here.
func pluginOf(dest string) string {
	switch dest {
	case "numprocesses", "maxprocesses", "maxworkerrestart", "dist", "distload", "tx", "px", "loadscopereorder", "maxschedchunk", "testrunuid":
		return "pytest-xdist"
	case "timeout", "timeout_method", "session_timeout", "timeout_disable_debugger_detection":
		return "pytest-timeout"
	case "cov_source", "cov_report", "cov_config", "cov_append", "cov_branch", "cov_fail_under", "cov_precision", "no_cov", "cov_context", "no_cov_should_fail":
		return "pytest-cov"
	}
	return ""
}

// A group is an extra or a dependency group of a project.
type group struct {
	name     string // `extra "test"`, `dependency group "dev"`
	at       finding.Position
	needs    map[string]bool  // names of distributions, normalised
	severity finding.Severity // of a plugin that is missing: tools install several dependency groups together
}

func withoutPlugin(c *context) (found finding.List) {
	groups := c.groups()
	if len(groups) == 0 {
		return nil
	}
	for _, o := range c.suite.Options {
		plugin := pluginOf(o.Dest)
		if plugin == "" || o.From != pytest.Addopts {
			continue
		}
		for _, g := range groups {
			if g.needs["pytest"] && !g.needs[plugin] {
				found = append(found, finding.Finding{
					Position: g.at, Severity: g.severity,
					Message: fmt.Sprintf("%s has pytest but not %s, which %s in the configuration needs", g.name, plugin, o.Name),
					Help:    "add " + plugin, Related: []finding.Related{{Position: o.Pos, Message: o.Name + " stands here"}},
				})
			}
		}
	}
	return append(perPlugin(found), c.onNoLine(groups)...)
}

// perPlugin keeps one finding for each line and plugin: two options of one plugin are one thing to be added.
func perPlugin(found finding.List) (kept finding.List) {
	for _, f := range found {
		if !slices.ContainsFunc(kept, func(k finding.Finding) bool { return k.File == f.File && k.Line == f.Line && k.Help == f.Help }) {
			kept = append(kept, f)
		}
	}
	return kept
}

// onNoLine finds options of command lines whose plugin is not so much as mentioned where a project says what it installs.
func (c *context) onNoLine(groups []group) (found finding.List) {
	if !slices.ContainsFunc(groups, func(g group) bool { return g.needs["pytest"] }) {
		return nil
	}
	installs := c.installTexts()
	for _, j := range c.starts {
		if j.Kind.Shown() || !j.Certain || j.Wrapper != "" {
			continue
		}
		for _, o := range j.Settings.Options {
			plugin := pluginOf(o.Dest)
			if plugin == "" || o.From != pytest.CommandLine || strings.Contains(installs, plugin) {
				continue
			}
			found = append(found, finding.Finding{
				Position: o.Pos, Message: fmt.Sprintf("%s needs %s, which no extra and no dependency group has", o.Name, plugin),
				Help: "add " + plugin + " to the one that has pytest",
			})
		}
	}
	return perPlugin(found)
}

var installFile = regexp.MustCompile(`^(pyproject\.toml|setup\.(cfg|py)|tox\.(ini|toml)|noxfile\.py|pixi\.toml|hatch\.toml|Pipfile|[a-z_-]*(requirements|constraints|environment|conda|deps)[a-z0-9_.-]*\.(txt|in|ya?ml|pip))$`)

// installTexts returns, in lower case, all that says what is installed: files with the usual names, and the commands that install
// something.
func (c *context) installTexts() string {
	var b strings.Builder
	fs.WalkDir(c.Files, ".", func(name string, d fs.DirEntry, err error) error { // walk returns no error
		switch {
		case err != nil || d.IsDir() && (d.Name() == ".git" || d.Name() == "node_modules" || strings.Count(name, "/") > 3):
			return skip(d)
		case d.Type().IsRegular() && (installFile.MatchString(d.Name()) || path.Base(path.Dir(name)) == "requirements"):
			b.WriteString(c.text(name))
		}
		return nil
	})
	for _, i := range c.Observed.Installs {
		for _, w := range i.Words {
			b.WriteString(" " + w.Text)
		}
	}
	return strings.ReplaceAll(strings.ToLower(b.String()), "_", "-")
}

// maxText bounds what is read of one file, in bytes.
const maxText = 4 << 20

// text returns a regular file of the repository; nothing where there is none that people could have written.
func (c *context) text(name string) string {
	if !fs.ValidPath(name) {
		return ""
	}
	info, err := fs.Lstat(c.Files, name)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxText {
		return ""
	}
	content, _ := fs.ReadFile(c.Files, name)
	return string(content)
}

// groups reads the extras and the dependency groups (PEP 735) of pyproject.toml at the root.
func (c *context) groups() (list []group) {
	const file = "pyproject.toml"
	root, err := source.ParseTOML(file, []byte(c.text(file)))
	if err != nil {
		return nil
	}
	p := project{name: pep440.NormalizeName(textAt(root, "project", "name")), base: root.Get("project", "dependencies"), extras: root.Get("project", "optional-dependencies"),
		groups: root.Get("dependency-groups")}
	for _, e := range entriesOf(p.extras) {
		needs := map[string]bool{}
		p.add(needs, p.base, 0)
		p.add(needs, e.Value, 0)
		list = append(list, group{fmt.Sprintf("extra %q", e.Key.String()), e.Key.At(0), needs, finding.Error})
	}
	for _, e := range entriesOf(p.groups) {
		needs := map[string]bool{}
		p.add(needs, e.Value, 0)
		list = append(list, group{fmt.Sprintf("dependency group %q", e.Key.String()), e.Key.At(0), needs, finding.Warning})
	}
	return list
}

// A project is what a pyproject.toml says about dependencies.
type project struct {
	name                 string
	base, extras, groups *source.Node
}

func entriesOf(n *source.Node) []source.Entry {
	if n == nil {
		return nil
	}
	return n.Entries
}

func textAt(n *source.Node, path ...string) string {
	if at := n.Get(path...); at != nil {
		return at.Text.String()
	}
	return ""
}

var requirement = regexp.MustCompile(`^\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(\[([^\]]*)\])?`)

// maxIncludes bounds how deep groups include each other.
const maxIncludes = 20

// add collects the names of a list of requirements. Included groups count, and extras of the project itself.
func (p project) add(needs map[string]bool, list *source.Node, depth int) {
	if list == nil || depth > maxIncludes {
		return
	}
	for _, item := range list.Items {
		if included := item.Get("include-group"); included != nil {
			p.addNamed(needs, p.groups, included.Text.String(), depth)
			continue
		}
		m := requirement.FindStringSubmatch(item.Text.String())
		if m == nil {
			continue
		}
		name := pep440.NormalizeName(m[1])
		needs[name] = true
		if name == p.name {
			p.add(needs, p.base, depth+1)
			for extra := range strings.SplitSeq(m[3], ",") {
				p.addNamed(needs, p.extras, strings.TrimSpace(extra), depth)
			}
		}
	}
}

func (p project) addNamed(needs map[string]bool, of *source.Node, name string, depth int) {
	for _, e := range entriesOf(of) {
		if pep440.NormalizeName(e.Key.String()) == pep440.NormalizeName(name) {
			p.add(needs, e.Value, depth+1)
		}
	}
}
