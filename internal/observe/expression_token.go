package observe

import (
	"fmt"
	"strconv"
	"strings"
)

// A token is a word of an expression.
type token struct {
	text  string
	at    int
	value any // of a literal
	name  bool
}

var marks = []string{"||", "&&", "==", "!=", "<=", ">=", "<", ">", "!", "(", ")", "[", "]", ",", ".", "*"}

func lexExpression(text string) (tokens []token, err error) {
	for i := 0; i < len(text); {
		var t token
		switch c := text[i]; {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			i++
			continue
		case c == '\'':
			t, err = lexString(text, i)
		case c >= '0' && c <= '9' || (c == '-' || c == '+') && i+1 < len(text) && text[i+1] >= '0' && text[i+1] <= '9':
			t, err = lexNumber(text, i)
		case nameByte(c):
			t = lexName(text, i)
		default:
			t, err = lexMark(text, i)
		}
		if err != nil {
			return nil, err
		}
		t.at = i
		tokens = append(tokens, t)
		i += len(t.text)
	}
	return tokens, nil
}

func nameByte(c byte) bool {
	return c == '_' || c == '-' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func lexMark(text string, i int) (token, error) {
	for _, m := range marks {
		if strings.HasPrefix(text[i:], m) {
			return token{text: m}, nil
		}
	}
	return token{}, fmt.Errorf("%q is not expected here", text[i:i+1])
}

func lexString(text string, i int) (token, error) {
	for end := i + 1; end < len(text); end++ {
		if text[end] != '\'' {
			continue
		}
		if end+1 < len(text) && text[end+1] == '\'' {
			end++
			continue
		}
		return token{text: text[i : end+1], value: strings.ReplaceAll(text[i+1:end], "''", "'")}, nil
	}
	return token{}, fmt.Errorf("the text that begins with %q has no end", abridgedText(text[i:]))
}

func lexNumber(text string, i int) (token, error) {
	end := i + 1
	for end < len(text) && (nameByte(text[end]) && text[end] != '-' || text[end] == '.' || (text[end] == '-' || text[end] == '+') && (text[end-1] == 'e' || text[end-1] == 'E')) {
		end++
	}
	n, ok := number(text[i:end])
	if !ok {
		return token{}, fmt.Errorf("%q is no number", abridgedText(text[i:end]))
	}
	return token{text: text[i:end], value: n}, nil
}

func lexName(text string, i int) token {
	end := i + 1
	for end < len(text) && nameByte(text[end]) {
		end++
	}
	t := token{text: text[i:end], name: true}
	switch t.text {
	case "true":
		t.value = true
	case "false":
		t.value = false
	}
	return t
}

// number reads a number as JSON, JavaScript and YAML write them.
func number(text string) (float64, bool) {
	if n, err := strconv.ParseInt(text, 0, 64); err == nil && !strings.HasPrefix(strings.TrimLeft(text, "+-"), "00") {
		return float64(n), true
	}
	n, err := strconv.ParseFloat(text, 64)
	return n, err == nil
}

func abridgedText(text string) string {
	if len(text) > 20 {
		return text[:20]
	}
	return text
}
