package observe

import (
	"bytes"
	"cmp"
	"io/fs"
	"iter"
	"maps"
	"path"
	"slices"
	"sync"

	"policygen/internal/finding"
	"policygen/internal/pytest"
	"policygen/internal/shell"
)

// Options are what a caller of [Scan] wants besides the repository.
type Options struct {
	// Inputs are given to every script, one after the other, besides a run without any.
	Inputs []Input
	// Releases of pytest and pytest-xdist whose reading of options counts; the newest known where it is empty.
	Releases pytest.Releases
	// Paths limits the report to what stands in these files or folders; empty for all. What they lead to is followed everywhere.
	Paths []string
}

// Scan returns what starts pytest in a repository. It opens nothing outside files and runs nothing.
func Scan(files fs.FS, o Options) Report {
	s := &scan{
		repo: newRepository(files), project: pytest.NewProject(files, o.Releases), options: o, tasks: map[string][]snippet{}, known: map[string]int{},
		extended: map[shell.Extent]bool{},
	}
	s.readAll(interesting(s.collect()))
	s.report.Starts = withoutToldTwice(s.report.Starts)
	s.report.sort()
	return s.report
}

// withoutToldTwice takes those starts out that the value of a variable seems to be where a run of it stands too.
func withoutToldTwice(all []Start) []Start {
	real := map[finding.Position]bool{}
	for _, s := range all {
		if s.Kind != Comment {
			real[s.Position] = true
		}
	}
	return slices.DeleteFunc(all, func(s Start) bool { return s.Kind == Comment && len(s.Via) == 0 && real[s.Position] })
}

// collect returns the files that may lead to pytest, with their contents. What is only shown to people, as most of the files of a
// repository are, is kept only where it has a word that may.
func (s *scan) collect() []candidate {
	run, shown, problems := s.repo.candidates()
	s.report.Problems = problems
	run = s.fill(run, func(candidate) bool { return true })
	words := map[string]bool{"pytest": true, "py.test": true, "hatch test": true}
	for _, c := range run {
		if isScriptName(c.name) || isScript(c.content) {
			s.scripts = append(s.scripts, c.name)
		}
		for _, w := range wordsFor(c) {
			words[w] = true
		}
	}
	for _, c := range shown {
		for _, w := range wordsFor(c) {
			words[w] = true
		}
	}
	finder := newFinder(slices.Collect(maps.Keys(words)))
	all := slices.Concat(run, s.fill(shown, func(c candidate) bool { return finder.in(c) }))
	slices.SortFunc(all, func(a, b candidate) int { return cmp.Compare(a.name, b.name) })
	slices.Sort(s.report.Marked)
	return all
}

// fill reads files, several at a time, and returns those of interest that hold commands.
func (s *scan) fill(list []candidate, keep func(candidate) bool) (kept []candidate) {
	parallel(byFolder(list), func(next iter.Seq[[]candidate]) {
		var read filled
		buffer := make([]byte, 0, 1<<16) // of one file after the other, as few are kept
		for some := range next {
			read.add(s.repo, some, buffer, keep)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		kept = append(kept, read.kept...)
		s.report.Files += read.files
		s.report.Marked = append(s.report.Marked, read.marked...)
		s.report.Problems = append(s.report.Problems, read.problems...)
	})
	return kept
}

// filled is what came of reading files.
type filled struct {
	kept     []candidate
	files    int // that hold commands
	marked   []string
	problems []Problem
}

// add reads files of one folder.
func (r *filled) add(repo *repository, some []candidate, buffer []byte, keep func(candidate) bool) {
	dir, err := repo.enter(path.Dir(some[0].name))
	if err != nil {
		for _, c := range some {
			if c.readers != nil {
				r.problems = append(r.problems, unreadable(c.name, err))
			}
		}
		return
	}
	defer dir.leave()
	for _, c := range some {
		if p := dir.fill(&c, buffer); p != nil {
			r.problems = append(r.problems, *p)
			continue
		}
		if c.readers == nil {
			continue
		}
		r.files++
		if isMarked(c.content) {
			r.marked = append(r.marked, c.name)
		}
		if keep(c) {
			c.content = bytes.Clone(c.content)
			repo.keep(c.name, c.content)
			r.kept = append(r.kept, c)
		}
	}
}

// isMarked reports whether a file may hold a comment that is addressed to policygen. The end of the word is looked for first, as
// few words have a y and many begin with a p.
func isMarked(content []byte) bool {
	return bytes.Contains(content, []byte("ygen:")) && bytes.Contains(content, []byte("policygen:"))
}

// A scan is the state of one Scan.
type scan struct {
	repo    *repository
	project *pytest.Project
	options Options
	scripts []string // files that are shell scripts

	mu       sync.Mutex // of what follows
	report   Report
	known    map[string]int        // places of the starts in the report, by all that tells them apart
	extended map[shell.Extent]bool // those in the report
	tasks    map[string][]snippet  // what files of tools and of Python hold for calls; see tools.go
}

// readAll reads files and simulates what they hold, several at a time.
func (s *scan) readAll(files []candidate) {
	files = slices.DeleteFunc(files, func(c candidate) bool { return !s.wanted(c.name) })
	parallel(files, func(next iter.Seq[candidate]) {
		for c := range next {
			s.readOne(c)
		}
	})
}

// wanted reports whether the caller asked for the file.
func (s *scan) wanted(name string) bool {
	if len(s.options.Paths) == 0 {
		return true
	}
	return slices.ContainsFunc(s.options.Paths, func(p string) bool {
		return p == "." || name == p || len(name) > len(p) && name[:len(p)] == p && name[len(p)] == '/'
	})
}

func (s *scan) readOne(c candidate) {
	var all found
	for _, r := range c.readers {
		all.merge(r.reads(c.file))
	}
	s.mu.Lock()
	s.report.Jobs = append(s.report.Jobs, all.jobs...)
	s.report.Problems = append(s.report.Problems, all.problems...)
	s.mu.Unlock()
	for _, sn := range all.snippets {
		s.extents(sn)
		s.simulate(sn)
	}
}
