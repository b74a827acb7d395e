package generate

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// encode writes a tree as a file with a header of comment lines, and proves it: the text, parsed again, is the same tree.
func (f *yamlFile) encode(header []byte, root *yaml.Node) (rendered, error) {
	b := bytes.NewBuffer(slices.Clone(header))
	encoder := yaml.NewEncoder(b)
	encoder.SetIndent(2)
	if err := errors.Join(encoder.Encode(root), encoder.Close()); err != nil {
		return rendered{}, err
	}
	var document yaml.Node
	if err := yaml.Unmarshal(b.Bytes(), &document); err != nil {
		return rendered{}, err
	}
	parsed := document.Content[0]
	if err := sameYAML(root, parsed); err != nil {
		return rendered{}, err
	}
	w := yamlLines{origins: f.origins, byLine: make([][]Origin, bytes.Count(b.Bytes(), []byte("\n")))}
	w.node(root, parsed, parsed.Line)
	return rendered{content: b.Bytes(), mode: 0o644, origins: w.byLine}, nil
}

// sameYAML returns an error that names the first node in which a parsed tree is not the one that was meant, or the first
// key that a mapping has twice.
func sameYAML(want, got *yaml.Node) error {
	if want.Kind != got.Kind || want.ShortTag() != got.ShortTag() || want.Value != got.Value || len(want.Content) != len(got.Content) {
		return fmt.Errorf("line %d reads as %s %q and %d nodes, not as %s %q and %d", got.Line,
			got.ShortTag(), got.Value, len(got.Content), want.ShortTag(), want.Value, len(want.Content))
	}
	keys := map[string]bool{}
	for i, n := range want.Content {
		if err := sameYAML(n, got.Content[i]); err != nil {
			return err
		}
		if isKey := want.Kind == yaml.MappingNode && i%2 == 0; isKey && keys[n.Value] {
			return fmt.Errorf("line %d has the key %q once more", got.Content[i].Line, n.Value)
		} else if isKey {
			keys[n.Value] = true
		}
	}
	return nil
}

// yamlLines collects the origins of the lines of a file. Those of a node come before those of what it stands in.
type yamlLines struct {
	origins map[*yaml.Node]yamlOrigins
	byLine  [][]Origin
}

// node notes the origins of a node that was parsed again, whose lines begin at first, and returns its last line.
func (w *yamlLines) node(n, parsed *yaml.Node, first int) (last int) {
	last = parsed.Line
	if parsed.Style&yaml.LiteralStyle != 0 {
		last += strings.Count(strings.TrimSuffix(parsed.Value, "\n"), "\n") + 1
	}
	for i := 0; i < len(n.Content); i++ {
		child, begin := i, parsed.Content[i].Line
		w.comment(n.Content[i], parsed.Content[i])
		if n.Kind == yaml.MappingNode {
			w.node(n.Content[i], parsed.Content[i], begin)
			child++ // the value follows its key
			i++
		}
		last = max(last, w.node(n.Content[child], parsed.Content[child], begin))
	}
	o := w.origins[n]
	w.text(parsed, o.text)
	for line := first; line <= last; line++ {
		w.add(line, o.whole)
	}
	return last
}

// comment notes the origins of the comment above a node. What the node itself follows from says nothing about it.
func (w *yamlLines) comment(n, parsed *yaml.Node) {
	first := parsed.Line - 1 - strings.Count(n.HeadComment, "\n")
	for i, origins := range w.origins[n].comment {
		w.add(first+i, origins)
	}
}

// text notes the origins of the lines of a text, which all stand in one where it is no block.
func (w *yamlLines) text(parsed *yaml.Node, byLine [][]Origin) {
	for i, origins := range byLine {
		if parsed.Style&yaml.LiteralStyle != 0 {
			w.add(parsed.Line+1+i, origins)
		}
		w.add(parsed.Line, origins)
	}
}

func (w *yamlLines) add(line int, origins []Origin) {
	for _, o := range origins {
		if !slices.Contains(w.byLine[line-1], o) {
			w.byLine[line-1] = append(w.byLine[line-1], o)
		}
	}
}

// yamlHeader is the comment that says whose a rendered file is and what to edit instead.
func yamlHeader(in Input) []byte {
	var b bytes.Buffer
	for _, line := range notice(in) {
		comment(&b, line)
	}
	return b.Bytes()
}
