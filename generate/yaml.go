package generate

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// A yamlFile knows what the nodes of a YAML file that is being made follow from.
type yamlFile struct {
	origins map[*yaml.Node]yamlOrigins
}

// yamlOrigins are what a node follows from: all of its lines, single lines of its text, and apart from them the comment above it.
type yamlOrigins struct {
	whole         []Origin
	comment, text [][]Origin
}

func newYAMLFile() *yamlFile { return &yamlFile{origins: map[*yaml.Node]yamlOrigins{}} }

// from notes what all lines of a node follow from, and returns the node. In a mapping, the line of its key is one of them.
func (f *yamlFile) from(n *yaml.Node, origins ...Origin) *yaml.Node {
	o := f.origins[n]
	o.whole = append(o.whole, origins...)
	f.origins[n] = o
	return n
}

// comment puts a paragraph above a node, below what has been put there before, and returns the node. The lines of a node
// that is an item of a list begin there; one that is the value of a key is no place for a comment, but the key is.
func (f *yamlFile) comment(n *yaml.Node, text string, origins ...Origin) *yaml.Node {
	o := f.origins[n]
	for _, line := range lines(strings.Fields(printable(text))) {
		if n.HeadComment != "" {
			n.HeadComment += "\n"
		}
		n.HeadComment += "# " + line
		o.comment = append(o.comment, origins)
	}
	f.origins[n] = o
	return n
}

// script returns commands as one text, a line or more for each, whose lines follow from what their command does.
func (f *yamlFile) script(commands []yamlCommand) *yaml.Node {
	var text strings.Builder
	var o yamlOrigins
	for _, c := range commands {
		text.WriteString(c.text)
		for range strings.Count(c.text, "\n") + 1 {
			o.text = append(o.text, c.from)
		}
		if len(commands) > 1 {
			text.WriteByte('\n')
		}
	}
	n := yamlText(text.String())
	f.origins[n] = o
	return n
}

// A yamlCommand is a command of a script and what it follows from.
type yamlCommand struct {
	text string
	from []Origin
}

// yamlText returns a text as a node, in the plainest style in which YAML 1.1 and 1.2 both read the same text back.
func yamlText(s string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s}
	switch {
	case isBlock(s):
		n.Style = yaml.LiteralStyle
	case strings.ContainsFunc(s, isHidden) || strings.ContainsRune(s, '\n') || !isPlainWord(s):
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}

// isBlock reports whether a text reads best as a block of lines, and survives it: blanks and empty lines at its start or end
// would need indicators that hardly anybody knows.
func isBlock(s string) bool {
	body := strings.TrimSuffix(s, "\n")
	return strings.ContainsRune(s, '\n') && body == strings.TrimSpace(body) && body != "" && !strings.ContainsFunc(s, isHidden)
}

// isHidden reports whether a character can't be seen, or ends a line for YAML 1.1 alone.
func isHidden(r rune) bool { return r != '\n' && r != ' ' && r != '\t' && !unicode.IsGraphic(r) }

// isPlainWord reports whether a text without quotes would be read as text. YAML 1.1 takes more words for something else than
// YAML 1.2: GitLab reads the former, GitHub something between the two. The answers are kept, since keys come again and again.
func isPlainWord(s string) bool {
	if plain, ok := plainWords.Load(s); ok {
		return plain.(bool)
	}
	var value yaml.Node
	if err := value.Encode(s); err != nil {
		panic(err) // of the schema's text, which is Unicode
	}
	plain := value.Style == 0 && s != "="
	plainWords.Store(s, plain)
	return plain
}

var plainWords sync.Map

// yamlMapping returns a mapping of keys to values, which follow each other in pairs. A key is a string or a node; what a
// value can be says [yamlNode]. Values that are nil are left out with their keys.
func yamlMapping(pairs ...any) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	for pair := range slices.Chunk(pairs, 2) {
		if value := yamlNode(pair[1]); value != nil {
			n.Content = append(n.Content, yamlNode(pair[0]), value)
		}
	}
	if len(n.Content) == 0 {
		n.Style = yaml.FlowStyle
	}
	return n
}

// yamlList returns a list. What an item can be says [yamlNode].
func yamlList[T any](items ...T) *yaml.Node {
	n := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
	for _, item := range items {
		n.Content = append(n.Content, yamlNode(item))
	}
	return n
}

// yamlFlow makes a mapping or a list one line.
func yamlFlow(n *yaml.Node) *yaml.Node {
	n.Style = yaml.FlowStyle
	return n
}

// yamlNull is the value of a key that says all by itself.
func yamlNull() *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null"} }

// yamlNode returns a string, a whole number or a truth value as a node; a node is one already.
func yamlNode(value any) *yaml.Node {
	switch v := value.(type) {
	case *yaml.Node:
		return v
	case string:
		return yamlText(v)
	case int:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: strconv.Itoa(v)}
	case bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: strconv.FormatBool(v)}
	}
	panic("no value of a YAML file")
}

// yamlPlain returns a text without quotes. It's for "on", which everybody writes so in a workflow although YAML 1.1 reads a truth value.
func yamlPlain(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s} }

// printable returns a text with a blank for each character that can't be seen, a line end of any kind among them.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsGraphic(r) {
			return ' '
		}
		return r
	}, s)
}
