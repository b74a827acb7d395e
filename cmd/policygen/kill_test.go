//go:build unix

package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"policygen/internal/testrun"
	"policygen/internal/worktree"
)

// What people have in their own files, and around the blocks in them.
const (
	killAbove = "mine above\r\n\n"
	killBelow = "\nmine below, without a newline"
)

// killBlocks are the blocks of files that are somebody's own, with the signs that begin and end their markers.
var killBlocks = map[string]struct {
	begin, end string
	names      []string
}{
	"README.md":            {"<!-- ", " -->", []string{"backends", "phases"}},
	"docs/contributing.md": {"<!-- ", " -->", []string{"requirements"}},
	"pyproject.toml":       {"# ", "", []string{"pytest"}},
}

// A killSite is a project that is rendered in two generations of one policy, by turns.
type killSite struct {
	t     *testing.T
	root  string
	files [2]map[string]string // what the root holds after a render of each generation: text and mode by path
	next  int                  // the generation that the policy is of; all files are of the other one
}

// newKillSite makes the project and renders both generations, and proves that nothing they render is the same but what moves.
func newKillSite(t *testing.T) *killSite {
	t.Helper()
	s := &killSite{t: t, root: t.TempDir()}
	if err := os.Mkdir(filepath.Join(s.root, ".git"), 0o777); err != nil {
		t.Fatal(err)
	}
	for name, own := range killBlocks {
		text := killAbove
		if strings.HasSuffix(name, ".toml") {
			text = "# " + killAbove + "[tool.pytest.ini_options]\n"
		}
		for _, block := range own.names {
			text += own.begin + "policygen:begin " + block + own.end + "\n" + own.begin + "policygen:end " + block + own.end + "\n"
		}
		s.put(name, text+strings.Replace(killBelow, "mine", own.begin+"mine", 1)+own.end)
	}
	for _, generation := range []int{0, 1, 0, 1} { // from the third on a render changes everything and adds nothing
		s.turn(generation)
		s.render()
		s.files[generation] = s.read()
	}
	s.turn(0)
	for name, text := range s.files[0] {
		if s.files[1][name] == text {
			t.Errorf("%s is the same in both generations", name)
		}
	}
	if targets := len(s.files[0]) - len([]string{"policygen.cue", worktree.ManifestPath}); targets != 50 {
		t.Errorf("there are %d targets and not 50", targets)
	}
	return s
}

