//go:build locks

package pins

import (
	"encoding/json"
	"flag"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"policygen/internal/pep440"
	"policygen/internal/testrun"
)

var lockFolder = flag.String("lockfiles", "", "folder with checkouts of projects that have locks")

// TestLocks compares every lock below a folder with what tomllib alone finds in it. It is no test of the everyday run, since the
// projects are not here.
//
//	go test -tags locks ./internal/pins -run TestLocks -v -lockfiles FOLDER
func TestLocks(t *testing.T) {
	if *lockFolder == "" {
		t.Fatal("-lockfiles is missing")
	}
	root := os.DirFS(*lockFolder)
	locks, packages := 0, 0
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		base := filepath.Base(name)
		if err == nil && (slices.Contains([]string{"uv.lock", "poetry.lock", "pdm.lock"}, base) || pylockName.MatchString(base)) {
			if n := compareLock(t, root, name); n > 0 {
				locks, packages = locks+1, packages+n
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d packages in %d locks", packages, locks)
	if locks < 3 {
		t.Errorf("%d locks", locks)
	}
}

func compareLock(t *testing.T, root fs.FS, name string) int {
	t.Helper()
	python := os.Getenv(testrun.Newest)
	if python == "" {
		t.Fatal("POLICYGEN_TEST_PYTHON is not set: it must name a Python 3.11 or later")
	}
	out, err := exec.Command(python, "-I", filepath.Join("testdata", "locks.py"), filepath.Join(*lockFolder, name)).Output()
	if err != nil {
		t.Logf("%s: tomllib doesn't read it", name)
		return 0
	}
	var want [][2]string
	if err := json.Unmarshal(out, &want); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	reading := Read(root, ReadOptions{Paths: []string{name}})
	took := time.Since(start)
	content, err := fs.ReadFile(root, name)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(content), "\n")
	var got [][2]string
	for _, s := range reading.Sites {
		if s.Kind != Locked {
			continue
		}
		got = append(got, [2]string{s.Name, s.Exact})
		if !strings.HasPrefix(lines[s.Line-1], `version = "`) || !strings.HasPrefix(lines[s.Line-1][s.Column-1:], s.Exact+`"`) {
			t.Errorf("%s is not at its version: %q", s.Position, lines[s.Line-1])
		}
	}
	for i := range want {
		want[i][0] = pep440.NormalizeName(want[i][0])
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s: %d packages, tomllib finds %d", name, len(got), len(want))
	}
	for _, u := range reading.Unreadable {
		t.Logf("%s: %s", u.Position, u.Message)
	}
	t.Logf("%s: %d packages, %d bytes in %s", name, len(got), len(content), took)
	return len(got)
}
