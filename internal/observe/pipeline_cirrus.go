package observe

import (
	"cmp"
	"strings"

	"policygen/internal/source"
)

// https://cirrus-ci.org/guide/writing-tasks/
var cirrus = service{
	scripts: []string{"script", "*_script"},
	env:     []string{"env", "environment"},
	names:   []string{"name", "alias"},
	jobOf: func(key string, _ *source.Node) string {
		name, ok := strings.CutSuffix(key, "task")
		if !ok {
			return ""
		}
		return cmp.Or(strings.TrimSuffix(name, "_"), "task")
	},
	lossy:   []string{"allow_failures"},
	limits:  map[string]string{"timeout_in": "m"},
	shell:   startedShell{errExit: true},
	legs:    cirrusLegs,
	ambient: map[string]string{"CI": "true", "CIRRUS_CI": "true", "CIRRUS_WORKING_DIR": mount},
}

// cirrusLegs merges each item of a matrix into the map that has it.
func cirrusLegs(_ *pipelineReader, n *source.Node, st spot) (legs []leg) {
	for _, item := range listOf(n.Get("matrix")) {
		if item.Kind == source.Map {
			merged := mergeNodes(n, item)
			merged = withoutKey(merged, "matrix")
			legs = append(legs, leg{merged, st})
		}
	}
	return legs
}

func withoutKey(n *source.Node, key string) *source.Node {
	rest := *n
	rest.Entries = nil
	for _, e := range n.Entries {
		if e.Key.String() != key {
			rest.Entries = append(rest.Entries, e)
		}
	}
	return &rest
}
