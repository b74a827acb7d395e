package generate

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"policygen/policy"
)

// The rows of the page's tables. From marks what a row follows from.
type (
	docsBackend     struct{ Name, Title, Workers, Cap, Beyond, Dist, Restart, From string }
	docsPhase       struct{ Name, Title, Tests, Limit, TestLimit, Runs, From string }
	docsDifference  struct{ Text, From string }
	docsWorkaround  struct{ ID, Backends, Why, Versions, Checked, Settings, Review, Source, From string }
	docsRequirement struct{ Package, Range, Backends, Why, From string }
)

func backendRow(p *policy.Policy, plan policy.Plan, m *marks) docsBackend {
	row := docsBackend{Name: plan.Backend, Workers: plan.Workers.Value, Cap: "none", Beyond: "-", Dist: "`load`", Restart: "4 per worker"}
	from := slices.Concat(origin(plan.Workers, plan, "workers"), origin(plan.Cap, plan, "workers"), origin(plan.BeyondFlag, plan, "workers"),
		origin(plan.BeyondEnv, plan, "workers"), origin(plan.Dist, plan, "dist"), origin(plan.Restart, plan, "maxWorkerRestart"))
	for _, b := range p.Backends {
		if b.Name == plan.Backend {
			row.Title = b.Title
			title := fields{p}.under("backends", b.Name, "title")
			row.From = m.note(slices.Concat(statedAt(b.Pos), title, from)...)
		}
	}
	if plan.Cap.IsSet() {
		row.Cap = strconv.Itoa(plan.Cap.Value)
		row.Beyond = "`-n`: " + beyondWords(plan.BeyondFlag.Value) + "; environment: " + beyondWords(plan.BeyondEnv.Value)
	}
	if plan.Dist.IsSet() {
		row.Dist = code(plan.Dist.Value)
	}
	if plan.Restart.IsSet() {
		row.Restart = strconv.Itoa(plan.Restart.Value)
	}
	if plan.Workers.Value == "0" {
		row.Dist, row.Restart = "-", "-"
	}
	return row
}

func beyondWords(b policy.Beyond) string {
	switch b {
	case policy.Warn:
		return "honoured, with a warning"
	case policy.Clamp:
		return "held to the cap"
	}
	return "refused"
}

// phaseRows describes each phase as the default backend runs it, and then what other backends do differently.
func phaseRows(in Input, m *marks) (rows []docsPhase, differences []docsDifference) {
	f := fields{in.Policy}
	byPhase := map[string]docsPhase{}
	phases := map[string]policy.Phase{}
	for _, ph := range in.Policy.Phases {
		phases[ph.Name] = ph
	}
	for _, b := range backendsDefaultFirst(in.Policy) {
		for _, plan := range in.Plans {
			if plan.AdHoc() || plan.Backend != b {
				continue
			}
			row := phaseRow(plan)
			first, seen := byPhase[plan.Name()]
			if !seen {
				byPhase[plan.Name()] = row
				row.Title = phases[plan.Phase].Title
				title := f.under("phases", plan.Phase, "title")
				row.From = m.note(slices.Concat(statedAt(phases[plan.Phase].Pos), title, phaseOrigins(plan))...)
				rows = append(rows, row)
				continue
			}
			if d := phaseDifference(first, row); d != "" {
				text := code(b) + ", " + code(plan.Name()) + ": " + d
				from := slices.Concat(fromThese(f.backends(), []string{b}), statedAt(phases[plan.Phase].Pos), phaseOrigins(plan))
				differences = append(differences, docsDifference{text, m.note(from...)})
			}
		}
	}
	return rows, differences
}

func backendsDefaultFirst(p *policy.Policy) []string {
	names := []string{p.DefaultBackend.Value}
	for _, b := range p.Backends {
		if b.Name != p.DefaultBackend.Value {
			names = append(names, b.Name)
		}
	}
	return names
}

