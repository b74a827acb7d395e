package observe

import (
	"slices"
	"strings"

	"policygen/internal/source"
)

// gitlabKeys are the keys of a configuration that are no jobs. https://docs.gitlab.com/ci/yaml/#global-keywords
var gitlabKeys = []string{"default", "include", "stages", "variables", "workflow", "spec", "image", "services", "cache", "before_script", "after_script", "types"}

// jobs reads the jobs; those whose name begins with a dot run only where others extend them.
func (g *gitlab) jobs() {
	if g.root == nil || g.root.Kind != source.Map {
		return
	}
	for _, e := range g.root.Entries {
		name := e.Key.String()
		if !slices.Contains(gitlabKeys, name) && !strings.HasPrefix(name, ".") && e.Value.Kind == source.Map {
			g.job(e.Key, g.extended(name, e.Value, nil))
		}
	}
}

func (g *gitlab) job(key source.Text, n *source.Node) {
	before, script := g.script(g.pick(n, "before_script"), 0), g.script(n.Get("script"), 0)
	if len(script) == 0 {
		return
	}
	name := key.String()
	sn := snippet{kind: GitLab, job: name, where: "job " + name, errExit: true, pipeFail: true}
	if allow := n.Get("allow_failure"); allow != nil && allow.Text.String() == "true" {
		sn.hidden = "allow_failure"
	}
	g.limit(key, g.pick(n, "timeout"))
	sn.text = joinLines(append(before, script...), script[0])
	after := sn
	after.text, after.hidden, after.where = joinLines(g.script(g.pick(n, "after_script"), 0), source.Text{}), "after_script", sn.where+", after_script"
	if g.out.full() {
		g.out.problems = append(g.out.problems, Problem{Position: key.At(0), Message: tooManyCommands})
		return
	}
	for _, env := range g.environments(name, n) {
		for _, one := range []snippet{sn, after} {
			if one.text.Len() > 0 {
				one.env = withServiceVariables(env, one.text.String())
				g.out.add(one)
			}
		}
	}
}

// pick returns what a job says under a key, or else the defaults that it inherits.
func (g *gitlab) pick(n *source.Node, key string) *source.Node {
	if own := n.Get(key); own != nil {
		return own
	}
	if !inherits(n.Get("inherit", "default"), key) {
		return nil
	}
	if given := g.root.Get("default", key); given != nil {
		return given
	}
	if key == "timeout" {
		return nil // a key of that name would be a job
	}
	return g.root.Get(key)
}

// inherits reads "inherit": false, true or a list of what is inherited.
func inherits(n *source.Node, key string) bool {
	switch {
	case n == nil:
		return true
	case n.Kind == source.List:
		return slices.ContainsFunc(n.Items, func(item *source.Node) bool { return item.Text.String() == key })
	}
	return n.Text.String() != "false"
}

func (g *gitlab) limit(key source.Text, n *source.Node) {
	job := Job{Position: key.At(0), Kind: GitLab, Name: key.String()}
	if n != nil {
		job.Limit = n.Pos
		minutes, ok := minutesOf(n.Text.String())
		if job.Minutes = minutes; !ok {
			g.problem(n, `the timeout can't be read, write it as "1h 30m"`)
		}
	}
	g.out.jobs = append(g.out.jobs, job)
}

// joinLines puts commands one below the other. Those of another file than that of the text they belong to, or of the first
// one, stand where that text begins.
func joinLines(lines []source.Text, main source.Text) source.Text {
	if main.Len() == 0 && len(lines) > 0 {
		main = lines[0]
	}
	var parts []source.Text
	for i, line := range lines {
		if i > 0 {
			parts = append(parts, source.Literal("\n", parts[len(parts)-1]))
		}
		if line.At(0).File != main.At(0).File {
			line = source.Literal(line.String(), main)
		}
		parts = append(parts, line)
	}
	return source.JoinTexts(parts...)
}

// withServiceVariables returns an environment in which variables of the service that a text names are unknown, not unset.
func withServiceVariables(env map[string]string, text string) map[string]string {
	env = with(env, nil)
	for _, name := range serviceVariable.FindAllString(text, -1) {
		if _, ok := env[name]; !ok {
			env[name] = unknownOf(name).(string)
		}
	}
	return env
}
