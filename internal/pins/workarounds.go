package pins

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"policygen/internal/finding"
	"policygen/internal/pep440"
	"policygen/policy"
)

// A State says whether a workaround is still needed.
type State string

// The states.
const (
	Needed   State = "needed"   // a version with the defect may run
	Liftable State = "liftable" // no site admits a version that has the defect
	Unknown  State = "unknown"  // what runs is newer than what the fact was checked with
)

// A Workaround is a defect and what the policy does because of it.
type Workaround struct {
	Fact     policy.Fact
	Pos      finding.Position // of the reason in the policy
	Own      string           // the project's own word on it; may be empty
	Since    string           // the first version that has the defect; empty where it always had it
	Backends []string         // whose plans it is in force in
	Phases   []string         // in which, with all backends together
	Costs    []Cost
	State    State
	Why      string             // in a sentence without full stop
	Sites    []finding.Position // that admit a version with the defect
	Review   string             // YYYY-MM-DD; may be empty
	Overdue  bool               // today is after that day
	Open     bool               // no release is known to be without the defect
}

// A Cost is a setting that a workaround takes.
type Cost struct {
	Setting string // "dist", "workers.max"
	Value   string
	Flag    string           // what it passes to pytest, or the variable; may be empty
	Pos     finding.Position // the line to delete
	KeptBy  []string         // other facts that want the same and are not liftable
}

// Workarounds returns the workarounds in force, by their places in the policy.
func Workarounds(in Input) []Workaround { return newContext(in).workarounds() }

// WorkaroundFindings returns what there is to say about workarounds: PIN009 for those that can be lifted and for overdue reviews.
// With Strict they are warnings, else notes.
func WorkaroundFindings(in Input) finding.List { return newContext(in).liftable().Sorted() }

func (c *context) workarounds() []Workaround {
	var all []Workaround
	for _, p := range c.Plans {
		if c.Backend != "" && p.Backend != c.Backend || p.AdHoc() {
			continue
		}
		for _, r := range p.Because {
			i := slices.IndexFunc(all, func(w Workaround) bool { return w.Fact.ID == r.Fact.ID && w.Pos == r.Pos })
			if i < 0 {
				all, i = append(all, c.workaround(r)), len(all)
			}
			all[i].in(p, r)
		}
	}
	slices.SortStableFunc(all, func(a, b Workaround) int { return a.Pos.Compare(b.Pos) })
	shareCosts(all)
	return all
}

// workaround judges the fact behind a reason.
func (c *context) workaround(r policy.Reason) Workaround {
	w := Workaround{Fact: r.Fact, Pos: r.Pos, Own: r.Why, Review: r.Review, Overdue: c.Today != "" && r.Review != "" && r.Review < c.Today}
	in, ok := c.sets[r.Fact.ID]
	if !ok {
		in, _ = parseSet(r.Fact.In)
	}
	if low, ok := in.LowerEnd(); ok {
		w.Since = low.String()
	}
	w.State, w.Why, w.Sites = c.state(r.Fact, in)
	w.Open = !bounded(in)
	return w
}

// state says whether a version with the defect may run.
func (c *context) state(f policy.Fact, in pep440.Set) (State, string, []finding.Position) {
	after, _ := parseSet(">" + f.CheckedThrough)
	var sites []finding.Position
	beyondAll, installed := true, false
	for i := range c.Sites {
		s := &c.Sites[i]
		if s.Name != f.Package || !s.Kind.installs() {
			continue
		}
		installed = true
		affected := c.effective(s).Intersect(in)
		if c.isKnownIn(s.Name, beyond(affected, after)) {
			sites, beyondAll = append(sites, s.Position), false
		} else if affected.HasReleases() {
			sites = append(sites, s.Position)
		}
	}
	open := in.Intersect(after).HasReleases()
	switch {
	case !installed && open:
		return Needed, fmt.Sprintf("no release up to %s is without the defect, and nothing pins %s", f.CheckedThrough, f.Package), nil
	case !installed:
		return Needed, fmt.Sprintf("nothing pins %s, so releases in %q may run", f.Package, f.In), nil
	case len(sites) > 0 && beyondAll:
		return Unknown, fmt.Sprintf("what is pinned is newer than %s, the newest release that was checked", f.CheckedThrough), sites
	case len(sites) > 0 && open:
		return Needed, fmt.Sprintf("no release from %s up to %s is without the defect", c.since(in), f.CheckedThrough), sites
	case len(sites) > 0:
		return Needed, fmt.Sprintf("it is fixed, and %s still %s releases in %q", count(len(sites), "site"), verb(len(sites), "admits", "admit"), f.In), sites
	}
	return Liftable, fmt.Sprintf("no site admits a release in %q", f.In), nil
}

