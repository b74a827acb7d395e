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

// docsSections returns the sections in the order of the page, which begins with the commands.
func docsSections() []docsSection {
	return []docsSection{
		{"commands", "Commands", "No script is rendered that could be called."},
		{"backends", "Backends", ""},
		{"phases", "Phases", ""},
		{"workarounds", "Why, and until when", "No setting exists because of a defect elsewhere."},
		{"requirements", "What must be installed", "Nothing must be installed."},
		{"crashes", "When a worker crashes", "No phase runs with workers unless `-n` asks for them."},
		{"exit-codes", "Exit codes", ""},
	}
}

// docsData is what the template of the page is filled with. Fields of table rows are Markdown already,
// but for those that the template passes through md or code. From is the mark for what a row follows from.
type docsData struct {
	Wrapper                    string
	Examples                   []string
	BackendEnv                 []string
	DefaultBackend, WorkersEnv string
	Backends                   []docsBackend
	Phases                     []docsPhase
	Differences                []docsDifference
	Workarounds                []docsWorkaround
	Requirements               []docsRequirement
	Xdist                      bool
	CrashCommands              []string
	FewWorkers                 string
}

// renderDocs renders the page about the suite, or those parts of it that stand as blocks in somebody's own page.
func renderDocs(in Input, target policy.Target) (rendered, error) {
	var m marks
	var b bytes.Buffer
	d := newDocsData(in, &m)
	title := "# Running the tests of " + markdown(in.Policy.Project) + "\n"
	about := "<!-- " + strings.ReplaceAll(oneLine(strings.Join(notice(in), " ")), "-->", "-- >") + " -->\n"
	if len(target.Blocks) > 0 {
		b.WriteString(title)
		if err := writeDocsBlocks(&b, d, target, about); err != nil {
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
func writeDocsBlocks(b *bytes.Buffer, d docsData, target policy.Target, about string) error {
	sections := docsSections()
	for _, name := range target.Blocks {
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
		fmt.Fprintf(b, "\n## %s\n\n%s\n%s\n%s\n%s\n", s.heading, begin, about, body, end)
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
	p := in.Policy
	d := docsData{
		Wrapper:    wrapperCommand(p),
		BackendEnv: p.Runner.BackendEnv, DefaultBackend: p.DefaultBackend.Value, WorkersEnv: p.Runner.WorkersEnv,
	}
	for _, b := range p.Backends {
		if b.Name != d.DefaultBackend {
			d.Examples = append(d.Examples, d.Wrapper+" --backend "+b.Name)
		}
	}
	d.Examples = append(d.Examples, d.Wrapper+" --phase "+p.Phases[0].Name+" -k 'a and b'")
	for _, plan := range in.Plans {
		if plan.AdHoc() {
			d.Backends = append(d.Backends, backendRow(p, plan, m))
		}
		d.Xdist = d.Xdist || plan.Workers.Value != "0"
	}
	d.Phases, d.Differences = phaseRows(in, m)
	d.Workarounds = workaroundRows(in.Plans, m)
	d.Requirements = requirementRows(in, m)
	d.CrashCommands, d.FewWorkers = crashCommands(in, d.Wrapper)
	return d
}

// wrapperCommand is how the page calls the wrapper: the first one of the policy, seen from the root; "" where there is none.
func wrapperCommand(p *policy.Policy) string {
	for _, t := range p.Targets {
		if t.Kind == "wrapper" && !strings.Contains(t.Path, "/") {
			return mustQuote("./" + t.Path)
		} else if t.Kind == "wrapper" {
			return mustQuote(t.Path)
		}
	}
	return ""
}

// crashCommands are the commands that narrow a crash down, for the first backend that has a cap, else the default one, and the
// number of workers that they begin with.
func crashCommands(in Input, wrapper string) (commands []string, workers string) {
	call, few := wrapper, 4
	for _, p := range in.Plans {
		if p.AdHoc() && p.Cap.IsSet() {
			call += " --backend " + p.Backend
			few = min(few, p.Cap.Value)
			break
		}
	}
	workers = strconv.Itoa(few)
	return []string{
		call + " -n " + workers + "                 # few workers",
		call + " -n 0                 # no workers: the crash shows its own stack",
		call + " -n " + workers + " --dist load     # a mode that survives crashes",
	}, workers
}
