package check

import (
	"cmp"
	"slices"

	"policygen/internal/finding"
	"policygen/internal/shell"
)

// A run is lines, from the first one to the last one, counted from 0.
type run struct{ first, last int }

// with returns the run with the lines of another one.
func (r run) with(o run) run { return run{min(r.first, o.first), max(r.last, o.last)} }

// extents are those of a file, by line, so that a file of many comments is read in one go.
type extents struct {
	begin  map[int]run    // commands and groups that begin in a line
	edges  map[int]run    // groups that begin or end in a line
	around map[int]run    // commands that have a line
	texts  []shell.Extent // in the order of the file, none within another
}

// newExtents sorts extents of a file that has so many lines.
func newExtents(all []shell.Extent, lines int) extents {
	x := extents{map[int]run{}, map[int]run{}, map[int]run{}, nil}
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b shell.Extent) int { return cmp.Or(a.Start.Compare(b.Start), b.End.Compare(a.End)) })
	outer := run{last: -1}
	for _, e := range all {
		r := run{e.Start.Line - 1, min(e.End.Line, lines) - 1}
		switch {
		case r.first > r.last:
			continue
		case e.Kind == shell.TextExtent:
			if n := len(x.texts); n == 0 || e.Start.Compare(x.texts[n-1].End) > 0 {
				x.texts = append(x.texts, e)
			}
			continue
		case e.Kind == shell.GroupExtent:
			add(x.edges, r.first, r)
			add(x.edges, r.last, r)
		case r.last > outer.last: // what is in a command goes on where that does
			for line := r.first; line <= r.last; line++ {
				add(x.around, line, r)
			}
			outer = r
		}
		add(x.begin, r.first, r)
	}
	return x
}

func add(to map[int]run, line int, r run) {
	if known, ok := to[line]; ok {
		r = r.with(known)
	}
	to[line] = r
}

// holds reports whether a place is in a text.
func (x extents) holds(at finding.Position) bool {
	i, found := slices.BinarySearchFunc(x.texts, at, func(e shell.Extent, at finding.Position) int { return e.Start.Compare(at) })
	return found || i > 0 && at.Compare(x.texts[i-1].End) <= 0
}
