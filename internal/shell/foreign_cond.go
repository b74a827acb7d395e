package shell

import (
	"regexp"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// testExpr answers [[ ]].
func (s *shell) testExpr(x syntax.TestExpr) bool {
	switch x := x.(type) {
	case *syntax.Word:
		return s.literal(x) != ""
	case *syntax.ParenTest:
		return s.testExpr(x.X)
	case *syntax.UnaryTest:
		if x.Op == syntax.TsNot {
			return !s.testExpr(x.X)
		}
		w, _ := x.X.(*syntax.Word)
		return s.unaryTest(x.Op.String(), s.literal(w))
	case *syntax.BinaryTest:
		return s.binaryTest(x)
	}
	return false
}

func (s *shell) binaryTest(x *syntax.BinaryTest) bool {
	switch x.Op {
	case syntax.AndTest:
		return s.testExpr(x.X) && s.testExpr(x.Y)
	case syntax.OrTest:
		return s.testExpr(x.X) || s.testExpr(x.Y)
	}
	left, _ := x.X.(*syntax.Word)
	right, _ := x.Y.(*syntax.Word)
	if left == nil || right == nil {
		return false
	}
	value := s.literal(left)
	switch x.Op {
	case syntax.TsReMatch:
		return s.matchesRegexp(value, s.regexpText(right))
	case syntax.TsMatchShort, syntax.TsMatch:
		return s.matches(s.pattern(right), value)
	case syntax.TsNoMatch:
		return !s.matches(s.pattern(right), value)
	case syntax.TsEql, syntax.TsNeq, syntax.TsLeq, syntax.TsGeq, syntax.TsLss, syntax.TsGtr:
		a, b := s.number(value), s.number(s.literal(right))
		return compare(x.Op.String(), a, b)
	}
	return s.binaryTexts(x.Op.String(), value, s.literal(right))
}

// regexpText is the right side of =~, in which quoted text is literal.
func (s *shell) regexpText(w *syntax.Word) string {
	var b strings.Builder
	for _, part := range w.Parts {
		one := &syntax.Word{Parts: []syntax.WordPart{part}}
		switch part := part.(type) {
		case *syntax.Lit:
			b.WriteString(part.Value)
		case *syntax.SglQuoted, *syntax.DblQuoted:
			b.WriteString(regexp.QuoteMeta(s.literal(one)))
		default:
			b.WriteString(s.literal(one))
		}
	}
	return b.String()
}

func (s *shell) matchesRegexp(value, expr string) bool {
	if len(expr) > 1<<14 {
		return false
	}
	rx, err := regexp.Compile(expr)
	if err != nil {
		return false
	}
	m := rx.FindStringSubmatch(value)
	s.problemErr(s.set("BASH_REMATCH", variable{Variable: list(m...)}))
	return m != nil
}

// number is the value of an operand of -eq and its like within [[ ]], which may be an expression.
func (s *shell) number(value string) int {
	value = strings.TrimSpace(value)
	if n, err := strconv.Atoi(value); err == nil && !strings.HasPrefix(value, "0") {
		return n
	}
	if x, ok := s.parsed(value, nil).(*syntax.ParenArithm); ok {
		return s.arithm(x)
	}
	return 0
}

func compare(op string, a, b int) bool {
	switch op {
	case "-eq":
		return a == b
	case "-ne":
		return a != b
	case "-lt":
		return a < b
	case "-le":
		return a <= b
	case "-gt":
		return a > b
	}
	return a >= b
}

func (s *shell) binaryTexts(op, a, b string) bool {
	switch op {
	case "=", "==":
		return a == b
	case "!=":
		return a != b
	case "<":
		return a < b
	case ">":
		return a > b
	case "-eq", "-ne", "-lt", "-le", "-gt", "-ge":
		x, errX := strconv.Atoi(strings.TrimSpace(a))
		y, errY := strconv.Atoi(strings.TrimSpace(b))
		return errX == nil && errY == nil && compare(op, x, y)
	case "-ef":
		return absolute(s.dir, a) == absolute(s.dir, b)
	}
	return false // -nt and -ot: nobody knows the times of files
}

func (s *shell) unaryTest(op, value string) bool {
	switch op {
	case "-n":
		return value != ""
	case "-z":
		return value == ""
	case "-v":
		name, _, _ := strings.Cut(value, "[")
		if n, err := strconv.Atoi(name); err == nil {
			return n <= len(s.params)
		}
		return s.Get(s.target(name)).IsSet()
	case "-o":
		return map[string]bool{"errexit": s.opts.errExit, "pipefail": s.opts.pipeFail, "nounset": s.opts.noUnset}[value]
	case "-t":
		return false
	case "-R":
		return false
	}
	if value == "" {
		return false
	}
	kind, ok := s.o.stat(absolute(s.dir, value))
	switch op {
	case "-d":
		return ok && kind == Directory
	case "-f":
		return ok && kind != Directory
	case "-x":
		return ok && kind != Regular
	case "-s":
		text, read := s.o.read(absolute(s.dir, value))
		return ok && (!read || text != "")
	case "-e", "-a", "-r", "-w", "-O", "-G":
		return ok
	}
	return false // -h, -L, -p, -S, -b, -c, -u, -g, -k, -N
}

// test answers [ and test.
func (s *shell) test(words []string) int {
	t := tester{s, words, 0}
	if len(words) == 0 {
		return 1
	}
	is := t.or()
	if t.at < len(words) {
		return 2
	}
	return isZero(oneIf(is))
}

// A tester reads the words of test from left to right.
type tester struct {
	s     *shell
	words []string
	at    int
}

func (t *tester) next() string {
	if t.at < len(t.words) {
		return t.words[t.at]
	}
	return ""
}

func (t *tester) or() bool {
	is := t.and()
	for t.at < len(t.words) && t.next() == "-o" {
		t.at++
		is = t.and() || is
	}
	return is
}

func (t *tester) and() bool {
	is := t.not()
	for t.at < len(t.words) && t.next() == "-a" {
		t.at++
		is = t.not() && is
	}
	return is
}

func (t *tester) not() bool {
	turned := false
	for t.next() == "!" && len(t.words)-t.at > 1 && !t.isBinary() {
		turned = !turned
		t.at++
	}
	return t.primary() != turned
}

// isBinary reports whether the next word but one is an operator between two.
func (t *tester) isBinary() bool {
	if t.at+2 >= len(t.words) {
		return false
	}
	switch t.words[t.at+1] {
	case "=", "==", "!=", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-ef", "-nt", "-ot":
		return true
	}
	return false
}

func (t *tester) primary() bool {
	left := len(t.words) - t.at
	word := t.next()
	switch {
	case t.isBinary():
		is := t.s.binaryTexts(t.words[t.at+1], word, t.words[t.at+2])
		t.at += 3
		return is
	case word == "(" && left > 2 && t.s.o.depth < maxCallDepth:
		t.at++
		t.s.o.depth++
		is := t.or()
		t.s.o.depth--
		if t.next() == ")" {
			t.at++
		}
		return is
	case left > 1 && len(word) == 2 && word[0] == '-':
		t.at += 2
		return t.s.unaryTest(word, t.words[t.at-1])
	}
	t.at++
	return word != ""
}
