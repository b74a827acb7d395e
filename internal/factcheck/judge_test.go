package factcheck

import (
	"testing"

	"policygen/policy"
)

// unasked are the facts that nothing is run for, with the reason.
var unasked = map[string]string{
	"xdist-620":               "which thread a worker's tests get is decided by chance before 3.6.0.",
	"xdist-884":               "whether it hangs is decided by chance, on more CPUs than a test can ask for.",
	"xdist-cannot-send":       "it takes two workers that die in the same instant; the counts in the text are from many runs.",
	"xdist-no-active-workers": "it takes a worker that dies in the moment before tests are handed out.",
	"xdist-restart-1":         "it takes crashes at the right moments; the count in the text is from many runs.",
	"xdist-silent-loss":       "the counts in the text are from many runs.",
	"robin-native-crash":      "nobody knows what makes it crash.",
	"robin-renamed":           "it's about names; the index lists no release of robin-sparkless after 0.11.0, and sparkless from 4.0.1 on.",
}

// judge reports what the runs of a fact say against it. A run without an answer says nothing; it's on the page.
func judge(t *testing.T, f policy.Fact, runs []run) {
	t.Helper()
	in := setOf(t, f.In)
	for _, r := range runs {
		answered := r.answer == yes || r.answer == no
		if expected := want(side{r.release, in.Contains(version(t, r.release))}); answered && r.answer != expected {
			t.Errorf("%s, %s: with %s %s it %s (%s)", f.ID, f.In, f.Package, r.release, r.answer, r.what)
		}
	}
}

// TestFactsAreBacked: no run contradicts a fact, a capability that calls itself tested has been run on all sides, and one that has
// been calls itself so.
func TestFactsAreBacked(t *testing.T) {
	releases, runs := knownReleases(t), readRuns(t)
	known := map[string]bool{}
	for _, f := range facts(t) {
		own := runsOf(t, f, runs)
		known[f.ID] = true
		judge(t, f, own)
		if _, excused := unasked[f.ID]; excused == (len(own) > 0) {
			t.Errorf("%s has %d runs; a reason why nothing is run for it: %v", f.ID, len(own), excused)
		}
		tested, all := f.Verified == "tested", proved(t, f, releases[f.Package], own)
		if f.Kind == "capability" || f.Kind == "yanked" {
			if tested != all {
				t.Errorf("%s is verified by %q; runs on all sides of %s: %v", f.ID, f.Verified, f.In, all)
			}
		}
		if f.Kind == "requires" && (tested || !all) {
			t.Errorf("%s is verified by %q; metadata on all sides of %s: %v", f.ID, f.Verified, f.In, all)
		}
	}
	for _, r := range runs {
		if !known[r.fact] {
			t.Errorf("%s has runs for %s, which is no fact", runsFile, r.fact)
		}
	}
}
