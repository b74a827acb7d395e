package pins

import "testing"

func TestDisjoint(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{`python_version < "3.8"`, `python_version >= "3.8"`, true},
		{`python_version < "3.8"`, `python_version >= "3.7"`, false},
		{`python_version <= "3.8"`, `python_full_version >= "3.9"`, true},
		{`python_version <= "3.8"`, `python_full_version > "3.8.1"`, false},
		{`python_version == "3.8.*"`, `python_version == "3.9"`, true},
		{`python_version ~= "3.8"`, `python_version < "4"`, false},
		{`python_version in "3.8 3.9"`, `python_version == "3.10"`, true},
		{`sys_platform == "win32"`, `sys_platform == "linux"`, true},
		{`sys_platform == "win32"`, `platform_system == "Linux"`, true},
		{`sys_platform == "win32"`, `os_name == "posix"`, true},
		{`sys_platform != "win32"`, `os_name == "nt"`, true},
		{`sys_platform != "win32"`, `sys_platform != "linux"`, false},
		{`sys_platform == "win32"`, `python_version < "3"`, false},
		{`sys_platform in "linux darwin"`, `sys_platform == "win32"`, true},
		{`'a' in extras`, `'a' not in extras`, true},
		{`'a' in extras`, `'b' in extras`, false},
		{`extra == "a"`, `extra == "A"`, false},
		{`extra == "a"`, `extra == "b"`, true},
		{`platform_release >= "5"`, `platform_release < "5"`, false},
		{`platform_release >= "5"`, `platform_release == "6"`, false},
		{`(python_version < "3.8" and sys_platform == "linux") or os_name == "nt"`, `python_version >= "3.8" and sys_platform == "linux"`, true},
		{``, `python_version < "3.8"`, false},
	} {
		a, b := mustMarker(t, c.a), mustMarker(t, c.b)
		if Disjoint(a, b) != c.want || Disjoint(b, a) != c.want {
			t.Errorf("%s and %s: disjoint is %t", c.a, c.b, !c.want)
		}
	}
}

func TestDisjointIn(t *testing.T) {
	a, b := mustMarker(t, `python_version < "3.8"`), mustMarker(t, `sys_platform == "linux"`)
	if DisjointIn(a, b, Environment{}) || !DisjointIn(a, b, Environment{Python: mustSet(">=3.9")}) || !DisjointIn(a, b, Environment{Values: map[string][]string{"sys_platform": {"win32"}}}) {
		t.Error("what is known does not count")
	}
}

func TestHolds(t *testing.T) {
	env := Environment{Python: mustSet(">=3.9,<3.13"), Values: map[string][]string{"sys_platform": {"linux", "darwin"}, "extra": {"test"}, "extras": {"A_b"}}}
	for text, want := range map[string]Truth{
		"":                         True,
		`python_version >= "3.9"`:  True,
		`python_version < "3.9"`:   False,
		`python_version < "3.12"`:  Maybe,
		`sys_platform == "win32"`:  False,
		`sys_platform != "win32"`:  True,
		`sys_platform == "linux"`:  Maybe,
		`os_name == "nt"`:          False,
		`os_name == "posix"`:       True,
		`platform_machine == "x"`:  Maybe,
		`extra == "Test"`:          True,
		`"a-b" in extras`:          True,
		`"c" not in extras`:        True,
		`"c" in dependency_groups`: Maybe,
		`python_version < "3.10" or python_version >= "3.10"`:                                    True,
		`platform_machine == "x" and python_version < "3"`:                                       False,
		`sys_platform == "linux" or sys_platform == "darwin"`:                                    True,
		`python_version < "3.10" and sys_platform == "linux" and platform_machine == "x86_64"`:   Maybe,
		`python_full_version >= "3.9.0" or "3.9" <= python_full_version`:                         True,
		`implementation_name == "cpython" or platform_python_implementation != "CPython"`:        Maybe,
		`python_version >= "3.9.1"`:                                                              Maybe,
		`platform_release ~= "5.1" or not_a == ""`:                                               -1,
		`python_version < "3.9" or (sys_platform == "win32" and platform_machine == "x") or (1)`: -1,
	} {
		m, err := ParseMarker(text)
		switch {
		case (err != nil) != (want < 0):
			t.Errorf("%s: %v", text, err)
		case err == nil && m.Holds(env) != want:
			t.Errorf("%s: %s, want %s", text, m.Holds(env), want)
		}
	}
}

// TestManyAlternatives holds that a marker with too many of them is not certain, and soon told.
func TestManyAlternatives(t *testing.T) {
	text := `(os_name == "a" or os_name in "b")`
	m := mustMarker(t, text)
	for range 20 {
		m = m.And(mustMarker(t, `(platform_version == "a" or platform_machine in "b" or platform_release == "c")`))
	}
	if got := m.Holds(Environment{Values: map[string][]string{"platform_version": {"a"}}}); got == False {
		t.Errorf("%s", got)
	}
	if (Marker{}).Or(m).String() != "" || m.Or(Marker{}).root != nil {
		t.Error("or always is always")
	}
}

// TestDepth holds that no text makes the parser recurse without end.
func TestDepth(t *testing.T) {
	text := ""
	for range maxDepth + 1 {
		text += "("
	}
	if _, err := ParseMarker(text + `os_name == "a"`); err == nil {
		t.Error("no error")
	}
}

func mustMarker(t *testing.T, text string) Marker {
	t.Helper()
	m, err := ParseMarker(text)
	if err != nil {
		t.Fatal(err)
	}
	return m
}
