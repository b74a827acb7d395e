package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"policygen/internal/report"
	"policygen/internal/worktree"
)

// An output is a report that goes into a file.
type output struct{ format, file string }

func parseOutputs(words []string) (list []output, err error) {
	for _, word := range words {
		format, file, ok := strings.Cut(word, "=")
		if !ok || file == "" || !slices.Contains(report.Formats(), format) {
			return nil, usageError("--output %q is not FORMAT=FILE; formats are %s", word, strings.Join(report.Formats(), ", "))
		}
		switch clean := filepath.ToSlash(filepath.Clean(file)); {
		case file == "-":
			return nil, usageError("--output %q: a report for stdout is asked for by --format", word)
		case strings.Contains("/"+clean, "/.policygen/"):
			return nil, usageError("--output %q: .policygen is policygen's own", word)
		case slices.ContainsFunc(list, func(o output) bool { return sameFile(o.file, file) }):
			return nil, usageError("--output: two reports for %q", file)
		}
		list = append(list, output{format, file})
	}
	return list, nil
}

// protect refuses reports that would take the place of a policy file or of a rendered one.
func (r repository) protect(outputs []output) error {
	if r.policy == nil {
		return nil
	}
	var kept []string
	for _, file := range r.policy.files {
		kept = append(kept, file)
	}
	for _, t := range r.policy.targets() {
		kept = append(kept, filepath.Join(r.root, filepath.FromSlash(t.Path)))
	}
	for _, o := range outputs {
		if slices.ContainsFunc(kept, func(file string) bool { return sameFile(file, o.file) }) {
			return usageError("--output: %q is a file of the policy or a rendered one", o.file)
		}
	}
	return nil
}

func sameFile(a, b string) bool {
	x, err1 := os.Stat(a)
	y, err2 := os.Stat(b)
	if err1 == nil && err2 == nil {
		return os.SameFile(x, y)
	}
	absA, err1 := filepath.Abs(a)
	absB, err2 := filepath.Abs(b)
	return err1 == nil && err2 == nil && absA == absB
}

// writeFiles writes reports into files.
func writeFiles(outputs []output, write func(w io.Writer, format string) error) error {
	for _, o := range outputs {
		var b bytes.Buffer
		if err := write(&b, o.format); err != nil {
			return err
		}
		if err := worktree.Save(o.file, b.Bytes()); err != nil {
			return err
		}
	}
	return nil
}
