package source

import (
	"strings"
	"unicode/utf8"

	"policygen/internal/finding"
)

// A Python is what this package reads of Python source: its texts, and the calls and displays that are made of them.
type Python struct {
	Strings  []*PythonString
	Comments []Text // runs of consecutive lines, and each comment behind code; as Comments has them
	Groups   []*PythonGroup
	Added    []PythonSum // what statements add to by "+="
	Defs     []int       // the lines of functions, in order
}

// A PythonSum is a statement that adds to a name.
type PythonSum struct {
	To   string
	Line int
}

// A PythonString is a string literal, or several side by side, which Python joins.
type PythonString struct {
	Parts []PythonPart
	Doc   bool             // a statement of its own, such as a docstring
	Pos   finding.Position // of its prefix or quote
	End   finding.Position // just behind its last quote
}

// A PythonPart is a piece of a string: decoded text, or the expression between the braces of an f-string.
type PythonPart struct {
	Text  Text
	Field bool
}

// Text returns the string with what each field stands for according to unknown, which gets its expression. It may be nil for
// a string without fields.
func (s *PythonString) Text(unknown func(expression string) string) Text {
	parts := make([]Text, len(s.Parts))
	for i, p := range s.Parts {
		parts[i] = p.Text
		if p.Field {
			parts[i] = Literal(unknown(p.Text.String()), p.Text)
		}
	}
	return JoinTexts(parts...)
}

// Literal reports whether the string has no fields.
func (s *PythonString) Literal() bool {
	for _, p := range s.Parts {
		if p.Field {
			return false
		}
	}
	return true
}

// A PythonKind says what a PythonGroup is.
type PythonKind int

// The kinds of groups.
const (
	PythonCall PythonKind = iota
	PythonList
	PythonTuple
	PythonBraces // a dict or a set
)

// A PythonGroup is what stands between two brackets.
type PythonGroup struct {
	Kind PythonKind
	Name string // of a call: "subprocess.run"; ".run" where no name is before the dot, "" where none is before the bracket
	To   string // the name that a display is assigned or added to by the statement that it is the value of, or that it is an argument by
	In   string // the name of the call whose first argument it begins
	More bool   // "+" follows it
	Args []PythonArg
	Pos  finding.Position // of the bracket, of a call with a name of that
	End  finding.Position // just behind the closing bracket, or where the text ends without one
}

// A PythonArg is an argument of a call or an element of a display. It is a string, a group, or an expression of another kind.
type PythonArg struct {
	Name   string        // of a keyword argument, or the key of a dict where that is a string without fields; "*" and "**" for what is unpacked
	String *PythonString // nil unless it is a string alone
	Group  *PythonGroup  // nil unless it is a call or a display alone
	Text   Text          // its source, without its name
}

// ReadPython reads Python source without parsing it: it finds tokens, brackets and what is between their commas, so that it takes
// broken source too. Groups are in the order in which they end, parentheses around one expression are none, and neither are
// subscripts and the parameters of definitions.
func ReadPython(file string, content []byte) Python { return NewText(file, content).Python() }

// Python is ReadPython for a text that may be part of a file, such as a script in a script.
func (t Text) Python() Python {
	r := pythonReader{text: t, s: t.value}
	r.stack = []*pythonFrame{{}}
	for r.at < len(r.s) {
		r.token()
	}
	r.endStatement()
	for len(r.stack) > 1 {
		r.close()
	}
	r.endComments()
	return r.Python
}

// A pythonReader reads one token after the other.
type pythonReader struct {
	Python
	text      Text
	s         string
	at        int
	stack     []*pythonFrame // the first one is the statement
	closed    *PythonGroup   // the last one that ended
	closedAt  int
	chain     string // the dotted name that ends here
	chainAt   int
	operand   bool // a value ends here, so that a bracket calls or subscripts it
	define    bool // the last word was def or class
	string    *PythonString
	compound  bool // it began with a word that has a colon behind it
	comments  *builder
	commentAt int // where the next line of the comments would be
}

// A pythonFrame is a bracket that is open, and the argument that is being read there.
type pythonFrame struct {
	group  *PythonGroup
	hidden bool // a subscript or parameters
	comma  bool
	target bool // within the names of a "for" or "lambda", whose commas separate no arguments
	arg    PythonArg
	start  int // of the argument
	end    int
	parts  int // how many values and operators are in it
}

