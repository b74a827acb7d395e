package shell

import (
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/expand"
)

// A reading is the options of read and mapfile.
type reading struct {
	raw, trim bool
	array     string
	delim     string
	fd        int
	names     []string
}

func readOptions(args []string, mapfile bool) reading {
	r := reading{delim: "\n"}
	for i := 0; i < len(args); i++ {
		arg := args[i]
		if arg == "--" {
			r.names = append(r.names, args[i+1:]...)
			break
		}
		if len(arg) < 2 || arg[0] != '-' {
			r.names = append(r.names, arg)
			continue
		}
		for j := 1; j < len(arg); j++ {
			c := arg[j]
			switch {
			case c == 'r':
				r.raw = true
				continue
			case c == 't' && mapfile:
				r.trim = true
				continue
			case c == 's' || c == 'e':
				continue
			}
			value := arg[j+1:]
			if value == "" && i+1 < len(args) {
				i++
				value = args[i]
			}
			switch c {
			case 'a':
				r.array = value
			case 'd':
				r.delim = "\x00"
				if value != "" {
					r.delim = value[:1]
				}
			case 'u':
				r.fd, _ = strconv.Atoi(value)
			}
			break
		}
	}
	return r
}

func (s *shell) input(fd int) *input {
	if in := s.fds[fd].in; in != nil {
		return in
	}
	return &input{}
}

// read reads a line. From an input that nobody knows it reads one unknown line.
func (s *shell) read(args []string) int {
	r := readOptions(args, false)
	in := s.input(r.fd)
	if in.unknown {
		in.reads++
		if in.reads > 1 {
			return 1
		}
		for _, name := range append(r.names, r.array) {
			if name != "" {
				s.setText(name, s.o.unknown(name))
			}
		}
		if len(r.names) == 0 {
			s.setText("REPLY", s.o.unknown("REPLY"))
		}
		return 0
	}
	if in.text != "" {
		s.o.changes++
	}
	line, found := in.take(r.delim)
	for !r.raw && found && r.delim == "\n" && strings.HasSuffix(line, `\`) && !strings.HasSuffix(line, `\\`) {
		var more string
		more, found = in.take(r.delim)
		line = strings.TrimSuffix(line, `\`) + more
	}
	s.spread(r, line)
	return oneIf(!found)
}

// spread gives the fields of a line to the variables.
func (s *shell) spread(r reading, line string) {
	switch {
	case r.array != "":
		s.problemErr(s.set(r.array, variable{Variable: list(expand.ReadFields(s.config(), line, -1, r.raw)...)}))
	case len(r.names) == 0:
		s.setText("REPLY", line)
	default:
		fields := expand.ReadFields(s.config(), line, len(r.names), r.raw)
		for i, name := range r.names {
			value := ""
			if i < len(fields) {
				value = fields[i]
			}
			s.setText(name, value)
		}
	}
}

// mapfile reads all lines into an array.
func (s *shell) mapfile(args []string) int {
	r := readOptions(args, true)
	name := "MAPFILE"
	if len(r.names) > 0 {
		name = r.names[len(r.names)-1]
	}
	in := s.input(r.fd)
	if in.unknown {
		s.problemErr(s.set(name, variable{Variable: list(s.o.unknown(name))}))
		return 0
	}
	lines := strings.SplitAfter(in.text, r.delim)
	in.text = ""
	if n := len(lines); n > 0 && lines[n-1] == "" {
		lines = lines[:n-1]
	}
	if !s.o.tick(s, len(lines)/4) {
		return 1
	}
	if r.trim {
		lines = slices.Clone(lines)
		for i := range lines {
			lines[i] = strings.TrimSuffix(lines[i], r.delim)
		}
	}
	s.problemErr(s.set(name, variable{Variable: list(append([]string{}, lines...)...)}))
	return 0
}

// getopts reads the next option of the arguments.
func (s *shell) getopts(args []string) int {
	if len(args) < 2 {
		return 2
	}
	spec, name, words := args[0], args[1], s.params
	if len(args) > 2 {
		words = args[2:]
	}
	index, err := strconv.Atoi(s.Get("OPTIND").String())
	if err != nil || index < 1 {
		index = 1
	}
	if s.getopt > 0 && (index > len(words) || s.getopt >= len(words[index-1])) {
		s.getopt = 0
	}
	if s.getopt == 0 {
		if index > len(words) || len(words[index-1]) < 2 || words[index-1][0] != '-' || words[index-1] == "--" {
			if index <= len(words) && words[index-1] == "--" {
				s.setText("OPTIND", strconv.Itoa(index+1))
			}
			s.setText(name, "?")
			return 1
		}
		s.getopt = 1
	}
	return s.nextOption(spec, name, words, index)
}

func (s *shell) nextOption(spec, name string, words []string, index int) int {
	word := words[index-1]
	option := word[s.getopt : s.getopt+1]
	s.getopt++
	s.o.changes++
	silent := strings.HasPrefix(spec, ":")
	at := strings.Index(strings.TrimPrefix(spec, ":"), option)
	takes := at >= 0 && strings.HasPrefix(strings.TrimPrefix(spec, ":")[at+1:], ":")
	s.unset("OPTARG")
	value := ""
	switch {
	case at < 0 || option == ":":
		value, option = option, "?"
	case takes && s.getopt < len(word):
		value = word[s.getopt:]
		s.getopt = len(word)
	case takes && index < len(words):
		value = words[index]
		index++
		s.getopt = len(word)
		word = ""
	case takes:
		value, option = option, "?"
		if silent {
			option = ":"
		}
	}
	if s.getopt >= len(word) {
		s.getopt = 0
		index++
	}
	if takes || silent && option == "?" {
		s.setText("OPTARG", value)
	}
	s.setText(name, option)
	s.setText("OPTIND", strconv.Itoa(index))
	return 0
}
