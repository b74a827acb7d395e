package diagnose

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"policygen/internal/pep440"
	"policygen/policy"
)

// lookCrash is about workers that died.
func lookCrash(k *Knowledge, r *Run, _ []Cause) []Cause {
	dead := r.dead()
	if len(dead) == 0 {
		return nil
	}
	c := Cause{Rank: Primary, Certainty: Unknown, Cause: crashWords(dead), Owner: "unknown", Evidence: crashEvidence(r, dead)}
	c.Action = "run what it was running alone, with -n 0 and faulthandler, to see where it dies"
	if dead[0].Collecting {
		c.Action = "import the test modules without workers (pytest --collect-only -n 0), and look for what the machine kills: memory first"
	}
	for _, explain := range [...]func(*Knowledge, *Run, *Cause) bool{crashByTimeoutDump, crashByMemory, crashInDump, crashInBackend, crashByTimeout, crashOfSomeBackend} {
		if explain(k, r, &c) {
			break
		}
	}
	return []Cause{c}
}

func crashWords(dead []*Worker) string {
	var names []string
	for _, w := range dead {
		names = append(names, w.Worker)
	}
	words := "a worker crashed: " + names[0]
	if len(names) > 1 {
		words = fmt.Sprintf("%d workers crashed: %s", len(names), someNames(names, 8))
	}
	if dead[0].Collecting {
		words += ", while collecting"
	}
	return words
}

func someNames(names []string, limit int) string {
	if len(names) > limit {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:limit], ", "), len(names)-limit)
	}
	return strings.Join(names, ", ")
}

func crashEvidence(r *Run, dead []*Worker) []Evidence {
	var lines []Evidence
	for _, d := range r.Dumps {
		lines = append(lines, Evidence{d.Line, "Fatal Python error: " + d.Error})
	}
	for _, w := range dead {
		text := fmt.Sprintf("[%s] node down: %s", w.Worker, w.Down)
		lines = append(lines, Evidence{w.DownLine, text})
	}
	slices.SortStableFunc(lines, func(a, b Evidence) int { return a.Line - b.Line })
	return lines
}

// crashInBackend blames the native part of the run's backend, where the policy knows it for crashes.
func crashInBackend(k *Knowledge, r *Run, c *Cause) bool {
	backend := k.backend(r)
	for _, f := range k.crashFacts(r) {
		if backend != "" && slices.Contains(k.backendsOf(f.ID), backend) {
			k.blame(f, r, c)
			return true
		}
	}
	return false
}

// blame makes a fact the explanation of a crash.
func (k *Knowledge) blame(f policy.Fact, r *Run, c *Cause) {
	shown := c.Why
	c.Certainty, c.Owner = Likely, ""
	*c = k.fromFact(f.ID, r, *c)
	if shown != "" {
		c.Why = shown + " " + c.Why
	}
	if r.timeoutMethod == "thread" {
		c.Why += " The thread method of pytest-timeout was in force too; a test over its limit would look the same."
	}
	c.Action = fmt.Sprintf("report it to %s (policygen diagnose --report %s); until it is fixed use fewer workers, or -n 0 to see the crash itself", f.Owner, f.ID)
}

// crashFacts returns the facts outside of the tools that a worker's death is a symptom of.
func (k *Knowledge) crashFacts(r *Run) (facts []policy.Fact) {
	for _, f := range k.Policy.Facts {
		if !tools[f.Package] && f.Kind == "defect" && len(k.seen(r, f.ID)) > 0 && k.applies(f.ID, r) {
			facts = append(facts, f)
		}
	}
	return facts
}

// crashByTimeoutDump: pytest-timeout says so itself before it ends a process.
func crashByTimeoutDump(k *Knowledge, r *Run, c *Cause) bool {
	if !slices.ContainsFunc(r.Dumps, func(d Dump) bool { return d.Error == "Timeout" }) {
		return false
	}
	k.blameTimeout(r, c, Certain)
	return true
}

// crashByTimeout: the stack that pytest-timeout prints is often not in the log, as workers write it to stderr.
func crashByTimeout(k *Knowledge, r *Run, c *Cause) bool {
	if r.timeoutMethod != "thread" || len(r.Dumps) > 0 {
		return false
	}
	k.blameTimeout(r, c, Likely)
	return true
}

func (k *Knowledge) blameTimeout(r *Run, c *Cause, certainty string) {
	c.Certainty, c.Owner = certainty, "the time limit of this run"
	c.Action = "use --timeout-method=signal, which fails the test and keeps the worker; keep thread only for native code that never returns"
	*c = k.fromFact("timeout-thread-kills-worker", r, *c)
}

// crashInDump blames the package of the innermost frame. Where that is the project's own code, what it called is native and has no frame.
func crashInDump(k *Knowledge, r *Run, c *Cause) bool {
	at := slices.IndexFunc(r.Dumps, func(d Dump) bool { return d.Error != "Timeout" })
	if at < 0 {
		return false
	}
	d := r.Dumps[at]
	owner, frame := ownerOf(d.Frames)
	c.Why = cmp.Or(d.Worker, "pytest") + ": " + d.Error
	if frame == "" {
		c.Why += "; the dump has no Python frame to go by."
	} else {
		c.Why += "; the innermost Python frame outside of the standard library is " + frame + "."
	}
	for _, f := range k.crashFacts(r) {
		if pep440.NormalizeName(owner) == f.Package {
			k.blame(f, r, c)
			return true
		}
	}
	if (owner == "" || owner == ownCode) && crashInBackend(k, r, c) {
		return true
	}
	c.Certainty, c.Owner = Likely, cmp.Or(owner, "native code below Python")
	c.Action = "run the test alone with -n 0 to see whether it needs other tests or threads; then look at what that frame calls"
	return true
}