func phaseRow(p policy.Plan) docsPhase {
	row := docsPhase{Name: p.Name(), Limit: duration(p.Limit), TestLimit: duration(p.TestLimit), Runs: p.Workers.Value + " workers"}
	var tests []string
	for _, s := range p.Paths {
		tests = append(tests, code(s.Value))
	}
	row.Tests = strings.Join(tests, " ")
	if len(p.Ignore) > 0 {
		var ignored []string
		for _, s := range p.Ignore {
			ignored = append(ignored, s.Value)
		}
		row.Tests += " without " + codes(ignored)
	}
	if p.Markers.IsSet() {
		row.Tests += ", " + code("-m "+mustQuote(p.Markers.Value))
	}
	if p.Keywords.IsSet() {
		row.Tests += ", " + code("-k "+mustQuote(p.Keywords.Value))
	}
	if p.Serial.Value {
		row.Runs = "serially, whatever `-n` says"
	}
	if p.AllowEmpty.Value {
		row.Runs += "; may be empty"
	}
	if !p.Required.Value {
		row.Runs += "; does not decide the exit code"
	}
	return row
}

// phaseOrigins returns what the row of a phase follows from.
func phaseOrigins(p policy.Plan) []Origin {
	all := slices.Concat(origin(p.Markers, p, "markers", "serialMarker"), origin(p.Keywords, p, "keywords"), origin(p.Limit, p, "timeout"),
		origin(p.TestLimit, p, "testTimeout"), origin(p.Serial, p, "serial", "serialMarker"), origin(p.Workers, p, "workers"),
		origin(p.AllowEmpty, p, "allowEmpty"), origin(p.Required, p, "required"))
	for _, s := range slices.Concat(p.Paths, p.Ignore) {
		all = append(all, origin(s, p, "paths", "rest")...)
	}
	return all
}

// phaseDifference says what one backend's row has that the default backend's has not, worker counts aside.
func phaseDifference(a, b docsPhase) string {
	var d []string
	for _, f := range []struct{ name, a, b string }{
		{"tests", a.Tests, b.Tests}, {"limit", a.Limit, b.Limit}, {"limit of one test", a.TestLimit, b.TestLimit},
	} {
		if f.a != f.b {
			d = append(d, f.name+" "+f.b)
		}
	}
	return strings.Join(d, ", ")
}

func duration(s policy.Setting[time.Duration]) string {
	if !s.IsSet() {
		return "none"
	}
	return Duration(s.Value)
}

// Duration writes a duration without parts that are zero: "30m", "1h30m", "1.5s".
func Duration(d time.Duration) string {
	text := d.String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, zero) {
			text = text[:len(text)-2]
		}
	}
	return text
}

func workaroundRows(in Input, m *marks) []docsWorkaround {
	f := fields{in.Policy}
	var rows []docsWorkaround
	for _, w := range workarounds(in.Plans) {
		row := docsWorkaround{ID: w.Fact.ID, Backends: codes(w.Backends), Why: w.Fact.Why, Versions: w.Fact.Package + " " + w.Fact.In,
			Checked: w.Fact.CheckedThrough, Settings: "all", Review: "-", Source: links(w.Fact.Source),
			From: m.note(union(w.From, fromThese(f.backends(), w.Backends))...)}
		if len(w.Settings) > 0 {
			row.Settings = codes(w.Settings)
		}
		if w.Review != "" {
			row.Review = w.Review
		}
		if w.Why != "" {
			row.Why += " " + w.Why
		}
		rows = append(rows, row)
	}
	return rows
}

func requirementRows(in Input, m *marks) []docsRequirement {
	var rows []docsRequirement
	for _, d := range demands(in.Plans) {
		for _, b := range d.Bounds {
			row := docsRequirement{Package: d.Package, Range: b.Words(), Backends: "all", Why: b.Why}
			from := b.From
			if len(b.Backends) < len(in.Policy.Backends) {
				row.Backends = codes(b.Backends)
				from = union(from, fromThese(fields{in.Policy}.backends(), b.Backends))
			}
			row.From = m.note(from...)
			rows = append(rows, row)
		}
	}
	return rows
}
