package worktree

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"runtime"
	"slices"
)

func (t *tree) step() {
	if t.testOnlyStep != nil {
		t.testOnlyStep()
	}
}

// replace gives a path a new content: whole, or not at all. Where a file stands there the new one gets exactly mode,
// else what the umask leaves of it. Right before the rename the path must
// still look as it did when the decision to replace it was made: nobody's work of the last moment is lost.
func (t *tree) replace(name string, content []byte, mode fs.FileMode, seen spot) error {
	temp, err := t.stage(name, content, mode, seen)
	if err != nil {
		return err
	}
	t.step()
	err = t.confirm(name, seen)
	if err == nil {
		err = t.root.Rename(temp, name)
	}
	if err != nil {
		t.root.Remove(temp)
	}
	return cause(err)
}

// stage writes a temporary file beside the path that it is meant for.
func (t *tree) stage(name string, content []byte, mode fs.FileMode, seen spot) (temp string, err error) {
	t.step()
	folder := path.Dir(name)
	if err := t.root.MkdirAll(folder, 0o777); err != nil {
		return "", fmt.Errorf("creating the folder %q: %w", folder, cause(err))
	}
	t.step()
	temp = path.Join(folder, tempName())
	f, err := t.root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return "", cause(err)
	}
	t.step()
	if err := fill(f, content, mode, seen); err != nil {
		t.root.Remove(temp)
		return "", cause(err)
	}
	return temp, nil
}

func tempName() string {
	var random [8]byte
	rand.Read(random[:])
	return fmt.Sprintf(".policygen-%x.tmp", random)
}

func fill(f *os.File, content []byte, mode fs.FileMode, seen spot) error {
	_, err := f.Write(content)
	if err == nil && seen.content != nil {
		err = f.Chmod(mode)
	}
	if err == nil {
		err = f.Sync() // a rename may reach the disk before the content does
	}
	return cmp.Or(err, f.Close())
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
	for _, folder := range slices.Backward(folders(name)) {
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
