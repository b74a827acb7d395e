package observe

import (
	"regexp"
	"slices"
	"strings"

	"policygen/internal/pytest"
	"policygen/internal/source"
)

// https://learn.microsoft.com/azure/devops/pipelines/yaml-schema: the shells of "script" and "bash" have no -e.
var azure = service{
	scripts:   []string{"script", "bash", "pwsh", "powershell"},
	languages: map[string]string{"bash": "sh", "pwsh": "pwsh", "powershell": "pwsh"},
	env:       []string{"variables", "env"},
	dirs:      []string{"workingDirectory"},
	names:     []string{"displayName"},
	jobOf: func(_ string, n *source.Node) string {
		return firstScalar(n, []string{"job"}, "")
	},
	lossy:   []string{"continueOnError"},
	limits:  map[string]string{"timeoutInMinutes": "m"},
	uses:    regexp.MustCompile(`\$\(([\w.-]+)\)|\$\{\{([^}]*)\}\}`),
	value:   azureValue,
	legs:    azureLegs,
	ambient: map[string]string{"TF_BUILD": "True", "BUILD_SOURCESDIRECTORY": mount, "SYSTEM_DEFAULTWORKINGDIRECTORY": mount},
}

// azureValue returns what "$(name)" and "${{ parameters.name }}" stand for; what no variable is named like is a command of the shell.
func azureValue(st spot, name string) (string, bool) {
	name = strings.TrimSpace(name)
	short := strings.TrimPrefix(strings.TrimPrefix(name, "parameters."), "variables.")
	for _, n := range []string{name, short} {
		if value, ok := st.values[n]; ok {
			return value, true
		}
	}
	switch strings.ToLower(name) {
	case "build.sourcesdirectory", "system.defaultworkingdirectory", "build.repository.localpath":
		return mount, true
	}
	return pytest.Unknown(name), strings.ContainsAny(name, ". (")
}

func azureLegs(r *pipelineReader, n *source.Node, st spot) (legs []leg) {
	st = windowsOf(r, n, azureParameters(n, st))
	matrix := n.Get("strategy", "matrix")
	if matrix == nil || matrix.Kind != source.Map {
		return []leg{azureTask(leg{n, st})}
	}
	for _, e := range matrix.Entries {
		own := r.withVariables(st, e.Value)
		legs = append(legs, leg{n, windowsOf(r, n, own)})
	}
	return legs
}

// azureParameters puts the defaults of parameters in force.
func azureParameters(n *source.Node, st spot) spot {
	declared := n.Get("parameters")
	if declared == nil {
		return st
	}
	st.values = with(st.values, nil)
	for _, p := range declared.Items {
		if given := p.Get("default"); given != nil && given.Kind == source.Scalar && p.Get("name") != nil {
			st.values[p.Get("name").Text.String()] = given.Text.String()
		}
	}
	for _, e := range declared.Entries {
		if e.Value.Kind == source.Scalar {
			st.values[e.Key.String()] = e.Value.Text.String()
		}
	}
	return st
}

// azureTask reads the task of a step: that of Bash may name a file, that of PowerShell has its own language.
func azureTask(l leg) leg {
	task := firstScalar(l.node, []string{"task"}, "")
	switch {
	case strings.HasPrefix(task, "PowerShell@"):
		l.spot.shell.language = "pwsh"
	case strings.HasPrefix(task, "Bash@"), strings.HasPrefix(task, "ShellScript@"):
		l.spot.shell.language = "sh"
		inputs := l.node.Get("inputs")
		file := source.First(inputs.Get("filePath"), inputs.Get("scriptPath"))
		if file == nil || file.Kind != source.Scalar || file.Text.Len() == 0 {
			return l
		}
		text := source.JoinTexts(source.Literal("bash ", file.Text), file.Text)
		if words := source.First(inputs.Get("arguments"), inputs.Get("args")); words != nil && words.Text.Len() > 0 {
			text = source.JoinTexts(text, source.Literal(" ", file.Text), words.Text)
		}
		l.node = &source.Node{Kind: source.Map, Pos: l.node.Pos, Entries: append(slices.Clone(withoutKey(l.node, "inputs").Entries),
			source.Entry{Key: source.Literal("bash", file.Text), Value: &source.Node{Text: text, Tag: "!!str", Pos: file.Pos}})}
	}
	return l
}

// windowsOf notes that "script" is for cmd where the machine has Windows.
func windowsOf(r *pipelineReader, n *source.Node, st spot) spot {
	image := n.Get("pool", "vmImage")
	if image == nil {
		return st
	}
	st.shell.language = ""
	text := r.substituted(image.Text, st).String()
	if text = strings.ToLower(text); strings.Contains(text, "windows") || strings.HasPrefix(text, "vs20") {
		st.shell.language = "cmd"
	}
	return st
}
