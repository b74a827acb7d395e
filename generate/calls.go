package generate

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"policygen/policy"
)

// manyBackends is the number of backends above which only one of those with equal plans is simulated in full.
const manyBackends = 50

// calls returns the calls that a wrapper is proved with; root is the way from its folder to the project root.
func calls(in Input, root string) []wrapperCall {
	var all []wrapperCall
	shapes := map[string]bool{}
	for _, b := range in.Policy.Backends {
		shape := planShape(in, b.Name)
		if len(in.Policy.Backends) > manyBackends && shapes[shape] {
			all = append(all, call("--backend", b.Name))
			continue
		}
		shapes[shape] = true
		all = append(all, backendCalls(in, b.Name)...)
	}
	all = append(all, commandLineCalls(in)...)
	all = append(all, environmentCalls(in)...)
	return append(all, pythonCalls(in.Policy.Runner, root)...)
}

// planShape is equal for backends whose plans differ in nothing but their name.
func planShape(in Input, backend string) string {
	var b strings.Builder
	for _, p := range in.Plans {
		if p.Backend == backend {
			fmt.Fprintf(&b, "%s %q\n", runName(p), newArm(in, p).key())
		}
	}
	return b.String()
}

// call is a call of the wrapper from its project root, with Python on PATH.
func call(args ...string) wrapperCall {
	return wrapperCall{Script: "tests/run.sh", Args: args, Commands: []string{"python3", "python"}}
}

// with returns the call with one more variable.
func (c wrapperCall) with(name, value string) wrapperCall {
	env := map[string]string{name: value}
	for k, v := range c.Env {
		env[k] = v
	}
	c.Env = env
	return c
}

// backendCalls are the calls that tell the plans of one backend apart: every phase, and every source of a worker
// count below, at and over each cap.
func backendCalls(in Input, backend string) []wrapperCall {
	with := func(args ...string) wrapperCall { return call(append([]string{"--backend", backend}, args...)...) }
	all := []wrapperCall{
		with(), with("--list"), with("tests/a.py::t", "-x"), with("--serial"),
		with("-n", "auto"), with("-n", "logical"), with("-n", "0"),
		with("--dist", "load"), with("--dist", "loadfile"), with("--dist", "loadscope", "-n", "2"), with("--dist", "worksteal", "-n", "0"),
	}
	counts := []int{1, 9999}
	enabled := map[string]bool{}
	for _, p := range in.Plans {
		if p.Backend != backend {
			continue
		}
		enabled[p.Phase] = true
		if p.Cap.IsSet() {
			counts = append(counts, p.Cap.Value, p.Cap.Value+1)
		}
	}
	slices.Sort(counts)
	for _, n := range slices.Compact(counts) {
		all = append(all, with("-n", strconv.Itoa(n)), with("-n", strconv.Itoa(n), "tests/a.py"))
		if env := in.Policy.Runner.WorkersEnv; env != "" {
			all = append(all, with().with(env, strconv.Itoa(n)))
		}
	}
	withPaths := []string{"tests/a.py"}
	for _, p := range in.Policy.Phases {
		if enabled[p.Name] {
			withPaths = append(withPaths, "--phase", p.Name)
		} else {
			all = append(all, with("--phase", p.Name), with("--skip-phase", p.Name))
		}
	}
	all = append(all, with(withPaths...))
	for _, name := range in.Policy.Runner.BackendEnv {
		all = append(all, call().with(name, " \t"+strings.ToUpper(backend)+"\n"))
	}
	return all
}

