package pins

import (
	"path"
	"strings"
	"testing"
	"testing/fstest"

	"policygen/internal/finding"
	"policygen/internal/pytest"
	"policygen/internal/source"
)

// fuzzFile fuzzes what reads a file of some name. Whatever the text, a reader ends, points into the text, and its specifiers can be
// replaced there.
func fuzzFile(f *testing.F, name string) {
	for file, content := range allFiles(f) {
		base := path.Base(file)
		if base == path.Base(name) || path.Ext(name) == ".txt" && (path.Ext(base) == ".txt" || path.Ext(base) == ".in") {
			f.Add(string(content))
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		files := fstest.MapFS{name: {Data: []byte(text), Mode: 0o644}, "requirements.txt": {Data: []byte("-c constraints.txt\npytest>=8\n")}}
		if name == "requirements.txt" {
			files[name].Data = []byte(text)
		}
		checkReading(t, files, Read(files, ReadOptions{Paths: []string{name}}))
	})
}

func checkReading(t *testing.T, files fstest.MapFS, r Reading) {
	t.Helper()
	for _, s := range r.Sites {
		content := files[s.File].Data
		if s.Line < 1 || s.Column < 1 || s.Name == "" || s.Scope == "" {
			t.Fatalf("%+v", s)
		}
		if lines := strings.SplitAfter(string(content), "\n"); s.Line > len(lines) || s.Column > len(lines[s.Line-1])+4 {
			t.Fatalf("%s leaves the file", s.Position)
		}
		if editable(s) {
			source.Apply(content, source.Edit{Start: s.Spec.Offset(0), End: s.Spec.Offset(s.Spec.Len()), Text: ">=1"})
		}
	}
	for _, u := range r.Unreadable {
		if u.File == "" || u.Message == "" {
			t.Fatalf("%+v", u)
		}
	}
}

func FuzzRequirementFile(f *testing.F) { fuzzFile(f, "requirements.txt") }

func FuzzPyproject(f *testing.F) { fuzzFile(f, "pyproject.toml") }

func FuzzUVConfig(f *testing.F) { fuzzFile(f, "uv.toml") }

func FuzzUVLock(f *testing.F) { fuzzFile(f, "uv.lock") }

func FuzzPoetryLock(f *testing.F) { fuzzFile(f, "poetry.lock") }

func FuzzPDMLock(f *testing.F) { fuzzFile(f, "pdm.lock") }

func FuzzPylock(f *testing.F) { fuzzFile(f, "pylock.toml") }

func FuzzPipfile(f *testing.F) { fuzzFile(f, "Pipfile") }

func FuzzPipfileLock(f *testing.F) { fuzzFile(f, "Pipfile.lock") }

func FuzzConda(f *testing.F) { fuzzFile(f, "environment.yml") }

func FuzzToxINI(f *testing.F) { fuzzFile(f, "tox.ini") }

func FuzzToxTOML(f *testing.F) { fuzzFile(f, "tox.toml") }

func FuzzSetupCfg(f *testing.F) { fuzzFile(f, "setup.cfg") }

func FuzzSetupPy(f *testing.F) { fuzzFile(f, "setup.py") }

func FuzzPytestINI(f *testing.F) { fuzzFile(f, "pytest.ini") }

func FuzzPytestTOML(f *testing.F) { fuzzFile(f, "pytest.toml") }

// FuzzInstall fuzzes the words of a command.
func FuzzInstall(f *testing.F) {
	f.Add("pip", "install pytest==8 -r requirements.txt --with=a,b<3 -e .")
	f.Add("uv", "run --with pytest>=8,<9,b")
	f.Add("python", "-m pip install x")
	f.Add("conda", "install pytest=8")
	f.Fuzz(func(t *testing.T, program, words string) {
		at := finding.Position{File: "run.sh", Line: 1, Column: 1}
		i := Install{Position: at, Program: program}
		for _, word := range strings.Fields(words) {
			i.Words = append(i.Words, pytest.Word{Text: word, Pos: at})
		}
		files := fstest.MapFS{"requirements.txt": {Data: []byte("pytest\n")}}
		r := Read(files, ReadOptions{Paths: []string{"requirements.txt"}, Installs: []Install{i}})
		for _, s := range r.Sites {
			if s.Kind == Command && (s.Position != at || editable(s)) {
				t.Fatalf("%+v", s)
			}
		}
	})
}

// FuzzMetadata fuzzes the metadata of an installed distribution.
func FuzzMetadata(f *testing.F) {
	f.Add("Name: a\nVersion: 1\n\nText", "version = 3.11.7\n")
	f.Fuzz(func(t *testing.T, metadata, config string) {
		env := fstest.MapFS{
			"lib/python3.12/site-packages/a.dist-info/METADATA": {Data: []byte(metadata)}, "pyvenv.cfg": {Data: []byte(config)},
		}
		for _, s := range Read(fstest.MapFS{}, ReadOptions{Env: env, EnvName: "venv"}).Sites {
			if s.Exact == "" || s.Kind != Installed && s.Kind != Python || !strings.HasPrefix(s.File, "venv/") {
				t.Fatalf("%+v", s)
			}
		}
	})
}
