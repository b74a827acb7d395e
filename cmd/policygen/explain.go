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

func newExplainCommand(s streams) *cobra.Command {
	var flags policyFlags
	var out *format
	cmd := &cobra.Command{
		Use:   "explain [BACKEND [PHASE]]",
		Short: "Show the resolved plans and the policy line behind every value",
		Long: `Show what the policy resolves to. Without arguments: one line for each backend and phase. With a backend, or a backend and
a phase: every setting with the line of the policy that decided it, the workarounds with their facts, and every bound on
an installed version with its reason.`,
		Example: `  policygen explain
  policygen explain robin
  policygen explain robin unit
  policygen explain robin unit --format json`,
		Args: cobra.MaximumNArgs(2),
		RunE: func(_ *cobra.Command, args []string) error {
			loaded, err := flags.load(s)
			if err != nil {
				return err
			}
			plans, err := selectPlans(loaded, args)
			if err != nil {
				return err
			}
			explained := explainPlans(plans)
			switch {
			case out.value == "json":
				return writeJSON(s.out, map[string]any{"version": 1, "plans": explained})
			case len(args) == 0:
				return writeOverview(s.out, explained)
			}
			return writeDetails(s.out, explained)
		},
	}
	flags.bind(cmd.Flags())
	out = bindFormat(cmd.Flags(), "text", "json")
	return cmd
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
		return nil, usageError("unknown backend %q; the policy has %s", args[0], strings.Join(backends, ", "))
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

type explainedReason struct {
	Fact           string   `json:"fact"`
	Package        string   `json:"package"`
	In             string   `json:"in"`
	CheckedThrough string   `json:"checkedThrough"`
	Why            string   `json:"why"`
	Source         []string `json:"source"`
	Settings       []string `json:"settings,omitempty"`
	Review         string   `json:"review,omitempty"`
	At             string   `json:"at"`
}

type explainedBound struct {
	Package string `json:"package"`
	Needed  string `json:"needed"` // the range of all bounds together
	Range   string `json:"range"`
	Why     string `json:"why"`
	Fact    string `json:"fact,omitempty"`
	At      string `json:"at"`
}

func explainPlans(plans []policy.Plan) []explainedPlan {
	explained := make([]explainedPlan, len(plans))
	for i, p := range plans {
		explained[i] = explainedPlan{p.Backend, p.Name(), explainSettings(p), explainReasons(p), explainBounds(p)}
	}
	return explained
}

func explainSettings(p policy.Plan) []explainedSetting {
	var rows []explainedSetting
	add := func(name string, value any, layer policy.Layer, pos finding.Position) {
		if layer == "" {
			return
		}
		row := explainedSetting{Name: name, Value: fmt.Sprint(value), Layer: string(layer)}
		if d, ok := value.(time.Duration); ok {
			row.Value = generate.Duration(d)
		}
		if pos.IsValid() {
			row.At = pos.String()
		}
		rows = append(rows, row)
	}
	add("workers", p.Workers.Value, p.Workers.Layer, p.Workers.Pos)
	if p.Serial.Value {
		add("serial", p.Serial.Value, p.Serial.Layer, p.Serial.Pos)
	}
	add("workers.max", p.Cap.Value, p.Cap.Layer, p.Cap.Pos)
	if p.Cap.IsSet() {
		add("workers.beyond.flag", p.BeyondFlag.Value, p.BeyondFlag.Layer, p.BeyondFlag.Pos)
		add("workers.beyond.env", p.BeyondEnv.Value, p.BeyondEnv.Layer, p.BeyondEnv.Pos)
	}
	add("dist", p.Dist.Value, p.Dist.Layer, p.Dist.Pos)
	add("maxWorkerRestart", p.Restart.Value, p.Restart.Layer, p.Restart.Pos)
	add("timeout", p.Limit.Value, p.Limit.Layer, p.Limit.Pos)
	add("testTimeout.limit", p.TestLimit.Value, p.TestLimit.Layer, p.TestLimit.Pos)
	add("testTimeout.method", p.TestLimitMethod.Value, p.TestLimitMethod.Layer, p.TestLimitMethod.Pos)
	add("faulthandlerTimeout", p.FaulthandlerAfter.Value, p.FaulthandlerAfter.Layer, p.FaulthandlerAfter.Pos)
	add("markers", p.Markers.Value, p.Markers.Layer, p.Markers.Pos)
	add("keywords", p.Keywords.Value, p.Keywords.Layer, p.Keywords.Pos)
	for _, v := range p.Paths {
		add("paths", v.Value, v.Layer, v.Pos)
	}
	for _, v := range p.Ignore {
		add("rest, without", v.Value, v.Layer, v.Pos)
	}
	for _, v := range p.Args {
		add("args", v.Value, v.Layer, v.Pos)
	}
	for _, e := range p.Env {
		name, value := map[policy.EnvMode]string{policy.Set: "env.", policy.Default: "envDefault.", policy.Unset: "unset "}[e.Mode]+e.Name, e.Value
		add(name, value, e.Layer, e.Pos)
	}
	if p.AllowEmpty.Value {
		add("allowEmpty", p.AllowEmpty.Value, p.AllowEmpty.Layer, p.AllowEmpty.Pos)
	}
	if !p.Required.Value {
		add("required", p.Required.Value, p.Required.Layer, p.Required.Pos)
	}
	return rows
}

func explainReasons(p policy.Plan) []explainedReason {
	var rows []explainedReason
	for _, r := range p.Because {
		why := r.Fact.Why
		if r.Why != "" {
			why += " " + r.Why
		}
		rows = append(rows, explainedReason{r.Fact.ID, r.Fact.Package, r.Fact.In, r.Fact.CheckedThrough, why,
			r.Fact.Source, r.Settings, r.Review, r.Pos.String()})
	}
	return rows
}

func explainBounds(p policy.Plan) []explainedBound {
	var rows []explainedBound
	for _, r := range p.Requires {
		for _, b := range r.Bounds {
			rows = append(rows, explainedBound{r.Package, r.Range.String(), b.Range, b.Why, b.Fact, b.Pos.String()})
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
			fmt.Fprintf(w, "  because %s at %s\n    %s\n    %s %s, checked through %s (%s)\n", r.Fact, r.At, r.Why,
				r.Package, r.In, r.CheckedThrough, strings.Join(r.Source, ", "))
		}
		writeBounds(w, p.Requires)
	}
	return nil
}

// writeBounds writes what a plan needs, a line for each distribution and below it one for each bound.
func writeBounds(w io.Writer, bounds []explainedBound) {
	last := ""
	for _, b := range bounds {
		if b.Package != last {
			fmt.Fprintf(w, "  needs %s %s\n", b.Package, b.Needed)
			last = b.Package
		}
		by := b.At
		if b.Fact != "" {
			by = "fact " + b.Fact + ", " + by
		}
		fmt.Fprintf(w, "    %s: %s (%s)\n", b.Range, b.Why, by)
	}
}

// quoteBlank quotes values that a reader could not tell apart otherwise.
func quoteBlank(s string) string {
	if s == "" || strings.ContainsAny(s, " \t\n\"") {
		return strconv.Quote(s)
	}
	return s
}
