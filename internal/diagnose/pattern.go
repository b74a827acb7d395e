package diagnose

import (
	"regexp"
	"regexp/syntax"
)

// A Pattern is a symptom of a fact.
type Pattern struct {
	Fact string // its id

	re      *regexp.Regexp
	literal []byte // a text that is in every match; empty where there is none
}

// NewPattern compiles a symptom, whose syntax is that of RE2.
func NewPattern(fact, symptom string) (Pattern, error) {
	re, err := regexp.Compile(symptom)
	if err != nil {
		return Pattern{}, err
	}
	p := Pattern{Fact: fact, re: re}
	if tree, err := syntax.Parse(symptom, syntax.Perl); err == nil {
		p.literal = []byte(longestLiteral(tree.Simplify()))
	}
	return p, nil
}

// longestLiteral returns the longest text that every match has.
func longestLiteral(re *syntax.Regexp) string {
	switch re.Op {
	case syntax.OpLiteral:
		if re.Flags&syntax.FoldCase == 0 {
			return string(re.Rune)
		}
	case syntax.OpCapture, syntax.OpPlus:
		return longestLiteral(re.Sub[0])
	case syntax.OpConcat:
		longest := ""
		for _, sub := range re.Sub {
			if text := longestLiteral(sub); len(text) > len(longest) {
				longest = text
			}
		}
		return longest
	}
	return ""
}
