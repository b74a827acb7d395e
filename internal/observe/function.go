package observe

import (
	"regexp"
	"strings"

	"policygen/internal/source"
)

// A function is one of a file of Python in which a tool runs functions by their names: sessions of nox, tasks of invoke.
type function struct {
	line  int    // of its def
	name  string // or the one that its decorator gives it
	entry bool   // the tool knows it
	idle  bool   // it is run only where it is named
	tags  []string
	body  string // with its decorators before
}

var (
	functionDef   = regexp.MustCompile(`(?m)^(?:async[ \t]+)?def[ \t]+([A-Za-z_][A-Za-z0-9_]*)[ \t]*\(`)
	decoratedName = regexp.MustCompile(`\bname[ \t]*=[ \t]*["']([^"']+)`)
	decoratedTags = regexp.MustCompile(`\btags[ \t]*=[ \t]*\[([^\]]*)\]`)
	notByDefault  = regexp.MustCompile(`\bdefault[ \t]*=[ \t]*False\b`)
)

// functionsIn returns the functions of a file. Those are entries whose decorators have a word in them.
func functionsIn(code source.Text, decorator string) (list []function) {
	s := code.String()
	all := functionDef.FindAllStringSubmatchIndex(s, -1)
	begin := func(i int) int { return max(0, strings.LastIndex(s[:all[i][0]], "\n\n")) }
	for i, at := range all {
		end := len(s)
		if i+1 < len(all) {
			end = max(begin(i+1), at[1])
		}
		decorators := s[begin(i):at[0]]
		fn := function{line: code.At(at[0]).Line, name: s[at[2]:at[3]], body: decorators + s[at[3]:end], entry: strings.Contains(decorators, decorator)}
		if fn.entry {
			fn.idle = notByDefault.MatchString(decorators)
			if m := decoratedTags.FindStringSubmatch(decorators); m != nil {
				fn.tags = strings.FieldsFunc(m[1], func(r rune) bool { return strings.ContainsRune(`"', `+"\n", r) })
			}
			if m := decoratedName.FindStringSubmatch(decorators); m != nil {
				fn.name = m[1]
			}
		}
		list = append(list, fn)
	}
	return list
}

// callersOf returns the entries that run what stands on a line: the function around it, and those that call or name it, by way of others too.
func callersOf(functions []function, line int) (entries []function) {
	around := -1
	for i, fn := range functions {
		if fn.line <= line {
			around = i
		}
	}
	if around < 0 {
		return nil
	}
	reached := map[int]bool{around: true}
	for open := []int{around}; len(open) > 0; open = open[1:] {
		used := regexp.MustCompile(`\b` + regexp.QuoteMeta(functions[open[0]].name) + `\b[(,\]]`)
		for i, fn := range functions {
			if !reached[i] && used.MatchString(fn.body) {
				reached[i] = true
				open = append(open, i)
			}
		}
	}
	for i, fn := range functions {
		if reached[i] && fn.entry {
			entries = append(entries, fn)
		}
	}
	return entries
}
