// Package testrun says what a run of the tests has at hand: which real tools to hold this project against, and whether it is the everyday
// run or the one with the full figures.
//
// A tool that is missing fails a test where CI is set, and skips it, with the reason, where it is not.
package testrun

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Names of variables that name interpreters of Python: one with the newest releases of pytest, pytest-xdist, pytest-timeout and packaging,
// and one with pytest 7.2.1 and pytest-xdist 3.5.0. scripts/setup makes both.
const (
	Newest = "POLICYGEN_TEST_PYTHON"
	Older  = "POLICYGEN_TEST_PYTHON_OLD"
)

// Python returns the interpreter that a variable names.
func Python(t testing.TB, variable string) string {
	t.Helper()
	python := os.Getenv(variable)
	if python == "" {
		missing(t, "%s is not set: it names a Python with pytest, pytest-xdist and packaging", variable)
	}
	return python
}

// Judge returns the path of a program in the folder that POLICYGEN_TEST_JUDGES names, of which scripts/setup makes one.
func Judge(t testing.TB, name string) string {
	t.Helper()
	folder := os.Getenv("POLICYGEN_TEST_JUDGES")
	if folder == "" {
		missing(t, "POLICYGEN_TEST_JUDGES is not set: it names a folder with %s", name)
	}
	path, err := exec.LookPath(filepath.Join(folder, name))
	if err != nil {
		missing(t, "POLICYGEN_TEST_JUDGES names no folder with %s: %v", name, err)
	}
	return path
}

// Program returns the path of a program that PATH leads to.
func Program(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		missing(t, "%v", err)
	}
	return path
}

func missing(t testing.TB, format string, args ...any) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf(format, args...)
	}
	t.Skipf("SKIPPED: "+format, args...)
}

// Full reports whether the full figures are asked for, as scripts/soak does by POLICYGEN_SOAK=1.
func Full() bool { return os.Getenv("POLICYGEN_SOAK") == "1" }

// Figure returns the full figure of a test where it is asked for, else a tenth of it, at least 1.
func Figure(full int) int {
	if Full() {
		return full
	}
	return max(1, full/10)
}
