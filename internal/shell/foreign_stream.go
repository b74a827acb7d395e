package shell

import (
	"maps"
	"path"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// A stream is what a descriptor leads to.
type stream struct {
	in  *input
	out *output
}

func cloneStreams(fds map[int]stream) map[int]stream { return maps.Clone(fds) }

// An input is a text that is read once. Where nobody knows it, one unknown line is read from it.
type input struct {
	text    string
	unknown bool
	reads   int
}

// take removes and returns the text up to and with a delimiter, and whether the delimiter was there.
func (in *input) take(delim string) (string, bool) {
	if i := strings.Index(in.text, delim); i >= 0 && delim != "" {
		line := in.text[:i]
		in.text = in.text[i+len(delim):]
		return line, true
	}
	line := in.text
	in.text = ""
	return line, false
}

// An output keeps what is written to it, up to a limit.
type output struct {
	text  strings.Builder
	limit int
	null  bool
	path  string // of a file
}

// texts are the texts of files.
func texts(files map[string]*output) map[string]string {
	all := make(map[string]string, len(files))
	for name, file := range files {
		all[name] = file.text.String()
	}
	return all
}

// WriteString drops what is over the limit.
func (o *output) WriteString(text string) {
	if o == nil || o.null {
		return
	}
	o.text.WriteString(text[:min(len(text), max(0, o.limit-o.text.Len()))])
}

func (s *shell) print(text string) { s.write(s.fds[1].out, text) }

// write writes to a stream, and notes what a file gets only under a condition.
func (s *shell) write(out *output, text string) {
	out.WriteString(text)
	if out != nil && out.path != "" && s.guards > 0 {
		s.o.underCondition(out.path).WriteString(text)
	}
}

// underCondition is what a file gets only under a condition.
func (o *observer) underCondition(name string) *output {
	out, ok := o.guarded[name]
	if !ok && len(o.guarded) >= maxFiles {
		return o.discard()
	}
	if !ok {
		out = &output{limit: o.setting.Output / 4}
		o.guarded[name] = out
	}
	return out
}

func (s *shell) stdin() *input {
	if in := s.fds[0].in; in != nil {
		return in
	}
	return &input{}
}

// redirect does a redirection and reports whether it could be done.
func (s *shell) redirect(r *syntax.Redirect) bool {
	fd, ok := s.descriptor(r)
	if !ok {
		return true
	}
	switch r.Op {
	case syntax.Hdoc, syntax.DashHdoc:
		s.fds[fd] = stream{in: &input{text: s.hereDocument(r)}}
		return true
	case syntax.WordHdoc:
		s.fds[fd] = stream{in: &input{text: s.literal(r.Word) + "\n"}}
		return true
	}
	target := s.literal(r.Word)
	if s.ends {
		return false
	}
	switch r.Op {
	case syntax.DplIn, syntax.DplOut:
		return s.duplicate(fd, target, r.Op)
	case syntax.RdrIn, syntax.RdrInOut:
		return s.openInput(fd, target)
	case syntax.RdrAll, syntax.AppAll:
		out := s.openOutput(target, r.Op == syntax.AppAll)
		s.fds[1], s.fds[2] = stream{out: out}, stream{out: out}
	default:
		s.fds[fd] = stream{out: s.openOutput(target, r.Op == syntax.AppOut)}
	}
	return true
}

// descriptor is the number that a redirection is for; {name}> gives the variable a number.
func (s *shell) descriptor(r *syntax.Redirect) (int, bool) {
	if r.N == nil {
		switch r.Op {
		case syntax.RdrIn, syntax.RdrInOut, syntax.DplIn, syntax.Hdoc, syntax.DashHdoc, syntax.WordHdoc:
			return 0, true
		}
		return 1, true
	}
	if n, err := strconv.Atoi(r.N.Value); err == nil {
		return n, n >= 0 && n < 1024
	}
	s.setText(strings.Trim(r.N.Value, "{}"), "10")
	return 10, true
}

func (s *shell) hereDocument(r *syntax.Redirect) string {
	if r.Hdoc == nil {
		return ""
	}
	text := r.Hdoc.Lit()
	if text == "" || !isQuoted(r.Word) {
		text = s.document(r.Hdoc)
	}
	if r.Op != syntax.DashHdoc {
		return text
	}
	lines := strings.SplitAfter(text, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimLeft(line, "\t")
	}
	return strings.Join(lines, "")
}

// isQuoted reports whether the delimiter of a here-document is quoted.
func isQuoted(w *syntax.Word) bool {
	for _, part := range w.Parts {
		if lit, ok := part.(*syntax.Lit); !ok || strings.Contains(lit.Value, `\`) {
			return true
		}
	}
	return false
}

func (s *shell) duplicate(fd int, target string, op syntax.RedirOperator) bool {
	if target == "-" {
		delete(s.fds, fd)
		return true
	}
	n, err := strconv.Atoi(strings.TrimSuffix(target, "-"))
	if err != nil {
		if op == syntax.DplOut { // >&file
			out := s.openOutput(target, false)
			s.fds[1], s.fds[2] = stream{out: out}, stream{out: out}
		} else {
			s.fds[fd] = stream{in: &input{unknown: true}}
		}
		return true
	}
	from, ok := s.fds[n]
	if !ok {
		from = stream{in: &input{unknown: true}, out: s.o.discard()}
	}
	s.fds[fd] = from
	return true
}

func (s *shell) openInput(fd int, name string) bool {
	full := absolute(s.dir, name)
	switch {
	case full == "/dev/null" || full == "/dev/zero":
		s.fds[fd] = stream{in: &input{}}
		return true
	case full == "/dev/stdin" || full == "/dev/fd/0":
		return true
	}
	if text, ok := s.o.read(full); ok {
		s.fds[fd] = stream{in: &input{text: text}}
		return true
	}
	if _, inTree := s.o.inTree(full); inTree && !isUnknown(full) {
		if kind, ok := s.o.stat(full); !ok || kind == Directory {
			return false
		}
	}
	s.fds[fd] = stream{in: &input{unknown: true}}
	return true
}

// openOutput is a file for writing; nothing but the memory of the observation is written to.
func (s *shell) openOutput(name string, add bool) *output {
	full := absolute(s.dir, name)
	switch full {
	case "/dev/null":
		return s.o.discard()
	case "/dev/stdout", "/dev/fd/1":
		return s.fds[1].out
	case "/dev/stderr", "/dev/fd/2", "/dev/tty":
		return s.fds[2].out
	}
	full = path.Clean(full)
	if !s.o.certain {
		return s.o.underCondition(full)
	}
	file, ok := s.o.files[full]
	if !ok && len(s.o.files) >= maxFiles {
		return s.o.discard()
	}
	if !ok || !add && !file.null {
		file = &output{limit: s.o.setting.Output / 4, path: full}
		if text, found := s.o.read(full); found && add {
			file.WriteString(text)
		}
		s.o.files[full] = file
	}
	return file
}

// maxFiles is how many files a script may write.
const maxFiles = 100
