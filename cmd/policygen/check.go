package main

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"policygen/generate"
	"policygen/internal/check"
	"policygen/internal/finding"
	"policygen/internal/report"
	"policygen/internal/worktree"
)

// checkFlags are the flags of check.
type checkFlags struct {
	repository      repositoryFlags
	selected, left  []string
	strict, showAll bool
	outputs         []string
	format          *format
}

func newCheckCommand(s streams) *cobra.Command {
	var f checkFlags
	cmd := &cobra.Command{
		Use:   "check [PATH...]",
		Short: "Hold everything that starts pytest, every pinned version and every rendered file against the policy",
		Long: `Find every place of the repository that starts pytest, in scripts, CI configuration, Makefiles, tox, task runners, Python
code and documents, and hold it against the policy, every pinned version too (as pins does); see that rendered files are what the
policy says. Nothing of the repository is run, nothing but reports is written. With paths only what stands in these files and
folders is told.

A comment "policygen: ignore[PG201] the reason" at the end of a line, or before it, suppresses a finding; ignore-file does so for the
whole file. policygen explain PG201 tells what a code means. --format diff is a patch of what can be put right by an edit.

Without a policy only what can't be read is found, and what the facts about releases say of pinned versions. Exit code 1 means an error that no comment suppresses; with --strict a warning
or something unknown too.`,
		Example: `  policygen check
  policygen check docs .github/workflows
  policygen check --ignore PG207,PG21
  policygen check --format github --output sarif=policygen.sarif
  policygen check --format diff | git apply`,
		RunE: func(_ *cobra.Command, args []string) error { return f.run(s, args) },
	}
	flags := cmd.Flags()
	f.repository.bind(flags)
	flags.StringArrayVar(&f.selected, "select", nil, "only findings with this `code`, or with codes that begin so (repeatable)")
	flags.StringArrayVar(&f.left, "ignore", nil, "no findings with this `code`, or with codes that begin so (repeatable)")
	flags.BoolVar(&f.strict, "strict", false, "find what is unknown too, and fail on warnings")
	flags.BoolVar(&f.showAll, "show-suppressed", false, "tell suppressed findings too, as such")
	flags.StringArrayVar(&f.outputs, "output", nil, "write a report too: `FORMAT=FILE` (repeatable)")
	f.format = bindFormat(flags, reportFormats()...)
	return cmd
}

// reportFormats are those that go to stdout. A summary for GitHub only goes into files.
func reportFormats() []string {
	return slices.DeleteFunc(report.Formats(), func(name string) bool { return name == githubSummary })
}

const githubSummary = "github-summary"

// A checked is what a check came to.
type checked struct {
	repository
	findings finding.List
}

func (f *checkFlags) run(s streams, args []string) error {
	codes, err := check.ParseCodes(f.selected, f.left)
	if err != nil {
		return exitError{exitUsage, err}
	}
	outputs, err := parseOutputs(f.outputs)
	if err != nil {
		return err
	}
	r, err := f.repository.open(s, args)
	if err != nil {
		return f.refused(err, outputs)
	}
	defer r.close()
	if err := r.protect(outputs); err != nil {
		return err
	}
	c, err := f.check(s, r, codes)
	if err != nil {
		return f.refused(err, outputs)
	}
	return f.deliver(s, c, outputs)
}

// refused writes the reports that go into files where the policy is invalid; what goes to stdout is every command's affair. It returns
// the error that ends the command.
func (f *checkFlags) refused(err error, outputs []output) error {
	e, is := invalid(err)
	if !is {
		return err
	}
	if err := (repository{policy: &e.policy, root: e.policy.root}).protect(outputs); err != nil {
		return err
	}
	if err := writeFiles(outputs, e.write); err != nil {
		return err
	}
	if err := f.summarise(e.write); err != nil {
		return err
	}
	return exitError{exitUsage, e}
}

