package generate

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"policygen/policy"
)

// helpText is what the wrapper prints for --help: usage, examples, then what the policy says.
func helpText(in Input, name string) string {
	var m marks
	text, _ := m.lift([]byte(markedHelp(&m, in, name, nil)))
	return string(text)
}

// A help is the text of --help while it is made, with marks at the ends of its lines.
type help struct {
	strings.Builder
	marks *marks
	fields
}

// markedHelp returns the text with the origins of its lines; named is where the policy names the script.
func markedHelp(m *marks, in Input, name string, named []Origin) string {
	h := &help{marks: m, fields: fields{in.Policy}}
	h.usage(name, named)
	h.options()
	h.environment()
	h.WriteString("\n")
	h.workers(in)
	h.WriteString(`
Exit codes, the worst phase decides, in this order:
  130 interrupted, 128+N ended by signal N, 124 a phase was over its limit, 3 pytest broke off or tests never ran,
  4 pytest usage, 2 stopped or errors during collection, 1 tests failed, 5 no tests ran, 0 all is well.
Before any phase: 64 usage of this script, 66 a path does not exist, 69 something needed is not installed.

`)
	gate := ""
	if in.Policy.Gate != "" {
		gate = ", for policygen " + in.Policy.Gate
	}
	h.line(union(h.at("policy.project"), h.at("policygen")), "Policy %s%s.", in.Version, gate)
	h.WriteString("This script is rendered: edit the policy and run " + in.Command + ".")
	return h.String()
}

// line writes a line, or as many as its text has, that follows from something.
func (h *help) line(from []Origin, format string, args ...any) {
	h.WriteString(h.marks.across(fmt.Sprintf(format, args...), from) + "\n")
}

func (h *help) usage(name string, named []Origin) {
	backend, phase := h.backends()[len(h.policy.Backends)-1], h.phases()[0]
	h.line(named, "Usage: %s [options] [paths] [options of pytest]\n", name)
	h.line(h.at("policy.project"), "Runs the tests of %s phase by phase, as its policy says.\n", h.policy.Project)
	h.WriteString("Examples:\n")
	h.line(named, "  %s                        every phase under the default backend", name)
	h.line(union(named, backend.From), "  %s --backend %s", name, backend.Name)
	h.line(union(named, phase.From), "  %s --phase %s -n 2 -k \"a and b\"", name, phase.Name)
	h.line(named, "  %s --dry-run              print the pytest commands, run nothing", name)
	h.line(named, "  %s -- --option-of-a-plugin value\n", name)
}

func (h *help) options() {
	h.WriteString("Options:\n")
	h.line(fromAll(h.backends()), "  --backend NAME          what to run against: %s", nameList(h.backends()))
	h.line(fromAll(h.phases()), "  --phase NAME            only this phase (repeatable): %s", nameList(h.phases()))
	h.WriteString(`  --skip-phase NAME       all phases but this one (repeatable)
  --shard I/N             run I of N that share the test files of every phase, as the jobs of a CI matrix do; N up to 100
  -n, --numprocesses N    pytest-xdist workers: a number, auto, logical; 0 runs without pytest-xdist
  --serial                the same as -n 0
`)
	h.line(h.distModes(), "  --dist MODE             --dist of pytest-xdist: %s", strings.Join(h.policy.DistModes, ", "))
	h.WriteString(`  --fail-fast             stop after the first phase that fails
  --keep-going            run all phases whatever happens
  --log-dir DIR           write what each phase prints to a file in DIR
  --junit-dir DIR         write a JUnit XML file for each phase in DIR
  --no-color              no colours
  --no-preflight          do not look at the installed versions first
  --dry-run               print the pytest commands, run nothing
  --print-config          print the resolved settings, run nothing
  --list                  print the phases, run nothing
  --policy-version        print which policy this is
  --verify                exit 1 if this script was changed since it was rendered, run nothing
  -h, --help              print this

Everything else goes to pytest as it is; --pdb and --trace imply -n 0. A bare word is a path and runs alone, unless the word before it is an
option of pytest that takes a value; give an option of a plugin as --option=value or after "--".
Paths are relative to the project root. With --phase they replace the phase's own.
With --shard the tests of one file stay together, and N runs with the same options run every test once; files of logs and JUnit XML have IofN in
their names. "--shard I/N --collect-only -q" shows what is whose. A run that gets no test ends in 0 where another of the N has one.

`)
}

func (h *help) environment() {
	h.WriteString("Environment:\n")
	w := tabwriter.NewWriter(h, 0, 0, 2, ' ', 0)
	for _, v := range h.items("policy.runner.backendEnv", h.policy.Runner.BackendEnv) {
		fmt.Fprintf(w, "  %s\tthe backend, where --backend does not say it%s\n", v.Name, h.marks.note(v.From...))
	}
	if name := h.policy.Runner.WorkersEnv; name != "" {
		fmt.Fprintf(w, "  %s\tthe workers, where -n does not say them%s\n", name, h.marks.note(h.at("policy.runner.workersEnv")...))
	}
	_, _ = io.WriteString(w, "  PYTHON\tthe interpreter\n  NO_COLOR\tno colours\n  RUN_ALL_TESTS_DEBUG=1\ttrace this script\n")
	_ = w.Flush() // a strings.Builder takes everything
}

// workers writes the table of the workers that each backend gets.
func (h *help) workers(in Input) {
	h.WriteString("Workers by backend, where a phase says nothing else:\n")
	w := tabwriter.NewWriter(h, 0, 0, 2, ' ', 0)
	for _, p := range in.Plans {
		if !p.AdHoc() {
			continue
		}
		name, limit := p.Backend, "no cap"
		from := union(fromThese(h.backends(), []string{name}), fromWorkers(p))
		if name == h.policy.DefaultBackend.Value {
			name += " (default)"
			from = union(from, statedAt(h.policy.DefaultBackend.Pos))
		}
		if p.Cap.IsSet() {
			limit = fmt.Sprintf("cap %d; more by -n: %s, by environment: %s", p.Cap.Value, p.BeyondFlag.Value, p.BeyondEnv.Value)
		}
		fmt.Fprintf(w, "  %s\t%s\t%s%s\n", name, p.Workers.Value, limit, h.marks.note(from...))
	}
	_ = w.Flush()
}

// fromWorkers returns what the number of workers of a plan and its cap follow from.
func fromWorkers(p policy.Plan) []Origin {
	var all []Origin
	for _, w := range assignments(p, true) {
		if !strings.HasPrefix(w.text, "pg_dist=") && !strings.HasPrefix(w.text, "pg_restart=") {
			all = union(all, w.from)
		}
	}
	return all
}

func nameList(names []named) string { return strings.Join(textsOf(names), ", ") }
