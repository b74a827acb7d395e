package pins

import (
	"cmp"
	"slices"
	"strings"

	"policygen/internal/finding"
	"policygen/internal/pytest"
	"policygen/policy"
)

// A Use is something of pytest or of a plugin that the project itself uses, beside what its policy passes, and where it says so.
type Use struct {
	What policy.Uses
	Pos  finding.Position
	From string // "addopts", "command line" …
}

// UsesOf returns what the options of a start of pytest use that are in force, in the spelling of facts: each option with and without
// its value.
func UsesOf(s pytest.Settings) []Use {
	var all []Use
	for _, o := range s.Options {
		if o.Name == "" || o.Ignored || len(pytest.Unknowns(o.Name+o.Value)) > 0 {
			continue
		}
		name := canonical(o)
		all = append(all, Use{policy.Uses{Flag: name}, o.Pos, o.From.String()})
		if !o.Set {
			continue
		}
		all = append(all, Use{policy.Uses{Flag: name + "=" + o.Value}, o.Pos, o.From.String()})
		if key, _, ok := strings.Cut(o.Value, "="); ok && name == "-o" {
			all = append(all, Use{policy.Uses{Ini: key}, o.Pos, o.From.String()})
		}
	}
	return all
}

// Distinct returns uses by place, each once. Starts that share addopts share their uses.
func Distinct(all []Use) []Use {
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b Use) int {
		return cmp.Or(a.Pos.Compare(b.Pos), strings.Compare(a.From, b.From), strings.Compare(a.words(), b.words()))
	})
	var once []Use
	seen := map[Use]bool{}
	for _, u := range sorted {
		if !seen[u] {
			seen[u], once = true, append(once, u)
		}
	}
	return once
}

// shortest are the names under which facts know options that have several.
var shortest = map[string]string{
	"numprocesses": "-n", "pythonwarnings": "-W", "markexpr": "-m", "keyword": "-k", "override_ini": "-o", "plugins": "-p",
}

func canonical(o pytest.Option) string {
	if name := shortest[o.Dest]; name != "" {
		return name
	}
	return o.Name
}

// matches reports whether the use is what a capability offers.
func (u Use) matches(offer policy.Uses) bool {
	offer.Flag = strings.Replace(offer.Flag, " ", "=", 1)
	return u.What == offer
}

// words is how messages call the use.
func (u Use) words() string {
	what := u.What.Name()
	if name, value, ok := strings.Cut(what, "="); ok && u.What.Flag != "" && !strings.HasPrefix(name, "--") {
		what = name + " " + value
	}
	return what
}
