package observe

import (
	"regexp"

	"policygen/internal/source"
)

// https://buildkite.com/docs/pipelines/configure/step-types/command-step
var buildkite = service{
	scripts: []string{"command", "commands"},
	env:     []string{"env"},
	names:   []string{"label", "key"},
	lossy:   []string{"soft_fail"},
	limits:  map[string]string{"timeout_in_minutes": "m"},
	shell:   startedShell{errExit: true},
	uses:    regexp.MustCompile(`\{\{\s*(matrix(?:\.\w+)?)\s*\}\}|(\$)\$`),
	value: func(st spot, name string) (string, bool) {
		if name == "$" {
			return "$", true
		}
		return known(st, name)
	},
	legs:    buildkiteLegs,
	ambient: map[string]string{"CI": "true", "BUILDKITE": "true", "BUILDKITE_BUILD_CHECKOUT_PATH": mount},
}

func buildkiteLegs(_ *pipelineReader, n *source.Node, st spot) (legs []leg) {
	matrix := n.Get("matrix")
	if matrix == nil {
		return nil
	}
	all := []map[string]string{{}}
	if setup := matrix.Get("setup"); setup != nil && setup.Kind == source.Map {
		for _, e := range setup.Entries {
			all = multiply(all, "matrix."+e.Key.String(), listOf(e.Value))
		}
	} else if matrix.Kind == source.Map {
		all = multiply(all, "matrix", listOf(setup))
	} else {
		all = multiply(all, "matrix", listOf(matrix))
	}
	for _, values := range all {
		own := st
		own.values = with(st.values, values)
		legs = append(legs, leg{n, own})
	}
	return legs
}
