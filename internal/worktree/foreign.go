package worktree

import (
	"bytes"
	"errors"
	"fmt"
)

// A Rewrite is a file that is somebody else's, with what stood in it when an edit was decided and what the edit makes of it.
type Rewrite struct {
	Path     string // from the root, slash-separated
	Old, New []byte
}

// Replace gives files below a root, which are no artifacts, their new contents; their modes stay. A file that is no regular one, or that
// does not hold Old any more, is an error, and then nothing is written. After an error of the disk every file is whole, either old or new.
func Replace(root string, edits []Rewrite) error {
	t, err := openTree(root)
	if err != nil {
		return err
	}
	defer t.close()
	var all []replacement
	var problems []error
	for _, e := range edits {
		at, err := t.look(e.Path)
		switch {
		case err != nil:
		case at.obstacle != "":
			err = fmt.Errorf("writing %q: there is %s", e.Path, at.obstacle)
		case at.content == nil:
			err = fmt.Errorf("writing %q: it is gone", e.Path)
		case !bytes.Equal(at.content, e.Old):
			err = fmt.Errorf("writing %q: somebody else changed it just now; run again", e.Path)
		}
		if err != nil {
			problems = append(problems, err)
			continue
		}
		all = append(all, replacement{name: e.Path, content: e.New, mode: at.perm, seen: at})
	}
	if problems != nil {
		return errors.Join(problems...)
	}
	return t.replace(all)
}
