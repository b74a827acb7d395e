package main

import (
	_ "embed"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"policygen/internal/finding"
	"policygen/internal/observe"
	"policygen/internal/pytest"
	"policygen/internal/report"
)

func newStartsCommand(s streams) *cobra.Command {
	var f *format
	cmd := &cobra.Command{
		Use:   "starts [PATH...]",
		Short: "List every place that starts pytest, and what each comes to",
		Long: `List every place of the repository that starts pytest: where it stands, what leads from there to pytest, and the workers, the
--dist mode and the environment that come of it, with the configuration files, PYTEST_ADDOPTS and the arguments of scripts counted in.

It needs no policy. Nothing of the repository is run: scripts are simulated. A value that only a run could tell is shown as <its name>.
A start that no simulated run came to is marked with "?".`,
		Example: `  policygen starts
  policygen starts docs Makefile
  policygen starts --format json | jq '.starts[] | select(.workers.value == "auto")'`,
		RunE: func(_ *cobra.Command, args []string) error { return runStarts(s, args, f.value) },
	}
	f = bindFormat(cmd.Flags(), "text", "json", "markdown")
	return cmd
}

func runStarts(s streams, paths []string, format string) error {
	r := repository{root: rootOf(policyFileName)}
	if err := r.enter(paths); err != nil {
		return err
	}
	defer r.close()
	done := s.progress("looking at every place that starts pytest")
	seen := r.observe(nil)
	done()
	list := []startJSON{}
	for _, x := range seen.Starts {
		if r.asked(x.File) {
			list = append(list, newStartJSON(x))
		}
	}
	problems := []problemJSON{}
	for i, p := range seen.Problems {
		again := i > 0 && p.Position == seen.Problems[i-1].Position && p.Message == seen.Problems[i-1].Message
		if r.asked(p.File) && !again {
			problems = append(problems, problemJSON{newPlaceJSON(p.Position), p.Message, p.Unread})
		}
	}
	switch format {
	case "json":
		return writeJSON(s.out, startsJSON{1, list, problems})
	case "markdown":
		writeStartsMarkdown(s.out, r, list)
	default:
		if err := writeStarts(s.out, r, list); err != nil {
			return err
		}
	}
	for _, p := range problems {
		fmt.Fprintf(s.err, "policygen: %s: %s\n", r.fromHere(p.File)+p.lineAndColumn(), p.Message)
	}
	return nil
}

//go:embed starts.schema.json
var startsSchema string

// What starts prints as JSON. starts.schema.json describes it.
type (
	startsJSON struct {
		Version  int           `json:"version"`
		Starts   []startJSON   `json:"starts"`
		Problems []problemJSON `json:"problems"`
	}
	startJSON struct {
		placeJSON
		Kind       string            `json:"kind"`
		Where      string            `json:"where,omitempty"`
		Via        []stepJSON        `json:"via"`
		Wrapper    string            `json:"wrapper,omitempty"`
		Dir        string            `json:"dir"`
		Env        map[string]string `json:"env"`
		Command    []string          `json:"command"` // what follows pytest, or the wrapper
		Foreign    string            `json:"foreign,omitempty"`
		Inline     bool              `json:"inline,omitempty"`
		RunsTests  bool              `json:"runsTests"`
		Certain    bool              `json:"certain"`
		Workers    *valueJSON        `json:"workers,omitempty"` // not there for a rendered wrapper, which knows itself
		Dist       *valueJSON        `json:"dist,omitempty"`
		Limit      *valueJSON        `json:"maxProcesses,omitempty"`
		Paths      []string          `json:"paths,omitempty"`
		Config     string            `json:"config,omitempty"`
		Lost       string            `json:"statusLost,omitempty"`
		UsageError string            `json:"usageError,omitempty"`
	}
	placeJSON struct {
		File   string `json:"file"`
		Line   int    `json:"line,omitempty"`
		Column int    `json:"column,omitempty"`
	}
	stepJSON struct {
		placeJSON
		Command string `json:"command"`
	}
	valueJSON struct {
		Value   string   `json:"value"`
		From    string   `json:"from"`
		Unknown []string `json:"unknown,omitempty"` // what it depends on that nobody here knows
	}
	problemJSON struct {
		placeJSON
		Message string `json:"message"`
		Unread  bool   `json:"unread"`
	}
)

// readable returns a text with what nobody knows as <its name>.
func readable(text string) string {
	for _, name := range pytest.Unknowns(text) {
		text = strings.ReplaceAll(text, pytest.Unknown(name), "<"+name+">")
	}
	return text
}

func newPlaceJSON(p finding.Position) placeJSON { return placeJSON{p.File, p.Line, p.Column} }

func (p placeJSON) lineAndColumn() string {
	return strings.TrimPrefix(finding.Position{File: "-", Line: p.Line, Column: p.Column}.String(), "-")
}

