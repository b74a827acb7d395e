package pytest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"policygen/internal/testrun"
)

// A question is a start of pytest that the oracle can try.
type question struct {
	Files map[string]string `json:"files"`
	Dir   string            `json:"dir"`
	Args  []string          `json:"args"`
	Env   map[string]string `json:"env"`
}

// An answer is what pytest said; Report is nil where it refused, or only printed its version.
type answer struct {
	Code   int     `json:"code"`
	Errors string  `json:"errors"`
	Report *report `json:"report"`
}

type report struct {
	Runs         bool     `json:"runs"`
	Markers      string   `json:"markers"`
	Keywords     string   `json:"keywords"`
	Config       string   `json:"config"`
	Root         string   `json:"root"`
	Paths        []string `json:"paths"`
	Workers      *int     `json:"workers"`
	Dist         string   `json:"dist"`
	MaxProcesses *int     `json:"maxprocesses"`
	Restart      *int     `json:"restart"`
	Timeout      *float64 `json:"timeout"`
	Method       string   `json:"method"`
}

// allCPUs is the number that the oracle takes for auto.
const allCPUs = 7777

func (q question) resolve(rel Releases) Settings {
	files := fstest.MapFS{}
	for name, text := range q.Files {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	inv := Invocation{Env: q.Env, Dir: q.Dir}
	for _, a := range q.Args {
		inv.Args = append(inv.Args, Word{Text: a})
	}
	return Resolve(inv, files, rel)
}

// ask puts questions to the pytest of an interpreter.
func ask(t *testing.T, python string, questions []question) (Releases, []answer) {
	t.Helper()
	var in bytes.Buffer
	for _, q := range questions {
		line, err := json.Marshal(q)
		if err != nil {
			t.Fatal(err)
		}
		in.Write(append(line, '\n'))
	}
	cmd := exec.Command(python, filepath.Join("testdata", "oracle.py"))
	cmd.Stdin, cmd.Stderr = &in, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("asking pytest: %v", err)
	}
	dec := json.NewDecoder(bytes.NewReader(out))
	var rel Releases
	if err := dec.Decode(&rel); err != nil {
		t.Fatal(err)
	}
	answers := make([]answer, len(questions))
	for i := range answers {
		if err := dec.Decode(&answers[i]); err != nil {
			t.Fatal(err)
		}
	}
	return rel, answers
}

// compare returns how settings differ from what pytest said.
func compare(q question, s Settings, a answer) []string {
	var diffs []string
	differ := func(what string, got, want any) {
		if g, w := fmt.Sprint(got), fmt.Sprint(want); g != w {
			diffs = append(diffs, fmt.Sprintf("%s is %q, pytest: %q", what, g, w))
		}
	}
	if a.Report == nil || a.Code != 0 {
		if a.Code == 0 {
			differ("RunsTests", s.RunsTests, false)
			differ("UsageError", s.UsageError, "")
		} else if s.UsageError == "" {
			differ("UsageError", "", lastLines(a.Errors))
		}
		return diffs
	}
	r := a.Report
	differ("UsageError", s.UsageError, "")
	differ("RunsTests", s.RunsTests, r.Runs)
	differ("Markers", s.Markers.Text, r.Markers)
	differ("Keywords", s.Keywords.Text, r.Keywords)
	differ("ConfigFile", s.ConfigFile, r.Config)
	differ("Root", s.Root, r.Root)
	if r.Runs {
		differ("Paths", pathTexts(q, s), strings.Join(r.Paths, " "))
	}
	differ("Timeout", seconds(s.Timeout.Text), number(r.Timeout))
	if s.TimeoutMethod.Text != "" || r.Method == "thread" {
		differ("TimeoutMethod", s.TimeoutMethod.Text, r.Method)
	}
	if r.Workers == nil {
		differ("Workers without xdist", s.Workers.Text, "0")
		return diffs
	}
	differ("Dist", s.Dist.Text, r.Dist)
	differ("MaxProcesses", canonical(s.MaxProcesses.Text), number(r.MaxProcesses))
	differ("Workers", workers(s), *r.Workers)
	if r.Restart == nil || *r.Restart != restartsPerProcess*allCPUs {
		differ("MaxWorkerRestart", canonical(s.MaxWorkerRestart.Text), number(r.Restart))
	}
	return diffs
}

