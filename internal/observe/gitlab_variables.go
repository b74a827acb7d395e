package observe

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"policygen/internal/pytest"
	"policygen/internal/source"
)

// environments returns what a job gets as variables, once for each combination of its "parallel" matrix and of the rules that may
// start it.
func (g *gitlab) environments(name string, n *source.Node) (all []map[string]string) {
	stage := firstScalar(n, []string{"stage"}, "test")
	for _, own := range g.declared(n) {
		env := newGitlabEnv(name, stage)
		for key := range own {
			env[key] = expandVariable(own, env, own[key], []string{key})
		}
		all = append(all, env)
	}
	return all
}

// declared returns what the file sets for a job, in each combination. Those of the job come over those of the workflow's rules, which
// come over the global ones.
func (g *gitlab) declared(n *source.Node) (all []map[string]string) {
	global := g.variables(g.root.Get("variables"))
	own := g.variables(n.Get("variables"))
	jobs, copies := g.ruled(n.Get("rules")), g.parallel(n.Get("parallel"))
	for _, started := range g.ruled(g.root.Get("workflow", "rules")) {
		base := with(global, started)
		maps.DeleteFunc(base, func(key, _ string) bool { return !inherits(n.Get("inherit", "variables"), key) })
		for _, rule := range jobs {
			for _, chosen := range copies {
				all = append(all, with(with(with(base, own), rule), chosen))
			}
		}
	}
	return all
}

// maxRuled is how many different sets of variables of rules are tried, one after the other.
const maxRuled = 8

// ruled returns the variables that rules give, once for each rule that may be the first to hold: a rule without variables gives none.
// Of too many, each variable is unknown. https://docs.gitlab.com/ci/yaml/#rulesvariables
func (g *gitlab) ruled(rules *source.Node) (all []map[string]string) {
	for _, rule := range g.rules(rules, 0) {
		if firstScalar(rule, []string{"when"}, "") == "never" {
			continue
		}
		variables := g.variables(rule.Get("variables"))
		if !slices.ContainsFunc(all, func(known map[string]string) bool { return maps.Equal(known, variables) }) {
			all = append(all, variables)
		}
	}
	if len(all) == 0 {
		return []map[string]string{{}}
	}
	if len(all) <= maxRuled {
		return all
	}
	unknown := map[string]string{}
	for _, variables := range all {
		for name := range variables {
			unknown[name] = pytest.Unknown(name)
		}
	}
	return []map[string]string{unknown}
}

// rules returns the items of a list of rules, and of lists in it, as references make them.
func (g *gitlab) rules(n *source.Node, depth int) (all []*source.Node) {
	for _, item := range listOf(g.target(n)) {
		item = g.target(item)
		switch {
		case item != nil && item.Kind == source.List && depth < maxReferences:
			all = append(all, g.rules(item, depth+1)...)
		case item != nil && item.Kind == source.Map:
			all = append(all, item)
		}
	}
	return all
}

// variables returns the variables of a map, in which a value may be a map with "value".
func (g *gitlab) variables(n *source.Node) map[string]string {
	all := map[string]string{}
	for key, value := range keysOf(g.target(n)) {
		if value = g.target(value); value != nil && value.Kind == source.Map {
			value = value.Get("value")
		}
		if value != nil && value.Kind == source.Scalar {
			all[key] = g.withInputs(value.Text).String()
		}
	}
	return all
}

var variableUse = regexp.MustCompile(`\$(?:\$|\{(\w+)\}|([A-Za-z_]\w*))`)

// expandVariable replaces "$NAME" and "${NAME}" in the value of a variable. What the file does not set may be set in the project.
func expandVariable(own, service map[string]string, text string, open []string) string {
	if len(open) > maxReferences || len(text) > maxExpanded {
		return pytest.Unknown(open[0])
	}
	return variableUse.ReplaceAllStringFunc(text, func(use string) string {
		name := strings.Trim(use, "${}")
		value, ok := own[name]
		switch {
		case name == "":
			return "$"
		case slices.Contains(open, name):
			return ""
		case ok:
			return expandVariable(own, service, value, append(slices.Clone(open), name))
		}
		if value, ok := service[name]; ok && gitlabEnv[name] != "" || name == "CI_JOB_NAME" || name == "CI_JOB_STAGE" {
			return value
		}
		return pytest.Unknown(name)
	})
}

// parallel returns what each copy of a job gets: the products of the items of "matrix".
func (g *gitlab) parallel(n *source.Node) (all []map[string]string) {
	matrix := n.Get("matrix")
	if n != nil && n.Kind == source.Scalar {
		return []map[string]string{{"CI_NODE_TOTAL": n.Text.String(), "CI_NODE_INDEX": pytest.Unknown("CI_NODE_INDEX")}}
	}
	for _, item := range listOf(g.target(matrix)) {
		one := []map[string]string{{}}
		for _, e := range item.Entries {
			one = multiply(one, e.Key.String(), listOf(g.target(e.Value)))
		}
		all = append(all, one...)
	}
	if len(all) > maxCombinations {
		g.problem(matrix, fmt.Sprintf("the matrix has more than %d combinations; those after them are not looked at", maxCombinations))
		all = all[:maxCombinations]
	}
	if len(all) == 0 {
		all = []map[string]string{{}}
	}
	return all
}

func multiply(all []map[string]string, key string, values []*source.Node) (more []map[string]string) {
	for _, c := range all {
		for _, v := range values {
			if len(more) > maxCombinations {
				return more
			}
			more = append(more, with(c, map[string]string{key: v.Text.String()}))
		}
	}
	return more
}

var inputUse = regexp.MustCompile(`\$\[\[\s*inputs\.([\w-]+)[^\]]*\]\]`)

// withInputs replaces "$[[ inputs.name ]]" by the default that the file declares.
func (g *gitlab) withInputs(t source.Text) source.Text {
	uses := inputUse.FindAllStringSubmatchIndex(t.String(), -1)
	if uses == nil {
		return t
	}
	var parts []source.Text
	at := 0
	for _, m := range uses {
		name := t.String()[m[2]:m[3]]
		value := pytest.Unknown("inputs." + name)
		if given := g.inputs[t.At(0).File].Get(name, "default"); given != nil && given.Kind == source.Scalar {
			value = given.Text.String()
		}
		parts = append(parts, t.Slice(at, m[0]), source.Literal(value, t.Slice(m[0], m[1])))
		at = m[1]
	}
	return source.JoinTexts(append(parts, t.Slice(at, t.Len()))...)
}

// keysOf returns the values of a map by their keys.
func keysOf(n *source.Node) map[string]*source.Node {
	all := map[string]*source.Node{}
	if n == nil {
		return all
	}
	for _, e := range n.Entries {
		all[e.Key.String()] = e.Value
	}
	return all
}

var gitlabEnv = map[string]string{"CI": "true", "GITLAB_CI": "true", "CI_PROJECT_DIR": mount, "CI_SERVER": "yes"}

func newGitlabEnv(job, stage string) map[string]string {
	env := maps.Clone(gitlabEnv)
	env["CI_JOB_NAME"], env["CI_JOB_STAGE"] = job, stage
	return env
}
