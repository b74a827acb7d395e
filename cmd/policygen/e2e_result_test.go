//go:build unix

package main

import (
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A result is what a run of a wrapper left behind.
type result struct {
	code     int
	out, err string
	cut      bool // it did not end by itself
}

func (r result) String() string {
	return fmt.Sprintf("exit %d\n--- stdout\n%s\n--- stderr\n%s", r.code, r.out, r.err)
}

// want checks that the run ended by itself, its exit code, and texts that stdout must have.
func (r result) want(t *testing.T, code int, texts ...string) {
	t.Helper()
	if r.cut {
		t.Error("the run had to be cut off")
	}
	if r.code != code {
		t.Errorf("exit %d, want %d", r.code, code)
	}
	for _, text := range texts {
		if !strings.Contains(r.out, text) {
			t.Errorf("stdout lacks %q", text)
		}
	}
	r.showIfFailed(t)
}

// refused checks that the wrapper stopped before any phase, with texts on stderr.
func (r result) refused(t *testing.T, code int, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(r.err, text) {
			t.Errorf("stderr lacks %q", text)
		}
	}
	if r.started() != nil {
		t.Errorf("phases were started: %q", r.started())
	}
	r.want(t, code)
}

func (r result) showIfFailed(t *testing.T) {
	t.Helper()
	if t.Failed() {
		t.Log(r)
	}
}

var startLine = regexp.MustCompile(`(?m)^\+ (.*)$`)

// started returns the command of every phase that was begun.
func (r result) started() []string {
	var lines []string
	for _, m := range startLine.FindAllStringSubmatch(r.out, -1) {
		lines = append(lines, m[1])
	}
	return lines
}

// A row is the line of a phase in the summary, by the heading of each column.
type row map[string]string

func (r row) String() string {
	return fmt.Sprintf("%s: %s passed, %s failed, %s crashed, %s not run", r["result"], r["passed"], r["failed"], r["crashed"], r["not run"])
}

var columnGap = regexp.MustCompile(`\s{2,}`)

// rows returns the summary, by phase; of the total, whose second cell is empty, only that it is there.
func (r result) rows(t *testing.T) map[string]row {
	t.Helper()
	_, summary, ok := strings.Cut(r.out, ": summary\n")
	if !ok {
		t.Fatalf("there is no summary: %v", r)
	}
	var heading []string
	rows := map[string]row{}
	for line := range strings.Lines(summary) {
		cells := columnGap.Split(strings.TrimSpace(line), -1)
		switch {
		case !strings.HasPrefix(line, "    "):
			return rows
		case heading == nil:
			heading = cells
		default:
			rows[cells[0]] = makeRow(heading, cells)
		}
	}
	return rows
}

// makeRow pairs cells with their heading. Only the last ones may be missing, where they are empty.
func makeRow(heading, cells []string) row {
	r := row{}
	for i, cell := range cells {
		r[heading[i]] = cell
	}
	return r
}

// remarks returns what the lines below the summary say about a phase under one label, sorted.
func (r result) remarks(phase, label string) []string {
	var found []string
	for line := range strings.Lines(r.out) {
		if text, ok := strings.CutPrefix(line, phase+": "+label+": "); ok {
			found = append(found, strings.TrimSpace(text))
		}
	}
	slices.Sort(found)
	return found
}

// A junitCase is a test in the XML file that pytest itself wrote.
type junitCase struct {
	Class    string      `xml:"classname,attr"`
	Name     string      `xml:"name,attr"`
	Errors   []junitText `xml:"error"`
	Failures []junitText `xml:"failure"`
}

type junitText struct {
	Message string `xml:"message,attr"`
}

// junit reads an XML file of the project.
func (w *wrapped) junit(name string) []junitCase {
	w.t.Helper()
	text, err := os.ReadFile(filepath.Join(w.root, filepath.FromSlash(name)))
	if err != nil {
		w.t.Fatal(err)
	}
	var file struct {
		Cases []junitCase `xml:"testsuite>testcase"`
	}
	if err := xml.Unmarshal(text, &file); err != nil {
		w.t.Fatalf("%s: %v", name, err)
	}
	return file.Cases
}

func atoi(t *testing.T, s string) int {
	t.Helper()
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
