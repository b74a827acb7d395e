package generate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"policygen/policy"
)

// renderJSON renders a content as JSON, indented by two spaces, with the fields in the order of the policy.
func renderJSON(c policy.Content) rendered {
	var m marks
	var b bytes.Buffer
	writeJSON(&b, c, "", &m)
	content, origins := m.lift(append(b.Bytes(), '\n'))
	return rendered{content: content, mode: 0o644, origins: origins, prove: func() error { return checkJSON(content, c) }}
}

// writeJSON writes a content, whose further lines stand below indent.
func writeJSON(b *bytes.Buffer, c policy.Content, indent string, m *marks) {
	inner := indent + "  "
	switch {
	case len(c.Fields) > 0:
		b.WriteString("{" + m.note(statedAt(c.Pos)...))
		for i, f := range c.Fields {
			b.WriteString(separator(i) + "\n" + inner + jsonText(f.Name) + ": " + m.note(statedAt(f.Pos)...))
			writeJSON(b, f.Content, inner, m)
		}
		b.WriteString("\n" + indent + "}" + m.note(statedAt(c.Pos)...))
	case len(c.Items) > 0:
		b.WriteString("[" + m.note(statedAt(c.Pos)...))
		for i, item := range c.Items {
			b.WriteString(separator(i) + "\n" + inner)
			writeJSON(b, item, inner, m)
		}
		b.WriteString("\n" + indent + "]" + m.note(statedAt(c.Pos)...))
	case c.Fields != nil:
		b.WriteString("{}" + m.note(statedAt(c.Pos)...))
	case c.Items != nil:
		b.WriteString("[]" + m.note(statedAt(c.Pos)...))
	default:
		b.WriteString(jsonScalar(c.Scalar) + m.note(statedAt(c.Pos)...))
	}
}

// separator is what stands before the element with the given number.
func separator(i int) string {
	if i == 0 {
		return ""
	}
	return ","
}

func jsonScalar(scalar any) string {
	if number, ok := numberText(scalar); ok {
		return number
	}
	return jsonText(scalar)
}

// jsonText encodes a text, a boolean or null.
func jsonText(v any) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err) // these three can be encoded
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// checkJSON reads a text as JSON, with the order of the fields, and compares it with the content.
func checkJSON(text []byte, c policy.Content) error {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	if err := sameJSON(dec, c); err != nil {
		return err
	}
	if _, err := dec.Token(); err != io.EOF {
		return fmt.Errorf("there is more than one value")
	}
	return nil
}

// sameJSON reads the next value and reports where it is not the content.
func sameJSON(dec *json.Decoder, c policy.Content) error {
	token, err := dec.Token()
	if err != nil {
		return err
	}
	switch token {
	case json.Delim('{'):
		return sameJSONFields(dec, c)
	case json.Delim('['):
		for _, item := range c.Items {
			if err := sameJSON(dec, item); err != nil {
				return err
			}
		}
		return endOfJSON(dec, c.Items != nil)
	}
	number, isNumber := token.(json.Number)
	if c.Fields != nil || c.Items != nil || token != c.Scalar && !(isNumber && sameNumber(string(number), c.Scalar)) {
		return fmt.Errorf("%v is read, %v was meant", token, c.Scalar)
	}
	return nil
}

func sameJSONFields(dec *json.Decoder, c policy.Content) error {
	for _, f := range c.Fields {
		if name, err := dec.Token(); err != nil || name != f.Name {
			return fmt.Errorf("field %v is read, %q was meant: %w", name, f.Name, err)
		}
		if err := sameJSON(dec, f.Content); err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	return endOfJSON(dec, c.Fields != nil)
}

// endOfJSON reads the end of a struct or a list.
func endOfJSON(dec *json.Decoder, meant bool) error {
	if token, err := dec.Token(); err != nil || !meant || token != json.Delim('}') && token != json.Delim(']') {
		return fmt.Errorf("%v is read where a struct or a list was meant to end: %w", token, err)
	}
	return nil
}
