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
