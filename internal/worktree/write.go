package worktree

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
)

// Options say what a [Write] may do beyond what is safe.
type Options struct {
	// Overwrite names the paths that a person gave up: whatever stands there is replaced,
	// or removed where the path is an orphan. Of a partial artifact only the blocks are.
	// A folder, anything on the way to a path, markers that make no sense and whatever stands in place of a file of which
	// only blocks are policygen's are never replaced.
	Overwrite []string

	testOnlyStep func()
}

// A RefusedError holds the changes that need the consent of a person, sorted by path.
// Nothing was written.
type RefusedError struct{ Changes []Change }

// Error returns one line for each refused path and one that says what helps.
func (e *RefusedError) Error() string {
	var b strings.Builder
	b.WriteString("nothing was written, since work of others would be lost:")
	for _, c := range e.Changes {
		fmt.Fprintf(&b, "\n    %s: %s: %s", c.Path, c.Status, c.explain())
		if c.Help != "" {
			fmt.Fprintf(&b, "; %s", c.Help)
		}
	}
	if slices.ContainsFunc(e.Changes, func(c Change) bool { return c.Help == "" }) {
		b.WriteString("\n    help: move what should stay into the policy or elsewhere; --overwrite PATH gives up what is at that very path, folders excepted")
	}
	return b.String()
}

// An OverwriteError says that a path of [Options] cannot be overwritten. Nothing was written.
type OverwriteError struct{ Path, Why string }

// Error returns the path and the reason.
func (e *OverwriteError) Error() string { return fmt.Sprintf("cannot overwrite %q: %s", e.Path, e.Why) }

// A Prove proves the artifacts with the given paths. An error keeps [Write] from writing anything.
type Prove func(paths ...string) error

// Write makes the files under root what the artifacts say, and returns what it found there before.
// The root is created if need be. Where every file is ok and recorded in the manifest, nothing is
// written; a file that is ok but not recorded (see [Change]) only gets its record.
//
// What it is about to write or to record it has proved first, once no other Write can change what that is.
//
// Errors are those of [Compare], a [*RefusedError], a [*OverwriteError], one of prove, another Write at work under the same
// root, and a disk that cannot be written. A disk that has no room, or a folder that cannot be written to, leaves everything as it was.
// After anything worse every file is whole, either old or new, and the next Write goes on from there.
func Write(root string, artifacts []Artifact, prove Prove, o Options) ([]Change, error) {
	if err := checkArtifacts(artifacts); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(root, 0o777); err != nil {
		return nil, fmt.Errorf("creating the root %q: %w", root, cause(err))
	}
	t, err := openTree(root)
	if err != nil {
		return nil, err
	}
	defer t.close()
	t.testOnlyStep = o.testOnlyStep
	return t.write(artifacts, prove, o.Overwrite)
}

// write looks twice: without the lock, since a root in which nothing is to be done may be read-only or in
// use, and again with it, since only then what it sees stays so.
func (t *tree) write(artifacts []Artifact, prove Prove, overwrite []string) ([]Change, error) {
	s, err := t.survey(artifacts)
	if err != nil {
		return nil, err
	}
	if s.done(artifacts) {
		return s.changes, s.checkOverwrite(overwrite)
	}
	unlock, err := t.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	if s, err = t.survey(artifacts); err != nil {
		return nil, err
	}
	if err := errors.Join(s.checkOverwrite(overwrite), s.refuse(overwrite)); err != nil {
		return s.changes, err
	}
	if err := prove(s.dirty()...); err != nil {
		return s.changes, err
	}
	return s.changes, t.carryOut(s, s.manifest.settled(artifacts))
}

// dirty returns the paths of the changes that something is to be done about.
func (s survey) dirty() []string {
	var paths []string
	for _, c := range s.changes {
		if !c.Clean() {
			paths = append(paths, c.Path)
		}
	}
	return paths
}

// done reports whether there is nothing to write, not even the manifest.
func (s survey) done(artifacts []Artifact) bool {
	return s.clean() && len(s.leftovers) == 0 && s.manifest.equal(s.manifest.settled(artifacts))
}

