package generate

import (
	"bytes"
	"fmt"
	"io/fs"
	"math/big"
	"strconv"
	"strings"

	"policygen/policy"
)

// renderContent renders a content of the policy's own in its format. YAML and TOML begin with the notice as a comment, and so does a
// text whose policy says how a comment begins there. JSON has no comments: such a file is nothing but what the policy says.
func renderContent(in Input, target policy.Target) (rendered, error) {
	switch target.Format {
	case "yaml":
		return renderYAML(in, target.Content)
	case "toml":
		return renderTOML(in, target.Content)
	case "json":
		return renderJSON(target.Content), nil
	case "text":
		return renderText(in, target)
	}
	panic("content of unknown format " + target.Format)
}

// renderText renders a text as it is, below the notice if comments are known. It ends with a newline.
func renderText(in Input, target policy.Target) (rendered, error) {
	text, ok := target.Content.Scalar.(string)
	if !ok {
		return rendered{}, fmt.Errorf("the content of a text is a %T", target.Content.Scalar)
	}
	if !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	var s sheet
	from := statedAt(target.Content.Pos)
	if strings.HasPrefix(text, "#!") {
		first, rest, _ := strings.Cut(text, "\n")
		s.line(first, from...)
		text = rest
	}
	if target.Comment != "" {
		for _, line := range notice(in) {
			s.line(oneLine(target.Comment+" "+line), fields{in.Policy}.under("targets", target.Name, "comment")...)
		}
		s.line("")
	}
	for line := range strings.Lines(text) {
		s.line(strings.TrimSuffix(line, "\n"), from...)
	}
	mode := fs.FileMode(0o644)
	if target.Executable {
		mode = 0o755
	}
	return rendered{content: s.text.Bytes(), mode: mode, origins: s.origins}, nil
}

// noticeComment is the notice as a comment of YAML and TOML.
func noticeComment(in Input) []byte {
	var b bytes.Buffer
	for _, line := range notice(in) {
		comment(&b, line)
	}
	b.WriteString("\n")
	return b.Bytes()
}

// numberText writes a number so that YAML, JSON and TOML read it back as the same kind of number. A float has a dot: YAML 1.1 takes
// 1e+06 for a text.
func numberText(number any) (string, bool) {
	switch n := number.(type) {
	case int64:
		return strconv.FormatInt(n, 10), true
	case *big.Int:
		return n.String(), true
	case float64:
		text := strconv.FormatFloat(n, 'g', -1, 64)
		digits, exponent, scientific := strings.Cut(text, "e")
		if !strings.Contains(digits, ".") {
			digits += ".0"
		}
		if scientific {
			digits += "e" + exponent
		}
		return digits, true
	}
	return "", false
}

// sameNumber reports whether the text of a number is the number, in the sense of the formats: 1.0 is 1 in JSON.
func sameNumber(text string, number any) bool {
	want, ok := numberText(number)
	if !ok {
		return false
	}
	a, okA := new(big.Rat).SetString(text)
	b, okB := new(big.Rat).SetString(want)
	return okA && okB && a.Cmp(b) == 0
}
