// Package worktree owns the rendered files under a root: it tells what became of each and is their only writer.
//
// Ownership is recorded in one committed file, [ManifestPath], which holds the digest of everything that was
// written. Digests and comparisons see CRLF as LF, so a checkout that converts line endings changes nothing. Only a file that
// begins with "#!" is stale with CRLF, since nothing runs it so.
// [Compare] sets a fresh render, the manifest and the disk side by side:
//
//	disk                    manifest            status
//	equals the render       this render         ok
//	equals the render       anything else       ok, not recorded
//	nothing there           any                 missing
//	something else          not listed          foreign
//	what was written        another render      stale
//	unknown bytes           this render         edited
//	unknown bytes           another render      conflict
//	not a file              any                 obstructed
//	any                     listed, no render   orphan
//	any                     ejected             ejected
//
// Of a file with a partial artifact only the blocks are policygen's, which stand between markers (see package source), and
// all of this is said of them: the digest is over their names and texts, and the file may hold whatever else it likes. What is
// different: a file without the markers, or with markers that make no sense, is obstructed; blocks that hold nothing and
// are not listed are missing; the blocks of an orphan are taken out together with their markers, and the file stays.
//
// [Write] replaces what is missing or stale and removes unmodified orphans. It refuses the rest unless told
// otherwise path by path, and then changes nothing at all. The manifest is written first, with the old and the
// new digest of each path, then all files as temporary ones, which a full disk or a closed folder stops with nothing changed
// (the manifest is brought back), then each is renamed, then the manifest is written again: killed at any point, the next
// Write knows what is its own, finishes the work and removes what the killed one left.
//
// Writers under one root exclude each other. A writer that is killed loses its lock with its life.
//
// No symbolic link under the root is ever followed, wherever it leads, and nothing but a regular file is opened.
package worktree

import (
	"bytes"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"policygen/internal/source"
)

// An Artifact is one rendered file, not yet written.
type Artifact struct {
	Path    string      // slash-separated, relative to the root, clean, without ".."
	Mode    fs.FileMode // 0644 or 0755
	Target  string      // the policy's name for what was rendered
	Content []byte
	// Partial: only what stands between markers is policygen's, the rest of the file is somebody's own.
	// Content has the markers and the blocks; it is written as a whole where there is no file yet.
	// A file that exists keeps its mode.
	Partial bool
	// Where says in which part of the file the blocks of a partial artifact belong, as a phrase such as "in the table [pytest]".
	// Empty where they may stand anywhere.
	Where string
	// Fits looks at the whole file that somebody's own text and the blocks of a partial artifact make together, before it is written:
	// old is the file as it is, new as it would be. What it finds makes the file Obstructed. Nil finds nothing.
	Fits func(old, new []byte) *source.Problem
}

// A Status says how a path, its last recorded render and a fresh render stand to each other.
type Status int

// The statuses; the table of the package documentation tells them apart.
const (
	OK         Status = iota
	Missing           // no file is there, or nothing yet between the markers
	Stale             // the policy moved on
	Edited            // a person changed the file
	Conflict          // a person changed the file and the policy moved on
	Orphan            // the manifest lists the path, no artifact has it any more
	Foreign           // a file is there that was never ours
	Ejected           // its owner told policygen to leave the path alone
	Obstructed        // something that is not a file stands there or on the way, or the file has not the markers it needs
)

// String returns the word that reports print, such as "stale".
func (s Status) String() string {
	return [...]string{"ok", "missing", "stale", "edited", "conflict", "orphan", "foreign", "ejected", "obstructed"}[s]
}

// A Change is the verdict on one path.
type Change struct {
	Path   string
	Target string // of the artifact, or of the manifest where the path is an orphan
	Status Status
	// WrongMode: the file is executable and should not be, or the reverse.
	// The other permission bits are the umask's business. Never set on Windows, which has no such bit, and for partial artifacts.
	WrongMode bool
	// Unrecorded: the file is OK, but the manifest does not say that policygen wrote it, be it that the manifest
	// is missing or that a person wrote what would be rendered. Were nothing done about it, the file would be
	// Foreign or a Conflict as soon as the policy changes.
	Unrecorded bool
	// CRLF: the file is Stale for its line endings alone. It begins with "#!", and with CRLF no kernel or shell runs it.
	CRLF bool
	// Edited: the file of an Orphan, or its blocks, are not what was written. False for one that is gone.
	Edited bool
	// Obstacle is what stands there in place of a file, such as "a folder", or what is wrong with the markers of its
	// blocks, as a phrase that follows "there is"; empty without one.
	Obstacle string
	Help     string // what to do about an Obstacle or CRLF, where that can be said; else empty
	Old      []byte // the bytes on disk; nil where there is no file
	New      []byte // the bytes that the whole file should have; nil for an Orphan that is removed

	mode fs.FileMode // that a Write gives the file
	at   spot        // what the verdict was passed on
	// harmless is the digest of blocks that are on disk and hold nobody's work though no render had all of them: some are empty,
	// some are what is rendered. It is empty where there is nothing to be said about that.
	harmless string
}

// Clean reports whether a Write has nothing to do for the path.
func (c Change) Clean() bool { return c.idle() && !c.Unrecorded }

