package check

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"policygen/internal/finding"
	"policygen/internal/pytest"
	"policygen/policy"
)

// workerRules are about how many workers there are.
func workerRules() []Rule {
	return []Rule{{
		Code: "PG201", Name: "workers over the cap", Severity: finding.Error, Since: "0.1.0", Fixable: true,
		Summary: "a command line starts more pytest-xdist workers than the policy allows this backend",
		Why: "A cap is there for a reason that the policy names, such as a native backend that crashes under load. Whoever copies this " +
			"command gets the crash. auto and logical count as over the cap, since they start as many workers as the machine has CPUs, " +
			"unless --maxprocesses holds them to it.",
		find: overCap,
	}, {
		Code: "PG202", Name: "workers over the cap by configuration", Severity: finding.Error, Since: "0.1.0",
		Summary: "no -n on the line, but the configuration brings more workers than the policy allows this backend",
		Why: "addopts and PYTEST_ADDOPTS hold for every pytest that is started, so a command that looks serial runs with their worker " +
			"count, under whatever backend its environment chooses.",
		find: overCapByConfig,
	}, {
		Code: "PG203", Name: "a script lets its caller over the cap", Severity: finding.Error, Since: "0.1.0",
		Summary: "a script passes on a worker count over the cap where the policy clamps or refuses it",
		Why: "A default below the cap is no cap: what counts is what happens to -n 12, to -n auto and to the variable that the script " +
			"reads. The policy says it in workers.beyond; the rendered wrapper does it.",
		find: letOver,
	}, {
		Code: "PG204", Name: "arguments are lost", Severity: finding.Error, Since: "0.1.0",
		Summary: "a script drops words of its command line that are pytest's",
		Why: "Somebody who runs a script with -k name and gets a green run believes that the tests of that name passed. " +
			"A script that does not know an option has to pass it on, or stop.",
		find: lostWords,
	}}
}

// limit says how a worker count stands to a cap: over it, under it, or unknown.
type limit int

const (
	within limit = iota
	over
	unsure
)

// against compares what is started with a bound. Counts that the machine decides are held by --maxprocesses alone.
func (j judged) against(most int) limit {
	w := j.Settings.Workers
	n, err := strconv.Atoi(w.Text)
	switch {
	case j.held(most):
		return within
	case len(w.Unknown) > 0:
		return unsure
	case w.Text == "auto" || w.Text == "logical", err == nil && n > most:
		return over
	case err != nil:
		return unsure
	}
	return within
}

// held reports whether --maxprocesses holds whatever -n says.
func (j judged) held(most int) bool {
	m := j.Settings.MaxProcesses
	n, err := strconv.Atoi(m.Text)
	return err == nil && n > 0 && n <= most && len(m.Unknown) == 0
}

// byConfig reports whether the number of workers comes from the configuration alone.
func (j judged) byConfig() bool { return j.Settings.Workers.From == pytest.Addopts }

func overCap(c *context) (found finding.List) {
	for _, j := range c.starts {
		if _, _, ok := fewer(j); !ok {
			continue
		}
		most, _ := j.cap()
		at := placeOf(j, j.Settings.Workers)
		if most.serial != "" {
			at = j.Pytest() // whoever passes a number to a script of several phases means the others
		}
		found = append(found, finding.Finding{
			Position: at, Severity: j.mildest(), Message: many(j.Settings.Workers.Text) + " " + most.words(j.backend),
			Help: overHelp(c, j, most), Related: append(most.says(), j.from()...), Fixes: c.literally(j, fewer, "-n"),
		})
	}
	return distinct(found)
}

// fewer is the choice of a worker count that the bound of a start allows.
func fewer(j judged) (value pytest.Value, want string, ok bool) {
	most, capped := j.cap()
	over := j.Wrapper == "" && capped && j.against(most.most) == over && !j.byConfig()
	return j.Settings.Workers, strconv.Itoa(most.most), over
}

func many(workers string) string {
	switch workers {
	case "auto", "logical":
		return "as many workers as there are CPUs (-n " + workers + ")"
	case "1":
		return "1 worker"
	}
	return workers + " workers"
}

func overHelp(c *context, j judged, most bound) string {
	switch {
	case most.serial != "":
		return "leave -n out, or pass -n 0"
	case c.wrapper != "" && !j.Kind.Shown():
		return "call " + c.wrapper + ", or " + passUpTo(most.most)
	}
	return passUpTo(most.most) + because(j.plans)
}

func passUpTo(most int) string {
	if most == 0 {
		return "pass -n 0"
	}
	return fmt.Sprintf("pass -n %d or fewer", most)
}

// because names the facts that the workers of the plans are limited for.
func because(plans []policy.Plan) string {
	for _, p := range plans {
		for _, r := range p.Because {
			if slices.ContainsFunc(r.Settings, func(s string) bool { return strings.HasPrefix(s, "workers") }) {
				return " (because of " + r.Fact.ID + ")"
			}
		}
	}
	return ""
}

func policySays(at finding.Position, what string) []finding.Related {
	if !at.IsValid() {
		return nil
	}
	return []finding.Related{{Position: at, Message: what}}
}

// overCapByConfig finds commands that choose a backend with a cap and leave the number of workers to the configuration. Where that is so for
// the backend that everybody gets, the configuration itself is at fault, once.
func overCapByConfig(c *context) (found finding.List) {
	for _, j := range c.starts {
		w := j.Settings.Workers
		most, capped := j.cap()
		if j.Wrapper != "" || !capped || j.against(most.most) != over || !j.byConfig() {
			continue
		}
		f := finding.Finding{
			Position: j.Pytest(), Severity: j.mildest(), Message: "without -n here the configuration brings " + many(w.Text) + " " + most.words(j.backend),
			Help:    passUpTo(most.most) + ", or take -n out of the configuration",
			Related: append(policySays(w.Pos, "-n comes from here"), most.says()...),
		}
		if !j.named && most.serial == "" {
			f.Position, f.Message = w.Pos, many(w.Text)+" for every pytest without -n, "+most.words(j.backend)
			f.Help, f.Related = fmt.Sprintf("take -n out of the configuration, or add --maxprocesses=%d to it", most.most), most.says()
		}
		f.Related = append(f.Related, j.from()...)
		found = append(found, f)
	}
	return distinct(found)
}
