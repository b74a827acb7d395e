package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"policygen/internal/pins"
)

func newWorkaroundsCommand(s streams) *cobra.Command {
	var f pinsFlags
	var as *format
	var today string
	cmd := &cobra.Command{
		Use:   "workarounds",
		Short: "List every workaround in force, what it costs, and whether it is still needed",
		Long: `List every workaround of the policy: the defect and since when there is one, the flags and variables that it costs, and whether
it is needed, may be lifted now, or nobody knows because what is pinned is newer than what was looked at. Where one may go, the very lines
of the policy to delete are named; a line that another workaround needs as well stays.

Whether a defect can still be met is told from what the repository pins. The policy's review days are compared with today.`,
		Example: `  policygen workarounds
  policygen workarounds --env .venv --format markdown
  policygen workarounds --today 2027-01-01`,
		Args: noArguments,
		RunE: func(*cobra.Command, []string) error { return f.runWorkarounds(s, as.value, today) },
	}
	f.bind(cmd.Flags())
	cmd.Flags().StringVar(&today, "today", "", "the `day` that review days are compared with (default: today)")
	as = bindFormat(cmd.Flags(), "text", "json", "markdown")
	return cmd
}

// dayOf returns the day that review days are compared with.
func dayOf(given string) (string, error) {
	if given == "" {
		return time.Now().Format(time.DateOnly), nil
	}
	if _, err := time.Parse(time.DateOnly, given); err != nil {
		return "", usageError("--today: %q is no day such as 2027-01-31", given)
	}
	return given, nil
}

func (f *pinsFlags) runWorkarounds(s streams, format, today string) error {
	day, err := dayOf(today)
	if err != nil {
		return err
	}
	p, err := f.open(s, nil)
	if err != nil {
		return err
	}
	defer p.close()
	p.input.Today = day
	list := []workaroundJSON{}
	for _, w := range pins.Workarounds(p.input) {
		list = append(list, p.newWorkaroundJSON(w))
	}
	switch format {
	case "json":
		return writeJSON(s.out, map[string]any{"version": 1, "workarounds": list})
	case "markdown":
		writeWorkaroundsMarkdown(s.out, list)
	default:
		writeWorkarounds(s.out, list)
	}
	return nil
}

// What workarounds prints as JSON.
type (
	workaroundJSON struct {
		Fact           string     `json:"fact"`
		Package        string     `json:"package"`
		In             string     `json:"in"`
		CheckedThrough string     `json:"checkedThrough"`
		Why            string     `json:"why"`
		Own            string     `json:"own,omitempty"`
		Since          string     `json:"since,omitempty"`
		Source         []string   `json:"source"`
		State          string     `json:"state"`
		Text           string     `json:"text"`
		LiftWhen       string     `json:"liftWhen"`
		Sites          []string   `json:"sites"`
		Backends       []string   `json:"backends"`
		Phases         []string   `json:"phases"`
		Cost           []costJSON `json:"cost"`
		Review         string     `json:"review,omitempty"`
		Overdue        bool       `json:"overdue,omitempty"`
		At             string     `json:"at"`
		Delete         []string   `json:"delete"`
	}
	costJSON struct {
		Setting string   `json:"setting"`
		Value   string   `json:"value"`
		Flag    string   `json:"flag,omitempty"`
		At      string   `json:"at"`
		KeptBy  []string `json:"keptBy,omitempty"`
	}
)

func (p pinned) newWorkaroundJSON(w pins.Workaround) workaroundJSON {
	out := workaroundJSON{
		Fact: w.Fact.ID, Package: w.Fact.Package, In: w.Fact.In, CheckedThrough: w.Fact.CheckedThrough, Why: w.Fact.Why, Own: w.Own, Since: w.Since,
		Source: w.Fact.Source, State: string(w.State), Text: w.Why, LiftWhen: liftWhen(w), Sites: p.places(w.Sites),
		Backends: w.Backends, Phases: w.Phases, Cost: []costJSON{}, Review: w.Review, Overdue: w.Overdue, At: p.at(w.Pos), Delete: []string{p.at(w.Pos)},
	}
	for _, c := range w.Costs {
		out.Cost = append(out.Cost, costJSON{c.Setting, c.Value, c.Flag, p.at(c.Pos), c.KeptBy})
		if at := p.at(c.Pos); len(c.KeptBy) == 0 && !slices.Contains(out.Delete, at) {
			out.Delete = append(out.Delete, at)
		}
	}
	return out
}

// words returns the cost for people: what it passes, or else the setting and its value.
func (c costJSON) words() string {
	if c.Flag != "" {
		return c.Flag
	}
	return c.Setting + "=" + c.Value
}

// costWords returns what a workaround costs, each thing once.
func (w workaroundJSON) costWords() string {
	var words []string
	for _, c := range w.Cost {
		if word := quoteBlank(c.words()); !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	return strings.Join(words, ", ")
}

// verdict is the state in a few words, an overdue review among them.
func (w workaroundJSON) verdict() string {
	text := w.State
	if w.State == string(pins.Unknown) {
		text += " beyond " + w.CheckedThrough
	}
	if w.Overdue {
		text += ", review was due by " + w.Review
	}
	return text
}

func writeWorkarounds(w io.Writer, list []workaroundJSON) {
	if len(list) == 0 {
		fmt.Fprintln(w, "the policy has no workarounds")
	}
	for i, x := range list {
		if i > 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintf(w, "%s: %s (%s: %s)\n", x.At, x.verdict(), x.Fact, strings.TrimSpace(x.Package+" "+x.In))
		row := func(label, text string) {
			if text != "" {
				fmt.Fprintf(w, "  %-9s%s\n", label, paragraphAt(clean([]string{text})[0], 108, "\n           "))
			}
		}
		row("defect", x.Why)
		row("here", x.Own)
		row("since", x.Since)
		row("costs", x.costWords())
		row("for", "backend "+strings.Join(x.Backends, ", ")+"; phases "+strings.Join(x.Phases, ", "))
		row("now", x.Text)
		row("sites", strings.Join(x.Sites, ", "))
		row("lift", "when "+x.LiftWhen)
		row("review", x.Review)
		row("delete", strings.Join(x.deletions(), ", "))
	}
}

// deletions are the lines of the policy that go with the workaround, each with what stands there.
func (w workaroundJSON) deletions() []string {
	list := []string{w.At + " (because)"}
	for _, c := range w.Cost {
		word := c.At + " (" + c.Setting + ")"
		if len(c.KeptBy) > 0 {
			word = "not " + word + ", which " + strings.Join(c.KeptBy, " and ") + " " + map[bool]string{true: "needs", false: "need"}[len(c.KeptBy) == 1]
		}
		if !slices.Contains(list, word) {
			list = append(list, word)
		}
	}
	return list
}

func writeWorkaroundsMarkdown(w io.Writer, list []workaroundJSON) {
	columns := []string{"defect", "state", "since", "costs", "backends", "delete"}
	fmt.Fprintf(w, "| %s |\n|%s\n", strings.Join(columns, " | "), strings.Repeat(" --- |", len(columns)))
	for _, x := range list {
		cells := clean([]string{x.Fact + ": " + x.Why, x.verdict() + ": " + x.Text, x.Since, x.costWords(), strings.Join(x.Backends, ", "), strings.Join(x.deletions(), ", ")})
		for i, c := range cells {
			cells[i] = strings.NewReplacer("|", `\|`, "<", "&lt;", "`", "\\`", "*", `\*`, "_", `\_`).Replace(c)
		}
		fmt.Fprintf(w, "| %s |\n", strings.Join(cells, " | "))
	}
}
