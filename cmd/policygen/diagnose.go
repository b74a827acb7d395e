package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"

	"github.com/spf13/cobra"

	"policygen/internal/diagnose"
	"policygen/internal/worktree"
)

// diagnoseFlags are the flags of diagnose.
type diagnoseFlags struct {
	policy  policyFlags
	format  *format
	backend string
	junit   []string
	report  string
	brief   bool
	drawing string
}

func newDiagnoseCommand(s streams) *cobra.Command {
	var f diagnoseFlags
	cmd := &cobra.Command{
		Use:   "diagnose LOG... | -",
		Short: "Say from the log of a pytest run what died, which known defect that is, whose it is and what to do",
		Long: `Read the logs of pytest runs and say what went wrong: which workers died and in which test, what followed from it, which known
defect explains it, whose it is, what to do about it and what to try now. What a crash led to, such as the KeyError of
pytest-xdist, is told apart from the crash.

A log is what pytest printed, with or without colours, the times of a CI service and other output around it; "-" reads it from standard
input. Without a policy the facts that policygen brings are used. Nothing is sent anywhere.

Exit codes: 0 nothing is wrong (tests that fail in the ordinary way are not), 1 something was diagnosed or a log can't be read, 2 usage,
3 a log shows no pytest.`,
		Example: `  policygen diagnose pytest.log
  bash tests/run_all_tests.sh 2>&1 | tee run.log; policygen diagnose run.log
  gh run view --log-failed | policygen diagnose -
  policygen diagnose --backend robin --junit unit.xml unit.log
  policygen diagnose --report robin-native-crash *.log >issue.md`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return f.run(s, args) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	f.policy.bind(flags)
	f.format = bindFormat(flags, "text", "json", "markdown")
	flags.StringVar(&f.backend, "backend", "", "the backend that the logs are of, where they don't say it")
	flags.BoolVar(&f.brief, "brief", false, "leave out reasons and lines of the log, in text")
	flags.StringVar(&f.drawing, "timeline", "", "draw workers, tests, deaths and replacements as SVG into a `file`")
	flags.StringArrayVar(&f.junit, "junit", nil, "`file` of --junitxml of the same run, which names the tests that workers died in")
	flags.StringVar(&f.report, "report", "", "write a report for the owner of a fact, or \"new\" for a crash that no fact explains, in Markdown")
	return cmd
}

// tightly keeps the process within 64 MB whatever the length of a log, at the price of some time for the policy.
func tightly() {
	debug.SetGCPercent(50)
	debug.SetMemoryLimit(32 << 20)
}

func (f *diagnoseFlags) run(s streams, args []string) error {
	tightly()
	k, err := f.knowledge(s)
	if err != nil {
		return err
	}
	junit, err := readJUnits(f.junit)
	if err != nil {
		return err
	}
	var logs []diagnose.Log
	for _, name := range args {
		l, err := diagnoseLog(s, k, name, junit)
		if err != nil {
			return err
		}
		logs = append(logs, l)
	}
	if f.drawing != "" {
		if err := drawTimeline(f.drawing, logs); err != nil {
			return err
		}
	}
	if f.report != "" {
		return f.writeReport(s, k, logs)
	}
	if err := f.write(s, logs); err != nil {
		return err
	}
	for _, l := range logs {
		if !l.IsFine() {
			return exitError{exitDrift, nil}
		}
	}
	return nil
}

func (f *diagnoseFlags) write(s streams, logs []diagnose.Log) error {
	switch f.format.value {
	case "json":
		return writeJSON(s.out, map[string]any{"version": 1, "logs": logs})
	case "markdown":
		return diagnose.WriteMarkdown(s.out, logs)
	}
	style := diagnose.Plain()
	if s.colour() {
		style = diagnose.Coloured()
	}
	style.Brief = f.brief
	return diagnose.WriteText(s.out, logs, style)
}

func drawTimeline(name string, logs []diagnose.Log) error {
	var b bytes.Buffer
	if err := diagnose.WriteTimeline(&b, logs); err != nil {
		return err
	}
	if err := worktree.Save(name, b.Bytes()); err != nil {
		return fmt.Errorf("writing the timeline: %w", err)
	}
	return nil
}

func (f *diagnoseFlags) writeReport(s streams, k *diagnose.Knowledge, logs []diagnose.Log) error {
	text, err := k.Report(f.report, logs)
	if err != nil {
		return usageError("--report: %w", err)
	}
	_, err = io.WriteString(s.out, text)
	return err
}

// knowledge loads the policy in sight. Where there is none, the embedded one gives its facts and nothing else.
func (f *diagnoseFlags) knowledge(s streams) (*diagnose.Knowledge, error) {
	l, err := f.policy.load(streams{in: s.in, out: s.out, err: io.Discard})
	if err != nil {
		return nil, err
	}
	k := diagnose.Knowledge{Policy: l.Policy, Plans: l.Plans, Embedded: l.embedded, Timeline: f.drawing != "", Backend: f.backend}
	if f.backend != "" {
		if _, err := selectPlans(l, []string{f.backend}); err != nil {
			return nil, err
		}
	}
	if !l.embedded {
		k.Wrapper = wrapperPath(l)
	}
	return diagnose.NewKnowledge(k), nil
}

// wrapperPath returns where the wrapper of a policy stands as seen from the working directory; empty where it has none.
func wrapperPath(l loadedPolicy) string {
	for _, t := range l.Policy.Targets {
		if t.Kind == "wrapper" {
			return filepath.ToSlash(filepath.Join(l.root, filepath.FromSlash(t.Path)))
		}
	}
	return ""
}

func readJUnits(names []string) ([]*diagnose.JUnit, error) {
	var all []*diagnose.JUnit
	for _, name := range names {
		file, err := os.Open(name)
		if err != nil {
			return nil, exitError{exitDrift, err}
		}
		j, err := diagnose.ReadJUnit(file)
		_ = file.Close() // it was only read
		if err != nil {
			return nil, exitError{exitDrift, fmt.Errorf("reading %s: %w", name, err)}
		}
		all = append(all, j)
	}
	return all, nil
}

func diagnoseLog(s streams, k *diagnose.Knowledge, name string, junit []*diagnose.JUnit) (diagnose.Log, error) {
	in := s.in
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return diagnose.Log{}, exitError{exitDrift, err}
		}
		defer file.Close()
		in = file
	}
	l, err := k.Diagnose(filepath.ToSlash(name), in, junit...)
	switch {
	case errors.Is(err, diagnose.ErrNoPytest):
		return l, exitError{exitFailure, fmt.Errorf("%s: %w", name, err)}
	case err != nil:
		return l, exitError{exitDrift, err}
	}
	return l, nil
}
