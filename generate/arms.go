package generate

import (
	"slices"
	"strconv"
	"strings"

	"policygen/policy"
)

// A background is the words about a run as a whole that some backends share.
type background struct {
	Backends []string
	From     []Origin // of the backends
	Words    []word
}

// runArms are the cases of one run of the loop over the phases.
type runArms struct {
	Run      string
	From     []Origin
	Arms     []arm // may be empty, for a phase that runs nowhere
	Same     bool  // one arm is right for every backend
	Complete bool  // every backend has an arm
	Else     []Origin
}

// An arm is what a run is for the backends that share its plan.
type arm struct {
	Backends  []string
	From      []Origin // of the backends
	Assign    []word   // shell assignments
	Words     []word   // of the phase's section
	PathWords []word   // left out where the command line names paths
	Indent    string
}

// key is equal for arms that say the same.
func (a arm) key() string {
	return joined(slices.Concat(a.Assign, a.Words, words(nil, ""), a.PathWords), "\x00")
}

// add adds a backend, and the origins of its arm, which says the same.
func (a *arm) add(backend string, same arm) {
	a.Backends = append(a.Backends, backend)
	addOrigins(a.Assign, same.Assign)
	addOrigins(a.Words, same.Words)
	addOrigins(a.PathWords, same.PathWords)
}

// runName returns the name of a plan in the loop of the wrapper.
func runName(p policy.Plan) string {
	if p.AdHoc() {
		return adHocRun
	}
	return p.Name()
}

// runs returns the names of all plans in the order that they run, the ad-hoc one last.
func runs(in Input) []string {
	split := map[string]bool{}
	for _, p := range in.Plans {
		if p.Half == policy.SerialHalf {
			split[p.Phase] = true
		}
	}
	var names []string
	for _, ph := range in.Policy.Phases {
		names = append(names, ph.Name)
		if split[ph.Name] {
			names = append(names, ph.Name+"+serial")
		}
	}
	return append(names, adHocRun)
}

// allRunArms returns the cases of the loop, plans of one run that are equal but for the backend in one arm.
func allRunArms(in Input, runs []string) []runArms {
	all := make([]runArms, len(runs))
	for i, name := range runs {
		all[i] = runArms{Run: name, From: fromRun(in, name)}
		index := map[string]int{}
		for _, p := range in.Plans {
			if runName(p) != name {
				continue
			}
			a := newArm(in, p)
			at, seen := index[a.key()]
			if !seen {
				at = len(all[i].Arms)
				index[a.key()] = at
				all[i].Arms = append(all[i].Arms, a)
			}
			all[i].Arms[at].add(p.Backend, a)
		}
		all[i].finish(in)
	}
	return all
}

// finish fills in what follows from all arms together.
func (r *runArms) finish(in Input) {
	f := fields{in.Policy}
	enabled := 0
	for _, a := range r.Arms {
		enabled += len(a.Backends)
	}
	r.Complete = enabled == len(in.Policy.Backends)
	r.Same = r.Complete && len(r.Arms) == 1
	indent := "\t\t\t"
	if r.Same {
		indent = "\t\t"
	}
	for i, a := range r.Arms {
		r.Arms[i].From, r.Arms[i].Indent = fromThese(f.backends(), a.Backends), indent
	}
	if !r.Complete {
		r.Else = f.switchedOff(r.Run)
	}
}

// fromRun returns what the name of a run follows from.
func fromRun(in Input, run string) []Origin {
	phase, half := strings.CutSuffix(run, "+serial")
	from := fromThese(fields{in.Policy}.phases(), []string{phase})
	for _, p := range in.Plans {
		if half && p.Name() == run {
			from = union(from, splitBy(p))
		}
	}
	return from
}

func newArm(in Input, p policy.Plan) arm {
	return arm{Assign: assignments(p, in.Policy.Runner.WorkersEnv != ""), Words: phaseWords(in, p), PathWords: pathWords(in, p)}
}

// assignments returns the shell assignments that hold the worker settings of a plan. What a variable does that is over
// the cap is only of use where the policy has such a variable.
func assignments(p policy.Plan, workersEnv bool) []word {
	var all []word
	set := func(name, value string, from []Origin) {
		all = append(all, word{"pg_" + name + "=" + mustQuote(value), from})
	}
	if p.Serial.Value {
		set("from", "serial", origin(p.Serial, p, "serial"))
		return all
	}
	count := origin(p.Workers, p, "workers.default", "workers.detect")
	set("fixed", p.Workers.Value, count)
	set("from", string(p.Workers.Layer), count)
	if p.Cap.IsSet() {
		limit := origin(p.Cap, p, "workers.max")
		set("max", strconv.Itoa(p.Cap.Value), limit)
		set("over_flag", string(p.BeyondFlag.Value), union(limit, origin(p.BeyondFlag, p, "workers.beyond.flag")))
		if workersEnv {
			set("over_env", string(p.BeyondEnv.Value), union(limit, origin(p.BeyondEnv, p, "workers.beyond.env")))
		}
		if names, from := capReason(p); names != "" {
			set("reason", names, from)
		}
	}
	mode := origin(p.Dist, p, "dist")
	if p.Dist.IsSet() {
		set("dist", p.Dist.Value, mode)
	}
	if p.Restart.IsSet() {
		from := origin(p.Restart, p, "maxWorkerRestart")
		if p.Restart.Layer == policy.BuiltIn {
			from = mode // a grouped one
		}
		set("restart", strconv.Itoa(p.Restart.Value), from)
	}
	return all
}

