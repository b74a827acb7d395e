package observe

import (
	"io"
	"io/fs"
	"iter"
	"path"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// passedOver are folders that hold other people's files or made ones.
var passedOver = map[string]bool{
	".git": true, ".hg": true, ".svn": true, "node_modules": true, "__pycache__": true, ".tox": true, ".nox": true,
	".venv": true, ".eggs": true, "site-packages": true, ".mypy_cache": true, ".pytest_cache": true, ".ruff_cache": true, ".cache": true,
}

// A candidate is a file that may hold commands, with what reads it.
type candidate struct {
	file
	readers []reader
}

// candidates returns the files that may hold commands, without their contents: those that somebody or something runs, or may run,
// and those that only show commands to people.
func (r *repository) candidates() (run, shown []candidate, problems []Problem) {
	var mu sync.Mutex
	for level := []string{"."}; len(level) > 0; {
		var below []string
		parallel(level, func(next iter.Seq[string]) {
			l := listing{repo: r}
			for dir := range next {
				l.add(dir)
			}
			mu.Lock()
			defer mu.Unlock()
			below = append(below, l.folders...)
			run, shown, problems = append(run, l.run...), append(shown, l.shown...), append(problems, l.problems...)
		})
		level = below
	}
	return run, shown, problems
}

// A listing is what stands in some folders.
type listing struct {
	repo       *repository
	folders    []string
	run, shown []candidate
	problems   []Problem
}

// add lists a folder.
func (l *listing) add(dir string) {
	entries, err := l.repo.list(dir)
	switch isEnvironment := func(e fs.DirEntry) bool { return e.Name() == "pyvenv.cfg" && e.Type().IsRegular() }; {
	case dir != "." && (slices.ContainsFunc(entries, isEnvironment) || err != nil && l.repo.isFile(path.Join(dir, "pyvenv.cfg"))):
		return
	case err != nil:
		l.problems = append(l.problems, unreadable(dir, err))
	}
	for _, e := range entries {
		name := e.Name()
		if dir != "." {
			name = dir + "/" + name
		}
		switch {
		case e.IsDir():
			if !passedOver[e.Name()] {
				l.folders = append(l.folders, name)
			}
		case e.Type().IsRegular():
			l.addFile(name)
		}
	}
}

func (l *listing) addFile(name string) {
	c := candidate{file: file{name: name, repo: l.repo}, readers: readersOf(name)}
	switch {
	case c.readers != nil && c.readers[0].shown:
		l.shown = append(l.shown, c)
	case c.readers != nil || path.Ext(name) == "":
		l.run = append(l.run, c)
	}
}

// list returns what is in a folder of the repository; where reading it breaks off, what was read with the error.
func (r *repository) list(dir string) ([]fs.DirEntry, error) {
	f, err := r.enter(dir)
	if err != nil {
		return nil, err
	}
	defer f.leave()
	return fs.ReadDir(f.files, ".")
}

// A folder is one that was opened, so that the way from the root is not gone again for each of the files in it.
type folder struct {
	files  fs.FS
	opened bool // and has to be closed
}

// enter opens a folder of the repository. The caller leaves it.
func (r *repository) enter(dir string) (folder, error) {
	files, err := fs.Sub(r.fs, dir)
	return folder{files, dir != "."}, err
}

func (f folder) leave() {
	if c, ok := f.files.(io.Closer); ok && f.opened {
		_ = c.Close()
	}
}

// together bounds how many files of a folder are read by one of several that read, so that all of them have work.
const together = 64

// byFolder divides candidates into those that are read together. All of them lie in the same folder, since what a folder holds
// stands in a row.
func byFolder(list []candidate) (all [][]candidate) {
	for len(list) > 0 {
		dir, n := path.Dir(list[0].name), 1
		for n < min(len(list), together) && path.Dir(list[n].name) == dir {
			n++
		}
		all, list = append(all, list[:n]), list[n:]
	}
	return all
}

// parallel lets several at a time work through a list: each takes an element when it is done with another.
func parallel[T any](list []T, work func(next iter.Seq[T])) {
	var taken atomic.Int64
	next := func(yield func(T) bool) {
		for at := taken.Add(1); at <= int64(len(list)) && yield(list[at-1]); {
			at = taken.Add(1)
		}
	}
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(list)) {
		wg.Go(func() { work(next) })
	}
	wg.Wait()
}
