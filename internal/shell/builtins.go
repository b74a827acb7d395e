package shell

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/interp"
	"mvdan.cc/sh/v3/syntax"
)

// call looks at each command, its words expanded, before the interpreter runs it: it refuses what shells or the interpreter
// do not do alike, and answers tests and "command -v" itself, for which the interpreter would look at the disk.
func (s *simulation) call(ctx context.Context, args []string) ([]string, error) {
	hc := interp.HandlerCtx(ctx)
	if args[0] == guardCommand {
		return args, nil
	}
	s.last = hc.Pos
	if err := s.withinBounds(hc, args); err != nil {
		return nil, s.deny(hc.Pos, "%w", err)
	}
	if s.script.functions[args[0]] {
		if !s.script.named[hc.Pos] {
			return nil, s.deny(hc.Pos, "function %s is called by an expansion, which is not simulated", args[0])
		}
		return args, nil
	}
	args, err := s.builtin(hc, args)
	if err != nil {
		return nil, s.deny(hc.Pos, "%w", err)
	}
	return args, nil
}

// builtin returns the command to run in place of args.
func (s *simulation) builtin(hc interp.HandlerContext, args []string) ([]string, error) {
	words := args[1:]
	switch name := args[0]; name {
	case ":", "true", "false", "unset":
		return args, nil
	case "[":
		if len(words) == 0 || words[len(words)-1] != "]" {
			return nil, fmt.Errorf("[ without ]")
		}
		return s.test(hc.Dir, words[:len(words)-1])
	case "test":
		return s.test(hc.Dir, words)
	case "command":
		return s.command(hc, args)
	case "exec":
		if len(words) > 0 && strings.HasPrefix(words[0], "-") {
			return nil, fmt.Errorf("exec with options is not simulated")
		}
		s.replacing = len(words) > 0
		return args, nil
	case "shift":
		return shift(args)
	case "return":
		if len(words) == 0 { // the interpreter would return 0
			return []string{name, strconv.Itoa(hc.LastExitStatus)}, nil
		}
		return args, status(name, words)
	case "cd", "pwd":
		if (name == "cd") != (len(words) == 1) || name == "cd" && strings.HasPrefix(words[0], "-") {
			return nil, fmt.Errorf("only cd DIRECTORY and pwd are simulated")
		}
		return args, nil
	default:
		if interp.IsBuiltin(name) {
			return args, operands(name, words)
		}
		return args, nil
	}
}

// test answers a condition by a command with its status.
func (s *simulation) test(dir string, words []string) ([]string, error) {
	is, err := s.condition(dir, words)
	if is {
		return []string{"true"}, err
	}
	return []string{"false"}, err
}

// operands refuses the words of a builtin that shells do not read alike.
func operands(name string, words []string) error {
	switch name {
	case "printf":
		return format(words)
	case "echo":
		for i, word := range words {
			if strings.Contains(word, `\`) || i == 0 && strings.HasPrefix(word, "-") {
				return fmt.Errorf("shells differ on echo %.40q; use printf", word)
			}
		}
		return nil
	case "exit":
		return status(name, words)
	case "break", "continue":
		if len(words) > 1 || len(words) == 1 && !isCount(words[0]) {
			return fmt.Errorf("%s takes the number of loops to leave, not %.200q", name, words)
		}
		return nil
	case "set":
		return options(words)
	case "read":
		if len(words) < 2 || words[0] != "-r" || strings.HasPrefix(words[1], "-") {
			return fmt.Errorf("only read -r NAME... is simulated")
		}
		return nil
	}
	return fmt.Errorf("the builtin %s is not simulated", name)
}

func isCount(word string) bool {
	n, err := strconv.Atoi(word)
	return err == nil && n > 0 && word[0] != '+'
}

func status(name string, words []string) error {
	if len(words) == 0 {
		return nil
	}
	if _, err := strconv.ParseUint(words[0], 10, 8); err != nil || len(words) > 1 {
		return fmt.Errorf("%s takes a number from 0 to 255, not %.200q", name, words)
	}
	return nil
}

func options(words []string) error {
	for _, word := range words {
		switch word {
		case "--":
			return nil
		case "-u", "+u", "-x", "+x", "-f", "+f", "-ux", "-xu":
		default:
			return fmt.Errorf("set %.40q is not simulated; -u, -x, -f and words after -- are", word)
		}
	}
	if len(words) == 0 {
		return fmt.Errorf("set without words prints all variables, which is not simulated")
	}
	return nil
}

// shift checks its operand against the number of arguments, which rewrite added as the last word: past it, some shells
// exit and others go on, with the arguments or without.
func shift(args []string) ([]string, error) {
	count, ok := strings.CutPrefix(args[len(args)-1], shiftMark)
	if !ok || len(args) > 3 {
		return nil, fmt.Errorf("shift is only simulated by its bare name and with up to one operand")
	}
	n, have := 1, 0
	if len(args) == 3 {
		if n = -1; args[1] == "0" || isCount(args[1]) {
			n, _ = strconv.Atoi(args[1])
		}
	}
	if have, _ = strconv.Atoi(count); n < 0 || n > have {
		return nil, fmt.Errorf("shift %.200q of %d arguments, on which shells differ", args[1:len(args)-1], have)
	}
	return args[:len(args)-1], nil
}

// format refuses formats of printf that shells do not print alike.
func format(words []string) error {
	if len(words) == 0 || strings.HasPrefix(words[0], "-") {
		return fmt.Errorf("printf needs a format that does not begin with -")
	}
	for i := 0; i < len(words[0]); i++ {
		c := words[0][i]
		if c != '%' && c != '\\' {
			continue
		}
		i++
		allowed := "s%"
		if c == '\\' {
			allowed = `\abfnrtv`
		}
		if i == len(words[0]) || strings.IndexByte(allowed, words[0][i]) < 0 {
			return fmt.Errorf(`the format %.40q of printf is not simulated; %%s, %%%% and \\ \a \b \f \n \r \t \v are`, words[0])
		}
	}
	if len(words[0])*len(words) > maxArguments {
		return fmt.Errorf("printf would print more than %d bytes", maxArguments)
	}
	return nil
}

// command answers "command -v NAME". Run by way of command, a builtin would not pass through [simulation.call].
func (s *simulation) command(hc interp.HandlerContext, args []string) ([]string, error) {
	if len(args) == 2 && !interp.IsBuiltin(args[1]) && !strings.HasPrefix(args[1], "-") || len(args) > 2 && args[1] != "-v" &&
		!interp.IsBuiltin(args[1]) && !strings.HasPrefix(args[1], "-") {
		return args, nil
	}
	if len(args) != 3 || args[1] != "-v" || strings.HasPrefix(args[2], "-") {
		return nil, fmt.Errorf("only command -v NAME and command NAME with no builtin are simulated")
	}
	name := args[2]
	if s.script.functions[name] || interp.IsBuiltin(name) || syntax.IsKeyword(name) {
		return nil, fmt.Errorf("command -v %s asks for no command on PATH, which is not simulated", name)
	}
	if code := s.found(hc.Dir, name, false); code != 0 {
		return []string{"false"}, nil
	}
	if _, discarded := hc.Stdout.(null); !discarded && !strings.Contains(name, "/") {
		return nil, fmt.Errorf("the path that command -v %s prints is not known; send it to /dev/null", name)
	}
	return []string{"printf", "%s\n", name}, nil
}
