package shell

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestObserveFiles: nothing is read but regular files of the repository that are not too large.
func TestObserveFiles(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("needs links")
	}
	outside, root := t.TempDir(), t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	link := func(target, name string) {
		if err := os.Symlink(target, filepath.Join(root, name)); err != nil {
			t.Fatal(err)
		}
	}
	write(filepath.Join(outside, "secret"), "classified")
	write(filepath.Join(root, "inside"), "inside")
	write(filepath.Join(root, "huge"), strings.Repeat("x", maxOpened+1))
	link(filepath.Join(outside, "secret"), "absolute")
	link("../"+filepath.Base(outside)+"/secret", "relative")
	link(outside, "folder")
	link("inside", "fine")
	link("loop", "loop")
	if fifo, err := exec.LookPath("mkfifo"); err == nil {
		if err := exec.Command(fifo, filepath.Join(root, "fifo")).Run(); err != nil {
			t.Fatal(err)
		}
	}
	script := `for f in absolute relative folder/secret loop huge fifo ../../etc/passwd; do
  cat "$f"; source "$f"; read -r x < "$f" && echo "$x"; [ -s "$f" ] && echo "$(<"$f")"
done
echo folder/* */secret
cat fine`
	o := observe(t, script, Setting{Files: os.DirFS(root)})
	if strings.Contains(o.Stdout, "classified") || strings.Contains(o.Stdout, "xxx") || strings.Contains(o.Stdout, "root:") {
		t.Errorf("read what is not the script's to read: %.300q", o.Stdout)
	}
	if !strings.HasSuffix(o.Stdout, "folder/* */secret\ninside") {
		t.Errorf("got %.300q, want the patterns as they are and what is inside", o.Stdout)
	}
}
