package shell

import (
	"path"
	"strconv"
	"strings"
)

// tool does what a command of another program does where its caller does not say: tools that compute with paths and texts
// do it on what is known here; some print nothing; any other prints the unknown text with its name.
func (s *shell) tool(args []string) int {
	name := path.Base(args[0])
	words := operandsOf(args[1:])
	switch name {
	case "dirname":
		s.each(words, path.Dir)
	case "basename":
		s.basename(args[1:])
	case "realpath", "readlink":
		s.each(words, func(p string) string { return s.real(p) })
	case "cat":
		s.cat(words)
	case "tee":
		s.tee(args[1:])
	case "seq":
		return s.seq(words)
	case "mkdir":
		for _, w := range words {
			if len(s.o.made) < maxFiles {
				s.o.made[absolute(s.dir, w)] = true
			}
		}
	case "which":
		return s.whichAll(words)
	case "rm", "cp", "mv", "touch", "chmod", "chown", "ln", "sleep", "sync", "clear", "reset", "install", "rmdir", "pkill", "killall":
	case "yes":
		s.print(s.o.unknown(name) + "\n")
	default:
		s.print(s.o.unknown(name) + "\n")
	}
	return 0
}

// operandsOf are arguments without options.
func operandsOf(args []string) []string {
	var out []string
	for i, arg := range args {
		if arg == "--" {
			return append(out, args[i+1:]...)
		}
		if len(arg) < 2 || arg[0] != '-' {
			out = append(out, arg)
		}
	}
	return out
}

func (s *shell) each(words []string, f func(string) string) {
	for _, w := range words {
		s.print(f(w) + "\n")
	}
}

// real is a path without links; nobody here knows of any.
func (s *shell) real(p string) string {
	if r := []rune(p); len(r) > 0 && isMark(r[0]) {
		return p
	}
	return absolute(s.dir, p)
}

func (s *shell) basename(args []string) {
	suffix, all := "", false
	var words []string
	for i := 0; i < len(args); i++ {
		switch {
		case args[i] == "-a":
			all = true
		case args[i] == "-s" && i+1 < len(args):
			i++
			suffix, all = args[i], true
		case args[i] == "--":
		default:
			words = append(words, args[i])
		}
	}
	if !all && len(words) > 1 {
		suffix, words = words[1], words[:1]
	}
	s.each(words, func(p string) string {
		base := path.Base(p)
		if cut := strings.TrimSuffix(base, suffix); cut != "" {
			return cut
		}
		return base
	})
}

// cat prints files of the repository, and what it reads.
func (s *shell) cat(words []string) {
	if len(words) == 0 {
		words = []string{"-"}
	}
	for _, w := range words {
		if w == "-" {
			s.print(s.rest("cat"))
			continue
		}
		text, ok := s.o.read(absolute(s.dir, w))
		if !ok {
			text = s.o.unknown("cat") + "\n"
		}
		s.print(text)
	}
}

// rest is all that is left to be read.
func (s *shell) rest(name string) string {
	in := s.stdin()
	if in.unknown {
		return s.o.unknown(name) + "\n"
	}
	if in.text != "" {
		s.o.changes++
	}
	text := in.text
	in.text = ""
	return text
}

func (s *shell) tee(args []string) {
	text := s.rest("tee")
	add := false
	for _, arg := range args {
		if strings.HasPrefix(arg, "-") {
			add = add || strings.Contains(arg, "a")
			continue
		}
		s.write(s.openOutput(arg, add), text)
	}
	s.print(text)
}

// seq prints numbers, a thousand at most.
func (s *shell) seq(words []string) int {
	numbers := []int{1, 1, 1}
	for i, w := range words {
		n, err := strconv.Atoi(w)
		if err != nil || i > 2 {
			s.print(s.o.unknown("seq") + "\n")
			return 0
		}
		switch len(words) {
		case 1:
			numbers[2] = n
		case 2:
			numbers[2*i] = n
		case 3:
			numbers[i] = n
		}
	}
	for n, count := numbers[0], 0; count < maxIterations && numbers[1] != 0; n, count = n+numbers[1], count+1 {
		if numbers[1] > 0 && n > numbers[2] || numbers[1] < 0 && n < numbers[2] {
			break
		}
		s.print(strconv.Itoa(n) + "\n")
	}
	return 0
}
