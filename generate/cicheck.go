package generate

import (
	"fmt"
	"slices"
	"strings"

	"policygen/internal/finding"
	"policygen/policy"
)

// codeCI is that of CI settings that can't be carried out.
const codeCI = "PG116"

// A ciService is what a CI service allows.
type ciService struct {
	name       string // of the target's kind
	mostJobs   int    // of one matrix
	perBackend bool   // each backend has a matrix of its own
	expression string // what begins a part of a script that the service itself replaces, before any shell sees it; "" for nothing
}

// The limits are those of GitHub's page on the usage limits of Actions and of GitLab's reference of parallel:matrix.
func gitHubService() ciService { return ciService{name: "github", mostJobs: 256, expression: "${{"} }
func gitLabService() ciService { return ciService{name: "gitlab", mostJobs: 200, perBackend: true} }

// A ciProblems is what keeps a policy from being rendered for a CI service.
type ciProblems struct {
	service ciService
	in      Input
	found   finding.List
}

// check looks for what the renderer of the service takes for granted.
func (s ciService) check(in Input) *ciProblems {
	p := &ciProblems{service: s, in: in}
	switch {
	case in.Policy.CI == nil:
		p.report(in.Policy.Where("policy"), "the policy does not say how CI runs the suite", "add policy.ci")
	case len(in.Policy.CI.Jobs) == 0:
		p.report(in.Policy.Where("policy.ci"), "CI runs no backend", "leave one enabled")
	default:
		p.checkJobs(in.Policy.CI)
	}
	if wrapperCommand(in.Policy) == "" {
		p.report(in.Policy.Where("policy.targets"), "the jobs call the wrapper, and there is none", `add a target of kind "wrapper"`)
	}
	return p
}

// err returns the problems as a [finding.List], nil for none.
func (p *ciProblems) err() error { return p.found.Sorted().Err() }

// report adds a problem. What has no place in the policy is one of the policy as a whole.
func (p *ciProblems) report(at finding.Position, message, help string) {
	if !at.IsValid() {
		at.File = p.in.Policy.Sources[0]
	}
	p.found = append(p.found, finding.Finding{Position: at, Code: codeCI, Path: p.in.Policy.FieldAt(at), Message: "target " + p.service.name + ": " + message, Help: help})
}

func (p *ciProblems) checkJobs(ci *policy.CI) {
	for _, job := range ci.Jobs {
		if len(job.Python) == 0 {
			p.report(p.in.Policy.Where("policy.ci"), fmt.Sprintf("no Python version for backend %q", job.Backend), `add python: ["3.13"], say`)
		}
		p.checkWorkers(job)
		p.checkCommands(job.Setup)
	}
	p.checkCommands(ci.Install)
	p.checkMatrix(ci)
}

func (p *ciProblems) checkMatrix(ci *policy.CI) {
	all := 0
	for _, job := range ci.Jobs {
		if p.service.perBackend {
			all = 0
		}
		all += len(job.Python) * job.Shards.Value
		if all > p.service.mostJobs {
			p.report(job.Shards.Pos, fmt.Sprintf("a matrix may have %d jobs, and up to backend %q there are %d", p.service.mostJobs, job.Backend, all), "lower shards")
			return
		}
	}
}

// checkWorkers checks that the worker count of a job can reach the wrapper.
func (p *ciProblems) checkWorkers(job policy.Job) {
	name := p.in.Policy.Runner.WorkersEnv
	switch {
	case !job.Workers.IsSet():
	case name == "":
		p.report(job.Workers.Pos, "no variable can carry the worker count to the wrapper", "name one in runner.workersEnv")
	case slices.Contains([]string{backendVar, pythonVar, shardVar, shardsVar}, name):
		p.report(p.in.Policy.Where("policy.runner.workersEnv"), fmt.Sprintf("the jobs have a variable %s of their own", name), "choose another name")
	}
}

// checkCommands checks that the service leaves commands to the shell as they are.
func (p *ciProblems) checkCommands(commands []policy.Setting[string]) {
	for _, s := range commands {
		if e := p.service.expression; e != "" && strings.Contains(s.Value, e) {
			p.report(s.Pos, fmt.Sprintf("a command holds %q, where a value would be put into the script as code", e), "read the value from a variable")
		}
	}
}
