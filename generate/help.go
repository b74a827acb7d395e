package generate

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"policygen/policy"
)

// helpText is what the wrapper prints for --help: usage, examples, then what the policy says.
func helpText(in Input, name string) string {
	var b strings.Builder
	backends := in.Policy.Backends
	fmt.Fprintf(&b, `Usage: %[1]s [options] [paths] [options of pytest]

Runs the tests of %[2]s phase by phase, as its policy says.

Examples:
  %[1]s                        every phase under the default backend
  %[1]s --backend %[3]s
  %[1]s --phase %[4]s -n 2 -k "a and b"
  %[1]s --dry-run              print the pytest commands, run nothing
  %[1]s -- --option-of-a-plugin value

Options:
  --backend NAME          what to run against: %[5]s
  --phase NAME            only this phase (repeatable): %[6]s
  --skip-phase NAME       all phases but this one (repeatable)
  -n, --numprocesses N    pytest-xdist workers: a number, auto, logical; 0 runs without pytest-xdist
  --serial                the same as -n 0
  --dist MODE             --dist of pytest-xdist: %[7]s
  --fail-fast             stop after the first phase that fails
  --keep-going            run all phases whatever happens
  --log-dir DIR           write what each phase prints to a file in DIR
  --junit-dir DIR         write a JUnit XML file for each phase in DIR
  --no-color              no colours
  --no-preflight          do not look at the installed versions first
  --dry-run               print the pytest commands, run nothing
  --print-config          print the resolved settings, run nothing
  --list                  print the phases, run nothing
  --policy-version        print which policy this is
  -h, --help              print this

Everything else goes to pytest as it is; --pdb and --trace imply -n 0. A bare word is a path and runs alone, unless the word before it is an
option of pytest that takes a value; give an option of a plugin as --option=value or after "--".
Paths are relative to the project root. With --phase they replace the phase's own.

`, name, in.Policy.Project, backends[len(backends)-1].Name, in.Policy.Phases[0].Name, nameList(backends),
		phaseList(in.Policy.Phases), strings.Join(in.Policy.DistModes, ", "))
	b.WriteString(environmentHelp(in.Policy))
	b.WriteString("\n")
	b.WriteString(workersHelp(in))
	b.WriteString(`
Exit codes, the worst phase decides, in this order:
  130 interrupted, 128+N ended by signal N, 124 a phase was over its limit, 3 pytest broke off or tests never ran,
  4 pytest usage, 2 stopped or errors during collection, 1 tests failed, 5 no tests ran, 0 all is well.
Before any phase: 64 usage of this script, 66 a path does not exist, 69 something needed is not installed.

`)
	fmt.Fprintf(&b, "Policy %s", in.Version)
	if in.Policy.Gate != "" {
		fmt.Fprintf(&b, ", for policygen %s", in.Policy.Gate)
	}
	b.WriteString(".\nThis script is rendered: edit the policy and run " + in.Command + ".")
	return b.String()
}

func environmentHelp(p *policy.Policy) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, name := range p.Runner.BackendEnv {
		fmt.Fprintf(w, "  %s\tthe backend, where --backend does not say it\n", name)
	}
	if p.Runner.WorkersEnv != "" {
		fmt.Fprintf(w, "  %s\tthe workers, where -n does not say them\n", p.Runner.WorkersEnv)
	}
	fmt.Fprint(w, "  PYTHON\tthe interpreter\n  NO_COLOR\tno colours\n  RUN_ALL_TESTS_DEBUG=1\ttrace this script\n")
	_ = w.Flush() // a strings.Builder takes everything
	return "Environment:\n" + b.String()
}

// workersHelp is the table of the workers that each backend gets.
func workersHelp(in Input) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, p := range in.Plans {
		if !p.AdHoc() {
			continue
		}
		name, limit := p.Backend, "no cap"
		if name == in.Policy.DefaultBackend.Value {
			name += " (default)"
		}
		if p.Cap.IsSet() {
			limit = fmt.Sprintf("cap %d; more by -n: %s, by environment: %s", p.Cap.Value, p.BeyondFlag.Value, p.BeyondEnv.Value)
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\n", name, p.Workers.Value, limit)
	}
	_ = w.Flush()
	return "Workers by backend, where a phase says nothing else:\n" + b.String()
}

func nameList(backends []policy.Backend) string {
	names := make([]string, len(backends))
	for i, b := range backends {
		names[i] = b.Name
	}
	return strings.Join(names, ", ")
}

func phaseList(phases []policy.Phase) string {
	names := make([]string, len(phases))
	for i, p := range phases {
		names[i] = p.Name
	}
	return strings.Join(names, ", ")
}
