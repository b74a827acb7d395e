package bench

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"policygen/internal/pins"
)

// BenchmarkPinsLock reads a generated uv.lock of 3 MB, against Python's tomllib on the same text where $POLICYGEN_TEST_PYTHON is set.
// The aim is below 100 ms.
func BenchmarkPinsLock(b *testing.B) {
	dir := b.TempDir()
	file := filepath.Join(dir, "uv.lock")
	text := manyPackages(3 << 20)
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		b.Fatal(err)
	}
	sites := 0
	took := median(b, func() time.Duration {
		return timed(func() { sites = len(pins.Read(os.DirFS(dir), pins.ReadOptions{}).Sites) })
	})
	if want := strings.Count(text, "[[package]]") + 1; sites != want {
		b.Fatalf("%d sites instead of %d", sites, want)
	}
	b.Run("read", func(b *testing.B) { report(b, took, pythonTime(b, took, tomllib, file), "tomllib") })
}

// tomllib and requirementsOf print how many milliseconds Python takes for the same reading.
const (
	tomllib = `import sys, time, tomllib
t = time.perf_counter()
tomllib.load(open(sys.argv[1], "rb"))
print((time.perf_counter() - t) * 1000)`
	requirementsOf = `import glob, sys, time
from packaging.requirements import Requirement
t = time.perf_counter()
for name in glob.glob(sys.argv[1] + "/**/*.txt", recursive=True):
    for line in open(name):
        line = line.split(" #")[0].strip()
        if line and line[0] not in "-#":
            Requirement(line)
print((time.perf_counter() - t) * 1000)`
)

// pythonTime returns the median of what a script prints, or what policygen took where there is no Python.
func pythonTime(b *testing.B, otherwise time.Duration, script, arg string) time.Duration {
	b.Helper()
	python := os.Getenv("POLICYGEN_TEST_PYTHON")
	if python == "" {
		b.Log("SKIPPED: the comparison with Python, since POLICYGEN_TEST_PYTHON is not set")
		return otherwise
	}
	return median(b, func() time.Duration {
		out, err := exec.Command(python, "-c", script, arg).Output()
		if err != nil {
			b.Fatal(err)
		}
		var ms float64
		if _, err := fmt.Sscan(string(out), &ms); err != nil {
			b.Fatal(err)
		}
		return time.Duration(ms * float64(time.Millisecond))
	})
}

// manyPackages is a lock of uv of some size.
func manyPackages(size int) string {
	var b strings.Builder
	b.WriteString("version = 1\nrevision = 2\nrequires-python = \">=3.9\"\n")
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, "\n[[package]]\nname = \"package-%d\"\nversion = \"%d.%d.0\"\nsource = { registry = \"https://index.example/simple\" }\n", i, i%9, i)
		if i%10 == 0 {
			b.WriteString("resolution-markers = [\n    \"python_full_version < '3.10' and sys_platform == 'linux'\",\n    \"python_full_version < '3.10' and sys_platform != 'linux'\",\n]\n")
		}
		b.WriteString("dependencies = [\n    { name = \"click\" },\n    { name = \"colorama\", marker = \"sys_platform == 'win32'\" },\n]\n")
		file := func(kind string) string {
			return fmt.Sprintf("{ url = \"https://files.example/packages/%032x/package_%d-%d.%d.0%s\", hash = \"sha256:%064x\", size = %d, upload-time = \"2025-01-01T00:00:00Z\" }", i, i, i%9, i, kind, i, i)
		}
		fmt.Fprintf(&b, "sdist = %s\nwheels = [\n", file(".tar.gz"))
		for _, platform := range []string{"macosx_11_0_arm64", "manylinux2014_x86_64", "win_amd64", "musllinux_1_2_aarch64"} {
			fmt.Fprintf(&b, "    %s,\n", file("-cp312-cp312-"+platform+".whl"))
		}
		b.WriteString("]\n")
	}
	return b.String()
}

// BenchmarkPinsRequirements reads 500 requirement files of 40 lines, many of which include another, against packaging on the same
// lines. The aim is below 200 ms.
func BenchmarkPinsRequirements(b *testing.B) {
	dir := b.TempDir()
	for i := range 500 {
		folder := filepath.Join(dir, fmt.Sprintf("part%d", i%25))
		if err := os.MkdirAll(folder, 0o777); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("requirements-%d.txt", i)), []byte(requirementFile(i)), 0o666); err != nil {
			b.Fatal(err)
		}
	}
	sites := 0
	took := median(b, func() time.Duration {
		return timed(func() { sites = len(pins.Read(os.DirFS(dir), pins.ReadOptions{}).Sites) })
	})
	if sites < 500*40 {
		b.Fatalf("%d sites", sites)
	}
	b.Run("read", func(b *testing.B) { report(b, took, pythonTime(b, took, requirementsOf, dir), "packaging") })
}

func requirementFile(i int) string {
	var b strings.Builder
	if i%2 == 1 && i > 25 {
		fmt.Fprintf(&b, "-r requirements-%d.txt\n", i-25)
	}
	for line := range 40 {
		fmt.Fprintf(&b, "package-%d[extra]>=%d.%d,<%d ; python_version < '3.12'  # of %d\n", line, line, i, line+5, i)
	}
	return b.String()
}
