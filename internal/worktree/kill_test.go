//go:build unix

package worktree

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"policygen/internal/testrun"
)

// TestMain lets the test binary start itself as a writer that something bad happens to.
func TestMain(m *testing.M) {
	if job := os.Getenv("POLICYGEN_TEST_CHILD"); job != "" {
		os.Exit(child(job))
	}
	os.Exit(m.Run())
}

func child(job string) int {
	var generation int
	fmt.Sscan(os.Getenv("POLICYGEN_TEST_GENERATION"), &generation)
	artifacts := fifty(generation)
	switch job {
	case "limited":
		signal.Ignore(syscall.SIGXFSZ)
		syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 32 << 10, Max: 32 << 10})
		artifacts[25].Content = bytes.Repeat([]byte("x"), 33<<10)
	case "nobody":
		if err := errors.Join(syscall.Setgid(65534), syscall.Setuid(65534)); err != nil {
			fmt.Print(err)
			return 1
		}
	}
	step := func() { os.Stdout.WriteString(".") }
	step() // from now on anything may happen
	if _, err := Write(os.Getenv("POLICYGEN_TEST_ROOT"), artifacts, proved, Options{testOnlyStep: step}); err != nil {
		fmt.Print(err)
		return 1
	}
	return 0
}

// fifty returns a generation of artifacts that differs from its neighbours in all contents, most modes and some paths. Eight are
// partial, three of these in other files in the next generation; seven of the files are somebody's own.
func fifty(generation int) []Artifact {
	list := make([]Artifact, 50)
	for i := range list {
		name := fmt.Sprintf("d%d/f%02d", i%4, i)
		if i%10 == 9 {
			name = fmt.Sprintf("g%d/f%02d", generation%2, i)
		}
		text := strings.Repeat(fmt.Sprintf("%s of generation %d\n", name, generation), 200)
		switch {
		case i%10 == 4, i == 19, i == 29, i == 39:
			list[i] = artifact(name+".md", block("even", text)+block("odd", text))
			list[i].Partial = true
			if i != 29 {
				list[i].Target = "owned"
			}
		case (i+generation)%3 == 0:
			list[i] = script(name, text)
		default:
			list[i] = artifact(name, text)
		}
	}
	return list
}

// prepare does what people do before a generation is rendered for the first time: put markers into their files.
func prepare(t *testing.T, root string, generation int) {
	t.Helper()
	for _, a := range fifty(generation) {
		if _, err := os.Stat(root + "/" + a.Path); owned(a) && (err != nil || strings.HasPrefix(a.Path, "g")) {
			put(t, root, a.Path, above+block("even", "")+block("odd", "\n")+below)
			must(t, os.Chmod(root+"/"+a.Path, personMode))
		}
	}
}

// begin returns a root with the first generation in it, and everything prepared for the second.
func begin(t *testing.T) (root string) {
	t.Helper()
	root = scratch(t)
	prepare(t, root, 0)
	write(t, root, fifty(0))
	prepare(t, root, 1)
	return root
}

// checkGeneration proves that the root holds a generation, what people have around it or had around the one before, and nothing else.
func checkGeneration(t *testing.T, root string, generation int) {
	t.Helper()
	for _, a := range fifty(generation - 1) {
		if owned(a) && strings.HasPrefix(a.Path, "g") {
			if got := mustRead(t, root+"/"+a.Path); got != above+below {
				t.Fatalf("%s is %q", a.Path, got)
			}
			must(t, os.Remove(root+"/"+a.Path))
		}
	}
	checkExactly(t, root, fifty(generation))
}

// start runs a child and returns once it is about to write.
func start(t *testing.T, job, root string, generation int) (cmd *exec.Cmd, output io.Reader) {
	t.Helper()
	cmd = exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "POLICYGEN_TEST_CHILD="+job, "POLICYGEN_TEST_ROOT="+root, fmt.Sprintf("POLICYGEN_TEST_GENERATION=%d", generation))
	cmd.Stderr = os.Stderr
	output, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	if _, err := io.ReadFull(output, make([]byte, 1)); err != nil {
		t.Fatalf("the child did not get to its work: %v", err)
	}
	return cmd, output
}

