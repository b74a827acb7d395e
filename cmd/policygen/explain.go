package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"policygen/generate"
	"policygen/internal/finding"
	"policygen/policy"
)

// explainFlags are the flags of explain.
type explainFlags struct {
	policy policyFlags
	out    string
	format *format
}

func newExplainCommand(s streams) *cobra.Command {
	var f explainFlags
	cmd := &cobra.Command{
		Use:   "explain [BACKEND [PHASE] | FILE:LINE | CODE | FACT]",
		Short: "Show what the policy resolves to, the line behind every value or rendered line, what a code or a fact means",
		Long: `Show what the policy resolves to. Without arguments: one line for each backend and phase. With a backend, or a backend and
a phase: every setting with the line of the policy that decided it, the workarounds with their facts, and every bound on
an installed version with its reason.

With a line of a rendered file, named from here or from the root: the lines of the policy that it follows from, and the
facts that these exist for. With the code of a finding: what is wrong, why it matters, and an example. With the id of a fact: the fact.`,
		Example: `  policygen explain
  policygen explain robin
  policygen explain robin unit
  policygen explain robin unit --format json
  policygen explain tests/run_all_tests.sh:7
  policygen explain PG201
  policygen explain xdist-714`,
		Args: explainArgs,
		RunE: func(_ *cobra.Command, args []string) error { return f.run(s, args) },
	}
	flags := cmd.Flags()
	f.policy.bind(flags)
	flags.StringVar(&f.out, "out", "", "`folder` that rendered files are in, for FILE:LINE")
	f.format = bindFormat(flags, "text", "json")
	return cmd
}

func (f *explainFlags) run(s streams, args []string) error {
	if len(args) == 1 && codeWord.MatchString(args[0]) {
		return f.runCode(s, args[0])
	}
	loaded, err := f.policy.load(s)
	if err != nil {
		return err
	}
	if len(args) == 1 {
		if fact, ok := factOf(loaded, args[0]); ok {
			return f.runFact(s, loaded, fact)
		}
		if file, line, ok := parseLineArgument(args[0]); ok {
			return f.runLine(s, loaded, file, line)
		}
	}
	plans, err := selectPlans(loaded, args)
	if err != nil {
		return err
	}
	explained := explainPlans(plans, loaded.at)
	switch {
	case f.format.value == "json":
		return writeJSON(s.out, map[string]any{"version": 1, "plans": explained})
	case len(args) == 0:
		return writeOverview(s.out, explained)
	}
	return writeDetails(s.out, explained)
}

func (f *explainFlags) runLine(s streams, l loadedPolicy, file string, line int) error {
	e, err := explainLine(l, f.out, file, line)
	switch {
	case err != nil:
		return err
	case f.format.value == "json":
		return writeJSON(s.out, map[string]any{"version": 1, "line": e})
	}
	return writeLine(s.out, e)
}

// factOf returns the fact with an id, unless a backend has the name.
func factOf(l loadedPolicy, id string) (policy.Fact, bool) {
	i := slices.IndexFunc(l.Policy.Facts, func(x policy.Fact) bool { return x.ID == id })
	if i < 0 || slices.ContainsFunc(l.Policy.Backends, func(b policy.Backend) bool { return b.Name == id }) {
		return policy.Fact{}, false
	}
	return l.Policy.Facts[i], true
}

// A placedFact is a fact that was asked for.
type placedFact struct {
	explainedFact
	Kind string `json:"kind"`
	At   string `json:"at"`
}

func (f *explainFlags) runFact(s streams, l loadedPolicy, fact policy.Fact) error {
	if f.format.value == "json" {
		return writeJSON(s.out, map[string]any{"version": 1, "fact": placedFact{explainFact(fact), fact.Kind, l.at(fact.Pos)}})
	}
	return writeFact(s.out, fact, l.at(fact.Pos))
}

// selectPlans returns the plans of a backend, or of a backend and a phase, and refuses names that do not exist.
func selectPlans(l loadedPolicy, args []string) ([]policy.Plan, error) {
	var backends, phases []string
	for _, b := range l.Policy.Backends {
		backends = append(backends, b.Name)
	}
	for _, p := range l.Policy.Phases {
		phases = append(phases, p.Name)
	}
	if len(args) > 0 && !slices.Contains(backends, args[0]) {
		return nil, unknownBackend(l, args[0], backends)
	}
	if len(args) > 1 && !slices.Contains(phases, args[1]) {
		return nil, usageError("unknown phase %q; the policy has %s", args[1], strings.Join(phases, ", "))
	}
	var plans []policy.Plan
	for _, p := range l.Plans {
		if (len(args) < 1 || p.Backend == args[0]) && (len(args) < 2 || p.Phase == args[1]) {
			plans = append(plans, p)
		}
	}
	if len(plans) == 0 {
		return nil, usageError("phase %q does not run under backend %q", args[1], args[0])
	}
	return plans, nil
}

