package main

import (
	"cmp"
	"errors"
	"io"
	"slices"

	"policygen/internal/finding"
	"policygen/internal/report"
	"policygen/policy"
)

// An invalidPolicy is a policy with mistakes: findings like all others, under the names that its files have from the root.
type invalidPolicy struct {
	findings finding.List
	policy   loadedPolicy
}

// Error returns the findings as people read them.
func (e invalidPolicy) Error() string { return e.findings.Relocated(e.policy.locate).Error() }

// policyError makes findings about the policy an invalidPolicy with its exit code. Other errors stay what they are.
func (l loadedPolicy) policyError(err error) error {
	var findings finding.List
	if errors.As(err, &findings) {
		return exitError{exitUsage, invalidPolicy{findings, l}}
	}
	return err
}

// write writes the findings as a report.
func (e invalidPolicy) write(w io.Writer, format string) error {
	if format == "text" || format == "oneline" {
		return report.Write(w, format, report.Report{Findings: e.findings.Relocated(e.policy.locate)}, report.Options{})
	}
	c := checkFlags{}
	return c.write(w, checked{repository{policy: &e.policy, root: e.policy.root}, e.findings}, format, false)
}

// invalid returns the invalid policy that ended a command.
func invalid(err error) (e invalidPolicy, ok bool) {
	ok = errors.As(err, &e)
	return e, ok
}

// report writes what is wrong about the policy: for people beside the output of the command, for programs in its place.
func (s streams) report(e invalidPolicy, format string) error {
	switch format {
	case "", "text", "oneline":
		return e.write(s.err, cmp.Or(format, "text"))
	}
	return e.write(s.out, format)
}

// policyRules are the rules of the findings about the policy, as reports have them.
func policyRules(findings finding.List) []report.Rule {
	var rules []report.Rule
	for _, c := range policy.Codes() {
		if slices.ContainsFunc(findings, func(x finding.Finding) bool { return x.Code == c.Code }) {
			rules = append(rules, report.Rule{
				Code: c.Code, Name: "invalid-policy", Summary: upperFirst(c.Summary), Description: "The policy is invalid: " + c.Summary + ".",
				Help: "Run `policygen schema` for the policy language, which says what is allowed.", Severity: finding.Error, Precision: "very-high",
				Tags: []string{"tests", "policy"},
			})
		}
	}
	return rules
}
