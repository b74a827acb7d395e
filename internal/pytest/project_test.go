package pytest

import (
	"fmt"
	"maps"
	"reflect"
	"sync"
	"testing"
	"testing/fstest"
)

// What a project keeps changes nothing: starts that are resolved at the same time, one after another and again, come to what each
// comes to alone. All that are made up by hand run in one tree here, which has several configuration files.
func TestProject(t *testing.T) {
	files := fstest.MapFS{
		"pyproject.toml": {Data: []byte("[tool.pytest.ini_options]\naddopts = \"-n 4 -p no:randomly\"\ntestpaths = [\"tests\"]\n")}, "sub/setup.py": {},
		"tests/pytest.ini": {Data: []byte("[pytest]\ntimeout = 7\n")}, "tests/unit/tox.ini": {Data: []byte("[pytest]\naddopts = -o")},
		"sub/setup.cfg": {Data: []byte("[pytest]\n")}, "conf.ini": {Data: []byte("[pytest]\naddopts = -n3\n")},
	}
	for _, q := range byHand() {
		for name := range q.Files {
			if _, there := files[name]; !there {
				files[name] = &fstest.MapFile{Data: []byte{}}
			}
		}
	}
	for _, rel := range []Releases{{}, {"8.0", "3.5"}, {"9.0", "3.8"}} {
		t.Run(fmt.Sprint(rel), func(t *testing.T) {
			p := NewProject(files, rel)
			var wg sync.WaitGroup
			for range 3 {
				wg.Go(func() {
					for _, q := range byHand() {
						inv := Invocation{Args: words(q.Args...), Env: q.Env, Dir: q.Dir}
						before := maps.Clone(inv.Env)
						if got, want := p.Resolve(inv), Resolve(inv, files, rel); !reflect.DeepEqual(got, want) {
							t.Errorf("pytest %q in %s with %v:\ngot  %+v\nwant %+v", q.Args, q.Dir, q.Env, got, want)
						}
						if !maps.Equal(inv.Env, before) {
							t.Errorf("the environment became %v", inv.Env)
						}
					}
				})
			}
			wg.Wait()
		})
	}
}

// What is kept is bounded, and what is found beyond that is right all the same.
func TestKeptIsBounded(t *testing.T) {
	var k kept[int]
	for i := range 2 * maxKept {
		if got := k.get(fmt.Sprint(i), func() int { return i }); got != i {
			t.Fatalf("%d is %d", i, got)
		}
	}
	if len(k.all) != maxKept {
		t.Errorf("%d are kept", len(k.all))
	}
	found := 0
	for i := range 2 * maxKept {
		if got := k.get(fmt.Sprint(i), func() int { found++; return i }); got != i {
			t.Fatalf("%d is %d", i, got)
		}
	}
	if found != maxKept {
		t.Errorf("%d were found again", found)
	}
}
