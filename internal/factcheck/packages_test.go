//go:build facts && unix

package factcheck

import (
	"archive/zip"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"policygen/internal/pep440"
	"policygen/policy"
)

// newPython is the interpreter whose pip looks at the index: one that knows all of pip's words.
const newPython = "3.12"

// onIndex runs pip download for a release, or for one that doesn't exist, and returns what it prints.
func onIndex(t *testing.T, folder, requirement string) string {
	t.Helper()
	python, err := pythonOf(newPython)
	if err != nil {
		t.Fatal(err)
	}
	out, _ := exec.Command(python, "-m", "pip", "download", "--quiet", "--no-input", "--disable-pip-version-check",
		"--no-deps", "--ignore-requires-python", "--dest", folder, requirement).CombinedOutput()
	return string(out)
}

var versionsListed = regexp.MustCompile(`from versions: ([^)]+)\)`)

// listReleases asks the index which releases there are, withdrawn ones too, and keeps the list.
func listReleases(t *testing.T) map[string][]string {
	t.Helper()
	known := map[string][]string{}
	for _, f := range facts(t) {
		if known[f.Package] != nil {
			continue
		}
		match := versionsListed.FindStringSubmatch(onIndex(t, t.TempDir(), f.Package+"==999999"))
		if match == nil {
			t.Fatalf("the index lists no releases of %s", f.Package)
		}
		for _, release := range strings.Split(match[1], ", ") {
			if final.MatchString(release) && version(t, release).Compare(version(t, "0.0.0")) > 0 {
				known[f.Package] = append(known[f.Package], release)
			}
		}
		slices.SortFunc(known[f.Package], func(a, b string) int { return version(t, a).Compare(version(t, b)) })
	}
	var lines []string
	for name, releases := range known {
		lines = append(lines, name+" "+strings.Join(releases, " ")+"\n")
	}
	slices.Sort(lines)
	if err := os.WriteFile("testdata/releases.txt", []byte(strings.Join(lines, "")), 0o666); err != nil {
		t.Fatal(err)
	}
	return known
}

var final = regexp.MustCompile(`^[0-9.]+(\.post[0-9]+)?$`)

// askPackage asks the index about a release: whether it was withdrawn, or what its metadata says it needs.
func askPackage(t *testing.T, f policy.Fact, release string) run {
	t.Helper()
	folder := t.TempDir()
	printed := onIndex(t, folder, f.Package+"=="+release)
	r := run{fact: f.ID, release: release, with: "pip", what: "pip download", answer: no}
	if f.Kind == "yanked" {
		if strings.Contains(printed, "is a yanked version") {
			r.answer = yes
		}
		return r
	}
	r.what = "metadata"
	metadata, err := metadataOf(folder)
	if err != nil {
		r.answer = "no answer: " + err.Error()
		return r
	}
	if needs(f, metadata, spokenOf(t, f)) {
		r.answer = yes
	}
	return r
}

// metadataOf reads METADATA from the one wheel in a folder.
func metadataOf(folder string) (string, error) {
	wheels, err := filepath.Glob(filepath.Join(folder, "*.whl"))
	if err != nil || len(wheels) != 1 {
		return "", fmt.Errorf("the index has no wheel of it")
	}
	archive, err := zip.OpenReader(wheels[0])
	if err != nil {
		return "", err
	}
	defer archive.Close()
	for _, file := range archive.File {
		if strings.HasSuffix(file.Name, ".dist-info/METADATA") {
			reader, err := file.Open()
			if err != nil {
				return "", err
			}
			defer reader.Close()
			content, err := io.ReadAll(reader)
			return string(content), err
		}
	}
	return "", fmt.Errorf("the wheel has no metadata")
}

// spokenOf returns the distributions that any requires fact of the package speaks of: what the others need doesn't matter.
func spokenOf(t *testing.T, f policy.Fact) map[string]bool {
	t.Helper()
	spoken := map[string]bool{}
	for _, other := range facts(t) {
		if other.Package == f.Package {
			for _, need := range other.Needs {
				name, _ := nameOf(need)
				spoken[name] = true
			}
		}
	}
	return spoken
}

func nameOf(requirement string) (name, specifiers string) {
	requirement, _, _ = strings.Cut(requirement, ";")
	end := strings.IndexAny(requirement+"<", "<>=!~ ([")
	name, specifiers = pep440.NormalizeName(requirement[:end]), requirement[end:]
	if strings.HasPrefix(specifiers, "[") {
		_, specifiers, _ = strings.Cut(specifiers, "]")
	}
	return name, strings.Trim(specifiers, " ()")
}

// skippedPython are the clauses that leave out a dead Python 3 beside 2.7: facts state the floor.
var skippedPython = regexp.MustCompile(`,?\s*!=3\.[0-9.]+\*`)

// needs reports whether the metadata asks for what the fact says, and for nothing else that facts speak of.
func needs(f policy.Fact, metadata string, spoken map[string]bool) bool {
	stated := map[string]pep440.Set{}
	for _, need := range f.Needs {
		name, specifiers := nameOf(need)
		stated[name] = set(specifiers)
	}
	head, _, _ := strings.Cut(strings.ReplaceAll(metadata, "\r\n", "\n"), "\n\n")
	found := map[string]pep440.Set{}
	for line := range strings.Lines(head) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch {
		case key == "Requires-Python":
			found["python"] = set(strings.TrimPrefix(skippedPython.ReplaceAllString(value, ""), ","))
		case key == "Requires-Dist" && !strings.Contains(value, "extra =="):
			if name, specifiers := nameOf(value); spoken[name] {
				found[name] = set(specifiers)
			}
		}
	}
	if len(found) != len(stated) {
		return false
	}
	for name, s := range stated {
		if other, ok := found[name]; !ok || !other.Equal(s) {
			return false
		}
	}
	return true
}

func set(specifiers string) pep440.Set {
	s, err := pep440.ParseSpecifiers(specifiers)
	if err != nil {
		return pep440.None()
	}
	return s.Set()
}
