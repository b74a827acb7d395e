package check

import (
	"cmp"
	"strings"

	"policygen/internal/finding"
	"policygen/internal/shell"
	"policygen/internal/worktree"
)

// A verdict is what a rule of ownership says of a rendered file.
type verdict struct {
	code, name, summary, why, message, help string
	severity                                finding.Severity
	is                                      func(ch worktree.Change) bool
}

func has(s worktree.Status) func(worktree.Change) bool {
	return func(ch worktree.Change) bool { return ch.Status == s }
}

const moved = "A rendered file that is not what the policy says is a decision that holds nowhere."

var verdicts = []verdict{
	{"PG301", "a rendered file is missing", "a target of the policy has no file, or nothing between its markers yet", moved,
		"the policy asks for this file, and it is not there", "policygen render", finding.Error, has(worktree.Missing)},
	{"PG302", "a rendered file is stale", "the policy moved on since the file was rendered", moved,
		"the policy moved on since this file was rendered", "policygen render", finding.Error, has(worktree.Stale)},
	{"PG303", "a rendered file was edited", "a person changed a file that policygen renders",
		"The next change of the policy can't reach the file any more, and what was changed is in no policy.",
		"a person changed this rendered file", "move the change into the policy, then: policygen render --overwrite PATH", finding.Error, has(worktree.Edited)},
	{"PG304", "a rendered file was edited and is stale", "a person changed the file, and the policy moved on", moved,
		"a person changed this rendered file, and the policy moved on", "move the change into the policy, then: policygen render --overwrite PATH", finding.Error, has(worktree.Conflict)},
	{"PG305", "an orphan", "the manifest lists a file that no target renders any more",
		"What nothing renders any more goes stale for ever, and still looks as if policygen kept it true.",
		"no target renders this file any more", "policygen render removes it where nobody changed it", finding.Error, has(worktree.Orphan)},
	{"PG306", "a foreign file", "a target's path holds a file that policygen never wrote", moved,
		"this file was here before and is not what the policy renders", "policygen render --overwrite PATH replaces it; or choose another path", finding.Error, has(worktree.Foreign)},
	{"PG307", "something is in the way", "a target's path is no file, or the file has not the markers it needs", moved,
		"the target can't be written here", "", finding.Error, has(worktree.Obstructed)},
	{"PG308", "a wrong mode", "a rendered script is not executable, or another file is", "A script without its mode bit fails where it is started by path.",
		"the file has the wrong mode", "policygen render", finding.Error, func(ch worktree.Change) bool { return ch.WrongMode }},
	{"PG309", "not recorded", "the file is right, but the manifest does not say that policygen wrote it",
		"As soon as the policy changes the file would be taken for somebody's own.",
		"the manifest does not know this file", "policygen render, and commit .policygen/manifest.json", finding.Error,
		func(ch worktree.Change) bool { return ch.Unrecorded }},
}

// ownershipRules are about rendered files.
func ownershipRules() []Rule {
	rules := make([]Rule, len(verdicts))
	for i, v := range verdicts {
		rules[i] = Rule{Code: v.code, Name: v.name, Summary: v.summary, Why: v.why, Severity: v.severity, Since: "0.1.0", find: v.find}
	}
	return rules
}

func (v verdict) find(c *context) (found finding.List) {
	for _, ch := range c.Changes {
		if !v.is(ch) {
			continue
		}
		f := finding.Finding{Position: finding.Position{File: ch.Path}, Message: v.message, Help: c.renderHelp(v.help, ch.Path)}
		if ch.Obstacle != "" {
			f.Message += ": there is " + ch.Obstacle
			f.Help = ch.Help
		}
		found = append(found, f)
	}
	return found
}

// renderHelp puts the command and the path of a repository in the place of "policygen render" and PATH.
func (c *context) renderHelp(help, name string) string {
	if quoted, err := shell.Quote(name); err == nil {
		name = quoted
	}
	return strings.NewReplacer("policygen render", cmp.Or(c.Render, "policygen render"), "PATH", name).Replace(help)
}
