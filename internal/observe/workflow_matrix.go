package observe

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"policygen/internal/pytest"
	"policygen/internal/source"
)

// maxCombinations is how many jobs a matrix may have. https://docs.github.com/en/actions/reference/limits
const maxCombinations = 256

// matrixOf returns the combinations of a matrix, each as the context of that name: the product of its lists without what
// "exclude" names, then what "include" adds. A job without a matrix has one combination, without values.
func matrixOf(n *source.Node, s scope) (combinations []scopeContext, problem string) {
	switch {
	case n == nil:
		return []scopeContext{{}}, ""
	case n.Kind != source.Map:
		if v, ok := s.value(n).(map[string]any); ok {
			return expandMatrix(v, sortedKeys(v))
		}
		return []scopeContext{{open: true}}, ""
	}
	v, _ := s.value(n).(map[string]any)
	var keys []string
	for _, e := range n.Entries {
		if key := strings.ToLower(e.Key.String()); !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	return expandMatrix(v, keys)
}

func sortedKeys(v map[string]any) []string { return slices.Sorted(maps.Keys(v)) }

func expandMatrix(v map[string]any, keys []string) ([]scopeContext, string) {
	base, problem := product(v, keys)
	base = slices.DeleteFunc(base, func(c map[string]any) bool { return excluded(c, v["exclude"]) })
	all, open := include(base, v["include"])
	if len(all) > maxCombinations {
		all, problem = all[:maxCombinations], tooMany
	}
	contexts := make([]scopeContext, len(all))
	for i, c := range all {
		contexts[i] = scopeContext{c, open}
	}
	if len(contexts) == 0 && open {
		contexts = append(contexts, scopeContext{open: true})
	}
	return contexts, problem
}

var tooMany = fmt.Sprintf("the matrix has more than %d combinations; those after them are not looked at", maxCombinations)

// product returns every combination of one value for each key; none where there are no keys.
func product(v map[string]any, keys []string) (all []map[string]any, problem string) {
	for _, key := range keys {
		if key == "include" || key == "exclude" {
			continue
		}
		values, ok := v[key].([]any)
		if !ok {
			values = []any{v[key]}
			if isUnknown(v[key]) {
				values = []any{pytest.Unknown("matrix." + key)}
			}
		}
		if all == nil {
			all = []map[string]any{{}}
		}
		var more []map[string]any
		for _, c := range all {
			for _, value := range values {
				if len(more) == maxCombinations {
					problem = tooMany
					break
				}
				d := maps.Clone(c)
				d[key] = value
				more = append(more, d)
			}
		}
		all = more
	}
	return all, problem
}

// excluded reports whether an item of "exclude" agrees with a combination in all that it names.
func excluded(c map[string]any, exclude any) bool {
	items, _ := exclude.([]any)
	return slices.ContainsFunc(items, func(item any) bool {
		m, ok := item.(map[string]any)
		if !ok || len(m) == 0 {
			return false
		}
		for key, value := range m {
			if !same(c[key], value) {
				return false
			}
		}
		return true
	})
}

func same(a, b any) bool {
	return fmt.Sprintf("%T %v", a, a) == fmt.Sprintf("%T %v", b, b) // maps are written in the order of their keys
}

// include adds the values of each item of "include" to the combinations whose own values it leaves as they are, or else makes a
// combination of it. open tells that there are items which nobody knows.
func include(base []map[string]any, include any) (all []map[string]any, open bool) {
	items, ok := include.([]any)
	if !ok {
		return base, include != nil
	}
	all = make([]map[string]any, len(base))
	for i, c := range base {
		all[i] = maps.Clone(c)
	}
	for _, item := range items {
		m, ok := item.(map[string]any)
		if !ok {
			open = true
			continue
		}
		added := false
		for i, own := range base {
			if agrees(own, m) {
				maps.Copy(all[i], m)
				added = true
			}
		}
		if !added && len(all) <= maxCombinations {
			all = append(all, maps.Clone(m))
		}
	}
	return all, open
}

func agrees(own, item map[string]any) bool {
	for key, value := range item {
		if old, ok := own[key]; ok && !same(old, value) {
			return false
		}
	}
	return true
}
