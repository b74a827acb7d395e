package policy

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/parser"
	"cuelang.org/go/cue/token"

	"policygen/internal/finding"
)

// A file is one source of a policy as a syntax tree. The tree of a file that is not CUE is incomplete.
type file struct {
	Source
	tree *ast.File
}

// position returns where a token stands, the zero Position where CUE does not know.
func position(p token.Pos) finding.Position {
	if !p.IsValid() {
		return finding.Position{}
	}
	at := p.Position()
	return finding.Position{File: at.Filename, Line: at.Line, Column: at.Column}
}

// parse reads the sources. Where findings come with the files, the trees are good for reading the gate only.
func parse(sources []Source) ([]file, finding.List) {
	var files []file
	var found finding.List
	size, references := 0, 0
	for _, s := range sources {
		if size += len(s.Text); size > maxSize {
			found = append(found, finding.Finding{
				Position: finding.Position{File: s.Name}, Code: codeLimit,
				Message: fmt.Sprintf("the policy is larger than %d bytes", maxSize),
			})
			break
		}
		f, problems := parseFile(s, &references)
		files = append(files, f)
		found = append(found, problems...)
	}
	return files, found
}

// parseFile reads one source and adds to the number of references.
func parseFile(s Source, references *int) (file, finding.List) {
	f := file{Source: s, tree: &ast.File{Filename: s.Name}}
	if at, what := notText(s.Text); what != "" {
		return f, finding.List{{
			Position: f.at(at), Code: codeSyntax, Message: "this is not text: " + what,
			Help: "a policy is CUE in UTF-8",
		}}
	}
	g := measure(s, *references)
	if *references = g.references; g.over != "" {
		return f, finding.List{{Position: f.at(g.at), Code: codeLimit, Message: g.over}}
	}
	tree, err := parser.ParseFile(s.Name, s.Text, parser.AllErrors)
	if tree != nil {
		f.tree = tree
		onePackage(tree)
	}
	if err != nil {
		return f, syntaxFindings(f, err)
	}
	if len(fieldsAndEmbeds(tree.Decls)) == 0 {
		return f, finding.List{{
			Position: finding.Position{File: s.Name}, Code: codeSyntax, Message: "the file says nothing",
			Help: `a policy starts with policygen: ">=0.1" and policy: {...}`,
		}}
	}
	return f, refusals(tree)
}

// at returns the position of a byte of the file.
func (f file) at(offset int) finding.Position {
	before := f.Text[:offset]
	return finding.Position{
		File: f.Name, Line: 1 + bytes.Count(before, []byte("\n")), Column: offset - bytes.LastIndexByte(before, '\n'),
	}
}

// notText returns what keeps the bytes from being text, and where.
func notText(text []byte) (offset int, what string) {
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRune(text[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			return i, fmt.Sprintf("byte 0x%02x is not UTF-8", text[i])
		case r == 0:
			return i, "it holds a NUL byte"
		}
		i += n
	}
	return 0, ""
}

// fieldsAndEmbeds returns the declarations that say something.
func fieldsAndEmbeds(decls []ast.Decl) []ast.Decl {
	var all []ast.Decl
	for _, d := range decls {
		switch d.(type) {
		case *ast.Field, *ast.EmbedDecl, *ast.Comprehension, *ast.LetClause, *ast.Attribute:
			all = append(all, d)
		}
	}
	return all
}

// syntaxFindings turns the parser's errors into findings, one for each line: what follows the first is noise.
func syntaxFindings(f file, err error) finding.List {
	var found finding.List
	lines := map[int]bool{}
	for _, e := range errors.Errors(err) {
		at := position(e.Position())
		if !at.IsValid() {
			at = finding.Position{File: f.Name}
		}
		if lines[at.Line] {
			continue
		}
		lines[at.Line] = true
		found = append(found, finding.Finding{
			Position: at, Code: codeSyntax, Message: syntaxWords(e.Error()), Help: syntaxHelp(f, at.Line),
			Related: f.openedAt(e.Error()),
		})
	}
	return found
}

// syntaxPhrases says the parser's messages from the author's side. Others stay as they are.
var syntaxPhrases = [...]struct{ parser, words string }{
	{`^expected operand, found 'EOF'$`, `a value is missing at the end of the file`},
	{`^expected operand, found (newline|',')$`, `a value is missing here`},
	{`^expected operand, found '?(.*?)'?$`, `a value is missing before "$1"`},
	{`^missing ',' in struct literal$`, `a new line or a comma is missing between two fields`},
	{`^missing ',' .*$`, `a comma is missing here`},
	{`^expected '(.)', found 'EOF'$`, `"$1" is missing at the end of the file`},
	{`^expected 'EOF', found '(.*)'$`, `"$1" closes nothing that is open`},
	{`^expected label or ':', found .*$`, `what stands before this is no field: a field is a name, a colon and a value`},
	{`^string literal not terminated$`, `the text that starts here has no closing quote`},
	{`^illegal character (U\+[0-9A-F]+).*$`, `the character $1 has no meaning here`},
	{`^expected '(.*)', found '?(.*?)'?$`, `"$1" is missing before "$2"`},
}

func syntaxWords(message string) string {
	for _, p := range syntaxPhrases {
		if re := regexp.MustCompile(p.parser); re.MatchString(message) {
			return re.ReplaceAllString(message, p.words)
		}
	}
	return strings.ToLower(message[:1]) + message[1:]
}

// syntaxHelp recognises a few other languages by the line that the parser stumbled over.
func syntaxHelp(f file, line int) string {
	lines := bytes.Split(f.Text, []byte("\n"))
	if line < 1 || line > len(lines) {
		return ""
	}
	text := string(bytes.TrimSpace(lines[line-1]))
	switch {
	case bytes.HasPrefix(f.Text, []byte("---")), strings.HasPrefix(text, "- "):
		return "this looks like YAML; a policy is CUE: braces around blocks, quotes around text"
	case strings.HasPrefix(text, "[") && strings.HasSuffix(text, "]"), regexp.MustCompile(`^[\w-]+ *= *\S`).MatchString(text):
		return "this looks like TOML; a policy is CUE: a colon after each name"
	}
	return ""
}
