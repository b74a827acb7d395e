package observe

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/txtar"

	"policygen/internal/pytest"
)

var update = flag.Bool("update", false, "write what is found into the goldens; read the difference before you commit it")

// Each archive of testdata is a small repository, and "want" is what is found in it.
func TestScan(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatal("no archives")
	}
	for _, name := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			want, files := repositoryOf(a)
			got := describe(Scan(files, Options{Inputs: []Input{{Name: "-n 97", Args: []string{"-n", "97"}}}}))
			switch {
			case *update:
				setFile(a, "want", got)
				if err := os.WriteFile(name, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
			case got != want:
				t.Errorf("found\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// repositoryOf returns the files of an archive, and what is wanted.
func repositoryOf(a *txtar.Archive) (want string, files fstest.MapFS) {
	files = fstest.MapFS{}
	for _, f := range a.Files {
		if f.Name == "want" {
			want = string(f.Data)
			continue
		}
		files[f.Name] = &fstest.MapFile{Data: f.Data, Mode: 0o644}
	}
	return want, files
}

func setFile(a *txtar.Archive, name, text string) {
	for i := range a.Files {
		if a.Files[i].Name == name {
			a.Files[i].Data = []byte(text)
			return
		}
	}
	a.Files = append(a.Files, txtar.File{Name: name, Data: []byte(text)})
}

// describe returns a report as lines of text: a start and below it, indented, what else there is to say of it.
func describe(r Report) string {
	var b bytes.Buffer
	for _, s := range r.Starts {
		if s.Input != "" && slices.ContainsFunc(r.Starts, func(o Start) bool { o.Input = map[bool]string{true: s.Input}[o.Input == ""]; return alike(o, s) }) {
			continue // as without the input
		}
		fmt.Fprintf(&b, "%s %s", s.Position, s.Kind)
		if s.Where != "" {
			fmt.Fprintf(&b, " (%s)", s.Where)
		}
		if s.Input != "" {
			fmt.Fprintf(&b, " given %s", s.Input)
		}
		fmt.Fprintf(&b, "\n\tpytest %s\n", abridged(s.Argv))
		if s.Wrapper != "" {
			fmt.Fprintf(&b, "\twrapper %s\n", s.Wrapper)
		} else {
			fmt.Fprintf(&b, "\tworkers %s from %v", readable(s.Settings.Workers.Text), s.Settings.Workers.From)
			describeUnknown(&b, s.Settings.Workers)
			if s.Settings.Workers.Pos.IsValid() {
				fmt.Fprintf(&b, " at %s", s.Settings.Workers.Pos)
			}
			b.WriteByte('\n')
		}
		for _, v := range s.Via {
			fmt.Fprintf(&b, "\tvia %s %s\n", v.Position, v.Text)
		}
		for _, name := range slices.Sorted(maps.Keys(s.Env)) {
			fmt.Fprintf(&b, "\tenv %s=%s\n", name, readable(s.Env[name]))
		}
		if s.Dir != "." {
			fmt.Fprintf(&b, "\tin %s\n", s.Dir)
		}
		describeDoubts(&b, s)
	}
	for _, i := range r.Installs {
		fmt.Fprintf(&b, "%s installs by %s: %s\n", i.Position, i.Program, abridged(i.Words))
	}
	for _, j := range r.Jobs {
		fmt.Fprintf(&b, "%s job %s, %v minutes\n", j.Position, j.Name, j.Minutes)
	}
	for _, p := range r.Problems {
		fmt.Fprintf(&b, "%s problem: %s\n", p.Position, p.Message)
	}
	return b.String()
}

func describeDoubts(b *bytes.Buffer, s Start) {
	if s.Foreign != "" {
		fmt.Fprintf(b, "\tof another repository: %s\n", s.Foreign)
	}
	if !s.Certain {
		b.WriteString("\tnot certain\n")
	}
	if s.Hidden != "" {
		fmt.Fprintf(b, "\tstatus hidden by %s\n", s.Hidden)
	}
	if s.Fails == Lost {
		b.WriteString("\tfailing tests end in 0\n")
	}
	if s.Empty == Lost {
		b.WriteString("\tno tests end in 0\n")
	}
	if s.Settings.UsageError != "" {
		fmt.Fprintf(b, "\tpytest refuses: %s\n", s.Settings.UsageError)
	}
	if len(s.Settings.Open) > 0 {
		fmt.Fprintf(b, "\tmore options may come from %s\n", strings.Join(s.Settings.Open, ", "))
	}
}

// describeUnknown says what a value depends on besides what its own text shows.
func describeUnknown(b *bytes.Buffer, v pytest.Value) {
	for _, name := range v.Unknown {
		if !strings.Contains(v.Text, name) {
			fmt.Fprintf(b, " unless %s has others", name)
		}
	}
}
