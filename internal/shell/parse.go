package shell

import (
	"bytes"
	"fmt"

	"mvdan.cc/sh/v3/syntax"

	"policygen/internal/finding"
)

// maxSource is how many bytes a script may have. A policy may have one MiB, and its values stand in a script several times.
const maxSource = 16 << 20

// A Script is a parsed script, to be run any number of times, from several goroutines too.
type Script struct {
	name      string
	file      *syntax.File
	functions map[string]bool
	named     map[syntax.Pos]bool  // the commands whose first word is the bare name of a function
	guards    map[syntax.Pos]guard // by the place of the statement they stand before
}

// Parse parses a script that must be valid in POSIX shells and in Bash, mean the same in both, and keep to what can be
// simulated (see the package comment). The error begins with file:line:col, the file being name.
func Parse(name string, src []byte) (*Script, error) {
	if err := checkSource(name, src); err != nil {
		return nil, err
	}
	if _, err := parse(name, src, syntax.Variant(syntax.LangPOSIX)); err != nil {
		return nil, err
	}
	file, err := parse(name, src, syntax.Variant(syntax.LangBash))
	if err != nil {
		return nil, err
	}
	s := &Script{name: name, file: file, functions: functions(file)}
	if err := s.vet(); err != nil {
		return nil, err
	}
	s.rewrite()
	return s, nil
}

// checkSource refuses what is not to reach the parser.
func checkSource(name string, src []byte) error {
	if len(src) > maxSource {
		return fmt.Errorf("%s: %d bytes are more than the %d of the longest script that is parsed", name, len(src), maxSource)
	}
	if i := bytes.IndexByte(src, 0); i >= 0 {
		return fmt.Errorf("%s: a script can't hold NUL", positionAt(name, src, i))
	}
	return nil
}

func positionAt(name string, src []byte, offset int) finding.Position {
	before := src[:offset]
	return finding.Position{File: name, Line: 1 + bytes.Count(before, []byte("\n")), Column: offset - bytes.LastIndexByte(before, '\n')}
}

// Format prints a script in the form of shfmt with its default flags, comments kept; what it prints it leaves as it is.
// A script that is not valid Bash is an error that begins with file:line:col, the file being name.
func Format(name string, src []byte) ([]byte, error) {
	if err := checkSource(name, src); err != nil {
		return nil, err
	}
	file, err := parse(name, src, syntax.KeepComments(true), syntax.Variant(syntax.LangBash))
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := syntax.NewPrinter().Print(&out, file); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// refuse is the error for something at a place that the package does not simulate.
func (s *Script) refuse(pos syntax.Pos, format string, args ...any) error {
	return fmt.Errorf("%s: %w", s.position(pos), fmt.Errorf(format, args...))
}

func (s *Script) position(pos syntax.Pos) finding.Position {
	return finding.Position{File: s.name, Line: int(pos.Line()), Column: int(pos.Col())}
}
