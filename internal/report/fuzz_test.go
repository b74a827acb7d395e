package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"policygen/internal/finding"
)

// FuzzFormats holds for any finding about any text that every format can be read by what reads it, that nothing in it but
// line ends is hidden, and that nothing panics.
func FuzzFormats(f *testing.F) {
	for _, x := range sample() {
		f.Add(x.File, files[x.File], x.Line, x.Column, x.End.Line, x.End.Column, int(x.Severity), x.Code, x.Path, x.Message, x.Help, 1, 3)
	}
	f.Add("::a", "\r\r\n\xe2\x80", -1, -5, 3, 1<<40, 7, "", "\u0085", "\U000e0041]]>", "", 2, 1)
	f.Fuzz(func(t *testing.T, file, content string, line, column, endLine, endColumn, severity int, code, path, message, help string, from, to int) {
		pos := finding.Position{File: file, Line: line, Column: column}
		x := finding.Finding{
			Position: pos, End: finding.Position{File: file, Line: endLine, Column: endColumn},
			Severity: finding.Severity(severity & 1), Code: code, Path: path, Message: message, Help: help,
			Related: []finding.Related{{Position: pos, Message: message}}, Fixes: []finding.Fix{{Description: help, Edits: []finding.Edit{{File: file, Start: from, End: to, Text: message}}}},
		}
		suppressed := x
		suppressed.Severity, suppressed.Suppression = finding.Note, finding.Suppression{Kind: finding.InSource, Justification: message}
		opts := Options{Source: func(name string) ([]byte, bool) { return []byte(content), name == file }, Suppressed: true}
		r := Report{finding.List{x, suppressed}, []Rule{{Code: code, Name: path, Summary: message, Help: help, Tags: []string{path}}}}
		for _, format := range Formats() {
			var b bytes.Buffer
			if err := Write(&b, format, r, opts); err != nil {
				t.Fatalf("%s: %v", format, err)
			}
			if !utf8.Valid(b.Bytes()) || bytes.ContainsFunc(b.Bytes(), func(r rune) bool { return r != '\n' && hidden(r) && !rawIn(format, r) }) {
				t.Errorf("%s has control characters or bytes that are no UTF-8: %q", format, b.String())
			}
			if check := readers[format]; check != nil {
				if err := check(b.String()); err != nil {
					t.Errorf("%s: %v in\n%s", format, err, b.String())
				}
			}
		}
	})
}

// rawIn reports whether a format has a control as it stands in the file: a patch needs the blanks and ends of its lines.
func rawIn(format string, r rune) bool { return format == "diff" && (r == '\t' || r == '\r') }

// readers say what is wrong with a report of two findings, the second one suppressed.
var readers = map[string]func(string) error{
	"text":           lines(0, `^(\S.*: (error|warning|note) .*|    .*)$`),
	"oneline":        lines(2, `^.*: (error|warning|note) .*$`),
	"markdown":       lines(7, `^(|### policygen|1 (error|warning), 1 suppressed|\| .* \|)$`),
	"github-summary": lines(7, `^(|### policygen|1 (error|warning), 1 suppressed|\| .* \|)$`),
	"github":         lines(1, `^::(error|warning|notice) [^:]*::.*$`),
	"json":           readJSON,
	"gitlab":         readJSON,
	"sarif":          readSARIF,
	"jsonl":          readLines,
	"junit":          readXML,
}

// lines wants so many lines, unless that is 0, each of one form.
func lines(n int, form string) func(string) error {
	re := regexp.MustCompile(form)
	return func(s string) error {
		all := strings.Split(strings.TrimSuffix(s, "\n"), "\n")
		if n > 0 && len(all) != n {
			return errors.New("the number of lines is wrong")
		}
		for _, line := range all {
			if !re.MatchString(line) {
				return errors.New("a line has another form: " + line)
			}
		}
		return nil
	}
}

func readJSON(s string) error {
	var any any
	return json.Unmarshal([]byte(s), &any)
}

func readLines(s string) error {
	for line := range strings.Lines(s) {
		if err := readJSON(line); err != nil {
			return err
		}
	}
	return nil
}

// readSARIF holds the regions to what a reader may rely on: from 1, and none that ends before it begins.
func readSARIF(s string) error {
	var log sarifLog
	if err := json.Unmarshal([]byte(s), &log); err != nil {
		return err
	}
	for _, result := range log.Runs[0].Results {
		for _, at := range append(result.Locations, result.Related...) {
			r := at.Physical.Region
			if r.StartLine < 1 || r.StartColumn < 1 || r.EndColumn < 1 || r.EndLine < r.StartLine || r.EndLine == r.StartLine && r.EndColumn < r.StartColumn {
				return errors.New("a region is reversed")
			}
		}
		if rule := log.Runs[0].Tool.Driver.Rules[result.RuleIndex]; rule.ID != result.RuleID {
			return errors.New("a result names another rule than its index")
		}
	}
	return nil
}

func readXML(s string) error {
	for dec := xml.NewDecoder(strings.NewReader(s)); ; {
		if _, err := dec.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}
