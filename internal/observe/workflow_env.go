package observe

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"policygen/internal/pytest"
	"policygen/internal/shell"
	"policygen/internal/source"
)

// A handing finds out which variables a step hands on to those behind it: what it adds to the file that GITHUB_ENV names.
// https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#setting-an-environment-variable
type handing struct {
	file   file
	values map[string]string // what is certain
	unsure map[string]bool   // what is written, or may be, with a value that nobody knows
	open   []string          // scripts that are being looked at
}

// handOn notes the variables that the commands of a step hand on. What depends on the run, or on a condition, is unknown.
func (st stage) handOn(sn snippet, language string) {
	h := handing{file: st.file, values: map[string]string{}, unsure: map[string]bool{}}
	text := sn.text.String()
	switch {
	case language != "" && strings.Contains(text, "GITHUB_ENV"):
		h.inLanguage(text, language)
	case language == "" && (strings.Contains(text, "GITHUB_ENV") || h.callsWriter(sn)):
		env := with(ambient, sn.env)
		h.play(plainUnknowns(sn.text), sn, nil, env, true)
	}
	for name := range h.unsure {
		st.handed[name] = unknownWord(name)
	}
	for name, value := range h.values {
		if st.unsure || isUnknown(value) { // in part, which would tell jobs of a matrix apart that do not differ
			value = unknownWord(name)
		}
		st.handed[name] = value
	}
}

// withHanded returns the stage with the variables in force that steps before have handed on.
func (st stage) withHanded() stage {
	if len(st.handed) == 0 {
		return st
	}
	st.env = with(st.env, st.handed)
	seen := map[string]any{}
	maps.Copy(seen, st.scope["env"].values)
	for name, value := range st.handed {
		seen[strings.ToLower(name)] = value
	}
	st.scope = st.scope.with("env", scopeContext{seen, st.scope["env"].open})
	return st
}

// play simulates commands and takes what they write.
func (h *handing) play(text source.Text, how snippet, args []string, env map[string]string, certain bool) {
	f, _ := shell.ParseForeign(text.At(0).File, text.String(), text.At, how.dialect) // what doesn't parse is told where it is observed
	setting := shell.Setting{
		Args: args, Env: withUnset(env, text.String()), Dir: absolute(how.dir), Root: mount, Unknown: pytest.Unknown, ErrExit: how.errExit, PipeFail: how.pipeFail,
		Start: func(c shell.Command) shell.Result { return h.script(c, certain) },
	}
	if h.file.repo != nil {
		setting.Files = h.file.repo.fs
	}
	seen := f.Observe(setting)
	name := env["GITHUB_ENV"]
	for variable := range handedIn(seen.Guarded[name]) {
		h.unsure[variable] = true
	}
	for variable, value := range handedIn(seen.Written[name]) {
		if h.unsure[variable] || !certain {
			h.unsure[variable] = true
			continue
		}
		h.values[variable] = value
	}
	maps.DeleteFunc(h.values, func(variable, _ string) bool { return h.unsure[variable] })
}

// withUnset returns an environment in which variables that a text uses and neither has nor sets are unknown, since an image or an
// action may have set them.
func withUnset(env map[string]string, text string) map[string]string {
	env = maps.Clone(env)
	for _, m := range shownVariable.FindAllStringSubmatch(text, -1) {
		name := m[1] + m[2]
		if _, ok := env[name]; !ok && !strings.Contains(text, name+"=") && !strings.Contains(text, "for "+name) && !strings.Contains(text, "read ") {
			env[name] = pytest.Unknown(name)
		}
	}
	return env
}

// handedIn reads the lines of such a file: "NAME=value", or "NAME<<DELIMITER" and the lines up to one that is the delimiter.
func handedIn(text string) map[string]string {
	text = notPlainUnknown.ReplaceAllStringFunc(text, func(match string) string { return unknownWord(strings.Join(pytest.Unknowns(match), "-")) })
	values := map[string]string{}
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		line := strings.TrimSuffix(lines[i], "\r")
		name, value, ok := strings.Cut(line, "=")
		if before, delimiter, several := strings.Cut(line, "<<"); several && (!ok || len(before) < len(name)) {
			end := slices.Index(lines[i+1:], delimiter)
			if end < 0 {
				break
			}
			name, value, ok = before, strings.Join(lines[i+1:i+1+end], "\n"), true
			i += 1 + end
		}
		if ok && plainName.MatchString(name) && !ofRunner.MatchString(name) {
			values[name] = value
		}
	}
	return values
}

// ofRunner matches variables that no step can set.
var ofRunner = regexp.MustCompile(`^(GITHUB|RUNNER)_`)

// writerName matches what may be the name of a script.
var writerName = regexp.MustCompile(`[\w./-]+\.(?:sh|bash|py)\b`)

// callsWriter reports whether commands name a script of the repository that writes to the file.
func (h *handing) callsWriter(sn snippet) bool {
	return slices.ContainsFunc(writerName.FindAllString(sn.text.String(), -1), func(word string) bool {
		_, ok := h.writer(absolute(sn.dir), word)
		return ok
	})
}

// writer returns a script of the repository that writes to the file.
func (h *handing) writer(dir, word string) (file, bool) {
	at := joinDir(dir, word)
	if !writerName.MatchString(word) || !strings.HasPrefix(at, mount+"/") {
		return file{}, false
	}
	f, err := h.file.other(relative(at))
	return f, err == nil && strings.Contains(string(f.content), "GITHUB_ENV")
}

// script takes what a script of the repository writes that a command calls.
func (h *handing) script(c shell.Command, certain bool) shell.Result {
	for i, w := range c.Argv {
		f, ok := h.writer(c.Dir, w.Text)
		if !ok || slices.Contains(h.open, f.name) || len(h.open) >= maxDepth {
			continue
		}
		h.open = append(h.open, f.name)
		if path.Ext(f.name) == ".py" {
			h.inLanguage(string(f.content), "python")
		} else {
			how := snippet{dialect: dialectOfScript(f.name, f.content), dir: relative(c.Dir)}
			h.play(f.text(), how, c.Strings()[i+1:], c.Env, certain && c.Certain)
		}
		h.open = h.open[:len(h.open)-1]
		break
	}
	return shell.Result{}
}

var (
	toHanded    = regexp.MustCompile(`(?m)^([ \t]*).*GITHUB_ENV.*$`)
	handedWord  = regexp.MustCompile(`(?:^|["'\s])([A-Za-z_]\w*)=([^"'|>\r\n]*)`)
	mayBeHanded = regexp.MustCompile(`["'` + "`" + `]([A-Z_][A-Z0-9_]*)(?:=|<<)`)
)

// inLanguage takes what commands in a language write that is none of our shells. Where a line is not simple, what it names is unknown.
func (h *handing) inLanguage(text, language string) {
	for _, m := range mayBeHanded.FindAllStringSubmatch(text, -1) {
		h.unsure[m[1]] = true
	}
	if language != "pwsh" && language != "cmd" {
		return
	}
	seen := map[string]bool{}
	for _, line := range toHanded.FindAllStringSubmatch(text, -1) {
		for _, m := range handedWord.FindAllStringSubmatch(line[0], -1) {
			name, value := m[1], strings.TrimRight(m[2], " \t")
			h.unsure[name] = line[1] != "" || seen[name] || strings.ContainsAny(value, "$%`")
			if seen[name] = true; !h.unsure[name] {
				delete(h.unsure, name)
				h.values[name] = value
			}
		}
	}
	maps.DeleteFunc(h.values, func(name, _ string) bool { return h.unsure[name] })
}
