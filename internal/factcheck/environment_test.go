//go:build facts && unix

package factcheck

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// cache holds what is installed, below the repository's own.
const cache = "../../.cache/facts"

// A companion says with which Python, and beside which other packages, the releases of a package below a version run.
type companion struct {
	below, python string
	with          string
}

// companions are those of each package, the oldest releases first. An interpreter without virtual environments, 2.7, gets
// its packages by PYTHONPATH.
var companions = map[string][]companion{
	"pytest-xdist": {
		{"1.5", "2.7", "py==1.2.1"},
		{"1.13", "2.7", "pytest==2.8.7 py==1.4.34 execnet==1.4.1 apipkg==1.5"},
		{"1.15", "3.6", "pytest==2.9.2 py==1.4.34 setuptools<58"},
		{"1.22", "3.6", "pytest==3.6.4 pytest-forked==0.2 setuptools<58"},
		{"1.28", "3.6", "pytest==3.10.1 pytest-forked==1.0.2 setuptools<58"},
		{"2.0", "3.7", "pytest==4.6.11"},
		{"3.1", "3.9", "pytest==6.2.5"},
		{"3.7", "3.11", "pytest==7.4.4"},
		{"99", "3.11", "pytest==8.4.2"},
	},
	"pytest": {
		{"2.4", "2.7", "py==1.4.34"},
		{"3.1", "2.7", "py==1.4.34"},
		{"6.2", "3.7", ""},
		{"7.2", "3.9", ""},
		{"99", "3.11", ""},
	},
	"pytest-timeout": {
		{"0.2", "2.7", "pytest==2.2.4 py==1.4.34"},
		{"1.0", "2.7", "pytest==2.8.7 py==1.4.34"},
		{"2.0", "3.7", "pytest==4.6.11"},
		{"2.5", "3.11", "pytest==7.4.4 pytest-xdist==3.5.0"},
		{"99", "3.11", "pytest==8.4.2 pytest-xdist==3.8.0"},
	},
	"pytest-cov": {
		{"2.0", "2.7", "pytest==2.8.7 py==1.4.34 coverage==3.7.1 pytest-xdist==1.12 execnet==1.4.1 apipkg==1.5"},
		{"3.0", "3.6", "pytest==2.9.2 py==1.4.34 coverage==4.5.4 setuptools<58"},
		{"99", "3.11", "pytest==8.4.2"},
	},
	"robin-sparkless": {{"99", "3.11", "pytest==8.4.2"}},
	"sparkless":       {{"99", "3.11", "pytest==8.4.2"}},
}

// An environment is a release that has been installed.
type environment struct {
	python string
	launch []string
	env    []string
	with   string // as the page says it
}

func companionOf(t *testing.T, name, release string) companion {
	t.Helper()
	for _, c := range companions[name] {
		if version(t, release).Compare(version(t, c.below)) < 0 {
			return c
		}
	}
	t.Fatalf("nobody said with which Python %s %s runs", name, release)
	return companion{}
}

// install makes the environment of a release, unless it's there.
func install(t *testing.T, name, release string) (environment, error) {
	t.Helper()
	c := companionOf(t, name, release)
	base, err := pythonOf(c.python)
	if err != nil {
		return environment{}, err
	}
	packages := append([]string{name + "==" + release}, strings.Fields(c.with)...)
	folder, err := filepath.Abs(filepath.Join(cache, "py"+c.python+"+"+strings.NewReplacer("==", "-", "<", "-").Replace(strings.Join(packages, "+"))))
	if err != nil {
		return environment{}, err
	}
	e := environment{python: base, launch: []string{"-s", "-m", "pytest"}, with: strings.TrimSpace("Python " + c.python + " " + c.with)}
	target := filepath.Join(folder, "site")
	if c.python == "2.7" {
		e.env = []string{"PYTHONPATH=" + target}
	} else {
		e.python, target = filepath.Join(folder, "bin", "python"), filepath.Join(folder, "lib", "python"+c.python, "site-packages")
	}
	if !strings.Contains(c.with, "pytest==") && name != "pytest" {
		e.launch = []string{"-s", "-c", "import py; py.cmdline.pytest()"} // pytest was a part of py
	}
	if stamp := filepath.Join(folder, "stamp"); !exists(stamp) {
		err = errors.Join(os.RemoveAll(folder), os.MkdirAll(folder, 0o777))
		if err == nil && c.python != "2.7" {
			err = pip(base, "-m", "venv", "--without-pip", folder)
		}
		if err == nil {
			err = pip(base, append([]string{"-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "--target", target}, packages...)...)
		}
		if err == nil {
			err = os.WriteFile(stamp, nil, 0o666)
		}
	}
	return e, err
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

func pip(python string, args ...string) error {
	out, err := exec.Command(python, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, lastLine(string(out)))
	}
	return nil
}

// pythonOf finds an interpreter on PATH or among those of pyenv.
func pythonOf(minor string) (string, error) {
	candidates := []string{"python" + minor, "python3"}
	root := os.Getenv("PYENV_ROOT")
	if home, err := os.UserHomeDir(); root == "" && err == nil {
		root = filepath.Join(home, ".pyenv")
	}
	more, err := filepath.Glob(filepath.Join(root, "versions", minor+".*", "bin", "python"))
	if err != nil {
		return "", err
	}
	for _, python := range append(candidates, more...) {
		out, err := exec.Command(python, "-c", "import sys, pip; print('%d.%d' % sys.version_info[:2])").Output()
		if err == nil && strings.TrimSpace(string(out)) == minor {
			return python, nil
		}
	}
	return "", fmt.Errorf("no Python %s with pip is on PATH or in pyenv", minor)
}
