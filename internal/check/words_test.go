package check

import (
	"fmt"
	"strings"
	"testing"
)

// TestWords holds what people read of findings: what is wrong, and what would be right here.
func TestWords(t *testing.T) {
	ini := exampleFile{"pytest.ini", "[pytest]\naddopts = -n auto\n"}
	page := func(command string) exampleFile { return exampleFile{"a.md", "    " + command + "\n"} }
	for code, cases := range map[string][]struct {
		files []exampleFile
		want  string
	}{
		"PG201": {{[]exampleFile{page(native + "pytest -n 9 --dist load")}, `9 workers under backend "native", whose cap is 4 (pass -n 4 or fewer)`},
			{[]exampleFile{page("TZ=UTC pytest tests/slow -n 2")}, `2 workers in phase "slow", which runs without workers (leave -n out, or pass -n 0)`}},
		"PG202": {{[]exampleFile{ini, page(native + "pytest")},
			`without -n here the configuration brings as many workers as there are CPUs (-n auto) under backend "native", whose cap is 4 (pass -n 4 or fewer, or take -n out of the configuration)`},
			{[]exampleFile{ini, page("TZ=UTC pytest tests/slow")},
				`without -n here the configuration brings as many workers as there are CPUs (-n auto) in phase "slow", which runs without workers (pass -n 0, or take -n out of the configuration)`}},
		"PG203": {{[]exampleFile{{"a.sh", native + "pytest -n ${EXAMPLE_WORKERS:-2} --dist load\n"}},
			`EXAMPLE_WORKERS=97 reaches pytest under backend "native", whose cap is 4 (pass --maxprocesses=4 to pytest as the last word, or call tests/run_all_tests.sh)`}},
		"PG205": {{[]exampleFile{page("pytest -n 2 tests/unit")}, `2 workers without --dist, which means load; the policy has loadfile for backend "mock" (pass --dist loadfile)`}},
		"PG207": {{[]exampleFile{{"Makefile", "a:\n\tTZ=" + strings.Repeat("x", 99) + " pytest tests/slow\n"}},
			"tests run with TZ=" + strings.Repeat("x", 59) + "…; the policy has UTC (set it here, or call tests/run_all_tests.sh)"}},
		"PG208": {{[]exampleFile{page("EXAMPLE_BACKEND=nativ pytest")}, `EXAMPLE_BACKEND=nativ is no backend of the policy (the policy has backends "mock", "native" and phases "unit", "slow")`},
			{[]exampleFile{page("EXAMPLE_BACKEND=native pytest")},
				`backend "native" without EXAMPLE_ENGINE=native (set EXAMPLE_BACKEND, EXAMPLE_ENGINE together, for one backend, or call tests/run_all_tests.sh with --backend)`},
			{[]exampleFile{page("EXAMPLE_BACKEND=native EXAMPLE_ENGINE=x pytest")},
				`EXAMPLE_ENGINE=x, but backend "native" has EXAMPLE_ENGINE=native (set EXAMPLE_BACKEND, EXAMPLE_ENGINE together, for one backend, or call tests/run_all_tests.sh with --backend)`}},
		"PG209": {{[]exampleFile{workflow("pytest")}, `this runs phases "unit", "slow" with options of its own (run: bash tests/run_all_tests.sh)`},
			{[]exampleFile{workflow("pytest tests/unit")}, `this runs phase "unit" with options of its own (run: bash tests/run_all_tests.sh --phase unit)`},
			{[]exampleFile{workflow("pytest tests/unit/more -q")},
				`this runs a part of phase "unit" with options of its own (run: bash tests/run_all_tests.sh --phase unit tests/unit/more)`}},
		"PG212": {{[]exampleFile{{"Makefile", "a:\n\tpytest | tee x\n"}},
			"failing tests end in exit code 0 here: a pipe without pipefail (set -o pipefail in Bash, or write into a file in place of a pipe)"}},
		"PG219": {{[]exampleFile{{"a.py", "subprocess.run(['pytest', 'tests/unit'])\n"}}, "this code starts pytest by itself, without workers (let it call tests/run_all_tests.sh)"},
			{[]exampleFile{{"a.py", "subprocess.run(['pytest', 'tests/unit', '-n', '3'])\n"}}, "this code starts pytest with 3 workers (let it call tests/run_all_tests.sh)"},
			{[]exampleFile{{"a.py", "subprocess.run(['pytest', 'tests/unit', *words])\n"}},
				"this code starts pytest by itself, with words that are known only when it runs (let it call tests/run_all_tests.sh)"}},
		"PG220": {{[]exampleFile{{"a.sh", "pytest tests/unit/old\n"}}, `there is no "tests/unit/old" in the repository, so no test of it runs (take it out, or put the path right)`},
			{[]exampleFile{{"a.sh", "m=\"-m 'not slow'\"\npytest tests/unit $m\n"}},
				`there is no "slow'" in the repository, so no test of it runs (quotes in a variable don't hold words together, so the expression ends as 'not: pass it in a word of its own, such as -m "$markers")`},
			{[]exampleFile{{"pyproject.toml", "[tool.cibuildwheel]\ntest-command = \"pytest {project}\"\n"}}, ""}},
		"PG306": {{[]exampleFile{{"docs/testing.md", "mine\n"}, {".policygen/manifest.json", `{"version":1,"files":{},"ejected":{}}`}},
			"this file was here before and is not what the policy renders (policygen render --overwrite docs/testing.md replaces it; or choose another path)"}},
	} {
		for _, c := range cases {
			found := checkFolder(t, repository(t, c.files...), func(in *Input) { in.Codes, _ = ParseCodes([]string{code}, nil) })
			var got []string
			for _, f := range found {
				if f.File != "policygen.cue" {
					got = append(got, fmt.Sprintf("%s (%s)", f.Message, f.Help))
				}
			}
			if s := strings.Join(got, "\n"); s != c.want {
				t.Errorf("%s:\ngot  %s\nwant %s", code, s, c.want)
			}
		}
	}
}
