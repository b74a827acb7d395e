//go:build facts && unix

package factcheck

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"policygen/policy"
)

var only = flag.String("only", "", "ask only the facts whose id this regular expression matches, and keep the others' answers")

// A task is a release to ask, and the facts to ask it about.
type task struct {
	name, release string
	facts         []policy.Fact
}

// TestVerify installs the releases on both sides of every edge, asks them, and writes the answers down. It fails where one
// contradicts a fact; what the answers say is written all the same.
func TestVerify(t *testing.T) {
	releases := listReleases(t)
	chosen := regexp.MustCompile(*only)
	var kept []run
	known := map[string]bool{}
	for _, f := range facts(t) {
		known[f.ID] = asked(f)
	}
	for _, r := range readRuns(t) {
		if known[r.fact] && !chosen.MatchString(r.fact) {
			kept = append(kept, r)
		}
	}
	var mutex sync.Mutex
	parallel(2, tasksOf(t, releases, chosen), func(work task) {
		runs := work.ask(t)
		mutex.Lock()
		defer mutex.Unlock()
		kept = append(kept, runs...)
	})
	writeRuns(t, kept)
	for _, f := range facts(t) {
		if chosen.MatchString(f.ID) {
			judge(t, f, runsOf(t, f, kept))
		}
	}
}

func parallel(workers int, work []task, do func(task)) {
	queue := make(chan task)
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for w := range queue {
				do(w)
			}
		})
	}
	for _, w := range work {
		queue <- w
	}
	close(queue)
	group.Wait()
}

// tasksOf collects what every release is to be asked.
func tasksOf(t *testing.T, releases map[string][]string, chosen *regexp.Regexp) []task {
	t.Helper()
	byRelease := map[string]*task{}
	for _, f := range facts(t) {
		if !chosen.MatchString(f.ID) || !asked(f) {
			continue
		}
		for _, release := range releasesToAsk(t, f, releases[f.Package]) {
			key := f.Package + " " + release
			if byRelease[key] == nil {
				byRelease[key] = &task{name: f.Package, release: release}
			}
			byRelease[key].facts = append(byRelease[key].facts, f)
		}
	}
	var all []task
	for _, w := range byRelease {
		all = append(all, *w)
	}
	slices.SortFunc(all, func(a, b task) int { return strings.Compare(a.name+" "+a.release, b.name+" "+b.release) })
	return all
}

// asked reports whether a fact can be asked at all.
func asked(f policy.Fact) bool {
	_, ok := probeOf(f)
	return ok || f.Kind == "requires" || f.Kind == "yanked"
}

func releasesToAsk(t *testing.T, f policy.Fact, releases []string) []string {
	t.Helper()
	if p, ok := probeOf(f); ok && p.spots != nil {
		return p.spots
	}
	var all []string
	for _, s := range sides(t, f, releases) {
		all = append(all, s.release)
	}
	return all
}

// ask installs the release and asks it.
func (w task) ask(t *testing.T) []run {
	t.Helper()
	var runs []run
	var installed *environment
	var failure error
	for _, f := range w.facts {
		p, probed := probeOf(f)
		if !probed {
			runs = append(runs, askPackage(t, f, w.release))
			continue
		}
		if installed == nil && failure == nil {
			e, err := install(t, w.name, w.release)
			installed, failure = &e, err
		}
		r := run{fact: f.ID, release: w.release, with: installed.with, what: p.String()}
		if failure != nil {
			r.answer = "can't be installed: " + failure.Error()
		} else {
			r.answer = p.ask(t, installed.python, installed.launch, installed.env)
		}
		fmt.Fprintf(os.Stderr, "%s %s: %s: %s\n", w.name, w.release, f.ID, r.answer)
		runs = append(runs, r)
	}
	return runs
}

func writeRuns(t *testing.T, runs []run) {
	t.Helper()
	slices.SortFunc(runs, func(a, b run) int {
		if a.fact != b.fact {
			return strings.Compare(a.fact, b.fact)
		}
		return version(t, a.release).Compare(version(t, b.release))
	})
	var text strings.Builder
	for _, r := range runs {
		fmt.Fprintln(&text, strings.Join([]string{r.fact, r.release, r.with, r.what, r.answer}, "\t"))
	}
	if err := os.WriteFile(runsFile, []byte(text.String()), 0o666); err != nil {
		t.Fatal(err)
	}
}