func newStartJSON(s observe.Start) startJSON {
	out := startJSON{
		placeJSON: newPlaceJSON(s.Position), Kind: string(s.Kind), Where: s.Where, Via: []stepJSON{}, Wrapper: s.Wrapper, Dir: s.Dir,
		Env: map[string]string{}, Command: []string{}, Certain: s.Certain, Lost: s.Hidden, Foreign: s.Foreign, Inline: s.Inline, RunsTests: true,
	}
	for _, v := range s.Via {
		out.Via = append(out.Via, stepJSON{newPlaceJSON(v.Position), v.Text})
	}
	for name, value := range s.Env {
		out.Env[name] = readable(value)
	}
	for _, w := range s.Argv {
		out.Command = append(out.Command, readable(w.Text))
	}
	if s.Wrapper == "" {
		out.settings(s.Settings)
	}
	return out
}

func (out *startJSON) settings(s pytest.Settings) {
	out.RunsTests, out.Config, out.UsageError = s.RunsTests, s.ConfigFile, s.UsageError
	out.Workers, out.Dist = newValueJSON(s.Workers, s.Open), newValueJSON(s.Dist, s.Open)
	if s.MaxProcesses.Text != "" {
		out.Limit = newValueJSON(s.MaxProcesses, nil)
	}
	for _, p := range s.Paths {
		out.Paths = append(out.Paths, readable(p.Text))
	}
}

func newValueJSON(v pytest.Value, open []string) *valueJSON {
	unknown := append(slices.Clone(v.Unknown), open...)
	slices.Sort(unknown)
	return &valueJSON{readable(v.Text), v.From.String(), slices.Compact(unknown)}
}

// text returns the value for a table: what is not certain has a question mark.
func (v *valueJSON) text() string {
	switch {
	case v == nil:
		return "policy"
	case len(v.Unknown) > 0 && !strings.Contains(v.Value, "<"):
		return v.Value + "?"
	}
	return v.Value
}

// reached says how pytest is reached from the place.
func (s startJSON) reached() string {
	how := s.Kind
	if s.Where != "" {
		how += ": " + s.Where
	}
	last := s.File
	for _, v := range s.Via {
		if v.File != last {
			how += " > " + v.File
		}
		last = v.File
	}
	if !s.Certain {
		how += " ?"
	}
	return how
}

// environment returns the variables that are set, by name.
func (s startJSON) environment() string {
	var words []string
	for name, value := range s.Env {
		words = append(words, name+"="+quoteBlank(value))
	}
	slices.Sort(words)
	return strings.Join(words, " ")
}

func (s startJSON) command() string {
	program := "pytest"
	if s.Wrapper != "" {
		program = s.Wrapper
	}
	words := []string{program}
	for _, w := range s.Command {
		words = append(words, quoteBlank(w))
	}
	return strings.Join(words, " ")
}

// columns returns the cells of a row.
func (s startJSON) columns(at string) []string {
	return []string{at + s.lineAndColumn(), s.reached(), s.Workers.text(), s.Dist.text(), abridge(s.environment(), 60), abridge(s.command(), 80)}
}

var startColumns = []string{"place", "reached by", "workers", "dist", "environment", "command"}

// abridge cuts a text that is longer than so many characters.
func abridge(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return text
}

func writeStarts(w io.Writer, r repository, list []startJSON) error {
	list = running(list)
	if len(list) == 0 {
		_, err := fmt.Fprintln(w, "nothing here starts pytest")
		return err
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, strings.ToUpper(strings.Join(startColumns, "\t")))
	for _, row := range rows(list, r.fromHere) {
		fmt.Fprintln(t, strings.Join(row, "\t"))
	}
	return t.Flush()
}

// rows returns the cells of the starts, with those that differ in nothing but the command in one row.
func rows(list []startJSON, name func(string) string) (all [][]string) {
	more := map[int]int{}
	for _, s := range list {
		row := clean(s.columns(name(s.File)))
		last := len(all) - 1
		if last >= 0 && slices.Equal(all[last][:len(row)-1], row[:len(row)-1]) {
			more[last]++
			continue
		}
		all = append(all, row)
	}
	for i, n := range more {
		all[i][len(all[i])-1] += fmt.Sprintf(" (and %d more)", n)
	}
	return all
}

// running leaves out starts that run no test, such as pytest --version.
func running(list []startJSON) []startJSON {
	return slices.DeleteFunc(slices.Clone(list), func(s startJSON) bool { return !s.RunsTests })
}

// clean makes foreign text safe for one line of a terminal.
func clean(cells []string) []string {
	for i, c := range cells {
		cells[i] = report.Visible(c)
	}
	return cells
}

func writeStartsMarkdown(w io.Writer, r repository, list []startJSON) {
	fmt.Fprintf(w, "| %s |\n|%s\n", strings.Join(startColumns, " | "), strings.Repeat(" --- |", len(startColumns)))
	for _, cells := range rows(running(list), func(name string) string { return name }) {
		for i, c := range cells {
			cells[i] = strings.NewReplacer("|", `\|`, "<", "&lt;", "`", "\\`", "*", `\*`, "_", `\_`).Replace(c)
		}
		fmt.Fprintf(w, "| %s |\n", strings.Join(cells, " | "))
	}
}