// workers returns the number of workers on the oracle's machine.
func workers(s Settings) string {
	if s.Workers.Text != "auto" && s.Workers.Text != "logical" {
		return s.Workers.Text
	}
	n := allCPUs
	if limit, ok := pythonInt(s.MaxProcesses.Text); ok && limit != 0 {
		n = min(n, limit)
	}
	return strconv.Itoa(max(n, 0))
}

func pathTexts(q question, s Settings) string {
	texts := make([]string, len(s.Paths))
	for i, p := range s.Paths {
		if texts[i] = p.Text; p.From == Default {
			texts[i] = "DIR"
		}
	}
	return strings.Join(texts, " ")
}

func number[T int | float64](n *T) string {
	if n == nil {
		return ""
	}
	return fmt.Sprint(*n)
}

func canonical(text string) string {
	if n, ok := pythonInt(text); ok {
		return strconv.Itoa(n)
	}
	return text
}

func seconds(text string) string {
	if f, ok := pythonFloat(text); ok {
		return fmt.Sprint(f)
	}
	return text
}

// refusesStrangers reports whether pytest refused nothing but options that are in none of our tables.
func refusesStrangers(s Settings, errors string) bool {
	_, list, found := strings.Cut(errors, "unrecognized arguments: ")
	list, _, _ = strings.Cut(list, "\n")
	for w := range strings.FieldsSeq(list) {
		name, _, _ := strings.Cut(w, "=")
		if strings.HasPrefix(w, "-") && !slices.ContainsFunc(s.Options, func(o Option) bool { return o.Name == name && o.Dest == "" }) {
			return false
		}
	}
	return found
}

func lastLines(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-4):], " / ")
}

// tryAll compares many questions and reports what differs.
func tryAll(t *testing.T, variable string, questions []question) {
	t.Helper()
	start := time.Now()
	rel, answers := ask(t, testrun.Python(t, variable), questions)
	refused, excused := 0, 0
	for i, q := range questions {
		s, a := q.resolve(rel), answers[i]
		if a.Report == nil && a.Code != 0 {
			refused++
		}
		if s.UsageError == "" && (strings.Contains(a.Errors, "ignored explicit argument") || refusesStrangers(s, a.Errors)) {
			excused++ // a cluster such as -xn4, which Python 3.11 refuses and later Pythons don't, or an option that some plugin may have
			continue
		}
		if a.Report != nil {
			for j, p := range a.Report.Paths {
				if strings.HasPrefix(p, "BASE/") {
					a.Report.Paths[j] = "DIR"
				}
			}
		}
		if diffs := compare(q, s, a); len(diffs) > 0 {
			text, _ := json.Marshal(q)
			t.Errorf("%s\n\t%s", text, strings.Join(diffs, "\n\t"))
		}
	}
	t.Logf("pytest %s, pytest-xdist %s: %d starts, %d of them refused, %d of these for what is not certain, in %s", rel.Pytest, rel.Xdist, len(questions), refused, excused, time.Since(start).Round(time.Millisecond))
}

// variables name the interpreters with the newest releases and with older ones.
var variables = []string{testrun.Newest, testrun.Older}

// TestOracle compares generated command lines, environments and configuration files with pytest itself.
func TestOracle(t *testing.T) {
	n := 60
	if testrun.Full() {
		n = 2000
	}
	seed := uint64(1)
	if text := os.Getenv("POLICYGEN_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	g := &generator{rand.New(rand.NewPCG(seed, 0))}
	questions := make([]question, n)
	for i := range questions {
		questions[i] = g.question()
	}
	for _, variable := range variables {
		t.Run(variable, func(t *testing.T) {
			t.Parallel()
			t.Logf("seed %d", seed)
			tryAll(t, variable, questions)
		})
	}
}

// TestOracleByHand compares the starts of cases_test.go.
func TestOracleByHand(t *testing.T) {
	for _, variable := range variables {
		t.Run(variable, func(t *testing.T) {
			t.Parallel()
			tryAll(t, variable, byHand())
		})
	}
}
