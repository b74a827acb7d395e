package observe

import (
	"strings"

	"policygen/internal/source"
)

// declaredInputs returns the inputs of a workflow as a caller sets them, else with their defaults. Where nobody calls it an input
// without a default is unknown.
func declaredInputs(on, with *source.Node, caller scope, alone bool) scopeContext {
	c := scopeContext{map[string]any{}, true}
	for _, event := range []string{"workflow_dispatch", "workflow_call"} {
		declared := on.Get(event, "inputs")
		if declared == nil {
			continue
		}
		for _, e := range declared.Entries {
			key := strings.ToLower(e.Key.String())
			switch given := e.Value.Get("default"); {
			case inputOf(with, key) != nil:
				c.values[key] = caller.value(inputOf(with, key))
			case given != nil:
				c.values[key] = caller.value(given)
			case !alone:
				c.values[key] = emptyInput(e.Value)
			}
		}
	}
	return c
}

// inputOf returns what "with" gives for an input, by its name in lower case.
func inputOf(with *source.Node, name string) *source.Node {
	if with == nil {
		return nil
	}
	for _, e := range with.Entries {
		if strings.ToLower(e.Key.String()) == name {
			return e.Value
		}
	}
	return nil
}

func emptyInput(declared *source.Node) any {
	switch kind := declared.Get("type"); {
	case kind == nil:
		return ""
	case kind.Text.String() == "boolean":
		return false
	case kind.Text.String() == "number":
		return float64(0)
	}
	return ""
}
