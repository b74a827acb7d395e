package generate

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/template"

	"policygen/internal/source"
	"policygen/policy"
)

//go:embed docs.md.tmpl
var docsTemplate string

var docsTmpl = template.Must(template.New("docs").Option("missingkey=error").Funcs(template.FuncMap{
	"md": markdown, "code": code, "codes": codes,
}).Parse(docsTemplate))

// A docsSection is a part of the page, as a template of its name makes it.
type docsSection struct {
	name, heading string
	absent        string // what a block says where the template makes nothing; the page leaves the section out
}

// docsHeadings are the headings of the sections, and what a block says that has nothing to say.
var docsHeadings = map[string]docsSection{
	"commands":     {heading: "Commands", absent: "No script is rendered that could be called."},
	"backends":     {heading: "Backends"},
	"phases":       {heading: "Phases"},
	"workarounds":  {heading: "Why, and until when", absent: "No setting exists because of a defect elsewhere."},
	"requirements": {heading: "What must be installed", absent: "Nothing must be installed."},
	"crashes":      {heading: "When a worker crashes", absent: "No phase runs with workers unless `-n` asks for them."},
	"exit-codes":   {heading: "Exit codes", absent: "No script is rendered whose codes could be listed."},
}

// docsSections returns the sections in the order of the page, which begins with the commands.
func docsSections() []docsSection {
	var all []docsSection
	for _, name := range policy.BlocksOf("docs") {
		s, ok := docsHeadings[name]
		if !ok {
			panic("no heading for the section " + name)
		}
		s.name = name
		all = append(all, s)
	}
	return all
}

// docsData is what the template of the page is filled with. Fields of table rows are Markdown already,
// but for those that the template passes through md or code. From is the mark for what a row follows from.
type docsData struct {
	Wrapper, WrapperFrom       string // empty where no script is rendered
	Examples                   []docsCommand
	BackendEnv                 []string
	DefaultBackend, ChoiceFrom string
	WorkersEnv, WorkersFrom    string
	Backends                   []docsBackend
	Phases                     []docsPhase
	Differences                []docsDifference
	Workarounds                []docsWorkaround
	Requirements               []docsRequirement
	Xdist                      bool
	CrashCommands              []docsCommand
	FewWorkers, CrashFrom      string
}

// A docsCommand is a command line, and the mark for what it follows from.
type docsCommand struct{ Text, From string }

// renderDocs renders the page about the suite, or those parts of it that stand as blocks in somebody's own page.
func renderDocs(in Input, target policy.Target) (rendered, error) {
	var m marks
	var b bytes.Buffer
	d := newDocsData(in, &m)
	f := fields{in.Policy}
	title := "# Running the tests of " + markdown(in.Policy.Project) + m.note(f.at("policy.project")...) + "\n"
	about := "<!-- " + strings.ReplaceAll(oneLine(strings.Join(notice(in), " ")), "-->", "-- >") + " -->\n"
	if len(target.Blocks) > 0 {
		b.WriteString(title)
		if err := writeDocsBlocks(&b, &m, d, in, target, about); err != nil {
			return rendered{}, err
		}
	} else {
		b.WriteString(about + "\n" + title)
		writeDocsPage(&b, d)
	}
	page, origins := m.lift(b.Bytes())
	prove := func() error {
		if err := checkMarkdown(page); err != nil {
			return err
		}
		return checkBlocks(target, page)
	}
	return rendered{content: page, mode: 0o644, partial: len(target.Blocks) > 0, origins: origins, prove: prove}, nil
}

// writeDocsPage writes the sections that say anything, each below its heading but for the commands, which stand below the title.
func writeDocsPage(b *bytes.Buffer, d docsData) {
	for i, s := range docsSections() {
		body := s.body(d)
		if body == "" {
			continue
		}
		if i > 0 {
			b.WriteString("\n## " + s.heading + "\n")
		}
		b.WriteString("\n" + body)
	}
}

