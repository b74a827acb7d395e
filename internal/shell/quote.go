package shell

import (
	"fmt"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// Quote returns s as one word of a shell script, in a form that every POSIX shell reads back as s wherever a word of a
// simple command may stand: bare where nothing in it could be special, else in single quotes, with \' between them for a
// single quote. A string with NUL is an error, since no argument of a process can hold it.
//
// A byte sequence that is not UTF-8 is kept as it is. yash refuses to read a script with one, and so does [Parse].
func Quote(s string) (string, error) {
	if i := strings.IndexByte(s, 0); i >= 0 {
		return "", fmt.Errorf("%.40q has NUL at byte %d, which no shell word can hold", s, i)
	}
	if isBare(s) {
		return s, nil
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'", nil
}

// isBare reports whether no shell sees more in s than its letters. At the start of a word "=" is an expansion in zsh and
// "%" a job; NAME=VALUE may be an assignment.
func isBare(s string) bool {
	const safe = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./:,@+%="
	for i := range len(s) {
		if strings.IndexByte(safe, s[i]) < 0 {
			return false
		}
	}
	if s == "" || s[0] == '=' || s[0] == '%' || isReserved(s) {
		return false
	}
	name, _, assigns := strings.Cut(s, "=")
	return !assigns || !syntax.ValidName(strings.TrimSuffix(name, "+"))
}

// isReserved reports whether some shell reads s as grammar at the start of a command. Reserved words with a special
// character in them, such as "[[" and "!", are never bare anyway.
func isReserved(s string) bool {
	switch s {
	case "if", "then", "elif", "else", "fi", "do", "done", "case", "esac", "while", "until", "for", "in",
		"function", "select", "time", "coproc", // Bash, ksh93, mksh, yash, zsh
		"namespace",                             // ksh93
		"repeat", "foreach", "end", "nocorrect", // zsh
		"-": // zsh: a modifier of the command that follows
		return true
	}
	return false
}
