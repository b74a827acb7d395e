package pins

import (
	"fmt"

	"policygen/internal/pep440"
	"policygen/internal/source"
)

// uvSettings reads [tool.uv], or uv.toml, which has the same keys.
func (r *reader) uvSettings(file string, uv *source.Node) {
	if uv == nil {
		return
	}
	workspace := scoped("workspace", file)
	r.requirementList(uv.Get("dev-dependencies"), place{kind: Declared, scope: groupScope("dev", file)})
	r.requirementList(uv.Get("constraint-dependencies"), place{kind: Constraint, scope: workspace})
	r.requirementList(uv.Get("override-dependencies"), place{kind: Override, scope: workspace})
	r.requirementList(uv.Get("build-constraint-dependencies"), place{kind: Constraint, scope: scoped("build", file)})
}

// readUVConfig reads uv.toml.
func (r *reader) readUVConfig(file string, content []byte) {
	if root := r.toml(file, content); root != nil {
		r.uvSettings(file, root)
	}
}

// pdm reads [tool.pdm].
func (r *reader) pdm(file string, pdm *source.Node) {
	if pdm == nil {
		return
	}
	if groups := pdm.Get("dev-dependencies"); groups != nil {
		for _, e := range groups.Entries {
			p := place{kind: Declared, scope: groupScope(pep440.NormalizeName(e.Key.String()), file)}
			r.items(e.Value, p, func(text source.Text) { r.requirementLine(parseLine(text), file, p, []string{file}, nil) })
		}
	}
	if overrides := pdm.Get("resolution", "overrides"); overrides != nil {
		for _, e := range overrides.Entries {
			r.pdmOverride(e, place{kind: Override, scope: scoped("workspace", file)})
		}
	}
}

// pdmOverride reads an override: a set of specifiers, a version alone, which is exact, or a URL.
func (r *reader) pdmOverride(e source.Entry, p place) {
	name := pep440.NormalizeName(e.Key.String())
	if e.Value.Kind != source.Scalar || e.Value.Tag != "!!str" {
		r.cannot(p, e.Value.Pos, name, "there has to be a text here", requirementHelp)
		return
	}
	text := trimmed(e.Value.Text)
	s := text.String()
	if _, err := pep440.Parse(s); err == nil {
		s = "==" + s
	}
	specifiers, err := pep440.ParseSpecifiers(s)
	if err != nil {
		r.cannot(p, e.Value.Pos, name, fmt.Sprintf("%q is no set of versions", shortened(s)), requirementHelp)
		return
	}
	r.site(Site{Position: e.Key.At(0), Name: name, Written: e.Key.String() + " = " + text.String(), Spec: text}, specifiers, p)
}
