package shell

import (
	"fmt"
	"strconv"
	"strings"
)

// condition evaluates the operands of test as POSIX does, by their number. The interpreter goes by what they look like and
// stumbles over a "!" or "(" that is a value. An error means that shells differ on it.
func (s *simulation) condition(dir string, words []string) (bool, error) {
	switch {
	case len(words) == 0:
		return false, nil
	case len(words) == 1:
		return words[0] != "", nil
	case len(words) == 3 && isBinary(words[1]):
		return binary(words[0], words[1], words[2])
	case words[0] == "!" && len(words) <= 4:
		is, err := s.condition(dir, words[1:])
		return !is, err
	case len(words) == 2:
		return s.unary(dir, words[0], words[1])
	}
	return false, fmt.Errorf("shells differ on a test of %.200q; use tests of up to three words, with && and || between them", words)
}

func isBinary(op string) bool {
	switch op {
	case "=", "!=", "-eq", "-ne", "-lt", "-le", "-gt", "-ge":
		return true
	}
	return false
}

func binary(left, op, right string) (bool, error) {
	switch op {
	case "=":
		return left == right, nil
	case "!=":
		return left != right, nil
	}
	a, err := number(left)
	if err != nil {
		return false, err
	}
	b, err := number(right)
	if err != nil {
		return false, err
	}
	switch op {
	case "-eq":
		return a == b, nil
	case "-ne":
		return a != b, nil
	case "-lt":
		return a < b, nil
	case "-le":
		return a <= b, nil
	case "-gt":
		return a > b, nil
	}
	return a >= b, nil
}

// number reads an operand of -gt and its like. Above nine digits some shells overflow, with zeros in front some read it
// as octal, and blanks around it only some allow.
func number(s string) (int, error) {
	digits := strings.TrimPrefix(s, "-")
	n, err := strconv.ParseUint(digits, 10, 30)
	if err != nil || len(digits) > 1 && digits[0] == '0' {
		return 0, fmt.Errorf("shells differ on comparing %.40q as a number; use up to nine digits without zeros in front", s)
	}
	if digits != s {
		return -int(n), nil
	}
	return int(n), nil
}

// unary evaluates a test of one operand. The world's terminal is no terminal, and all its files can be read and have
// something in them.
func (s *simulation) unary(dir, op, word string) (bool, error) {
	switch op {
	case "-n":
		return word != "", nil
	case "-z":
		return word == "", nil
	case "-t":
		return false, nil
	case "-e", "-f", "-d", "-h", "-L", "-r", "-x", "-s":
	default:
		return false, fmt.Errorf("the test %q is not simulated", op)
	}
	kind, ok := s.kind(dir, word)
	switch op {
	case "-f":
		ok = ok && kind != Directory
	case "-d":
		ok = ok && kind == Directory
	case "-h", "-L":
		ok = ok && kind == Symlink
	case "-x":
		ok = ok && kind != Regular
	}
	return ok, nil
}
