package generate

import (
	"bytes"
	"fmt"
	"strings"

	"policygen/internal/pep440"
	"policygen/policy"
)

// renderConstraints renders a constraints file for pip and uv: for each distribution that is needed the range that suits all plans
// of the target's backend, of all backends where it names none.
func renderConstraints(in Input, target policy.Target) (rendered, error) {
	plans, backends, whose := in.Plans, len(in.Policy.Backends), "all backends"
	if target.Backend != "" {
		plans, backends, whose = plansOf(in.Plans, target.Backend), 1, "backend "+target.Backend
	}
	var s sheet
	for _, line := range notice(in) {
		s.comment(line)
	}
	from := fields{in.Policy}.under("targets", target.Name, "backend")
	s.comment("Constraints for pip and uv: what suits "+whose+". They install nothing by themselves.", from...)
	all := demands(plans)
	for _, d := range all {
		if !d.All.Equal(pep440.All()) {
			s.line("")
			s.constraint(in, d, backends)
		}
	}
	content := s.text.Bytes()
	return rendered{content: content, mode: 0o644, origins: s.origins, prove: func() error { return checkConstraints(content, all) }}, nil
}

// constraint writes the reasons for a range and the range itself.
func (s *sheet) constraint(in Input, d demand, backends int) {
	if d.Package == policy.PythonItself {
		s.comment("Python itself is no distribution that could be constrained.")
		d.reasons(s, in, d.shaping(d.All), backends, "python ")
		return
	}
	d.reasons(s, in, d.shaping(d.All), backends, "")
	hull := d.All.Rounded().Hull()
	admitted, from := hull.Set(), d.from()
	if d.All.IsEmpty() {
		s.comment("No version suits all of them at once, so none is left. A constraints file for each backend would help.", from...)
	} else if more := admitted.Intersect(d.All.Complement()); !more.IsEmpty() {
		s.comment("One range can't say all of it: "+more.String()+" is not wanted either.", from...)
	}
	if less := d.All.Intersect(admitted.Complement()); !less.IsEmpty() {
		s.comment("Pre-releases next to what is left out are left out with it: "+less.String()+".", from...)
	}
	if text := hull.String(); text != "" {
		s.line(d.Package+text, from...)
	}
}

// checkConstraints reads a constraints file as pip does and compares it with what the plans need.
func checkConstraints(content []byte, all []demand) error {
	read, err := readConstraints(content)
	if err != nil {
		return err
	}
	for _, d := range all {
		got, ok := read[d.Package]
		delete(read, d.Package)
		switch {
		case d.Package == policy.PythonItself && !ok:
			continue
		case !ok:
			got = pep440.All()
		}
		text := d.All.String()
		sayable := !strings.ContainsAny(text, "|(") && !strings.Contains(text, "===")
		if !d.All.Rounded().Subset(got) || sayable && !got.Subset(d.All) {
			return fmt.Errorf("%s: the file admits %s, the plans %s", d.Package, got, d.All)
		}
	}
	for name := range read {
		return fmt.Errorf("%s is needed by no plan", name)
	}
	return nil
}

// readConstraints returns the ranges of a constraints file by name. Unlike pip's it knows nothing but comments and names with ranges.
func readConstraints(content []byte) (map[string]pep440.Set, error) {
	read := map[string]pep440.Set{}
	n := 0
	for line := range bytes.Lines(content) {
		n++
		text := strings.TrimSpace(string(line))
		if text == "" || text[0] == '#' {
			continue
		}
		name, set, err := readRequirement(text)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		if _, twice := read[name]; twice {
			return nil, fmt.Errorf("line %d: %s is there twice", n, name)
		}
		read[name] = set
	}
	return read, nil
}

// readRequirement reads a normalised name with a specifier set.
func readRequirement(text string) (name string, set pep440.Set, err error) {
	end := strings.IndexAny(text, "<>=!~")
	if end < 0 {
		end = len(text)
	}
	name = text[:end]
	if name == "" || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		return "", set, fmt.Errorf("%q does not begin with the name of a distribution", text)
	}
	specifiers, err := pep440.ParseSpecifiers(text[end:])
	return name, specifiers.Set(), err
}
