//go:build accuracy

package observe

import (
	"bufio"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var (
	repositories = flag.String("repositories", "", "folder with an export of each labelled repository, by the name of its label file")
	page         = flag.String("page", "", "file to write the figures to, as Markdown")
	verbose      = flag.Bool("misses", false, "print every line that was missed or found wrongly")
)

// search is what the labels cover; see testdata/labels/README.md.
var search = []string{"rg", "-n", "--hidden", "-g", "!.git", "--no-ignore", "pytest|run_all_tests|tox|nox", "."}

// TestAccuracy measures what is found in labelled repositories. It is no test of the everyday run, since the repositories are not
// here: scripts/accuracy fetches nothing either, it takes exports of the commits that the labels name.
func TestAccuracy(t *testing.T) {
	if *repositories == "" {
		t.Fatal("-repositories is missing: run scripts/accuracy FOLDER")
	}
	files, err := filepath.Glob("testdata/labels/*.tsv")
	if err != nil || len(files) == 0 {
		t.Fatal("no labels")
	}
	var rows []score
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".tsv")
		rows = append(rows, measure(t, name, readLabels(t, file), filepath.Join(*repositories, name)))
	}
	text := table(rows)
	fmt.Print(text)
	if *page != "" {
		writeFigures(t, *page, text)
	}
	var all score
	for _, s := range rows {
		all.starts, all.found = all.starts+s.starts, all.found+s.found
		if s.wrongWorkers > 0 {
			t.Errorf("%s: %d wrong worker counts", s.name, s.wrongWorkers)
		}
	}
	if all.recall() < 0.98 {
		t.Errorf("%d of %d starts are found", all.found, all.starts)
	}
}

// A label is what a person read on a line.
type label struct{ class, workers string }

type labels struct {
	lines map[string]label // by "path:line"
	whole map[string]bool  // files all of whose other lines are code
}

func readLabels(t *testing.T, file string) labels {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	l := labels{map[string]label{}, map[string]bool{}}
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n")[1:] {
		f := append(strings.Split(line, "\t"), "", "")
		if f[1] == "*" {
			l.whole[f[0]] = true
			continue
		}
		l.lines[f[0]+":"+f[1]] = label{f[2], f[3]}
	}
	return l
}

// A score is what came of one repository.
type score struct {
	name                                 string
	starts, found, missed, wrong, beyond int
	workers, wrongWorkers, unknown       int
}

func (s score) recall() float64 { return float64(s.found) / float64(max(1, s.starts)) }

func measure(t *testing.T, name string, want labels, root string) score {
	t.Helper()
	s := score{name: name}
	hits := searched(t, root)
	got := map[string][]Start{}
	for _, start := range Scan(os.DirFS(root), Options{}).Starts {
		at := start.File + ":" + strconv.Itoa(start.Line)
		got[at] = append(got[at], start)
	}
	for _, at := range slices.Sorted(maps.Keys(want.lines)) {
		l := want.lines[at]
		starts := got[at]
		if l.class != "start" && l.class != "python" {
			continue
		}
		s.starts++
		if len(starts) == 0 {
			s.missed++
			report(t, "missed", at, l.class)
			continue
		}
		s.found++
		s.compareWorkers(t, at, l, starts)
	}
	for _, at := range slices.Sorted(maps.Keys(got)) {
		l, labelled := want.lines[at]
		file, _, _ := strings.Cut(at, ":")
		switch {
		case labelled && (l.class == "start" || l.class == "python"):
		case labelled || want.whole[file] && hits[at]:
			s.wrong++
			report(t, "wrong", at, l.class)
		case !hits[at]:
			s.beyond++
		default:
			t.Errorf("%s: %s is found by the search and has no label", name, at)
		}
	}
	return s
}

// compareWorkers sets the worker counts of the starts of a line against those that were read there.
func (s *score) compareWorkers(t *testing.T, at string, l label, starts []Start) {
	read := strings.Split(l.workers, ",")
	if l.workers == "" || l.workers == "-" || slices.Contains(read, "?") {
		return
	}
	s.workers++
	known := false
	if sure := slices.DeleteFunc(slices.Clone(starts), func(s Start) bool { return !s.Certain }); len(sure) > 0 {
		starts = sure // what no run comes to is told with a question mark
	}
	for _, start := range starts {
		w := start.Settings.Workers
		if len(w.Unknown) > 0 || !start.Settings.RunsTests {
			continue
		}
		known = true
		if !slices.Contains(read, w.Text) {
			s.wrongWorkers++
			report(t, "workers "+w.Text+" instead of "+l.workers, at, l.class)
			return
		}
	}
	if !known {
		s.unknown++
	}
}

func report(t *testing.T, what, at, class string) {
	t.Helper()
	if *verbose {
		t.Logf("%s: %s (%s)", what, at, class)
	}
}

// searched returns the lines that the search of the labels finds.
func searched(t *testing.T, root string) map[string]bool {
	t.Helper()
	cmd := exec.Command(search[0], search[1:]...)
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	hits := map[string]bool{}
	for lines := bufio.NewScanner(strings.NewReader(string(out))); lines.Scan(); {
		if f := strings.SplitN(lines.Text(), ":", 3); len(f) == 3 {
			hits[strings.TrimPrefix(f[0], "./")+":"+f[1]] = true
		}
	}
	return hits
}

func table(rows []score) string {
	var b strings.Builder
	b.WriteString("| repository | starts | found | missed | recall | taken for starts wrongly | other starts | worker counts read | told wrongly | told unknown |\n")
	b.WriteString("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n")
	for _, s := range rows {
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %.3f | %d | %d | %d | %d | %d |\n",
			s.name, s.starts, s.found, s.missed, s.recall(), s.wrong, s.beyond, s.workers, s.wrongWorkers, s.unknown)
	}
	return b.String()
}

// writeFigures puts the table between the markers of the page.
func writeFigures(t *testing.T, file, text string) {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "<!-- figures -->\n", "<!-- end of figures -->"
	before, rest, ok1 := strings.Cut(string(content), begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok1 || !ok2 {
		t.Fatalf("%s has no markers for the figures", file)
	}
	if err := os.WriteFile(file, []byte(before+begin+"\n"+text+"\n"+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}