// commandLineCalls are the calls that go through every branch of the command line, whatever the backend.
func commandLineCalls(in Input) []wrapperCall {
	p := in.Policy
	phase := p.Phases[0].Name
	all := []wrapperCall{
		call("--help"), call("-h"), call("--policy-version"), call("-x", "-h"),
		call("-n"), call("-n", "-x"), call("-n", ""), call("-n="), call("-n", "-1"), call("-n", "2.5"), call("-n", "x"), call("-n", "12345"),
		call("-n", "007"), call("-n", "00012345"), call("-n", "0000"), call("-n3"), call("-n=3"), call("--numprocesses=3"), call("--numprocesses", "3"),
		call("-nauto"), call("-no-header"), call("--numprocesses"), call("--numprocesses=x"),
		call("-n", "2", "-n", "3"), call("-x", "-n", "3"), call("-n", "3", "--", "-n", "9"), call("--", "--backend", ""), call("--"),
		call("--serial", "-n", "4"), call("--serial", "-n", "0"), call("--serial", "-n", "auto"), call("-n", "4", "--serial"),
		call("--backend"), call("--backend", ""), call("--backend", " "), call("--backend=" + p.Backends[0].Name), call("--backend", "no such backend"), call("--backend", "-x"),
		call("--phase"), call("--phase", "no such phase"), call("--phase="), call("--phase=" + phase), call("--skip-phase", "a b"), call("--skip-phase=" + phase),
		call("--phase", phase, "--skip-phase", phase), call("--phase", "*"),
		call("--dist"), call("--dist", "bogus"), call("--dist=lod"), call("--dist", "loadfil"), call("--dist=each"), call("--dist", "no"),
		call("--dry-run"), call("--print-config"), call("--verify"), call("--dry-run", "--print-config"),
		call("--fail-fast"), call("--keep-going"), call("--keep-going", "--fail-fast"), call("--no-color"), call("--no-preflight"),
		call("--shard", "2/4"), call("--shard=02/004", "--phase", phase, "tests/a.py"), call("--shard=1/3", "--shard", "100/100"), call("--shard=99/100", "--list"),
		call("--shard"), call("--shard", "-x"), call("--shard", ""), call("--shard="), call("--shard", "2"), call("--shard", "/2"), call("--shard=2/"), call("--shard=/"),
		call("--shard", "0/2"), call("--shard=1/0"), call("--shard=00/00"), call("--shard=3/2"), call("--shard=1/101"), call("--shard=101/101"), call("--shard=1/2/3"),
		call("--shard", "+1/2"), call("--shard", "1/ 2"), call("--shard=a/b"), call("--shard=99999999999999999999/2"), call("--shard=1/99999999999999999999"),
		call("--shard-id=1"), call("--", "--shard", "0/0"),
		call("--log-dir", "log s", "--junit-dir=j"), call("--log-dir"), call("--log-dir="), call("--junit-dir", ""), call("--junit-dir"),
		call("-k"), call("-k", ""), call("-k", "a and b", "-m", "slow", "-p", "no:cov", "-o", "a=b", "-W", "error", "-c", "x.ini", "-r", "A"),
		call("-rA", "-vv", "-xk", "-v", "-kxk", "tests/c.py"), call("-rA", "-vv", "--cov=x", "*", "", "a b", "-k", "-x", "$(touch x)", "`x`", "'"), call("--", "a\nb", "", "-k"),
		call("-k", "--"), call("--lf", "--maxfail", "2", "--maxfail=3", "tests/b.py"), call("--bogus"), call("--pdb"), call("--trace"), call("-n", "2", "--trace"), call("--", "--pdb"), call("--list", "tests/a.py"), call("--list", "-n", "9999"),
	}
	var valued, modes []string
	for _, letter := range strings.Split(valueLetters, "") {
		valued = append(valued, "-xv"+letter, "value")
		if letter != "n" {
			valued = append(valued, "-"+letter, "value")
		}
	}
	for _, o := range valueOptions {
		valued = append(valued, o, "value")
	}
	for _, d := range in.Policy.DistModes {
		modes = append(modes, "--dist", d)
	}
	all = append(all, call(valued...), call(modes...))
	for _, ph := range p.Phases {
		all = append(all, call("--phase", misspelt(ph.Name)), call("--phase", ph.Name), call("--skip-phase", ph.Name), call("--list", "--phase", ph.Name))
	}
	for _, b := range p.Backends[:min(len(p.Backends), manyBackends)] {
		all = append(all, call("--backend", misspelt(b.Name)), call("--backend", b.Name+"!"), call("--backend", b.Name+"-"),
			call("--backend", b.Name[:len(b.Name)-1]+"_"))
	}
	return all
}

// pythonCalls go through the places where an interpreter can be.
func pythonCalls(r policy.Runner, root string) []wrapperCall {
	all := []wrapperCall{
		{Script: "run.sh", Env: map[string]string{"PYTHON": "/opt/my python"}, Python: []string{"/opt/my python"}},
		call().with("PYTHON", "/nowhere/python"), call().with("PYTHON", r.Python[0]), call().with("PYTHON", "no such program"),
		call().with("VIRTUAL_ENV", "/nowhere"),
		{Script: "run.sh", Env: map[string]string{"VIRTUAL_ENV": "/env"}, Python: []string{"/env/bin/python"}},
		{Script: "/run.sh"}, {Script: "run.sh", Link: true, Commands: r.Python},
	}
	for _, name := range r.Python {
		all = append(all, wrapperCall{Script: "/a b/run.sh", Commands: []string{name}})
	}
	for _, venv := range r.Venv {
		python := []string{"tests/" + root + "/" + venv + "/bin/python"}
		all = append(all, wrapperCall{Script: "tests/run.sh", Python: python}, wrapperCall{Script: "tests/run.sh", Python: python, Link: true, Commands: r.Python})
	}
	return all
}

// environmentCalls go through what the environment can say.
func environmentCalls(in Input) []wrapperCall {
	r, backends := in.Policy.Runner, in.Policy.Backends
	first, last := backends[0].Name, backends[len(backends)-1].Name
	var all []wrapperCall
	for _, name := range r.BackendEnv {
		all = append(all, call().with(name, "no such backend"), call("--backend", first).with(name, "no such backend"), call().with(name, " "), call().with(name, last+" \t "))
		for _, other := range r.BackendEnv {
			all = append(all, call().with(name, first).with(other, last), call().with(name, last).with(other, last))
		}
	}
	if r.WorkersEnv != "" {
		for _, v := range []string{"", "2 -x", "auto", "logical", "00", "x", "2.5", "12345"} {
			all = append(all, call().with(r.WorkersEnv, v))
		}
		all = append(all, call("-n", "1").with(r.WorkersEnv, "2"))
	}
	return all
}

// misspelt returns a name with its first two letters swapped, or doubled where it has one.
func misspelt(name string) string {
	if len(name) < 2 || name[0] == name[1] {
		return name + name[:1]
	}
	return name[1:2] + name[:1] + name[2:]
}
