package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"policygen/internal/pins"
)

// What pins --try prints as JSON.
type (
	outlookJSON struct {
		Package string        `json:"package"`
		Version string        `json:"version"`
		From    []string      `json:"from"` // versions that are locked, installed or pinned now
		Breaks  []effectJSON  `json:"breaks"`
		Edits   []editJSON    `json:"edits"`
		Keeps   []outcomeJSON `json:"keeps"`
		Lifts   []outcomeJSON `json:"lifts"`
		Gains   []gainJSON    `json:"gains"`
		Unknown []string      `json:"unknown"`
	}
	effectJSON struct {
		Text     string   `json:"text"`
		At       string   `json:"at,omitempty"`
		Fact     string   `json:"fact,omitempty"`
		Backends []string `json:"backends,omitempty"` // all where they are left out
	}
	editJSON struct {
		At      string `json:"at"`
		Written string `json:"written"`
		Old     string `json:"old"`
		New     string `json:"new,omitempty"`
		Help    string `json:"help,omitempty"`
	}
	outcomeJSON struct {
		Fact     string   `json:"fact"`
		In       string   `json:"in"`
		At       string   `json:"at"` // of the workaround in the policy
		Backends []string `json:"backends"`
		Cost     []string `json:"cost"`
		Text     string   `json:"text"`
		Rest     []string `json:"rest,omitempty"` // sites that keep it needed
	}
	gainJSON struct {
		What string `json:"what"`
		In   string `json:"in"`
		Fact string `json:"fact"`
	}
)

func (f *pinsCommandFlags) runTry(s streams, p pinned, candidates []pins.Candidate) error {
	outlooks := pins.Try(p.input, candidates)
	list := []outlookJSON{}
	for _, o := range outlooks {
		list = append(list, p.newOutlookJSON(o))
	}
	if f.format.value == "json" {
		if err := writeJSON(s.out, map[string]any{"version": 1, "outlooks": list}); err != nil {
			return err
		}
	} else {
		for i, o := range list {
			if i > 0 {
				fmt.Fprintln(s.out)
			}
			writeOutlook(s.out, o)
		}
	}
	if pins.Breaks(outlooks) {
		return exitError{code: exitDrift}
	}
	return nil
}

func (p pinned) newOutlookJSON(o pins.Outlook) outlookJSON {
	out := outlookJSON{
		Package: o.Name, Version: o.Version.String(), From: listed(o.From), Unknown: listed(o.Unknown),
		Breaks: []effectJSON{}, Edits: []editJSON{}, Keeps: []outcomeJSON{}, Lifts: []outcomeJSON{}, Gains: []gainJSON{},
	}
	for _, b := range o.Breaks {
		out.Breaks = append(out.Breaks, effectJSON{b.Text, p.at(b.Pos), b.Fact, b.Backends})
	}
	for _, e := range o.Edits {
		out.Edits = append(out.Edits, editJSON{p.at(e.Site.Position), e.Site.Written, e.Site.Spec.String(), e.New, e.Help})
	}
	for _, k := range o.Keeps {
		out.Keeps = append(out.Keeps, p.newOutcomeJSON(k, nil, fmt.Sprintf("%s open, checked through %s", k.Fact.ID, k.Fact.CheckedThrough)))
	}
	for _, l := range o.Lifts {
		text := "no version in " + l.Fact.In + " is admitted any more"
		if len(l.Rest) > 0 {
			text = fmt.Sprintf("fixed there; it would go after changing %s", count(len(l.Rest), "site"))
		}
		out.Lifts = append(out.Lifts, p.newOutcomeJSON(l.Workaround, p.places(l.Rest), text))
	}
	for _, g := range o.Gains {
		out.Gains = append(out.Gains, gainJSON{g.Uses.Name(), g.In, g.ID})
	}
	return out
}

func (p pinned) newOutcomeJSON(w pins.Workaround, rest []string, text string) outcomeJSON {
	cost := []string{}
	for _, c := range w.Costs {
		if c.Flag != "" && !slices.Contains(cost, c.Flag) {
			cost = append(cost, c.Flag)
		}
	}
	return outcomeJSON{w.Fact.ID, w.Fact.In, p.at(w.Pos), w.Backends, cost, text, rest}
}

// listed returns a list that is not null in JSON.
func listed(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

func writeOutlook(w io.Writer, o outlookJSON) {
	from := "(no exact version)"
	if len(o.From) > 0 {
		from = strings.Join(o.From, ", ")
	}
	fmt.Fprintf(w, "%s %s -> %s\n", o.Package, from, o.Version)
	row := func(label, format string, args ...any) {
		fmt.Fprintf(w, "  %-9s%s\n", label, clean([]string{fmt.Sprintf(format, args...)})[0])
	}
	for _, b := range o.Breaks {
		row("breaks", "%s%s%s", about(b.Backends), b.Text, where(b.At))
	}
	for _, e := range o.Edits {
		if e.Help != "" {
			row("edit", "%s  %s: %s", e.At, e.Written, e.Help)
		} else {
			row("edit", "%s  %s  ->  %s", e.At, e.Written, e.rewritten())
		}
	}
	for _, k := range o.Keeps {
		row("keep", "%s (backend %s%s): %s", k.At, strings.Join(k.Backends, ", "), costs(k.Cost), k.Text)
	}
	for _, l := range o.Lifts {
		row("lift", "%s (backend %s%s): %s", l.At, strings.Join(l.Backends, ", "), costs(l.Cost), l.Text)
	}
	if len(o.Gains) > 0 {
		var words []string
		for _, g := range o.Gains {
			words = append(words, g.What+" ("+g.In+")")
		}
		row("gains", "%s", strings.Join(words, ", "))
	}
	if len(o.Unknown) == 0 {
		row("unknown", "nothing")
	}
	for _, u := range o.Unknown {
		row("unknown", "%s", u)
	}
}

// rewritten returns the requirement with the new specifier in it.
func (e editJSON) rewritten() string {
	if i := strings.LastIndex(e.Written, e.Old); e.Old != "" && i >= 0 {
		return e.Written[:i] + e.New + e.Written[i+len(e.Old):]
	}
	return e.Written + e.New
}

func about(backends []string) string {
	if len(backends) == 0 {
		return ""
	}
	return "backend " + strings.Join(backends, ", ") + ": "
}

func where(at string) string {
	if at == "" {
		return ""
	}
	return " [" + at + "]"
}

func costs(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return ": " + strings.Join(list, " ")
}
