package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"policygen/internal/pep440"
	"policygen/internal/pins"
)

func newPinsExplainCommand(s streams) *cobra.Command {
	var f pinsFlags
	var as *format
	cmd := &cobra.Command{
		Use:   "explain PACKAGE",
		Short: "Show what is needed of a distribution, bound by bound, and every place that pins it",
		Long: `Show the range that the policy and the facts need of a distribution, each bound with its reason and its place; every place that pins
it, with what it admits beyond that; the workarounds for its defects and when they may go; and what else is known about its releases.`,
		Example: `  policygen pins explain pytest-xdist
  policygen pins explain pytest --backend robin --format json`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return f.runExplain(s, args[0], as.value) },
	}
	f.bind(cmd.Flags())
	as = bindFormat(cmd.Flags(), "text", "json")
	return cmd
}

func (f *pinsFlags) runExplain(s streams, name, format string) error {
	p, err := f.open(s, nil)
	if err != nil {
		return err
	}
	defer p.close()
	name = pep440.NormalizeName(name)
	if !pins.Known(p.input, name) {
		return usageError("nothing here pins %q, and neither the policy nor a fact speaks of it", name)
	}
	e := p.newPackageJSON(pins.Explain(p.input, name))
	if format == "json" {
		return writeJSON(s.out, map[string]any{"version": 1, "package": e})
	}
	return writePackage(s.out, e)
}

// What pins explain prints as JSON.
type (
	packageJSON struct {
		Package        string             `json:"package"`
		Range          string             `json:"range,omitempty"` // any where it is left out
		Divided        bool               `json:"divided,omitempty"`
		CheckedThrough string             `json:"checkedThrough,omitempty"`
		Bounds         []packageBoundJSON `json:"bounds"`
		Sites          []siteJSON         `json:"sites"`
		Workarounds    []workaroundJSON   `json:"workarounds"`
		Facts          []explainedFact    `json:"facts"`
	}
	packageBoundJSON struct {
		Range    string   `json:"range"`
		Why      string   `json:"why"`
		Backends []string `json:"backends,omitempty"` // all where they are left out
		Use      string   `json:"use,omitempty"`
		Fact     string   `json:"fact,omitempty"`
		At       string   `json:"at,omitempty"`
	}
	siteJSON struct {
		At      string `json:"at"`
		Kind    string `json:"kind"`
		Scope   string `json:"scope"`
		Written string `json:"written"`
		Exact   string `json:"exact,omitempty"`
		Marker  string `json:"marker,omitempty"`
		Bad     string `json:"bad,omitempty"`
		Unknown bool   `json:"unknown,omitempty"`
	}
)

func (p pinned) newPackageJSON(e pins.Explanation) packageJSON {
	out := packageJSON{
		Package: e.Name, Range: e.Range, Divided: e.Divided, CheckedThrough: e.CheckedThrough,
		Bounds: []packageBoundJSON{}, Sites: []siteJSON{}, Workarounds: []workaroundJSON{}, Facts: []explainedFact{},
	}
	for _, b := range e.Bounds {
		bound := packageBoundJSON{Range: b.Words, Why: b.Why, Backends: b.Backends, Fact: b.Fact, At: p.at(b.Pos)}
		if b.Use != nil {
			bound.Use = b.Use.What.Name()
		}
		out.Bounds = append(out.Bounds, bound)
	}
	for _, s := range e.Sites {
		out.Sites = append(out.Sites, siteJSON{p.at(s.Position), string(s.Kind), s.Scope, s.Written, s.Exact, s.Marker.String(), s.Bad, s.Unknown})
	}
	for _, w := range e.Workarounds {
		out.Workarounds = append(out.Workarounds, p.newWorkaroundJSON(w))
	}
	for _, f := range e.Facts {
		out.Facts = append(out.Facts, explainFact(f))
	}
	return out
}

func writePackage(w io.Writer, e packageJSON) error {
	needed := "any version will do"
	switch {
	case e.Divided:
		needed = "no version is good for all backends; each of them needs one in " + e.Range
	case e.Range != "":
		needed = "needed: " + e.Range
	}
	fmt.Fprintf(w, "%s\n  %s\n", e.Package, needed)
	if e.CheckedThrough != "" {
		fmt.Fprintf(w, "  newer than %s is unknown: nobody looked\n", e.CheckedThrough)
	}
	for _, b := range e.Bounds {
		fmt.Fprintf(w, "\n  %s%s\n    %s%s\n", b.Range, bracketed(b), paragraphAt(b.Why, 108, "\n    "), ended(b.At))
	}
	fmt.Fprintf(w, "\nsites\n")
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, s := range e.Sites {
		fmt.Fprintf(t, "  %s\n", strings.Join(clean([]string{s.At, s.where(), s.Written, s.verdict()}), "\t"))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if len(e.Sites) == 0 {
		fmt.Fprintln(w, "  none")
	}
	if len(e.Workarounds) > 0 {
		fmt.Fprintln(w, "\nworkarounds")
	}
	for _, x := range e.Workarounds {
		fmt.Fprintf(w, "  %s: %s\n    lift when %s\n", x.Fact, x.Text, x.LiftWhen)
	}
	if len(e.Facts) > 0 {
		fmt.Fprintln(w, "\nalso known")
	}
	for _, f := range e.Facts {
		fmt.Fprintf(w, "  %s (%s)\n    %s\n", f.Fact, f.In, paragraphAt(f.Why, 108, "\n    "))
	}
	return nil
}

// bracketed says who needs a bound and what it follows from.
func bracketed(b packageBoundJSON) string {
	var words []string
	if len(b.Backends) > 0 {
		words = append(words, "backend "+strings.Join(b.Backends, ", "))
	}
	if b.Use != "" {
		words = append(words, b.Use)
	}
	if b.Fact != "" {
		words = append(words, "fact "+b.Fact)
	}
	if words == nil {
		return ""
	}
	return " (" + strings.Join(words, "; ") + ")"
}

func ended(at string) string {
	if at == "" {
		return ""
	}
	return "\n    " + at
}

// where is the kind of a site and what it is installed with.
func (s siteJSON) where() string {
	if s.Kind == string(pins.Command) || strings.HasPrefix(s.At, s.Scope+":") {
		return s.Kind
	}
	return s.Kind + ", " + s.Scope
}

// verdict is a site's last cell.
func (s siteJSON) verdict() string {
	switch {
	case s.Bad != "":
		return "admits " + s.Bad
	case s.Unknown:
		return "admits what nobody looked at"
	}
	return "fine"
}

// liftWhen says when a workaround may go.
func liftWhen(w pins.Workaround) string {
	switch {
	case w.State == pins.Liftable:
		return "you like: nothing needs it now"
	case w.State == pins.Unknown:
		return fmt.Sprintf("somebody has looked at the releases after %s and raised checkedThrough of %s", w.Fact.CheckedThrough, w.Fact.ID)
	case w.Open:
		return fmt.Sprintf("a release is without the defect: end the range of %s there, and let every site ask for it", w.Fact.ID)
	}
	return fmt.Sprintf("no site admits a release in %q any more", w.Fact.In)
}
