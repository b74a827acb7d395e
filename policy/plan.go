package policy

import (
	"strings"
	"time"

	"policygen/internal/finding"
	"policygen/internal/pep440"
)

// A Layer is a place of a policy that settings can stand in. Of several layers that say something, the narrowest wins.
type Layer string

// The layers, from the widest to the narrowest.
const (
	BuiltIn        Layer = "built-in" // policygen's own, where the policy says nothing
	Defaults       Layer = "defaults"
	ByBackend      Layer = "backend"
	ByPhase        Layer = "phase"
	ByPhaseBackend Layer = "phase for this backend"
)

// A Setting is a resolved value and where it came from.
type Setting[T any] struct {
	Value T
	Layer Layer
	Pos   finding.Position // in the policy; the zero Position for the BuiltIn layer
}

// IsSet reports whether the policy says anything, itself or by way of a built-in value.
func (s Setting[T]) IsSet() bool { return s.Layer != "" }

// Beyond is what a worker count over the cap does.
type Beyond string

// The three ways to treat a number over the cap.
const (
	Warn   Beyond = "warn"   // honour the number and name the reason
	Clamp  Beyond = "clamp"  // run with the cap
	Refuse Beyond = "refuse" // stop with a usage error
)

// An EnvMode says how a variable of a plan reaches pytest.
type EnvMode string

// The three ways to treat a variable.
const (
	EnvSet     EnvMode = "env"         // whatever the caller has
	EnvDefault EnvMode = "env-default" // unless the caller has it
	EnvUnset   EnvMode = "unset"       // removed
)

// An EnvVar is one environment variable of a plan.
type EnvVar struct {
	Name string
	Mode EnvMode
	Setting[string]
}

// A Half is a part of a phase that a serialMarker splits in two invocations.
type Half string

// The halves, in the order they run. A phase that is not split has one plan of WholePhase.
const (
	WholePhase   Half = ""
	ParallelHalf Half = "parallel"
	SerialHalf   Half = "serial"
)

// A Plan is the resolved decision for one pytest invocation: one backend and one phase,
// or one half of a phase that a serialMarker splits.
type Plan struct {
	Backend string
	Phase   string
	Half    Half // which half of a phase that a serialMarker splits

	Serial     Setting[bool]   // without pytest-xdist whatever is asked; then Cap, Dist, Restart and what is beyond are not set
	Workers    Setting[string] // a number from "0" to "9999", "auto" or "logical"
	Cap        Setting[int]    // not set: no cap
	BeyondFlag Setting[Beyond] // set with Cap
	BeyondEnv  Setting[Beyond] // set with Cap
	Dist       Setting[string] // not set: pytest-xdist's own
	Restart    Setting[int]    // --max-worker-restart; not set: pytest-xdist's own

	Limit             Setting[time.Duration] // wall clock; not set: none
	TestLimit         Setting[time.Duration] // of pytest-timeout; not set: none
	TestLimitMethod   Setting[string]        // "signal" or "thread"; set with TestLimit
	FaulthandlerAfter Setting[time.Duration]
	Markers           Setting[string] // the whole -m expression
	Keywords          Setting[string] // the whole -k expression
	Paths             []Setting[string]
	Ignore            []Setting[string] // paths of other phases that a rest phase leaves out
	Args              []Setting[string] // the policy's own pytest options, widest layer first
	Env               []EnvVar          // by name; the backendEnv variables are not among them
	AllowEmpty        Setting[bool]
	Required          Setting[bool]
	Because           []Reason      // those with a setting in force in this plan, in the order of the facts' ids
	Requires          []Requirement // by distribution
}

// A Reason ties settings of a plan to the fact that they exist for.
type Reason struct {
	Fact     Fact
	Why      string   // the project's own word; may be empty
	Settings []string // the fields that exist for the fact; empty for all beside it
	Review   string   // YYYY-MM-DD; may be empty
	Layer    Layer
	Pos      finding.Position
}

// A Requirement is the range of one distribution that a plan needs, and what put each bound there.
type Requirement struct {
	Package        string // PyPI name, or "python"
	Range          pep440.Set
	Bounds         []Bound // at least one
	CheckedThrough string  // newest release the facts about the package were checked through; empty where none speaks of it
}

// A Bound is one reason for a Requirement.
type Bound struct {
	Range string     // specifier sets joined by " || ", as written; for releases to stay away from, what remains; empty for any version
	Set   pep440.Set `digest:"-"` // the versions of Range
	Why   string
	Fact  string // id of the fact, or empty where the policy's requires states the bound
	Pos   finding.Position

	barred string // the releases to stay away from, as their fact has them
}

// Words returns the range as people read it: ">=3.2,<4", "!=3.6.0", "everything but >=2,<3", "any version".
func (b Bound) Words() string {
	switch {
	case strings.Contains(b.Range, "||"):
		return "everything but " + b.barred
	case b.Range == "":
		return "any version"
	}
	return b.Range
}

// A Fact is a dated, sourced statement about versions of one package. See #Fact in schema.cue for the fields.
type Fact struct {
	ID             string
	Package        string
	Kind           string
	In             string
	CheckedThrough string
	Why            string
	Source         []string
	Verified       string
	Uses           Uses
	Severity       string
	Owner          string
	Symptoms       []string
	Needs          []string
	To             string
	Pos            finding.Position
}

// Uses is what a capability fact offers; one of the fields is set.
type Uses struct {
	Flag string // an option, with its value where the value is what counts: "--dist=worksteal"
	Env  string
	Ini  string
	File string // a configuration file, or a table of one in brackets
}

// Name returns what is offered, whatever it is.
func (u Uses) Name() string { return u.Flag + u.Env + u.Ini + u.File }

// Name returns how the invocation is called in output and file names:
// the phase's name, with "+serial" for the serial half of a split phase.
func (p Plan) Name() string {
	if p.Half == SerialHalf {
		return p.Phase + "+serial"
	}
	return p.Phase
}

// AdHoc reports whether the plan is the one of its backend for paths that a command line names without a phase:
// the backend's settings and no selection. Its limit is the longest of the backend's phases, none where one of
// them has none; it is serial where all of them are.
func (p Plan) AdHoc() bool { return p.Phase == "" }
