package generate

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"policygen/policy"
)

// renderGitLab renders the CI configuration of GitLab.
func renderGitLab(in Input) (rendered, error) {
	if err := proveCI(in); err != nil {
		return rendered{}, err
	}
	p := &pipeline{ci: newCI(in, ciService{root: "CI_PROJECT_DIR"})}
	return p.yaml.encode(yamlHeader(in), p.file())
}

// A pipeline is the CI configuration of GitLab in the making: a template that starts with ".", so that it's no job itself, and
// one job for each backend, since a time limit can't hold a variable. A name of ours before that of the backend keeps clear of
// GitLab's keywords, such as "default" and "pages".
type pipeline struct{ ci }

const testsTemplate = ".tests"

func (p *pipeline) file() *yaml.Node {
	pairs := []any{"workflow", yamlMapping("rules", p.rules()), testsTemplate, p.template()}
	for _, s := range p.setups {
		if s.isShared(p.ci) {
			key := p.yaml.from(yamlText(s.template()), p.ofBackends(s.backends)...)
			pairs = append(pairs, key, yamlMapping("before_script", p.beforeScript(s.commands)))
		}
	}
	for i, job := range p.Jobs {
		name := p.explain(yamlText("tests:"+job.Backend), i)
		pairs = append(pairs, name, p.yaml.from(p.job(job), statedAt(p.backendPlace(job.Backend))...))
	}
	if len(p.Install) > 0 {
		pairs = append(pairs, "policy", p.yaml.from(p.policyJob(), statedAt(p.Policy.Where("policy.ci.install"))...))
	}
	return yamlMapping(pairs...)
}

// template returns what all test jobs have.
func (p *pipeline) template() *yaml.Node {
	var whole *yaml.Node
	if p.sharded {
		whole = p.yaml.from(yamlMapping(shardVar, "1", shardsVar, "1"), p.shardOrigins()...) // unless a job says otherwise
	}
	return yamlMapping(
		"image", p.image("${"+pythonVar+"}"),
		"variables", whole,
		"before_script", p.setupOf(func(s ciSetup) bool { return s.forAll(p.ci) }),
		"script", p.list(p.commandLine()),
		"artifacts", yamlMapping(
			"when", "always",
			"paths", yamlList(resultsFolder+"/"),
			"reports", yamlMapping("junit", resultsFolder+"/*.xml"),
		),
	)
}

// isShared reports whether the setup is that of some jobs, which get it from a template of its own.
func (s ciSetup) isShared(c ci) bool { return len(s.backends) > 1 && !s.forAll(c) }

func (s ciSetup) template() string { return ".setup-" + s.backends[0] }

// job returns the job of a backend: a matrix of its Python versions, and of its shards where there are several.
func (p *pipeline) job(job policy.Job) *yaml.Node {
	extends := yamlNode(testsTemplate)
	if i := slices.IndexFunc(p.setups, func(s ciSetup) bool { return s.isShared(p.ci) && slices.Contains(s.backends, job.Backend) }); i >= 0 {
		extends = p.yaml.from(yamlFlow(yamlList(testsTemplate, p.setups[i].template())), p.ofBackends(p.setups[i].backends)...)
	}
	own := func(s ciSetup) bool { return !s.forAll(p.ci) && !s.isShared(p.ci) && s.backends[0] == job.Backend }
	return yamlMapping(
		"extends", extends,
		"timeout", p.yaml.from(yamlText(fmt.Sprintf("%d minutes", minutes(job))), p.limitOrigins(job)...),
		"variables", p.variables(job),
		"parallel", yamlMapping("matrix", yamlList(p.matrix(job))),
		"before_script", p.setupOf(own),
	)
}

func (p *pipeline) variables(job policy.Job) *yaml.Node {
	pairs := []any{backendVar, job.Backend}
	if job.Shards.Value > 1 {
		pairs = append(pairs, shardsVar, p.yaml.from(yamlText(strconv.Itoa(job.Shards.Value)), statedAt(job.Shards.Pos)...))
	}
	if job.Workers.IsSet() {
		count := p.yaml.from(yamlText(strconv.Itoa(job.Workers.Value)), statedAt(job.Workers.Pos, p.Policy.Where("policy.runner.workersEnv"))...)
		pairs = append(pairs, p.Policy.Runner.WorkersEnv, count)
	}
	return yamlMapping(pairs...)
}

func (p *pipeline) matrix(job policy.Job) *yaml.Node {
	versions := yamlFlow(yamlList[string]())
	for _, v := range job.Python {
		versions.Content = append(versions.Content, p.yaml.from(yamlText(v.Value), statedAt(v.Pos)...))
	}
	if job.Shards.Value == 1 {
		return yamlMapping(pythonVar, versions)
	}
	shards := yamlFlow(yamlList[string]())
	for i := range job.Shards.Value {
		shards.Content = append(shards.Content, yamlText(strconv.Itoa(i+1)))
	}
	return yamlMapping(pythonVar, versions, shardVar, p.yaml.from(shards, statedAt(job.Shards.Pos)...))
}

// policyJob returns the job that holds the rendered files, and everything else that starts pytest, against the policy, in the image for the last Python of the first backend.
func (p *pipeline) policyJob() *yaml.Node {
	versions := p.Jobs[0].Python
	return yamlMapping(
		"image", p.yaml.from(p.image(versions[len(versions)-1].Value), statedAt(versions[len(versions)-1].Pos)...),
		"timeout", fmt.Sprintf("%d minutes", policyMinutes),
		"before_script", p.beforeScript(p.Install),
		"script", yamlList(p.checkCommand(), p.startsCommand()),
	)
}

// image returns the image of a container for a Python version.
func (p *pipeline) image(python string) *yaml.Node {
	return p.yaml.from(yamlText(strings.ReplaceAll(p.Image.Value, "{python}", python)), statedAt(p.Image.Pos)...)
}

// setupOf returns the commands of the setup that is chosen, nil for none.
func (p *pipeline) setupOf(chosen func(ciSetup) bool) *yaml.Node {
	if i := slices.IndexFunc(p.setups, chosen); i >= 0 {
		return p.beforeScript(p.setups[i].commands)
	}
	return nil
}

// beforeScript returns commands that run before the script, and in the same shell.
func (p *pipeline) beforeScript(settings []policy.Setting[string]) *yaml.Node {
	return p.list(p.commands(settings, true)...)
}

// list returns commands as a list of scripts.
func (p *pipeline) list(commands ...yamlCommand) *yaml.Node {
	var items []*yaml.Node
	for _, c := range commands {
		items = append(items, p.yaml.from(yamlText(c.text), c.from...))
	}
	return yamlList(items...)
}
