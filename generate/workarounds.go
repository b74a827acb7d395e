package generate

import (
	"slices"
	"strings"

	"policygen/policy"
)

// A workaround is what a policy says about a fact that settings exist for, and the backends that say the same.
type workaround struct {
	policy.Reason
	Backends []string
	From     []Origin // the reasons of all plans
}

// workarounds returns the workarounds of the plans in the order of their facts' ids.
func workarounds(plans []policy.Plan) []workaround {
	var all []workaround
	for _, p := range plans {
		for _, r := range p.Because {
			i := slices.IndexFunc(all, func(w workaround) bool { return w.says(r) })
			if i < 0 {
				i = len(all)
				all = append(all, workaround{Reason: r})
			}
			all[i].From = union(all[i].From, fromReason(r))
			if !slices.Contains(all[i].Backends, p.Backend) {
				all[i].Backends = append(all[i].Backends, p.Backend)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b workaround) int { return strings.Compare(a.Fact.ID, b.Fact.ID) })
	return all
}

func fromReason(r policy.Reason) []Origin { return valid(Origin{r.Pos, r.Fact.ID}) }

func (w workaround) says(r policy.Reason) bool {
	return w.Fact.ID == r.Fact.ID && w.Why == r.Why && w.Review == r.Review && slices.Equal(w.Settings, r.Settings)
}

// line says the workaround in one line: what is wrong, whose it is, how far it was checked, and which settings it explains.
func (w workaround) line() string {
	var b strings.Builder
	b.WriteString(w.Fact.ID + " (" + w.Fact.Package + " " + w.Fact.In + ", checked through " + w.Fact.CheckedThrough + "): ")
	b.WriteString(strings.TrimSuffix(w.Fact.Why, "."))
	if w.Why != "" {
		b.WriteString(". Here: " + strings.TrimSuffix(w.Why, "."))
	}
	if len(w.Settings) > 0 {
		b.WriteString(". Settings: " + strings.Join(w.Settings, ", "))
	}
	if w.Review != "" {
		b.WriteString(". Look again by " + w.Review)
	}
	return b.String()
}
