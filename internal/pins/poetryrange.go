package pins

import (
	"fmt"
	"strconv"
	"strings"

	"policygen/internal/pep440"
)

// pythonMarker returns the marker that says what poetry's key "python" says.
func pythonMarker(text string) (Marker, error) {
	var any []string
	for _, alternative := range splitAlternatives(text) {
		specifiers, err := poetrySpecifiers(alternative)
		if err != nil {
			return Marker{}, err
		}
		var all []string
		for clause := range strings.SplitSeq(specifiers, ",") {
			if i := strings.LastIndexAny(clause, "<>=~!") + 1; i > 0 {
				all = append(all, fmt.Sprintf("python_full_version %s %q", clause[:i], strings.TrimSpace(clause[i:])))
			}
		}
		if all == nil {
			return Marker{}, nil
		}
		any = append(any, "("+strings.Join(all, " and ")+")")
	}
	return ParseMarker(strings.Join(any, " or "))
}

func splitAlternatives(text string) []string {
	return strings.Split(strings.ReplaceAll(text, "||", "|"), "|")
}

// poetrySet returns the versions that a range of poetry's admits, and how PEP 440 says it; "||" stands between alternatives there too.
func poetrySet(text string) (pep440.Set, string, error) {
	set := pep440.None()
	var texts []string
	for _, alternative := range splitAlternatives(text) {
		s, err := poetrySpecifiers(alternative)
		if err != nil {
			return set, "", err
		}
		specifiers, err := pep440.ParseSpecifiers(s)
		if err != nil {
			return set, "", err
		}
		set = set.Union(specifiers.Set())
		texts = append(texts, specifiers.String())
	}
	return set, strings.Join(texts, " || "), nil
}

// poetrySpecifiers returns an alternative as specifiers of PEP 440. Its clauses are joined by commas or by white space.
func poetrySpecifiers(text string) (string, error) {
	var clauses []string
	text = strings.TrimSpace(text)
	for part := range strings.SplitSeq(text, ",") {
		words := strings.Fields(part)
		for i := 0; i < len(words); i++ {
			word := words[i]
			if strings.Trim(word, "<>=!~^") == "" && i+1 < len(words) {
				i++
				word += words[i]
			}
			clause, err := poetryClause(word)
			if err != nil {
				return "", err
			}
			if clause != "" {
				clauses = append(clauses, clause)
			}
		}
	}
	if text == "" {
		return "", fmt.Errorf(`it is empty; "*" stands for any version`)
	}
	return strings.Join(clauses, ","), nil
}

func poetryClause(word string) (string, error) {
	switch {
	case word == "*" || word == "x" || word == "==*":
		return "", nil
	case strings.HasPrefix(word, "^"):
		return caret(word[1:])
	case strings.HasPrefix(word, "~="):
		return word, nil
	case strings.HasPrefix(word, "~"):
		return tilde(word[1:])
	case strings.HasPrefix(word, "==="):
		return word, nil
	case strings.HasPrefix(word, "=") && !strings.HasPrefix(word, "=="):
		return "=" + word, nil
	case strings.ContainsAny(word[:1], "<>=!"):
		return word, nil
	}
	return "==" + strings.TrimPrefix(word, "v"), nil
}

// caret returns the range of "^1.2.3": up to the next change of the first number that isn't zero.
func caret(text string) (string, error) {
	numbers, err := releaseOf(text)
	if err != nil {
		return "", err
	}
	at := 0
	for at < len(numbers)-1 && numbers[at] == 0 {
		at++
	}
	return between(text, numbers[:at+1]), nil
}

// tilde returns the range of "~1.2.3" and "~1.2", which is up to the next 1.3, and of "~1", which is up to 2.
func tilde(text string) (string, error) {
	numbers, err := releaseOf(text)
	if err != nil {
		return "", err
	}
	return between(text, numbers[:min(2, len(numbers))]), nil
}

// between returns the range from a version up to the next change of the last of some numbers.
func between(from string, numbers []int) string {
	next := make([]string, len(numbers))
	for i, n := range numbers {
		next[i] = strconv.Itoa(n)
	}
	next[len(next)-1] = strconv.Itoa(numbers[len(numbers)-1] + 1)
	return ">=" + from + ",<" + strings.Join(next, ".")
}

// releaseOf returns the numbers of the release of a version.
func releaseOf(text string) ([]int, error) {
	v, err := pep440.Parse(text)
	if err != nil {
		return nil, err
	}
	release := v.String()
	if strings.Contains(release, "!") {
		return nil, fmt.Errorf("%q has an epoch, which ^ and ~ don't take", release)
	}
	if i := strings.IndexFunc(release, func(c rune) bool { return c != '.' && (c < '0' || c > '9') }); i >= 0 {
		release = strings.TrimSuffix(release[:i], ".")
	}
	var numbers []int
	for part := range strings.SplitSeq(release, ".") {
		n, err := strconv.Atoi(part)
		if err != nil {
			return nil, fmt.Errorf("the number %q is too large", shortened(part))
		}
		numbers = append(numbers, n)
	}
	return numbers, nil
}
