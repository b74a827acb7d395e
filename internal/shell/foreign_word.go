package shell

import (
	"errors"
	"io"
	"io/fs"
	"regexp"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/pattern"
	"mvdan.cc/sh/v3/syntax"

	"policygen/internal/finding"
)

// config is how the expander sees the shell.
func (s *shell) config() *expand.Config {
	cfg := &expand.Config{
		Env:       s,
		CmdSubst:  func(w io.Writer, cs *syntax.CmdSubst) error { s.substitute(w, cs); return nil },
		ProcSubst: func(ps *syntax.ProcSubst) (string, error) { return s.processFile(ps), nil },
		NoUnset:   s.opts.noUnset,
		GlobStar:  s.opts.shopt["globstar"], DotGlob: s.opts.shopt["dotglob"],
		NoCaseGlob: s.opts.shopt["nocaseglob"], NullGlob: s.opts.shopt["nullglob"], ExtGlob: true,
	}
	if !s.opts.noGlob {
		cfg.ReadDir2 = s.readDir
	}
	return cfg
}

func (s *shell) readDir(name string) ([]fs.DirEntry, error) {
	full := absolute(s.dir, name)
	if !s.o.tick(s, 1) {
		return nil, fs.ErrNotExist
	}
	if rel, ok := s.o.inTree(full); ok {
		if _, err := s.o.info(rel); err == nil {
			entries, err := fs.ReadDir(s.o.setting.Files, rel)
			s.o.tick(s, len(entries)/16)
			return entries, err
		}
	}
	if kind, ok := s.o.stat(full); ok && kind == Directory {
		return nil, nil // outside of the repository, or made by the script
	}
	return nil, fs.ErrNotExist
}

// expands reports whether a word holds the value of a parameter.
func expands(w *syntax.Word) (found bool) {
	syntax.Walk(w, func(n syntax.Node) bool {
		_, is := n.(*syntax.ParamExp)
		found = found || is
		return !found
	})
	return found
}

// beginsWithParameter reports whether nothing stands in a word before the value of a parameter.
func beginsWithParameter(w *syntax.Word) bool {
	first := w.Parts[0]
	if q, ok := first.(*syntax.DblQuoted); ok && len(q.Parts) > 0 {
		first = q.Parts[0]
	}
	_, is := first.(*syntax.ParamExp)
	return is
}

// words are the fields of words, each with the place of the word that it came out of.
func (s *shell) words(ws []*syntax.Word) []Word {
	var out []Word
	for _, w := range ws {
		pos := s.at(w.Pos())
		if lit := plain(w); lit != "" {
			out = append(out, Word{Text: lit, Pos: pos})
			continue
		}
		origins, expanded := s.origins(w), expands(w)
		count, total := 0, 0
		for field, err := range expand.FieldsSeq(s.config(), s.prepare(w)) {
			if err != nil {
				s.expandErr(err)
				break
			}
			field := Word{Text: field, Pos: pos, Expanded: expanded, begun: beginsWithParameter(w)}
			if count < len(origins) {
				field.Origin = origins[count]
			} else if len(origins) == 1 {
				field.Origin = origins[0]
			}
			out = append(out, field)
			count++
			if total += len(field.Text) + 16; total > maxArguments || len(out) > maxArguments/16 {
				s.o.stopf(pos, "the words take more than the %d bytes there are for arguments", maxArguments)
				return out
			}
			if !s.o.tick(s, count%2) {
				return out
			}
		}
		if s.ends {
			return out
		}
	}
	return out
}

// plain is a word in which nothing is special, or "".
func plain(w *syntax.Word) string {
	lit := w.Lit()
	if strings.ContainsAny(lit, `\*?[{~$+@!(`) {
		return ""
	}
	return lit
}

// origins are the places where the variable in a word got its value.
func (s *shell) origins(w *syntax.Word) []finding.Position {
	parts := w.Parts
	if len(parts) == 1 {
		if q, ok := parts[0].(*syntax.DblQuoted); ok {
			parts = q.Parts
		}
	}
	for _, part := range parts {
		p, ok := part.(*syntax.ParamExp)
		if !ok || p.Param == nil {
			continue
		}
		if places := s.placesOf(p); len(places) > 0 {
			return places
		}
		if v, ok := s.lookup(s.target(p.Param.Value)); ok && len(v.origins) > 0 {
			return v.origins
		}
	}
	return nil
}

// placesOf are the places where a caller wrote what a positional parameter holds, such as "$1" or "$@".
func (s *shell) placesOf(p *syntax.ParamExp) []finding.Position {
	if name := p.Param.Value; name == "@" || name == "*" {
		if p.Slice == nil {
			return s.places
		}
		if from, err := strconv.Atoi(s.source(p.Slice.Offset)); err == nil && from >= 1 && from <= len(s.places) {
			return s.places[from-1:]
		}
	} else if n, err := strconv.Atoi(name); err == nil && n >= 1 && n <= len(s.places) {
		return s.places[n-1 : n]
	}
	return nil
}

func (s *shell) expandErr(err error) {
	var unset expand.UnsetParameterError
	switch {
	case s.o.stop != nil:
	case errors.As(err, &unset):
		s.status, s.ends = 1, true
	case strings.Contains(err.Error(), "readonly variable"), err.Error() == "invalid indirect expansion":
		s.status = 1
	default:
		s.o.problem(s.here(), "cannot simulate the expansion: %v", err)
		s.status = 1
	}
}

