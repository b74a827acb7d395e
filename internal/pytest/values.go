package pytest

import "slices"

// lastOpen returns the place of the last unknown word that may hold options, or -1.
func (r *resolver) lastOpen() int {
	for i := len(r.words) - 1; i >= 0; i-- {
		if r.words[i].open {
			return i
		}
	}
	return -1
}

// last returns the value of the last option that sets something, or a default.
func (r *resolver) last(dest string) Value {
	e := lastOf(r.parsed, dest)
	if e.dest == "" {
		return Value{Unknown: r.open()}
	}
	return r.valueOf(e)
}

// valueOf returns the value of an option. What an unknown word behind it could change is uncertain.
func (r *resolver) valueOf(e event) Value {
	v := Value{Text: e.value.Text, Pos: e.value.Pos, From: e.word.from, Unknown: Unknowns(e.value.Text)}
	if e.seq < r.lastOpen() {
		v.Unknown = merge(v.Unknown, r.open())
	}
	return v
}

// merge returns names of two lists, each once.
func merge(a, b []string) []string {
	all := append(slices.Clone(a), b...)
	slices.Sort(all)
	return slices.Compact(all)
}

// timeout returns the limit of pytest-timeout: --timeout before PYTEST_TIMEOUT before the configuration file.
func (r *resolver) timeout() Value {
	if !r.plugins.has("timeout") {
		return Value{}
	}
	v := r.last("timeout")
	env := r.inv.Env["PYTEST_TIMEOUT"]
	switch {
	case v.Text != "":
		return v
	case env != "":
		return Value{Text: env, From: Environment, Unknown: merge(v.Unknown, Unknowns(env))}
	}
	return r.orIni(v, "timeout")
}

// timeoutMethod returns how pytest-timeout ends a test.
func (r *resolver) timeoutMethod() Value {
	if !r.plugins.has("timeout") {
		return Value{}
	}
	v := r.last("timeout_method")
	if v.Text != "" {
		return v
	}
	return r.orIni(v, "timeout_method")
}

// orIni returns the value of a key of the configuration file in the place of an option that nobody wrote.
func (r *resolver) orIni(v Value, key string) Value {
	ini := r.iniValue(key)
	ini.Unknown = merge(v.Unknown, ini.Unknown)
	return ini
}

// paths returns what is collected.
func (r *resolver) paths() []Value {
	var list []Value
	for _, w := range r.parsed.words {
		if !r.words[w.seq].open {
			list = append(list, Value{Text: w.Text, Pos: w.Pos, From: w.from, Unknown: Unknowns(w.Text)})
		}
	}
	if len(list) > 0 {
		return list
	}
	if r.dir == r.config.root {
		list = r.testpaths()
	}
	if len(list) == 0 {
		list = []Value{{Text: r.dir}}
	}
	for i := range list {
		list[i].Unknown = merge(list[i].Unknown, r.open())
	}
	return list
}

// testpaths returns what testpaths of the configuration file matches. It counts only in the rootdir.
func (r *resolver) testpaths() []Value {
	pyargs := lastOf(r.parsed, "pyargs").dest != ""
	var list []Value
	for _, w := range r.iniWords("testpaths", ConfigFile) {
		matches := []string{w.Text}
		if !pyargs && len(Unknowns(w.Text)) == 0 {
			matches = r.glob(w.Text)
		}
		for _, m := range matches {
			list = append(list, Value{Text: m, Pos: w.Pos, From: ConfigFile, Unknown: Unknowns(m)})
		}
	}
	return list
}

// appended are what options add to instead of replacing it.
var appended = []string{
	"plugins", "override_ini", "tx", "px", "pythonwarnings", "ignore", "ignore_glob", "deselect", "rsyncdir", "rsyncignore", "doctestglob", "logger_disable",
}

// replaced reports whether a later option of the same destination takes the place of an earlier one. Of other plugins' options nobody
// here knows that, and flags add nothing to be replaced.
func replaced(dest string) bool {
	is := func(o option) bool { return o.dest == dest && o.arity == one }
	return !slices.Contains(appended, dest) && (slices.ContainsFunc(pytestOptions, is) || slices.ContainsFunc(pluginOptions, is))
}

// options returns all words as pytest reads them.
func (r *resolver) options() []Option {
	type placed struct {
		Option
		seq int
	}
	var list []placed
	for i, e := range r.parsed.events {
		later := func(l event) bool { return l.dest == e.dest && l.set }
		list = append(list, placed{Option{
			Name: e.name, Dest: e.dest, Value: e.value.Text, Set: e.set, Pos: e.word.Pos, From: e.word.from,
			Ignored: replaced(e.dest) && slices.ContainsFunc(r.parsed.events[i+1:], later),
		}, e.seq})
	}
	for _, w := range r.parsed.words {
		list = append(list, placed{Option{Value: w.Text, Set: true, Pos: w.Pos, From: w.from}, w.seq})
	}
	slices.SortStableFunc(list, func(a, b placed) int { return a.seq - b.seq })
	options := make([]Option, len(list))
	for i, p := range list {
		options[i] = p.Option
	}
	return options
}
