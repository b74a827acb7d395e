package report

import (
	"encoding/xml"
	"fmt"
	"io"

	"policygen/internal/finding"
)

// The elements of a JUnit report that the services agree on.
type (
	junitSuites struct {
		XMLName  xml.Name   `xml:"testsuites"`
		Name     string     `xml:"name,attr"`
		Tests    int        `xml:"tests,attr"`
		Failures int        `xml:"failures,attr"`
		Errors   int        `xml:"errors,attr"`
		Skipped  int        `xml:"skipped,attr"`
		Suite    junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Name      string        `xml:"name,attr"`
		ClassName string        `xml:"classname,attr"`
		File      string        `xml:"file,attr,omitempty"`
		Line      int           `xml:"line,attr,omitempty"`
		Failure   *junitOutcome `xml:"failure"`
		Skipped   *junitOutcome `xml:"skipped"`
		Output    string        `xml:"system-out,omitempty"`
	}
	junitOutcome struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",chardata"`
	}
)

// writeJUnit writes each finding as a test case: an error fails, a suppressed finding is skipped, a warning and a note
// pass and say what they are, since they fail nothing elsewhere either. Where there are no findings one case passes.
func writeJUnit(w io.Writer, v *view) error {
	suite := junitSuite{Name: "policygen"}
	for _, f := range v.findings {
		c := junitCaseOf(f)
		if c.Failure != nil {
			suite.Failures++
		}
		if c.Skipped != nil {
			suite.Skipped++
		}
		suite.Cases = append(suite.Cases, c)
	}
	if len(suite.Cases) == 0 {
		suite.Cases = []junitCase{{Name: "no findings", ClassName: "policygen"}}
	}
	suite.Tests = len(suite.Cases)
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(junitSuites{xml.Name{}, suite.Name, suite.Tests, suite.Failures, 0, suite.Skipped, suite}); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// junitCaseOf makes all text visible first: XML has no way to write most control characters.
func junitCaseOf(f finding.Finding) junitCase {
	c := junitCase{
		Name: fmt.Sprintf("%s %s", Visible(f.Code), place(f.Position)), ClassName: "policygen." + Visible(f.Code),
		File: Visible(f.File), Line: max(f.Line, 0),
	}
	switch {
	case f.Suppressed():
		c.Skipped = &junitOutcome{Message: Visible(f.Suppression.Justification), Text: explained(f)}
	case f.Severity == finding.Error:
		c.Failure = &junitOutcome{described(f), f.Severity.String(), explained(f)}
	default:
		c.Output = f.Severity.String() + ": " + explained(f)
	}
	return c
}
