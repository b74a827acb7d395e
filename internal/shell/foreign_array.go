package shell

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/expand"
)

func (s *shell) unsetElem(sc *scope, name, sub string) {
	v := sc.vars[name]
	switch v.Kind {
	case expand.Associative:
		v.Map = maps.Clone(v.Map)
		delete(v.Map, strings.Trim(sub, `"'`))
	case expand.Indexed:
		i, err := strconv.Atoi(sub)
		if err != nil || i < 0 {
			return
		}
		items, indexes := without(v.List, v.Indexes, i)
		v.List, v.Indexes, v.origins = items, indexes, nil
	default:
		delete(sc.vars, name)
		return
	}
	sc.vars[name] = v
}

// indexesOf are the indexes of an array, dense or not.
func indexesOf(items []string, indexes []int) []int {
	if indexes != nil {
		return indexes
	}
	out := make([]int, len(items))
	for i := range out {
		out[i] = i
	}
	return out
}

func dense(indexes []int) []int {
	for i, n := range indexes {
		if i != n {
			return indexes
		}
	}
	return nil
}

// without is an array without the element of an index.
func without(items []string, indexes []int, index int) ([]string, []int) {
	at := indexesOf(items, indexes)
	i, ok := slices.BinarySearch(at, index)
	if !ok {
		return items, indexes
	}
	return slices.Delete(slices.Clone(items), i, i+1), dense(slices.Delete(slices.Clone(at), i, i+1))
}

// with is an array with an element set.
func with(items []string, indexes []int, index int, value string) ([]string, []int) {
	at := slices.Clone(indexesOf(items, indexes))
	i, ok := slices.BinarySearch(at, index)
	items = slices.Clone(items)
	if ok {
		items[i] = value
		return items, indexes
	}
	return slices.Insert(items, i, value), dense(slices.Insert(at, i, index))
}
