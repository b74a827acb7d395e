package observe

import (
	"cmp"
	"maps"
	"regexp"
	"strings"

	"policygen/internal/source"
)

// https://circleci.com/docs/reference/configuration-reference/
var circle = service{
	scripts: []string{"run", "command"},
	env:     []string{"environment"},
	names:   []string{"name"},
	legs:    circleLegs,
	jobOf:   circleJob,
	shell:   startedShell{errExit: true, pipeFail: true},
	uses:    regexp.MustCompile(`<<\s*([\w.-]+)\s*>>`),
	value:   known,
	ambient: map[string]string{"CI": "true", "CIRCLECI": "true"},
}

// circleJob names a job or a command: a map that has steps.
func circleJob(key string, n *source.Node) string {
	if n.Get("steps") != nil {
		return key
	}
	return ""
}

// circleLegs puts the defaults of parameters in force. The directory of a job is where the repository is; that of a step counts.
func circleLegs(_ *pipelineReader, n *source.Node, st spot) []leg {
	if declared := n.Get("parameters"); declared != nil {
		st.values = maps.Clone(st.values)
		prefix := "parameters."
		if st.depth == 1 {
			prefix = "pipeline.parameters."
		}
		for _, e := range declared.Entries {
			if given := e.Value.Get("default"); given != nil && given.Kind == source.Scalar {
				st.values[prefix+e.Key.String()] = given.Text.String()
			}
		}
	}
	dir := n.Get("working_directory")
	switch {
	case dir == nil || dir.Kind != source.Scalar:
	case n.Get("steps") != nil:
		st.values = with(st.values, map[string]string{"working_directory": dir.Text.String()})
	case n.Get("command") != nil:
		base := cmp.Or(st.values["working_directory"], "~/project")
		st.dir = strings.TrimPrefix(strings.TrimPrefix(dir.Text.String(), base), "/")
		if !strings.HasPrefix(dir.Text.String(), base) {
			st.dir = dir.Text.String()
		}
	}
	return []leg{{n, st}}
}