// An explainedPlan is a plan as explain shows it, in text and in JSON.
type explainedPlan struct {
	Backend  string             `json:"backend"`
	Phase    string             `json:"phase"` // "" for paths on the command line
	Settings []explainedSetting `json:"settings"`
	Because  []explainedReason  `json:"because"`
	Requires []explainedBound   `json:"requires"`
}

type explainedSetting struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Layer string `json:"layer"`
	At    string `json:"at,omitempty"` // file:line:col; not there for a built-in value
}

// An explainedFact is a fact as explain shows it.
type explainedFact struct {
	Fact           string   `json:"fact"`
	Package        string   `json:"package"`
	In             string   `json:"in"`
	CheckedThrough string   `json:"checkedThrough"`
	Why            string   `json:"why"`
	Source         []string `json:"source"`
}

type explainedReason struct {
	explainedFact
	Settings []string `json:"settings,omitempty"`
	Review   string   `json:"review,omitempty"`
	At       string   `json:"at"`
}

type explainedBound struct {
	Package string `json:"package"`
	Needed  string `json:"needed"` // the range of all bounds together
	Range   string `json:"range"`
	Why     string `json:"why"`
	Fact    string `json:"fact,omitempty"`
	At      string `json:"at,omitempty"`
}

func explainPlans(plans []policy.Plan, at func(finding.Position) string) []explainedPlan {
	explained := make([]explainedPlan, len(plans))
	for i, p := range plans {
		explained[i] = explainedPlan{p.Backend, p.Name(), explainSettings(p, at), explainReasons(p, at), explainBounds(p, at)}
	}
	return explained
}

// explainSettings returns a row for everything that the plan sets.
func explainSettings(p policy.Plan, at func(finding.Position) string) []explainedSetting {
	rows := explainWorkers(p, at)
	rows = append(rows, slices.Concat(
		settingRow("timeout", p.Limit, at), settingRow("testTimeout.limit", p.TestLimit, at), settingRow("testTimeout.method", p.TestLimitMethod, at),
		settingRow("faulthandlerTimeout", p.FaulthandlerAfter, at), settingRow("markers", p.Markers, at), settingRow("keywords", p.Keywords, at))...)
	for _, list := range []struct {
		name   string
		values []policy.Setting[string]
	}{{"paths", p.Paths}, {"rest, without", p.Ignore}, {"args", p.Args}} {
		for _, v := range list.values {
			rows = append(rows, settingRow(list.name, v, at)...)
		}
	}
	for _, e := range p.Env {
		prefix := map[policy.EnvMode]string{policy.EnvSet: "env.", policy.EnvDefault: "envDefault.", policy.EnvUnset: "unset "}[e.Mode]
		rows = append(rows, settingRow(prefix+e.Name, e.Setting, at)...)
	}
	if p.AllowEmpty.Value {
		rows = append(rows, settingRow("allowEmpty", p.AllowEmpty, at)...)
	}
	if !p.Required.Value {
		rows = append(rows, settingRow("required", p.Required, at)...)
	}
	return rows
}

func explainWorkers(p policy.Plan, at func(finding.Position) string) []explainedSetting {
	rows := settingRow("workers", p.Workers, at)
	if p.Serial.Value {
		rows = append(rows, settingRow("serial", p.Serial, at)...)
	}
	if p.Cap.IsSet() {
		rows = append(rows, slices.Concat(settingRow("workers.max", p.Cap, at),
			settingRow("workers.beyond.flag", p.BeyondFlag, at), settingRow("workers.beyond.env", p.BeyondEnv, at))...)
	}
	return append(rows, slices.Concat(settingRow("dist", p.Dist, at), settingRow("maxWorkerRestart", p.Restart, at))...)
}

// settingRow returns one row for a setting, or none where nothing sets it.
func settingRow[T any](name string, s policy.Setting[T], at func(finding.Position) string) []explainedSetting {
	if !s.IsSet() {
		return nil
	}
	value := fmt.Sprint(s.Value)
	if d, ok := any(s.Value).(time.Duration); ok {
		value = generate.Duration(d)
	}
	return []explainedSetting{{name, value, string(s.Layer), at(s.Pos)}}
}

