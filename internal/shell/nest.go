package shell

import (
	"bytes"
	"fmt"
	"runtime"

	"mvdan.cc/sh/v3/syntax"
)

// Bounds on how deep a script nests, since the parser and all that walks over its tree are recursive, and the end of a
// stack is the end of the process. What people and policygen write nests less than 50 deep.
const (
	maxFrames = 10_000 // on the stack while the parser reads; a bracket takes four to ten
	maxLevels = 10_000 // of the tree; the parser makes chains such as a && b && c deep without recursion
)

// parse parses a script that may nest as deep as it likes: what is too deep is an error that begins with its place.
func parse(name string, src []byte, options ...syntax.ParserOption) (*syntax.File, error) {
	r := nestReader{name: name, src: src}
	file, err := syntax.NewParser(options...).Parse(&r, name)
	if err != nil {
		return nil, err
	}
	return file, checkLevels(name, file)
}

// A nestReader is a source that ends with an error once it is read from too deep a stack: the parser reads from within
// its recursion, a kilobyte at a time. Unlike a count of brackets that knows what is quoted as the parser does.
type nestReader struct {
	name   string
	src    []byte
	offset int
}

// Read reads into p.
func (r *nestReader) Read(p []byte) (int, error) {
	if runtime.Callers(maxFrames, make([]uintptr, 1)) > 0 {
		return 0, tooDeep(positionAt(r.name, r.src, r.offset))
	}
	n, err := bytes.NewReader(r.src[r.offset:]).Read(p)
	r.offset += n
	return n, err
}

// checkLevels refuses a tree that is too deep to be walked over without care.
func checkLevels(name string, file *syntax.File) error {
	var err error
	level := 0
	syntax.Walk(file, func(n syntax.Node) bool {
		if n == nil {
			level--
			return true
		}
		if level == maxLevels && err == nil {
			s := Script{name: name}
			err = tooDeep(s.position(n.Pos()))
		}
		if err != nil {
			return false
		}
		level++
		return true
	})
	return err
}

func tooDeep(place fmt.Stringer) error {
	return fmt.Errorf("%s: this is nested too deep to be parsed", place)
}
