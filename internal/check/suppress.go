package check

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"policygen/internal/finding"
	"policygen/internal/source"
)

// A directive is a comment that suppresses findings: "# policygen: ignore[PG201] the reason", at the end of a line or on a line of
// its own before what it is for. With ignore-file it holds for the whole file. In pages it is a comment of Markdown or ReST.
type directive struct {
	at     finding.Position
	codes  []string
	reason string
	first  int // the lines that it holds for; all of the file where both are 0
	last   int
	used   []bool // by code
}

const (
	codeMalformed = "PG504"
	codeUnused    = "PG505"
	codeUnknown   = "PG503" // told under --strict only
)

// The word after "policygen:" decides whether a comment is meant to suppress something: any attempt counts, other comments don't.
const attempt = `[ \t]*policygen:[ \t]*((?:ignore|disable|noqa|skip|suppress|allow|off)[A-Za-z-]*|)([=:\[(].*|[ \t]*PG[0-9].*|[ \t].*|)$`

var (
	hashComment = regexp.MustCompile(`(^|[ \t])#` + attempt)
	iniComment  = regexp.MustCompile(`(^|[ \t])[#;]` + attempt)
	codeComment = regexp.MustCompile(`(^|[ \t])//` + attempt)
	pageComment = regexp.MustCompile(`(^|[ \t>])<!--` + attempt)
	restComment = regexp.MustCompile(`(^|[ \t])\.\.` + attempt)

	wellFormed = regexp.MustCompile(`^\[([A-Z0-9, ]+)\][ \t]+(\S.*)$`)
	fence      = regexp.MustCompile("^[ \t>*+-]*(```+|~~~+)")
)

// commentOf returns how comments of a file look.
func commentOf(name string) *regexp.Regexp {
	switch strings.ToLower(path.Ext(name)) {
	case ".md", ".markdown", ".mdx", ".html":
		return pageComment
	case ".rst":
		return restComment
	case ".ini", ".cfg":
		return iniComment
	case ".cue", ".js", ".ts", ".json", ".jsonc":
		return codeComment
	}
	return hashComment
}

func isPage(name string) bool {
	comment := commentOf(name)
	return comment == pageComment || comment == restComment
}

// suppress marks the findings that a comment suppresses, and adds those about comments that are malformed or of no use.
func (c *context) suppress(found finding.List) finding.List {
	files := slices.Clone(c.Observed.Marked)
	for _, f := range found {
		files = append(files, f.File)
	}
	slices.Sort(files)
	for _, name := range slices.Compact(files) {
		text := c.text(name)
		if !strings.Contains(text, "policygen:") {
			continue
		}
		list, bad := directivesOf(name, []byte(text))
		for i := range found {
			list.apply(&found[i])
		}
		for _, f := range append(bad, list.unused(c)...) {
			if c.Codes.Has(f.Code) {
				found = append(found, f)
			}
		}
	}
	return found
}

// Suppressed returns findings with those that a comment in their file suppresses marked so; see [Run] for all that is said of such comments.
func Suppressed(found finding.List, files fs.FS) finding.List {
	c := &context{Input: Input{Files: files}}
	for i := range found {
		list, _ := directivesOf(found[i].File, []byte(c.text(found[i].File)))
		list.apply(&found[i])
	}
	return found
}

type directives []*directive

func directivesOf(name string, content []byte) (list directives, bad finding.List) {
	lines := source.NewText(name, content).Lines()
	comment, inFence := commentOf(name), ""
	for i, line := range lines {
		if comment == pageComment {
			if inFence = stillFenced(inFence, line.String()); inFence != "" {
				continue
			}
		}
		m := comment.FindStringSubmatchIndex(line.String())
		if m == nil {
			continue
		}
		at := line.At(m[3])
		word, rest := line.String()[m[4]:m[5]], strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(line.String()[m[6]:m[7]]), "-->"))
		if word == "" && !strings.HasPrefix(rest, "[") {
			continue // prose, or a marker of a block
		}
		d, problem := newDirective(word, rest)
		if problem != "" {
			bad = append(bad, finding.Finding{Position: at, Code: codeMalformed, Severity: finding.Error, Message: problem,
				Help: `write "policygen: ignore[PG201] the reason"`})
			continue
		}
		d.at, d.used = at, make([]bool, len(d.codes))
		if word == "ignore" {
			d.first, d.last = reach(name, lines, i, strings.TrimSpace(line.String()[:m[3]]) != "")
		}
		list = append(list, d)
	}
	return list, bad
}

// stillFenced returns the fence of the block that a line of Markdown is in; empty outside of blocks. Closing lines count as inside.
func stillFenced(open, line string) string {
	m := fence.FindStringSubmatch(line)
	switch {
	case open == "" && m != nil:
		return m[1]
	case open != "" && m != nil && strings.HasPrefix(m[1], open) && strings.TrimSpace(line[len(m[0]):]) == "":
		return ""
	}
	return open
}