func (s *killSite) put(name, text string) {
	s.t.Helper()
	file := filepath.Join(s.root, name)
	err := os.MkdirAll(filepath.Dir(file), 0o777)
	if err == nil {
		err = os.WriteFile(file, []byte(text), 0o644)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// turn makes the policy one of a generation.
func (s *killSite) turn(generation int) {
	s.t.Helper()
	s.next = generation
	text, err := os.ReadFile("testdata/kill/policygen.cue")
	if err != nil {
		s.t.Fatal(err)
	}
	s.put("policygen.cue", strings.Replace(string(text), "_generation: 0", fmt.Sprintf("_generation: %d", generation), 1))
}

// command is a render by this test binary, see TestMain.
func (s *killSite) command() *exec.Cmd {
	cmd := exec.Command("policygen", "render")
	cmd.Dir = s.root
	return cmd
}

// render must succeed: it refuses what it takes for somebody's work.
func (s *killSite) render() time.Duration {
	s.t.Helper()
	start := time.Now()
	if out, err := s.command().CombinedOutput(); err != nil {
		s.t.Fatalf("policygen render: %v\n%s", err, out)
	}
	return time.Since(start)
}

// measure renders the next generation in full, and returns how long that takes.
func (s *killSite) measure() time.Duration {
	s.t.Helper()
	took := s.render()
	s.checkRepaired(s.next)
	s.turn(1 - s.next)
	return took
}

// kill starts a render and kills it after a time, and reports whether it came to its end before.
func (s *killSite) kill(after time.Duration) (ended bool) {
	s.t.Helper()
	var out bytes.Buffer
	cmd := s.command()
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	time.Sleep(after)
	_ = cmd.Process.Kill() // it may have ended
	err := cmd.Wait()
	if status := cmd.ProcessState.Sys().(syscall.WaitStatus); err != nil && !status.Signaled() {
		s.t.Fatalf("policygen render: %v\n%s", err, &out)
	}
	return err == nil
}

// read returns all files of the root.
func (s *killSite) read() map[string]string {
	s.t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(s.root, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		text, err := os.ReadFile(file)
		name, _ := filepath.Rel(s.root, file)
		files[filepath.ToSlash(name)] = string(text) + info.Mode().String()
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return files
}

// A killMoment is what a killed render left: files of the old generation and of the new one, temporary files.
type killMoment struct{ old, new, temps int }

// begun reports whether the render had changed anything on the disk.
func (m killMoment) begun() bool { return m.new > 0 || m.temps > 0 }

// inside reports whether it was killed while it changed the disk.
func (m killMoment) inside() bool { return m.temps > 0 || m.old > 0 && m.new > 0 }

// checkWhole proves that every file is that of the old generation or of the new one, and that none is gone that both have.
func (s *killSite) checkWhole() killMoment {
	s.t.Helper()
	before, after := s.files[1-s.next], s.files[s.next]
	var m killMoment
	now := s.read()
	now["policygen.cue"] = "" // is the test's
	for name, text := range now {
		switch {
		case text == "":
		case text == after[name]:
			m.new++
		case text == before[name]:
			m.old++
		case name == worktree.ManifestPath: // holds both generations meanwhile
			m.old++
			m.new++
		case strings.HasPrefix(filepath.Base(name), ".policygen-"): // the next render removes it
			m.temps++
		default:
			s.t.Errorf("%s is neither old nor new:\n%s", name, text)
		}
	}
	for name := range after {
		if _, stays := before[name]; stays {
			if _, there := now[name]; !there {
				s.t.Errorf("%s is gone", name)
			}
		}
	}
	return m
}

// checkRepaired proves that a root holds a generation and nothing else.
func (s *killSite) checkRepaired(generation int) {
	s.t.Helper()
	now, want := s.read(), s.files[generation]
	for _, name := range slices.Sorted(maps.Keys(now)) {
		if now[name] != want[name] {
			s.t.Errorf("after the repair %s is\n%s\nnot\n%s", name, now[name], want[name])
		}
	}
	for name := range want {
		if _, there := now[name]; !there {
			s.t.Errorf("the repair did not bring %s", name)
		}
	}
}

// Killed at any moment of its life, from the start of the process to its end, a render leaves whole files. The next one takes none of
// them for somebody's edit, also where the policy is another by then, finishes the work and leaves no temporary file.
func TestKilledRender(t *testing.T) {
	s := newKillSite(t)
	rng := rand.New(rand.NewPCG(11, 11))
	rounds, enough := 5, 2
	if testrun.Full() {
		rounds, enough = 50, 20
	}
	const each = 10 // kills of a round, spread evenly over the time of a render, which is another whenever the machine has other work too
	var kills, begun, inside, ended int
	for round := 0; round < rounds || inside < enough && round < 4*rounds; round++ {
		whole := s.measure()
		for i := range each {
			kills++
			after := time.Duration(1.05 * (float64(i) + rng.Float64()) / each * float64(whole)) // no two renders take the same time
			if s.kill(after) {
				ended++
			}
			m := s.checkWhole()
			if m.inside() {
				inside++
			}
			if m.begun() { // else the disk is as the render before has left it, and there is nothing to repair
				begun++
				repair := (s.next + begun) % 2 // by turns the policy is still what it was, or has been taken back
				s.turn(repair)
				s.render()
				s.checkRepaired(repair)
				s.turn(1 - repair)
			}
			if t.Failed() {
				t.Fatalf("kill %d, after %v of %v", kills, after, whole)
			}
		}
	}
	t.Logf("of %d renders that were killed %d had begun to write, %d were writing, %d had ended", kills, begun, inside, ended)
	if inside < enough {
		t.Errorf("%d kills hit a render that was writing, which proves too little", inside)
	}
}
