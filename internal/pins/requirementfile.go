package pins

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"policygen/internal/source"
)

// A requirementLine is a logical line of a requirement file as pip takes it apart: a requirement with options behind it, or options
// alone. The order of the steps is pip's: lines are joined, then comments are cut off, then variables are looked for.
type requirementLine struct {
	text    source.Text // the requirement, or nothing
	options []option    // nil for none
	whole   source.Text
	wrong   string // what keeps the line from being understood
}

// An option is one of a line's options.
type option struct {
	name   string // in its long form
	value  source.Text
	joined bool // the value is set by "="
}

// requirementLines returns the lines of a requirement file that say something.
func requirementLines(file string, content []byte) []requirementLine {
	var list []requirementLine
	for _, line := range joinedLines(source.NewText(file, content)) {
		line = withoutComment(line)
		if line.Len() > 0 {
			list = append(list, parseLine(line))
		}
	}
	return list
}

// joinedLines joins each line that ends in a backslash with the next one. A comment ends such a line, for pip joins before it cuts
// comments off.
func joinedLines(text source.Text) (list []source.Text) {
	var open []source.Text
	for _, line := range text.Lines() {
		s := line.String()
		comment := strings.HasPrefix(strings.TrimLeft(s, " \t"), "#")
		if strings.HasSuffix(s, `\`) && !comment {
			open = append(open, line.Slice(0, len(strings.TrimRight(s, `\`))))
			continue
		}
		if open == nil {
			list = append(list, line)
			continue
		}
		if comment {
			line = line.Slice(0, 0)
		}
		list = append(list, source.JoinTexts(append(open, line)...))
		open = nil
	}
	if open != nil {
		list = append(list, source.JoinTexts(open...))
	}
	return list
}

// withoutComment cuts off what follows a "#" at the beginning or behind white space, and the white space at both ends.
func withoutComment(line source.Text) source.Text {
	s := line.String()
	for i := range len(s) {
		if s[i] == '#' && (i == 0 || s[i-1] == ' ' || s[i-1] == '\t') {
			line = line.Slice(0, i)
			break
		}
	}
	return trimmed(line)
}

var variable = regexp.MustCompile(`\$\{[A-Z0-9_]+\}`)

// parseLine splits a line into the requirement and the options behind it, of which the first is the first word with a dash.
func parseLine(line source.Text) requirementLine {
	l := requirementLine{text: line, whole: line}
	if name := variable.FindString(line.String()); name != "" {
		l.wrong = "it depends on the environment variable " + name
		return l
	}
	s := line.String()
	for at := 0; at < len(s); {
		if s[at] == '-' && (at == 0 || s[at-1] == ' ' || s[at-1] == '\t') {
			l.text = trimmed(line.Slice(0, at))
			l.options, l.wrong = parseOptions(splitWords(line.Slice(at, line.Len())))
			break
		}
		at++
	}
	return l
}

// splitWords splits an option text at white space outside of quotes, and takes the quotes off.
func splitWords(text source.Text) (words []source.Text) {
	s := text.String()
	for at := 0; at < len(s); {
		if isSpace(s[at]) {
			at++
			continue
		}
		var parts []source.Text
		for at < len(s) && !isSpace(s[at]) {
			end := at
			if q := s[at]; q == '"' || q == '\'' {
				if i := strings.IndexByte(s[at+1:], q); i >= 0 {
					parts = append(parts, text.Slice(at+1, at+1+i))
					at += i + 2
					continue
				}
				end++
			}
			for end < len(s) && !isSpace(s[end]) && s[end] != '\'' && s[end] != '"' {
				end++
			}
			parts = append(parts, text.Slice(at, end))
			at = end
		}
		words = append(words, source.JoinTexts(parts...))
	}
	return words
}

func isSpace(b byte) bool { return b == ' ' || b == '\t' || b == '\n' || b == '\r' }

// valueOptions are the options of pip's requirement files that take a value, flagOptions those that take none.
var (
	valueOptions = []string{
		"--requirement", "--constraint", "--editable", "--index-url", "--extra-index-url", "--find-links", "--no-binary", "--only-binary",
		"--trusted-host", "--use-feature", "--hash", "--config-settings", "--config-setting", "--global-option", "--install-option",
	}
	flagOptions  = []string{"--no-index", "--pre", "--prefer-binary", "--require-hashes"}
	shortOptions = map[byte]string{'r': "--requirement", 'c': "--constraint", 'e': "--editable", 'i': "--index-url", 'f': "--find-links", 'C': "--config-settings"}
)

func parseOptions(words []source.Text) (list []option, wrong string) {
	for i := 0; i < len(words); i++ {
		word := words[i].String()
		o := option{name: word}
		switch {
		case strings.HasPrefix(word, "--"):
			if name, _, ok := strings.Cut(word, "="); ok {
				o = option{name, words[i].Slice(len(name)+1, len(word)), true}
			}
		case len(word) > 1 && word[0] == '-' && shortOptions[word[1]] != "":
			o.name = shortOptions[word[1]]
			if len(word) > 2 {
				o.value, o.joined = words[i].Slice(2, len(word)), true
			}
		case word == "-" || !strings.HasPrefix(word, "-"):
			return list, "the word " + quoted(word) + " stands behind options"
		}
		if slices.Contains(valueOptions, o.name) && !o.joined {
			if i++; i == len(words) {
				return list, "the option " + word + " has no value"
			}
			o.value = words[i]
		}
		list = append(list, o)
	}
	return list, ""
}

func quoted(s string) string { return `"` + shortened(s) + `"` }

func optionsKnown(options []option) bool {
	return !slices.ContainsFunc(options, func(o option) bool {
		return !slices.Contains(valueOptions, o.name) && !slices.Contains(flagOptions, o.name)
	})
}

var (
	compiledHeader = regexp.MustCompile(`(?i)^#.*\b(autogenerated|generated)\b.*\b(pip-compile|uv|pip-tools|pdm|poetry|pip-compile-multi|rye)\b`)
	codingLine     = regexp.MustCompile(`^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)`)
)

// isCompiled reports whether the comments at the top of a file say that a resolver wrote it.
func isCompiled(content []byte) bool {
	for line := range bytes.Lines(bytes.TrimPrefix(content, []byte("\ufeff"))) {
		line = bytes.TrimSpace(line)
		if len(line) > 0 && line[0] != '#' {
			return false
		}
		if compiledHeader.Match(line) || bytes.Contains(line, []byte("pip-compile")) || bytes.Contains(line, []byte("uv pip compile")) {
			return true
		}
	}
	return false
}

// wrongEncoding returns why the bytes of a file can't be taken for ASCII and what contains it, or "".
func wrongEncoding(content []byte) string {
	for _, mark := range []string{"\xff\xfe", "\xfe\xff", "\x00\x00\xfe\xff"} {
		if bytes.HasPrefix(content, []byte(mark)) {
			return "the file is UTF-16 or UTF-32"
		}
	}
	number := 0
	for line := range bytes.Lines(bytes.TrimPrefix(content, []byte("\ufeff"))) {
		if m := codingLine.FindSubmatch(line); m != nil && !asciiBased(strings.ToLower(string(m[1]))) {
			return "the file says that its encoding is " + quoted(string(m[1]))
		}
		if number++; number == 2 {
			break
		}
	}
	if bytes.IndexByte(content, 0) >= 0 {
		return "there are zero bytes in it"
	}
	return ""
}

// asciiBased reports whether the texts of an encoding have the bytes of ASCII where they have its characters.
func asciiBased(encoding string) bool {
	encoding = strings.ReplaceAll(encoding, "_", "-")
	for _, prefix := range []string{"utf-8", "utf8", "latin", "iso-8859", "iso8859", "ascii", "us-ascii", "cp12", "windows-12", "koi8", "cp437", "cp850", "mac"} {
		if strings.HasPrefix(encoding, prefix) {
			return true
		}
	}
	return false
}
