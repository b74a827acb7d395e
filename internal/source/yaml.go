package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// maxExpansion is how many nodes aliases and merge keys may add to those that are written down. A tree that is shared costs
// nothing here, but whoever walks it walks it all.
const maxExpansion = 100_000

// ParseYAML returns the documents of a YAML 1.2 file (so also of a JSON file) as go.yaml.in/yaml/v3 reads them, which tells "on" and
// "yes" from booleans. Aliases and merge keys are resolved. An error is a *Problem; the line of what is no YAML is the one that
// yaml tells, which may be where the map or list around it begins.
func ParseYAML(file string, text []byte) ([]*Node, error) {
	t := NewText(file, text)
	if p := t.notYAML(); p != nil {
		return nil, p
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text)) // with its byte order mark, which it counts as little as we do
	r := yamlReader{text: t, nodes: map[*yaml.Node]*Node{}, sizes: map[*yaml.Node]int{}, left: maxExpansion}
	var documents []*Node
	for {
		var document yaml.Node
		switch err := decodeYAML(decoder, &document); {
		case errors.Is(err, io.EOF):
			return documents, nil
		case err != nil:
			return nil, r.failed(err)
		}
		for _, content := range document.Content {
			n, _ := r.node(content)
			if r.problem != nil {
				return nil, r.problem
			}
			documents = append(documents, n)
		}
	}
}

// decodeYAML reads a document. The parser has places where it panics by its own words, "please report".
func decodeYAML(decoder *yaml.Decoder, document *yaml.Node) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("yaml: %v", r)
		}
	}()
	return decoder.Decode(document)
}

const yamlHelp = "correct the YAML"

// notYAML returns the first character that may not be in YAML 1.2, section 5.1, as a Problem, or nil.
func (t Text) notYAML() *Problem {
	if p := t.notUTF8(); p != nil {
		return p
	}
	for i, c := range t.value {
		switch {
		case c < ' ' && c != '\t' && c != '\n' && c != '\r', 0x7f <= c && c < 0xa0 && c != 0x85, c == 0xfffe, c == 0xffff:
			return t.problem(i, fmt.Sprintf("a control character %q", c), "write it as an escape in double quotes")
		}
	}
	return nil
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)`)

// failed returns the error of the parser as a Problem. It tells only the line.
func (r *yamlReader) failed(err error) *Problem {
	words := yamlLine.FindStringSubmatch(strings.ReplaceAll(err.Error(), "\n", " "))
	if words == nil {
		words = []string{"", "", err.Error()}
	}
	line, _ := strconv.Atoi(words[1]) // 0 where there is none
	r.at = yamlPlace{}
	return r.text.problem(r.offset(max(line, 1), 1), "no valid YAML: "+words[2], yamlHelp)
}

// A yamlReader makes Nodes of those of yaml.
type yamlReader struct {
	text    Text
	at      yamlPlace
	nodes   map[*yaml.Node]*Node // those with an anchor, nil while one is being made
	sizes   map[*yaml.Node]int   // how many nodes are in one, aliases resolved
	left    int                  // of maxExpansion
	problem *Problem
}

// A yamlPlace is where a line and a column, in characters, are in the text. Nodes come in order, so that the way from one to
// the next is short also where all of them are on one line.
type yamlPlace struct{ offset, line, column int }

// offset returns where a place of yaml is in the text.
func (r *yamlReader) offset(line, column int) int {
	p := r.at
	if p.line == 0 || line < p.line || line == p.line && column < p.column {
		p = yamlPlace{0, 1, 1}
	}
	s := r.text.value
	for p.offset < len(s) && (p.line < line || p.line == line && p.column < column) {
		if n := yamlBreak(s[p.offset:]); n > 0 {
			if p.line == line {
				break
			}
			p = yamlPlace{p.offset + n, p.line + 1, 1}
			continue
		}
		_, size := utf8.DecodeRuneInString(s[p.offset:])
		p.offset, p.column = p.offset+size, p.column+1
	}
	r.at = p
	return p.offset
}

// node returns what a node of yaml is here, and how many nodes are in it.
func (r *yamlReader) node(y *yaml.Node) (*Node, int) {
	if y.Kind == yaml.AliasNode {
		return r.alias(y)
	}
	offset := r.offset(y.Line, y.Column)
	n := &Node{Tag: y.Tag, Pos: r.text.At(offset)}
	if y.Anchor != "" {
		r.nodes[y] = nil
	}
	size := 1
	switch y.Kind {
	case yaml.MappingNode:
		n.Kind = Map
		size += r.entries(n, y)
	case yaml.SequenceNode:
		n.Kind = List
		for _, item := range y.Content {
			node, more := r.node(item)
			n.Items = append(n.Items, node)
			size += more
		}
	default:
		n.Text = yamlScalar(r.text, offset, y)
	}
	if y.Anchor != "" {
		r.nodes[y], r.sizes[y] = n, size
	}
	return n, size
}

func (r *yamlReader) alias(y *yaml.Node) (*Node, int) {
	n, size := r.nodes[y.Alias], r.sizes[y.Alias]
	if n == nil {
		r.refuse(y, fmt.Sprintf("an alias %q within what it stands for", y.Value))
		return &Node{}, 0
	}
	r.spend(y, size)
	return n, size
}

// spend holds the bound on what aliases add.
func (r *yamlReader) spend(y *yaml.Node, size int) {
	if r.left -= size; r.left < 0 {
		r.refuse(y, fmt.Sprintf("an alias %q that makes the file more than %d nodes larger", y.Value, maxExpansion))
	}
}

func (r *yamlReader) refuse(y *yaml.Node, what string) {
	if r.problem == nil {
		r.problem = r.text.problem(r.offset(y.Line, y.Column), what, "write out what the alias stands for, or less of it")
	}
}

// entries adds the entries of a map, those of merge keys last, and returns how many nodes are in them.
func (r *yamlReader) entries(n *Node, y *yaml.Node) int {
	var merged []*Node
	size := 0
	for i := 0; i+1 < len(y.Content); i += 2 {
		key, _ := r.node(y.Content[i])
		value, more := r.node(y.Content[i+1])
		size += 1 + more
		if maps := mergeable(value); key.Tag == "!!merge" && maps != nil {
			merged = append(merged, maps...)
			continue
		}
		n.Entries = append(n.Entries, Entry{key.Text, value})
	}
	if merged != nil {
		n.merge(merged)
	}
	return size
}

// mergeable returns the maps that the value of a merge key brings in, nil where it is nothing of that kind.
func mergeable(value *Node) []*Node {
	if value.Kind == Map {
		return []*Node{value}
	}
	for _, item := range value.Items {
		if item.Kind != Map {
			return nil
		}
	}
	return value.Items
}

// merge adds the entries of maps whose keys are not there yet.
func (n *Node) merge(maps []*Node) {
	there := map[string]bool{}
	for _, e := range n.Entries {
		there[e.Key.String()] = true
	}
	for _, m := range maps {
		for _, e := range m.Entries {
			if !there[e.Key.String()] {
				there[e.Key.String()] = true
				n.Entries = append(n.Entries, e)
			}
		}
	}
}
