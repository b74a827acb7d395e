package generate

import (
	"fmt"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
)

// checkMarkdown parses a rendered page and reports text that has fallen out of its table: where a cell holds
// something that ends the row or the table, the parser sees fewer or wider rows than lines were written.
func checkMarkdown(page []byte) error {
	doc := goldmark.New(goldmark.WithExtensions(extension.Table)).Parser().Parse(text.NewReader(page))
	rows := 0
	err := ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if n.Kind() != east.KindTableRow && n.Kind() != east.KindTableHeader || !entering {
			return ast.WalkContinue, nil
		}
		rows++
		return ast.WalkContinue, nil
	})
	if err != nil {
		return err
	}
	written := 0
	for line := range strings.Lines(string(page)) {
		if strings.HasPrefix(line, "|") && !strings.HasPrefix(line, "| ---") {
			written++
		}
	}
	if rows != written {
		return fmt.Errorf("the page has %d table rows, a Markdown parser sees %d", written, rows)
	}
	return nil
}

// markdown escapes text for a line or a table cell.
func markdown(s string) string { return markdownEscapes.Replace(oneLine(s)) }

var markdownEscapes = strings.NewReplacer("\\", "\\\\", "|", "\\|", "`", "\\`", "*", "\\*", "_", "\\_", "[", "\\[", "]", "\\]",
	"&", "&amp;", "<", "&lt;", ">", "&gt;")

// code makes a code span that also holds in a table cell, whatever backquotes the text has.
func code(s string) string {
	fence := "`"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	s = strings.ReplaceAll(oneLine(s), "|", "\\|")
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") {
		s = " " + s + " "
	}
	return fence + s + fence
}

func codes(words []string) string {
	spans := make([]string, len(words))
	for i, w := range words {
		spans[i] = code(w)
	}
	return strings.Join(spans, ", ")
}

// links turns sources into Markdown: addresses become links that show their last parts.
func links(sources []string) string {
	out := make([]string, len(sources))
	for i, s := range sources {
		out[i] = markdown(s)
		if strings.HasPrefix(s, "https://") && !strings.ContainsAny(s, " <>()\n") {
			out[i] = fmt.Sprintf("[%s](%s)", markdown(linkText(s)), s)
		}
	}
	return strings.Join(out, ", ")
}

// linkText shortens an address: …/pytest-dev/pytest-xdist/issues/714 gives pytest-xdist#714.
func linkText(address string) string {
	parts := strings.Split(address, "/")
	if n := len(parts); n >= 3 && (parts[n-2] == "issues" || parts[n-2] == "pull") {
		return parts[n-3] + "#" + parts[n-1]
	}
	return strings.TrimPrefix(address, "https://")
}
