package check

import (
	"strings"
	"testing"
)

// TestWhereTestsAre holds in which folders test files without a phase are looked for.
func TestWhereTestsAre(t *testing.T) {
	ini := func(words string) exampleFile { return exampleFile{"pytest.ini", "[pytest]\n" + words + "\n"} }
	more := []exampleFile{{"a/tests/test_a.py", ""}, {"b/c/tests/test_b.py", ""}, {"tests/test_c.py", ""}}
	for name, c := range map[string]struct {
		config exampleFile
		want   string
	}{
		"nothing said":         {ini(""), "tests/test_c.py:0 PG217"},
		"testpaths":            {ini("testpaths = a tests/unit"), "a/tests/test_a.py:0 PG217"},
		"a pattern":            {ini("testpaths = */tests tests"), "a/tests/test_a.py:0 PG217, tests/test_c.py:0 PG217"},
		"a pattern at depth":   {ini("testpaths = **/tests"), "a/tests/test_a.py:0 PG217, b/c/tests/test_b.py:0 PG217, tests/test_c.py:0 PG217"},
		"a pattern of nothing": {ini("testpaths = x*/tests"), "tests/test_c.py:0 PG217"},
		"words of addopts":     {ini("addopts = b"), "b/c/tests/test_b.py:0 PG217"},
		"TOML":                 {exampleFile{"pyproject.toml", "[tool.pytest.ini_options]\ntestpaths = [\"[ab]/**\"]\n"}, "a/tests/test_a.py:0 PG217, b/c/tests/test_b.py:0 PG217"},
	} {
		found := checkFolder(t, repository(t, append(more, c.config)...), func(in *Input) { in.Codes, _ = ParseCodes([]string{"PG217"}, nil) })
		if got := strings.Join(told(found), ", "); got != c.want {
			t.Errorf("%s: got  %s\nwant %s", name, got, c.want)
		}
	}
}