// ownCode is the owner of what is in no package.
const ownCode = "the project's own code, or native code that it calls"

// ownerOf returns the package of the innermost frame that is not of Python itself.
func ownerOf(frames []Evidence) (owner, shown string) {
	for _, frame := range frames {
		file, line, in, ok := cutFrame(frame.Text)
		if !ok || strings.HasPrefix(file, "<") {
			continue
		}
		file = strings.ReplaceAll(file, `\`, "/")
		shown := fmt.Sprintf("%s:%d in %s", shortPath(file), line, in)
		if _, inPackages, ok := cutLast(file, "-packages/"); ok {
			name, _, _ := strings.Cut(inPackages, "/")
			return strings.TrimSuffix(name, ".py"), shown
		}
		if strings.Contains(file, "/lib/python") || strings.Contains(file, "/Lib/") {
			continue // the standard library does what its caller asked for
		}
		return ownCode, shown
	}
	return "", ""
}

// shortPath leaves out where packages or the project stand on the machine.
func shortPath(file string) string {
	if _, tail, ok := cutLast(file, "-packages/"); ok {
		return tail
	}
	parts := strings.Split(file, "/")
	return strings.Join(parts[max(0, len(parts)-2):], "/")
}

// memoryWords are hints of a machine that ran out of memory. A MemoryError of Python is none: it ends a test and no process.
var memoryWords = []string{"Out of memory", "oom-kill", "OOMKilled", "Cannot allocate memory", "memory allocation of "}

func crashByMemory(_ *Knowledge, r *Run, c *Cause) bool {
	for _, h := range r.Hints {
		if slices.ContainsFunc(memoryWords, func(w string) bool { return strings.Contains(h.Text, w) }) {
			c.Certainty, c.Owner, c.Why = Likely, "the machine's memory, and whoever uses it up", "The log speaks of memory: "+h.Text
			c.Action = "use fewer workers (-n 2), and watch the memory of one: each worker loads the whole suite's modules"
			c.Evidence = append(c.Evidence, h)
			return true
		}
	}
	return false
}

// crashOfSomeBackend: where nobody says which backend ran, a fact about one is only possible.
func crashOfSomeBackend(k *Knowledge, r *Run, c *Cause) bool {
	if k.backend(r) != "" {
		return false
	}
	for _, f := range k.crashFacts(r) {
		names := k.backendsOf(f.ID)
		switch {
		case len(names) == 0:
			k.blame(f, r, c)
			return true
		case k.Embedded: // most probably some other project
			c.Candidates = append(c.Candidates, f.ID)
			c.Owner = fmt.Sprintf("unknown; %s, if that ran in the workers (--backend %s)", f.Owner, names[0])
		default:
			action := c.Action
			k.blame(f, r, c)
			c.Certainty, c.Owner = Possible, fmt.Sprintf("%s, if this run was of backend %s; else unknown", f.Owner, strings.Join(names, " or "))
			c.Action = fmt.Sprintf("tell which backend it was (--backend %s); %s", names[0], action)
			return true
		}
	}
	return len(c.Candidates) > 0
}

// lookSerialCrash is about a pytest without workers that was ended from below.
func lookSerialCrash(k *Knowledge, r *Run, found []Cause) []Cause {
	if r.Finished || hasPrimary(found) || len(r.InternalErrors) > 0 || r.Created > 0 {
		return nil
	}
	signal := signalOf(r)
	if len(r.Dumps) == 0 && signal == "" {
		return nil
	}
	c := Cause{Rank: Primary, Certainty: Unknown, kind: kindSerial, Cause: "pytest itself was ended", Owner: "unknown", Evidence: slices.Concat(crashEvidence(r, nil), r.Hints)}
	if signal != "" {
		c.Cause += " by " + signal
	}
	c.Action = "run the test that it was in alone, under a debugger or with a core dump; with workers the rest of the suite would run"
	if len(r.Running) > 0 {
		c.Why = "It was running " + someNames(r.Running, 3) + "."
	}
	for _, explain := range [...]func(*Knowledge, *Run, *Cause) bool{crashByMemory, crashInDump, crashInBackend} {
		if explain(k, r, &c) {
			break
		}
	}
	return []Cause{c}
}

// signalOf returns the signal that the exit code or a shell's word tells of.
func signalOf(r *Run) string {
	if name := map[string]string{"129": "SIGHUP", "134": "SIGABRT", "135": "SIGBUS", "136": "SIGFPE", "137": "SIGKILL", "139": "SIGSEGV", "143": "SIGTERM"}[r.Exit]; name != "" {
		return name
	}
	for _, h := range r.Hints {
		if m := shellLine.FindStringSubmatch(h.Text); m != nil {
			return map[string]string{"Killed": "SIGKILL", "Segmentation fault": "SIGSEGV", "Terminated": "SIGTERM"}[m[2]]
		}
	}
	return ""
}
