package diagnose

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"policygen/policy"
)

// The figures of the commands to try: runs of small suites that kill their own workers, pytest-xdist 3.8.0, Linux, Python 3.11, 2 cores.
const (
	whyLoad      = "of 24 runs with crashing workers 24 finished with every test reported; with --dist loadfile 4 did, 19 ended in the KeyError"
	costLoad     = "tests of one file or group no longer stay on one worker"
	whyRestarts  = "with this limit 24 of 24 runs finished, with the usual one of four per worker 22"
	costRestarts = "a suite in which nearly every test crashes takes long"
	whyNone      = "none of 315 runs ended in a KeyError or a hang, and files stay together"
	costNone     = "the run stops at the first crash; a worker that dies while collecting can end it with exit code 0 and nothing run, so count the tests"
	whyFewer     = "less load on native code"
	costFewer    = "slower; no cure for the KeyError: 17 of 24 runs with -n 2 --dist loadfile ended in it"
	whySerial    = "shows the crash itself, with its signal and stack"
	costSerial   = "pytest ends with the first crash (16 of 16 runs)"
	whySignal    = "fails the test and keeps the worker: 2 failures where the thread method gave 9 of 11"
	costSignal   = "does not end native code that never returns"
)

// try adds the commands that avoid what went wrong in a run.
func (k *Knowledge) try(all []Try, r *Run, causes []Cause) []Try {
	add := func(command, why, cost string) {
		if !slices.ContainsFunc(all, func(t Try) bool { return t.Command == command }) {
			all = append(all, Try{command, why, cost})
		}
	}
	has := func(facts ...string) bool {
		return slices.ContainsFunc(causes, func(c Cause) bool { return slices.Contains(facts, c.Fact) })
	}
	grouped, known := r.grouped()
	if has("timeout-thread-kills-worker") {
		add(k.command(r, "--timeout-method=signal"), whySignal, costSignal)
	}
	if len(r.dead()) > 0 {
		k.tryAfterCrash(add, r, grouped || !known || has("xdist-714", "xdist-1323", "xdist-1327"))
	}
	if len(r.differ) > 0 {
		add("PYTHONHASHSEED=0 "+k.command(r), "if the workers agree then, it is the order of a set", "only hides it")
	}
	if slices.ContainsFunc(causes, func(c Cause) bool { return c.kind == kindSerial }) {
		add(k.command(r, "-n", "2", "--dist", "load", "--max-worker-restart=1000"), "a crash takes a worker and not the run: "+whyLoad, "needs pytest-xdist; "+costRestarts)
		if len(r.Running) == 1 {
			add(k.command(r, "-n", "0", testWord(r.Running[0])), whySerial, "none")
		}
	}
	if slices.ContainsFunc(causes, func(c Cause) bool { return c.kind == kindHang }) {
		add(k.command(r, "-v", "-o", "faulthandler_timeout=120"), "a test that hangs shows the stack of every thread after two minutes, and goes on", "a longer log")
	}
	return all
}

func (k *Knowledge) tryAfterCrash(add func(command, why, cost string), r *Run, grouped bool) {
	plan := k.plan(r)
	switch {
	case grouped && plan != nil && plan.Dist.Value == "load" && plan.Restart.IsSet():
		add(k.command(r), "the policy's settings for "+plan.Backend+" (--dist load, restarts "+fmt.Sprint(plan.Restart.Value)+"): "+whyLoad, costLoad)
	case grouped && r.Dist == "":
		add(k.command(r, "--dist", "load", "--max-worker-restart=1000"), "the log does not name the --dist mode; if it was a grouped one: "+whyLoad, costLoad)
	case grouped:
		add(k.command(r, "--dist", "load", "--max-worker-restart=1000"), whyLoad, costLoad)
	case r.Restart == "" || r.Restart != "0" && len(r.stop) > 0:
		add(k.command(r, "--max-worker-restart=1000"), whyRestarts, costRestarts)
	}
	switch {
	case grouped && plan != nil && plan.Dist.Value == "load":
		mode := cmp.Or(r.Dist, "loadfile")
		add(k.command(r, "--dist", mode, "--max-worker-restart=0"), whyNone, costNone)
	case grouped:
		add(k.command(r, "--max-worker-restart=0"), whyNone, costNone)
	}
	if workers := max(r.Created, r.Asked); workers > 2 {
		fewer := 2
		if workers > 4 {
			fewer = 4
		}
		add(k.command(r, "-n", fmt.Sprint(fewer)), whyFewer, costFewer)
	}
	words := []string{"-n", "0"}
	for _, w := range r.dead() {
		if w.Running != "" && len(words) < 4 && !slices.Contains(words, testWord(w.Running)) {
			words = append(words, testWord(w.Running))
		}
	}
	add(k.command(r, words...), whySerial, costSerial)
}

