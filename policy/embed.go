package policy

import (
	_ "embed"
	"slices"
)

//go:embed sparkless.cue
var sparkless []byte

//go:embed facts.cue
var facts []byte

// Embedded returns the policy that policygen uses where there is no other: that of the project sparkless,
// which is also the example of a policy.
func Embedded() []Source { return []Source{{Name: "policy/sparkless.cue", Text: sparkless}} }

// ownFacts returns policygen's facts about pytest and its plugins, which every policy is unified with.
func ownFacts() []Source { return []Source{{Name: "policy/facts.cue", Text: facts}} }

// IsOwn reports whether a position's file is one that policygen brings itself: its facts, and the embedded policy with the facts in it.
func IsOwn(file string) bool {
	return slices.ContainsFunc(append(Embedded(), ownFacts()...), func(s Source) bool { return s.Name == file })
}
