package observe

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"policygen/internal/source"
)

// splitList splits a list by commas outside of braces and by white space.
func splitList(s string) (list []string) {
	depth, start := 0, 0
	flush := func(end int) {
		if word := strings.TrimSpace(s[start:end]); word != "" {
			list = append(list, word)
		}
		start = end + 1
	}
	for i, r := range s {
		switch {
		case r == '{':
			depth++
		case r == '}':
			depth--
		case depth <= 0 && (r == ',' || r == '\n' || r == ' ' || r == '\t'):
			flush(i)
		}
	}
	flush(len(s))
	return list
}

// braces expands "py{39,310}-{a,b}", to 256 words at most.
func braces(word string) []string {
	start := strings.IndexByte(word, '{')
	end := strings.IndexByte(word, '}')
	if start < 0 || end < start {
		return []string{word}
	}
	var list []string
	for _, middle := range numbered(word[start+1 : end]) {
		for _, rest := range braces(word[end+1:]) {
			if list = append(list, word[:start]+strings.TrimSpace(middle)+rest); len(list) >= 256 {
				return list
			}
		}
	}
	return list
}

// numbered returns the alternatives between braces: those between commas, and all from the first to the last of "310-314".
func numbered(inner string) (list []string) {
	for _, one := range strings.Split(inner, ",") {
		if len(list) >= 256 {
			return list
		}
		from, to, ok := strings.Cut(strings.TrimSpace(one), "-")
		first, err := strconv.Atoi(from)
		last, err2 := strconv.Atoi(to)
		if !ok || err != nil || err2 != nil || last < first || last-first > 100 {
			list = append(list, one)
			continue
		}
		for n := first; n <= last; n++ {
			list = append(list, strconv.Itoa(n))
		}
	}
	return list
}

var factorLine = regexp.MustCompile(`^[ \t]*([!a-zA-Z0-9._{},-]+)[ \t]*:[ \t]+`)

// forEnv takes a leading condition such as "py39,!lint: " off a line, and reports whether the line holds for the environment.
func forEnv(line source.Text, env string) (source.Text, bool) {
	m := factorLine.FindStringSubmatchIndex(line.String())
	if m == nil {
		return line, true
	}
	factors := strings.Split(env, "-")
	fits := slices.ContainsFunc(splitList(line.String()[m[2]:m[3]]), func(alternative string) bool {
		return slices.ContainsFunc(braces(alternative), func(one string) bool {
			for _, factor := range strings.Split(one, "-") {
				without, negated := strings.CutPrefix(factor, "!")
				if slices.Contains(factors, without) == negated {
					return false
				}
			}
			return true
		})
	})
	return line.Slice(m[1], line.Len()), fits
}