// Killed at any moment, a writer leaves whole files, and the next one knows them all and finishes the work.
// The writer tells its steps and goes on at once, so the kill hits it somewhere after the one that was drawn.
func TestKill(t *testing.T) {
	root := begin(t)
	rng := rand.New(rand.NewPCG(7, 7))
	const steps = 4*55 + 10 // of a render of fifty: four for each file and the two manifests, more for the orphans
	inside := 0
	for generation := 1; generation <= testrun.Figure(500); generation++ {
		prepare(t, root, generation)
		cmd, output := start(t, "killed", root, generation)
		io.CopyN(io.Discard, output, rng.Int64N(steps)) // a writer that is done early is fine too
		must(t, cmd.Process.Kill())
		cmd.Wait()
		if before, after := checkKilled(t, root, generation); before > 0 && after > 0 {
			inside++
		}
		write(t, root, fifty(generation))
		checkGeneration(t, root, generation)
		if t.Failed() {
			t.Fatalf("in generation %d", generation)
		}
	}
	t.Logf("%d kills hit a render half done", inside)
	if inside == 0 {
		t.Error("no kill hit a render half done, so nothing is proved")
	}
}

// checkKilled counts the artifacts that are still to be written and those that are written already.
func checkKilled(t *testing.T, root string, generation int) (before, after int) {
	t.Helper()
	known := map[string]bool{}
	for _, a := range append(fifty(generation-1), fifty(generation)...) {
		_, content := asWritten(a)
		known[a.Path+"\x00"+content] = true
		if owned(a) && strings.HasPrefix(a.Path, "g") {
			known[a.Path+"\x00"+above+block("even", "")+block("odd", "\n")+below] = true
			known[a.Path+"\x00"+above+below] = true
		}
	}
	checkWhole(t, root, known)
	changes, err := Compare(root, fifty(generation))
	must(t, err)
	for _, c := range changes {
		switch {
		case c.NeedsConsent():
			t.Errorf("taken for a person's work: %v", c)
		case c.Status == OK:
			after++
		case c.Status != Orphan:
			before++
		}
	}
	return before, after
}

// fail runs a child that must fail, and returns what it says.
func fail(t *testing.T, job, root string, generation int) string {
	t.Helper()
	cmd, output := start(t, job, root, generation)
	text, err := io.ReadAll(output)
	must(t, err)
	if cmd.Wait() == nil {
		t.Fatal("the write went through")
	}
	return strings.TrimLeft(string(text), ".")
}

// A file that outgrows the limit of the process fails as one on a full disk does: in the middle of its content.
func TestNoSpace(t *testing.T) {
	root := begin(t)
	was := snapshot(t, root)
	if got := fail(t, "limited", root, 1); got != `writing "d1/f25": file too large` {
		t.Errorf("got %s", got)
	}
	sameSnapshot(t, was, snapshot(t, root))
	checkRepair(t, root)

	empty := scratch(t) // no manifest and no folder stays where there was none
	was = snapshot(t, empty)
	fail(t, "limited", empty, 1)
	sameSnapshot(t, was, snapshot(t, empty))
}

func TestReadOnlyFolder(t *testing.T) {
	root, job := begin(t), "killed"
	if os.Getuid() == 0 { // whom no permission stops
		job = "nobody"
		for _, name := range []string{"", ".policygen", "d0", "d2", "d3", "g0", "g1"} {
			must(t, os.Chmod(root+"/"+name, 0o777))
		}
	}
	must(t, os.Chmod(root+"/d1", 0o555))
	was := snapshot(t, root)
	if got := fail(t, job, root, 1); got != `writing "d1/f01": permission denied` {
		t.Errorf("got %s", got)
	}
	sameSnapshot(t, was, snapshot(t, root))
	must(t, os.Chmod(root+"/d1", 0o755))
	checkRepair(t, root)
}

// checkRepair proves that a write that the disk refused changed no file, left no temporary one and is made by the next.
func checkRepair(t *testing.T, root string) {
	t.Helper()
	if _, after := checkKilled(t, root, 1); after > 0 {
		t.Errorf("%d artifacts are written", after)
	}
	checkNoTemps(t, root)
	write(t, root, fifty(1))
	checkGeneration(t, root, 1)
}
