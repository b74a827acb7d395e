package observe

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"policygen/internal/source"
)

// https://circleci.com/docs/reference/configuration-reference/
var circle = service{
	scripts: []string{"run", "command"},
	env:     []string{"environment"},
	names:   []string{"name"},
	shell:   startedShell{errExit: true, pipeFail: true},
	uses:    regexp.MustCompile(`<<\s*([\w.-]+)\s*>>`),
	value:   known,
	ambient: map[string]string{"CI": "true", "CIRCLECI": "true"},
}

// A circleConfig is a configuration of CircleCI: its jobs are read as the workflows call them, its commands as the jobs do.
type circleConfig struct {
	*pipelineReader
	root   *source.Node
	called map[string]bool // the commands that were
	open   []string        // the commands on the way
}

// circle reads a configuration of CircleCI.
func (r *pipelineReader) circle(root *source.Node) {
	c := circleConfig{pipelineReader: r, root: root, called: map[string]bool{}}
	st := spot{env: r.ambient, shell: r.shell, values: parametersOf(root, "pipeline.parameters.", nil, map[string]string{})}
	for _, e := range entriesOf(root.Get("jobs")) {
		for _, call := range c.calls(e.Key.String(), st) {
			c.job(e.Key.String(), e.Value, call, st)
		}
	}
	for _, e := range entriesOf(root.Get("commands")) {
		if !c.called[e.Key.String()] {
			own := st
			own.job = e.Key.String()
			c.command(e.Key.String(), nil, own)
		}
	}
	c.foreignJobs(st)
}

// foreignJobs reads the steps that the workflows put before and behind those of jobs that are not in the file.
func (c circleConfig) foreignJobs(st spot) {
	for _, workflow := range entriesOf(c.root.Get("workflows")) {
		for _, item := range listOf(workflow.Value.Get("jobs")) {
			for _, call := range item.Entries {
				if c.root.Get("jobs", call.Key.String()) == nil {
					st.job = call.Key.String()
					c.walk("", call.Value, st)
				}
			}
		}
	}
}

// parametersOf returns values with those of parameters: what a caller gives, else what they are declared with.
func parametersOf(declared *source.Node, prefix string, given map[string]string, values map[string]string) map[string]string {
	all := map[string]string{}
	for name, value := range values {
		if !strings.HasPrefix(name, "parameters.") {
			all[name] = value
		}
	}
	for _, e := range entriesOf(declared.Get("parameters")) {
		name := e.Key.String()
		if value, ok := given[name]; ok {
			all[prefix+name] = value
		} else if preset := e.Value.Get("default"); preset != nil && preset.Kind == source.Scalar {
			all[prefix+name] = preset.Text.String()
		}
	}
	return all
}

// given returns the scalar values of a call.
func (c circleConfig) given(call *source.Node, st spot) map[string]string {
	all := map[string]string{}
	for _, e := range entriesOf(call) {
		if e.Value.Kind == source.Scalar {
			all[e.Key.String()] = c.substituted(e.Value.Text, st).String()
		}
	}
	return all
}

// A circleCall is how a workflow calls a job.
type circleCall struct {
	node  *source.Node // what it says, may be nil
	given map[string]string
}

// calls returns how the workflows call a job, once for each combination of a matrix; as one without values where none does.
func (c circleConfig) calls(job string, st spot) (all []circleCall) {
	for _, workflow := range entriesOf(c.root.Get("workflows")) {
		for _, item := range listOf(workflow.Value.Get("jobs")) {
			switch call := item.Get(job); {
			case item.Kind == source.Scalar && item.Text.String() == job:
				all = append(all, circleCall{})
			case call != nil:
				all = append(all, c.combinations(call, st)...)
			}
		}
	}
	if len(all) == 0 {
		return []circleCall{{}}
	}
	return all
}

// combinations returns a call for each combination of its matrix that is not excluded.
func (c circleConfig) combinations(call *source.Node, st spot) (all []circleCall) {
	matrix := []map[string]string{{}}
	for _, e := range entriesOf(call.Get("matrix", "parameters")) {
		matrix = multiply(matrix, e.Key.String(), listOf(e.Value))
	}
	for _, values := range matrix {
		if slices.ContainsFunc(listOf(call.Get("matrix", "exclude")), func(n *source.Node) bool { return excludes(n, values) }) {
			continue
		}
		own := st
		own.values = with(st.values, nil)
		for name, value := range values {
			own.values["matrix."+name] = value
		}
		all = append(all, circleCall{call, with(c.given(call, own), values)})
	}
	return all
}

// excludes reports whether an item of "exclude" is a combination.
func excludes(n *source.Node, values map[string]string) bool {
	for _, e := range entriesOf(n) {
		if values[e.Key.String()] != e.Value.Text.String() {
			return false
		}
	}
	return len(entriesOf(n)) > 0
}

// job reads a job as it is called. Its working directory is where the repository is; that of a step counts.
func (c circleConfig) job(name string, n *source.Node, call circleCall, st spot) {
	st.job = name
	st.values = parametersOf(n, "parameters.", call.given, st.values)
	st.nodes = n.Get("parameters")
	for _, from := range []*source.Node{c.executor(n.Get("executor"), st), n} {
		st = c.withVariables(st, from.Get("environment"))
		if how := from.Get("shell"); how != nil && how.Kind == source.Scalar {
			st.shell = customShell(strings.Fields(c.substituted(how.Text, st).String()))
		}
		st.base = c.substituted(source.NewText("", []byte(firstScalar(from, []string{"working_directory"}, cmp.Or(st.base, "~/project")))), st).String()
	}
	for _, steps := range []*source.Node{call.node.Get("pre-steps"), n.Get("steps"), call.node.Get("post-steps")} {
		c.steps(steps, st)
	}
}