func (s *shell) literal(w *syntax.Word) string {
	if w == nil {
		return ""
	}
	text, err := expand.Literal(s.config(), s.prepare(w))
	if err != nil {
		s.expandErr(err)
	}
	return text
}

func (s *shell) document(w *syntax.Word) string {
	if w == nil {
		return ""
	}
	text, err := expand.Document(s.config(), s.prepareQuoted(w))
	if err != nil {
		s.expandErr(err)
	}
	return text
}

func (s *shell) pattern(w *syntax.Word) string {
	text, err := expand.Pattern(s.config(), s.prepare(w))
	if err != nil {
		s.expandErr(err)
	}
	return text
}

// matches reports whether a text matches a pattern of Bash as a whole.
func (s *shell) matches(pat, text string) bool {
	if len(pat) > 1<<14 {
		return pat == text
	}
	mode := pattern.EntireString | pattern.ExtendedOperators
	if s.opts.shopt["nocasematch"] {
		mode |= pattern.NoGlobCase
	}
	expr, err := pattern.Regexp(pat, mode)
	var negated *pattern.NegExtGlobError
	if errors.As(err, &negated) && strings.HasPrefix(pat, "!(") && strings.HasSuffix(pat, ")") {
		return !s.matches("@"+pat[1:], text)
	}
	if err != nil {
		return false
	}
	rx, err := regexp.Compile(expr)
	return err == nil && rx.MatchString(text)
}

// prepare is a word in which the expansions that the expander does not do as Bash does are done already: the word of
// ${x:-word} is looked at only where it is used and splits like the rest, arithmetic with unknown values is unknown, and
// what takes unknown text to pieces leaves it whole.
func (s *shell) prepare(w *syntax.Word) *syntax.Word {
	return &syntax.Word{Parts: s.parts(w.Parts, false)}
}

func (s *shell) prepareQuoted(w *syntax.Word) *syntax.Word {
	return &syntax.Word{Parts: s.parts(w.Parts, true)}
}

func (s *shell) parts(in []syntax.WordPart, quoted bool) []syntax.WordPart {
	out := make([]syntax.WordPart, 0, len(in))
	for _, part := range in {
		switch part := part.(type) {
		case *syntax.DblQuoted:
			q := *part
			if q.Parts = s.aroundList(part.Parts); q.Parts == nil {
				q.Parts = s.parts(part.Parts, true)
			}
			out = append(out, &q)
		case *syntax.ParamExp:
			out = append(out, s.param(part, quoted)...)
		case *syntax.ArithmExp:
			out = append(out, s.held(s.arithmText(part.X), true, quoted))
		default:
			out = append(out, part)
		}
	}
	return out
}

// aroundList are the parts in quotes of "a${NAME[@]}b", whose first and last element have the text around them, or nil where
// there is no list with text around it.
func (s *shell) aroundList(parts []syntax.WordPart) []syntax.WordPart {
	for i, part := range parts {
		p, ok := part.(*syntax.ParamExp)
		if !ok || len(parts) < 2 || p.Param == nil || !isList(p) || p.Excl || p.Length || p.Exp != nil || p.Repl != nil || p.Slice != nil {
			continue
		}
		items := s.elements(p)
		if len(items) == 0 {
			items = []string{""}
		}
		items[0] = s.quotedText(parts[:i]) + items[0]
		items[len(items)-1] += s.quotedText(parts[i+1:])
		return []syntax.WordPart{heldFields(items)}
	}
	return nil
}

// quotedText is what parts in quotes stand for.
func (s *shell) quotedText(parts []syntax.WordPart) string {
	return s.literal(&syntax.Word{Parts: []syntax.WordPart{&syntax.DblQuoted{Parts: parts}}})
}

// heldMark begins the name of a parameter that stands for the rest of its name. No script has such a name.
const heldMark = "\x00"

// heldList begins the name of an array whose elements are the rest of the name, with a NUL before each.
const heldList = heldMark + "\x00"

// heldItems are the elements of such an array.
func heldItems(name string) []string {
	if name == heldList {
		return []string{}
	}
	return strings.Split(name[len(heldList)+1:], "\x00")
}

// heldFields is a part of a word in quotes that stands for some fields.
func heldFields(items []string) syntax.WordPart {
	name := heldList
	for _, item := range items {
		name += "\x00" + item
	}
	return &syntax.ParamExp{Param: &syntax.Lit{Value: name}, Index: indexAll}
}

// indexAll is the index of all elements.
var indexAll = &syntax.Word{Parts: []syntax.WordPart{&syntax.Lit{Value: "@"}}}

// isList reports whether an expansion is "$@" or "${NAME[@]}", which may give no field even in quotes.
func isList(p *syntax.ParamExp) bool {
	w, ok := p.Index.(*syntax.Word)
	return p.Param.Value == "@" || ok && w.Lit() == "@"
}

// held is a part of a word that stands for a text. Where whole, the text is not split.
func (s *shell) held(text string, whole, quoted bool) syntax.WordPart {
	p := &syntax.ParamExp{Param: &syntax.Lit{Value: heldMark + text}}
	if whole && !quoted {
		return &syntax.DblQuoted{Parts: []syntax.WordPart{p}}
	}
	return p
}
