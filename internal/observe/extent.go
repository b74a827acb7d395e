package observe

import (
	"slices"

	"policygen/internal/pytest"
	"policygen/internal/shell"
)

// extents notes what of a snippet goes on over several lines or is a text, where a comment for policygen may speak of it.
func (s *scan) extents(sn snippet) {
	if _, marked := slices.BinarySearch(s.report.Marked, sn.file()); !marked {
		return
	}
	var list []shell.Extent
	for _, words := range sn.argv {
		if e := extentOf(words); e.Start.Line < e.End.Line {
			list = append(list, e)
		}
	}
	if sn.text.Len() > 0 {
		f, _ := shell.ParseForeign(sn.file(), sn.text.String(), sn.text.At, sn.dialect) // what is wrong about it is told when it is run
		list = append(list, f.Extents()...)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range list {
		if !s.extended[e] {
			s.extended[e] = true
			s.report.Extents = append(s.report.Extents, e)
		}
	}
}

// extentOf returns the lines of a command that stands in its file as a list of words. Words that do not follow each other, as those of
// a variable, are none of it.
func extentOf(words []pytest.Word) (e shell.Extent) {
	for i, w := range words {
		switch {
		case i == 0:
			e.Start, e.End = w.Pos, w.Pos
		case w.Pos.File == e.Start.File && w.Pos.Compare(e.End) > 0:
			e.End = w.Pos
		default:
			return e
		}
	}
	return e
}
