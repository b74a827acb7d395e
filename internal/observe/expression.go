package observe

import (
	"fmt"
	"strings"
)

// An expression is a node of an expression of GitHub, what stands between "${{" and "}}".
// https://docs.github.com/en/actions/reference/workflows-and-actions/expressions
type expression struct {
	op    string // "literal", "name", "call", "get", or an operator
	name  string // of a name or a call, in lower case
	value any    // of a literal: nil, bool, float64, string
	args  []*expression
	text  string // as it is written
}

// maxExpression bounds how deep an expression may nest; GitHub allows 50.
const maxExpression = 50

// parseExpression reads an expression.
func parseExpression(text string) (*expression, error) {
	tokens, err := lexExpression(text)
	if err != nil {
		return nil, err
	}
	p := expressionParser{text: text, tokens: tokens}
	e, err := p.binary(0)
	if err == nil && p.peek() != "" {
		err = fmt.Errorf("%q is not expected here", p.peek())
	}
	return e, err
}

type expressionParser struct {
	text   string
	tokens []token
	next   int
	depth  int
}

// operators are those that stand between two values, what binds weakest first.
var operators = [][]string{{"||"}, {"&&"}, {"==", "!="}, {"<=", ">=", "<", ">"}}

func (p *expressionParser) peek() string {
	if p.next < len(p.tokens) {
		return p.tokens[p.next].text
	}
	return ""
}

func (p *expressionParser) accept(texts ...string) string {
	for _, t := range texts {
		if p.peek() == t {
			p.next++
			return t
		}
	}
	return ""
}

func (p *expressionParser) start() int {
	if p.next < len(p.tokens) {
		return p.tokens[p.next].at
	}
	return len(p.text)
}

// since returns what was read from a byte on.
func (p *expressionParser) since(start int) string {
	if p.next == 0 {
		return ""
	}
	last := p.tokens[p.next-1]
	return p.text[start : last.at+len(last.text)]
}

func (p *expressionParser) binary(level int) (*expression, error) {
	if level == len(operators) {
		return p.unary()
	}
	start := p.start()
	left, err := p.binary(level + 1)
	for err == nil {
		op := p.accept(operators[level]...)
		if op == "" {
			break
		}
		var right *expression
		right, err = p.binary(level + 1)
		left = &expression{op: op, args: []*expression{left, right}, text: p.since(start)}
	}
	return left, err
}

func (p *expressionParser) unary() (*expression, error) {
	if p.depth++; p.depth > maxExpression {
		return nil, fmt.Errorf("it nests more than %d levels deep", maxExpression)
	}
	defer func() { p.depth-- }()
	start := p.start()
	if p.accept("!") == "" {
		return p.postfix()
	}
	e, err := p.unary()
	return &expression{op: "!", args: []*expression{e}, text: p.since(start)}, err
}

// postfix reads a value and what is taken out of it with "." and "[".
func (p *expressionParser) postfix() (*expression, error) {
	start := p.start()
	e, err := p.primary()
	for err == nil {
		var key *expression
		switch {
		case p.accept(".") != "":
			key = &expression{op: "literal", value: p.peek()}
			if p.peek() == "" {
				return nil, fmt.Errorf("a name is missing after %q", ".")
			}
			p.next++
		case p.accept("[") != "":
			if key, err = p.bracketed(); err != nil {
				return nil, err
			}
		default:
			return e, nil
		}
		e = &expression{op: "get", args: []*expression{e, key}, text: p.since(start)}
	}
	return e, err
}

func (p *expressionParser) bracketed() (*expression, error) {
	if p.accept("*") != "" {
		return &expression{op: "literal", value: "*"}, p.expect("]")
	}
	key, err := p.binary(0)
	if err != nil {
		return nil, err
	}
	return key, p.expect("]")
}

func (p *expressionParser) expect(text string) error {
	if p.accept(text) == "" {
		return fmt.Errorf("%q is missing", text)
	}
	return nil
}

func (p *expressionParser) primary() (*expression, error) {
	start := p.start()
	if p.accept("(") != "" {
		e, err := p.binary(0)
		if err != nil {
			return nil, err
		}
		return e, p.expect(")")
	}
	if p.next == len(p.tokens) {
		return nil, fmt.Errorf("a value is missing")
	}
	t := p.tokens[p.next]
	p.next++
	switch {
	case t.value != nil || t.text == "null":
		return &expression{op: "literal", value: t.value, text: t.text}, nil
	case !t.name:
		return nil, fmt.Errorf("%q is not expected here", t.text)
	case p.accept("(") == "":
		return &expression{op: "name", name: strings.ToLower(t.text), text: t.text}, nil
	}
	args, err := p.arguments()
	return &expression{op: "call", name: strings.ToLower(t.text), args: args, text: p.since(start)}, err
}

func (p *expressionParser) arguments() (args []*expression, err error) {
	if p.accept(")") != "" {
		return nil, nil
	}
	for {
		arg, err := p.binary(0)
		if err != nil {
			return nil, err
		}
		args = append(args, arg)
		if p.accept(",") == "" {
			return args, p.expect(")")
		}
	}
}
