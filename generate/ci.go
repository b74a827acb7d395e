package generate

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"policygen/internal/finding"
	"policygen/policy"
)

// A ci is what the files for CI services have in common. Every job calls the wrapper, so no option of pytest stands in
// them a second time, and the matrix reaches the command line through variables, so that no text is pasted into a script.
type ci struct {
	*policy.CI
	Input
	service ciService
	yaml    *yamlFile
	setups  []ciSetup
	sharded bool // some job shares its tests with others
}

// A ciService is what differs between services for the same thing.
type ciService struct {
	root    string // the variable that holds the project's root
	longest string // why a job of which nobody knows how long it takes has longestMinutes
}

// The variables of a job that its command line reads. None may be one that the wrapper reads itself, such as PYTHON.
const (
	backendVar = "MATRIX_BACKEND"
	pythonVar  = "MATRIX_PYTHON"
	shardVar   = "MATRIX_SHARD"
	shardsVar  = "MATRIX_SHARDS"
)

// resultsFolder is where the wrapper of a job writes its logs and JUnit XML files.
const resultsFolder = "test-results"

const (
	longestMinutes = 360 // for a job of which nobody knows how long it takes
	policyMinutes  = 10  // for the job that installs policygen and renders
)

// A ciSetup is a list of setup commands and the backends that share it.
type ciSetup struct {
	commands []policy.Setting[string]
	backends []string
}

func newCI(in Input, service ciService) ci {
	c := ci{CI: in.Policy.CI, Input: in, service: service, yaml: newYAMLFile()}
	for _, job := range c.Jobs {
		c.sharded = c.sharded || job.Shards.Value > 1
		if len(job.Setup) == 0 {
			continue
		}
		i := slices.IndexFunc(c.setups, func(s ciSetup) bool { return slices.EqualFunc(s.commands, job.Setup, sameValue) })
		if i < 0 {
			i = len(c.setups)
			c.setups = append(c.setups, ciSetup{commands: job.Setup})
		}
		c.setups[i].backends = append(c.setups[i].backends, job.Backend)
	}
	return c
}

func sameValue(a, b policy.Setting[string]) bool { return a.Value == b.Value }

// forAll reports whether the setup is that of every job.
func (s ciSetup) forAll(c ci) bool { return len(s.backends) == len(c.Jobs) }

// commandLine is what every job runs: the wrapper, told by variables which part of the matrix it is. It is started by bash, since the bit
// that makes it executable gets lost where somebody commits under Windows.
func (c ci) commandLine() yamlCommand {
	words := []string{"bash", wrapperCommand(c.Policy), `--backend "$` + backendVar + `"`}
	if c.sharded {
		words = append(words, `--shard "$`+shardVar+`/$`+shardsVar+`"`)
	}
	words = append(words, "--junit-dir "+resultsFolder, "--log-dir "+resultsFolder)
	from := fields{c.Policy}.target(wrapperPath(c.Policy))
	return yamlCommand{strings.Join(words, " "), union(from, c.shardOrigins())}
}

// shardOrigins returns what says that jobs share their tests; nothing where none do.
func (c ci) shardOrigins() []Origin {
	var all []Origin
	for _, job := range c.Jobs {
		if job.Shards.Value > 1 {
			all = union(all, statedAt(job.Shards.Pos))
		}
	}
	return all
}

// checkCommand fails where a rendered file is not what the policy renders.
func (c ci) checkCommand() string { return c.Command + " --check" }

// startsCommand fails where something that starts pytest is not as the policy says.
func (c ci) startsCommand() string { return strings.Replace(c.Command, " render", " check", 1) }

// commands returns commands that one shell runs, each in the project's root: behind one that may leave it stands the way back, if any
// command follows in that shell.
func (c ci) commands(settings []policy.Setting[string], followed bool) []yamlCommand {
	var all []yamlCommand
	for i, s := range settings {
		all = append(all, yamlCommand{s.Value, statedAt(s.Pos)})
		if mayLeave.MatchString(s.Value) && (followed || i+1 < len(settings)) {
			all = append(all, yamlCommand{`cd "$` + c.service.root + `"`, statedAt(s.Pos)})
		}
	}
	return all
}

// mayLeave matches commands after which the shell may be in another folder: those with a word that changes it, or that runs what may do so.
// One that matches for no reason costs a line that does nothing.
var mayLeave = regexp.MustCompile(`(^|[^\w./-])(cd|pushd|popd|source|eval)([^\w./-]|$)|(^|[;&|({\n]|then|do|else)[ \t]*\.[ \t]`)

// minutes returns the time limit of a job, which is whole minutes for GitHub.
func minutes(job policy.Job) int {
	if job.Limit == 0 {
		return longestMinutes
	}
	return int((job.Limit + time.Minute - 1) / time.Minute)
}

// limitWords says where the time limit of a job comes from.
func (c ci) limitWords(job policy.Job) string {
	if job.Limit == 0 {
		return fmt.Sprintf("A phase of %s has no limit, so its jobs have 6 hours%s.", job.Backend, c.service.longest)
	}
	return fmt.Sprintf("A time limit covers those of the phases, the time that it takes to end each, and %s for all else.", Duration(job.Overhead.Value))
}

// limitOrigins returns what the time limit of a job follows from.
func (c ci) limitOrigins(job policy.Job) []Origin {
	all := statedAt(job.Overhead.Pos, c.Policy.Where("policy.runner.grace"))
	if job.Limit == 0 {
		all = statedAt(c.backendPlace(job.Backend)) // nothing that is stated limits it
	}
	for _, p := range c.Plans {
		if p.Backend == job.Backend && !p.AdHoc() {
			all = append(all, origin(p.Limit, p, "timeout")...)
		}
	}
	return all
}

// explain puts above the node of the i-th job what a reader wants to know: where its time limit comes from, unless that is as
// for the job before it, and which workarounds are in force under its backend.
func (c ci) explain(n *yaml.Node, i int) *yaml.Node {
	job := c.Jobs[i]
	if i == 0 || c.limitWords(job) != c.limitWords(c.Jobs[i-1]) {
		c.yaml.comment(n, c.limitWords(job), c.limitOrigins(job)...)
	}
	for _, w := range workarounds(c.Plans) {
		if !slices.Contains(w.Backends, job.Backend) {
			continue
		}
		why := w.Why
		if why == "" {
			why = w.Fact.Why
		}
		c.yaml.comment(n, w.Fact.ID+": "+why, w.From...)
	}
	return n
}

// ofBackends returns the places of backends.
func (c ci) ofBackends(names []string) []Origin { return fromThese(fields{c.Policy}.backends(), names) }

func (c ci) backendPlace(name string) finding.Position {
	i := slices.IndexFunc(c.Policy.Backends, func(b policy.Backend) bool { return b.Name == name })
	return c.Policy.Backends[i].Pos
}

// statedAt returns the places that exist as origins.
func statedAt(places ...finding.Position) []Origin {
	var all []Origin
	for _, p := range places {
		if p.IsValid() {
			all = append(all, Origin{Pos: p})
		}
	}
	return all
}
