package observe

import (
	"regexp"
	"strings"

	"policygen/internal/source"
)

// A function is one of a file of Python in which a tool runs functions by their names: sessions of nox, tasks of invoke.
type function struct {
	line  int    // of its def
	own   string // its name in the code
	name  string // that, or the one that its decorator gives it
	entry bool   // the tool knows it
	idle  bool   // it is run only where it is named
	tags  []string
}

var (
	functionDef   = regexp.MustCompile(`(?m)^(?:async[ \t]+)?def[ \t]+([A-Za-z_][A-Za-z0-9_]*)[ \t]*\(`)
	decoratedName = regexp.MustCompile(`\bname[ \t]*=[ \t]*["']([^"']+)`)
	decoratedTags = regexp.MustCompile(`[(,\n][ \t]*tags[ \t]*=[ \t]*\[([^\]]*)\]`)
	notByDefault  = regexp.MustCompile(`\bdefault[ \t]*=[ \t]*False\b`)
)

// A functionTable has the functions of a file, and who calls them.
type functionTable struct {
	list    []function
	callers map[string][]int   // those whose bodies have a name
	known   map[int][]function // the entries by way of which a function is run
}

// maxFunctions bounds the functions of a file that are looked at.
const maxFunctions = 500

// functionsIn returns the functions of a file. Those are entries whose decorators have a word in them.
func functionsIn(code source.Text, decorator string) *functionTable {
	s := code.String()
	all := functionDef.FindAllStringSubmatchIndex(s, maxFunctions)
	begin := func(i int) int { return decoratorsBefore(s, all[i][0]) }
	f := &functionTable{callers: map[string][]int{}, known: map[int][]function{}}
	for i, at := range all {
		end := len(s)
		if i+1 < len(all) {
			end = max(begin(i+1), at[1])
		}
		decorators := s[begin(i):at[0]]
		fn := function{line: code.At(at[0]).Line, own: s[at[2]:at[3]], name: s[at[2]:at[3]], entry: strings.Contains(decorators, decorator)}
		if fn.entry {
			fn.decorated(decorators)
		}
		seen := map[string]bool{}
		for _, m := range usedName.FindAllStringSubmatch(decorators+s[at[3]:end], -1) {
			if !seen[m[1]] {
				seen[m[1]] = true
				f.callers[m[1]] = append(f.callers[m[1]], i)
			}
		}
		f.list = append(f.list, fn)
	}
	return f
}

// decoratorsBefore returns where the decorators of what begins at a place of code begin: at the first "@" at the margin of the lines before
// it, with nothing between them that is at the margin but what closes a bracket.
func decoratorsBefore(s string, at int) int {
	begin := at
	for line := at; line > 0; {
		start := strings.LastIndexByte(s[:line-1], '\n') + 1
		switch text := s[start : line-1]; {
		case strings.HasPrefix(text, "@"):
			begin = start
		case strings.TrimSpace(text) == "" || at-start > maxDecorators:
			return begin
		case strings.IndexByte(" \t)]}#", text[0]) < 0:
			return begin
		}
		line = start
	}
	return begin
}

// maxDecorators bounds the decorators of a function, in bytes.
const maxDecorators = 1 << 13

// usedName matches a name that is called, or that stands in a list.
var usedName = regexp.MustCompile(`\b([A-Za-z_][A-Za-z0-9_]*)[(),\]]`)

// decorated takes what the decorators of an entry say of it.
func (fn *function) decorated(decorators string) {
	fn.idle = notByDefault.MatchString(decorators)
	if m := decoratedTags.FindStringSubmatch(decorators); m != nil {
		fn.tags = strings.FieldsFunc(m[1], func(r rune) bool { return strings.ContainsRune(`"', `+"\n", r) })
	}
	if m := decoratedName.FindStringSubmatch(decorators); m != nil {
		fn.name = m[1]
	}
}

// entriesAt returns the entries that run what stands on a line: the function around it, and those that call or name it, by way of others
// too.
func (f *functionTable) entriesAt(line int) []function {
	around := -1
	for i, fn := range f.list {
		if fn.line <= line {
			around = i
		}
	}
	if around < 0 {
		return nil
	}
	if entries, ok := f.known[around]; ok {
		return entries
	}
	reached := map[int]bool{around: true}
	var entries []function
	for open := []int{around}; len(open) > 0; open = open[1:] {
		for _, i := range f.callers[f.list[open[0]].own] {
			if !reached[i] {
				reached[i] = true
				open = append(open, i)
			}
		}
	}
	for i, fn := range f.list {
		if reached[i] && fn.entry {
			entries = append(entries, fn)
		}
	}
	f.known[around] = entries
	return entries
}
