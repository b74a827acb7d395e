package diagnose

import (
	"fmt"
	"slices"
	"strings"
)

// The facts about pytest-xdist that an INTERNALERROR can show, the more telling first: the frame tells, not the message.
var internalFacts = [...]struct{ fact, cause, action string }{
	{"xdist-worker-internalerror", "a hook raised inside a worker, and pytest-xdist broke off",
		"fix the hook that the innermost frame names; it is no crash"},
	{"xdist-714", "pytest-xdist broke off with a KeyError while it replaced a crashed worker",
		"avoid the replacement path: --dist load, or restart no worker; follow pytest-xdist#714, which has no released fix"},
	{"xdist-1239", "a worker left in good order in the middle of a test, and pytest-xdist broke off",
		"look for pytest.exit() in the test and its fixtures; with --max-worker-restart=1 use 0 or a high limit"},
	{"xdist-cannot-send", "pytest-xdist broke off because two workers died in the same instant",
		"end the crashes; it is rare: 2 of 117 runs with --dist load --max-worker-restart=1000, none of 89 with --dist worksteal"},
	{"xdist-no-active-workers", "pytest-xdist broke off because every worker died before the first test",
		"find out why workers die while they collect"},
}

// lookInternal is about an INTERNALERROR. That of a run in which workers died follows from that, but for a hook that raised.
func lookInternal(k *Knowledge, r *Run, found []Cause) []Cause {
	if len(r.InternalErrors) == 0 {
		return nil
	}
	e := r.InternalErrors[0]
	evidence := []Evidence{{max(e.Line, e.said), "INTERNALERROR> " + e.Message}}
	if e.File != "" {
		evidence = append([]Evidence{{e.framed, fmt.Sprintf("innermost frame: %s:%d in %s", shortPath(strings.ReplaceAll(e.File, `\`, "/")), e.At, e.In)}}, evidence...)
	}
	for _, known := range internalFacts {
		lines, certainty := k.seen(r, known.fact), Certain
		if grouped, named := r.grouped(); known.fact == "xdist-714" && e.File == "" && (grouped || !named) && len(found) > 0 && strings.HasPrefix(e.Message, "KeyError: <WorkerController ") {
			lines, certainty = evidence, map[bool]string{true: Likely, false: Possible}[grouped] // the frame is not in the log, but nothing else fits
		}
		if len(lines) == 0 || !k.applies(known.fact, r) {
			continue
		}
		c := Cause{Rank: rank(found), Certainty: certainty, Cause: known.cause, Action: known.action, Evidence: evidence}
		if lines[0].Line != e.said && lines[0].Line != e.framed {
			c.Evidence = append([]Evidence{lines[0]}, evidence...)
		}
		if known.fact == "xdist-worker-internalerror" {
			c.Rank = Primary
		}
		if known.fact == "xdist-714" {
			c.Rank = Secondary
		}
		c = k.fromFact(known.fact, r, c)
		if known.fact == "xdist-714" && len(r.dead()) == 1 {
			c.Why += " Only one worker had died, so its replacement collected other tests, or in another order (pytest-xdist#1189)."
		}
		return []Cause{c}
	}
	return []Cause{unknownInternal(r, e, evidence, found)}
}

func unknownInternal(_ *Run, e InternalError, evidence []Evidence, found []Cause) Cause {
	owner, frame := "", ""
	if e.File != "" {
		owner, frame = ownerOf([]Evidence{{e.framed, fmt.Sprintf("File %q, line %d, in %s", e.File, e.At, e.In)}})
	}
	c := Cause{Rank: rank(found), Certainty: Unknown, Cause: "pytest broke off with an internal error that no fact explains: " + e.Message, Owner: "unknown", Evidence: evidence}
	if owner != "" {
		c.Owner, c.Certainty, c.Why = owner, Possible, "The innermost frame is "+frame+"."
	}
	c.Action = "look for the message among the issues of what the innermost frame names; if it is new, report it (policygen diagnose --report new)"
	return c
}

// lookHang is about a log that ends while a run goes on.
func lookHang(k *Knowledge, r *Run, found []Cause) []Cause {
	grouped, known := r.grouped()
	replaced := len(r.dead()) > 0 && (grouped || !known) && r.Created > 0 && k.applies("xdist-1323", r)
	last := Evidence{r.Last, "the last line of this run"}
	switch {
	case r.Exit == "124" && replaced && len(r.Running) == 0: // nobody was working: no test is to blame
		return []Cause{hangOfGroups(k, r, known, last)}
	case r.Exit == "124":
		return []Cause{outOfTime(r, found)}
	}
	if r.Finished || r.summarised || len(r.InternalErrors) > 0 || len(r.usage) > 0 || !r.begun && r.Created == 0 && len(r.dead()) == 0 ||
		slices.ContainsFunc(found, func(c Cause) bool { return c.kind == kindSerial }) {
		return nil
	}
	if replaced {
		return []Cause{hangOfGroups(k, r, known, last)}
	}
	c := Cause{Rank: rank(found), Certainty: Unknown, kind: kindHang, Cause: "the log ends in the middle of the run", Owner: "unknown", Evidence: append([]Evidence{last}, r.Hints...)}
	c.Action = "see what ended it: the job's limit, a cancelled job, or a pytest that hung; --timeout and faulthandler_timeout make a hanging test name itself"
	if len(r.Running) > 0 {
		c.Certainty, c.Owner = Possible, "the test that was running"
		c.Why = "Begun and not reported: " + someNames(r.Running, 4) + "."
	}
	return []Cause{c}
}

// outOfTime is about a run that a time limit ended: the wrapper's, or that of timeout(1).
func outOfTime(r *Run, found []Cause) Cause {
	c := Cause{Rank: rank(found), Certainty: Certain, kind: kindHang, Cause: "the time limit ended the run", Owner: "the limit, or what hung", Evidence: append([]Evidence{{r.Last, "the last line of this run"}}, r.Hints...),
		Action: "give tests a limit of their own (--timeout), so that one that hangs fails by name"}
	if r.limit != "" {
		c.Cause += " after " + r.limit + " s"
	}
	if len(r.Running) > 0 {
		c.Owner = "the test that was running"
		c.Why = "It was running " + someNames(r.Running, 4) + "."
	}
	return c
}

// hangOfGroups tells the two hangs of grouped modes apart by how many tests were left, where the log has every result.
func hangOfGroups(k *Knowledge, r *Run, known bool, last Evidence) Cause {
	c := Cause{Rank: Secondary, Certainty: Likely, Cause: "pytest-xdist hangs: no worker answered after a crashed one was replaced", Evidence: []Evidence{last},
		Action: "use --dist load, which never hung; the fixes of pytest-xdist#1323 and #1327 are in no release"}
	fact := "xdist-1323"
	switch {
	case !known:
		c.Certainty = Possible
	case r.Counted && r.NeverRan == 1 && k.applies("xdist-1327", r):
		fact = "xdist-1327"
	}
	c = k.fromFact(fact, r, c)
	if r.Counted && r.NeverRan > 1 {
		c.Why += " xdist-1327 looks the same: a replacement that waits for a second test."
	}
	if n := r.NeverRan; r.Counted {
		c.Evidence = append(c.Evidence, Evidence{r.Last, fmt.Sprintf("%d of %d tests never reported", n, r.Collected)})
	}
	return c
}

// lookStopped is about a run that stopped because no worker was replaced any more.
func lookStopped(k *Knowledge, r *Run, found []Cause) []Cause {
	dead := r.dead()
	if len(dead) == 0 || !r.Finished || len(r.InternalErrors) > 0 {
		return nil
	}
	quiet := len(r.stop) == 0
	switch {
	case r.session == "no tests ran" && (r.Restart == "0" || quiet) && k.applies("xdist-814", r):
		c := Cause{Rank: Secondary, Certainty: Certain, Cause: "nothing was run, and the exit code may still be 0", Evidence: append(r.stop, Evidence{r.Last, r.session}),
			Action: "count the tests that ran, as the rendered wrapper does; restarts of 0 need that"}
		return []Cause{k.fromFact("xdist-814", r, c)}
	case !quiet && r.Restart != "0":
		return []Cause{{Rank: Secondary, Certainty: Certain, Cause: "the run was stopped at the limit of restarts (" + r.Restart + ")" + lostWords(r), Owner: "the settings of this run",
			Why:    "Without --max-worker-restart the limit is four per worker.",
			Action: "end the crash; a higher --max-worker-restart only helps where few tests crash", Evidence: append(r.stop, Evidence{r.Last, r.session})}}
	case r.percent > 0 && r.percent < 100 && !r.Counted:
		return []Cause{{Rank: Secondary, Certainty: Certain, Cause: fmt.Sprintf("the run stopped after %d %% of its tests", r.percent), Owner: "the settings of this run",
			Action: "after the crash is avoided run the rest; a result without it is no result", Evidence: append(r.stop, Evidence{r.Last, r.session})}}
	}
	return nil
}

func lostWords(r *Run) string {
	if r.NeverRan > 0 {
		return fmt.Sprintf("; %d of %d tests never ran", r.NeverRan, r.Collected)
	}
	return ""
}

// lookLoss is about runs that end well on paper.
func lookLoss(k *Knowledge, r *Run, found []Cause) []Cause {
	dead := r.dead()
	if len(dead) == 0 || !r.Finished || len(r.InternalErrors) > 0 {
		return nil
	}
	var causes []Cause
	grouped, known := r.grouped()
	end := Evidence{r.Last, r.session}
	restart := r.Restart == "0" || len(r.stop) > 0
	if r.outcome("failed", "error", "errors") == 0 && r.hasResults() && k.applies("xdist-lost-worker-exit-0", r) {
		causes = append(causes, k.fromFact("xdist-lost-worker-exit-0", r, Cause{Rank: Secondary, Certainty: Certain, Owner: "nobody's bug: only the line \"node down\" shows it",
			Cause: "the run passes, exit code 0, although a worker died", Evidence: []Evidence{end}, Action: "let a run fail on \"node down\", as the rendered wrapper does"}))
	}
	switch {
	case r.Counted && r.NeverRan > 0 && r.Repeated > 0 && known && !grouped && !restart && k.applies("xdist-silent-loss", r):
		causes = append(causes, k.fromFact("xdist-silent-loss", r, Cause{Rank: Secondary, Certainty: Likely, Evidence: []Evidence{end, {r.Last, lossWords(r)}},
			Cause:  "tests were lost without a word: " + lossWords(r),
			Action: "let every process collect in the same order (PYTHONHASHSEED, sorted parametrize); do not believe this run's result"}))
	case r.Counted && r.Repeated > 0 && grouped && k.applies("xdist-1371", r):
		causes = append(causes, k.fromFact("xdist-1371", r, Cause{Rank: Secondary, Certainty: Likely, Evidence: []Evidence{end},
			Cause:  "the replacement ran the test again that crashed its worker: " + lossWords(r),
			Action: "count each test once, under its worst result; --dist load does not repeat it"}))
	case r.NeverRan > 0 && len(causes) == 0 && (r.percent == 0 || r.percent == 100):
		causes = append(causes, Cause{Rank: Secondary, Certainty: Certain, Cause: fmt.Sprintf("%d of %d tests never ran", r.NeverRan, r.Collected), Owner: "the settings of this run",
			Action: "after the crash is avoided run them again; a result without them is no result", Evidence: append(slices.Clone(r.stop), end)})
	}
	return causes
}

func lossWords(r *Run) string {
	return fmt.Sprintf("%d different tests of %d reported, %d reported again", r.Reported, r.Collected, r.Repeated)
}

// lookReleases is about releases that are to be stayed away from, where something went wrong.
func lookReleases(k *Knowledge, r *Run, found []Cause) []Cause {
	if len(found) == 0 {
		return nil
	}
	var causes []Cause
	for _, f := range k.Policy.Facts {
		if (f.Kind == "yanked" || f.Kind == "defect" && f.Severity == "block") && holds(f, r) == inside {
			causes = append(causes, k.fromFact(f.ID, r, Cause{Rank: Secondary, Certainty: Possible, Owner: f.Package, Cause: fmt.Sprintf("%s %s is a release to stay away from", f.Package, r.version(f.Package)),
				Action: "install another release"}))
		}
	}
	return causes
}