// executor returns the executor of the file that a job names; nil for none.
func (c circleConfig) executor(n *source.Node, st spot) *source.Node {
	if n == nil {
		return nil
	}
	name := n
	if n.Kind == source.Map {
		name = n.Get("name")
	}
	if name == nil || name.Kind != source.Scalar {
		return nil
	}
	return c.root.Get("executors", c.substituted(name.Text, st).String())
}

// steps reads a list of steps. One that is a parameter stands for the steps that it holds.
func (c circleConfig) steps(n *source.Node, st spot) {
	st.depth++
	for _, item := range listOf(n) {
		if c.left--; c.left < 0 || st.depth > maxExpression || c.out.full() {
			return
		}
		switch {
		case item.Kind == source.Map:
			for _, e := range item.Entries {
				c.step(e.Key.String(), e.Value, st)
			}
		case item.Kind == source.List:
			c.steps(item, st)
		default:
			c.named(item.Text, st)
		}
	}
}

// named reads a step that is a word: a command without values, or a parameter.
func (c circleConfig) named(word source.Text, st spot) {
	if m := c.uses.FindStringSubmatch(word.String()); m != nil {
		name := strings.TrimPrefix(m[1], "parameters.")
		c.steps(source.First(st.given.Get(name), st.nodes.Get(name, "default")), st)
		return
	}
	c.command(word.String(), nil, st)
}

func (c circleConfig) step(key string, n *source.Node, st spot) {
	switch key {
	case "run":
		c.run(n, st)
	case "when", "unless":
		holds, known := c.holds(n.Get("condition"), st, 0)
		if known && holds != (key == "when") {
			return
		}
		st.doubtful = st.doubtful || !known
		c.steps(n.Get("steps"), st)
	default:
		if c.root.Get("commands", key) != nil {
			c.command(key, n, st)
			return
		}
		c.walk(key, n, st) // of an orb, which may take commands
	}
}

// command reads the steps of a command as it is called.
func (c circleConfig) command(name string, call *source.Node, st spot) {
	n := c.root.Get("commands", name)
	if n == nil || slices.Contains(c.open, name) {
		return
	}
	c.called[name] = true
	c.open = append(slices.Clone(c.open), name)
	st.values = parametersOf(n, "parameters.", c.given(call, st), st.values)
	st.nodes, st.given = n.Get("parameters"), call
	c.steps(n.Get("steps"), st)
}

// run reads a step that runs commands.
func (c circleConfig) run(n *source.Node, st spot) {
	text := n
	if n.Kind == source.Map {
		text = n.Get("command")
		st.step = firstScalar(n, c.names, st.step)
		st = c.withVariables(st, n.Get("environment"))
		if how := n.Get("shell"); how != nil && how.Kind == source.Scalar {
			st.shell = customShell(strings.Fields(c.substituted(how.Text, st).String()))
		}
		if dir := n.Get("working_directory"); dir != nil && dir.Kind == source.Scalar {
			st.dir = inCheckout(c.substituted(dir.Text, st).String(), st.base)
		}
	}
	if text != nil && text.Kind == source.Scalar {
		c.add(st.shell.language, text.Text, st)
	}
}

// inCheckout returns a folder as seen from that of the job, which is where the repository is.
func inCheckout(dir, base string) string {
	if rest, ok := strings.CutPrefix(dir, base); ok && (rest == "" || rest[0] == '/') {
		return strings.TrimPrefix(rest, "/")
	}
	return dir
}

// holds reads a condition: a value, or "and", "or", "not" and "equal" of others.
// https://circleci.com/docs/reference/configuration-reference/#logic-statements
func (c circleConfig) holds(n *source.Node, st spot, depth int) (holds, known bool) {
	if n == nil || depth > maxExpression {
		return false, false
	}
	if n.Kind == source.Scalar {
		value := c.substituted(n.Text, st).String()
		return !slices.Contains([]string{"", "false", "0", "null"}, value), !isUnknown(value)
	}
	for _, e := range entriesOf(n) {
		switch e.Key.String() {
		case "not":
			holds, known = c.holds(e.Value, st, depth+1)
			return !holds, known
		case "and", "or":
			return c.allHold(listOf(e.Value), e.Key.String() == "and", st, depth)
		case "equal":
			return c.allEqual(listOf(e.Value), st)
		}
	}
	return false, false
}

// allHold reports whether all conditions hold, or any of them.
func (c circleConfig) allHold(list []*source.Node, all bool, st spot, depth int) (holds, known bool) {
	known = true
	for _, n := range list {
		h, k := c.holds(n, st, depth+1)
		if k && h != all {
			return h, true
		}
		known = known && k
	}
	return all, known
}

func (c circleConfig) allEqual(list []*source.Node, st spot) (holds, known bool) {
	for i, n := range list {
		value, first := c.substituted(n.Text, st).String(), c.substituted(list[0].Text, st).String()
		if isUnknown(value) || isUnknown(first) {
			return false, false
		}
		if i > 0 && value != first {
			return false, true
		}
	}
	return true, true
}
