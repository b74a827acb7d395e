package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"

	"policygen/internal/testrun"
)

// put writes a file into a folder of the test.
func put(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// validate holds files to a JSON schema.
func validate(t *testing.T, schema string, files ...string) error {
	t.Helper()
	out, err := exec.Command(testrun.Judge(t, "check-jsonschema"), append([]string{"--schemafile", schema}, files...)...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	return nil
}

// reports are what the judges are shown.
var reports = map[string]Report{
	"hostile": {sample(), rules()}, "many": {many(1_500), nil}, "empty": {}, "rules only": {nil, rules()},
}

func TestJSONIsValid(t *testing.T) {
	schema := put(t, "schema.json", string(Schema()))
	if out, err := exec.Command(testrun.Judge(t, "check-jsonschema"), "--check-metaschema", schema).CombinedOutput(); err != nil {
		t.Fatalf("the schema is none: %v\n%s", err, out)
	}
	files := []string{put(t, "report.json", write(t, "json", reports["hostile"], Options{}))}
	for _, r := range reports {
		files = append(files, put(t, "report.json", write(t, "json", r, all)))
	}
	if err := validate(t, schema, files...); err != nil {
		t.Error(err)
	}
	good := write(t, "json", Report{Findings: sample()}, all)
	for _, mutation := range [][2]string{{`"version": 1`, `"version": 2`}, {`"line": 2`, `"line": 0`}, {`"message"`, `"massage"`}, {`"inSource"`, `"nowhere"`}} {
		if bad := strings.Replace(good, mutation[0], mutation[1], 1); bad == good || validate(t, schema, put(t, "bad.json", bad)) == nil {
			t.Errorf("the schema allows %s", mutation[1])
		}
	}
}

// TestJSONLinesAreValid holds each line to the part of the schema that the documentation names.
func TestJSONLinesAreValid(t *testing.T) {
	var whole map[string]any
	if err := json.Unmarshal(Schema(), &whole); err != nil {
		t.Fatal(err)
	}
	line, err := json.Marshal(map[string]any{"$schema": whole["$schema"], "$defs": whole["$defs"], "$ref": "#/$defs/finding"})
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for line := range strings.Lines(write(t, "jsonl", Report{Findings: sample()}, all)) {
		files = append(files, put(t, "line.json", line))
	}
	if len(files) != len(sample()) {
		t.Errorf("%d lines", len(files))
	}
	if err := validate(t, put(t, "schema.json", string(line)), files...); err != nil {
		t.Error(err)
	}
}

func TestSARIFIsValid(t *testing.T) {
	schema := filepath.Join("testdata", "sarif-github.schema.json")
	files := []string{put(t, "report.sarif", write(t, "sarif", reports["hostile"], Options{}))}
	for _, r := range reports {
		files = append(files, put(t, "report.sarif", write(t, "sarif", r, all)))
	}
	if err := validate(t, schema, files...); err != nil {
		t.Error(err)
	}
}

// TestJUnitIsWellFormed lets Python's parser, which is expat, read the XML and count.
func TestJUnitIsWellFormed(t *testing.T) {
	const script = `
import sys, xml.etree.ElementTree as tree
root = tree.parse(sys.argv[1]).getroot()
suite = root.find("testsuite")
cases = suite.findall("testcase")
print(root.get("tests"), len(cases), suite.get("failures"), len(suite.findall("testcase/failure")), suite.get("skipped"), len(suite.findall("testcase/skipped")))
`
	python := testrun.Judge(t, "python")
	for name, want := range map[string]string{"hostile": "10 10 3 3 1 1", "many": "1500 1500 500 500 0 0", "empty": "1 1 0 0 0 0"} {
		file := put(t, "junit.xml", write(t, "junit", reports[name], all))
		out, err := exec.Command(python, "-c", script, file).CombinedOutput()
		if got := strings.TrimSpace(string(out)); err != nil || got != want {
			t.Errorf("%s: got %s, %v; want %s", name, got, err, want)
		}
	}
}

// TestWidthIsUnicodes holds the table of wide characters to the one that Python has, for what is a character there.
func TestWidthIsUnicodes(t *testing.T) {
	const script = `
import unicodedata
for code in range(0x300, 0x40000):
    if unicodedata.category(chr(code)) not in ("Cn", "Cf", "Cs", "Co", "Mn", "Me"):
        print("%x %d" % (code, 2 if unicodedata.east_asian_width(chr(code)) in "WF" else 1))
`
	out, err := exec.Command(testrun.Judge(t, "python"), "-c", script).Output()
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for line := range strings.Lines(string(out)) {
		var r rune
		var want int
		if _, err := fmt.Sscanf(line, "%x %d", &r, &want); err != nil {
			t.Fatal(err)
		}
		checked++
		if got := width(r); got != want && (r < 0x1f3fb || r > 0x1f3ff) && !unicode.In(r, unicode.Mn, unicode.Me) {
			t.Errorf("%U has width %d, want %d", r, got, want)
		}
	}
	if checked < 100_000 {
		t.Errorf("only %d characters were checked", checked)
	}
}

// TestMarkdownIsATable holds that a Markdown reader sees the table, every row of it and no markup of a finding's.
func TestMarkdownIsATable(t *testing.T) {
	for name, r := range reports {
		content := []byte(write(t, "markdown", r, Options{}))
		tables, rows := 0, 0
		root := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().Parse(text.NewReader(content))
		err := ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
			switch n := n.(type) {
			case *extast.Table:
				tables++
			case *extast.TableRow:
				if entering {
					rows++
				}
			case *ast.RawHTML:
				if got := string(n.Segments.Value(content)); got != "<br>" {
					t.Errorf("%s: the table has HTML: %s", name, got)
				}
			case *ast.Link, *ast.AutoLink, *ast.Emphasis, *ast.CodeSpan, *extast.Strikethrough:
				t.Errorf("%s: the table has a %s", name, n.Kind())
			}
			return ast.WalkContinue, nil
		})
		if want := len(newView(r, Options{}).active()); err != nil || rows != want || want > 0 && tables != 2 {
			t.Errorf("%s: %d rows, want %d", name, rows, want)
		}
	}
}

// TestMarkdownShowsTheText holds that what a Markdown reader shows is what was meant.
func TestMarkdownShowsTheText(t *testing.T) {
	const hostile = "-n 12 `a` *b* _c_ [d](e) <f> | g & h # i @j ~k~ https://l $m$ :n: \\o ! & www.p"
	var b bytes.Buffer
	if err := goldmark.New(goldmark.WithExtensions(extension.GFM)).Convert([]byte("x "+markdownText(hostile)), &b); err != nil {
		t.Fatal(err)
	}
	want := "<p>x " + strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(hostile) + "</p>\n"
	if b.String() != want {
		t.Errorf("got %s, want %s", b.String(), want)
	}
}
