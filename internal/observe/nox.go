package observe

import (
	"regexp"
	"slices"
	"strings"

	"policygen/internal/pytest"
	"policygen/internal/source"
)

var (
	sessionDef  = regexp.MustCompile(`(?m)^(?:async[ \t]+)?def[ \t]+([A-Za-z_][A-Za-z0-9_]*)[ \t]*\(`)
	sessionCall = regexp.MustCompile(`^[A-Za-z_]+\.run(_always|_install)?$`)
)

// loadNox reads the sessions of a noxfile: what each hands to session.run, and the lists that it makes for it.
func loadNox(f file, c call) (all found) {
	code := f.text()
	functions := noxFunctions(code)
	read := code.Python()
	chosen := noxDefaults(read.Groups)
	for _, g := range read.Groups {
		sn := snippet{kind: Nox, tool: "nox", dir: dirOf(f.name), first: true, env: map[string]string{}}
		words := wordsOfSession(g, c, &sn)
		if len(words) == 0 {
			continue
		}
		if g.Kind != source.PythonCall {
			words = append(words, grown(read, g)...)
		}
		sn.argv = [][]pytest.Word{words}
		for _, name := range sessionsOf(functions, g.Pos.Line) {
			sn.name, sn.where = name, "session "+name
			sn.first = len(chosen) == 0 || slices.Contains(chosen, name)
			if fn := slices.IndexFunc(functions, func(fn noxFunction) bool { return fn.name == name }); fn >= 0 && functions[fn].idle && len(chosen) == 0 {
				sn.first = false
			}
			all.add(sn)
		}
	}
	return all
}

// noxDefaults returns the sessions that a noxfile sets as those that are run where none is named; nothing where it sets none.
func noxDefaults(groups []*source.PythonGroup) (names []string) {
	for _, g := range groups {
		if g.To == "sessions" && (g.Kind == source.PythonList || g.Kind == source.PythonTuple) {
			names = append(names, texts(displayWords(g))...)
		}
	}
	if slices.ContainsFunc(names, func(name string) bool { return len(pytest.Unknowns(name)) > 0 }) {
		return nil
	}
	return names
}

// A noxFunction is a function of a noxfile.
type noxFunction struct {
	line    int    // of its def
	name    string // of the function, or of the session that a decorator makes of it
	session bool
	idle    bool // it is run only where it is named
	body    string
}

var sessionName = regexp.MustCompile(`\bname[ \t]*=[ \t]*["']([^"']+)`)

var notByDefault = regexp.MustCompile(`\bdefault[ \t]*=[ \t]*False\b`)

func noxFunctions(code source.Text) (list []noxFunction) {
	s := code.String()
	all := sessionDef.FindAllStringSubmatchIndex(s, -1)
	for i, at := range all {
		end := len(s)
		if i+1 < len(all) {
			end = all[i+1][0]
		}
		fn := noxFunction{line: code.At(at[0]).Line, name: s[at[2]:at[3]], body: s[at[0]:end]}
		decorators := s[max(0, strings.LastIndex(s[:at[0]], "\n\n")):at[0]]
		if fn.session = strings.Contains(decorators, "session"); fn.session {
			fn.idle = notByDefault.MatchString(decorators)
			if m := sessionName.FindStringSubmatch(decorators); m != nil {
				fn.name = m[1]
			}
		}
		list = append(list, fn)
	}
	return list
}

// sessionsOf returns the sessions that run what stands on a line: the one around it, or those that call the function around it.
func sessionsOf(functions []noxFunction, line int) (names []string) {
	var around noxFunction
	for _, fn := range functions {
		if fn.line <= line {
			around = fn
		}
	}
	if !around.session && around.name != "" {
		for _, fn := range functions {
			if fn.session && strings.Contains(fn.body, around.name+"(") {
				names = append(names, fn.name)
			}
		}
	}
	if len(names) == 0 {
		names = []string{around.name}
	}
	return names
}

// wordsOfSession returns the command line that a call of session.run has, or a list that is one: what is put behind it is not seen.
func wordsOfSession(g *source.PythonGroup, c call, sn *snippet) []pytest.Word {
	switch {
	case g.Kind == source.PythonCall && sessionCall.MatchString(g.Name) && len(g.Args) > 0:
		return sessionWords(g, c, sn.env)
	case g.Kind == source.PythonList || g.Kind == source.PythonTuple:
		if words := displayWords(g); startsPytest(words) {
			sn.doubtful = true
			return words
		}
	}
	return nil
}

// sessionWords returns the words of session.run(…); *session.posargs are the caller's, nothing without any.
func sessionWords(g *source.PythonGroup, c call, env map[string]string) (words []pytest.Word) {
	for _, a := range g.Args {
		switch {
		case a.Name == "env" && a.Group != nil:
			for _, e := range a.Group.Args {
				if e.Name != "" && e.String != nil {
					env[e.Name] = e.String.Text(pytest.Unknown).String()
				}
			}
		case a.Name == "*" && strings.Contains(a.Text.String(), "posargs"):
			words = append(words, c.words...)
		case a.Name == "" || a.Name == "*":
			words = append(words, wordOf(a))
		}
	}
	return words
}