// check looks at the repository.
func (f *checkFlags) check(s streams, r repository, codes check.Codes) (checked, error) {
	in := check.Input{Files: r.files, Strict: f.strict, Codes: codes, Render: f.repository.policy.render(f.repository.out)}
	if r.policy != nil {
		in.Policy, in.Plans = r.policy.Policy, r.policy.Plans
		rendering, err := generate.Render(r.policy.Input)
		if err != nil {
			return checked{}, r.policy.policyError(err)
		}
		if in.Changes, err = worktree.Compare(r.root, rendering.Artifacts); err != nil {
			return checked{}, err
		}
	}
	done := s.progress("looking at every place that starts pytest")
	defer done()
	in.Observed = r.observe(check.Inputs(in.Policy))
	var err error
	if in.Pins, err = pinFindings(r, in.Observed, f.strict); err != nil {
		return checked{}, err
	}
	found := check.Run(in)
	if in.Observed.Files == 0 {
		fmt.Fprintln(s.err, "policygen: nothing here could start pytest")
	}
	found = slices.DeleteFunc(found, func(x finding.Finding) bool { return !r.asked(x.File) })
	return checked{r, found}, nil
}

// deliver writes all reports and returns the exit code that the findings ask for.
func (f *checkFlags) deliver(s streams, c checked, outputs []output) error {
	c.findings = c.editable(c.findings)
	if err := f.write(s.out, c, f.format.value, s.colour()); err != nil {
		return err
	}
	write := func(w io.Writer, format string) error { return f.write(w, c, format, false) }
	if err := writeFiles(outputs, write); err != nil {
		return err
	}
	if err := f.summarise(write); err != nil {
		return err
	}
	if c.fails(f.strict) {
		return exitError{code: exitDrift}
	}
	return nil
}

// summarise adds the table of all findings to the summary of a GitHub job, which shows only some of the annotations.
func (f *checkFlags) summarise(write func(w io.Writer, format string) error) error {
	file := os.Getenv("GITHUB_STEP_SUMMARY")
	if f.format.value != "github" || file == "" {
		return nil
	}
	var b bytes.Buffer
	if err := write(&b, githubSummary); err != nil {
		return err
	}
	return worktree.Append(file, b.Bytes())
}

func (c checked) fails(strict bool) bool {
	return slices.ContainsFunc(c.findings, func(x finding.Finding) bool {
		return !x.Suppressed() && (x.Severity == finding.Error || strict && x.Severity == finding.Warning)
	})
}

// write writes a report. People get the names of files as seen from the working directory, services those from the root.
func (f *checkFlags) write(w io.Writer, c checked, format string, colour bool) error {
	findings, options := c.findings, report.Options{Source: c.source, Color: colour, Suppressed: f.showAll, Version: toolVersion()}
	if format == "text" || format == "oneline" {
		shown := map[string]string{}
		findings = findings.Relocated(func(name string) string {
			here := c.fromHere(name)
			shown[here] = name
			return here
		})
		options.Source = func(here string) ([]byte, bool) { return c.source(shown[here]) }
		options.Summary = true
	}
	return report.Write(w, format, report.Report{Findings: findings, Rules: reportRules(findings, options.Suppressed)}, options)
}

// reportRules are the rules of the findings that are told, as reports have them.
func reportRules(findings finding.List, suppressed bool) []report.Rule {
	var rules []report.Rule
	for _, r := range check.Rules() {
		if !slices.ContainsFunc(findings, func(x finding.Finding) bool { return x.Code == r.Code && (suppressed || !x.Suppressed()) }) {
			continue
		}
		rules = append(rules, report.Rule{
			Code: r.Code, Name: strings.ReplaceAll(strings.ReplaceAll(r.Name, ",", ""), " ", "-"), Summary: r.Summary, Description: r.Why,
			Help: "Run `policygen explain " + r.Code + "` for an example.", Severity: r.Severity, Precision: "high", Tags: []string{"tests", "pytest"},
		})
	}
	return slices.Concat(policyRules(findings), rules, pinRules(findings, suppressed))
}

// source returns the text of a file by its name from the root.
func (r repository) source(name string) ([]byte, bool) {
	if r.policy != nil {
		for _, s := range r.policy.sources {
			if s.Name == name {
				return s.Text, true
			}
		}
	}
	if r.files == (worktree.Files{}) || !fs.ValidPath(name) {
		return nil, false
	}
	if info, err := fs.Lstat(r.files, name); err != nil || !info.Mode().IsRegular() {
		return nil, false
	}
	text, err := fs.ReadFile(r.files, name)
	return text, err == nil
}
