package pep440

import (
	"errors"
	"fmt"
	"strings"
)

// An operator is the comparison of one clause.
type operator string

const (
	arbitrary    operator = "==="
	compatible   operator = "~="
	equal        operator = "=="
	notEqual     operator = "!="
	lessEqual    operator = "<="
	greaterEqual operator = ">="
	less         operator = "<"
	greater      operator = ">"
)

// A clause is one comparison of a specifier set, such as ">=3.2.1" or "!=3.6.*".
type clause struct {
	op       operator
	version  Version // the zero Version where text is no version
	wildcard bool    // of "==" and "!=": version is a release prefix

	// Of "===" only:
	text  string // what versions are compared with, as written
	valid bool   // whether text is a version
}

// maxClauseNumber is the largest number that a clause may contain. It leaves room above for the
// ends of prefixes and for witnesses.
const maxClauseNumber = 999_999_999_999_999_999

// parseClause parses one clause without white space around it.
func parseClause(text string) (clause, error) {
	op, rest := cutOperator(text)
	rest = strings.TrimLeftFunc(rest, isSpace)
	switch op {
	case "":
		return clause{}, errors.New("it starts with no operator: allowed are ===, ==, !=, <=, >=, <, > and ~=")
	case arbitrary:
		return parseArbitrary(rest)
	}
	c := clause{op: op}
	var err error
	rest, c.wildcard = strings.CutSuffix(rest, ".*")
	if c.version, err = parseVersion(rest); err != nil {
		return clause{}, err
	}
	return c, c.check()
}

// cutOperator splits text after its operator, which is empty if there is none.
func cutOperator(text string) (op operator, rest string) {
	// Longer operators come before their own beginnings.
	for _, op := range [...]operator{arbitrary, compatible, equal, notEqual, lessEqual, greaterEqual, less, greater} {
		if rest, ok := strings.CutPrefix(text, string(op)); ok {
			return op, rest
		}
	}
	return "", text
}

// parseArbitrary parses what follows "===". Any text will do that ends neither a marker's
// version nor a requirement's parentheses.
func parseArbitrary(text string) (clause, error) {
	if i := strings.IndexFunc(text, func(r rune) bool { return isSpace(r) || r == ';' || r == ')' }); i >= 0 {
		return clause{}, fmt.Errorf("%q is unexpected: the text after === has no white space, semicolon or closing parenthesis", text[i:])
	}
	v, err := parseVersion(text)
	switch {
	case errors.Is(err, errNumber):
		return clause{}, err
	case err != nil:
		return clause{op: arbitrary, text: text}, nil
	}
	c := clause{op: arbitrary, version: v, text: text, valid: true}
	return c, c.check()
}

// check reports what the operator does not allow of the version, and numbers that are too large.
func (c clause) check() error {
	v := c.version
	equality := c.op == equal || c.op == notEqual || c.op == arbitrary
	switch {
	case c.wildcard && !equality:
		return fmt.Errorf("%q is unexpected: only == and != may end in it", ".*")
	case c.wildcard && (v.IsPrerelease() || v.post.set || v.local != ""):
		return fmt.Errorf("%q is unexpected: it may follow only a release such as 3.6", ".*")
	case v.local != "" && !equality:
		return fmt.Errorf("%q is unexpected: only ==, != and === compare local versions", "+"+v.local)
	case c.op == compatible && len(v.release) < 2:
		return fmt.Errorf("~= needs a release of at least two numbers, such as %s.0", v.releaseString())
	}
	return checkNumbers(v)
}

func checkNumbers(v Version) error {
	for _, n := range append([]int64{v.epoch, v.pre, v.post.n, v.dev.n}, v.release...) {
		if n > maxClauseNumber {
			return fmt.Errorf("%w: %d has more than 18 digits", errNumber, n)
		}
	}
	return nil
}

// String returns the clause with its version normalised; the text of "===" stays as written.
func (c clause) String() string {
	switch {
	case c.op == arbitrary:
		return string(c.op) + c.text
	case c.wildcard:
		return string(c.op) + c.version.String() + ".*"
	default:
		return string(c.op) + c.version.String()
	}
}