// capReason names the facts that the cap of a plan exists for, in brackets, for the note about a count over it.
func capReason(p policy.Plan) (names string, from []Origin) {
	var ids []string
	for _, r := range p.Because {
		if len(r.Settings) == 0 || slices.Contains(r.Settings, "workers") || slices.Contains(r.Settings, "workers.max") {
			ids = append(ids, r.Fact.ID)
			from = union(from, fromReason(r))
		}
	}
	if len(ids) == 0 {
		return "", nil
	}
	return " (" + strings.Join(ids, ", ") + ")", from
}

// phaseWords returns the words of a plan's section that no input changes.
func phaseWords(in Input, p policy.Plan) []word {
	all := words(fromRun(in, runName(p)), "phase="+strings.TrimPrefix(runName(p), "+"))
	add := func(from []Origin, text string) { all = append(all, word{text, from}) }
	if p.Limit.IsSet() {
		add(origin(p.Limit, p, "timeout"), "limit="+seconds(p.Limit.Value.Seconds()))
	}
	for _, a := range pytestArgs(p) {
		add(a.from, "arg="+a.text)
	}
	for _, e := range p.Env {
		add(origin(e.Setting, p, envField(e.Mode)+"."+e.Name), envWord(e))
	}
	if p.AllowEmpty.Value {
		add(origin(p.AllowEmpty, p, "allowEmpty"), "allow-empty=1")
	}
	if !p.Required.Value {
		add(origin(p.Required, p, "required"), "required=0")
	}
	return all
}

// envField returns the field of a policy that holds the variables of a mode.
func envField(m policy.EnvMode) string {
	return map[policy.EnvMode]string{policy.EnvSet: "env", policy.EnvDefault: "envDefault", policy.EnvUnset: "unset"}[m]
}

func envWord(e policy.EnvVar) string {
	if e.Mode == policy.EnvUnset {
		return "unset=" + e.Name
	}
	return string(e.Mode) + "=" + e.Name + "=" + e.Value
}

// pathWords returns the words that say where the plan's tests are.
func pathWords(in Input, p policy.Plan) []word {
	var all []word
	rest := fields{in.Policy}.under("phases", p.Phase, "rest")
	for _, i := range p.Ignore {
		all = append(all, word{"arg=--ignore=" + i.Value, union(origin(i, p, "paths"), rest)})
	}
	for _, s := range p.Paths {
		all = append(all, word{"path=" + s.Value, origin(s, p, "paths")})
	}
	return all
}

// backgrounds returns, for each group of backends, what their runs need and which workarounds they hold.
func backgrounds(in Input) []background {
	var all []background
	index := map[string]int{}
	for _, b := range in.Policy.Backends {
		plans := plansOf(in.Plans, b.Name)
		about := slices.Concat(needWords(in, plans), becauseWords(plans))
		if len(about) == 0 {
			continue
		}
		same := joined(about, "\x00")
		i, seen := index[same]
		if !seen {
			i = len(all)
			index[same] = i
			all = append(all, background{Words: about})
		}
		all[i].Backends = append(all[i].Backends, b.Name)
		addOrigins(all[i].Words, about)
	}
	for i, b := range all {
		all[i].From = fromThese(fields{in.Policy}.backends(), b.Backends)
	}
	return all
}

func plansOf(plans []policy.Plan, backend string) []policy.Plan {
	return slices.DeleteFunc(slices.Clone(plans), func(p policy.Plan) bool { return p.Backend != backend })
}

// needWords returns one need= section for each bound that the plans have on a distribution.
func needWords(in Input, plans []policy.Plan) []word {
	var all []word
	for _, n := range needs(plans) {
		all = append(all, words(n.From, "need="+n.Package, "range="+n.Range)...)
		if n.CheckedThrough != "" {
			all = append(all, word{"checked=" + n.CheckedThrough, fields{in.Policy}.checked(n)})
		}
		all = append(all, word{"why=" + n.Why, n.From})
	}
	return all
}

func becauseWords(plans []policy.Plan) []word {
	var all []word
	for _, w := range workarounds(plans) {
		all = append(all, words(w.From, "because="+w.Fact.ID, "text="+w.line())...)
	}
	return all
}
