package check

import (
	"strings"
	"testing"

	"policygen/internal/finding"
	"policygen/internal/source"
)

// TestFixes holds that an edit settles its finding and changes nothing else, and that there is none where it would.
func TestFixes(t *testing.T) {
	script := func(words string) exampleFile { return exampleFile{"a.sh", "#!/bin/sh\n" + words + "\n"} }
	matrix := "on: push\njobs:\n  a:\n    timeout-minutes: 900\n    strategy: {matrix: {b: [mock, native]}}\n    env: {EXAMPLE_BACKEND: \"${{ matrix.b }}\"}\n    steps:\n"
	fixable := map[string]bool{}
	for _, r := range Rules() {
		fixable[r.Code] = r.Fixable
	}
	for name, c := range map[string]struct {
		file       exampleFile
		code, want string // want is the new text; the old one where there is no edit
	}{
		"a word":               {script(native + "pytest -n 12 --dist load # -n 12"), "PG201", native + "pytest -n 4 --dist load # -n 12"},
		"joined":               {script(native + "pytest -n12 --dist load"), "PG201", native + "pytest -n4 --dist load"},
		"with a sign":          {script(native + "pytest --numprocesses=12 --dist load;"), "PG201", native + "pytest --numprocesses=4 --dist load;"},
		"in quotes":            {script(native + "pytest -n '12' --dist load"), "PG201", native + "pytest -n '4' --dist load"},
		"auto":                 {script(native + "pytest -n auto --dist load"), "PG201", native + "pytest -n 4 --dist load"},
		"a serial phase":       {script("TZ=UTC pytest tests/slow -n 2"), "PG201", "TZ=UTC pytest tests/slow -n 0"},
		"the last of two":      {script(native + "pytest -n 12 -n 12 --dist load"), "PG201", native + "pytest -n 12 -n 4 --dist load"},
		"a page with a mark":   {exampleFile{"a.md", "\ufeff    " + native + "pytest -n 12 --dist load\n"}, "PG201", "\ufeff    " + native + "pytest -n 4 --dist load\n"},
		"a list of words":      {exampleFile{".gitlab-ci.yml", "a: {variables: {EXAMPLE_BACKEND: native, EXAMPLE_ENGINE: native}, script: [\"pytest -n 12 --dist load\"]}\n"}, "PG201", "a: {variables: {EXAMPLE_BACKEND: native, EXAMPLE_ENGINE: native}, script: [\"pytest -n 4 --dist load\"]}\n"},
		"a variable":           {script("N=12\n" + native + "pytest -n $N --dist load"), "PG201", ""},
		"a part of a word":     {script(native + "pytest -n 1\"\"2 --dist load"), "PG201", ""},
		"--tx":                 {script(native + "pytest --tx 12*popen --dist load"), "PG201", ""},
		"PYTEST_ADDOPTS":       {script("PYTEST_ADDOPTS='-n 12 --dist load' " + native + "pytest"), "PG201", ""},
		"right for another":    {exampleFile{".github/workflows/a.yml", matrix + "      - run: pytest -n 8 --dist load tests/unit\n"}, "PG201", ""},
		"rendered":             {exampleFile{"a.md", "<!-- policygen:begin x -->\n\n    " + native + "pytest -n 12 --dist load\n\n<!-- policygen:end x -->\n"}, "PG201", ""},
		"a mode":               {script("pytest -n 2 --dist load tests/unit"), "PG205", "pytest -n 2 --dist loadfile tests/unit"},
		"a mode with a sign":   {script("pytest -n 2 --dist=load tests/unit"), "PG205", "pytest -n 2 --dist=loadfile tests/unit"},
		"no mode":              {script("pytest -n 2 tests/unit"), "PG205", ""},
		"-d":                   {script("pytest -d --tx 2*popen tests/unit"), "PG205", ""},
		"two modes for two":    {exampleFile{".github/workflows/a.yml", matrix + "      - run: pytest -n 2 --dist each tests/unit\n"}, "PG205", ""},
		"an absent workaround": {script(native + "pytest -n 4 --dist loadfile"), "PG215", native + "pytest -n 4 --dist load"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := repository(t, c.file)
			if !fixable[c.code] {
				t.Errorf("rule %s does not say that it is fixable", c.code)
			}
			if c.want == "" {
				c.want = c.file.Text
			} else if c.file.Name == "a.sh" {
				c.want = script(c.want).Text
			}
			before := checkFolder(t, dir, nil)
			text := fixed(t, before, c.code, c.file)
			if text != c.want {
				t.Fatalf("got %q, want %q; %v", text, c.want, before)
			}
			if text == c.file.Text {
				return
			}
			put(t, dir, c.file.Name, text)
			after := checkFolder(t, dir, nil)
			want := strings.Join(told(without(before, c.code)), ", ")
			if got := strings.Join(told(after), ", "); got != want {
				t.Errorf("after it: %s, want %s", got, want)
			}
		})
	}
}

// fixed returns a file with the edits of the findings of a code, of which there has to be one.
func fixed(t *testing.T, found finding.List, code string, file exampleFile) string {
	t.Helper()
	var edits []source.Edit
	seen := false
	for _, f := range found {
		if f.Code != code {
			continue
		}
		seen = true
		for _, fix := range f.Fixes {
			for _, e := range fix.Edits {
				if e.File != file.Name {
					t.Errorf("an edit of %s", e.File)
				}
				edits = append(edits, source.Edit{Start: e.Start, End: e.End, Text: e.Text})
			}
		}
	}
	if !seen {
		t.Fatalf("no %s: %v", code, found)
	}
	return string(source.Apply([]byte(file.Text), edits...))
}

func without(found finding.List, code string) (left finding.List) {
	for _, f := range found {
		if f.Code != code {
			left = append(left, f)
		}
	}
	return left
}
