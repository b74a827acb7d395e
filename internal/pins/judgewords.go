package pins

import (
	"fmt"
	"slices"
	"strings"

	"policygen/internal/finding"
	"policygen/internal/pep440"
)

// words is how messages call what is needed.
func (n *need) words() string { return n.wordsOf(n.set, n.bounds) }

// wordsOf is how messages call what some of the bounds leave, with the backends that need it where not all do.
func (n *need) wordsOf(set pep440.Set, bounds []bound) string {
	text := quote(words(set))
	if backends := backendsOf(strongest(bounds)); len(backends) > 0 {
		text += " (" + named(backends) + ")"
	}
	return text
}

// backendsOf returns the backends that the bounds are about alone, sorted; none where one of the bounds is everybody's.
func backendsOf(bounds []bound) []string {
	var all []string
	for _, b := range bounds {
		if len(b.backends) == 0 {
			return nil
		}
		all = append(all, b.backends...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func named(backends []string) string {
	if len(backends) == 1 {
		return "backend " + backends[0]
	}
	return "backends " + join(backends)
}

// reasons returns the bounds as places that a finding speaks of.
func (c *context) reasons(bounds []bound) []finding.Related {
	var list []finding.Related
	for _, b := range telling(bounds) {
		list = append(list, finding.Related{Position: b.Pos, Message: b.words()})
	}
	return list
}

// words is a bound in a sentence: the range, who needs it, why, and by which fact.
func (b bound) words() string {
	var who []string
	if len(b.backends) > 0 {
		who = append(who, named(b.backends))
	}
	if b.use != nil {
		who = append(who, b.use.words()+" in "+b.use.From)
	}
	if b.Fact != "" {
		who = append(who, "fact "+b.Fact)
	}
	text := b.text() + " is needed"
	if len(who) > 0 {
		text += " (" + strings.Join(who, ", ") + ")"
	}
	return fmt.Sprintf("%s: %s", text, b.Why)
}

// text is the range of a bound as messages call it.
func (b bound) text() string {
	if strings.Contains(b.Range, "||") {
		return "everything but " + quote(words(b.Set.Complement()))
	}
	return quote(b.Range)
}

// words is how messages call a range: one specifier set that says it, or is closest to it.
func words(set pep440.Set) string {
	if text := set.Rounded().String(); !strings.Contains(text, "||") && !strings.Contains(text, "(") {
		return style{separator: ","}.spell(tidy(clausesOf(text)))
	}
	return style{separator: ","}.spell(hullOf(set))
}

// rangesOf is how messages call a set that is no single range: "<3.6.1 or >=4".
func rangesOf(set pep440.Set) string {
	var parts []string
	for part := range strings.SplitSeq(set.Rounded().String(), " || ") {
		list := tidy(clausesOf(part))
		for i := range list {
			if list[i].operator == ">=" {
				list[i].version = strings.TrimSuffix(list[i].version, ".dev0")
			}
		}
		parts = append(parts, style{separator: ","}.spell(list))
	}
	return strings.Join(parts, " or ")
}

// hullOf returns the clauses of one specifier set that admits a set and as little else as can be said.
func hullOf(set pep440.Set) []clause { return tidy(clausesOf(set.Rounded().Hull().String())) }

// tidy writes "<4" for "<=4,!=4", which admits the pre-releases of 4 too, and ">3" for ">=3.post0.dev0" and ">=3,!=3", which admit the
// post-releases of 3: nobody means them.
func tidy(list []clause) []clause {
	for i, end := range list {
		if v, ok := strings.CutSuffix(end.version, ".post0.dev0"); ok && end.operator == ">=" {
			list[i].operator, list[i].version = ">", v
		}
		hole := slices.Index(list, clause{operator: "!=", version: end.version})
		if end.operator == "<=" && hole >= 0 {
			list[i].operator = "<"
			return tidy(slices.Delete(list, hole, hole+1))
		}
		if end.operator == ">=" && hole >= 0 {
			list[i].operator = ">"
			return tidy(slices.Delete(list, hole, hole+1))
		}
	}
	return list
}
