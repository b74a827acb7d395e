package generate

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"policygen/internal/testrun"
)

// shells are the real shells that a wrapper runs in.
var shells = [][]string{
	{"bash"}, {"dash"}, {"busybox", "sh"}, {"ksh93"}, {"mksh"}, {"yash"}, {"zsh", "--emulate", "sh"}, {"posh"},
}

// recorder stands for Python: it writes its arguments, each ended by NUL, to the file that $RECORD names.
const recorder = "#!/bin/sh\nprintf '%s\\0' \"$@\" >\"$RECORD\"\n"

// A project is a folder on disk in which a wrapper runs as a call asks for it.
type project struct {
	t    testing.TB
	dir  string // what the calls of the test see as their working directory
	path string // the wrapper
}

func newProject(t testing.TB, w *wrapper) project {
	t.Helper()
	p := project{t: t, dir: t.TempDir(), path: w.Path}
	p.write(w.Path, string(w.Text))
	return p
}

// write writes an executable file.
func (p project) write(name, text string) {
	p.t.Helper()
	file := filepath.Join(p.dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o777), os.WriteFile(file, []byte(text), 0o777)); err != nil {
		p.t.Fatal(err)
	}
}

// run runs the wrapper in a real shell. The interpreters of the call are put where it says they are and removed again.
func (p project) run(sh []string, c wrapperCall) outcome {
	p.t.Helper()
	record := filepath.Join(p.dir, "record")
	bin := filepath.Join(p.dir, "bin")
	p.write("bin/printf", "#!/bin/sh\nexec /usr/bin/printf \"$@\"\n") // no builtin of mksh and posh
	for _, name := range c.Commands {
		p.write("bin/"+name, recorder)
	}
	for _, python := range c.Python {
		p.write(strings.TrimPrefix(python, p.dir), recorder)
	}
	shell, err := exec.LookPath(sh[0])
	if err != nil {
		p.t.Fatal(err)
	}
	cmd := exec.Command(shell, append(append(sh[1:len(sh):len(sh)], c.Script), c.Args...)...)
	cmd.Dir = p.dir
	cmd.Env = []string{"PATH=" + bin, "RECORD=" + record, "LC_ALL=C.UTF-8"}
	for name, value := range c.Env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		p.t.Fatal(err)
	}
	out := outcome{Code: cmd.ProcessState.ExitCode(), Stdout: stdout.String(), Stderr: stderr.String()}
	if text, err := os.ReadFile(record); err == nil {
		out.Exec = strings.Split(strings.TrimSuffix(string(text), "\x00"), "\x00")
	}
	for _, name := range append([]string{"record", "bin"}, c.Python...) {
		_ = os.RemoveAll(filepath.Join(p.dir, strings.TrimPrefix(name, p.dir)))
	}
	return out
}

// onDisk turns a call of the simulator into one that can run in the project: paths that are absolute there are below its
// folder here, and the interpreters are the recorder.
func (p project) onDisk(c wrapperCall) wrapperCall {
	c.Script = p.path
	if c.Link {
		c.Script = "link"
		_ = os.Symlink(p.path, filepath.Join(p.dir, "link"))
	}
	env := map[string]string{}
	for name, value := range c.Env {
		env[name] = value
	}
	var python []string
	for _, path := range c.Python {
		if strings.HasPrefix(path, "/opt") || strings.HasPrefix(path, "/env") {
			python = append(python, p.dir+path)
		}
	}
	for _, name := range []string{"PYTHON", "VIRTUAL_ENV"} {
		if strings.HasPrefix(env[name], "/") {
			env[name] = p.dir + env[name]
		}
	}
	c.Env, c.Python = env, python
	return c
}

// TestRealShells: a wrapper says the same to the runner, and prints the same, in every real shell as in the model.
func TestRealShells(t *testing.T) {
	const perPolicy = 10
	var installed [][]string
	for _, sh := range shells {
		if _, err := exec.LookPath(sh[0]); err == nil {
			installed = append(installed, sh)
		} else if os.Getenv("CI") != "" {
			t.Fatalf("%s is not installed", sh[0])
		} else {
			t.Logf("SKIPPED for %s, which is not installed", sh[0])
		}
	}
	for seed := range testrun.Figure(500) / perPolicy {
		d := newDice(uint64(seed) + 2<<32)
		in := d.input()
		w := parsedWrapper(t, in, in.Policy.Targets[0].Path)
		m := newModel(in, scriptName(w.Path), rootFrom(w.Path))
		p := newProject(t, w)
		for range perPolicy {
			c := p.onDisk(d.call(in))
			want := m.Run(c)
			if want.Exec != nil { // the recorder sees the words only
				want.Exec = append([]string{"-I", "-c", runnerSource}, want.Exec[1:]...)
			}
			for _, sh := range installed {
				if diff := want.diff(p.run(sh, c)); diff != "" {
					t.Errorf("seed %d: %s: %s\n%s", seed, sh, c, diff)
				}
			}
		}
		if _, err := os.Stat(filepath.Join(p.dir, "PWNED")); err == nil {
			t.Fatalf("seed %d: text of the policy or the command line was run", seed)
		}
	}
	t.Logf("%d calls in each of %d shells", testrun.Figure(500)/perPolicy*perPolicy, len(installed))
}

// FuzzQuoting: no text in a policy gets out of its quotes, neither in a real shell nor in the simulator.
func FuzzQuoting(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.ContainsRune(text, 0) || strings.ToValidUTF8(text, "") != text {
			t.Skip("the schema has no such text")
		}
		in := newDice(7).input()
		for i := range in.Plans {
			p := &in.Plans[i]
			p.Markers, p.Keywords = setting(text, ""), setting(text, "")
			p.Markers.Layer, p.Keywords.Layer = "phase", "phase"
			p.Args, p.Paths, p.Ignore = texts(text), texts(text), texts(text)
			for j := range p.Env {
				p.Env[j].Value = text
			}
			for j := range p.Because {
				p.Because[j].Why, p.Because[j].Fact.Why = text, text
			}
			for j := range p.Requires {
				p.Requires[j].Bounds[0].Why = text
			}
		}
		in.Policy.Project, in.Version = text, text
		w := parsedWrapper(t, in, "tests/run.sh")
		m := newModel(in, "run.sh", "..")
		c := call("--backend", in.Policy.Backends[0].Name)
		want := m.Run(c)
		got, err := w.simulate(c)
		if diff := want.diff(got); err != nil || diff != "" {
			t.Fatalf("simulated: %v\n%s", err, diff)
		}
		p := newProject(t, w)
		if want.Exec != nil {
			want.Exec = append([]string{"-I", "-c", runnerSource}, want.Exec[1:]...)
		}
		for _, sh := range [][]string{{"bash"}, {"dash"}} {
			if diff := want.diff(p.run(sh, c)); diff != "" {
				t.Fatalf("%s:\n%s", sh, diff)
			}
		}
		if names, err := os.ReadDir(p.dir); err != nil || len(names) != 1 {
			t.Fatalf("the run left %v, %v", names, err)
		}
	})
}
