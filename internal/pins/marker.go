package pins

import (
	"regexp"
	"strings"

	"policygen/internal/pep440"
)

// A Marker is an environment marker of a requirement, as PEP 508 defines it and packaging reads it: the condition under which the
// requirement counts. The zero Marker always holds.
type Marker struct {
	text string
	root *expression
}

// An expression is a comparison, or several expressions under "and" or "or".
type expression struct {
	operator string // "and", "or"; else the comparison's: "==", "in", "not in" …
	left     operand
	right    operand
	parts    []*expression // of "and" and "or"
}

// An operand of a comparison is a variable of the environment or a literal text.
type operand struct {
	text     string
	variable bool
}

// String returns the marker as it was written, or "" for the zero Marker.
func (m Marker) String() string { return m.text }

// ParseMarker reads a marker such as `python_version < "3.12" and sys_platform == "linux"`. Nothing but white space is the zero
// Marker, which always holds.
func ParseMarker(text string) (Marker, error) {
	if strings.Trim(text, " \t") == "" {
		return Marker{}, nil
	}
	return parseMarker(&cursor{text: text})
}

// parseMarker reads the rest of a text as a marker.
func parseMarker(c *cursor) (Marker, error) {
	c.space()
	start := c.at
	root, err := c.disjunction(0)
	if err != nil {
		return Marker{}, err
	}
	if c.at < len(c.text) {
		return Marker{}, c.fail(`%s stands where "and", "or" or the end of the marker has to be`, c.next())
	}
	return Marker{strings.TrimRight(c.text[start:], " \t"), root}, nil
}

// And returns the marker that holds where both do.
func (m Marker) And(n Marker) Marker {
	switch {
	case m.root == nil:
		return n
	case n.root == nil:
		return m
	}
	return Marker{"(" + m.text + ") and (" + n.text + ")", &expression{operator: "and", parts: []*expression{m.root, n.root}}}
}

// Or returns the marker that holds where one of the two does.
func (m Marker) Or(n Marker) Marker {
	if m.root == nil || n.root == nil {
		return Marker{}
	}
	return Marker{"(" + m.text + ") or (" + n.text + ")", &expression{operator: "or", parts: []*expression{m.root, n.root}}}
}

// maxDepth bounds parentheses within parentheses.
const maxDepth = 100

func (c *cursor) disjunction(depth int) (*expression, error) {
	return c.joined("or", func() (*expression, error) {
		return c.joined("and", func() (*expression, error) { return c.atom(depth) })
	})
}

// joined reads one or more parts with a word between them.
func (c *cursor) joined(word string, read func() (*expression, error)) (*expression, error) {
	var parts []*expression
	for {
		part, err := read()
		if err != nil {
			return nil, err
		}
		if parts = append(parts, part); !c.word(word) {
			break
		}
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	return &expression{operator: word, parts: parts}, nil
}

// word skips a word if it comes next and no other begins with it.
func (c *cursor) word(word string) bool {
	end := c.at + len(word)
	if !strings.HasPrefix(c.rest(), word) || end < len(c.text) && isWordByte(c.text[end]) || c.at > 0 && isWordByte(c.text[c.at-1]) {
		return false
	}
	c.at = end
	return true
}

func (c *cursor) atom(depth int) (*expression, error) {
	c.space()
	if !c.take('(') {
		return c.comparison()
	}
	if depth == maxDepth {
		return nil, c.fail("more than %d parentheses within each other", maxDepth)
	}
	e, err := c.disjunction(depth + 1)
	if err != nil {
		return nil, err
	}
	if !c.take(')') {
		return nil, c.fail("%s stands where a parenthesis has to close", c.next())
	}
	c.space()
	return e, nil
}

func (c *cursor) comparison() (*expression, error) {
	left, err := c.operand()
	if err != nil {
		return nil, err
	}
	c.space()
	operator, err := c.operator()
	if err != nil {
		return nil, err
	}
	c.space()
	right, err := c.operand()
	if err != nil {
		return nil, err
	}
	c.space()
	if left.variable == right.variable {
		return nil, c.fail("a comparison has to be between a variable and a quoted text")
	}
	return &expression{operator: operator, left: left, right: right}, nil
}

var (
	variableName = regexp.MustCompile(`^(python_version|python_full_version|os[._]name|sys[._]platform|platform_(release|system)|` +
		`platform[._](version|machine|python_implementation)|python_implementation|implementation_(name|version)|extras?|dependency_groups)\b`)
	operatorText = regexp.MustCompile(`^(===|==|~=|!=|<=|>=|<|>)`)
)

func (c *cursor) operand() (operand, error) {
	if name := variableName.FindString(c.rest()); name != "" {
		c.at += len(name)
		if name = strings.ReplaceAll(name, ".", "_"); name == "python_implementation" {
			name = "platform_python_implementation"
		}
		return operand{name, true}, nil
	}
	quote := peek(c)
	if quote == '"' || quote == '\'' {
		if end := strings.IndexByte(c.text[c.at+1:], quote); end >= 0 {
			text := c.text[c.at+1:][:end]
			c.at += end + 2
			return operand{text: text}, nil
		}
	}
	return operand{}, c.fail("%s is neither a variable of an environment, such as python_version, nor a quoted text", c.next())
}

func (c *cursor) operator() (string, error) {
	if text := operatorText.FindString(c.rest()); text != "" {
		c.at += len(text)
		return text, nil
	}
	if c.word("in") {
		return "in", nil
	}
	if c.word("not") && c.space() && c.word("in") {
		return "not in", nil
	}
	return "", c.fail("%s is no comparison; it has to be one of < <= == != >= > ~= === in, not in", c.next())
}

// turned returns the comparison with its variable on the left, or no operator where that wouldn't say the same: what is compared as a
// version has other rules on the right, where 3.* and rc1 are concerned.
func (e *expression) turned() (variable, operator, value string) {
	if e.left.variable {
		return e.left.text, e.operator, e.right.text
	}
	variable, value = e.right.text, e.left.text
	if versioned[variable] && (variable != "python_full_version" || !plainRelease.MatchString(value) || e.operator == "<" || e.operator == ">") {
		return variable, "", value
	}
	turn := map[string]string{"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!=", "in": "contains", "not in": "lacks"}
	return variable, turn[e.operator], value
}

var plainRelease = regexp.MustCompile(`^[0-9]+(\.[0-9]+)*$`)

// normalised returns a value as comparisons with the variable take it.
func normalised(variable, value string) string {
	switch variable {
	case "extra", "extras", "dependency_groups":
		return pep440.NormalizeName(value)
	}
	return value
}
