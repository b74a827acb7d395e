package generate

import (
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// rules say when the pipeline runs: for merge requests, where somebody asks for it, and for pushes to the branches.
func (p *pipeline) rules() *yaml.Node {
	rules := []*yaml.Node{
		yamlMapping("if", `$CI_PIPELINE_SOURCE == "merge_request_event"`),
		yamlMapping("if", `$CI_PIPELINE_SOURCE == "web"`),
	}
	for _, b := range p.Branches {
		rules = append(rules, p.yaml.from(yamlMapping("if", "$CI_COMMIT_BRANCH "+branchCondition(b.Value)), statedAt(b.Pos)...))
	}
	return yamlList(rules...)
}

// branchCondition compares a variable with a branch. "*" and "**" mean what they do for GitHub: anything without and with a slash.
// A text in quotes has no escapes in GitLab's language; a regular expression, which is RE2's, has.
func branchCondition(branch string) string {
	if !strings.ContainsAny(branch, `"*`) {
		return `== "` + branch + `"`
	}
	pattern := regexp.QuoteMeta(branch)
	pattern = strings.NewReplacer(`/`, `\/`, `\*\*`, `.*`, `\*`, `[^\/]*`).Replace(pattern)
	return "=~ /^" + pattern + "$/"
}
