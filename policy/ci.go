package policy

import (
	"time"
)

// A CI is how a CI service runs the suite, with built-in values filled in.
type CI struct {
	Branches []Setting[string] // whose pushes run the suite
	Install  []Setting[string] // shell commands that install policygen; empty where the policy does not say how
	RunsOn   Setting[string]   // label of GitHub's runners
	Image    Setting[string]   // of GitLab's containers; "{python}" stands for the Python version
	Actions  []Action          // one version of each action that is known, by name
	Jobs     []Job             // of the enabled backends, in the order of the policy
}

// A Job is what CI does for one backend.
type Job struct {
	Backend  string
	Python   []Setting[string] // versions such as "3.13"; at least one where a target github or gitlab exists
	Setup    []Setting[string] // shell commands
	Shards   Setting[int]      // jobs for each Python version that the test files of every phase are dealt out to; at least 1
	Workers  Setting[int]      // not set: as many as elsewhere
	Overhead Setting[time.Duration]
	// Limit is what the job takes at most: the limits of all phases, the time that ending them takes, and Overhead.
	// 0 where a phase has no limit.
	Limit time.Duration
}

// What holds in CI where the policy says nothing. See #CI and #Job in schema.cue.
const (
	builtInBranch   = "main"
	builtInRunsOn   = "ubuntu-24.04"
	builtInImage    = "python:{python}"
	builtInShards   = 1
	builtInOverhead = 10 * time.Minute
)

// longestJob is far beyond what any CI service lets a job take. Longer limits are cut to it, so that their sum can be told.
const longestJob = 1000 * time.Hour

// ci reads how a CI service runs the suite, nil where the policy says nothing. The plans have been made.
func (b *builder) ci(n *node, p *Policy, known []Action) *CI {
	if n == nil {
		return nil
	}
	ci := &CI{
		Branches: b.texts(n.get("branches"), Defaults),
		Install:  b.texts(n.get("install"), Defaults),
		RunsOn:   orBuiltIn(text[string](b, n.get("github", "runsOn"), Defaults), builtInRunsOn),
		Image:    orBuiltIn(text[string](b, n.get("gitlab", "image"), Defaults), builtInImage),
		Actions:  b.chooseActions(n.get("github", "actions"), known),
	}
	if n.get("branches") == nil {
		ci.Branches = []Setting[string]{{Value: builtInBranch, Layer: BuiltIn}}
	}
	for _, x := range p.Backends {
		own := n.get("backends", x.Name)
		if enabled := truth(b, own.get("enabled"), ByBackend); enabled.IsSet() && !enabled.Value {
			continue
		}
		job := b.job(n, own)
		job.Backend = x.Name
		job.Limit = jobLimit(p, job)
		ci.Jobs = append(ci.Jobs, job)
	}
	return ci
}

// job reads what CI does for a backend from what it says for all of them and from what it says for this one, which may be nil.
func (b *builder) job(all, own *node) Job {
	layers := []jobLayer{{all, Defaults}, {own, ByBackend}}
	return Job{
		Python:   narrowestList(b, layers, "python"),
		Setup:    narrowestList(b, layers, "setup"),
		Shards:   orBuiltIn(narrowest(b, layers, "shards", whole), builtInShards),
		Workers:  narrowest(b, layers, "workers", whole),
		Overhead: orBuiltIn(narrowest(b, layers, "overhead", (*builder).span), builtInOverhead),
	}
}

// A jobLayer is a place that the settings of a job can stand in; nil where the policy doesn't have it.
type jobLayer struct {
	*node
	layer Layer
}

// narrowest reads a field of a job from the last layer that has it.
func narrowest[T any](b *builder, layers []jobLayer, name string, read func(*builder, *node, Layer) Setting[T]) Setting[T] {
	var s Setting[T]
	for _, l := range layers {
		if t := read(b, l.get(name), l.layer); t.IsSet() {
			s = t
		}
	}
	return s
}

// narrowestList reads a list of a job from the last layer that has it, be it empty.
func narrowestList(b *builder, layers []jobLayer, name string) []Setting[string] {
	var list []Setting[string]
	for _, l := range layers {
		if at := l.get(name); at != nil {
			list = b.texts(at, l.layer)
		}
	}
	return list
}

// jobLimit returns what one whole run under the job's backend takes at most: each phase, INT and TERM if it is over its limit,
// and what the job does besides; 0 where a phase has no limit.
func jobLimit(p *Policy, job Job) time.Duration {
	const signals = 2 // INT to TERM, TERM to KILL
	grace := time.Duration(p.Runner.GraceSeconds * float64(time.Second))
	sum := min(job.Overhead.Value, longestJob)
	for _, plan := range p.plans {
		if plan.Backend != job.Backend || plan.AdHoc() {
			continue
		}
		if !plan.Limit.IsSet() {
			return 0
		}
		sum = min(sum+min(plan.Limit.Value, longestJob)+signals*min(grace, longestJob), longestJob)
	}
	return sum
}
