package observe

import (
	"cmp"
	"path"
	"regexp"
	"slices"
	"strings"

	"policygen/internal/pytest"
	"policygen/internal/source"
)

// A service is a CI service whose files we read by the keys under which they have commands, wherever those stand.
type service struct {
	scripts   []string                                // keys of commands; a "*" at the beginning stands for anything
	after     []string                                // keys of commands whose failure does not count
	languages map[string]string                       // of those keys whose commands are for no shell of ours
	env       []string                                // keys of variables
	dirs      []string                                // keys of the working directory
	names     []string                                // keys of the name of a step
	jobOf     func(key string, n *source.Node) string // the name of the job that a map under a key is; empty for none
	lossy     []string                                // keys that, set to true, lose a failure
	limits    map[string]string                       // keys of a time limit, with the unit of a number without one
	shell     startedShell
	uses      *regexp.Regexp // what stands for a value in texts: the first group that matched names it
	value     func(st spot, name string) (string, bool)
	legs      func(r *pipelineReader, n *source.Node, st spot) []leg // what a matrix makes of a map; nil for no matrix
	ambient   map[string]string
	vectors   bool     // a command may be a list of words
	open      bool     // variables that the file does not set may be set by whatever reads it
	leave     []string // keys that have no commands below them, though some have the names of those that do
}

// A spot is what is in force at a place of such a file.
type spot struct {
	job, step string
	env       map[string]string
	values    map[string]string // of what the file calls parameters, variables or matrix
	dir       string
	hidden    string
	shell     startedShell
	doubtful  bool // whether it is run depends on what nobody knows
	depth     int

	// Of CircleCI: where the repository is, what declares the parameters, and what a caller gives for them.
	base         string
	nodes, given *source.Node
}

// A leg is a map as one combination of a matrix has it.
type leg struct {
	node *source.Node
	spot spot
}

// maxPlaces bounds how many maps of a file are looked at, those of each combination of a matrix by itself.
const maxPlaces = 100_000

type pipelineReader struct {
	service
	kind Kind
	out  *found
	left int
}

// readPipeline reads the file of a CI service that has no reader of its own: whatever stands under the keys that the service
// uses for commands.
func readPipeline(f file) (all found) {
	docs, err := source.ParseYAML(f.name, f.content)
	if err != nil {
		all = unread(err)
	}
	r := pipelineReader{service: serviceOf(f.name), kind: Pipeline, out: &all, left: maxPlaces}
	for _, doc := range docs {
		switch {
		case path.Base(f.name) == ".travis.yml":
			r.travis(doc)
			continue
		case strings.HasPrefix(f.name, ".circleci/"):
			r.circle(doc)
			continue
		}
		r.walk("", doc, spot{env: r.ambient, shell: r.shell, values: map[string]string{}})
	}
	return all.standingIn(f.name)
}

func (r *pipelineReader) walk(key string, n *source.Node, st spot) {
	if r.left--; n == nil || st.depth > maxExpression || r.left < 0 || r.out.full() {
		return
	}
	st.depth++
	switch n.Kind {
	case source.List:
		for _, item := range n.Items {
			r.walk(key, item, st)
		}
	case source.Map:
		legs := []leg{{n, st}}
		if r.legs != nil {
			if more := r.legs(r, n, st); more != nil {
				legs = more
			}
		}
		for _, l := range legs {
			r.enter(key, l.node, l.spot)
		}
	}
}

// enter reads a map, with what it sets in force for what it holds.
func (r *pipelineReader) enter(key string, n *source.Node, st spot) {
	if r.jobOf != nil {
		if name := r.jobOf(key, n); name != "" {
			st.job, st.step = name, ""
		}
	}
	st.step = firstScalar(n, r.names, st.step)
	for _, k := range r.env {
		st = r.withVariables(st, n.Get(k))
	}
	for _, k := range r.dirs {
		if dir := n.Get(k); dir != nil && dir.Kind == source.Scalar {
			st.dir = r.substituted(dir.Text, st).String()
		}
	}
	for _, k := range r.lossy {
		if v := n.Get(k); v != nil && v.Text.String() == "true" {
			st.hidden = k
		}
	}
	r.limit(n, st)
	vector := r.vector(n, st)
	if len(vector) > 0 {
		r.addWords(vector, st)
	}
	for _, e := range n.Entries {
		k := e.Key.String()
		after := matchesKey(r.after, k)
		switch {
		case len(vector) > 0 && slices.Contains(vectorKeys, k):
		case (after || matchesKey(r.scripts, k)) && (e.Value.Kind != source.Map):
			own := st
			if after {
				own.hidden = k
			}
			if r.vectors {
				r.anyCommands(e.Value, own)
			} else {
				r.commands(k, e.Value, own)
			}
		case !slices.Contains(r.env, k) && !slices.Contains(r.leave, k):
			r.walk(k, e.Value, st)
		}
	}
}

func matchesKey(keys []string, key string) bool {
	return slices.ContainsFunc(keys, func(k string) bool {
		suffix, ok := strings.CutPrefix(k, "*")
		return k == key || ok && strings.HasSuffix(key, suffix)
	})
}

// firstScalar returns the text under the first of some keys that the map has.
func firstScalar(n *source.Node, keys []string, otherwise string) string {
	for _, k := range keys {
		if v := n.Get(k); v != nil && v.Kind == source.Scalar && v.Text.Len() > 0 {
			return strings.TrimSpace(v.Text.String())
		}
	}
	return otherwise
}

