package pins

import (
	"fmt"
	"strings"
	"testing"
)

func TestReleases(t *testing.T) {
	r := Releases{}
	err := r.Read(strings.NewReader(`{"meta": {"api-version": "1.1"}, "name": "Pytest_XDist", "versions": ["3.6.0", "3.6.1", "3.8.0", "nonsense"], "files": [
		{"filename": "pytest_xdist-3.6.0-py3-none-any.whl", "yanked": "deadlock", "hashes": {}},
		{"filename": "pytest-xdist-3.6.0.tar.gz", "yanked": true},
		{"filename": "pytest_xdist-3.6.1-py3-none-any.whl", "yanked": true},
		{"filename": "pytest-xdist-3.6.1.tar.gz", "yanked": false},
		{"filename": "pytest_xdist-3.8.0-py3-none-any.whl"}
	]}
	{"name": "pytest", "files": [{"filename": "pytest-8.0.0rc1.tar.gz"}, {"filename": "pytest-8.0.0.zip", "yanked": null}]}`))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, name := range []string{"pytest", "pytest-xdist"} {
		for _, release := range r[name] {
			got = append(got, fmt.Sprintf("%s %s %v", name, release.Version, release.Yanked))
		}
	}
	want := "pytest 8.0.0rc1 false, pytest 8.0.0 false, pytest-xdist 3.6.0 true, pytest-xdist 3.6.1 false, pytest-xdist 3.8.0 false"
	if strings.Join(got, ", ") != want {
		t.Errorf("%s, want %s", strings.Join(got, ", "), want)
	}
	for _, text := range []string{"", "[]", "{}", `{"name": "x"}`, "<html>", `{"name": "x", "versions": ["1"]} x`} {
		if err := (Releases{}).Read(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), "is no page of an index") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestWitnessesOfAnIndex: with the releases at hand, a region without any of them is no reason to complain.
func TestWitnessesOfAnIndex(t *testing.T) {
	in := input("-- requirements.txt --\npytest-xdist>3.6.0\npytest>=3\n", nil, needs("robin", "pytest-xdist", ">=3.6.1", "pytest", ">=6"))
	in.Releases = releasesOf("pytest-xdist", "3.5.0", "3.6.0", "3.6.1", "3.7.0", "3.7.1rc1")
	in.Releases["pytest"] = releasesOf("pytest", "2.0", "3.1", "4.0rc1", "5.4.3", "6.0")["pytest"]
	want := `requirements.txt:2:1 error PIN002 "pytest>=3" admits 3.1, 5.4.3; ">=6" is needed => pytest>=6`
	if got := told(repository("-- requirements.txt --\npytest-xdist>3.6.0\npytest>=3\n"), Judge(in)); strings.Join(got, "\n") != want {
		t.Errorf("%q, want %q", got, want)
	}
	in.Releases["pytest-xdist"] = append(in.Releases["pytest-xdist"], Release{Version: mustVersion("3.6.0.post1")})
	if got := Judge(in); len(got) != 1 {
		t.Errorf("post-releases are not in >3.6.0: %s", got)
	}
}
