package generate

import (
	"errors"
	"strings"

	"go.yaml.in/yaml/v3"

	"policygen/policy"
)

// renderGitHub renders a workflow of GitHub Actions.
func renderGitHub(in Input) (rendered, error) {
	if err := proveCI(in); err != nil {
		return rendered{}, err
	}
	w := &workflow{ci: newCI(in, gitHubService)}
	root := w.file()
	if err := errors.Join(w.defects...); err != nil {
		return rendered{}, err
	}
	return w.yaml.encode(yamlHeader(in), root)
}

var gitHubService = ciService{root: "GITHUB_WORKSPACE", longest: ", which is what GitHub's own runners give at most"}

// A workflow is a workflow of GitHub Actions in the making. It does what actionlint and zizmor ask for: actions by commit, no
// credentials left behind, permissions for each job, a shell by name, and values in scripts by way of variables only.
type workflow struct {
	ci
	defects []error // what loading the policy should have refused
}

func (w *workflow) file() *yaml.Node {
	var policyJob *yaml.Node
	if len(w.Install) > 0 {
		policyJob = w.policyJob()
	}
	return yamlMapping(
		"name", w.yaml.from(yamlText(w.literal("Tests of "+w.Policy.Project)), statedAt(w.Policy.Where("policy.project"))...),
		yamlPlain("on"), yamlMapping(
			"push", yamlMapping("branches", w.branches()),
			"pull_request", yamlNull(),
			"workflow_dispatch", yamlNull(),
		),
		"permissions", yamlMapping(),
		w.yaml.comment(yamlText("concurrency"), "A push to a pull request ends the run for what was there before. Pushes to a branch all run to their end."),
		yamlMapping(
			"group", "${{ github.workflow_ref }}-${{ github.event.pull_request.number || github.run_id }}",
			"cancel-in-progress", true,
		),
		"jobs", yamlMapping("test", w.testJob(), "policy", policyJob),
	)
}

func (w *workflow) branches() *yaml.Node {
	var patterns []*yaml.Node
	for _, b := range w.Branches {
		patterns = append(patterns, w.yaml.from(yamlText(branchPattern(b.Value)), statedAt(b.Pos)...))
	}
	return yamlFlow(yamlList(patterns...))
}

// branchPattern writes a branch as a pattern of GitHub's. "*" and "**", which no branch can have in its name, stay what they
// are there, anything without and with a slash; the other signs of patterns stand for themselves.
func branchPattern(branch string) string {
	return strings.NewReplacer(`\`, `\\`, "?", `\?`, "+", `\+`, "[", `\[`, "!", `\!`).Replace(branch)
}

func (w *workflow) testJob() *yaml.Node {
	name := "${{ matrix.backend }}, Python ${{ matrix.python }}"
	if w.sharded {
		name += ", shard ${{ matrix.shard }} of ${{ matrix.shards }}"
	}
	return yamlMapping(
		"name", w.yaml.from(yamlText(name), w.shardOrigins()...),
		"runs-on", w.runsOn(),
		"timeout-minutes", "${{ matrix.timeout }}",
		"permissions", readOnly(),
		"strategy", yamlMapping("fail-fast", false, "matrix", yamlMapping("include", w.matrix())),
		"steps", yamlList(w.testSteps()...),
	)
}

// policyJob returns the job that holds the rendered files, and everything else that starts pytest, against the policy.
func (w *workflow) policyJob() *yaml.Node {
	return w.yaml.from(yamlMapping(
		"name", "Policy",
		"runs-on", w.runsOn(),
		"timeout-minutes", policyMinutes,
		"permissions", readOnly(),
		"steps", yamlList(
			w.checkout(),
			w.run("Install policygen", nil, nil, w.script(w.Install)),
			w.run("Check the rendered files", nil, nil, yamlText(w.literal(w.checkCommand()))),
			w.run("Check every place that starts pytest", nil, nil, yamlText(w.literal(w.startsCommand()+" --format github"))),
		),
	), statedAt(w.Policy.Where("policy.ci.install"))...)
}

func (w *workflow) runsOn() *yaml.Node {
	return w.yaml.from(yamlText(w.RunsOn.Value), statedAt(w.RunsOn.Pos)...)
}

func readOnly() *yaml.Node { return yamlMapping("contents", "read") }

// matrix returns one entry for each job: a backend under a Python version, or a shard of that.
func (w *workflow) matrix() *yaml.Node {
	var entries []*yaml.Node
	for i, job := range w.Jobs {
		first := len(entries)
		for _, python := range job.Python {
			for shard := range job.Shards.Value {
				entries = append(entries, w.entry(job, python, shard+1))
			}
		}
		w.explain(entries[first], i)
		if minutes(job) > longestMinutes {
			w.yaml.comment(entries[first], "GitHub's own runners end a job after 6 hours all the same.", w.limitOrigins(job)...)
		}
	}
	return yamlList(entries...)
}

// entry returns the entry of one job. A shard is two numbers there, since the name of an artifact can't hold a slash.
func (w *workflow) entry(job policy.Job, python policy.Setting[string], shard int) *yaml.Node {
	pairs := []any{"backend", job.Backend, "python", python.Value}
	if w.sharded {
		pairs = append(pairs, "shard", shard, "shards", job.Shards.Value)
	}
	pairs = append(pairs, "timeout", minutes(job))
	if job.Workers.IsSet() {
		pairs = append(pairs, "workers", job.Workers.Value)
	}
	n := yamlFlow(yamlMapping(pairs...))
	w.yaml.from(n, statedAt(w.backendPlace(job.Backend), python.Pos, job.Shards.Pos, job.Workers.Pos)...)
	return w.yaml.from(n, w.limitOrigins(job)...)
}
