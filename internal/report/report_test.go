package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"policygen/internal/finding"
)

var update = flag.Bool("update", false, "write what the formats give to their golden files")

// files are what the findings of these tests are about: a byte order mark, tabs, wide, combining and hidden characters.
var files = map[string]string{
	"Makefile":      "test:\n\tpytest -n 12 tests\t# fast\n",
	"docs/a b.md":   "\ufeffRun `pytest -n 10`\r\n日本語 e\u0301 👩‍💻 -n 12 `x`\r\n",
	"ci/50%,é:1":    "x ::error::gotcha ##[add-mask]\x1b[31m \u202eevil ]]>\n",
	"empty":         "",
	"long.min.sh":   strings.Repeat("x", 300) + " pytest -n 12 " + strings.Repeat("y", 300),
	"policygen.cue": "policy: backends: robin: workers: max: 4\n",
}

func textOf(name string) ([]byte, bool) {
	text, ok := files[name]
	return []byte(text), ok
}

func at(file string, line, column int) finding.Position {
	return finding.Position{File: file, Line: line, Column: column}
}

// sample is findings with everything in them that a format could trip over.
func sample() finding.List {
	limit := []finding.Related{{Position: at("policygen.cue", 1, 40), Message: "the cap of 4 stands here"}}
	return finding.List{
		{
			Position: at("Makefile", 2, 9), End: at("Makefile", 2, 14), Code: "PG201", Message: `-n 12 is over the cap of 4 that "robin" has`,
			Help: "pass -n 4, or drop it", Related: limit,
			Fixes: []finding.Fix{{Description: "pass -n 4", Edits: []finding.Edit{{File: "Makefile", Start: 17, End: 19, Text: "4"}}}},
		},
		{
			Position: at("docs/a b.md", 2, 27), End: at("docs/a b.md", 2, 32), Severity: finding.Warning, Code: "PG201",
			Message: "see [this](https://example.com) | `code` <b> www.example.com @all #1", Help: "first line\nsecond line",
		},
		{Position: at("ci/50%,é:1", 1, 3), End: at("ci/50%,é:1", 1, 20), Code: "PG900", Message: "a\nb\r\x00\x1b[2J ]]> \xff ::error::x %0A \u202e \U0001f600"},
		{Position: at("long.min.sh", 1, 302), End: at("long.min.sh", 1, 314), Severity: finding.Note, Code: "PG202", Path: "policy.x", Message: "far to the right"},
		{Position: at("empty", 1, 1), Severity: finding.Note, Code: "PG301", Message: "nothing stands here"},
		{Position: at("gone.sh", 7, 3), Severity: finding.Warning, Code: "PG501", Message: "this file isn't known"},
		{Position: at("Makefile", 2, 0), Severity: finding.Warning, Code: "PG302", Message: "the line as a whole"},
		{Position: at("Makefile", 0, 0), Severity: finding.Warning, Code: "PG303", Message: "the file as a whole"},
		{Code: "PG304", Message: "nowhere in particular"},
		{
			Position: at("Makefile", 1, 1), End: at("Makefile", 2, 8), Code: "PG205", Message: "several lines",
			Suppression: finding.Suppression{Kind: finding.InSource, Justification: "measured <\x07>"},
		},
	}
}

func rules() []Rule {
	return []Rule{
		{
			Code: "PG201", Name: "workers-over-cap", Summary: "A start passes more workers than the backend's cap.",
			Description: strings.Repeat("Why it's so. ", 100), Help: "Pass `-n` with at most the cap.", Precision: "high",
			Tags: []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"},
		},
		{Code: "PG999", Summary: "Nobody has it.", Severity: finding.Note},
	}
}

// write returns a report in one format.
func write(t *testing.T, format string, r Report, opts Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, format, r, opts); err != nil {
		t.Fatalf("%s: %v", format, err)
	}
	return b.String()
}

// all is everything that a format can be asked for.
var all = Options{Source: textOf, Summary: true, Suppressed: true, Version: "0.1.0"}