// token reads the token that begins here.
func (r *pythonReader) token() {
	switch c := r.s[r.at]; {
	case c == '\n':
		r.at++
		if len(r.stack) == 1 {
			r.endStatement()
		}
	case c == ' ' || c == '\t' || c == '\f' || c == '\r':
		r.at++
	case c == '\\':
		r.at += 1 + len(lineBreak(r.s[r.at+1:]))
	case c == '#':
		r.comment()
	case c == '"' || c == '\'':
		r.literal("")
	case isWord(c):
		r.word()
	case strings.IndexByte("([{", c) >= 0:
		r.open(c)
	case strings.IndexByte(")]}", c) >= 0:
		r.at++
		if len(r.stack) > 1 {
			r.close()
		}
	default:
		r.operator(c)
	}
}

func (r *pythonReader) endStatement() {
	top := r.stack[0]
	if len(r.stack) == 1 && top.arg.String != nil && top.parts == 1 {
		top.arg.String.Doc = true
	}
	*top = pythonFrame{}
	r.compound, r.string = false, nil
	r.noValue()
}

func (r *pythonReader) noValue() { r.chain, r.operand, r.define = "", false, false }

// part notes that a piece of an argument stands between two places.
func (r *pythonReader) part(start, end int) *pythonFrame {
	top := r.stack[len(r.stack)-1]
	if top.parts == 0 {
		top.start = start
	}
	top.parts++
	top.end = end
	return top
}

func (r *pythonReader) word() {
	start := r.at
	for r.at < len(r.s) && isWord(r.s[r.at]) {
		r.at++
	}
	word := r.s[start:r.at]
	if r.at < len(r.s) && (r.s[r.at] == '"' || r.s[r.at] == '\'') && len(word) <= 2 && strings.Trim(word, "rRbBuUfFtT") == "" {
		r.at = start
		r.literal(word)
		return
	}
	top := r.part(start, r.at)
	r.string = nil
	if strings.Contains(pythonKeywords, " "+word+" ") {
		r.keyword(word, top)
		return
	}
	if !strings.HasSuffix(r.chain, ".") {
		r.chain, r.chainAt = "", start
	}
	if word[0] >= '0' && word[0] <= '9' {
		r.chain = ""
	} else if len(r.chain) < 200 { // a longer one is no name that anybody looks for
		r.chain += word
	}
	r.operand = true
}

const (
	pythonKeywords = " False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal " +
		"not or pass raise return try while with yield "
	pythonCompound = " async class def elif else except finally for if try while with "
)

func (r *pythonReader) keyword(word string, top *pythonFrame) {
	r.compound = r.compound || len(r.stack) == 1 && top.parts == 1 && strings.Contains(pythonCompound, " "+word+" ")
	r.noValue()
	top.target = word == "for" || word == "lambda" || top.target && word != "in"
	if r.define = word == "def" || word == "class"; word == "def" {
		r.Defs = append(r.Defs, r.text.At(r.at).Line)
	}
	r.operand = word == "None" || word == "True" || word == "False"
}

func (r *pythonReader) operator(c byte) {
	start := r.at
	r.at++
	for r.at < len(r.s) && strings.IndexByte("=*<>!+", c) >= 0 && (r.s[r.at] == '=' || r.s[r.at] == c && c != '+') {
		r.at++
	}
	r.string = nil
	op := r.s[start:r.at]
	if op == "+" && r.closed != nil && strings.TrimSpace(r.s[r.closedAt:start]) == "" {
		r.closed.More = true
	}
	top := r.stack[len(r.stack)-1]
	if op == "+=" && len(r.stack) == 1 && r.chain != "" {
		r.Added = append(r.Added, PythonSum{r.chain[strings.LastIndexByte(r.chain, '.')+1:], r.text.At(start).Line})
	}
	switch {
	case c == '.':
		r.part(start, r.at)
		r.dot(start)
		return
	case len(r.stack) == 1 && (c == ';' || c == ':' && r.compound):
		r.endStatement()
		return
	case len(r.stack) == 1:
		r.part(start, r.at)
	case top.target:
		r.part(start, r.at)
		top.target = c != ':'
	case c == ',':
		r.endArgument(top)
		top.comma = true
	case op == "=" && top.parts == 1 && top.group.Kind == PythonCall && r.chain != "":
		top.arg, top.parts = PythonArg{Name: r.chain}, 0
	case c == ':' && top.parts > 0 && top.group.Kind == PythonBraces && top.arg.Name == "":
		key, alone := top.arg.String, top.parts == 1
		top.arg, top.parts = PythonArg{}, 0
		if key != nil && alone && key.Literal() {
			top.arg.Name = key.Text(nil).String()
		}
	case (op == "*" || op == "**") && top.parts == 0 && top.arg.Name == "":
		top.arg.Name = op
	default:
		r.part(start, r.at)
	}
	r.noValue()
}

