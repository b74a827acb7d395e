package observe

import (
	"cmp"
	"regexp"
	"slices"
	"sort"

	"policygen/internal/pytest"
	"policygen/internal/source"
)

// A growth tells to which names code adds words, on which lines.
type growth struct {
	lines map[string][]int
	defs  []int
}

func growthOf(read source.Python) growth {
	g := growth{lines: map[string][]int{}, defs: read.Defs}
	for _, a := range read.Added {
		g.lines[a.To] = append(g.lines[a.To], a.Line)
	}
	for _, call := range read.Groups {
		if m := growing.FindStringSubmatch(call.Name); m != nil && call.Kind == source.PythonCall {
			g.lines[m[1]] = append(g.lines[m[1]], call.Pos.Line)
		}
	}
	return g
}

// growing matches the call of a method that adds to a list.
var growing = regexp.MustCompile(`(?:^|\.)([^.]+)\.(?:extend|append|insert)$`)

// behind returns an unknown word for what code puts behind the elements of a list: by "+", or in the function that makes it, or, where none
// does, anywhere.
func (g growth) behind(list *source.PythonGroup) []pytest.Word {
	function := func(line int) int { return sort.SearchInts(g.defs, line+1) }
	own := function(list.Pos.Line)
	grows := list.To != "" && slices.ContainsFunc(g.lines[list.To], func(line int) bool { return own == 0 || function(line) == own })
	if !list.More && !grows {
		return nil
	}
	return []pytest.Word{{Text: pytest.Unknown(cmp.Or(list.To, "more words")), Pos: list.End}}
}
