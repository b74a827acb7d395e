package worktree

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"

	"policygen/internal/source"
)

// texts are the blocks of a file: name to text, with LF as line ending. A text of nothing but blank lines is "":
// such a block is where somebody asks for one, and holds nobody's work.
type texts map[string]string

// findBlocks returns the blocks of a file in their order and as texts, and what is wrong first of its markers.
func findBlocks(name string, content []byte) ([]source.Block, texts, *source.Problem) {
	blocks, problems := source.Blocks(name, content)
	found := make(texts, len(blocks))
	for _, b := range blocks {
		found[b.Name] = b.Text()
		if strings.TrimSpace(b.Text()) == "" {
			found[b.Name] = ""
		}
	}
	if len(problems) > 0 {
		return blocks, found, problems[0]
	}
	return blocks, found, nil
}

// blocks returns the texts of a partial artifact, which [checkArtifacts] has seen.
func (a Artifact) blocks() texts {
	_, found, _ := findBlocks(a.Path, a.Content)
	return found
}

// digest identifies the blocks, wherever in the file and in whatever order they stand. Empty ones do not count,
// so that the markers of a block that is still to be written make no difference.
func (t texts) digest() string {
	h := sha256.New()
	fmt.Fprintln(h, "policygen blocks")
	for _, name := range t.names() {
		if t[name] != "" {
			fmt.Fprintf(h, "%s %d\n%s", name, len(t[name]), t[name])
		}
	}
	return fmt.Sprintf("sha256:%x", h.Sum(nil))
}

func (t texts) names() []string { return slices.Sorted(maps.Keys(t)) }

// only returns the texts that have one of the names.
func (t texts) only(names []string) texts {
	some := maps.Clone(t)
	maps.DeleteFunc(some, func(name, _ string) bool { return !slices.Contains(names, name) })
	return some
}

// judgePartial completes the verdict on an artifact of which only the blocks are policygen's.
func (r record) judgePartial(c *Change, a Artifact) {
	want := a.blocks()
	switch {
	case c.Obstacle != "":
		c.Status, c.Help = Obstructed, "blocks stand in a file, not behind a link: name the file itself as the target's path"
	case c.Old == nil:
		c.Status = Missing
	case r.has(digest(c.Old)): // a whole file, all of it written by policygen
		c.Status = Stale
		if digest(c.Old) == digest(c.New) {
			c.Status = OK
		}
	default:
		r.judgeBlocks(c, a, want)
	}
	c.Unrecorded = c.Status == OK && !(r.has(want.digest()) && len(want.only(r.Blocks)) == len(want))
}

func (r record) judgeBlocks(c *Change, a Artifact, want texts) {
	blocks, have, problem := findBlocks(c.Path, c.Old)
	if problem == nil {
		problem = missingMarkers(a, want, have)
	}
	if problem == nil {
		c.New = r.rewrite(c.Old, blocks, want, have)
		if a.Fits != nil {
			problem = a.Fits(c.Old, c.New)
		}
	}
	if problem != nil {
		c.Status, c.Obstacle, c.Help, c.New = Obstructed, problem.What, problem.Help, c.Old
		return
	}
	c.Status = r.blockStatus(want, have)
	if !c.NeedsConsent() {
		c.harmless = have.only(r.with(want.names()).Blocks).digest()
	}
	if bytes.Equal(c.New, c.Old) {
		c.Status = OK
	}
}

// missingMarkers says which blocks a file has no place for, if there are any.
func missingMarkers(a Artifact, want, have texts) *source.Problem {
	var absent, pairs []string
	for _, block := range want.names() {
		if _, found := have[block]; !found {
			begin, end := source.Markers(a.Path, block)
			absent = append(absent, fmt.Sprintf("no line %q", begin))
			pairs = append(pairs, fmt.Sprintf("%q and %q", begin, end))
		}
	}
	if absent == nil {
		return nil
	}
	where := "where the block should stand"
	switch {
	case a.Where != "":
		where = a.Where
	case len(absent) > 1:
		where = "where the blocks should stand"
	}
	return &source.Problem{
		What: strings.Join(absent, " and "),
		Help: fmt.Sprintf("put %s, each on a line of its own, %s", strings.Join(pairs, ", "), where),
	}
}

// rewrite gives a file the wanted blocks and takes out those that policygen wrote and nobody wants any more.
func (r record) rewrite(content []byte, blocks []source.Block, want, have texts) []byte {
	var edits []source.Edit
	for _, b := range blocks {
		text, wanted := want[b.Name]
		switch {
		case wanted && text != have[b.Name]:
			edits = append(edits, b.Replace(text))
		case !wanted && slices.Contains(r.Blocks, b.Name):
			edits = append(edits, b.Remove())
		}
	}
	return source.Apply(content, edits...)
}

// blockStatus tells whose the blocks are that have to change. Every wanted one has its place.
func (r record) blockStatus(want, have texts) Status {
	for name, text := range want {
		if !slices.Contains(r.Blocks, name) && have[name] != "" && have[name] != text {
			return Foreign
		}
	}
	switch {
	case len(r.Blocks) == 0:
		return Missing
	case r.has(have.only(r.Blocks).digest()):
		return Stale
	case r.has(want.digest()):
		return Edited
	}
	return Conflict
}

// judgeOrphanBlocks completes the verdict on a file whose blocks nobody wants any more. It reports whether there was
// a verdict to pass: a file that was to become policygen's as a whole may be that already.
func (r record) judgeOrphanBlocks(c *Change) bool {
	blocks, have, problem := findBlocks(c.Path, c.Old)
	have = have.only(r.Blocks)
	switch {
	case problem != nil:
		c.Edited, c.Obstacle, c.Help, c.New = true, problem.What, problem.Help, c.Old
		return true
	case len(have) == 0:
		c.New = c.Old
		return r.Mode == ""
	}
	c.Edited = !r.has(have.digest())
	if c.New = r.rewrite(c.Old, blocks, nil, have); len(c.New) == 0 {
		c.New = nil
	}
	return true
}
