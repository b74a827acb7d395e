package pins

import "policygen/internal/finding"

// A Rule is one kind of finding about versions: what is wrong and why that matters.
type Rule struct {
	Code     string // "PIN002"; stable once released
	Name     string // in words
	Summary  string // one line
	Why      string // a paragraph for who meets the finding
	Severity finding.Severity
	Fixable  bool // its findings may carry an edit
}

// Rules returns all rules by code. A finding's severity may be another one than its rule's, as the rule says.
func Rules() []Rule {
	return []Rule{
		{"PIN001", "pin against the policy", "a pin admits no version that is needed", `An installation that follows the pin can't run the tests as the policy
has them: no release is in both ranges. The finding names each bound of what is needed with its reason. One of the two has to change.`, finding.Error, true},
		{"PIN002", "pin admits bad versions", "a pin admits versions that must not run", `An installer may take any version of the range, and some of them lack an
option that is passed, or have a defect that the policy keeps out. It may do so years later, on another machine, with a lower Python. The finding names
the least and the greatest known release that should not be there. It's a warning where a newer release is free of a defect that nobody stepped around,
where an install command would take a good one today, and where there is no policy.`, finding.Error, true},
		{"PIN003", "bad version chosen", "a lock, an environment or an exact pin holds a version that must not run", `This version is what runs, and it lacks an
option that is passed or has a defect that the policy keeps out.`, finding.Error, true},
		{"PIN004", "yanked version", "a version is pinned that its authors withdrew", `A yanked release is installed only where it is asked for exactly, as locks
and "==" do, and it was withdrawn for a reason. With --strict a range that admits one is a note: installers pass it over.`, finding.Error, true},
		{"PIN005", "version not pinned", "nothing installs a distribution that the policy uses", `The policy passes options of a plugin, or runs pytest itself, and no
requirement, lock, environment or install command that was read brings it. A new checkout can't run the tests, or runs them with whatever is there.
With --strict it's an error.`, finding.Warning, false},
		{"PIN006", "pins disagree", "two places that are installed together leave no version", `Two requirements, a requirement and its constraint, or a declared range
and its lock contradict each other, so an installer refuses, or takes what one of them did not want. Different lower ends of two requirements in one
list are a note: the greater one holds.`, finding.Error, false},
		{"PIN007", "pin not readable", "a requirement can't be told from its text", `policygen does not run Python and asks no index. What is computed, comes from a
URL or is written wrongly can't be held against anything, so nothing is known about what gets installed there. --allow-unreadable makes it a warning, which it is in an install
command anyway; it's a note about a distribution that neither the policy nor a fact speaks of.`, finding.Error, false},
		{"PIN008", "version not looked at", "a version is newer than what the facts were checked with", `Whether a defect is fixed there, or an option is gone, nobody looked.
The answer is "unknown", never "fine". Raise checkedThrough of the facts once somebody did. With --strict it's a warning, and ranges that admit such a
version are told too.`, finding.Note, false},
		{"PIN009", "nothing left to exclude", "an exclusion or a workaround has nothing to do any more", `An exclusion such as "!=3.6.0" that excludes nothing, a workaround for a
defect that no pinned version has, or a review whose day has passed. Left alone they hide good releases and explain what is no longer there.
With --strict what is about workarounds is a warning.`, finding.Note, true},
		{"PIN010", "no version left", "a range is empty", `The parts of one range exclude each other, or what the policy, the facts and the project's own options need does. Nothing
can be installed.`, finding.Error, false},
		{"PIN011", "distribution renamed", "a distribution is published under another name now", `The old name gets no more releases, so a range with no end promises what won't come. The
new name need not be free for everybody, so nothing is replaced on its own; the fix ends the range.`, finding.Warning, true},
		{"PIN012", "needs not met", "what a pinned version needs itself can't be installed beside it", `Releases need a Python and other distributions. Here no version that one pin
admits goes with what another one admits, or with a Python that the project promises.`, finding.Error, false},
	}
}
