package observe

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"policygen/internal/finding"
	"policygen/internal/shell"
	"policygen/internal/source"
)

// readAction reads a composite action: its steps as the workflows of the repository use it, or with the defaults of its inputs
// where none does.
func readAction(f file) found {
	var all found
	docs, err := source.ParseYAML(f.name, f.content)
	if err != nil {
		all = unread(err)
	}
	if len(docs) == 0 {
		return all
	}
	dir := path.Dir(f.name)
	callers := f.usedBy("./" + dir)
	if len(callers) == 0 {
		left := maxUses
		st := stage{file: f, kind: Action, where: "action " + dir, scope: scope{"env": {nil, true}}, env: maps.Clone(runnerEnv), handed: map[string]string{}, clones: &[]clone{}, open: []string{f.name}, left: &left, out: &all}
		st.action(docs[0], dir, nil, true)
	}
	for _, c := range callers {
		all.merge(readWorkflowAlone(c))
	}
	return all.standingIn(f.name)
}

// action returns the file of the action in a folder.
func (f file) action(dir string) (file, error) {
	g, err := f.other(path.Join(dir, "action.yml"))
	if err != nil {
		g, err = f.other(path.Join(dir, "action.yaml"))
	}
	return g, err
}

// action reads the steps of a composite action with the inputs that a step gives it. Actions of other kinds have none.
func (st stage) action(root *source.Node, dir string, with *source.Node, alone bool) {
	inputs := scopeContext{map[string]any{}, true}
	if declared := root.Get("inputs"); declared != nil {
		for _, e := range declared.Entries {
			key := strings.ToLower(e.Key.String())
			switch given := e.Value.Get("default"); {
			case inputOf(with, key) != nil:
				inputs.values[key] = textOf(st.scope.value(inputOf(with, key)))
			case given != nil:
				inputs.values[key] = textOf(st.scope.value(given))
			case !alone:
				inputs.values[key] = ""
			}
		}
	}
	github := scopeContext{map[string]any{"workspace": mount}, true}
	maps.Copy(github.values, st.scope["github"].values)
	github.values["action_path"] = absolute(dir)
	st.scope = st.scope.with("inputs", inputs).with("github", github)
	st.kind, st.shell, st.dir = Action, "", ""
	st.env = maps.Clone(st.env)
	st.env["GITHUB_ACTION_PATH"] = absolute(dir)
	st.steps(root.Get("runs", "steps"))
}

// use follows a step into what it uses.
func (st stage) use(use, with *source.Node) {
	name := use.Text.String()
	if !strings.HasPrefix(name, "./") {
		st.foreign(use, with, st.dir)
		return
	}
	f, err := st.file.action(strings.TrimPrefix(name, "./"))
	if *st.left--; err != nil || slices.Contains(st.open, f.name) || len(st.open) > maxReuse || *st.left < 0 {
		return // an action may come from a checkout of another repository
	}
	docs, _ := source.ParseYAML(f.name, f.content)
	if len(docs) == 0 {
		return
	}
	st.callers = append(slices.Clone(st.callers), placeOf(use, with))
	st.file, st.open = f, append(slices.Clone(st.open), f.name)
	st.action(docs[0], path.Dir(f.name), with, false)
}

// A runs is an input of an action of somebody else that holds commands.
type runs struct {
	input             string
	dialect           shell.Dialect
	errExit, pipeFail bool
}

// knownActions are actions that run the commands of an input, by their names in lower case.
var knownActions = map[string]runs{
	"nick-fields/retry":                      {input: "command"},
	"nick-invision/retry":                    {input: "command"},
	"wandalen/wretry.action":                 {input: "command"},
	"gabrielbb/xvfb-action":                  {input: "run"},
	"coactions/setup-xvfb":                   {input: "run"},
	"aganders3/headless-gui":                 {input: "run"},
	"uraimo/run-on-arch-action":              {input: "run", dialect: shell.POSIX, errExit: true},
	"cross-platform-actions/action":          {input: "run", dialect: shell.POSIX, errExit: true},
	"vmactions/freebsd-vm":                   {input: "run", dialect: shell.POSIX, errExit: true},
	"addnab/docker-run-action":               {input: "run", dialect: shell.POSIX, errExit: true},
	"devcontainers/ci":                       {input: "runCmd", errExit: true},
	"reactivecircus/android-emulator-runner": {input: "script", dialect: shell.POSIX},
	"actions/github-script":                  {}, // its script is JavaScript
	"appleboy/ssh-action":                    {input: "script"},
}

// commandInput matches names of inputs in which actions that we don't know take commands.
var commandInput = regexp.MustCompile(`(?i)^(run|script|commands?|cmd|runCmd|(test|run|pre|post|build|check)[-_]?(script|commands?|cmd)|(script|commands?|cmd)[-_]?(test|run))$`)

// telling is what has to be in such an input for us to read it as commands.
var telling = regexp.MustCompile(`\bpy\.?test\b|\.sh\b|\b(make|tox|nox|hatch|just|task|poe|pixi)\b`)

// foreign takes the commands out of the inputs of an action or a workflow that is not in the repository.
func (st stage) foreign(use, with *source.Node, dir string) {
	name, _, _ := strings.Cut(use.Text.String(), "@")
	name = strings.ToLower(name)
	switch name {
	case "pypa/cibuildwheel":
		st.cibuildwheel()
		return
	case toxWorkflow:
		st.toxEnvs(with)
		return
	}
	if at := with.Get("working-directory"); at != nil {
		dir = st.scope.text(at).String()
	}
	known, ok := knownActions[name]
	if ok {
		if input := with.Get(known.input); known.input != "" && input != nil && input.Kind == source.Scalar {
			sn := st.snippet(st.scope.expand(input.Text))
			sn.dir, sn.dialect, sn.errExit, sn.pipeFail = fromRoot(dir), known.dialect, known.errExit, known.pipeFail
			st.out.add(sn)
		}
		return
	}
	for _, e := range entriesOf(with) {
		input := e.Value
		if !commandInput.MatchString(e.Key.String()) || input.Kind != source.Scalar || !telling.MatchString(input.Text.String()) {
			continue
		}
		sn := st.snippet(st.scope.expand(input.Text))
		if _, err := shell.ParseForeign(sn.file(), sn.text.String(), sn.text.At, shell.Bash); err == nil {
			sn.dir, sn.doubtful = fromRoot(dir), true
			st.out.add(sn)
		}
	}
}

// placeOf returns where a step hands its inputs to an action.
func placeOf(use, with *source.Node) finding.Position {
	if with != nil {
		return with.Pos
	}
	return use.Text.At(0)
}
