package shell

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/expand"
)

func (s *shell) echo(args []string) int {
	newline, escapes := "\n", false
	for len(args) > 0 && regexp.MustCompile(`^-[neE]+$`).MatchString(args[0]) {
		if strings.Contains(args[0], "n") {
			newline = ""
		}
		escapes = strings.Contains(args[0], "e") || escapes && !strings.Contains(args[0], "E")
		args = args[1:]
	}
	line := strings.Join(args, " ")
	if escapes {
		line, _, _ = expand.Format(s.config(), strings.ReplaceAll(line, "%", "%%"), nil)
	}
	s.print(line + newline)
	return 0
}

// verb is a verb of a format of printf; its last letter tells which.
var verb = regexp.MustCompile(`%(%|[-+ #0]*([0-9]*|\*)(\.([0-9]*|\*))?(\([^)]*\)T|[a-zA-Z]))`)

func (s *shell) printf(args []string) int {
	into := ""
	if len(args) > 1 && args[0] == "-v" {
		into, args = args[1], args[2:]
	}
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		return 2
	}
	text, err := s.format(args[0], args[1:])
	if into != "" {
		s.setText(into, text)
	} else {
		s.print(text)
	}
	return oneIf(err != nil)
}

// format is what printf prints: the expander's, after %q, %b and times, which it lacks, are done.
func (s *shell) format(format string, args []string) (string, error) {
	for _, m := range verb.FindAllStringSubmatch(format, -1) {
		if len(m[2]) > 4 || len(m[4]) > 4 || strings.Contains(m[0], "*") {
			return "", fmt.Errorf("a width of printf is not simulated")
		}
	}
	var b strings.Builder
	for {
		n := 0
		plain := verb.ReplaceAllStringFunc(format, func(v string) string {
			if v == "%%" {
				return v
			}
			n++
			arg := ""
			if n <= len(args) {
				arg = args[n-1]
			}
			return s.formatted(v, arg)
		})
		text, _, err := expand.Format(s.config(), plain, nil)
		if b.WriteString(text); err != nil {
			return b.String(), err
		}
		if args = args[min(n, len(args)):]; n == 0 || len(args) == 0 || b.Len() > maxValue || !s.o.tick(s, 1) {
			return b.String(), nil
		}
	}
}

// formatted is what a verb gives for an argument, as a format without verbs.
func (s *shell) formatted(v, arg string) string {
	escape := strings.NewReplacer(`\`, `\\`, "%", "%%").Replace
	switch last := v[len(v)-1]; {
	case last == 'T':
		return s.o.unknown("date")
	case isUnknown(arg):
		return escape(arg)
	case last == 'q':
		return escape(backslashed(arg))
	case strings.ContainsRune("eEfFgG", rune(last)):
		n, _ := strconv.ParseFloat(arg, 64)
		return escape(fmt.Sprintf(strings.Replace(v, "F", "f", 1), n))
	case last == 'b':
		return strings.ReplaceAll(arg, "%", "%%")
	}
	text, _, err := expand.Format(s.config(), v, []string{arg})
	if err != nil {
		return escape(arg)
	}
	return escape(text)
}
