package generate

import (
	"bytes"
	"fmt"
	"math/big"
	"strings"

	"go.yaml.in/yaml/v3"

	"policygen/policy"
)

// renderYAML renders a content as YAML, with the fields in the order of the policy.
func renderYAML(in Input, c policy.Content) (rendered, error) {
	var b bytes.Buffer
	b.Write(noticeComment(in))
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(contentYAML(c)); err != nil {
		return rendered{}, err
	}
	content := b.Bytes()
	read, err := readYAML(content)
	if err != nil {
		return rendered{}, err
	}
	origins := make([][]Origin, bytes.Count(content, []byte("\n")))
	if err := isContentYAML(read, c, origins); err != nil {
		return rendered{}, err
	}
	return rendered{content: content, mode: 0o644, origins: origins}, nil
}

// contentYAML returns a content as a node.
func contentYAML(c policy.Content) *yaml.Node {
	switch {
	case c.Fields != nil:
		n := &yaml.Node{Kind: yaml.MappingNode}
		for _, f := range c.Fields {
			key := yamlText(f.Name)
			if key.Style == yaml.LiteralStyle {
				key.Style = yaml.DoubleQuotedStyle
			}
			n.Content = append(n.Content, key, contentYAML(f.Content))
		}
		return n
	case c.Items != nil:
		n := &yaml.Node{Kind: yaml.SequenceNode}
		for _, item := range c.Items {
			n.Content = append(n.Content, contentYAML(item))
		}
		return n
	}
	return yamlScalar(c.Scalar)
}

func yamlScalar(scalar any) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode}
	switch v := scalar.(type) {
	case string:
		return yamlText(v)
	case bool:
		n.Tag, n.Value = "!!bool", fmt.Sprint(v)
	case nil:
		n.Tag, n.Value = "!!null", "null"
	default:
		n.Value, _ = numberText(v)
		n.Tag = yamlNumberTag(v)
	}
	return n
}

// yamlNumberTag returns the tag that the library finds for a number without quotes. It takes integers of more than 64 bits for floats.
func yamlNumberTag(number any) string {
	switch n := number.(type) {
	case int64:
		return "!!int"
	case *big.Int:
		if n.IsInt64() || n.IsUint64() {
			return "!!int"
		}
	}
	return "!!float"
}

// readYAML parses a text that holds one document.
func readYAML(text []byte) (*yaml.Node, error) {
	var document yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(text))
	if err := dec.Decode(&document); err != nil {
		return nil, err
	}
	if err := dec.Decode(new(yaml.Node)); err == nil {
		return nil, fmt.Errorf("there is more than one document")
	}
	return document.Content[0], nil
}

// isContentYAML reports where a node is not the content, and notes what the lines that it stands in follow from.
func isContentYAML(n *yaml.Node, c policy.Content, origins [][]Origin) error {
	switch {
	case n.Kind == yaml.MappingNode && c.Fields != nil && len(n.Content) == 2*len(c.Fields):
		noteYAML(n, len(c.Fields) == 0, statedAt(c.Pos), origins)
		for i, f := range c.Fields {
			key := n.Content[2*i]
			if key.Value != f.Name || key.ShortTag() != "!!str" {
				return fmt.Errorf("line %d: field %q is read, %q was meant", key.Line, key.Value, f.Name)
			}
			noteYAML(key, true, statedAt(f.Pos), origins)
			if err := isContentYAML(n.Content[2*i+1], f.Content, origins); err != nil {
				return err
			}
		}
		return nil
	case n.Kind == yaml.SequenceNode && c.Items != nil && len(n.Content) == len(c.Items):
		noteYAML(n, len(c.Items) == 0, statedAt(c.Pos), origins)
		for i, item := range c.Items {
			if err := isContentYAML(n.Content[i], item, origins); err != nil {
				return err
			}
		}
		return nil
	case n.Kind == yaml.ScalarNode && c.Fields == nil && c.Items == nil && sameYAMLScalar(n, c.Scalar):
		noteYAML(n, true, statedAt(c.Pos), origins)
		return nil
	}
	return fmt.Errorf("line %d: %q (%s) is read, %v was meant", n.Line, n.Value, n.ShortTag(), c.Scalar)
}

// noteYAML notes origins for the lines of a node, if it has any of its own.
func noteYAML(n *yaml.Node, own bool, from []Origin, origins [][]Origin) {
	if !own {
		return
	}
	last := n.Line
	if n.Style&yaml.LiteralStyle != 0 {
		last += strings.Count(strings.TrimSuffix(n.Value, "\n"), "\n") + 1
	}
	for line := n.Line; line <= last; line++ {
		origins[line-1] = union(origins[line-1], from)
	}
}

func sameYAMLScalar(n *yaml.Node, scalar any) bool {
	switch v := scalar.(type) {
	case nil:
		return n.ShortTag() == "!!null"
	case string:
		return n.ShortTag() == "!!str" && n.Value == v
	case bool:
		return n.ShortTag() == "!!bool" && n.Value == fmt.Sprint(v)
	case float64:
		return n.ShortTag() == "!!float" && strings.Contains(n.Value, ".") && sameNumber(n.Value, v)
	case *big.Int:
		return n.Value == v.String() && n.ShortTag() != "!!str"
	}
	return n.ShortTag() == "!!int" && sameNumber(n.Value, scalar)
}
