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
	Words    []string
}

// runArms are the cases of one run of the loop over the phases.
type runArms struct {
	Run      string
	Arms     []arm // may be empty, for a phase that runs nowhere
	Same     bool  // one arm is right for every backend
	Complete bool  // every backend has an arm
}

// An arm is what a run is for the backends that share its plan.
type arm struct {
	Backends  []string
	Assign    string   // shell assignments, quoted
	Words     []string // of the phase's section
	PathWords []string // left out where the command line names paths
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
	byRun := map[string]*runArms{}
	all := make([]runArms, len(runs))
	for i, name := range runs {
		all[i].Run = name
		byRun[name] = &all[i]
	}
	index := map[string]int{}
	for _, p := range in.Plans {
		r := byRun[runName(p)]
		a := arm{Assign: assignments(p, in.Policy.Runner.WorkersEnv != ""), Words: phaseWords(p), PathWords: pathWords(p)}
		same := strings.Join(slices.Concat([]string{r.Run, a.Assign}, a.Words, a.PathWords), "\x00")
		i, seen := index[same]
		if !seen {
			i = len(r.Arms)
			index[same] = i
			r.Arms = append(r.Arms, a)
		}
		r.Arms[i].Backends = append(r.Arms[i].Backends, p.Backend)
	}
	for i := range all {
		enabled := 0
		for _, a := range all[i].Arms {
			enabled += len(a.Backends)
		}
		all[i].Complete = enabled == len(in.Policy.Backends)
		all[i].Same = all[i].Complete && len(all[i].Arms) == 1
	}
	return all
}

// assignments returns the shell assignments that hold the worker settings of a plan. What a variable does that is over
// the cap is only of use where the policy has such a variable.
func assignments(p policy.Plan, workersEnv bool) string {
	var a []string
	set := func(name, value string) { a = append(a, "pg_"+name+"="+mustQuote(value)) }
	if p.Serial.Value {
		set("from", "serial")
		return strings.Join(a, " ")
	}
	set("fixed", p.Workers.Value)
	set("from", string(p.Workers.Layer))
	if p.Cap.IsSet() {
		set("max", strconv.Itoa(p.Cap.Value))
		set("over_flag", string(p.BeyondFlag.Value))
		if workersEnv {
			set("over_env", string(p.BeyondEnv.Value))
		}
		if r := capReason(p); r != "" {
			set("reason", r)
		}
	}
	if p.Dist.IsSet() {
		set("dist", p.Dist.Value)
	}
	if p.Restart.IsSet() {
		set("restart", strconv.Itoa(p.Restart.Value))
	}
	return strings.Join(a, " ")
}

// capReason names the facts that the cap of a plan exists for, in brackets, for the note about a count over it.
func capReason(p policy.Plan) string {
	var ids []string
	for _, r := range p.Because {
		if len(r.Settings) == 0 || slices.Contains(r.Settings, "workers") || slices.Contains(r.Settings, "workers.max") {
			ids = append(ids, r.Fact.ID)
		}
	}
	if len(ids) == 0 {
		return ""
	}
	return " (" + strings.Join(ids, ", ") + ")"
}

// phaseWords returns the words of a plan's section that no input changes.
func phaseWords(p policy.Plan) []string {
	words := []string{"phase=" + strings.TrimPrefix(runName(p), "+")}
	if p.Limit.IsSet() {
		words = append(words, "limit="+seconds(p.Limit.Value.Seconds()))
	}
	for _, a := range pytestArgs(p) {
		words = append(words, "arg="+a)
	}
	for _, e := range p.Env {
		words = append(words, envWord(e))
	}
	if p.AllowEmpty.Value {
		words = append(words, "allow-empty=1")
	}
	if !p.Required.Value {
		words = append(words, "required=0")
	}
	return words
}

func envWord(e policy.EnvVar) string {
	if e.Mode == policy.EnvUnset {
		return "unset=" + e.Name
	}
	return string(e.Mode) + "=" + e.Name + "=" + e.Value
}

// pathWords returns the words that say where the plan's tests are.
func pathWords(p policy.Plan) []string {
	var words []string
	for _, i := range p.Ignore {
		words = append(words, "arg=--ignore="+i.Value)
	}
	for _, s := range p.Paths {
		words = append(words, "path="+s.Value)
	}
	return words
}

// backgrounds returns, for each group of backends, what their runs need and which workarounds they hold.
func backgrounds(in Input) []background {
	var all []background
	index := map[string]int{}
	plans := map[string][]policy.Plan{}
	for _, p := range in.Plans {
		plans[p.Backend] = append(plans[p.Backend], p)
	}
	for _, b := range in.Policy.Backends {
		words := slices.Concat(needWords(plans[b.Name]), becauseWords(plans[b.Name]))
		if len(words) == 0 {
			continue
		}
		same := strings.Join(words, "\x00")
		i, seen := index[same]
		if !seen {
			i = len(all)
			index[same] = i
			all = append(all, background{Words: words})
		}
		all[i].Backends = append(all[i].Backends, b.Name)
	}
	return all
}

// needWords returns one need= section for each bound that the plans have on a distribution.
func needWords(plans []policy.Plan) []string {
	var words []string
	for _, n := range needs(plans) {
		words = append(words, "need="+n.Package, "range="+n.Range)
		if n.CheckedThrough != "" {
			words = append(words, "checked="+n.CheckedThrough)
		}
		words = append(words, "why="+n.Why)
	}
	return words
}

func becauseWords(plans []policy.Plan) []string {
	var words []string
	for _, w := range workarounds(plans) {
		words = append(words, "because="+w.Fact.ID, "text="+w.line())
	}
	return words
}