// since returns the lower end of a set, for messages.
func (c *context) since(in pep440.Set) string {
	if low, ok := in.LowerEnd(); ok {
		return low.String()
	}
	return "the first one"
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

func verb(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// in notes a plan in which the workaround is in force.
func (w *Workaround) in(p policy.Plan, r policy.Reason) {
	if !slices.Contains(w.Backends, p.Backend) {
		w.Backends = append(w.Backends, p.Backend)
	}
	if name := p.Name(); !slices.Contains(w.Phases, name) {
		w.Phases = append(w.Phases, name)
	}
	for _, cost := range costs(p, r) {
		if !slices.ContainsFunc(w.Costs, func(x Cost) bool { return x.Setting == cost.Setting && x.Pos == cost.Pos && x.Value == cost.Value }) {
			w.Costs = append(w.Costs, cost)
		}
	}
}

// costs returns the settings of a plan that a reason explains.
func costs(p policy.Plan, r policy.Reason) []Cost {
	all := []Cost{
		costOf("workers.default", "-n ", p.Workers, r), costOf("workers.max", "--maxprocesses=", p.Cap, r),
		costOf("workers.beyond.flag", "", p.BeyondFlag, r), costOf("workers.beyond.env", "", p.BeyondEnv, r),
		costOf("dist", "--dist=", p.Dist, r), costOf("maxWorkerRestart", "--max-worker-restart=", p.Restart, r),
		costOf("timeout", "", p.Limit, r), costOf("testTimeout.limit", "--timeout=", p.TestLimit, r),
		costOf("testTimeout.method", "--timeout-method=", p.TestLimitMethod, r),
		costOf("faulthandlerTimeout", "", p.FaulthandlerAfter, r),
	}
	for _, v := range p.Env {
		field := map[policy.EnvMode]string{policy.EnvSet: "env", policy.EnvDefault: "envDefault", policy.EnvUnset: "unset"}[v.Mode]
		cost := costOf(field+"."+v.Name, v.Name+"=", v.Setting, r)
		if v.Mode == policy.EnvUnset {
			cost.Flag = v.Name + " unset"
		}
		all = append(all, cost)
	}
	for _, a := range p.Args {
		cost := costOf("args", "", a, r)
		cost.Flag = a.Value
		all = append(all, cost)
	}
	return slices.DeleteFunc(all, func(c Cost) bool { return !c.Pos.IsValid() })
}

// costOf returns a setting as a cost of a reason, or the zero Cost where it isn't one.
func costOf[T any](name, flag string, s policy.Setting[T], r policy.Reason) Cost {
	if !s.IsSet() || s.Layer != r.Layer || s.Pos.File != r.Pos.File || !explains(r, name) {
		return Cost{}
	}
	cost := Cost{Setting: name, Value: fmt.Sprint(s.Value), Pos: s.Pos}
	if flag != "" {
		cost.Flag = flag + cost.Value
	}
	return cost
}

// explains reports whether a reason is about a setting: all beside it where it names none.
func explains(r policy.Reason, name string) bool {
	return len(r.Settings) == 0 || slices.ContainsFunc(r.Settings, func(s string) bool { return s == name || strings.HasPrefix(name, s+".") })
}

// shareCosts notes for each cost which other workarounds keep it.
func shareCosts(all []Workaround) {
	for i := range all {
		for j := range all[i].Costs {
			cost := &all[i].Costs[j]
			for k, other := range all {
				if k != i && other.State != Liftable && slices.ContainsFunc(other.Costs, func(c Cost) bool { return c.Pos == cost.Pos && c.Setting == cost.Setting }) {
					cost.KeptBy = append(cost.KeptBy, other.Fact.ID)
				}
			}
		}
	}
}

// advice says which lines of the policy may go.
func (w Workaround) advice() string {
	lines := []string{w.Pos.String()}
	for _, c := range w.Costs {
		if place := fmt.Sprintf("%s (%s)", c.Pos, c.Setting); len(c.KeptBy) == 0 && !slices.Contains(lines, place) {
			lines = append(lines, place)
		}
	}
	return "delete " + join(lines) + " from the policy"
}
