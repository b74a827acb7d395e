package generate

import (
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"
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
	tox := judge(t, "tox")
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

// TestContentUnderJust: just reads every rendered justfile, and refuses one that is none.
func TestContentUnderJust(t *testing.T) {
	just := judge(t, "just")
	files := writeTargets(t, "justfile")
	for name, file := range files {
		for _, arg := range []string{"--list", "--dump"} {
			if out, err := exec.Command(just, "--justfile", file, arg).CombinedOutput(); err != nil {
				t.Errorf("%s: just %s: %v\n%s", name, arg, err, out)
			}
		}
	}
	out, err := exec.Command(just, "--justfile", files["targets"], "--dry-run", "native-unit", "-k", "a").CombinedOutput()
	if err != nil || string(out) != "./run.sh --backend native --phase unit -k a\n" {
		t.Errorf("%v\n%s", err, out)
	}
	writeFile(t, files["targets"], "all: missing\n")
	if out, err := exec.Command(just, "--justfile", files["targets"], "--list").CombinedOutput(); err == nil {
		t.Errorf("just takes a recipe that needs one that is not there\n%s", out)
	}
}
