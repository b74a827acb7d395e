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

// renderContent renders a content of the policy's own in its format. YAML and TOML begin with the notice as a comment. JSON has no
// comments, and whose comments a text may hold nobody but its author knows: both are nothing but what the policy says.
func renderContent(in Input, target policy.Target) (rendered, error) {
	switch target.Format {
	case "yaml":
		return renderYAML(in, target.Content)
	case "toml":
		return renderTOML(in, target.Content)
	case "json":
		return renderJSON(target.Content), nil
	case "text":
		return renderText(target)
	}
	panic("content of unknown format " + target.Format)
}

// renderText renders a text as it is. It ends with a newline.
func renderText(target policy.Target) (rendered, error) {
	text, ok := target.Content.Scalar.(string)
	if !ok {
		return rendered{}, fmt.Errorf("the content of a text is a %T", target.Content.Scalar)
	}
	if !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	mode := fs.FileMode(0o644)
	if target.Executable {
		mode = 0o755
	}
	origins := make([][]Origin, strings.Count(text, "\n"))
	for i := range origins {
		origins[i] = statedAt(target.Content.Pos)
	}
	return rendered{content: []byte(text), mode: mode, origins: origins}, nil
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