// TestGolden holds each format to the file that shows it; -update writes the files.
func TestGolden(t *testing.T) {
	for _, format := range Formats() {
		got := write(t, format, Report{sample(), rules()}, all)
		name := filepath.Join("testdata", format+".golden")
		if *update {
			if err := os.WriteFile(name, []byte(got), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s differs from %s; got\n%s", format, name, got)
		}
	}
}

// TestNothing holds what each format says where there is nothing to say.
func TestNothing(t *testing.T) {
	const xml = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"
	for format, want := range map[string]string{
		"text": "no findings\n", "oneline": "no findings\n", "markdown": "### policygen\n\nno findings\n", "github-summary": "### policygen\n\nno findings\n",
		"json": "{\n  \"version\": 1,\n  \"findings\": []\n}\n", "jsonl": "", "github": "", "gitlab": "[]\n", "diff": "",
		"junit": xml + `<testsuites name="policygen" tests="1" failures="0" errors="0" skipped="0">
  <testsuite name="policygen" tests="1" failures="0" errors="0" skipped="0">
    <testcase name="no findings" classname="policygen"></testcase>
  </testsuite>
</testsuites>
`,
	} {
		if got := write(t, format, Report{}, Options{Summary: true}); got != want {
			t.Errorf("%s: got %q, want %q", format, got, want)
		}
	}
	if got := write(t, "sarif", Report{}, Options{}); !strings.Contains(got, `"results": []`) || !strings.Contains(got, `"rules": []`) {
		t.Errorf("sarif: got\n%s", got)
	}
}

func TestUnknownFormat(t *testing.T) {
	err := Write(&bytes.Buffer{}, "yaml", Report{}, Options{})
	if err == nil || err.Error() != `unknown format "yaml"; use `+strings.Join(Formats(), ", ") {
		t.Errorf("got %v", err)
	}
}

// A fullDisk takes nothing.
type fullDisk struct{}

var errFull = errors.New("the disk is full")

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }

func TestWriteError(t *testing.T) {
	for _, format := range Formats() {
		if err := Write(fullDisk{}, format, Report{Findings: sample()}, all); !errors.Is(err, errFull) {
			t.Errorf("%s: got %v", format, err)
		}
	}
}

// TestSuppressed holds that suppressed findings are told by nobody who wasn't asked to.
func TestSuppressed(t *testing.T) {
	for _, format := range Formats() {
		if got := write(t, format, Report{Findings: sample()}, Options{Source: textOf}); strings.Contains(got, "several lines") {
			t.Errorf("%s tells a suppressed finding", format)
		}
		got := write(t, format, Report{Findings: sample()}, all)
		told := slices.Contains([]string{"text", "oneline", "json", "jsonl", "sarif", "junit"}, format)
		if strings.Contains(got, "several lines") != told {
			t.Errorf("%s: a suppressed finding is told: %t, want %t", format, !told, told)
		}
	}
}

// TestNoEscapes holds that nothing of a finding, a name or a file gets to a terminal as a control.
func TestNoEscapes(t *testing.T) {
	for _, format := range Formats() {
		got := write(t, format, Report{sample(), rules()}, all)
		if i := strings.IndexFunc(got, func(r rune) bool { return r != '\n' && hidden(r) && !rawIn(format, r) }); i >= 0 {
			t.Errorf("%s has %q", format, got[i])
		}
	}
}

// TestJSONKeepsWhatItEscapes holds that what is escaped reads as it was.
func TestJSONKeepsWhatItEscapes(t *testing.T) {
	const message = "a\u0085\u202e\ue000\U000e0041\u2028\x7f\x1b\\u202e \U0001f600"
	got := write(t, "json", Report{Findings: finding.List{{Code: "PG1", Message: message}}}, Options{})
	var back jsonReport
	if err := json.Unmarshal([]byte(got), &back); err != nil || back.Findings[0].Message != message {
		t.Errorf("got %v, %v", back.Findings, err)
	}
}
