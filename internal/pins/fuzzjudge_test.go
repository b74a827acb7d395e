package pins

import (
	"fmt"
	"strings"
	"testing"

	"policygen/policy"
)

// FuzzFix holds edits against what they are for, whatever a requirement says and whatever is needed.
func FuzzFix(f *testing.F) {
	for _, seed := range [][2]string{
		{">=3.5,<4", ">=3.6.1"}, {"==3.6.0", "!=3.6.0"}, {"~=3.5", ">=3.6.1,<3.8"}, {"!=3.5.*", "==3.5.*"}, {"<3.6", ">=1!2"}, {">=3.0.dev1", ">3.0"}, {"===3.5", "<3"},
		{"==3.6.0+cpu", ">=3.6"}, {"", "!=3.2.0,!=3.6.*,>=1"}, {">=0.1", "<0.5"}, {">=3.7,!=3.6.0", ""},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, pin, need string) {
		needed, ok := parseSet(need)
		if _, valid := parseSet(pin); !valid || !ok || needed.IsEmpty() || strings.ContainsAny(pin+need, "\r\n#;\\()\v\f\x1c\x1d\x1e\u0085\u2028\u2029") || len(pin)+len(need) > 200 {
			t.Skip()
		}
		files := "-- requirements.txt --\npytest-xdist" + pin + "\n"
		plan := policy.Plan{Backend: "robin", Requires: []policy.Requirement{{Package: "pytest-xdist", Range: needed, Bounds: []policy.Bound{{Range: need + ",", Set: needed, Pos: at(1)}}}}}
		in := input(files, []policy.Fact{yanked}, plan)
		if len(in.Sites) != 1 || len(in.Unreadable) > 0 {
			t.Skip()
		}
		for _, x := range Judge(in) {
			if len(x.Fixes) == 0 {
				continue
			}
			text := fixed(repository(files)["requirements.txt"].Data, x.Fixes[0])
			repo := repository(files)
			repo["requirements.txt"].Data = text
			after := Read(repo, ReadOptions{})
			if len(after.Sites) != 1 || len(after.Unreadable) > 0 {
				t.Fatalf("%s leaves %q", x, text)
			}
			checkFix(t, fmt.Sprintf("%s\n%s", x, text), x, in, after.Sites[0])
		}
		for _, version := range []string{"3.6.1", "0.4", "4", "3.5.post1", "1!3"} {
			Try(in, []Candidate{{"pytest-xdist", mustVersion(version)}})
		}
	})
}

// FuzzReleases holds that what is no page of an index is an error and never anything worse.
func FuzzReleases(f *testing.F) {
	f.Add(`{"name": "x", "versions": ["1.0", "y"], "files": [{"filename": "x-1.0.tar.gz", "yanked": "why"}, {"filename": "x-.whl"}, {"filename": "-"}]}`)
	f.Add(`{"name": "", "files": []} {}`)
	f.Fuzz(func(t *testing.T, text string) {
		r := Releases{}
		if err := r.Read(strings.NewReader(text)); err == nil && len(r) == 0 {
			t.Errorf("%q is a page of nothing", text)
		}
	})
}
