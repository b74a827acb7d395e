package generate

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"policygen/policy"
)

// phases returns the sections of the phases that run.
func (m model) phases(line commandLine) ([]section, error) {
	var sections []section
	said := map[string]bool{"": true}
	for _, phase := range append(slices.Clone(m.policy.Phases), policy.Phase{}) {
		plans := m.plansOf(line.backend, phase.Name)
		if len(plans) == 0 && slices.Contains(line.only, phase.Name) && !slices.Contains(line.skip, phase.Name) {
			return nil, m.fail("phase %s does not run under backend %s", phase.Name, line.backend)
		}
		for _, plan := range plans {
			if !line.chooses(plan) {
				continue
			}
			section, note, err := m.section(line, plan)
			if err != nil {
				return nil, err
			}
			if !said[note] {
				section.add("note", note)
				said[note] = true
			}
			sections = append(sections, section)
		}
	}
	if len(sections) == 0 {
		return nil, m.fail("no phase is left to run")
	}
	return sections, nil
}

// plansOf returns the one or two plans of a phase under a backend; the ad-hoc plan has no phase name.
func (m model) plansOf(backend, phase string) []policy.Plan {
	var found []policy.Plan
	for _, p := range m.plans[backend] {
		if p.Phase == phase {
			found = append(found, p)
		}
	}
	return found
}

func (line commandLine) chooses(p policy.Plan) bool {
	switch {
	case p.AdHoc():
		return line.paths && len(line.only) == 0
	case slices.Contains(line.skip, p.Phase):
		return false
	case len(line.only) > 0:
		return slices.Contains(line.only, p.Phase)
	}
	return !line.paths
}

// section returns the section of a plan's run and what there is to say about its workers.
func (m model) section(line commandLine, p policy.Plan) (section, string, error) {
	s := section{Name: p.Name()}
	if p.AdHoc() {
		s.Name = "ad-hoc"
	}
	if p.Limit.IsSet() {
		s.add("limit", seconds(p.Limit.Value.Seconds()))
	}
	for _, a := range pytestArgs(p) {
		s.add("arg", a.text)
	}
	for _, e := range p.Env {
		switch e.Mode {
		case policy.EnvSet:
			s.add("env", e.Name+"="+e.Value)
		case policy.EnvDefault:
			s.add("env-default", e.Name+"="+e.Value)
		case policy.EnvUnset:
			s.add("unset", e.Name)
		}
	}
	if p.AllowEmpty.Value {
		s.add("allow-empty", "1")
	}
	if !p.Required.Value {
		s.add("required", "0")
	}
	if !line.paths {
		for _, i := range p.Ignore {
			s.add("arg", "--ignore="+i.Value)
		}
		for _, path := range p.Paths {
			s.add("path", path.Value)
		}
	}
	w, note, err := m.workers(line, p)
	if err != nil || line.list {
		return s, "", err
	}
	s.add("workers", w.count)
	s.add("workers-from", w.from)
	if w.count != "0" {
		dist := line.dist
		if dist == "" {
			dist = p.Dist.Value
		}
		s.addNonEmpty("dist", dist)
		s.addNonEmpty("restart", restartLimit(p, dist))
		s.addNonEmpty("max", w.max)
	}
	return s, note, nil
}

// A workerCount is the number of workers of a run, who said it, and the number that --maxprocesses holds it to.
type workerCount struct{ count, from, max string }

// workers decides by the resolution table: serial phase, flag, environment, policy; then the cap.
func (m model) workers(line commandLine, p policy.Plan) (w workerCount, note string, err error) {
	if p.Serial.Value {
		if line.workers != "" && line.workers != "0" {
			note = fmt.Sprintf("a phase that the policy makes serial stays serial: -n %s does not count there", line.workers)
		}
		return workerCount{"0", "serial", ""}, note, nil
	}
	w, beyond := workerCount{count: p.Workers.Value, from: string(p.Workers.Layer)}, policy.Beyond("")
	switch {
	case line.workers != "":
		w.count, w.from, beyond = line.workers, "flag", p.BeyondFlag.Value
	case line.workersEnv != "":
		w.count, w.from, beyond = line.workersEnv, "env "+m.policy.Runner.WorkersEnv, p.BeyondEnv.Value
	}
	if !p.Cap.IsSet() {
		return w, "", nil
	}
	w.max = strconv.Itoa(p.Cap.Value)
	number, err := strconv.Atoi(w.count)
	if err != nil || number <= p.Cap.Value || line.list {
		return w, "", nil // auto and logical stay under --maxprocesses by themselves
	}
	note = fmt.Sprintf("%d workers (from %s) are over the cap of %d for backend %s", number, w.from, p.Cap.Value, p.Backend)
	if facts := factsBehindCap(p); len(facts) > 0 {
		note += " (" + strings.Join(facts, ", ") + ")"
	}
	switch beyond {
	case policy.Refuse:
		return w, "", m.fail("%s", note)
	case policy.Clamp:
		note += "; running with " + w.max
		w.count = w.max
	case policy.Warn:
		w.max = w.count
	}
	return w, note, nil
}

// factsBehindCap returns the ids of the facts that the cap exists for: those that name it, and those that name nothing.
func factsBehindCap(p policy.Plan) (ids []string) {
	for _, r := range p.Because {
		named := strings.Join(r.Settings, " ") + " "
		if named == " " || strings.Contains(" "+named, " workers ") || strings.Contains(named, "workers.max ") {
			ids = append(ids, r.Fact.ID)
		}
	}
	return ids
}

// restartLimit returns the --max-worker-restart for a dist mode that may be another than the plan's:
// what the policy says holds for its own kind of mode, and a grouped mode without a word of it restarts no worker.
func restartLimit(p policy.Plan, dist string) string {
	grouped := func(mode string) bool { return mode == "loadfile" || mode == "loadscope" || mode == "loadgroup" }
	switch {
	case grouped(dist) == grouped(p.Dist.Value) && p.Restart.IsSet():
		return strconv.Itoa(p.Restart.Value)
	case grouped(dist):
		return "0"
	}
	return ""
}

func listing(phases []section) string {
	var b strings.Builder
	last := ""
	for _, s := range phases {
		if name := strings.TrimSuffix(s.Name, "+serial"); name != last {
			b.WriteString(name + "\n")
			last = name
		}
	}
	return b.String()
}
