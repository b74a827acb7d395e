package generate

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"policygen/policy"
)

func (w *workflow) testSteps() []*yaml.Node {
	steps := []*yaml.Node{w.checkout(), w.action("Set up Python", "actions/setup-python", nil, "python-version", "${{ matrix.python }}")}
	for _, s := range w.setups {
		steps = append(steps, w.setup(s))
	}
	return append(steps, w.test(), w.upload())
}

func (w *workflow) checkout() *yaml.Node {
	return w.action("Check out the repository", "actions/checkout", nil, "persist-credentials", false)
}

// setup returns the step that prepares for the backends that share a setup.
func (w *workflow) setup(s ciSetup) *yaml.Node {
	script := w.script(s.commands)
	if s.forAll(w.ci) {
		return w.run("Install what the tests need", nil, nil, script)
	}
	condition := "matrix.backend == '" + strings.Join(s.backends, "' || matrix.backend == '") + "'"
	from := w.ofBackends(s.backends)
	name := w.yaml.from(yamlText("Install what the tests need ("+strings.Join(s.backends, ", ")+")"), from...)
	return w.run(name, w.yaml.from(yamlText(condition), from...), nil, script)
}

// test returns the step that calls the wrapper, which also writes the summary of the job.
func (w *workflow) test() *yaml.Node {
	pairs := []any{backendVar, "${{ matrix.backend }}"}
	if w.sharded {
		from := w.shardOrigins()
		shard, shards := yamlText("${{ matrix.shard }}"), yamlText("${{ matrix.shards }}")
		pairs = append(pairs, shardVar, w.yaml.from(shard, from...), shardsVar, w.yaml.from(shards, from...))
	}
	if slices.ContainsFunc(w.Jobs, func(j policy.Job) bool { return j.Workers.IsSet() }) {
		name := yamlText(w.Policy.Runner.WorkersEnv)
		if slices.ContainsFunc(w.Jobs, func(j policy.Job) bool { return !j.Workers.IsSet() }) {
			w.yaml.comment(name, "Empty for an entry without a number, which is as good as not set.", w.workerOrigins()...)
		}
		value := w.yaml.from(yamlText("${{ matrix.workers }}"), statedAt(w.Policy.Where("policy.runner.workersEnv"))...)
		pairs = append(pairs, name, value)
	}
	return w.run("Run the tests", nil, yamlMapping(pairs...), w.yaml.script([]yamlCommand{w.commandLine()}))
}

// workerOrigins returns what says how many workers jobs have in CI.
func (w *workflow) workerOrigins() []Origin {
	var all []Origin
	for _, job := range w.Jobs {
		all = union(all, statedAt(job.Workers.Pos))
	}
	return all
}

// upload returns the step that keeps the results. It always runs: a job that is over its time limit counts as cancelled, and its
// results are the ones that are wanted most.
func (w *workflow) upload() *yaml.Node {
	name := resultsFolder + "-${{ matrix.backend }}-${{ matrix.python }}"
	if w.sharded {
		name += "-${{ matrix.shard }}"
	}
	n := w.yaml.from(yamlText(name), w.shardOrigins()...)
	return w.action("Keep the results", "actions/upload-artifact", yamlText("always()"), "name", n, "path", resultsFolder)
}

// run returns a step that runs a script. The name is a string or a node, condition and env may be nil.
func (w *workflow) run(name any, condition, env, script *yaml.Node) *yaml.Node {
	return yamlMapping("name", name, "if", condition, "shell", "bash", "env", env, "run", script)
}

// script returns commands as the script of a step.
func (w *workflow) script(commands []policy.Setting[string]) *yaml.Node {
	for _, s := range commands {
		w.literal(s.Value)
	}
	return w.yaml.script(w.commands(commands, false))
}

// literal returns a text that is to arrive as it stands, and notes a defect where it holds an expression.
func (w *workflow) literal(text string) string {
	if err := proveLiteral(text); err != nil {
		w.defects = append(w.defects, err)
	}
	return text
}

// action returns a step that uses an action with pairs of inputs. The condition may be nil.
func (w *workflow) action(name, action string, condition *yaml.Node, inputs ...any) *yaml.Node {
	var uses *yaml.Node
	if i := slices.IndexFunc(w.Actions, func(a policy.Action) bool { return a.Name == action }); i >= 0 {
		uses = w.pinned(w.Actions[i], inputs)
	} else {
		w.defects = append(w.defects, fmt.Errorf("no version of the action %s is known", action))
	}
	return yamlMapping("name", name, "if", condition, "uses", uses, "with", yamlMapping(inputs...))
}

// pinned names an action by the commit of the chosen version, which has the inputs.
func (w *workflow) pinned(a policy.Action, inputs []any) *yaml.Node {
	if err := proveInputs(a, inputs); err != nil {
		w.defects = append(w.defects, err)
	}
	n := yamlText(a.Name + "@" + a.SHA)
	n.LineComment = "# " + a.Version
	return w.yaml.from(n, statedAt(a.Pos, w.Policy.Where(fmt.Sprintf("policy.ci.github.actions.%q", a.Name)))...)
}