// limit notes the limit that a map puts on its job.
func (r *pipelineReader) limit(n *source.Node, st spot) {
	for k, unit := range r.limits {
		v := n.Get(k)
		if v == nil || v.Kind != source.Scalar {
			continue
		}
		text := v.Text.String()
		if _, ok := number(text); ok {
			text += unit
		}
		job := Job{Position: n.Entries[0].Key.At(0), Kind: r.kind, Name: cmp.Or(st.job, st.step), Limit: v.Pos}
		job.Minutes, _ = minutesOf(text)
		r.out.jobs = append(r.out.jobs, job)
	}
}

// commands takes commands: a text, or a list of which the shell gets one item after the other.
func (r *pipelineReader) commands(key string, n *source.Node, st spot) {
	var lines []source.Text
	for _, item := range listOf(n) {
		if item.Kind == source.Map { // "- ps: commands"
			for _, e := range item.Entries {
				if _, ok := appveyorLanguages[e.Key.String()]; ok && e.Value.Kind == source.Scalar {
					r.add(appveyorLanguages[e.Key.String()], e.Value.Text, st)
				}
			}
			continue
		}
		if item.Kind == source.List { // an alias of a list within a list
			for _, inner := range item.Items {
				lines = append(lines, inner.Text)
			}
			continue
		}
		lines = append(lines, item.Text)
	}
	if len(lines) == 0 {
		return
	}
	language := r.languages[key]
	if language == "" {
		language = st.shell.language
	}
	r.add(language, joinLines(lines, source.Text{}), st)
}

func (r *pipelineReader) add(language string, text source.Text, st spot) {
	if text = r.substituted(text, st); r.open {
		text = withUnknownVariables(text)
	}
	if text.Len() == 0 {
		return
	}
	sn := snippet{
		kind: r.kind, job: st.job, where: whereOf(st), text: text, dir: fromRoot(st.dir), hidden: st.hidden,
		env: withServiceVariables(st.env, text.String()), dialect: st.shell.dialect, errExit: st.shell.errExit, pipeFail: st.shell.pipeFail,
		doubtful: st.doubtful,
	}
	if language == "" || language == "sh" {
		r.out.add(sn)
		return
	}
	r.out.take(inLanguage(sn, language))
}

func whereOf(st spot) string {
	switch {
	case st.job != "" && st.step != "" && st.job != st.step:
		return "job " + st.job + ", step " + st.step
	case st.job != "":
		return "job " + st.job
	case st.step != "":
		return "step " + st.step
	}
	return ""
}

// withVariables puts variables in force: a map, or a list of "NAME=value", of maps, or of maps with "name" and "value".
func (r *pipelineReader) withVariables(st spot, n *source.Node) spot {
	if n == nil {
		return st
	}
	env, values := with(st.env, nil), with(st.values, nil)
	set := func(name string, value *source.Node) {
		if value != nil && value.Kind == source.Scalar {
			text := r.substituted(value.Text, st).String()
			values[name] = text
			env[r.variableName(name)] = text
		}
	}
	for _, item := range listOf(n) {
		switch {
		case item.Kind == source.Scalar:
			for _, w := range splitWords(item.Text) {
				if name, value, ok := strings.Cut(w.Text, "="); ok {
					env[name], values[name] = value, value
				}
			}
		case n.Kind == source.List && item.Get("name") != nil:
			set(item.Get("name").Text.String(), item.Get("value"))
		case n.Kind == source.List && (item.Get("group") != nil || item.Get("template") != nil):
		default:
			for _, e := range item.Entries {
				if set(e.Key.String(), e.Value); strings.HasPrefix(e.Key.String(), "${{") { // a condition of Azure
					for _, inner := range e.Value.Entries {
						set(inner.Key.String(), inner.Value)
					}
				}
			}
		}
	}
	st.env, st.values = env, values
	return st
}

// variableName returns the name under which commands see a variable.
func (r *pipelineReader) variableName(name string) string {
	if r.ambient["TF_BUILD"] != "" { // of Azure: https://learn.microsoft.com/azure/devops/pipelines/process/variables#environment-variables
		return strings.ToUpper(strings.ReplaceAll(name, ".", "_"))
	}
	return name
}

// substituted replaces what stands for values in a text.
func (r *pipelineReader) substituted(t source.Text, st spot) source.Text {
	if r.uses == nil {
		return t
	}
	var parts []source.Text
	at, size := 0, 0
	for _, m := range r.uses.FindAllStringSubmatchIndex(t.String(), -1) {
		name := ""
		for i := 2; i < len(m); i += 2 {
			if m[i] >= 0 {
				name = t.String()[m[i]:m[i+1]]
			}
		}
		value, ok := r.value(st, name)
		if size += len(value); !ok || size > maxExpanded {
			continue
		}
		parts = append(parts, t.Slice(at, m[0]), source.Literal(value, t.Slice(m[0], m[1])))
		at = m[1]
	}
	return source.JoinTexts(append(parts, t.Slice(at, t.Len()))...)
}

// known returns a value of the file, or else the unknown one of that name.
func known(st spot, name string) (string, bool) {
	if value, ok := st.values[name]; ok {
		return value, true
	}
	return pytest.Unknown(name), true
}
