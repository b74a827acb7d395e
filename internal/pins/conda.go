package pins

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"policygen/internal/pep440"
	"policygen/internal/source"
)

// readConda reads an environment file of conda. Its requirements are MatchSpecs, where "=8" is any release that begins with 8; those
// below "pip" are pip's.
func (r *reader) readConda(file string, content []byte) {
	documents, err := source.ParseYAML(file, content)
	exactName := strings.HasPrefix(path.Base(file), "environment.")
	if err != nil || len(documents) != 1 || documents[0].Get("dependencies") == nil {
		if err != nil && exactName {
			r.unparsed(file, err)
		}
		return
	}
	list := documents[0].Get("dependencies")
	if !exactName && (list.Kind != source.List || documents[0].Get("channels") == nil && documents[0].Get("name") == nil) {
		return // a file of something else
	}
	p := place{kind: Declared, scope: file}
	for _, item := range itemsOf(list) {
		pip := item.Get("pip")
		switch {
		case pip != nil:
			r.items(pip, p, func(text source.Text) {
				if line := withoutComment(text); line.Len() > 0 {
					r.requirementLine(parseLine(line), file, p, []string{file}, nil)
				}
			})
		case item.Kind == source.Scalar:
			r.matchSpec(item.Text, p)
		default:
			r.cannot(p, item.Pos, "", "an item has to be a text, or a list under pip", matchHelp)
		}
	}
}

const matchHelp = `write it as conda has it, such as "pytest-xdist=3.6" or "conda-forge::pytest>=8,<9"`

var matchForm = regexp.MustCompile(`^(?:([^\[\]<>=!~\s]+)::)?([A-Za-z0-9_][A-Za-z0-9_.-]*)[ \t]*(.*)$`)

// matchSpec reads "channel::name", "name=8", "name >=8,<9|>=10", "name==8.1=build", "name 8.1 build" and "name[version='>=8']".
func (r *reader) matchSpec(text source.Text, p place) {
	if i := strings.Index(text.String(), " #"); i >= 0 {
		text = text.Slice(0, i)
	}
	text = trimmed(text)
	m := matchForm.FindStringSubmatchIndex(text.String())
	if m == nil {
		r.cannot(p, text.At(0), "", fmt.Sprintf("%q is no requirement of conda", shortened(text.String())), matchHelp)
		return
	}
	name := pep440.NormalizeName(text.Slice(m[4], m[5]).String())
	spec := trimmed(text.Slice(m[6], m[7]))
	spec, bracketed := matchBrackets(spec)
	versions := spec.String()
	if !bracketed {
		bare := withoutBuild(spec)
		versions = bare.String()
		if bare.Len() < spec.Len() && strings.HasPrefix(versions, "=") && !strings.HasPrefix(versions, "==") {
			versions = "=" + versions // with a build, "=8.1" is exact
		}
		spec = bare
	}
	set, written, err := condaSet(versions)
	if err != nil {
		r.cannot(p, text.At(0), name, fmt.Sprintf("%q is no set of versions for conda: %s", shortened(spec.String()), err), matchHelp)
		return
	}
	if name == "python" {
		p.kind = Python
	}
	r.placed(Site{Position: text.At(0), Name: name, Written: text.String(), Range: written, Set: set, Exact: exactOf(written), Spec: spec}, p)
}

var bracketVersion = regexp.MustCompile(`version=(?:'([^']*)'|"([^"]*)"|([^,\]]*))`)

// matchBrackets returns the version in "[version='>=8', build=…]".
func matchBrackets(spec source.Text) (source.Text, bool) {
	s := spec.String()
	at := strings.IndexByte(s, '[')
	if at < 0 {
		return spec, false
	}
	if m := bracketVersion.FindStringSubmatchIndex(s[at:]); m != nil {
		for i := 2; i < len(m); i += 2 {
			if m[i] >= 0 {
				return spec.Slice(at+m[i], at+m[i+1]), true
			}
		}
	}
	return trimmed(spec.Slice(0, at)), false
}

// withoutBuild takes the build string off: what follows the version behind white space, or behind a second "=".
func withoutBuild(spec source.Text) source.Text {
	s := spec.String()
	at := 0
	for at < len(s) && strings.IndexByte("<>=!~ ", s[at]) >= 0 {
		at++
	}
	for i := at; i < len(s); i++ {
		switch {
		case s[i] == ' ' && !strings.ContainsAny(s[i:], "<>=!~,|"):
			return trimmed(spec.Slice(0, i))
		case s[i] == '=' && i > at && strings.IndexByte("<>=!~,| ", s[i-1]) < 0 && !strings.ContainsAny(s[:i], ",|"):
			return spec.Slice(0, i)
		}
	}
	return spec
}

// condaSet returns the versions that conda's text admits: "|" stands between alternatives, "," between what has to hold.
func condaSet(text string) (pep440.Set, string, error) {
	text = strings.ReplaceAll(text, " ", "")
	if text == "" || text == "*" {
		return pep440.All(), "", nil
	}
	if strings.ContainsAny(text, "()^$") {
		return pep440.Set{}, "", fmt.Errorf("parentheses and regular expressions are not read")
	}
	set := pep440.None()
	var texts []string
	for alternative := range strings.SplitSeq(text, "|") {
		var clauses []string
		for clause := range strings.SplitSeq(alternative, ",") {
			if clause = condaClause(clause); clause != "" {
				clauses = append(clauses, clause)
			}
		}
		specifiers, err := pep440.ParseSpecifiers(strings.Join(clauses, ","))
		if err != nil {
			return set, "", err
		}
		set = set.Union(specifiers.Set())
		texts = append(texts, specifiers.String())
	}
	return set, strings.Join(texts, " || "), nil
}

// condaClause returns a clause as PEP 440 has it. "=8", "8.*" and "8*" are any release that begins so; a version with nothing before it
// is exact behind white space or in brackets, as in "pytest 8.1", but "pytest=8.1" is not.
func condaClause(clause string) string {
	switch {
	case clause == "*":
		return ""
	case strings.HasPrefix(clause, "=="), strings.HasPrefix(clause, "!="):
		return clause[:2] + condaPrefix(clause[2:])
	case strings.HasPrefix(clause, "="):
		return "==" + strings.TrimSuffix(strings.TrimRight(clause[1:], "*"), ".") + ".*"
	case strings.HasPrefix(clause, "<"), strings.HasPrefix(clause, ">"), strings.HasPrefix(clause, "~="):
		return strings.TrimSuffix(clause, ".*")
	}
	return "==" + condaPrefix(clause)
}

// condaPrefix returns "8*" as "8.*".
func condaPrefix(version string) string {
	if prefix, ok := strings.CutSuffix(version, "*"); ok {
		return strings.TrimSuffix(prefix, ".") + ".*"
	}
	return version
}
