package shell

import (
	"bytes"
	"errors"
	"maps"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// maxSalvages is how many times the parser begins anew after an error. Each begins at a line, so it is no more than the
// time of so many parses.
const maxSalvages = 40

// salvage returns the statements of a text that does not parse as a whole: those before the first error, and after it those
// from the next line on that parse.
func salvage(path, text string) []*syntax.Stmt {
	var stmts []*syntax.Stmt
	src := []byte(text)
	for range maxSalvages {
		from := len(stmts)
		r := nestReader{name: path, src: src}
		var failed error
		for st, err := range syntax.NewParser(syntax.Variant(syntax.LangBash)).StmtsSeq(&r) {
			// No break at the error: the parser yields on after it.
			if err != nil && failed == nil {
				failed = err
			}
			if failed == nil && st != nil {
				stmts = append(stmts, st)
			}
		}
		if failed == nil {
			break
		}
		next := errorOffset(text, failed)
		if len(stmts) > from {
			next = max(next, int(stmts[len(stmts)-1].End().Offset()))
		}
		end := bytes.IndexByte(src[min(next, len(src)):], '\n')
		if end < 0 {
			break
		}
		src = blanked(src, next+end)
	}
	if checkLevels(path, &syntax.File{Stmts: stmts}) != nil {
		return nil
	}
	return stmts
}

// blanked is a source without its first n bytes, but with as many lines and bytes.
func blanked(src []byte, n int) []byte {
	out := slices.Clone(src)
	for i := range out[:n] {
		if out[i] != '\n' {
			out[i] = ' '
		}
	}
	return out
}

// errorOffset is where in the text a parser stumbled.
func errorOffset(text string, err error) int {
	var pos syntax.Pos
	var parse syntax.ParseError
	var lang syntax.LangError
	switch {
	case errors.As(err, &parse):
		pos = parse.Pos
	case errors.As(err, &lang):
		pos = lang.Pos
	}
	return min(int(pos.Offset()), len(text))
}

// withoutPlace is the message of an error of the parser.
func withoutPlace(err error) string {
	var parse syntax.ParseError
	var lang syntax.LangError
	switch {
	case errors.As(err, &parse):
		return parse.Text
	case errors.As(err, &lang):
		lang.Filename, lang.Pos = "", syntax.Pos{}
		return strings.TrimPrefix(lang.Error(), "?:?: ")
	}
	text := err.Error()
	if i := strings.Index(text, ": "); i >= 0 {
		return text[i+2:]
	}
	return text
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
