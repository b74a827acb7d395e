package shell

import (
	"os"
	"strings"
	"testing"
)

// TestParseDeepNesting: the deepest nesting that fits a script leaves the parser its stack.
func TestParseDeepNesting(t *testing.T) {
	size := maxSource / 10
	if os.Getenv("POLICYGEN_SOAK") == "1" {
		size = maxSource
	}
	for _, opener := range []string{"(", "$(", "{ ", "$((", "\"${x-", "! ", "a&&", "x=$((-", "if ", "f()"} {
		if _, err := Parse("w.sh", []byte(strings.Repeat(opener, size/len(opener)))); err == nil {
			t.Errorf("%q repeated parses", opener)
		}
	}
	for _, opener := range []string{"(", "-", "!"} {
		if _, err := Parse("w.sh", []byte("x=$(("+strings.Repeat(opener, size-6))); err == nil {
			t.Errorf("$((%s repeated parses", opener)
		}
	}
}
