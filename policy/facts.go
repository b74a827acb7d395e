package policy

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"cuelang.org/go/cue/ast"

	"policygen/internal/finding"
	"policygen/internal/pep440"
)

// facts reads the facts by id, policygen's own among them.
func (b *builder) facts(n *node) []Fact {
	if n == nil {
		return nil
	}
	var all []Fact
	for _, f := range n.fields {
		b.factIDs = append(b.factIDs, f.name)
		if !f.bad {
			all = append(all, b.fact(f))
		}
	}
	slices.SortFunc(all, func(x, y Fact) int { return strings.Compare(x.ID, y.ID) })
	return all
}

func (b *builder) fact(n *node) Fact {
	word := func(names ...string) string { return text[string](b, n.get(names...), "").Value }
	words := func(name string) []string { return values(b.texts(n.get(name), "")) }
	f := Fact{
		ID: n.name, Package: word("package"), Kind: word("kind"), In: word("in"),
		CheckedThrough: word("checkedThrough"), Why: word("why"), Source: words("source"), Verified: word("verified"),
		Uses:     Uses{Flag: word("uses", "flag"), Env: word("uses", "env"), Ini: word("uses", "ini"), File: word("uses", "file")},
		Severity: word("severity"), Owner: word("owner"), Symptoms: words("symptoms"), Needs: words("needs"), To: word("to"),
		Pos: n.label,
	}
	if set, ok := b.rangeSet(n.get("in")); ok && f.bars() && !isSpelled(set.Complement()) {
		b.badRange(n.get("in"), 0, "what "+quote(f.In)+" leaves can't be written as version ranges", `use ">=" and "<" in place of ">", and "==" in place of "==="`)
	}
	if _, err := pep440.Parse(f.CheckedThrough); err != nil {
		b.badRange(n.get("checkedThrough"), 0, reasonOf(err), `versions are those of PEP 440, such as "3.2.1"`)
	}
	b.checkSymptoms(n.get("symptoms"))
	b.checkNeeds(n.get("needs"))
	b.checkKind(n, f)
	return f
}

// bars reports whether the fact is about releases to stay away from.
func (f Fact) bars() bool { return f.Kind == "yanked" || f.Kind == "defect" && f.Severity == "block" }

// isSpelled reports whether specifier sets say what is in the set, as the wrapper needs it.
func isSpelled(set pep440.Set) bool {
	for alternative := range strings.SplitSeq(set.String(), " || ") {
		if _, err := pep440.ParseSpecifiers(alternative); err != nil {
			return false
		}
	}
	return true
}

// kindFields says which field each kind of fact must have. No other kind may have it, but for
// symptoms, owner and the like, which speak for themselves.
var kindFields = [...]struct{ kind, field string }{
	{"capability", "uses"}, {"defect", "severity"}, {"requires", "needs"}, {"renamed", "to"},
}

func (b *builder) checkKind(n *node, f Fact) {
	for _, k := range kindFields {
		at := n.get(k.field)
		switch {
		case f.Kind == k.kind && at == nil:
			b.report(finding.Finding{Position: n.label, Code: codeMissing, Path: join(n.path, k.field),
				Message: fmt.Sprintf("the field %q is missing: a fact of kind %q has it", k.field, k.kind)})
		case f.Kind != k.kind && at != nil:
			b.report(finding.Finding{Position: at.label, Code: codeOptions, Path: at.path,
				Message: fmt.Sprintf("a fact of kind %q has no %q", f.Kind, k.field), Help: fmt.Sprintf("only one of kind %q has it", k.kind)})
		}
	}
	if at := n.get("uses"); at != nil && len(at.fields) != 1 {
		b.reject(at, "uses must name one thing: a flag, an env, an ini or a file", "write one fact for each")
	}
}

func (b *builder) checkSymptoms(n *node) {
	for _, s := range b.texts(n, "") {
		if _, err := regexp.Compile(s.Value); err != nil {
			what := strings.TrimPrefix(err.Error(), "error parsing regexp: ")
			b.report(finding.Finding{Position: s.Pos, Code: codeValue, Path: b.paths[s.Pos],
				Message: fmt.Sprintf("%s is no regular expression: %s", quote(s.Value), what), Help: "the syntax is that of RE2"})
		}
	}
}

// checkNeeds holds needs to the part of PEP 508 that they may use: a name and a specifier set.
func (b *builder) checkNeeds(n *node) {
	if n == nil {
		return
	}
	for _, item := range n.items {
		need := text[string](b, item, "").Value
		end := strings.IndexAny(need+"<", "<>=!~ ")
		if name := need[:end]; name == "" || name != pep440.NormalizeName(name) {
			b.reject(item, fmt.Sprintf("%s names no distribution", quote(need)), `write a name as on PyPI and a range, such as "execnet>=2.1"`)
			continue
		}
		b.parseRange(item, need, end)
	}
}

// rangeSet returns what the specifier set at n admits. Where it is wrong, that has been reported and ok is false.
func (b *builder) rangeSet(n *node) (set pep440.Set, ok bool) {
	if n == nil || n.value == nil {
		return pep440.All(), false
	}
	return b.parseRange(n, text[string](b, n, "").Value, 0)
}

// parseRange reads the specifier set that starts at a byte of the text at n.
func (b *builder) parseRange(n *node, whole string, start int) (pep440.Set, bool) {
	specifiers, err := pep440.ParseSpecifiers(whole[start:])
	if err != nil {
		var clause *pep440.ClauseError
		if errors.As(err, &clause) {
			b.badRange(n, start+clause.Offset, fmt.Sprintf("%s is no version specifier: %s", quote(clause.Clause), reasonOf(clause.Err)), rangeHelp)
		} else {
			b.badRange(n, start, quote(whole)+" is no version range: "+reasonOf(err), rangeHelp)
		}
		return pep440.All(), false
	}
	set := specifiers.Set()
	if set.IsEmpty() {
		b.badRange(n, start, "no version is in "+quote(whole[start:]), "its parts exclude each other")
		return pep440.All(), false
	}
	return set, true
}

// reasonOf returns an error's text on one line.
func reasonOf(err error) string { return cut(oneLine(err.Error()), 160) }

const rangeHelp = `ranges are those of PEP 440, such as ">=3.2.1,<4"`

// badRange reports a mistake at a byte of the text at n.
func (b *builder) badRange(n *node, offset int, message, help string) {
	at := n.pos
	if b.plainText(n) {
		at.Column += 1 + offset
	}
	b.report(finding.Finding{Position: at, Code: codeRange, Path: n.path, Message: message, Help: help})
}

// plainText reports whether the text at n stands in its file as it is, so that its bytes can be pointed at.
func (b *builder) plainText(n *node) bool {
	p, ok := b.places.best(n.path)
	if !ok || p.value != n.pos {
		return false
	}
	lit, ok := p.expr.(*ast.BasicLit)
	return ok && lit.Value == `"`+n.value.(string)+`"`
}

// values returns the values of settings.
func values(all []Setting[string]) []string {
	var texts []string
	for _, s := range all {
		texts = append(texts, s.Value)
	}
	return texts
}
