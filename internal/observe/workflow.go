package observe

import (
	"slices"
	"strings"

	"policygen/internal/source"
)

// maxReuse bounds how deep workflows and actions use one another; GitHub allows ten levels.
const maxReuse = 10

// maxUses bounds how many times a workflow comes to others and to actions in all.
const maxUses = 2000

// readWorkflow reads a workflow of GitHub: the steps of its jobs, in every combination of a matrix that makes a difference. A
// workflow that others of the repository use is read as they use it.
func readWorkflow(f file) found {
	var all found
	docs, err := source.ParseYAML(f.name, f.content)
	if err != nil {
		all = unread(err)
	}
	if len(docs) == 0 {
		return all
	}
	callers := f.usedBy("./" + f.name)
	if on := docs[0].Get("on"); len(callers) == 0 || !onlyCalled(on) {
		newWorkflow(f, docs[0], &all).read()
	}
	for _, c := range callers {
		all.merge(readWorkflowAlone(c))
	}
	return all.standingIn(f.name)
}

// readWorkflowAlone reads a workflow with what it uses but not as others use it.
func readWorkflowAlone(f file) found {
	var all found
	docs, _ := source.ParseYAML(f.name, f.content) // the file's own reader tells its problems
	if len(docs) > 0 {
		newWorkflow(f, docs[0], &all).read()
	}
	return all
}

func newWorkflow(f file, root *source.Node, out *found) workflow {
	on, left := root.Get("on"), maxUses
	return workflow{file: f, root: root, out: out, inputs: declaredInputs(on, nil, scope{}, true), event: onlyEvent(on), open: []string{f.name}, left: &left}
}

// A workflow is a workflow that is being read, as one event or one caller starts it.
type workflow struct {
	file   file
	root   *source.Node
	out    *found
	inputs scopeContext
	event  string   // the one that starts it; empty where there are several
	where  string   // of the job that calls it, for people
	hidden string   // how the caller loses its failure
	open   []string // the files on the way to it
	passed *passed  // of the job that is being read
	left   *int     // how many more workflows and actions may be read for the one that all began with
}

func (w workflow) read() {
	jobs := w.root.Get("jobs")
	if jobs == nil {
		return
	}
	for _, e := range jobs.Entries {
		w.job(e.Key, e.Value)
	}
}

func (w workflow) scope() scope {
	github := map[string]any{"workspace": mount, "server_url": "https://github.com", "api_url": "https://api.github.com"}
	if w.event != "" {
		github["event_name"] = w.event
	}
	return scope{"github": {github, true}, "inputs": w.inputs, "env": {nil, true}}
}

// onlyCalled reports whether a workflow starts only where another one uses it.
func onlyCalled(on *source.Node) bool { return onlyEvent(on) == "workflow_call" }

// onlyEvent returns the event that starts a workflow where it is a single one.
func onlyEvent(on *source.Node) string {
	switch {
	case on == nil:
	case on.Kind == source.Scalar:
		return on.Text.String()
	case on.Kind == source.List && len(on.Items) == 1:
		return onlyEvent(on.Items[0])
	case on.Kind == source.Map && len(on.Entries) == 1:
		return on.Entries[0].Key.String()
	}
	return ""
}

// call reads a workflow of the repository that a job uses.
func (w workflow) call(name string, with *source.Node, s scope, where, hidden string) {
	f, err := w.file.other(strings.TrimPrefix(name, "./"))
	if *w.left--; err != nil || slices.Contains(w.open, f.name) || len(w.open) > maxReuse || *w.left < 0 {
		return // what is not in the repository is told by GitHub
	}
	docs, _ := source.ParseYAML(f.name, f.content)
	if len(docs) == 0 {
		return
	}
	called := workflow{
		file: f, root: docs[0], out: w.out, inputs: declaredInputs(docs[0].Get("on"), with, s, false),
		event: w.event, where: where, hidden: hidden, open: append(slices.Clone(w.open), f.name), left: w.left,
	}
	called.read()
}