// testWord returns a test's id as a word for pytest: without the group that loadgroup adds.
func testWord(id string) string {
	if head, group, ok := cutLast(id, "@"); ok && !strings.ContainsAny(group, "]/:") {
		id = head
	}
	return quoteWord(id)
}

// command returns a command to copy: of the project's wrapper where there is one, else of pytest.
func (k *Knowledge) command(r *Run, words ...string) string {
	start := []string{"python", "-m", "pytest"}
	if k.Wrapper != "" {
		start = []string{"bash", quoteWord(k.Wrapper)}
		if b := k.backend(r); b != "" && k.knowsBackend(b) {
			start = append(start, "--backend", b)
		}
		if phase, _, _ := strings.Cut(r.Phase, "+"); phase != "" && !slices.ContainsFunc(words, func(w string) bool { return strings.Contains(w, "::") }) {
			start = append(start, "--phase", phase)
		}
	} else if n := max(r.Created, r.Asked); n > 0 && !slices.Contains(words, "-n") {
		start = append(start, "-n", fmt.Sprint(n))
		if r.Dist != "" && !slices.Contains(words, "--dist") {
			start = append(start, "--dist", r.Dist)
		}
	}
	return strings.Join(append(start, words...), " ")
}

func (k *Knowledge) knowsBackend(name string) bool {
	return slices.ContainsFunc(k.Policy.Backends, func(b policy.Backend) bool { return b.Name == name })
}

// plan returns what the project's own policy says about the run; nil where there is none.
func (k *Knowledge) plan(r *Run) *policy.Plan {
	if k.Embedded || k.Wrapper == "" {
		return nil
	}
	for i, p := range k.Plans {
		if p.Backend == k.backend(r) && (r.Phase == "" || p.Name() == r.Phase) && !p.Serial.Value {
			return &k.Plans[i]
		}
	}
	return nil
}

// quoteWord quotes a word for a POSIX shell where it needs that.
func quoteWord(word string) string {
	for _, c := range word {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("_-./:@%+,=", c)) {
			return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
		}
	}
	return word
}

// collect adds what is missing in the log to say more.
func (k *Knowledge) collect(all []string, r *Run, causes []Cause) []string {
	open := slices.ContainsFunc(causes, func(c Cause) bool { return c.Certainty == Unknown || c.Certainty == Possible })
	if !open {
		return all
	}
	dead := r.dead()
	if len(dead) > 0 && !slices.ContainsFunc(dead, func(w *Worker) bool { return w.Running != "" }) && !dead[0].Collecting {
		all = appendNew(all, "the tests that were running: run with -v, or pass the file of --junitxml with --junit")
	}
	if len(dead) > 0 && len(r.Dumps) == 0 {
		all = appendNew(all, "a stack: keep stderr in the log and faulthandler on (no -p no:faulthandler); none is written for SIGKILL")
		all = appendNew(all, "how the process ended: dmesg, or the events of the container, tell of a kill for memory")
	}
	if r.Pytest == "" || r.Xdist == "" && len(dead) > 0 {
		all = appendNew(all, "the versions: keep the header (no -q, no --no-header)")
	}
	if k.backend(r) == "" && len(k.Plans) > 0 && !k.Embedded && len(dead) > 0 {
		all = appendNew(all, "the backend: --backend NAME")
	}
	return all
}
