//go:build unix

package factcheck

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"policygen/policy"
)

// A probe is a suite and a command line that tell whether a fact holds for the releases that run it.
type probe struct {
	about  string            // the suite in a few words, where the command line doesn't say enough
	suite  map[string]string // file contents by name; one test that passes where it is empty
	ini    string            // lines of pytest.ini
	args   []string
	env    []string
	launch []string // what follows the interpreter; "-m pytest" where it is empty

	holds, fails sign          // what a run shows where the fact holds and where it doesn't; another run gives no answer
	tries        int           // so many runs may pass before one shows holds; one where it is 0
	limit        time.Duration // after which a run is cut off; patience where it is 0
	spots        []string      // the releases to ask where the edges of the interval are not to be asked
}

// A sign is something that a run shows.
type sign struct {
	code string // "0", "3", "not 0", "hang", or anything where it is empty
	text string // a regular expression for the output
}

const patience = 90 * time.Second

// An outcome is what became of a run.
type outcome struct {
	code int
	out  string
	cut  bool
}

func (s sign) shown(o outcome) bool {
	switch {
	case s == sign{}:
		return false
	case o.cut != (s.code == "hang"):
		return false
	case s.code == "not 0" && o.code == 0:
		return false
	case s.code != "" && s.code != "hang" && s.code != "not 0" && s.code != fmt.Sprint(o.code):
		return false
	}
	return regexp.MustCompile(s.text).MatchString(o.out)
}

// ask runs a probe with an interpreter until a run shows that the fact holds.
func (p probe) ask(t *testing.T, python string, launch, env []string) string {
	t.Helper()
	answer := no
	for range max(p.tries, 1) {
		o := p.run(t, python, launch, env)
		switch {
		case p.holds.shown(o):
			return yes
		case p.tries == 0 && !p.fails.shown(o):
			answer = fmt.Sprintf("no answer: exit code %d, %s", o.code, lastLine(o.out))
			t.Logf("%s %q: code %d, cut %v\n%s", python, p.args, o.code, o.cut, o.out)
		}
	}
	return answer
}

// lastLine returns what a program said last, without the places of this machine.
func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Trim(places.ReplaceAllString(strings.ReplaceAll(lines[len(lines)-1], "\t", " "), "…"), "= ")
}

var places = regexp.MustCompile(`(/[\w.+~-]+){2,}/?|\bin [0-9.]+ ?s(econds)?\b`)

func (p probe) run(t *testing.T, python string, launch, env []string) outcome {
	t.Helper()
	folder := t.TempDir()
	suite := p.suite
	if suite == nil {
		suite = map[string]string{"test_one.py": "def test_one():\n    pass\n"}
	}
	p.write(t, folder, "pytest.ini", "[pytest]\n"+p.ini)
	for name, text := range suite {
		p.write(t, folder, name, text)
	}
	limit := p.limit
	if limit == 0 {
		limit = patience
	}
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	if len(p.launch) > 0 {
		launch = p.launch
	}
	cmd := exec.CommandContext(ctx, python, slices.Concat(launch, p.args)...)
	cmd.Dir = folder
	cmd.Env = slices.Concat([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + folder, "LC_ALL=C.UTF-8", "PYTHONDONTWRITEBYTECODE=1"}, env, p.env)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 2 * time.Second
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) && ctx.Err() == nil {
		t.Fatal(err)
	}
	return outcome{cmd.ProcessState.ExitCode(), out.String(), ctx.Err() != nil}
}

func (p probe) write(t *testing.T, folder, name, text string) {
	t.Helper()
	name = filepath.Join(folder, filepath.FromSlash(name))
	err := os.MkdirAll(filepath.Dir(name), 0o777)
	if err == nil {
		err = os.WriteFile(name, []byte(text), 0o666)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// String returns the probe's command line as the page shows it.
func (p probe) String() string {
	words := slices.Concat(p.env, []string{"pytest"}, p.args)
	said := strings.Join(words, " ")
	if len(p.launch) > 0 {
		said += " in a thread"
	}
	if p.ini != "" {
		said += " with " + strings.ReplaceAll(strings.TrimSpace(p.ini), "\n", ", ")
	}
	if p.about != "" {
		said += ": " + p.about
	}
	return said
}

// probeOf returns how a fact is asked of a release. Facts without one are said on the page to have none.
func probeOf(f policy.Fact) (probe, bool) {
	if p, ok := probes[f.ID]; ok {
		return p, true
	}
	if f.Uses.Flag == "" {
		return probe{}, false
	}
	args, ok := options[f.Uses.Flag]
	name, value, valued := strings.Cut(f.Uses.Flag, "=")
	if dist := strings.HasPrefix(f.Uses.Flag, "--dist="); dist {
		args, ok = "-n 2 --dist "+value, true
	} else if name == "-W" && valued {
		args, ok = "-W "+value, true
	}
	return probe{args: strings.Fields(args), holds: passed, fails: refused}, ok
}
