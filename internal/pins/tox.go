package pins

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"policygen/internal/finding"
	"policygen/internal/source"
)

// readToxINI reads tox.ini.
func (r *reader) readToxINI(file string, content []byte) {
	sections, err := source.ParseINI(file, content)
	if err != nil {
		r.unparsed(file, err)
		return
	}
	r.toxSections(file, sections)
}

// A toxINI is tox's sections of a file; its rules are those of tox 4.
type toxINI struct {
	*reader
	file     string
	sections []source.Section
}

// toxSections reads what tox itself requires, and the dependencies of each environment that the file names.
func (r *reader) toxSections(file string, sections []source.Section) {
	x := toxINI{r, file, sections}
	own := place{kind: Declared, scope: scoped("tox", file)}
	for _, name := range []string{"tox", "tox:tox"} {
		if n := x.get(name, "requires"); n != nil {
			for _, line := range splitAt(n.Text, "\n") {
				r.requirement(withoutComment(line), own)
			}
		}
		if n := x.get(name, "min_version", "minversion"); n != nil {
			r.minimum("tox", n, own)
		}
	}
	for _, env := range r.bounded(x.environments(), own, file) {
		p := place{kind: Declared, scope: scoped("env "+env, file)}
		if n := x.envGet(env, "deps"); n != nil {
			x.lines(n.Text, env, p, 0)
		}
		if n := x.envGet(env, "constraints"); n != nil {
			p.kind = Constraint
			x.lines(n.Text, env, p, 0)
		}
	}
}

// bounded returns as many environments as anybody has, and reports that there are more.
func (r *reader) bounded(names []string, p place, file string) []string {
	const most = 5000
	if len(names) <= most {
		return names
	}
	r.cannot(p, finding.Position{File: file}, "", fmt.Sprintf("there are more than %d environments; those behind %q are not read", most, names[most-1]), "")
	return names[:most]
}

// get returns the value of the first of some keys that a section has.
func (x toxINI) get(section string, keys ...string) *source.Node {
	for _, s := range x.sections {
		for _, key := range keys {
			if n := s.Get(key); n != nil && s.Name.String() == section {
				return n
			}
		}
	}
	return nil
}

// envGet returns the value that an environment has for a key: its own, or that of [testenv].
func (x toxINI) envGet(env, key string) *source.Node {
	for _, s := range x.sections {
		own, ok := strings.CutPrefix(s.Name.String(), "testenv:")
		if n := s.Get(key); ok && n != nil && slices.Contains(expandBraces(own), env) {
			return n
		}
	}
	return x.get("testenv", key)
}

// environments returns the environments that the file names, or else "py".
func (x toxINI) environments() []string {
	var names []string
	for _, section := range []string{"tox", "tox:tox"} {
		if n := x.get(section, "env_list", "envlist"); n != nil {
			for _, word := range splitNames(n.Text.String()) {
				names = append(names, expandBraces(word)...)
			}
		}
	}
	for _, s := range x.sections {
		if env, ok := strings.CutPrefix(s.Name.String(), "testenv:"); ok {
			names = append(names, expandBraces(env)...)
		}
	}
	if len(names) == 0 && x.has("testenv") {
		names = []string{"py"}
	}
	names = append(names, x.implied(names)...)
	slices.Sort(names)
	return slices.DeleteFunc(slices.Compact(names), func(name string) bool { return strings.ContainsAny(name, "{}") })
}

// implied returns the environments that only the conditions of dependencies name: whoever asks tox for one of them gets it.
func (x toxINI) implied(names []string) (more []string) {
	for _, s := range x.sections {
		n := s.Get("deps")
		if name := s.Name.String(); n == nil || name != "testenv" && !strings.HasPrefix(name, "testenv:") {
			continue
		}
		for _, line := range n.Text.Lines() {
			condition, _ := factorsOf(line)
			for _, alternative := range condition {
				fits := func(env string) bool { return meets(env, alternative) }
				if !strings.Contains(alternative, "!") && !slices.ContainsFunc(names, fits) && !slices.Contains(more, alternative) {
					more = append(more, alternative)
				}
			}
		}
	}
	return more
}

func (x toxINI) has(section string) bool {
	return slices.ContainsFunc(x.sections, func(s source.Section) bool { return s.Name.String() == section })
}

// splitNames splits a list at commas outside of braces and at white space.
func splitNames(s string) (list []string) {
	depth, start := 0, 0
	for i := 0; i <= len(s); i++ {
		if i < len(s) {
			depth += strings.Count(s[i:i+1], "{") - strings.Count(s[i:i+1], "}")
			if !isSpace(s[i]) && (s[i] != ',' || depth > 0) {
				continue
			}
		}
		if word := s[start:i]; word != "" && word[0] != '#' {
			list = append(list, word)
		}
		start = min(i+1, len(s))
	}
	return list
}

// maxEnvironments bounds what one name with braces expands to.
const maxEnvironments = 2048