// idle reports whether a Write has nothing to do to the file itself.
func (c Change) idle() bool {
	return c.Status == Ejected || c.Status == OK && !c.WrongMode
}

// Gone reports whether the path is an Orphan of which nothing is left that a Write could remove.
func (c Change) Gone() bool {
	return c.Status == Orphan && (c.Old == nil || c.New != nil && bytes.Equal(c.Old, c.New))
}

// String returns the path and the verdict in one line: "tests/run.sh: orphan, edited".
func (c Change) String() string {
	text := c.Path + ": " + c.Status.String()
	switch {
	case c.Obstacle != "":
		text += ", there is " + c.Obstacle
	case c.Status != Orphan:
	case c.Edited:
		text += ", edited"
	case c.Gone():
		text += ", gone"
	default:
		text += ", unmodified"
	}
	if c.Status == Missing && c.Old != nil {
		text += ", its blocks are not filled yet"
	}
	if c.CRLF {
		text += ", its lines end in CRLF"
	}
	if c.WrongMode {
		text += ", wrong mode"
	}
	if c.Unrecorded {
		text += ", not recorded"
	}
	return text
}

// Compare returns the verdict on every artifact and every path of the manifest, sorted by path.
// It changes nothing. A root that does not exist counts as empty. Errors are unusable artifacts
// (two with one path, also if only case tells them apart; a path that leaves the root; an unknown mode),
// a [*ManifestError], and a disk that cannot be read.
func Compare(root string, artifacts []Artifact) ([]Change, error) {
	if err := checkArtifacts(artifacts); err != nil {
		return nil, err
	}
	t, err := openTree(root)
	if err != nil {
		return nil, err
	}
	defer t.close()
	s, err := t.survey(artifacts)
	return s.changes, err
}

// judge passes the verdict on an artifact.
func (m manifest) judge(a Artifact, at spot) Change {
	c := Change{Path: a.Path, Target: a.Target, Obstacle: at.obstacle, Old: at.content, New: bytes.Clone(a.Content), mode: at.changed(a.Mode), at: at}
	if c.New == nil {
		c.New = []byte{}
	}
	if _, ejected := m.ejected[a.Path]; ejected {
		c.Status = Ejected
		return c
	}
	if a.Partial {
		c.mode, c.at.replaceable = at.kept(a.Mode), false
		m.files[a.Path].judgePartial(&c, a)
		return c
	}
	c.Status = m.status(a, at)
	if c.Status == OK && a.isScript() && bytes.Contains(at.content, crlf) {
		c.Status, c.CRLF, c.Help = Stale, true, "keep git from doing that: write "+attribute(a.Path)+" in .gitattributes"
	}
	c.Unrecorded = c.Status == OK && !m.files[a.Path].has(digest(a.Content))
	c.WrongMode = c.Old != nil && wrongMode(at.perm, a.Mode)
	return c
}

var crlf = []byte("\r\n")

// isScript reports whether the file is started by its first line, and so needs LF.
func (a Artifact) isScript() bool {
	return bytes.HasPrefix(a.Content, []byte("#!")) && !bytes.Contains(a.Content, crlf)
}

// attribute is the line of .gitattributes with which git leaves the line endings of a file alone.
func attribute(name string) string {
	if strings.ContainsAny(name, " !#*?[\"") {
		name = strconv.Quote(name)
	}
	return name + " text eol=lf"
}

func (m manifest) status(a Artifact, at spot) Status {
	known, listed := m.files[a.Path]
	fresh := digest(a.Content)
	switch {
	case at.obstacle != "":
		return Obstructed
	case at.content == nil:
		return Missing
	case digest(at.content) == fresh:
		return OK
	case known.has(digest(at.content)):
		return Stale
	case !listed, len(known.Blocks) > 0: // what stands around the blocks was never policygen's
		return Foreign
	case known.has(fresh):
		return Edited
	}
	return Conflict
}

// judgeOrphan passes the verdict on a path that only the manifest knows. Where something else took the
// place of the file, the file is gone and what is there now is none of our business.
func (m manifest) judgeOrphan(name string, at spot) Change {
	known := m.files[name]
	c := Change{Path: name, Target: known.Target, Status: Orphan, Obstacle: at.obstacle, Old: at.content, mode: at.kept(0), at: at}
	if c.Old == nil || known.has(digest(c.Old)) || len(known.Blocks) > 0 && known.judgeOrphanBlocks(&c) {
		return c
	}
	c.New, c.Edited = nil, true
	return c
}

// explain says why a status needs the consent of a person.
func (c Change) explain() string {
	switch c.Status {
	case Edited:
		return "a person changed it since it was rendered"
	case Conflict:
		return "a person changed it, and the policy changed too"
	case Foreign:
		return "it was there before and policygen did not write it, or not all of it"
	case Orphan:
		if c.Obstacle != "" {
			return "no target renders it any more, but there is " + c.Obstacle
		}
		return "no target renders it any more, but a person changed it"
	case Obstructed:
		return "there is " + c.Obstacle
	}
	panic(fmt.Sprintf("status %v needs no consent", c.Status))
}