// checkOverwrite finds consent that was given to nothing: most likely a mistyped path.
func (s survey) checkOverwrite(paths []string) error {
	var errs []error
	for _, name := range paths {
		i := slices.IndexFunc(s.changes, func(c Change) bool { return c.Path == name })
		switch {
		case i < 0:
			errs = append(errs, &OverwriteError{name, "policygen renders nothing there"})
		case s.changes[i].Status == Ejected:
			errs = append(errs, &OverwriteError{name, "it is ejected"})
		}
	}
	return errors.Join(errs...)
}

func (s survey) refuse(overwrite []string) error {
	var refused []Change
	for _, c := range s.changes {
		if c.NeedsConsent() && (!slices.Contains(overwrite, c.Path) || c.Obstacle != "" && !c.at.replaceable) {
			refused = append(refused, c)
		}
	}
	if refused == nil {
		return nil
	}
	return &RefusedError{refused}
}

// NeedsConsent reports whether a Write leaves the path alone, and so all others, until [Options] name it or a person has put it right.
func (c Change) NeedsConsent() bool {
	switch c.Status {
	case Edited, Conflict, Foreign, Obstructed:
		return true
	}
	return c.Status == Orphan && c.Edited
}

// carryOut does what the survey found to be done, in the order that survives being killed.
func (t *tree) carryOut(s survey, settled manifest) error {
	for _, name := range s.leftovers {
		t.step()
		if err := t.root.Remove(name); err != nil {
			return fmt.Errorf("removing the leftover %q: %w", name, cause(err))
		}
	}
	current := s.manifest
	if !s.clean() {
		pending := current.pending(settled, s.changes)
		writes, err := t.announce(s, pending)
		if err != nil {
			return err
		}
		if err := t.apply(s.changes, writes); err != nil {
			return err
		}
		current = pending
	}
	return t.saveManifest(current, settled)
}

// announce saves the manifest that is true from now on and prepares all that is to be written. Fails the latter, the manifest is again what
// it was: it is committed, and would show a change where there is none. The manifest goes first, since it tells the next Write in which
// folders a killed one may have left something.
func (t *tree) announce(s survey, pending manifest) ([]replacement, error) {
	before, err := t.look(ManifestPath)
	if err == nil {
		err = t.saveManifest(s.manifest, pending)
	}
	if err != nil {
		return nil, err
	}
	writes := s.writes()
	if err := t.prepare(writes); err != nil {
		return nil, errors.Join(err, t.restoreManifest(before))
	}
	return writes, nil
}

// restoreManifest brings back the bytes that a look at the manifest saw.
func (t *tree) restoreManifest(before spot) error {
	now, err := t.look(ManifestPath)
	switch {
	case err != nil || now.equal(before):
		return err
	case before.content == nil:
		return t.remove(ManifestPath, now)
	}
	return t.replace([]replacement{{name: ManifestPath, content: before.content, mode: before.perm, seen: now}})
}

func (t *tree) saveManifest(have, want manifest) error {
	if have.equal(want) {
		return nil
	}
	at, err := t.look(ManifestPath)
	if err != nil {
		return err
	}
	return t.replace([]replacement{{name: ManifestPath, content: want.encode(), mode: at.changed(0o644), seen: at}})
}

// writes returns what every file that gets another content is replaced by.
func (s survey) writes() []replacement {
	var writes []replacement
	for _, c := range s.changes {
		if c.rewrites() {
			writes = append(writes, replacement{name: c.Path, content: c.New, mode: c.mode, seen: c.at})
		}
	}
	return writes
}

// apply puts all files in their places before it removes any: a render that moved is there twice rather than not at all.
func (t *tree) apply(changes []Change, writes []replacement) error {
	if err := t.place(writes); err != nil {
		return err
	}
	for _, c := range changes {
		if c.Status == OK && c.WrongMode {
			if err := t.chmod(c.Path, c.mode); err != nil {
				return err
			}
		}
	}
	for _, c := range changes {
		if c.Status == Orphan && c.New == nil && !c.Gone() {
			if err := t.remove(c.Path, c.at); err != nil {
				return err
			}
		}
	}
	return nil
}

// rewrites reports whether a Write gives the file another content; of an Orphan that is what stays around its blocks.
func (c Change) rewrites() bool {
	if c.Status == Orphan {
		return c.New != nil && !c.Gone()
	}
	return c.Status != OK && c.Status != Ejected
}
