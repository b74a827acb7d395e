package policy

import (
	"math"
	"math/big"
	"strconv"
	"strings"

	"policygen/internal/finding"
)

// A format is what a content can be written in.
type format string

// The formats that hold less than the others. JSON and YAML hold everything but what none of them holds.
const (
	textFormat format = "text"
	tomlFormat format = "toml"
)

// checkFormat reports what the format of a content can't hold. n is where the content stands.
func (r *reader) checkFormat(f format, c Content, n *node) {
	_, isText := c.Scalar.(string)
	switch {
	case f == textFormat && !isText:
		r.report(n, finding.Finding{Code: codeValue, Message: `a content of format "text" must be text`,
			Help: `write lines between three quotes, or join a list with strings.Join`})
	case f == tomlFormat && c.Fields == nil:
		r.report(n, finding.Finding{Code: codeValue, Message: `a content of format "toml" must be a block in braces`,
			Help: "a TOML file is names and their values"})
	default:
		r.checkPiece(f, c, n)
	}
}

// checkPiece reports what the format can't hold of a piece of a content and of what is below it.
func (r *reader) checkPiece(f format, c Content, n *node) {
	for _, m := range c.Fields {
		child := &node{name: m.Name, path: join(n.path, m.Name), label: m.Pos, pos: m.Content.Pos}
		r.checkText(m.Name, child)
		r.checkPiece(f, m.Content, child)
	}
	for i, item := range c.Items {
		r.checkPiece(f, item, &node{path: join(n.path, strconv.Itoa(i)), label: item.Pos, pos: item.Pos})
	}
	if c.Fields == nil && c.Items == nil {
		r.checkScalar(f, c.Scalar, n)
	}
}

func (r *reader) checkScalar(f format, scalar any, n *node) {
	refuse := func(message, help string) {
		r.report(n, finding.Finding{Code: codeValue, Message: message, Help: help})
	}
	switch s := scalar.(type) {
	case nil:
		if f == tomlFormat {
			refuse("TOML has no null", "leave the field out")
		}
	case string:
		r.checkText(s, n)
	case []byte:
		refuse("no format holds bytes", "write text in double quotes")
	case float64:
		if math.IsInf(s, 0) {
			refuse("the number is beyond all floats of 64 bits", "write it as text")
		}
	case *big.Int:
		if f == tomlFormat {
			refuse("a whole number of TOML has 64 bits, and this one needs more", "write it as text")
		}
	}
}

// checkText refuses text that no file of text can hold.
func (r *reader) checkText(text string, n *node) {
	if strings.Contains(text, "\x00") {
		r.report(n, finding.Finding{Code: codeValue, Message: quote(text) + " holds a NUL byte, which no text file can hold"})
	}
}
