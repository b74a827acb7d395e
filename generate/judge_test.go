package generate

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// testPython returns the interpreter that the variable names. In CI one that is missing is a failure.
func testPython(t *testing.T, variable string) string {
	t.Helper()
	python := os.Getenv(variable)
	if python == "" && os.Getenv("CI") != "" {
		t.Fatalf("%s is not set", variable)
	} else if python == "" {
		t.Skipf("SKIPPED: %s is not set; it names a Python with pytest and pytest-xdist", variable)
	}
	return python
}

// judge returns the path of a tool that POLICYGEN_TEST_JUDGES has. In CI one that is missing is a failure.
func judge(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(os.Getenv("POLICYGEN_TEST_JUDGES"), name)
	err := exec.Command(path, "--help").Run()
	if os.Getenv("POLICYGEN_TEST_JUDGES") == "" {
		err = errors.New("POLICYGEN_TEST_JUDGES is not set")
	}
	if err != nil && os.Getenv("CI") != "" {
		t.Fatalf("%s: %v", name, err)
	} else if err != nil {
		t.Skipf("SKIPPED: POLICYGEN_TEST_JUDGES names no folder that has %s: %v", name, err)
	}
	return path
}
