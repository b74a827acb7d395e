package observe

import (
	"regexp"
	"slices"
	"strings"

	"policygen/internal/pytest"
	"policygen/internal/source"
)

var sessionCall = regexp.MustCompile(`^[A-Za-z_]+\.run(_always|_install)?$`)

// loadNox reads the sessions of a noxfile: what each hands to session.run, and the lists that it makes for it.
func loadNox(f file, c call) (all found) {
	code := f.text()
	functions := functionsIn(code, "session")
	read := code.Python()
	grows := growthOf(read)
	chosen := noxDefaults(read, grows, code.String())
	if s := code.String(); len(anyTags.FindAllString(s, -1)) > len(decoratedTags.FindAllString(s, -1)) {
		c.labels = nil // some are given in other ways, and nobody here knows to which sessions
	}
	for _, g := range read.Groups {
		sn := snippet{kind: Nox, tool: "nox", dir: dirOf(f.name), first: true, env: map[string]string{}}
		words := wordsOfSession(g, c, &sn)
		if len(words) == 0 {
			words = wrappedWords(g, functions, c, sn.env)
		}
		if len(words) == 0 {
			continue
		}
		if all.full() {
			break
		}
		if g.Kind != source.PythonCall {
			words = append(words, grows.behind(g)...)
		}
		sn.argv = [][]pytest.Word{words}
		sessions := functions.entriesAt(g.Pos.Line)
		if len(sessions) == 0 {
			sessions = []function{{}} // of no session that anybody knows
		}
		for _, fn := range sessions {
			sn.name, sn.where = fn.name, "session "+fn.name
			sn.first = slices.Contains(chosen, fn.name) || len(chosen) == 0 && !fn.idle
			if len(c.labels) > 0 {
				sn.first = slices.ContainsFunc(c.labels, func(tag string) bool { return slices.Contains(fn.tags, tag) })
			}
			all.add(sn)
		}
	}
	return all
}

var anyTags = regexp.MustCompile(`\btags\b`)

// noxDefaults returns the sessions that a noxfile sets as those that are run where none is named; nothing where it sets none, or more than
// one list of names.
func noxDefaults(read source.Python, grows growth, code string) (names []string) {
	if !setsSessions.MatchString(code) {
		return nil
	}
	for _, g := range read.Groups {
		if g.To != "sessions" || g.Kind != source.PythonList && g.Kind != source.PythonTuple {
			continue
		}
		if len(names) > 0 || grows.behind(g) != nil {
			return nil
		}
		for _, w := range displayWords(g) {
			names = append(names, sessionNames(w.Text)...)
		}
	}
	if slices.ContainsFunc(names, func(name string) bool { return len(pytest.Unknowns(name)) > 0 }) {
		return nil
	}
	return names
}

// sessionNames returns the names that a word gives a session: the whole, and what stands before the version of Python and the parameters,
// as tests-3.12(lib='a') is a session of tests.
func sessionNames(word string) []string {
	base, _, _ := strings.Cut(word, "(")
	base, _, _ = strings.Cut(base, "-")
	return []string{word, base}
}

var setsSessions = regexp.MustCompile(`(?m)^[ \t]*nox\.options\.sessions[ \t]*=`)

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

// wrappedWords returns the command line that a call hands to a function of the noxfile together with the session.
func wrappedWords(g *source.PythonGroup, functions *functionTable, c call, env map[string]string) []pytest.Word {
	isFunction := slices.ContainsFunc(functions.list, func(fn function) bool { return !fn.entry && fn.name == g.Name })
	if g.Kind != source.PythonCall || !isFunction || len(g.Args) < 2 || g.Args[1].String == nil {
		return nil
	}
	rest := *g
	rest.Args = g.Args[1:]
	if words := sessionWords(&rest, c, env); len(words) > 0 && (isRunner(words[0]) || startsPytest(words)) {
		return words
	}
	return nil
}

// wholePosargs matches the caller's words as they are, not what takes their place where there are none.
var wholePosargs = regexp.MustCompile(`^(list\()?[A-Za-z_]+\.posargs\)?$`)

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
		case a.Name == "*" && strings.Contains(a.Text.String(), "posargs") && (len(c.words) > 0 || wholePosargs.MatchString(a.Text.String())):
			words = append(words, c.words...)
		case a.Name == "" || a.Name == "*":
			words = append(words, wordOf(a))
		}
	}
	return words
}
