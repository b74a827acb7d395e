package policy

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"
)

// A leaf is what schema.cue allows for a scalar.
type leaf struct {
	kind   leafKind
	least  int64 // of a whole number
	most   int64 // of a whole number; 0 stands for no limit
	not    []any // single values that are excluded
	match  []*regexp.Regexp
	oneOf  []string // the only texts that are allowed; nil for any
	words  string   // what the definition that it comes from says a value is
	bounds bool     // least is stated
}

// A leafKind is the type of a scalar.
type leafKind int

const (
	anyLeaf leafKind = iota
	textLeaf
	wholeLeaf
	truthLeaf
)

// boundLeaf returns what a bound such as >=1, !="" or =~"^[a-z]+$" allows.
func boundLeaf(e *ast.UnaryExpr) *leaf {
	literal, ok := e.X.(*ast.BasicLit)
	if !ok {
		panic("schema.cue: a bound that is no literal")
	}
	if literal.Kind == token.STRING {
		return textBound(e.Op, unquote(literal))
	}
	n, err := strconv.ParseInt(literal.Value, 10, 64)
	if err != nil {
		panic(fmt.Sprintf("schema.cue: %v", err))
	}
	return wholeBound(e.Op, n)
}

func textBound(op token.Token, text string) *leaf {
	switch op {
	case token.NEQ:
		return &leaf{kind: textLeaf, not: []any{text}}
	case token.MAT:
		return &leaf{kind: textLeaf, match: []*regexp.Regexp{regexp.MustCompile(text)}}
	}
	panic("schema.cue: a bound of a form that is unknown here: " + op.String())
}

func wholeBound(op token.Token, n int64) *leaf {
	switch op {
	case token.NEQ:
		return &leaf{kind: anyLeaf, not: []any{n}}
	case token.GEQ:
		return &leaf{kind: anyLeaf, least: n, bounds: true}
	case token.LEQ:
		return &leaf{kind: anyLeaf, most: n}
	}
	panic("schema.cue: a bound of a form that is unknown here: " + op.String())
}

// and returns what both x and y allow.
func (x *leaf) and(y *leaf) *leaf {
	z := *x
	z.kind = max(x.kind, y.kind)
	if y.bounds {
		z.least, z.bounds = y.least, true
	}
	z.most = max(x.most, y.most)
	z.not = slices.Concat(x.not, y.not)
	z.match = slices.Concat(x.match, y.match)
	z.words = x.words + y.words
	return &z
}

// admits reports whether value, a string, int64 or bool, is allowed.
func (x *leaf) admits(value any) bool {
	if slices.Contains(x.not, value) {
		return false
	}
	switch value := value.(type) {
	case string:
		return x.kind <= textLeaf && x.admitsText(value)
	case int64:
		return (x.kind == anyLeaf || x.kind == wholeLeaf) && value >= x.lower() && value <= x.upper()
	case bool:
		return x.kind == anyLeaf || x.kind == truthLeaf
	}
	return false
}

func (x *leaf) admitsText(text string) bool {
	if x.oneOf != nil && !slices.Contains(x.oneOf, text) {
		return false
	}
	return !slices.ContainsFunc(x.match, func(m *regexp.Regexp) bool { return !m.MatchString(text) })
}

func (x *leaf) lower() int64 {
	if x.bounds {
		return x.least
	}
	return math.MinInt64
}

func (x *leaf) upper() int64 {
	if x.most != 0 {
		return x.most
	}
	return math.MaxInt64
}

// String says in words what is allowed.
func (x *leaf) String() string {
	switch {
	case x.oneOf != nil:
		return oneOf(x.oneOf)
	case x.kind == wholeLeaf:
		return x.wholeWords()
	case x.kind == truthLeaf:
		return "true or false"
	}
	words := x.words
	if words == "" {
		words = "text in quotes"
	}
	if slices.Contains(x.not, any("")) {
		words += ", not empty"
	}
	return words
}

func (x *leaf) wholeWords() string {
	words := "a whole number"
	switch {
	case x.bounds && x.most != 0:
		words += fmt.Sprintf(" from %d to %d", x.least, x.most)
	case x.bounds:
		words += fmt.Sprintf(" of %d or more", x.least)
	}
	for _, n := range x.not {
		words += fmt.Sprintf(", but not %v", n)
	}
	return words
}

// oneOf lists the texts that are allowed.
func oneOf(texts []string) string {
	quoted := make([]string, len(texts))
	for i, t := range texts {
		quoted[i] = strconv.Quote(t)
	}
	switch len(quoted) {
	case 1:
		return quoted[0]
	case 2:
		return quoted[0] + " or " + quoted[1]
	}
	return "one of " + strings.Join(quoted, ", ")
}
