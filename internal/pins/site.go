package pins

import (
	"fmt"
	"slices"
	"strings"

	"policygen/internal/finding"
	"policygen/internal/pep440"
	"policygen/internal/source"
)

// A place is what the requirements of one list have in common.
type place struct {
	kind   Kind
	scope  string
	via    []finding.Position
	marker Marker // in addition to their own
	shown  bool   // see [Install]
}

// cannot reports a text that can't be understood.
func (r *reader) cannot(p place, at finding.Position, name, message, help string) {
	r.unreadable(Unreadable{Position: at, Scope: p.scope, Name: name, Message: message, Help: help})
}

// requirement adds what a text that has to be one PEP 508 requirement says.
func (r *reader) requirement(text source.Text, p place) {
	text = trimmed(text)
	if text.Len() == 0 {
		return
	}
	req, err := r.parse(text.String())
	if err != nil {
		at := 0
		if syntax, ok := err.(*syntaxError); ok {
			at = syntax.at
		}
		r.cannot(p, text.At(at), nameIn(text.String()), fmt.Sprintf("%q is no requirement: %s", shortened(text.String()), err), requirementHelp)
		return
	}
	r.add(text, req, p)
}

const requirementHelp = `write it as PEP 508 has it, such as "pytest-xdist>=3.6.1,<4; python_version<'3.13'"`

// add adds a requirement that was parsed out of a text.
func (r *reader) add(text source.Text, req requirement, p place) {
	if req.url != "" {
		r.direct(text, req, p)
		return
	}
	k := r.known(text.String(), req)
	r.placed(Site{
		Position: text.At(0), Name: k.name, Written: text.String(), Spec: text.Slice(req.specStart, req.specEnd), Extras: req.extras, Marker: req.marker,
		Range: k.specifiers, Set: k.set, Exact: exactOf(k.specifiers),
	}, p)
}

// A meaning is a requirement that was parsed, with what follows from it.
type meaning struct {
	requirement
	name, specifiers string
	set              pep440.Set
}

// parse parses a requirement. A text that stands in many places, or in a file that many others include, is parsed once.
func (r *reader) parse(text string) (requirement, error) {
	if m, ok := r.meanings[text]; ok {
		return m.requirement, nil
	}
	req, err := parseRequirement(text)
	if err == nil && req.url == "" {
		r.meanings[text] = meaningOf(req)
	}
	return req, err
}

func meaningOf(req requirement) meaning {
	return meaning{req, pep440.NormalizeName(req.name), req.specifiers.String(), req.specifiers.Set()}
}

// known returns what follows from a requirement that was parsed out of a text, and may have lost its marker since.
func (r *reader) known(text string, req requirement) meaning {
	if m, ok := r.meanings[text]; ok && m.marker == req.marker {
		return m
	}
	return meaningOf(req)
}

// site adds a site, with what its specifiers mean and with what its place gives it.
func (r *reader) site(s Site, specifiers pep440.Specifiers, p place) {
	s.Range, s.Set = specifiers.String(), specifiers.Set()
	if s.Exact == "" {
		s.Exact = exactOf(s.Range)
	}
	r.placed(s, p)
}

// placed adds a site that knows its versions.
func (r *reader) placed(s Site, p place) {
	s.Kind, s.Scope, s.Via, s.Marker = p.kind, p.scope, slices.Clip(p.via), p.marker.And(s.Marker)
	if s.Name == "" {
		r.cannot(p, s.Position, "", fmt.Sprintf("%q has no name", shortened(s.Written)), "")
		return
	}
	if s.Kind == Locked && s.Exact == "" {
		s.Kind = Declared
	}
	r.found.Sites = append(r.found.Sites, s)
}

// exactOf returns the one version that a specifier set admits because it says "==" and nothing else.
func exactOf(specifiers string) string {
	version, ok := strings.CutPrefix(specifiers, "==")
	version = strings.TrimPrefix(version, "=")
	if !ok || strings.ContainsAny(version, ",*") {
		return ""
	}
	if _, err := pep440.Parse(version); err != nil {
		return ""
	}
	return version
}

// python adds a range of Python itself.
func (r *reader) python(node *source.Node, p place) {
	if node == nil {
		return
	}
	p.kind = Python
	if node.Kind != source.Scalar || node.Tag != "!!str" {
		r.cannot(p, node.Pos, "python", "the range of Python is no text", pythonHelp)
		return
	}
	text := trimmed(node.Text)
	specifiers, err := pep440.ParseSpecifiers(text.String())
	if err != nil {
		r.cannot(p, node.Pos, "python", fmt.Sprintf("%q is no range of Python: %s", shortened(text.String()), err), pythonHelp)
		return
	}
	r.site(Site{Position: text.At(0), Name: "python", Written: text.String(), Spec: text}, specifiers, p)
}

const pythonHelp = `write it as PEP 440 has it, such as ">=3.9"`

// trimmed returns a text without the white space at its ends.
func trimmed(t source.Text) source.Text {
	s := t.String()
	start := len(s) - len(strings.TrimLeft(s, " \t\r\n\f\v"))
	return t.Slice(start, max(start, len(strings.TrimRight(s, " \t\r\n\f\v"))))
}

// shortened returns a text that fits into a message.
func shortened(s string) string {
	const most = 100
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
