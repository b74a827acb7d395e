package observe

import (
	"strings"

	"policygen/internal/shell"
	"policygen/internal/source"
)

// appveyorLanguages are the keys that an item of a script may have, with the language of the commands.
var appveyorLanguages = map[string]string{"cmd": "cmd", "ps": "pwsh", "pwsh": "pwsh", "sh": "sh"}

// https://www.appveyor.com/docs/appveyor-yml/
var appveyor = service{
	scripts: []string{"init", "install", "before_build", "build_script", "after_build", "before_test", "test_script", "after_test"},
	after:   []string{"on_success", "on_failure", "on_finish"},
	legs:    appveyorLegs,
	shell:   startedShell{language: "cmd"},
	ambient: map[string]string{"CI": "True", "APPVEYOR": "True", "APPVEYOR_BUILD_FOLDER": mount},
}

// appveyorLegs puts the variables of "environment" in force, once for each item of its matrix.
func appveyorLegs(r *pipelineReader, n *source.Node, st spot) (legs []leg) {
	env := n.Get("environment")
	if images := n.Get("image"); images != nil && strings.Contains(strings.ToLower(images.Text.String()), "ubuntu") {
		st.shell = startedShell{dialect: shell.Bash}
	}
	if env == nil {
		return []leg{{n, st}}
	}
	st = r.withVariables(r.withVariables(st, withoutKey(env, "matrix")), env.Get("global"))
	for _, item := range listOf(env.Get("matrix")) {
		legs = append(legs, leg{n, r.withVariables(st, item)})
	}
	if legs == nil {
		legs = []leg{{n, st}}
	}
	return legs
}
