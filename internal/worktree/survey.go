package worktree

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"policygen/internal/finding"
	"policygen/internal/outpath"
)

// A survey is what one look at a root found.
type survey struct {
	manifest  manifest
	changes   []Change // sorted by path
	leftovers []string // temporary files of a killed writer
}

func (t *tree) survey(artifacts []Artifact) (survey, error) {
	m, err := readManifest(t.look)
	if err != nil {
		return survey{}, err
	}
	changes, err := judge(t.look, m, artifacts)
	if err != nil {
		return survey{}, err
	}
	leftovers, err := t.leftovers(changes)
	return survey{manifest: m, changes: changes, leftovers: leftovers}, err
}

// readManifest returns the manifest, an empty one where there is none.
func readManifest(look looker) (manifest, error) {
	at, err := look(ManifestPath)
	switch {
	case err != nil:
		return manifest{}, err
	case at.obstacle != "":
		return manifest{}, &ManifestError{Position: finding.Position{File: ManifestPath}, Message: "there is " + at.obstacle}
	case at.content == nil:
		return manifest{}, nil
	}
	return parseManifest(at.content)
}

// judge passes the verdict on every artifact and orphan.
func judge(look looker, m manifest, artifacts []Artifact) ([]Change, error) {
	changes := make([]Change, 0, len(artifacts))
	written := make(map[string]fs.FileInfo, len(artifacts))
	wanted := make(map[string]bool, len(artifacts))
	for _, a := range artifacts {
		at, err := look(a.Path)
		if err != nil {
			return nil, err
		}
		wanted[a.Path], written[outpath.Fold(a.Path)] = true, at.info
		changes = append(changes, m.judge(a, at))
	}
	for name := range m.files {
		if wanted[name] {
			continue
		}
		at, err := look(name)
		if err != nil {
			return nil, err
		}
		if sameFile(at.info, written[outpath.Fold(name)]) {
			at = spot{} // the case of a path changed, and where case does not count the orphan is the artifact
		}
		changes = append(changes, m.judgeOrphan(name, at))
	}
	slices.SortFunc(changes, func(a, b Change) int { return cmp.Compare(a.Path, b.Path) })
	explainOwnObstacles(changes)
	return changes, nil
}

// explainOwnObstacles says what to remove where a file that no target renders any more is in the way of one that a target renders:
// a file where a folder should be, or the reverse. To remove it first would leave a render that fails with neither.
func explainOwnObstacles(changes []Change) {
	for i, c := range changes {
		if c.Status != Obstructed || c.at.obstacle == "" {
			continue
		}
		for _, o := range changes {
			switch {
			case o.Status != Orphan || o.Edited || o.New != nil || o.Gone():
			case outpath.Within(c.Path, o.Path):
				changes[i].Help = fmt.Sprintf("remove %q, which policygen wrote and no target renders any more, and run again", o.Path)
			case outpath.Within(o.Path, c.Path):
				changes[i].Help = fmt.Sprintf("no target renders %q any more, which policygen wrote: remove it and the folder %q, and run again", o.Path, c.Path)
			}
		}
	}
}

func sameFile(a, b fs.FileInfo) bool { return a != nil && b != nil && os.SameFile(a, b) }

// leftovers looks for temporary files in the folders that a writer writes to, and nowhere else.
func (t *tree) leftovers(changes []Change) ([]string, error) {
	folders := map[string]bool{path.Dir(ManifestPath): true}
	for _, c := range changes {
		folders[path.Dir(c.Path)] = true
	}
	var list []string
	for folder := range folders {
		temps, err := t.temps(folder)
		if err != nil {
			return nil, err
		}
		list = append(list, temps...)
	}
	slices.SortFunc(list, strings.Compare)
	return list, nil
}

// clean reports whether nothing is to be done to any file.
func (s survey) clean() bool {
	return !slices.ContainsFunc(s.changes, func(c Change) bool { return !c.idle() })
}
