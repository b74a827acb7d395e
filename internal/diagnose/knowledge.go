package diagnose

import (
	"slices"
	"strings"

	"policygen/internal/pep440"
	"policygen/policy"
)

// Knowledge is what logs are held against.
type Knowledge struct {
	Policy   *policy.Policy // whose facts are used; with the embedded policy, those that every project can use
	Embedded bool           // Policy is the embedded one, which is about some other project
	Plans    []policy.Plan
	Wrapper  string // path of the rendered wrapper as seen from the working directory; empty where there is none
	Timeline bool   // remember each result of a worker, for [WriteTimeline]
	Backend  string // that the logs are of; empty where the logs say it, or nobody

	patterns []Pattern
	facts    map[string]policy.Fact
}

// NewKnowledge prepares the facts of a policy, which has been loaded and so has no wrong symptom.
func NewKnowledge(k Knowledge) *Knowledge {
	k.facts = map[string]policy.Fact{}
	for _, f := range k.Policy.Facts {
		k.facts[f.ID] = f
		if f.Kind != "defect" {
			continue
		}
		for _, symptom := range f.Symptoms {
			if p, err := NewPattern(f.ID, symptom); err == nil {
				k.patterns = append(k.patterns, p)
			}
		}
	}
	return &k
}

// seen returns the lines of a run that show a symptom of a fact.
func (k *Knowledge) seen(r *Run, fact string) []Evidence {
	var lines []Evidence
	for i, p := range k.patterns {
		if p.Fact == fact {
			lines = append(lines, r.symptoms[i]...)
		}
	}
	return lines
}

// An interval is what the version of a package says about a fact.
type interval int

const (
	outside interval = iota // the version is known and the fact does not hold for it
	inside
	beyond // newer than what was looked at
	silent // no version is known
)

// holds tells whether a fact is about the version that the run had.
func holds(f policy.Fact, r *Run) interval {
	version, err := pep440.Parse(r.version(f.Package))
	if err != nil {
		return silent
	}
	specifiers, err := pep440.ParseSpecifiers(f.In)
	if err != nil {
		return silent
	}
	if !specifiers.Contains(version, true) {
		return outside
	}
	if checked, err := pep440.Parse(f.CheckedThrough); err == nil && version.Compare(checked) > 0 {
		return beyond
	}
	return inside
}

// certainty lowers what the log shows where the version is newer than what was looked at. A version that is not in the log lowers nothing.
func (i interval) certainty(shown string) string {
	if i == beyond && shown == Certain {
		return Likely
	}
	return shown
}

// tools are the packages that make or run workers. What breaks in them is a consequence; what breaks below them is a cause.
var tools = map[string]bool{"pytest": true, "pytest-xdist": true, "execnet": true, "pytest-timeout": true, "pytest-cov": true}

// backend returns the backend of a run: as asked for, as the wrapper's banner has it, or as a variable of the command sets it.
func (k *Knowledge) backend(r *Run) string {
	if k.Backend != "" {
		return k.Backend
	}
	if r.Backend != "" {
		return r.Backend
	}
	for word := range strings.FieldsSeq(r.Command) {
		name, value, _ := strings.Cut(word, "=")
		if slices.Contains(k.Policy.Runner.BackendEnv, name) && k.knowsBackend(value) {
			return value
		}
	}
	return ""
}

// backendsOf returns the backends that have a fact as their reason for something.
func (k *Knowledge) backendsOf(fact string) (names []string) {
	for _, p := range k.Plans {
		for _, b := range p.Because {
			if b.Fact.ID == fact {
				names = appendNew(names, p.Backend)
			}
		}
	}
	return names
}
