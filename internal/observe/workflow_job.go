package observe

import (
	"maps"
	"strings"

	"policygen/internal/source"
)

// job reads a job in every combination of its matrix.
func (w workflow) job(key source.Text, n *source.Node) {
	base := w.scope().with("needs", scopeContext{nil, true})
	if n == nil {
		return
	}
	off := base.never(n.Get("if"))
	combinations, problem := matrixOf(n.Get("strategy", "matrix"), base)
	if problem != "" {
		w.out.problems = append(w.out.problems, Problem{Position: n.Get("strategy", "matrix").Pos, Message: problem})
	}
	job := Job{Position: key.At(0), Kind: Workflow, Name: key.String()}
	before := len(w.out.snippets)
	w.passed = &passed{read: map[*source.Node]func(){}, run: map[*source.Node]bool{}}
	for _, c := range combinations {
		s := base.with("matrix", c)
		if !off && s.never(n.Get("if")) {
			continue
		}
		job.limit(n.Get("timeout-minutes"), s)
		w.jobIn(key, n, s, off)
	}
	w.passed.finish()
	if n.Get("uses") == nil {
		w.out.jobs = append(w.out.jobs, job)
	}
	w.out.snippets = append(w.out.snippets[:before], distinctSnippets(w.out.snippets[before:])...)
	if w.out.full() {
		w.out.problems = append(w.out.problems, Problem{Position: key.At(0), Message: tooManyCommands})
	}
}

// limit notes the limit of a job; of those that the matrix gives, the smallest.
func (j *Job) limit(n *source.Node, s scope) {
	if n == nil {
		return
	}
	j.Limit = n.Pos
	if v := s.value(n); !isUnknown(v) {
		if m := numberOf(v); m > 0 && (j.Minutes == 0 || m < j.Minutes) {
			j.Minutes = m
		}
	}
}

// jobIn reads a job in one combination of its matrix. One that is switched off waits to be switched on again, so it is read all the same.
func (w workflow) jobIn(key source.Text, n *source.Node, s scope, off bool) {
	where := "job " + key.String()
	if w.where != "" {
		where = w.where + ", " + where
	}
	hidden := w.hidden
	if v := s.value(n.Get("continue-on-error")); v == true {
		hidden = "continue-on-error"
	}
	if use := n.Get("uses"); use != nil {
		if off {
			return
		}
		if name := use.Text.String(); strings.HasPrefix(name, "./") {
			w.call(name, n.Get("with"), s, where, hidden)
		} else {
			w.stage(key.String(), where, hidden, s).foreign(use, n.Get("with"), "")
		}
		return
	}
	st := w.stage(key.String(), where, hidden, s)
	st.off = off
	st.os = systemOf(n.Get("runs-on"), n.Get("container"), s)
	st.container = n.Get("container") != nil
	if st.os != "" {
		st.env["RUNNER_OS"] = st.os
		st.scope = st.scope.with("runner", scopeContext{map[string]any{"os": st.os, "temp": runnerTemp}, true})
	}
	st = st.withEnv(w.root.Get("env")).withEnv(n.Get("container", "env")).withEnv(n.Get("env"))
	for _, defaults := range []*source.Node{w.root.Get("defaults", "run"), n.Get("defaults", "run")} {
		if shell := defaults.Get("shell"); shell != nil {
			st.shell = s.text(shell).String()
		}
		if dir := defaults.Get("working-directory"); dir != nil {
			st.dir = s.text(dir).String()
		}
	}
	st.steps(n.Get("steps"))
}

// stage returns what the steps of a job begin with.
func (w workflow) stage(job, where, hidden string, s scope) stage {
	env := maps.Clone(runnerEnv)
	env["GITHUB_JOB"] = job
	return stage{file: w.file, kind: Workflow, job: job, where: where, hidden: hidden, scope: s, env: env, handed: map[string]string{}, clones: &[]clone{}, open: w.open, left: w.left, out: w.out, passed: w.passed}
}

const runnerTemp = "/home/runner/work/_temp"

// runnerEnv is what a runner sets for every step, as far as it does not depend on the event. Scripts write to the files.
// https://docs.github.com/en/actions/reference/workflows-and-actions/variables
var runnerEnv = map[string]string{
	"CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": mount, "RUNNER_TEMP": runnerTemp,
	"GITHUB_ENV": runnerTemp + "/env", "GITHUB_PATH": runnerTemp + "/path", "GITHUB_OUTPUT": runnerTemp + "/output",
	"GITHUB_STEP_SUMMARY": runnerTemp + "/summary",
}

// systemOf returns the name that a runner gives its system; empty where the labels don't tell.
func systemOf(runsOn, container *source.Node, s scope) string {
	if container != nil {
		return "Linux"
	}
	labels := strings.ToLower(labelsOf(s.value(runsOn)))
	switch {
	case strings.Contains(labels, "windows"):
		return "Windows"
	case strings.Contains(labels, "macos"):
		return "macOS"
	case strings.Contains(labels, "ubuntu"), strings.Contains(labels, "linux"):
		return "Linux"
	}
	return ""
}

// labelsOf returns the labels of "runs-on", be it a name, a list, or a map with "group" and "labels".
func labelsOf(v any) string {
	switch v := v.(type) {
	case []any:
		texts := make([]string, len(v))
		for i, item := range v {
			texts[i] = textOf(item)
		}
		return strings.Join(texts, " ")
	case map[string]any:
		return labelsOf(v["labels"]) + " " + labelsOf(v["group"])
	}
	return textOf(v)
}
