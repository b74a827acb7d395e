package worktree

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"policygen/internal/outpath"
)

func (t *tree) step() {
	if t.testOnlyStep != nil {
		t.testOnlyStep()
	}
}

// A replacement is a new content for a path. Where a file stands there the new one gets exactly mode, else what the umask leaves of it.
type replacement struct {
	name    string
	content []byte
	mode    fs.FileMode
	seen    spot // when the replacement was decided
	temp    string
	made    []string // folders that the temporary file needed, outermost first
}

// replace gives paths a new content, each whole, or not at all: first all of them are on the disk as temporary files, so that a full
// disk leaves everything as it is. Right before its rename a path must still look as it did when the replacement was decided: nobody's
// work of the last moment is lost.
func (t *tree) replace(all []replacement) error {
	err := t.prepare(all)
	if err == nil {
		err = t.place(all)
	}
	return err
}

// prepare has the temporary files on the disk, all of them or none.
func (t *tree) prepare(all []replacement) (err error) {
	defer func() {
		if err != nil {
			t.discard(all)
		}
	}()
	for i := range all {
		if err := t.stage(&all[i]); err != nil {
			return fmt.Errorf("writing %q: %w", all[i].name, err)
		}
	}
	return t.sync(all)
}

// discard removes the temporary files that have not found their place, and the folders that were made for nothing else.
func (t *tree) discard(all []replacement) {
	for _, r := range all {
		if r.temp != "" {
			t.root.Remove(r.temp)
		}
	}
	for _, r := range slices.Backward(all) {
		for _, folder := range slices.Backward(r.made) {
			t.root.Remove(folder) // fails where something else is in it
		}
	}
}

// place gives the temporary files of prepare the places that they are meant for.
func (t *tree) place(all []replacement) (err error) {
	defer func() {
		if err != nil {
			t.discard(all)
		}
	}()
	for i := range all {
		if err := t.settle(&all[i]); err != nil {
			return fmt.Errorf("writing %q: %w", all[i].name, err)
		}
	}
	return nil
}

// stage writes a temporary file beside the path that it is meant for.
func (t *tree) stage(r *replacement) error {
	t.step()
	if err := t.makeFolder(r); err != nil {
		return err
	}
	t.step()
	temp := path.Join(path.Dir(r.name), outpath.Temp())
	f, err := t.root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, r.mode)
	if err != nil {
		return cause(err)
	}
	r.temp = temp
	t.step()
	_, err = f.Write(r.content)
	if err == nil && r.seen.content != nil {
		err = f.Chmod(r.mode)
	}
	return cause(cmp.Or(err, f.Close()))
}

// makeFolder makes the folder of a replacement and those on the way to it, and notes which were not there.
func (t *tree) makeFolder(r *replacement) error {
	for _, folder := range outpath.Folders(r.name) {
		if info, err := t.lstat(folder); info == nil && err == nil {
			r.made = append(r.made, folder)
		}
	}
	folder := path.Dir(r.name)
	if err := t.root.MkdirAll(folder, 0o777); err != nil {
		return fmt.Errorf("creating the folder %q: %w", folder, cause(err))
	}
	return nil
}

// sync has the contents of temporary files on the disk before any rename is there. The disk takes several at a time faster than one by one.
func (t *tree) sync(all []replacement) error {
	const atOnce = 16
	var syncs errgroup.Group
	syncs.SetLimit(atOnce)
	for _, r := range all {
		syncs.Go(func() error {
			f, err := t.root.OpenFile(r.temp, os.O_WRONLY, 0)
			if err == nil {
				err = cmp.Or(f.Sync(), f.Close())
			}
			if err != nil {
				return fmt.Errorf("writing %q: %w", r.name, cause(err))
			}
			return nil
		})
	}
	return syncs.Wait()
}

// settle gives a temporary file the place that it is meant for.
func (t *tree) settle(r *replacement) error {
	t.step()
	err := t.confirm(r.name, r.seen)
	if err == nil {
		err = t.root.Rename(r.temp, r.name)
	}
	if err == nil {
		r.temp = ""
	}
	return cause(err)
}

// confirm fails if a path does not look any more as it did.
func (t *tree) confirm(name string, seen spot) error {
	now, err := t.look(name)
	if err == nil && !now.equal(seen) {
		err = errors.New("somebody else changed it just now; run again")
	}
	return err
}

func (t *tree) chmod(name string, mode fs.FileMode) error {
	t.step()
	if err := t.root.Chmod(name, mode); err != nil {
		return fmt.Errorf("changing the mode of %q: %w", name, cause(err))
	}
	return nil
}

// remove deletes a file that is still what was seen, then the folders that it leaves empty.
func (t *tree) remove(name string, seen spot) error {
	t.step()
	err := t.confirm(name, seen)
	if err == nil {
		err = t.root.Remove(name)
	}
	if err != nil {
		return fmt.Errorf("removing %q: %w", name, cause(err))
	}
	for _, folder := range slices.Backward(outpath.Folders(name)) {
		t.step()
		if info, err := t.lstat(folder); err != nil || info == nil || !info.IsDir() || t.root.Remove(folder) != nil {
			break // it holds something else, so it stays and so do those around it
		}
	}
	return nil
}

// wrongMode compares the one bit that git tracks too: whether the owner may execute the file.
func wrongMode(have, want fs.FileMode) bool {
	return runtime.GOOS != "windows" && (have^want)&0o100 != 0
}

// kept returns the permissions of a file that keeps them, else those of a new one.
func (s spot) kept(fresh fs.FileMode) fs.FileMode {
	if s.content == nil {
		return fresh
	}
	return s.perm
}

// changed returns the permissions of a file that keeps them but for the execute bits, else those of a new one.
func (s spot) changed(want fs.FileMode) fs.FileMode {
	if s.content == nil {
		return want
	}
	return permissions(s.perm, want)
}

// permissions returns have, changed so that whoever may read may also execute, or that nobody may.
func permissions(have, want fs.FileMode) fs.FileMode {
	if want&0o100 == 0 {
		return have &^ 0o111
	}
	return have | have&0o444>>2 | 0o100
}
