package generate

import (
	"policygen/policy"
)

// pytestArgs returns the options that a plan gives pytest whatever the number of workers is:
// the policy's own, then selection and time limits. Worker options and paths are the runner's to add.
func pytestArgs(p policy.Plan) []word {
	var args []word
	add := func(from []Origin, texts ...string) { args = append(args, words(from, texts...)...) }
	for _, a := range p.Args {
		add(origin(a, p, "args"), a.Value)
	}
	if p.Markers.IsSet() {
		// The half of a split phase has its marker in the expression too.
		add(union(origin(p.Markers, p, "markers"), splitBy(p)), "-m", p.Markers.Value)
	}
	if p.Keywords.IsSet() {
		add(origin(p.Keywords, p, "keywords"), "-k", p.Keywords.Value)
	}
	if p.TestLimit.IsSet() {
		limit := origin(p.TestLimit, p, "testTimeout.limit")
		add(limit, "--timeout="+seconds(p.TestLimit.Value.Seconds()))
		add(union(origin(p.TestLimitMethod, p, "testTimeout.method"), limit), "--timeout-method="+p.TestLimitMethod.Value)
	}
	if p.FaulthandlerAfter.IsSet() {
		add(origin(p.FaulthandlerAfter, p, "faulthandlerTimeout"), "-o", "faulthandler_timeout="+seconds(p.FaulthandlerAfter.Value.Seconds()))
	}
	return args
}

// splitBy returns the place of the serialMarker that a plan is a half by.
func splitBy(p policy.Plan) []Origin {
	if p.Half == policy.WholePhase {
		return nil
	}
	return origin(p.AllowEmpty, p, "serialMarker")
}

// valueLetters are the one-letter options of pytest 8.4 to 9.2 that take the next word as their value, and flagLetters those that
// may stand before one of them in the same word, as in -xvk name. -n is among them only behind a flag; alone it is the wrapper's.
const (
	valueLetters = "ckmnoprW"
	flagLetters  = "hlqsvxV"
)

// valueOptions are the long options of pytest 8.4 to 9.2, pytest-xdist 3.8 and pytest-timeout 2.4 that take their value
// as the next word, so that this word is not a path. Read from their parsers; a test reads them again.
// -n, --numprocesses and --dist are missing, since the wrapper takes them for itself.
var valueOptions = []string{
	"--assert", "--basetemp", "--capture", "--code-highlight", "--color", "--confcutdir", "--config-file", "--deselect",
	"--doctest-glob", "--doctest-report", "--durations", "--durations-min", "--ignore", "--ignore-glob", "--import-mode",
	"--junit-prefix", "--junit-xml", "--junitprefix", "--junitxml", "--last-failed-no-failures", "--lfnf",
	"--log-auto-indent", "--log-cli-date-format", "--log-cli-format", "--log-cli-level", "--log-date-format",
	"--log-disable", "--log-file", "--log-file-date-format", "--log-file-format", "--log-file-level", "--log-file-mode",
	"--log-format", "--log-level", "--max-warnings", "--maxfail", "--override-ini", "--pastebin", "--pdbcls", "--pythonwarnings", "--report-chars",
	"--rootdir", "--show-capture", "--tb", "--verbosity",
	"--max-worker-restart", "--maxprocesses", "--maxschedchunk", "--px", "--rsyncdir", "--rsyncignore", "--testrunuid", "--tx",
	"--session-timeout", "--timeout", "--timeout-method", "--timeout_method",
}
