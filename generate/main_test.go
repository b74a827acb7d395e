package generate

import (
	"os"
	"runtime/debug"
	"testing"
)

// TestMain spends memory rather than time, as the tool does: without it collecting garbage takes a quarter of the tests.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	os.Exit(m.Run())
}