// expandBraces expands "py{39,310}-{a,b}" and "py3{9-12}".
func expandBraces(word string) []string {
	start := strings.IndexByte(word, '{')
	if start < 0 {
		return []string{word}
	}
	end := start + strings.IndexByte(word[start:], '}')
	if end < start {
		return []string{word}
	}
	rests := expandBraces(word[end+1:])
	var list []string
	for middle := range strings.SplitSeq(word[start+1:end], ",") {
		for _, one := range numbersFrom(strings.TrimSpace(middle)) {
			for _, rest := range rests {
				if list = append(list, word[:start]+one+rest); len(list) >= maxEnvironments {
					return list
				}
			}
		}
	}
	return list
}

// numbersFrom returns the numbers of "9-12", or the text itself.
func numbersFrom(text string) []string {
	var first, last int
	var more string
	if n, _ := fmt.Sscanf(text, "%d-%d%s", &first, &last, &more); n != 2 || last < first || last-first > maxEnvironments {
		return []string{text}
	}
	var list []string
	for i := first; i <= last; i++ {
		list = append(list, fmt.Sprint(i))
	}
	return list
}

var factorLine = regexp.MustCompile(`^[ \t]*([!a-zA-Z0-9._{}, -]+):(?:[ \t]+|$)`)

// forEnv takes a condition such as "py39,!lint: " off a line, and reports whether the line holds for the environment.
func forEnv(line source.Text, env string) (source.Text, bool) {
	condition, rest := factorsOf(line)
	return rest, condition == nil || slices.ContainsFunc(condition, func(alternative string) bool { return meets(env, alternative) })
}

// factorsOf returns the alternatives of the condition before a line, nil for none, and the line behind it.
func factorsOf(line source.Text) (condition []string, rest source.Text) {
	m := factorLine.FindStringSubmatchIndex(line.String())
	if m == nil {
		return nil, line
	}
	for _, alternative := range splitNames(line.String()[m[2]:m[3]]) {
		condition = append(condition, expandBraces(alternative)...)
	}
	return condition, line.Slice(m[1], line.Len())
}

// meets reports whether an environment has all the factors that an alternative asks for, and none that it excludes.
func meets(env, alternative string) bool {
	factors := append(strings.Split(env, "-"), env)
	return !slices.ContainsFunc(strings.Split(alternative, "-"), func(factor string) bool {
		without, negated := strings.CutPrefix(factor, "!")
		return slices.Contains(factors, without) == negated
	})
}

var (
	reference = regexp.MustCompile(`^\{\[([^\[\]{}]+)\]([^{}]+)\}$`)
	toxRoot   = regexp.MustCompile(`\{(?:toxinidir|tox_root)\}/*`)
)

// maxReferences bounds how deep values refer to each other.
const maxReferences = 20

// lines reads the lines of deps or of constraints that hold for an environment.
func (x toxINI) lines(text source.Text, env string, p place, depth int) {
	for _, line := range joinedLines(text) {
		line = withoutComment(line)
		line, fits := forEnv(line, env)
		if line = trimmed(line); !fits || line.Len() == 0 {
			continue
		}
		if m := reference.FindStringSubmatch(line.String()); m != nil {
			x.refer(line, m[1], strings.TrimSpace(m[2]), env, p, depth)
			continue
		}
		x.toxLine(line, x.file, p)
	}
}

// refer reads the lines of another section in place of a line.
func (x toxINI) refer(line source.Text, section, key, env string, p place, depth int) {
	n := x.get(section, key)
	switch {
	case n == nil && strings.HasPrefix(section, "testenv:"):
		if x.envGet(strings.TrimPrefix(section, "testenv:"), key) != nil {
			x.refer(line, "testenv", key, env, p, depth)
			return
		}
		fallthrough
	case n == nil:
		x.cannot(p, line.At(0), "", fmt.Sprintf("%q refers to what isn't there", shortened(line.String())), "correct the section or the key")
	case depth == maxReferences:
		x.cannot(p, line.At(0), "", fmt.Sprintf("%q refers to itself", shortened(line.String())), "take one of the references out")
	case x.follow(p, line.At(0)):
		p.via = append(slices.Clip(p.via), line.At(0))
		x.lines(n.Text, env, p, depth+1)
	}
}

// toxLine reads a line in the form of pip, in which the folder of the file may be named.
func (r *reader) toxLine(line source.Text, file string, p place) {
	for m := toxRoot.FindStringIndex(line.String()); m != nil; m = toxRoot.FindStringIndex(line.String()) {
		line = source.JoinTexts(line.Slice(0, m[0]), line.Slice(m[1], line.Len()))
	}
	if i := strings.IndexByte(line.String(), '{'); i >= 0 {
		r.cannot(p, line.At(0), nameIn(line.String()), fmt.Sprintf("%q depends on what tox puts in place of %q", shortened(line.String()), shortened(line.Slice(i, line.Len()).String())),
			"write the requirement down")
		return
	}
	if line.Len() == 0 {
		return
	}
	parsed := parseLine(line)
	r.requirementLine(parsed, file, p, []string{file}, nil)
}
