package observe

import (
	"testing"

	"policygen/internal/source"
)

// The table of pyproject.toml and the variable of a workflow have the same places.
func TestWheelPlaces(t *testing.T) {
	at := source.NewText("pyproject.toml", []byte("pip install {wheel} && pytest {project}/a {package}/b {other}"))
	got := inWheelTest(at, "/repo/sub")
	if want := "pip install /tmp/cibuildwheel/wheel.whl && pytest /repo/sub/a /repo/sub/b {other}"; got.String() != want {
		t.Errorf("got  %s\nwant %s", got.String(), want)
	}
	if where := got.At(len(got.String()) - len("{other}")); where.Column != at.Len()-len("{other}")+1 {
		t.Errorf("what stands behind the places is said to be at %v", where)
	}
}
