package policy

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"policygen/internal/finding"
)

// A ciService is what a CI service allows.
type ciService struct {
	kind       string // of its target
	place      *regexp.Regexp
	example    string // of a path that matches place
	mostJobs   int    // of one matrix
	perBackend bool   // each backend has a matrix of its own
}

// GitHub runs no workflow from another folder. GitLab may be told another path than .gitlab-ci.yml, but it ends in .yml or .yaml.
// The limits are those of GitHub's page on the usage limits of Actions and of GitLab's reference of parallel:matrix.
var ciServices = [...]ciService{
	{kind: githubKind, place: regexp.MustCompile(`^\.github/workflows/[^/]+\.ya?ml$`), example: ".github/workflows/tests.yml", mostJobs: 256},
	{kind: "gitlab", place: regexp.MustCompile(`\.ya?ml$`), example: ".gitlab-ci.yml", mostJobs: 200, perBackend: true},
}

// serviceOf returns the service that a target of the kind is for; not ok for a kind that is for none.
func serviceOf(kind string) (s ciService, ok bool) {
	i := slices.IndexFunc(ciServices[:], func(s ciService) bool { return s.kind == kind })
	if i < 0 {
		return s, false
	}
	return ciServices[i], true
}

// forCI reports whether the target is rendered from ci.
func (t Target) forCI() bool {
	_, ok := serviceOf(t.Kind)
	return ok
}

// jobVariables begins the names of the variables by which CI's jobs tell the wrapper which of them they are.
const jobVariables = "MATRIX_"

// workflowInputs are the inputs of actions that GitHub's workflow needs. GitHub only warns of an input that an action doesn't have.
var workflowInputs = [...]struct{ action, input string }{
	{"actions/checkout", "persist-credentials"}, {"actions/setup-python", "python-version"},
	{"actions/upload-artifact", "name"}, {"actions/upload-artifact", "path"},
}

// checkServices finds what the policy asks of the CI services that it has targets for, and they can't do. n is the policy.
func (b *builder) checkServices(n *node, p *Policy) {
	if p.CI == nil {
		return
	}
	for _, t := range p.Targets {
		if s, ok := serviceOf(t.Kind); ok {
			b.checkMatrix(s, t, p.CI.Jobs)
		}
	}
	if slices.ContainsFunc(p.Targets, func(t Target) bool { return t.Kind == githubKind }) {
		b.checkInputs(p.CI.Actions)
		b.checkExpressions(n, p)
	}
	if slices.ContainsFunc(p.Targets, Target.forCI) && strings.HasPrefix(p.Runner.WorkersEnv, jobVariables) {
		at := n.get("runner", "workersEnv")
		b.badCI(at.pos, at.path, fmt.Sprintf("the jobs of CI have variables of their own that begin with %s", quote(jobVariables)), "choose another name")
	}
}

// checkMatrix finds the backend with which a matrix becomes too large for the service.
func (b *builder) checkMatrix(s ciService, t Target, jobs []Job) {
	all := 0
	for _, job := range jobs {
		if s.perBackend {
			all = 0
		}
		all += len(job.Python) * job.Shards.Value
		if all <= s.mostJobs {
			continue
		}
		at := job.Shards.Pos
		if !at.IsValid() {
			at = job.Python[len(job.Python)-1].Pos
		}
		b.badCI(at, b.paths[at], fmt.Sprintf("a matrix of target %s may have %d jobs, and with backend %s there are %d", quote(t.Name), s.mostJobs, quote(job.Backend), all),
			"lower shards, or run fewer versions of Python")
		return
	}
}

// checkExpressions finds expressions of GitHub in what its workflow shows or runs beside the commands, which are checked wherever they stand.
func (b *builder) checkExpressions(n *node, p *Policy) {
	if strings.Contains(p.Project, GitHubExpression) {
		at := n.get("project")
		b.badCI(at.pos, at.path, fmt.Sprintf("GitHub takes %s in the name of its workflow for an expression", quote(GitHubExpression)), "choose another name")
	}
	for _, name := range slices.Sorted(slices.Values(b.places.policyFiles())) {
		if strings.Contains(name, GitHubExpression) {
			b.badCI(n.label, n.path, fmt.Sprintf("the policy's file %s is named in a command of CI, and GitHub takes %s for an expression", quote(name), quote(GitHubExpression)),
				"rename the file")
		}
	}
}

// checkInputs finds chosen versions of actions that don't have what the workflow needs.
func (b *builder) checkInputs(chosen []Action) {
	for _, needed := range workflowInputs {
		for _, a := range chosen {
			if a.Name == needed.action && !slices.Contains(a.Inputs, needed.input) {
				b.report(finding.Finding{Position: a.Pos, Code: codeCI, Path: join("policy.actions", a.Name+"@"+a.Version),
					Message: fmt.Sprintf("the action has no input %s, which the workflow needs", quote(needed.input)),
					Help:    "correct its inputs, or choose another version in ci.github.actions"})
			}
		}
	}
}
