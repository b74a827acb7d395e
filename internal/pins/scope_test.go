package pins

import "testing"

func TestTogether(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"extra test", "extra test", true},
		{"project", "extra test", true},
		{"project", "group dev", true},
		{"workspace", "project", true},
		{"workspace of a", "group dev of a", true},
		{"project", "extra test of a", false},
		{"extra test", "extra docs", false},
		{"project", "build", false},
		{"project", "env py", false},
		{"uv.lock", "project", false},
	} {
		a, b := Site{Scope: c.a}, Site{Scope: c.b}
		if a.Together(b) != c.want || b.Together(a) != c.want {
			t.Errorf("%s and %s: %t", c.a, c.b, !c.want)
		}
	}
}