// writeDocsBlocks writes the target's blocks in its order. A block has no heading, so that it fits below any of the page it goes into.
// The blank lines next to its markers belong to it: to Markdown's linters a table or a list wants them.
func writeDocsBlocks(b *bytes.Buffer, m *marks, d docsData, in Input, target policy.Target, about string) error {
	sections := docsSections()
	for k, name := range target.Blocks {
		i := slices.IndexFunc(sections, func(s docsSection) bool { return s.name == name })
		if i < 0 {
			return fmt.Errorf("the page has no block %q", name)
		}
		s := sections[i]
		body := s.body(d)
		if body == "" {
			body = s.absent + "\n"
		}
		begin, end := source.Markers(target.Path, name)
		mark := m.note(fields{in.Policy}.block(target, k)...)
		fmt.Fprintf(b, "\n## %s\n\n%s\n%s\n%s\n%s\n", s.heading+mark, begin+mark, about, body, end+mark)
	}
	return nil
}

// body makes a section without its heading; "" where there is nothing to say.
func (s docsSection) body(d docsData) string {
	var b bytes.Buffer
	if err := docsTmpl.ExecuteTemplate(&b, s.name, d); err != nil {
		panic(err) // it is filled with texts alone
	}
	if body := strings.Trim(b.String(), "\n"); body != "" {
		return body + "\n"
	}
	return ""
}

func newDocsData(in Input, m *marks) docsData {
	p, f := in.Policy, fields{in.Policy}
	script := f.target(wrapperPath(p))
	d := docsData{
		Wrapper: wrapperCommand(p), WrapperFrom: m.note(script...),
		BackendEnv: p.Runner.BackendEnv, DefaultBackend: p.DefaultBackend.Value, WorkersEnv: p.Runner.WorkersEnv,
		WorkersFrom: m.note(f.at("policy.runner.workersEnv")...),
	}
	env := fromAll(f.items("policy.runner.backendEnv", p.Runner.BackendEnv))
	d.ChoiceFrom = m.note(union(env, statedAt(p.DefaultBackend.Pos))...)
	for _, b := range p.Backends {
		if b.Name != d.DefaultBackend {
			d.Examples = append(d.Examples, docsCommand{d.Wrapper + " --backend " + b.Name, m.note(union(script, statedAt(b.Pos))...)})
		}
	}
	first := p.Phases[0]
	d.Examples = append(d.Examples, docsCommand{d.Wrapper + " --phase " + first.Name + " -k 'a and b'", m.note(union(script, statedAt(first.Pos))...)})
	for _, plan := range in.Plans {
		if plan.AdHoc() {
			d.Backends = append(d.Backends, backendRow(p, plan, m))
		}
		d.Xdist = d.Xdist || plan.Workers.Value != "0"
	}
	d.Phases, d.Differences = phaseRows(in, m)
	d.Workarounds = workaroundRows(in, m)
	d.Requirements = requirementRows(in, m)
	d.addCrashes(in, m, script)
	return d
}

// wrapperPath is the path of the first wrapper of the policy; "" where there is none.
func wrapperPath(p *policy.Policy) string {
	i := slices.IndexFunc(p.Targets, func(t policy.Target) bool { return t.Kind == "wrapper" })
	if i < 0 {
		return ""
	}
	return p.Targets[i].Path
}

// wrapperCommand is how that wrapper is called, seen from the root.
func wrapperCommand(p *policy.Policy) string {
	path := wrapperPath(p)
	if path != "" && !strings.Contains(path, "/") {
		path = "./" + path
	} else if path == "" {
		return ""
	}
	return mustQuote(path)
}

// addCrashes adds the commands that narrow a crash down, for the first backend that has a cap, else the default one.
func (d *docsData) addCrashes(in Input, m *marks, script []Origin) {
	call, few, from := d.Wrapper, 4, []Origin(nil)
	for _, p := range in.Plans {
		if p.AdHoc() && p.Cap.IsSet() {
			call += " --backend " + p.Backend
			few = min(few, p.Cap.Value)
			from = union(fromThese(fields{in.Policy}.backends(), []string{p.Backend}), origin(p.Cap, p, "workers.max"))
			break
		}
	}
	d.FewWorkers, d.CrashFrom = strconv.Itoa(few), m.note(from...)
	mark := m.note(union(script, from)...)
	for _, rest := range []string{
		d.FewWorkers + "                 # few workers",
		"0                 # no workers: the crash shows its own stack",
		d.FewWorkers + " --dist load     # a mode that survives crashes",
	} {
		d.CrashCommands = append(d.CrashCommands, docsCommand{call + " -n " + rest, mark})
	}
}
