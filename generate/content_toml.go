package generate

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"

	"policygen/policy"
)

// tomlWidth is how wide a list may be, in characters, before each of its items gets a line.
const tomlWidth = 120

// renderTOML renders a content as TOML, with the fields in the order of the policy, but for the one rule that TOML has: what is no
// table stands above what is. The library encodes names and scalars, but its order of fields is its own.
func renderTOML(in Input, c policy.Content) (rendered, error) {
	if c.Fields == nil {
		return rendered{}, errors.New("a content in TOML that is no struct")
	}
	w := tomlWriter{}
	w.b.Write(noticeComment(in))
	if err := w.table(nil, c.Fields); err != nil {
		return rendered{}, err
	}
	content, origins := w.marks.lift(w.b.Bytes())
	return rendered{content: content, mode: 0o644, origins: origins, prove: func() error { return checkTOML(content, c) }}, nil
}

// A tomlWriter writes a document. It starts with a blank line written.
type tomlWriter struct {
	b     bytes.Buffer
	marks marks
	any   bool // something but the notice has been written
}

// table writes the fields of the table with the given name.
func (w *tomlWriter) table(name []string, fields []policy.Member) error {
	for _, f := range fields {
		if isTOMLTable(f.Content) {
			continue
		}
		value, err := w.value(f.Content, "", tomlWidth-utf8.RuneCountInString(f.Name)-len(" = "))
		if err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
		w.b.WriteString(tomlName(f.Name) + " = " + value + w.marks.note(statedAt(f.Pos)...) + "\n")
		w.any = true
	}
	for _, f := range fields {
		if err := w.subtable(append(slices.Clip(name), tomlName(f.Name)), f); err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	return nil
}

// subtable writes a field that is a table or a list of tables, if it is one.
func (w *tomlWriter) subtable(name []string, f policy.Member) error {
	if !isTOMLTable(f.Content) {
		return nil
	}
	if f.Fields != nil {
		if !slices.ContainsFunc(f.Fields, func(g policy.Member) bool { return !isTOMLTable(g.Content) }) && len(f.Fields) > 0 {
			return w.table(name, f.Fields) // its tables' names say that it is there
		}
		w.header("["+strings.Join(name, ".")+"]", statedAt(f.Pos))
		return w.table(name, f.Fields)
	}
	for _, item := range f.Items {
		w.header("[["+strings.Join(name, ".")+"]]", append(statedAt(f.Pos), statedAt(item.Pos)...))
		if err := w.table(name, item.Fields); err != nil {
			return err
		}
	}
	return nil
}

func (w *tomlWriter) header(text string, from []Origin) {
	if w.any {
		w.b.WriteString("\n")
	}
	w.b.WriteString(text + w.marks.note(from...) + "\n")
	w.any = true
}

// isTOMLTable reports whether a field gets a header of its own: a struct, and a list of nothing but structs.
func isTOMLTable(c policy.Content) bool {
	return c.Fields != nil || len(c.Items) > 0 && !slices.ContainsFunc(c.Items, func(i policy.Content) bool { return i.Fields == nil })
}

// value writes a value on one line, or a list that is wider than width on several, of which the further ones stand below indent.
func (w *tomlWriter) value(c policy.Content, indent string, width int) (string, error) {
	inline, err := w.inline(c)
	plain, _ := w.marks.lift([]byte(inline))
	if err != nil || len(c.Items) == 0 || utf8.RuneCount(plain) <= width {
		return inline, err
	}
	inner := indent + "  "
	text := "["
	for _, item := range c.Items {
		value, err := w.value(item, inner, tomlWidth-len(inner))
		if err != nil {
			return "", err
		}
		text += "\n" + inner + value + ","
	}
	return text + "\n" + indent + "]" + w.marks.note(statedAt(c.Pos)...), nil
}

// inline writes a value on one line.
func (w *tomlWriter) inline(c policy.Content) (string, error) {
	var parts []string
	for _, f := range c.Fields {
		value, err := w.inline(f.Content)
		if err != nil {
			return "", fmt.Errorf("%s: %w", f.Name, err)
		}
		parts = append(parts, tomlName(f.Name)+" = "+value+w.marks.note(statedAt(f.Pos)...))
	}
	for _, item := range c.Items {
		value, err := w.inline(item)
		if err != nil {
			return "", err
		}
		parts = append(parts, value)
	}
	switch {
	case c.Items != nil:
		return "[" + strings.Join(parts, ", ") + "]" + w.marks.note(statedAt(c.Pos)...), nil
	case len(parts) > 0:
		return "{ " + strings.Join(parts, ", ") + " }", nil
	case c.Fields != nil:
		return "{}" + w.marks.note(statedAt(c.Pos)...), nil
	}
	text, err := tomlScalar(c.Scalar)
	return text + w.marks.note(statedAt(c.Pos)...), err
}

func tomlScalar(scalar any) (string, error) {
	if number, ok := numberText(scalar); ok {
		return number, nil
	}
	if scalar == nil {
		return "", errors.New("a content in TOML that has a null")
	}
	return strings.TrimPrefix(tomlLine("x", scalar), "x = "), nil
}

func tomlName(name string) string { return strings.TrimSuffix(tomlLine(name, true), " = true") }

// tomlLine is what the library makes of one field with a text or a boolean.
func tomlLine(name string, value any) string {
	line, err := toml.Marshal(map[string]any{name: value})
	if err != nil {
		panic(err) // both can be encoded
	}
	return strings.TrimSuffix(string(line), "\n")
}

// checkTOML reads a text as TOML and compares it with the content, but for the order of the fields.
func checkTOML(text []byte, c policy.Content) error {
	read := map[string]any{}
	if err := toml.Unmarshal(text, &read); err != nil {
		return err
	}
	return sameTOML(read, c)
}

// sameTOML reports where a value is not the content.
func sameTOML(read any, c policy.Content) error {
	table, isTable := read.(map[string]any)
	list, isList := read.([]any)
	switch {
	case isTable && c.Fields != nil && len(table) == len(c.Fields):
		for _, f := range c.Fields {
			value, ok := table[f.Name]
			if !ok {
				return fmt.Errorf("field %q is missing", f.Name)
			}
			if err := sameTOML(value, f.Content); err != nil {
				return fmt.Errorf("%s: %w", f.Name, err)
			}
		}
		return nil
	case isList && c.Items != nil && len(list) == len(c.Items):
		for i, item := range c.Items {
			if err := sameTOML(list[i], item); err != nil {
				return err
			}
		}
		return nil
	case !isTable && !isList && c.Fields == nil && c.Items == nil && read == c.Scalar:
		return nil
	}
	return fmt.Errorf("%v is read, %v was meant", read, c.Scalar)
}