func explainReasons(p policy.Plan, at func(finding.Position) string) []explainedReason {
	rows := []explainedReason{}
	for _, r := range p.Because {
		row := explainedReason{explainFact(r.Fact), r.Settings, r.Review, at(r.Pos)}
		if r.Why != "" {
			row.Why += " " + r.Why
		}
		rows = append(rows, row)
	}
	return rows
}

func explainFact(f policy.Fact) explainedFact {
	return explainedFact{f.ID, f.Package, f.In, f.CheckedThrough, f.Why, f.Source}
}

func explainBounds(p policy.Plan, at func(finding.Position) string) []explainedBound {
	rows := []explainedBound{}
	for _, r := range p.Requires {
		for _, b := range r.Bounds {
			rows = append(rows, explainedBound{r.Package, r.Range.String(), b.Words(), b.Why, b.Fact, at(b.Pos)})
		}
	}
	return rows
}

// writeOverview writes one line for each plan.
func writeOverview(w io.Writer, plans []explainedPlan) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "BACKEND\tPHASE\tWORKERS\tCAP\tDIST\tRESTARTS\tLIMIT\tWORKERS DECIDED BY")
	for _, p := range plans {
		by := p.setting("workers")
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", p.Backend, p.title(), by.Value, p.setting("workers.max").Value,
			p.setting("dist").Value, p.setting("maxWorkerRestart").Value, p.setting("timeout").Value, by.origin())
	}
	return t.Flush()
}

func (p explainedPlan) title() string {
	if p.Phase == "" {
		return "(paths on the command line)"
	}
	return p.Phase
}

// setting returns the first setting of a name; where the plan has none, one whose value is "-".
func (p explainedPlan) setting(name string) explainedSetting {
	for _, s := range p.Settings {
		if s.Name == name {
			return s
		}
	}
	return explainedSetting{Name: name, Value: "-"}
}

func (s explainedSetting) origin() string {
	if s.At == "" {
		return s.Layer
	}
	return s.At + " (" + s.Layer + ")"
}

// writeDetails writes each plan as a block of lines.
func writeDetails(w io.Writer, plans []explainedPlan) error {
	for i, p := range plans {
		if i > 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintf(w, "%s, %s\n", p.Backend, p.title())
		t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		for _, s := range p.Settings {
			fmt.Fprintf(t, "  %s\t%s\t%s\n", s.Name, quoteBlank(s.Value), s.origin())
		}
		if err := t.Flush(); err != nil {
			return err
		}
		for _, r := range p.Because {
			writeReason(w, r)
		}
		writeBounds(w, p.Requires)
	}
	return nil
}

// writeReason writes why settings are what they are, and until when.
func writeReason(w io.Writer, r explainedReason) {
	fmt.Fprintf(w, "  because %s at %s\n    %s\n", r.Fact, r.At, r.Why)
	if len(r.Settings) > 0 {
		fmt.Fprintf(w, "    settings: %s\n", strings.Join(r.Settings, ", "))
	}
	if r.Review != "" {
		fmt.Fprintf(w, "    look again by %s\n", r.Review)
	}
	writeVersions(w, r.explainedFact)
}

// writeVersions writes which versions a fact speaks of, and where it was read.
func writeVersions(w io.Writer, f explainedFact) {
	fmt.Fprintf(w, "    %s %s, checked through %s (%s)\n", f.Package, f.In, f.CheckedThrough, strings.Join(f.Source, ", "))
}

// writeBounds writes what a plan needs, a line for each distribution and below it one for each bound.
func writeBounds(w io.Writer, bounds []explainedBound) {
	last := ""
	for _, b := range bounds {
		if b.Package != last {
			fmt.Fprintf(w, "  needs %s %s\n", b.Package, b.Needed)
			last = b.Package
		}
		var by []string
		if b.Fact != "" {
			by = append(by, "fact "+b.Fact)
		}
		if b.At != "" {
			by = append(by, b.At)
		}
		fmt.Fprintf(w, "    %s: %s", b.Range, b.Why)
		if len(by) > 0 {
			fmt.Fprintf(w, " (%s)", strings.Join(by, ", "))
		}
		fmt.Fprintln(w)
	}
}

// quoteBlank quotes values that a reader could not tell apart otherwise.
func quoteBlank(s string) string {
	if s == "" || strings.ContainsAny(s, " \t\n\"") {
		return strconv.Quote(s)
	}
	return s
}
