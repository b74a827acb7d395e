package pytest

import (
	"io/fs"
	"path"
	"slices"
	"strings"
)

// cleanDir returns a working directory as fs.FS has it. One above the root counts as the root.
func cleanDir(dir string) string {
	dir = path.Clean("/" + dir)
	if dir == "/" {
		return "."
	}
	return dir[1:]
}

// locate returns the path from the root of a path that pytest was given, and whether it lies inside.
func (r *resolver) locate(text string) (string, bool) {
	if len(Unknowns(text)) > 0 || strings.ContainsRune(text, 0) {
		return "", false
	}
	if path.IsAbs(text) {
		rest, ok := strings.CutPrefix(path.Clean(text), strings.TrimSuffix(r.inv.Mount, "/"))
		if r.inv.Mount == "" || !ok || rest != "" && rest[0] != '/' {
			return "", false
		}
		return cleanDir(rest), true
	}
	joined := path.Join(r.dir, text)
	return joined, joined != ".." && !strings.HasPrefix(joined, "../") && fs.ValidPath(joined)
}

// exists reports whether a path that pytest was given names something in the repository.
func (r *resolver) exists(text string) bool {
	file, inside := r.locate(text)
	if !inside {
		return false
	}
	return r.mode(file) != nothing
}

func (p *Project) isDir(file string) bool { return p.mode(file).IsDir() }

func (p *Project) isFile(file string) bool { return p.mode(file).IsRegular() }

// dirsOf returns the directories of those words that name something.
func (r *resolver) dirsOf(words []numbered) []string {
	var dirs []string
	for _, w := range words {
		file, _, _ := strings.Cut(w.Text, "::")
		if strings.HasPrefix(w.Text, "-") || !r.exists(file) {
			continue
		}
		at, _ := r.locate(file)
		if !r.isDir(at) {
			at = path.Dir(at)
		}
		dirs = append(dirs, at)
	}
	return dirs
}

// within reports whether a path is a directory or lies below it.
func within(file, dir string) bool {
	return dir == "." || file == dir || strings.HasPrefix(file, dir+"/")
}

// ancestor returns the deepest directory that all of them lie in; without any, it is the working directory.
func (r *resolver) ancestor(dirs ...string) string {
	if len(dirs) == 0 {
		return r.dir
	}
	common := dirs[0]
	for _, d := range dirs[1:] {
		for !within(d, common) {
			common = path.Dir(common)
		}
	}
	return common
}

// upwards returns a directory and those above it, up to the root.
func upwards(dir string) []string {
	list := []string{dir}
	for dir != "." {
		dir = path.Dir(dir)
		list = append(list, dir)
	}
	return list
}

// glob returns what a pattern of testpaths matches, as Python's glob does with recursive=True, sorted.
func (r *resolver) glob(pattern string) []string {
	if !strings.ContainsAny(pattern, "*?[") {
		if !r.exists(pattern) {
			return nil
		}
		return []string{pattern}
	}
	matches := r.match("", strings.Split(pattern, "/"))
	if dir, ok := strings.CutSuffix(pattern, "/**"); ok && !strings.ContainsAny(dir, "*?[") {
		matches = append(matches, dir+"/") // Python doesn't look whether it is there
	}
	slices.Sort(matches)
	return slices.Compact(matches)
}

// match returns the paths below a prefix that the segments of a pattern match.
func (r *resolver) match(prefix string, segments []string) []string {
	segment, rest := segments[0], segments[1:]
	if segment == "**" {
		return r.matchAnywhere(prefix, rest)
	}
	var matches []string
	for _, name := range r.matching(prefix, segment) {
		if len(rest) == 0 {
			matches = append(matches, prefix+name)
		} else {
			matches = append(matches, r.match(prefix+name+"/", rest)...)
		}
	}
	return matches
}

// matchAnywhere returns what segments match behind "**". At the end of a pattern that is everything.
func (r *resolver) matchAnywhere(prefix string, rest []string) []string {
	var matches []string
	if len(rest) > 0 {
		matches = r.match(prefix, rest)
	} else if prefix != "" {
		matches = []string{prefix}
	}
	for _, name := range r.matching(prefix, "*") {
		if len(rest) == 0 {
			matches = append(matches, prefix+name)
		}
		below := r.matchAnywhere(prefix+name+"/", rest)
		matches = append(matches, slices.DeleteFunc(below, func(m string) bool { return m == prefix+name+"/" })...)
	}
	return matches
}

// matching returns the names in a directory that a segment matches. Hidden ones have to be asked for.
func (r *resolver) matching(dir, segment string) []string {
	if !strings.ContainsAny(segment, "*?[") {
		if r.exists(dir + segment) {
			return []string{segment}
		}
		return nil
	}
	at, inside := r.locate(dir)
	if !inside {
		return nil
	}
	entries, err := fs.ReadDir(r.files, at)
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range entries {
		hidden := strings.HasPrefix(e.Name(), ".") && !strings.HasPrefix(segment, ".")
		if ok, err := path.Match(segment, e.Name()); err == nil && ok && !hidden {
			names = append(names, e.Name())
		}
	}
	return names
}
