package generate

import (
	"bytes"
	_ "embed"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"time"

	"policygen/policy"
)

//go:embed docs.md.tmpl
var docsTemplate string

var docsTmpl = template.Must(template.New("docs").Option("missingkey=error").Funcs(template.FuncMap{
	"md": markdown, "code": code, "codes": codes,
}).Parse(docsTemplate))

// docsData is what the template of the page is filled with. Fields of table rows are Markdown already,
// but for those that the template passes through md or code.
type docsData struct {
	Sources, Command, Project, Wrapper string
	Examples                           []string
	BackendEnv                         []string
	DefaultBackend, WorkersEnv         string
	Backends                           []docsBackend
	Phases                             []docsPhase
	Differences                        []string
	Workarounds                        []docsWorkaround
	Requirements                       []docsRequirement
	Xdist                              bool
	CrashCommands                      []string
	FewWorkers                         string
}

type docsBackend struct{ Name, Title, Workers, Cap, Beyond, Dist, Restart string }

type docsPhase struct{ Name, Title, Tests, Limit, TestLimit, Runs string }

type docsWorkaround struct{ ID, Backends, Why, Versions, Checked, Settings, Review, Source string }

type docsRequirement struct{ Package, Range, Backends, Why string }

// renderDocs renders the page about the suite.
func renderDocs(in Input) ([]byte, error) {
	p := in.Policy
	d := docsData{
		Sources: strings.Join(p.Sources, ", "), Command: in.Command, Project: p.Project, Wrapper: wrapperCommand(p),
		BackendEnv: p.Runner.BackendEnv, DefaultBackend: p.DefaultBackend.Value, WorkersEnv: p.Runner.WorkersEnv,
	}
	for _, b := range p.Backends {
		if b.Name != d.DefaultBackend {
			d.Examples = append(d.Examples, d.Wrapper+" --backend "+b.Name)
		}
	}
	d.Examples = append(d.Examples, d.Wrapper+" --phase "+p.Phases[0].Name+" -k 'a and b'")
	for _, plan := range in.Plans {
		if plan.AdHoc() {
			d.Backends = append(d.Backends, backendRow(p, plan))
		}
		d.Xdist = d.Xdist || plan.Workers.Value != "0"
	}
	d.Phases, d.Differences = phaseRows(in)
	d.Workarounds = workaroundRows(in.Plans)
	d.Requirements = requirementRows(in)
	d.CrashCommands, d.FewWorkers = crashCommands(in, d.Wrapper)
	var b bytes.Buffer
	if err := docsTmpl.Execute(&b, d); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// wrapperCommand is how the page calls the wrapper: the first one of the policy, seen from the root; "" where there is none.
func wrapperCommand(p *policy.Policy) string {
	for _, t := range p.Targets {
		if t.Kind == "wrapper" && !strings.Contains(t.Path, "/") {
			return mustQuote("./" + t.Path)
		} else if t.Kind == "wrapper" {
			return mustQuote(t.Path)
		}
	}
	return ""
}

func backendRow(p *policy.Policy, plan policy.Plan) docsBackend {
	row := docsBackend{Name: plan.Backend, Workers: plan.Workers.Value, Cap: "none", Beyond: "-", Dist: "`load`", Restart: "4 per worker"}
	for _, b := range p.Backends {
		if b.Name == plan.Backend {
			row.Title = b.Title
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
func phaseRows(in Input) (rows []docsPhase, differences []string) {
	byPhase := map[string]docsPhase{}
	titles := map[string]string{}
	for _, ph := range in.Policy.Phases {
		titles[ph.Name] = ph.Title
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
				row.Title = titles[plan.Phase]
				rows = append(rows, row)
				continue
			}
			if d := phaseDifference(first, row); d != "" {
				differences = append(differences, code(b)+", "+code(plan.Name())+": "+d)
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

func workaroundRows(plans []policy.Plan) []docsWorkaround {
	var rows []docsWorkaround
	for _, w := range workarounds(plans) {
		row := docsWorkaround{ID: w.Fact.ID, Backends: codes(w.Backends), Why: w.Fact.Why, Versions: w.Fact.Package + " " + w.Fact.In,
			Checked: w.Fact.CheckedThrough, Settings: codes(w.Settings), Review: w.Review, Source: links(w.Fact.Source)}
		if w.Why != "" {
			row.Why += " " + w.Why
		}
		rows = append(rows, row)
	}
	return rows
}

func requirementRows(in Input) []docsRequirement {
	var rows []docsRequirement
	backends := map[docsRequirement][]string{}
	for _, p := range in.Plans {
		for _, r := range p.Requires {
			for _, b := range r.Bounds {
				row := docsRequirement{Package: r.Package, Range: b.Words(), Why: b.Why}
				if backends[row] == nil {
					rows = append(rows, row)
				}
				if !slices.Contains(backends[row], p.Backend) {
					backends[row] = append(backends[row], p.Backend)
				}
			}
		}
	}
	for i, row := range rows {
		if rows[i].Backends = "all"; len(backends[row]) < len(in.Policy.Backends) {
			rows[i].Backends = codes(backends[row])
		}
	}
	slices.SortStableFunc(rows, func(a, b docsRequirement) int { return strings.Compare(a.Package, b.Package) })
	return rows
}

// crashCommands are the commands that narrow a crash down, for the first backend that has a cap, else the default one, and the
// number of workers that they begin with.
func crashCommands(in Input, wrapper string) (commands []string, workers string) {
	call, few := wrapper, 4
	for _, p := range in.Plans {
		if p.AdHoc() && p.Cap.IsSet() {
			call += " --backend " + p.Backend
			few = min(few, p.Cap.Value)
			break
		}
	}
	workers = strconv.Itoa(few)
	return []string{
		call + " -n " + workers + "                 # few workers",
		call + " -n 0                 # no workers: the crash shows its own stack",
		call + " -n " + workers + " --dist load     # a mode that survives crashes",
	}, workers
}