// dot goes on with a name, or begins one behind another value.
func (r *pythonReader) dot(at int) {
	if r.chain == "" {
		r.chainAt = at
	}
	if len(r.chain) < 200 {
		r.chain += "."
	}
	r.operand = false
}

// maxPythonNesting is how many brackets Python itself reads inside of each other (MAXLEVEL of its tokenizer).
const maxPythonNesting = 200

// open begins a group. Nothing is read from where Python would give up.
func (r *pythonReader) open(c byte) {
	if len(r.stack) > maxPythonNesting {
		r.at = r.text.Len()
		return
	}
	g := &PythonGroup{Pos: r.text.At(r.at)}
	f := &pythonFrame{group: g, hidden: r.operand && (c == '[' || c == '{' || r.define), start: r.at}
	at := r.at
	switch {
	case c == '[':
		g.Kind = PythonList
	case c == '{':
		g.Kind = PythonBraces
	case !r.operand:
		g.Kind = PythonTuple
	default:
		g.Name = r.chain
		if r.chain != "" {
			g.Pos, at = r.text.At(r.chainAt), r.chainAt
		}
	}
	// A call is an argument alone if nothing but its name is before it, a display if nothing is.
	top := r.stack[len(r.stack)-1]
	alone := top.parts == 0 || g.Kind == PythonCall && top.start == at
	if top.parts == 0 {
		top.start = at
		if top.group != nil && top.group.Kind == PythonCall && len(top.group.Args) == 0 {
			g.In = top.group.Name
		}
	}
	top.parts++
	if alone && !f.hidden {
		top.parts = 1
		top.arg.Group, top.arg.String = g, nil
		g.To = top.arg.Name
	} else if len(r.stack) == 1 {
		g.To = assignedTo(r.s[top.start:at])
	}
	r.stack = append(r.stack, f)
	r.string = nil
	r.noValue()
	r.at++
}

// assignedTo returns the name before the sign in the beginning of an assignment; "" for any other.
func assignedTo(beginning string) string {
	name, ok := strings.CutSuffix(strings.TrimRight(beginning, " \t"), "=")
	if !ok {
		return ""
	}
	name, _, _ = strings.Cut(strings.TrimRight(name, " \t+"), ":")
	if name = strings.TrimSpace(name); name == "" || strings.ContainsFunc(name, func(c rune) bool { return c >= utf8.RuneSelf || !isWord(byte(c)) && c != '.' }) {
		return ""
	}
	return name[strings.LastIndexByte(name, '.')+1:]
}

// close ends the last group.
func (r *pythonReader) close() {
	f := r.stack[len(r.stack)-1]
	if f.parts > 0 {
		r.endArgument(f)
	}
	f.group.End = r.text.At(r.at)
	r.closed, r.closedAt = f.group, r.at
	r.stack = r.stack[:len(r.stack)-1]
	top := r.stack[len(r.stack)-1]
	top.end = r.at
	switch {
	case f.group.Kind == PythonTuple && len(f.group.Args) == 1 && !f.comma:
		if top.arg.Group == f.group {
			top.arg.Group, top.arg.String = f.group.Args[0].Group, f.group.Args[0].String
		}
	case !f.hidden:
		r.Groups = append(r.Groups, f.group)
	}
	r.string = nil
	r.noValue()
	r.operand = true
}

// endArgument adds the argument that was read to its group.
func (r *pythonReader) endArgument(f *pythonFrame) {
	if f.parts > 0 {
		if f.parts > 1 {
			f.arg.String, f.arg.Group = nil, nil
		}
		f.arg.Text = r.text.Slice(f.start, f.end)
		f.group.Args = append(f.group.Args, f.arg)
	}
	f.arg, f.parts = PythonArg{}, 0
}
