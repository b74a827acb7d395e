package check

import (
	"strings"
	"testing"

	"policygen/internal/finding"
)

const native = "EXAMPLE_BACKEND=native EXAMPLE_ENGINE=native "

// workflow returns a job that runs commands, long enough for both backends.
func workflow(commands ...string) exampleFile {
	text := "on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    timeout-minutes: 600\n    steps:\n"
	for _, c := range commands {
		text += "      - run: " + c + "\n"
	}
	return exampleFile{".github/workflows/ci.yml", text}
}

// both are the calls of the wrapper that run everything.
var both = []string{"bash tests/run_all_tests.sh", "bash tests/run_all_tests.sh --backend native"}

// TestRules holds what the examples of the rules leave open: above all what must not be found.
func TestRules(t *testing.T) {
	addopts := func(words string) exampleFile {
		return exampleFile{"pyproject.toml", "[tool.pytest.ini_options]\naddopts = \"" + words + "\"\n"}
	}
	script := func(text string) exampleFile { return exampleFile{"a.sh", "#!/bin/sh\n" + text} }
	suite := exampleFile{"tests/unit/test_a.py", ""}
	for name, c := range map[string]struct {
		files []exampleFile
		want  string
	}{
		"no start":               {nil, ""},
		"joined options":         {[]exampleFile{script(native + "pytest -n10 --dist=load\n")}, "a.sh:2 PG201"},
		"--tx":                   {[]exampleFile{script(native + "pytest --tx 10*popen --dist load\n")}, "a.sh:2 PG201"},
		"at the cap":             {[]exampleFile{script(native + "pytest -n 4 --dist load\n")}, ""},
		"held by maxprocesses":   {[]exampleFile{{"a.md", "    " + native + "pytest -n 12 --maxprocesses 4 --dist load\n    " + native + "pytest -n auto --maxprocesses 4 --dist load\n"}}, ""},
		"--maxprocesses=0":       {[]exampleFile{script(native + "pytest -n auto --maxprocesses 0 --dist load\n")}, "a.sh:2 PG201"},
		"auto":                   {[]exampleFile{{"a.md", "    " + native + "pytest -n auto --dist load\n    pytest -n auto --dist loadfile\n"}}, "a.md:1 PG201"},
		"unknown workers":        {[]exampleFile{script(native + "pytest -n \"$(cores)\" --dist load\n")}, ""},
		"PYTEST_ADDOPTS":         {[]exampleFile{script("PYTEST_ADDOPTS='-n 12 --dist load' " + native + "pytest tests/unit\n")}, "a.sh:2 PG201"},
		"no tests are run":       {[]exampleFile{script(native + "pytest -n 12 --dist load --collect-only\n" + native + "pytest --version -n 12\n")}, ""},
		"--pdb":                  {[]exampleFile{script(native + "pytest -n auto --dist load --pdb\n")}, ""},
		"the caller's backend":   {[]exampleFile{script("pytest -n 8 tests/unit \"$@\"\n"), {"Makefile", "native:\n\t" + native + "sh a.sh --dist load\n\nmock:\n\tsh a.sh --dist loadfile\n"}}, "a.sh:2 PG203, a.sh:2 PG201, a.sh:2 PG205"},
		"in a serial phase":      {[]exampleFile{{"a.md", "    TZ=UTC pytest -n 2 tests/slow/test_x.py\n\n    TZ=UTC pytest tests/slow -n 0\n"}}, "a.md:1 PG201"},
		"the whole suite":        {[]exampleFile{{"a.md", "    pytest -n 8 --dist loadfile\n\n    pytest -n 8 --dist loadfile tests\n"}}, ""},
		"a backend of others":    {[]exampleFile{{"a.md", "    OTHER_BACKEND=native pytest -n 12 --dist loadfile\n"}}, ""},
		"addopts under others":   {[]exampleFile{addopts("-n auto --dist loadfile"), {"a.md", "    pytest tests/unit\n"}}, ""},
		"addopts, serial phase":  {[]exampleFile{addopts("-n auto --dist loadfile"), {"a.md", "    pytest tests/slow\n"}}, "a.md:1 PG202"},
		"addopts without --dist": {[]exampleFile{addopts("-n auto"), script("pytest tests/unit\n")}, "pyproject.toml:2 PG205"},
		"addopts, no workers":    {[]exampleFile{addopts("-n 0"), script("pytest tests/unit\n")}, ""},
		"spelling of a backend":  {[]exampleFile{{"a.md", "    EXAMPLE_BACKEND=\" Native \" EXAMPLE_ENGINE=native pytest -n 12 --dist load\n"}}, "a.md:1 PG201"},
		"an unknown backend":     {[]exampleFile{{"a.md", "    EXAMPLE_BACKEND=nativ pytest -n 12 tests/unit\n"}}, "a.md:1 PG208"},
		"an empty backend":       {[]exampleFile{{"a.md", "    EXAMPLE_BACKEND= pytest tests/unit\n"}}, ""},
		"what code may set":      {[]exampleFile{{"a.py", "os.environ['EXAMPLE_BACKEND'] = 'native'\nsubprocess.run(['pytest', '-n', '9', '--dist', 'load', 'tests/unit'])\n"}}, "a.py:2 PG219"},
		"CI misspells a backend": {[]exampleFile{workflow(both[0], "bash tests/run_all_tests.sh --backend nativ")}, ".github/workflows/ci.yml:8 PG208, policygen.cue:7:3"},
		"options on one line":    {[]exampleFile{script("while [ $# -gt 0 ]; do case \"$1\" in -n) W=$2; shift 2;; *) shift;; esac; done\npytest -n ${W:-2} --dist loadfile tests/unit\n")}, "a.sh:3 PG203, a.sh:3 PG204"},
		"CI verifies the script": {[]exampleFile{workflow("bash tests/run_all_tests.sh --verify")}, ""},
		"a half by its engine":   {[]exampleFile{{"a.md", "    EXAMPLE_ENGINE=native pytest tests/unit\n"}}, "a.md:1 PG208"},
		"another engine":         {[]exampleFile{{"a.md", "    EXAMPLE_BACKEND=native EXAMPLE_ENGINE=other pytest tests/unit\n"}}, "a.md:1 PG208"},
		"an engine in capitals":  {[]exampleFile{{"a.md", "    EXAMPLE_BACKEND=native EXAMPLE_ENGINE=NATIVE pytest tests/unit\n"}}, ""},
		"an empty engine":        {[]exampleFile{{"a.md", "    EXAMPLE_BACKEND=native EXAMPLE_ENGINE= pytest tests/unit\n"}}, "a.md:1 PG208"},
		"an engine of nobody":    {[]exampleFile{{"a.md", "    EXAMPLE_ENGINE=other pytest tests/unit\n"}}, ""},
		"a probe in vain":        {[]exampleFile{script("if python3 -c 'import pytest_xdist' 2>/dev/null; then\n\tW='-n 8 --dist loadfile'\nfi\npytest $W tests/unit\n")}, "a.sh:2 PG206"},
		"one option is enough":   {[]exampleFile{{"a.md", "    pytest --dist loadfile -n 2 tests/unit\n"}}, ""},
		"dist without workers":   {[]exampleFile{{"a.md", "    pytest --dist load tests/unit\n"}}, ""},
		"grouped but no restart": {[]exampleFile{{"a.md", "    " + native + "pytest -n 4 --dist loadfile --max-worker-restart=0\n"}}, "a.md:1 PG205"},
		"arguments are passed":   {[]exampleFile{script("exec pytest \"$@\"\n")}, ""},
		"no arguments at all":    {[]exampleFile{script("set -e\nrun() {\n\tpytest \"$1\"\n}\nrun tests/unit\nawk '{ print $1 }' log\n")}, ""},
		"an error at others":     {[]exampleFile{script("case ${1-} in\n'') ;;\n*) echo usage >&2; exit 64 ;;\nesac\npytest tests/unit\n")}, ""},
		"broken by blanks":       {[]exampleFile{script("pytest $* tests/unit\n")}, "a.sh:2 PG204"},
		"a name by its place":    {[]exampleFile{script("main() {\n\tfile=$1\n\tpytest tests/unit\n}\nmain \"$@\"\n")}, ""},
		"declared in CI":         {[]exampleFile{{".github/workflows/ci.yml", strings.Replace(workflow(both...).Text, "    steps:", "    continue-on-error: true\n    steps:", 1)}}, ".github/workflows/ci.yml:8 PG212, .github/workflows/ci.yml:9 PG212"},
		"code that collects":     {[]exampleFile{{"a.py", "subprocess.run(['pytest', '--collect-only', '-q', 'tests/'])\n"}, {"b.py", "subprocess.run(['pytest', '--version', '-q'])\n"}}, "a.py:1 PG219"},
		"a test that starts":     {[]exampleFile{{"tests/unit/test_b.py", "import pytest\nif __name__ == '__main__':\n    pytest.main([__file__])\n"}}, ""},
		"a step of another":      {[]exampleFile{script("mode=$1\npytest tests/unit ${mode:+-q}\n"), {"Makefile", "test:\n\tsh a.sh fast\n"}}, ""},
		"another wrapper's call": {[]exampleFile{script("tests/run_all_tests.sh \"$@\"\n")}, ""},
		"status is kept":         {[]exampleFile{script("pytest tests/unit || status=$?\necho done\nexit ${status:-0}\n")}, ""},
		"status is lost":         {[]exampleFile{script("pytest tests/unit\necho done\n")}, "a.sh:2 PG212"},
		"lost by the caller":     {[]exampleFile{script("pytest tests/unit\n"), {"Makefile", "test:\n\tsh a.sh || true\n"}}, "Makefile:2 PG212"},
		"lost inside":            {[]exampleFile{script("pytest tests/unit || true\n"), {"Makefile", "test:\n\tsh a.sh\n"}}, "a.sh:2 PG212"},
		"empty is fine":          {[]exampleFile{script("pytest tests/unit || [ $? -eq 5 ]\n")}, "a.sh:2 PG212"},
		"lost in a page":         {[]exampleFile{{"a.md", "    pytest tests/unit || true\n"}}, ""},
		"CI calls the wrapper":   {[]exampleFile{workflow(both...)}, ""},
		"CI lists phases":        {[]exampleFile{workflow(append(both, "bash tests/run_all_tests.sh --list", "bash tests/run_all_tests.sh --phase slow --dry-run")...)}, ""},
		"CI misses a phase":      {[]exampleFile{workflow("bash tests/run_all_tests.sh --phase unit", both[1]+" --skip-phase slow")}, "policygen.cue:16:3"},
		"CI has others":          {[]exampleFile{workflow(append(both, "pytest checks")...), {"checks/conftest.py", ""}}, ".github/workflows/ci.yml:9 PG210"},
		"CI has a lost folder":   {[]exampleFile{workflow(append(both, "pytest tests/unit/old")...), suite}, ".github/workflows/ci.yml:9 PG209, .github/workflows/ci.yml:9 PG220"},
		"CI runs all itself":     {[]exampleFile{workflow(append(both, "pytest")...)}, ".github/workflows/ci.yml:9 PG209"},
		"CI of elsewhere":        {[]exampleFile{workflow(append(both, "git clone https://example.org/x && cd x && pytest lib", "pytest x/tests")...)}, ""},
		"CI runs a part of it":   {[]exampleFile{workflow(append(both, "pytest -m core")...)}, ""},
		"unknown backends of CI": {[]exampleFile{workflow("bash tests/run_all_tests.sh --backend ${{ inputs.backend }}")}, ""},
		"two kinds of a run":     {[]exampleFile{script("set -e\npytest tests -m 'not x'\npytest tests -m x\n")}, "a.sh:3 PG218"},
		"in its own folder":      {[]exampleFile{{"tests/a.sh", "pytest unit\n"}}, ""},
		"a part in CI":           {[]exampleFile{workflow(append(both, "bash part.sh")...), {"part.sh", "pytest tests/unit/test_unit.py\n"}}, ""},
		"two runners":            {[]exampleFile{script("pytest tests/unit\npytest -q tests/unit\n")}, "a.sh:2 PG212"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found := checkFolder(t, repository(t, c.files...), func(in *Input) {
				in.Codes, _ = ParseCodes(nil, []string{"PG207", "PG213"})
			})
			var got []string
			for _, f := range found {
				if f.File == "policygen.cue" {
					got = append(got, f.Position.String())
					continue
				}
				got = append(got, told(finding.List{f})...)
			}
			if text := strings.Join(got, ", "); text != c.want {
				t.Errorf("got  %s\nwant %s\n%v", text, c.want, found)
			}
		})
	}
}

// TestWithoutPolicy holds that only what can't be read is found.
func TestWithoutPolicy(t *testing.T) {
	dir := repository(t, exampleFile{"a.sh", native + "pytest -n 12\n"}, exampleFile{"b.sh", "pytest \"unclosed\npytest\n"},
		exampleFile{"c.sh", "# policygen: ignore[PG201] a trial\n# policygen: ignore[]\npytest\n"})
	found := checkFolder(t, dir, func(in *Input) { in.Policy, in.Plans, in.Changes = nil, nil, nil })
	if got := strings.Join(told(found), ", "); got != "b.sh:1 PG501, c.sh:2 PG504" {
		t.Errorf("got %s: %v", got, found)
	}
}