func newDirective(word, rest string) (*directive, string) {
	if word != "ignore" && word != "ignore-file" {
		return nil, fmt.Sprintf("policygen knows no %q here", strings.TrimSpace(word+" "+rest))
	}
	m := wellFormed.FindStringSubmatch(rest)
	if m == nil {
		return nil, "the code in brackets or the reason is missing"
	}
	d := &directive{reason: strings.TrimSpace(m[2])}
	for code := range strings.SplitSeq(m[1], ",") {
		code = strings.TrimSpace(code)
		if !Suppressible(code) {
			return nil, fmt.Sprintf("there is no finding %q that could be ignored", code)
		}
		d.codes = append(d.codes, code)
	}
	return d, ""
}

// Suppressible reports whether a code is that of a rule, or of a pin, that a comment may suppress.
func Suppressible(code string) bool {
	if strings.HasPrefix(code, "PIN") {
		return true
	}
	return code != codeMalformed && code != codeUnused && slices.ContainsFunc(Rules(), func(r Rule) bool { return r.Code == code })
}

// reach returns the lines, counted from 1, that a comment in line i holds for: the command that it stands behind, with the lines that
// this began in; else the next command with those that it goes on in, or the next block or paragraph of a page.
func reach(name string, lines []source.Text, i int, trailing bool) (first, last int) {
	text := func(n int) string { return lines[n].String() }
	next := i
	if !trailing {
		for next++; next < len(lines) && passes(commentOf(name), text(next)); next++ {
		}
		if next >= len(lines) {
			return i + 1, i + 1
		}
	}
	last = next
	switch {
	case isPage(name) && !trailing:
		last = endOfBlock(lines, next)
	default:
		for next > 0 && strings.HasSuffix(text(next-1), `\`) {
			next--
		}
		for last < len(lines)-1 && strings.HasSuffix(text(last), `\`) {
			last++
		}
	}
	return next + 1, last + 1
}

// endOfBlock returns the last line of the fenced block, the directive of ReST or the paragraph that begins in a line.
func endOfBlock(lines []source.Text, first int) int {
	text := func(n int) string { return lines[n].String() }
	last := first
	if m := fence.FindStringSubmatch(text(first)); m != nil {
		for last++; last < len(lines)-1 && !strings.HasPrefix(strings.TrimLeft(text(last), " \t>"), m[1]); last++ {
		}
		return min(last, len(lines)-1)
	}
	for last < len(lines)-1 && strings.TrimSpace(text(last+1)) != "" {
		last++
	}
	if directive := strings.TrimSpace(text(first)); !strings.HasPrefix(directive, ".. ") && !strings.HasSuffix(strings.TrimSpace(text(last)), "::") {
		return last
	}
	for n := last + 1; n < len(lines) && (strings.TrimSpace(text(n)) == "" || indent(text(n)) > indent(text(first))); n++ {
		if strings.TrimSpace(text(n)) != "" {
			last = n
		}
	}
	return last
}

func indent(line string) int { return len(line) - len(strings.TrimLeft(line, " \t")) }

// passes reports whether a line is blank or another comment to policygen.
func passes(comment *regexp.Regexp, line string) bool {
	return strings.TrimSpace(line) == "" || comment.MatchString(line)
}

func (list directives) apply(f *finding.Finding) {
	for _, d := range list {
		i := slices.Index(d.codes, f.Code)
		if i < 0 || f.File != d.at.File || d.first > 0 && f.Line > 0 && (f.Line < d.first || f.Line > d.last) {
			continue
		}
		d.used[i] = true
		f.Suppression = finding.Suppression{Kind: finding.InSource, Justification: d.reason}
		return
	}
}

// unused finds comments without a finding of theirs. Codes that were not looked for, and those of pins, may have had one.
func (list directives) unused(c *context) (found finding.List) {
	for _, d := range list {
		for i, code := range d.codes {
			if d.used[i] || !c.looksFor(code) {
				continue
			}
			found = append(found, finding.Finding{Position: d.at, Code: codeUnused, Severity: finding.Warning,
				Message: fmt.Sprintf("this comment ignores %s, and there is none", code), Help: "take it out"})
		}
	}
	return found
}

// looksFor reports whether this run would have found something with the code.
func (c *context) looksFor(code string) bool {
	i := slices.IndexFunc(Rules(), func(r Rule) bool { return r.Code == code })
	return i >= 0 && c.Codes.Has(code) && (c.Policy != nil || Rules()[i].always) && (code != codeUnknown || c.Strict)
}
