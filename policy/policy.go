// Package policy loads a policy, holds it against the schema and resolves it to plans.
//
// Nothing outside this package sees a CUE value: sources go in, a [Policy] and its [Plan]s come out,
// and every mistake of a policy comes out as a [finding.Finding] at its author's own line.
package policy

import (
	"policygen/internal/finding"
)

// A Source is one file of a policy. Several are unified: what one of them fixed, another can't loosen.
type Source struct {
	Name string // as messages and rendered headers show it: slash-separated, relative where possible
	Text []byte
}

// A Policy is a loaded and validated policy with the facts in force.
type Policy struct {
	Project        string
	Gate           string // the semver range of tools that may read it; empty: any
	Runner         Runner
	DefaultBackend Setting[string]
	Backends       []Backend // in the order of the policy
	Phases         []Phase   // in the order they run
	Facts          []Fact    // by id; policygen's own and the policy's
	DistModes      []string  // the values of --dist that the facts know, sorted
	CI             *CI       // nil where the policy says nothing about CI
	Targets        []Target  // by path
	Sources        []string  // names of the policy's files, in the order given; policygen's own facts are not among them

	model model
	plans []Plan
	index *index
}

// A Runner is how the rendered wrapper finds Python and reads its environment, with built-in values filled in.
type Runner struct {
	Python             []string // names to look for on PATH
	Venv               []string // folders relative to the root
	PythonPath         []string // folders relative to the root
	BackendEnv         []string // most important first
	WorkersEnv         string   // may be empty
	GraceSeconds       float64
	SerialWithoutXdist bool // run serially where pytest-xdist is missing; else that is an error
	FailFast           bool

	args []Setting[string] // of every plan
}

// A Backend is what the suite is run against.
type Backend struct {
	Name  string
	Title string // may be empty
	Pos   finding.Position
}

// A Phase is a part of the suite: one pytest invocation, or two where serialMarker splits it.
type Phase struct {
	Name  string
	Title string // may be empty
	Pos   finding.Position
}

// A Target is a file that the policy asks for.
type Target struct {
	Name       string
	Kind       string   // see #Target in schema.cue; empty for one with a content of its own
	Path       string   // relative to the output root
	Backend    string   // that a constraints file is limited to; empty for all
	Blocks     []string // the parts between markers of a file that is somebody's own; empty where the whole file is policygen's
	Format     string   // of Content: "yaml", "json", "toml" or "text"; empty without one
	Content    Content  // a string where Format is "text"
	Comment    string   // what begins a comment in a text; empty where that is not known
	Executable bool
	Pos        finding.Position
}
