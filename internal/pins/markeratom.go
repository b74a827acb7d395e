package pins

import (
	"fmt"
	"strings"

	"policygen/internal/pep440"
)

// versioned are the variables that are compared as versions wherever the text allows it.
var versioned = map[string]bool{"implementation_version": true, "platform_release": true, "python_full_version": true, "python_version": true}

// compare compares a value of the variable with that of the atom, as packaging 26 does: texts that are no versions have no order.
func (a atom) compare(value string) Truth {
	left, right := value, a.value
	if a.literalFirst {
		left, right = right, left
	}
	if versioned[a.variable] {
		if truth := compareVersions(left, a.operator, right); truth != Maybe {
			return truth
		}
	}
	switch a.operator {
	case "==", "<=", ">=":
		return truth(left == right)
	case "!=":
		return truth(left != right)
	case "<", ">":
		return False
	case "in":
		return truth(strings.Contains(right, left))
	case "contains":
		return truth(strings.Contains(left, right))
	}
	return Maybe
}

func truth(b bool) Truth {
	if b {
		return True
	}
	return False
}

// compareVersions is Maybe where there is no specifier. A text that is no version is in none.
func compareVersions(left, operator, right string) Truth {
	specifiers, err := pep440.ParseSpecifiers(operator + right)
	if err != nil || strings.Contains(right, ",") || operator == "in" {
		return Maybe
	}
	version, err := pep440.Parse(left)
	return truth(err == nil && specifiers.Contains(version, true))
}

// known are the versions of Python that count: what a marker says of Python 9 changes nothing.
var known = mustSet(">=2.0.dev0,<5.dev0")

func mustSet(text string) pep440.Set {
	specifiers, err := pep440.ParseSpecifiers(text)
	if err != nil {
		panic(err)
	}
	return specifiers.Set()
}

func pythons(env Environment) pep440.Set {
	if env.Python.IsEmpty() {
		return known
	}
	return env.Python.Intersect(known)
}

// python returns the versions of Python for which the atom holds, if that is what it is about.
func (a atom) python() (pep440.Set, bool) {
	var set pep440.Set
	switch a.variable {
	case "python_version":
		set = a.minors()
	case "python_full_version":
		specifiers, err := pep440.ParseSpecifiers(a.operator + a.value)
		if err != nil || a.literalFirst || strings.Contains(a.value, ",") || a.operator == "===" {
			return set, false
		}
		set = specifiers.Set()
	default:
		return set, false
	}
	if a.negated {
		set = set.Complement()
	}
	return set, true
}

// A minor is a version of Python as python_version has it, and the next one.
type minor struct {
	text, end string
	version   pep440.Version
}

// minors are the versions that there are, and some that there will be.
var minors = func() (list []minor) {
	for major, last := range []int{2: 7, 3: 60, 4: 9} {
		for n := 0; n <= last && last > 0; n++ {
			m := minor{text: fmt.Sprintf("%d.%d", major, n), end: fmt.Sprintf("%d.%d.dev0", major, n+1)}
			if n == last {
				m.end = fmt.Sprintf("%d.dev0", major+1)
			}
			m.version, _ = pep440.Parse(m.text)
			list = append(list, m)
		}
	}
	return list
}()

// minors returns the versions of Python whose first two numbers, which are all that python_version has, the atom holds for.
func (a atom) minors() pep440.Set {
	holds := func(m minor) bool { return a.compare(m.text) == True }
	if specifiers, err := pep440.ParseSpecifiers(a.operator + a.value); err == nil && !a.literalFirst && !strings.Contains(a.value, ",") {
		holds = func(m minor) bool { return specifiers.Contains(m.version, true) }
	}
	set := pep440.None()
	begin := ""
	for i, m := range minors {
		if !holds(m) {
			continue
		}
		if begin == "" {
			begin = m.text
		}
		if i+1 == len(minors) || !holds(minors[i+1]) {
			set = set.Union(mustSet(">=" + begin + ".dev0,<" + m.end))
			begin = ""
		}
	}
	return set
}
