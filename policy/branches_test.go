package policy

import (
	"os/exec"
	"strings"
	"testing"
)

// TestBranchNames: git itself tells which names are those of branches; a pattern is one of those where it stands for one.
func TestBranchNames(t *testing.T) {
	git, err := exec.LookPath("git")
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"main", "a/b/c", "c++", "it's", "@x", "x@", "a@b", "#1", "日本", "HEAD", "head", "a/HEAD", "@", "refs/heads/a", "lock", ".lock", "x.lock", "x.lock/y", "x.lockx"}
	for _, sign := range "\t\x01\x7f !\"#$%&'()+,-./:;<=>?@[\\]^_`{|}~é" {
		s := string(sign)
		names = append(names, s, s+"a", "a"+s, "a"+s+"b", "a/"+s, s+"/a", "a/"+s+"b", "a"+s+s+"b", "a@{"+s, "a"+s+"/b")
	}
	allowed := 0
	for _, name := range names {
		want := exec.Command(git, "check-ref-format", "--branch", name).Run() == nil
		if strings.HasPrefix(name, "@{-") { // git resolves it to a branch by another name
			continue
		}
		if why := noBranch(name); (why == "") != want {
			t.Errorf("%q: git allows it: %v, and we say %q", name, want, why)
		}
		if want {
			allowed++
		}
	}
	if allowed < 50 || len(names)-allowed < 50 {
		t.Errorf("%d names, %d allowed, prove little", len(names), allowed)
	}
	for pattern, want := range map[string]bool{
		"*": true, "**": true, "release/*": true, "feature/**/x.y": true, "v*.x": true, "*/*": true, "***": false, "a****b": false,
		"*.lock": false, ".*": false, "*.": false, "/**": false, "**/": false, "*..*": false, "a/*.lock": false, "-*": false, "*@{*": false,
	} {
		if why := noBranch(pattern); (why == "") != want {
			t.Errorf("%q: %q", pattern, why)
		}
	}
}
