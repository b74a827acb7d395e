package generate

import (
	"slices"
	"strings"

	"policygen/policy"
)

// A workaround is a fact that some backends have settings for, in words.
type workaround struct {
	ID       string
	Text     string // one line: what is wrong, whose it is, until when, and which settings it explains
	Backends []string
}

// reasonsByBackend returns the workarounds of the plans in the order of their facts' ids, each once for the
// backends that say the same about it.
func reasonsByBackend(plans []policy.Plan) []workaround {
	var all []workaround
	for _, p := range plans {
		for _, r := range p.Because {
			text := reasonText(r)
			i := slices.IndexFunc(all, func(w workaround) bool { return w.ID == r.Fact.ID && w.Text == text })
			if i < 0 {
				i = len(all)
				all = append(all, workaround{ID: r.Fact.ID, Text: text})
			}
			if !slices.Contains(all[i].Backends, p.Backend) {
				all[i].Backends = append(all[i].Backends, p.Backend)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b workaround) int { return strings.Compare(a.ID, b.ID) })
	return all
}

// reasonText says a workaround in one line.
func reasonText(r policy.Reason) string {
	var b strings.Builder
	b.WriteString(r.Fact.ID + " (" + r.Fact.Package + " " + r.Fact.In + ", checked through " + r.Fact.CheckedThrough + "): ")
	b.WriteString(strings.TrimSuffix(r.Fact.Why, "."))
	if r.Why != "" {
		b.WriteString(". Here: " + strings.TrimSuffix(r.Why, "."))
	}
	if len(r.Settings) > 0 {
		b.WriteString(". Settings: " + strings.Join(r.Settings, ", "))
	}
	if r.Review != "" {
		b.WriteString(". Look again by " + r.Review)
	}
	return b.String()
}
