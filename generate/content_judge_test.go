package generate

import (
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"policygen/internal/testrun"
)

// writeTargets renders the policies' own contents of the given file name, and returns the files by policy.
func writeTargets(t *testing.T, base string) map[string]string {
	t.Helper()
	files := map[string]string{}
	for name, in := range inputs(t) {
		r, err := Render(in)
		if err != nil {
			t.Fatal(err)
		}
		for i, a := range r.Artifacts {
			if in.Policy.Targets[i].Format != "" && path.Base(a.Path) == base {
				files[name] = filepath.Join(t.TempDir(), base)
				writeFile(t, files[name], string(a.Content))
			}
		}
	}
	if files["targets"] == "" {
		t.Fatalf("no policy renders a %s", base)
	}
	return files
}

// TestContentUnderTox: tox reads every rendered tox.toml, and refuses one that is none.
func TestContentUnderTox(t *testing.T) {
	tox := testrun.Judge(t, "tox")
	call := func(file string, args ...string) (string, error) {
		out, err := exec.Command(tox, append(args, "-c", file, "--workdir", t.TempDir())...).CombinedOutput()
		return string(out), err
	}
	files := writeTargets(t, "tox.toml")
	for name, file := range files {
		for _, args := range [][]string{{"list"}, {"config"}} {
			if out, err := call(file, args...); err != nil || strings.Contains(out, "Exception") {
				t.Errorf("%s: tox %s: %v\n%s", name, args[0], err, out)
			}
		}
	}
	out, err := call(files["targets"], "config", "-e", "native-unit")
	for _, want := range []string{"./run.sh --backend native --phase unit", "TZ=UTC", "engine>=1.2,<2", `description = phase "unit" with backend native`} {
		if err != nil || !strings.Contains(out, want) {
			t.Errorf("tox does not see %q: %v\n%s", want, err, out)
		}
	}
	text, err := os.ReadFile(files["targets"])
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, files["targets"], strings.Replace(string(text), "env_list = [", "env_list = ", 1))
	if out, err := call(files["targets"], "list"); err == nil && strings.Contains(out, "native-unit") {
		t.Errorf("tox reads what is no TOML\n%s", out)
	}
}

// toyBackend is a build backend in a project's own folder, so that nothing is fetched to install it. Its project has the extras of sparkless.
const toyBackend = `
import os, zipfile
def get_requires_for_build_editable(config_settings=None): return []
def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    info = "toy-1.dist-info/"
    files = {
        "toy_is_here.py": "",
        info + "METADATA": "Metadata-Version: 2.1\nName: toy\nVersion: 1\n"
            + "".join(f"Provides-Extra: {e}\nRequires-Dist: toy-{e}; extra == '{e}'\n" for e in ["dev", "robin", "generate-outputs"]),
        info + "WHEEL": "Wheel-Version: 1.0\nGenerator: toy\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        info + "RECORD": "",
    }
    with zipfile.ZipFile(os.path.join(wheel_directory, "toy-1-py3-none-any.whl"), "w") as wheel:
        for name, text in files.items():
            wheel.writestr(name, text)
    return "toy-1-py3-none-any.whl"
build_wheel = build_editable
`

// toyWheels writes wheels of what the extras of the toy need, in two versions each, into a folder.
func toyWheels(t *testing.T, folder string) {
	t.Helper()
	askPython(t, testrun.Judge(t, "python"), `
import json, os, sys, zipfile
folder = json.load(sys.stdin)
for name in ["toy_dev", "toy_robin", "toy_generate_outputs"]:
    for version in ["1", "2"]:
        info = f"{name}-{version}.dist-info/"
        with zipfile.ZipFile(os.path.join(folder, f"{name}-{version}-py3-none-any.whl"), "w") as wheel:
            wheel.writestr(info + "METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
            wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\nGenerator: toy\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(info + "RECORD", "")
json.dump("", sys.stdout)`, folder, new(string))
}

// TestContentRunsUnderTox: the tox.toml of the embedded policy runs in a project that has its extras: each environment has what its backend
// needs, in the versions of the constraints, and calls the wrapper.
func TestContentRunsUnderTox(t *testing.T) {
	tox := testrun.Judge(t, "tox")
	root, wheels := t.TempDir(), t.TempDir()
	toyWheels(t, wheels)
	text, err := os.ReadFile(writeTargets(t, "tox.toml")["sparkless"])
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(root, "tox.toml"), string(text))
	writeFile(t, filepath.Join(root, "constraints.txt"), "toy-dev<2\ntoy-robin<2\ntoy-generate-outputs<2\n")
	writeFile(t, filepath.Join(root, "pyproject.toml"), "[build-system]\nrequires = []\nbuild-backend = 'toybackend'\nbackend-path = ['.']\n")
	writeFile(t, filepath.Join(root, "toybackend.py"), toyBackend)
	writeFile(t, filepath.Join(root, "tests/run_all_tests.sh"), `python -c 'import toy_is_here
import sys, importlib.metadata as m
print("WRAPPER", *sys.argv[1:], *sorted(d.metadata["Name"] + "=" + d.version for d in m.distributions() if "toy" in d.metadata["Name"]))' "$@"`)
	for env, want := range map[string]string{
		"mock":    "WRAPPER --backend mock -k a b toy=1 toy_dev=1",
		"robin":   "WRAPPER --backend robin -k a b toy=1 toy_dev=1 toy_robin=1",
		"pyspark": "WRAPPER --backend pyspark -k a b toy=1 toy_dev=1 toy_generate_outputs=1",
	} {
		cmd := exec.Command(tox, "run", "-e", env, "--workdir", filepath.Join(root, "work-"+env), "--", "-k", "a b")
		cmd.Dir = root
		cmd.Env = append(os.Environ(), "PIP_NO_INDEX=1", "PIP_FIND_LINKS="+wheels, "PIP_DISABLE_PIP_VERSION_CHECK=1")
		if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), want+"\n") {
			t.Errorf("%s: %v, without %q\n%s", env, err, want, out)
		}
	}
}

// TestContentUnderJust: words reach the wrapper as they are, and just reads every rendered justfile, and refuses one that is none.
func TestContentUnderJust(t *testing.T) {
	just := testrun.Judge(t, "just")
	files := writeTargets(t, "justfile")
	for name, file := range files {
		for _, arg := range []string{"--list", "--dump"} {
			if out, err := exec.Command(just, "--justfile", file, arg).CombinedOutput(); err != nil {
				t.Errorf("%s: just %s: %v\n%s", name, arg, err, out)
			}
		}
	}
	for name, want := range map[string]string{"targets": "--backend|native|--phase|unit", "sparkless": "--phase|unit"} {
		recipe, wrapper := "native-unit", "run.sh"
		if name == "sparkless" {
			recipe, wrapper = "unit", "tests/run_all_tests.sh"
		}
		file := filepath.Join(filepath.Dir(files[name]), wrapper)
		writeFile(t, file, "#!/bin/sh\nprintf '%s|' \"$@\"\n")
		if err := os.Chmod(file, 0o755); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(just, "--justfile", files[name], recipe, "-k", "a or 'b c'", "$HOME", "").Output()
		if err != nil || string(out) != want+"|-k|a or 'b c'|$HOME||" {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
	writeFile(t, files["targets"], "all: missing\n")
	if out, err := exec.Command(just, "--justfile", files["targets"], "--list").CombinedOutput(); err == nil {
		t.Errorf("just takes a recipe that needs one that is not there\n%s", out)
	}
}
