package pins

import (
	"bytes"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/txtar"

	"policygen/internal/finding"
	"policygen/internal/pytest"
	"policygen/internal/source"
)

var update = flag.Bool("update", false, "write what is found into the goldens; read the difference before you commit it")

// TestProjects reads small projects, each a folder of an archive, and compares with what a person has read in them. The file "want"
// of a project is what has to be found; "options", a line each, says how to read it and what its files can't have in an archive.
func TestProjects(t *testing.T) {
	archives, err := filepath.Glob("testdata/projects/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatal("no archives")
	}
	projects := 0
	for _, name := range archives {
		a, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range projectsOf(a) {
			projects++
			t.Run(p.name, func(t *testing.T) { p.check(t) })
		}
		if *update {
			if err := os.WriteFile(name, txtar.Format(a), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	if projects < 60 {
		t.Errorf("%d projects", projects)
	}
}

// A project is a folder of an archive.
type project struct {
	name    string
	files   fstest.MapFS
	options ReadOptions
	want    *txtar.File
}

func projectsOf(a *txtar.Archive) (list []*project) {
	byName := map[string]*project{}
	var settings []string
	for i := range a.Files {
		name, file, _ := strings.Cut(a.Files[i].Name, "/")
		p := byName[name]
		if p == nil {
			p = &project{name: name, files: fstest.MapFS{}}
			byName[name] = p
			list = append(list, p)
		}
		switch file {
		case "want":
			p.want = &a.Files[i]
		case "options":
			for line := range strings.Lines(string(a.Files[i].Data)) {
				settings = append(settings, name+" "+strings.TrimSpace(line))
			}
		default:
			p.files[file] = &fstest.MapFile{Data: a.Files[i].Data, Mode: 0o644}
		}
	}
	for _, s := range settings {
		name, setting, _ := strings.Cut(s, " ")
		byName[name].set(setting)
	}
	return list
}

// set follows a line of the options.
func (p *project) set(line string) {
	words := strings.Fields(line)
	change := func(f func([]byte) []byte) { p.files[words[1]].Data = f(p.files[words[1]].Data) }
	switch words[0] {
	case "path":
		p.options.Paths = append(p.options.Paths, words[1])
	case "env":
		env, err := fs.Sub(p.files, words[1])
		if err != nil {
			panic(err)
		}
		p.options.Env, p.options.EnvName = env, words[1]
	case "install":
		p.options.Installs = append(p.options.Installs, installOf(words[1:]))
	case "crlf":
		change(func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n")) })
	case "bom":
		change(func(b []byte) []byte { return append([]byte("\ufeff"), b...) })
	case "utf16":
		change(func(b []byte) []byte { return append([]byte("\xff\xfe"), bytes.ReplaceAll(b, nil, []byte{0})...) })
	case "latin1":
		change(func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("é"), []byte{0xe9}) })
	default:
		panic("unknown option " + line)
	}
}

// installOf reads "file:line:col PROGRAM WORD…", where WORD@col stands in another column and "?x" is unknown.
func installOf(words []string) Install {
	at := strings.Split(words[0], ":")
	line, _ := strconv.Atoi(at[1])
	column, _ := strconv.Atoi(at[2])
	i := Install{Position: finding.Position{File: at[0], Line: line, Column: column}, Kind: "script", Shown: strings.HasSuffix(at[0], ".md"), Program: words[1]}
	column += len(words[1]) + 1
	for _, word := range words[2:] {
		text := word
		if rest, ok := strings.CutPrefix(word, "?"); ok {
			text = pytest.Unknown(rest)
		}
		i.Words = append(i.Words, pytest.Word{Text: text, Pos: finding.Position{File: at[0], Line: line, Column: column}})
		column += len(word) + 1
	}
	return i
}

func (p *project) check(t *testing.T) {
	if p.want == nil {
		t.Fatal("no want")
	}
	reading := Read(p.files, p.options)
	for _, s := range reading.Sites {
		p.checkSite(t, s)
	}
	got := describe(reading)
	if *update {
		p.want.Data = []byte(got)
	}
	if got != string(p.want.Data) {
		t.Errorf("got\n%s\nwant\n%s", got, p.want.Data)
	}
}

// checkSite holds that a site points at its text, and that its specifier can be replaced where it stands.
func (p *project) checkSite(t *testing.T, s Site) {
	t.Helper()
	if s.Kind == Command {
		return
	}
	content := p.files[s.File].Data
	begin := s.Written
	if s.Kind == Locked && !strings.HasSuffix(s.File, ".txt") || s.Kind == Installed || s.Kind == Python && s.Exact != "" {
		begin = s.Exact
	}
	begin = strings.FieldsFunc(begin+" ", func(c rune) bool { return strings.ContainsRune(" ,<>-_", c) })[0]
	at := source.NewText(s.File, content)
	lines := bytes.Split(content, []byte("\n"))
	line := string(lines[s.Line-1])
	if s.Line == 1 {
		line = strings.TrimPrefix(line, "\ufeff")
	}
	if line[s.Column-1] != '{' && !strings.HasPrefix(strings.TrimLeft(line[s.Column-1:], `<>="`), strings.TrimLeft(begin, "<>=")) {
		t.Errorf("%s: %q is not at %q", s.Position, begin, line[s.Column-1:])
	}
	if !editable(s) {
		return
	}
	edited := string(source.Apply(content, source.Edit{Start: s.Spec.Offset(0), End: s.Spec.Offset(s.Spec.Len()), Text: "\x01"}))
	if !strings.Contains(edited, "\x01") || at.Len() == 0 {
		t.Errorf("%s: nothing can stand at its specifier", s.Position)
	}
	flat := func(s string) string { return strings.Join(strings.Fields(strings.ReplaceAll(s, `\`, " ")), "") }
	if there := string(content[s.Spec.Offset(0):s.Spec.Offset(s.Spec.Len())]); flat(there) != flat(s.Spec.String()) {
		t.Errorf("%s: %q stands at the place of %q", s.Position, there, s.Spec)
	}
}

func describe(r Reading) string {
	var b strings.Builder
	for _, s := range r.Sites {
		fmt.Fprintf(&b, "%s: %s [%s] %s %s", s.Position, s.Kind, s.Scope, s.Name, s.Range)
		if s.Exact != "" {
			fmt.Fprintf(&b, " exact %s", s.Exact)
		}
		if editable(s) {
			fmt.Fprintf(&b, " spec %s %q", strings.TrimPrefix(s.Spec.At(0).String(), s.File+":"), s.Spec)
		}
		if len(s.Extras) > 0 {
			fmt.Fprintf(&b, " extras %s", strings.Join(s.Extras, ","))
		}
		if s.Marker != (Marker{}) {
			fmt.Fprintf(&b, " if %s", s.Marker)
		}
		for _, via := range s.Via {
			fmt.Fprintf(&b, " via %s", via)
		}
		b.WriteString("\n")
	}
	for _, u := range r.Unreadable {
		fmt.Fprintf(&b, "? %s: [%s] %s: %s\n", u.Position, u.Scope, u.Name, u.Message)
	}
	fmt.Fprintf(&b, "read %s\n", strings.Join(r.Files, " "))
	return b.String()
}

// TestNoFile holds that nothing is found in nothing.
func TestNoFile(t *testing.T) {
	if r := Read(fstest.MapFS{}, ReadOptions{}); len(r.Sites)+len(r.Unreadable)+len(r.Files) > 0 {
		t.Errorf("%+v", r)
	}
}

// TestUnknownPath holds that a path that can't be read is reported.
func TestUnknownPath(t *testing.T) {
	files := fstest.MapFS{"notes.md": {Data: []byte("pytest==1")}}
	for _, name := range []string{"gone.txt", "notes.md"} {
		r := Read(files, ReadOptions{Paths: []string{name}})
		if len(r.Unreadable) != 1 || r.Unreadable[0].File != name {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

// TestManyIncludes holds that what doubles at each step is reported instead of followed for ever.
func TestManyIncludes(t *testing.T) {
	files := fstest.MapFS{"last.txt": {Data: []byte("pytest\n")}}
	for i := range 40 {
		next := fmt.Sprintf("-r r%d.txt\n", i+1)
		if i == 39 {
			next = "-r last.txt\n"
		}
		files[fmt.Sprintf("r%d.txt", i)] = &fstest.MapFile{Data: []byte(next + next)}
	}
	refers := "[testenv]\ndeps = {[s0]k}\n"
	for i := range 19 {
		refers += fmt.Sprintf("[s%d]\nk =\n  {[s%d]k}\n  {[s%d]k}\n", i, i+1, i+1)
	}
	files["tox.ini"] = &fstest.MapFile{Data: []byte(refers + "[s19]\nk = pytest\n")}
	r := Read(files, ReadOptions{Paths: []string{"r0.txt", "tox.ini"}})
	if !slices.ContainsFunc(r.Unreadable, func(u Unreadable) bool { return strings.HasPrefix(u.Message, "more than 20000 includes") }) {
		t.Errorf("%d sites, %+v", len(r.Sites), r.Unreadable)
	}
}

// allFiles returns the files of all projects, for the fuzz targets' seeds.
func allFiles(tb testing.TB) map[string][]byte {
	archives, err := filepath.Glob("testdata/projects/*.txtar")
	if err != nil {
		tb.Fatal(err)
	}
	all := map[string][]byte{}
	for _, name := range archives {
		a, err := txtar.ParseFile(name)
		if err != nil {
			tb.Fatal(err)
		}
		for _, p := range projectsOf(a) {
			for _, file := range slices.Sorted(maps.Keys(p.files)) {
				all[path.Join(p.name, file)] = p.files[file].Data
			}
		}
	}
	return all
}

// editable reports whether the specifier of a site has a place, where it may be empty.
func editable(s Site) bool { return s.Spec.At(0).IsValid() }
