package observe

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"policygen/internal/finding"
	"policygen/internal/pytest"
	"policygen/internal/source"
)

// fuzzReader lets a reader read what nobody wrote: it must end, and what it finds must stand in the file.
func fuzzReader(f *testing.F, name string, read func(file) found, seeds ...string) {
	for _, seed := range seeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content string) {
		lines := len(strings.Split(content, "\n"))
		start := time.Now()
		all := read(file{name: name, content: []byte(content)})
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("it took %v", took)
		}
		for _, sn := range all.snippets {
			for _, words := range sn.argv {
				for _, w := range words {
					checkPosition(t, w.Pos, name, lines)
				}
			}
			if sn.text.Len() > 0 {
				checkPosition(t, sn.text.At(0), name, lines)
				checkPosition(t, sn.text.At(sn.text.Len()), name, lines)
			}
		}
	})
}

func checkPosition(t *testing.T, at finding.Position, name string, lines int) {
	t.Helper()
	if at.File != name || at.Line < 1 || at.Line > lines || at.Column < 1 {
		t.Fatalf("%v is no place of a file of %d lines", at, lines)
	}
}

func FuzzMakefile(f *testing.F) {
	fuzzReader(f, "Makefile", readMakefile, makeBomb(),
		"N ?= 4\nF = -n $(N) \\\n  --dist load\ntest: N = 8\ntest: ; pytest $(F)\n.ONESHELL:\nall: test\n\t-@pytest $(if $(X),$X,$$x) $@ $< $(shell nproc)\n",
		"define x\n\ty\nendef\nifeq (a,b)\nelse\nendif\nexport A := 1\n.RECIPEPREFIX = >\nt:\n>pytest\n$(A) $(B):$(C)\n\t$(", "a:::=b\n\\\n\t\\\n", "SHELL=/bin/bash\n.SHELLFLAGS = -eu -o pipefail -c\na b:\n\tpytest $(@D) ${x:.a=.b}")
}

func FuzzCMake(f *testing.F) {
	fuzzReader(f, "CMakeLists.txt", readCMake,
		"add_custom_target(a ALL COMMAND ${X} -m pytest \"-n\" 4 $<x> DEPENDS b)\nset(X \"${X};${X}\")\nadd_custom_command(TARGET a POST_BUILD COMMAND A=1 pytest [=[x]=])\nadd_test(NAME t COMMAND cmake -E env -- pytest)\n#[[x\n]]\nadd_subdirectory(.)",
		"a(", "add_test(", "add_custom_target(\"", "set(a b)#[", "add_test(a [[", "add_custom_target(a COMMAND cmake -E chdir)\nadd_dependencies(a a)", "a(b(c)d\\)e")
}

func FuzzJustfile(f *testing.F) {
	fuzzReader(f, "justfile", readJustfile,
		"set shell := [\"bash\", \"-c\"]\nn := '4'\nexport A := \"b\"\n[private]\ntest *args='x': build\n    pytest -n {{n}} {{args}}\nbuild:\n",
		"a b +c='d':\n    #!/usr/bin/env bash\n    set -e\n    pytest {{ b }}\n", "x := if a == \"b\" { \"c\" } else { `d` }\n@q:\n\t-@pytest {{x}} {{{{\n", "a:\\\n b\n {{")
}

func FuzzToxINI(f *testing.F) {
	fuzzReader(f, "tox.ini", func(f file) found { return loadTox(f, call{}) }, toxBomb(),
		"[tox]\nenvlist = py{39,310}-{a,b}, lint\nlabels =\n x = py39\n[testenv]\nsetenv =\n  A = {env:B:c}\n  a: D = 1\nchangedir = {toxinidir}/x\ncommands =\n  a,!b: pytest {posargs:-n 4} \\\n   {[x]y}\n  - {[x]y}\n[x]\ny = {[x]y}\n",
		"[testenv:{a,b}-c]\ncommands = pytest {tty:a:b} {/} {:} {\n", "[testenv]\ncommands =\n  {posargs\n  }: x\n  \"pytest\n")
}

func FuzzMarkdown(f *testing.F) {
	fuzzReader(f, "page.md", readMarkdown,
		"# a\n```bash\n$ pytest -n 4 \\\n> x\n# pytest -n 5\n```\n`pytest -n 6 <name>` and run: `make test`\n\n    pytest [OPTIONS] $X ${Y}\n",
		"> ```\n> pytest\n> ```\n- 1. `uv run pytest`\n~~~console\n(venv) user@host:~$ pytest\n~~~\n", "```\nfor i in 1; do pytest $i; done\n", "`` ` pytest -n 1 ``")
}

func FuzzOtherText(f *testing.F) {
	fuzzReader(f, "ci/tests.nix", readOtherText, "a = \"pytest -n 4 \\\"$@\\\"\";\n// pytest -n 5\nsh 'cd x && pytest -n 6'\n  pytest \\\n -n 7\n", "x = \"", "['pytest (>=1) -n'", "$ pytest -n \"<a>\n")
}

func FuzzNotebook(f *testing.F) {
	fuzzReader(f, "x.ipynb", readNotebook, `{"cells": [{"cell_type": "markdown", "source": ["`+"`pytest -n 1`"+`\n"]}, {"source": ["!pytest -n 2\n", "%%bash"]}, {"source": "%%bash"}, {"source": 1}, 2]}`, "{", "[]")
}

func FuzzPython(f *testing.F) {
	fuzzReader(f, "tests/run.py", readPython,
		"import subprocess, pytest\n# pytest -n 1\nsubprocess.run([sys.executable, '-m', \"pytest\", *args, f'-n{n}'])\npytest.main(['-n', '4'])\nos.system('pytest -n 5 && x')\n\"\"\"Run:\n\n    pytest -n 6\n\"\"\"\n",
		"pytest.main(\npytest.main()", "x = ['pytest', \"-n\" '4', r'\\', b'', f\"{'a'!r:>{w}}\"]\n", "('''pytest")
}

func FuzzNoxfile(f *testing.F) {
	fuzzReader(f, "noxfile.py", readPython,
		"import nox\n@nox.session\ndef tests(session):\n  session.run('pytest', '-n', '4', *session.posargs, env={'A': 'b'})\n  cmd = ['python', '-m', 'pytest']\n", "def a(s): s.run(",
		"def h(s):\n  s.run('pytest')\n\n@nox.session(name=\"x-y\")\ndef a(s):\n  h(s)\n\n@nox.session\ndef b(s):\n  h(s)\n")
}

func FuzzTasks(f *testing.F) {
	fuzzReader(f, "pyproject.toml", readTOML,
		"[tool.hatch.envs.a.scripts]\nb = [\"c {args:d}\", \"pytest\"]\n[tool.poe.tasks]\na = {cmd = \"pytest\", env = {A = \"b\"}}\nb = [\"a\", {shell = \"x\"}]\n[tool.pdm.scripts]\na = {composite = [\"a\"]}\n[tool.tox]\nenv_list = [\"a\"]\n[tool.tox.env_run_base]\ncommands = [[\"pytest\", {replace = \"posargs\", default = [\"x\"]}]]\n",
		"[tool.tox.env.a]\ncommands = [[\"a\", {replace = \"ref\", of = [\"env\", \"a\", \"commands\"]}]]\n[tool.pixi.tasks]\na = {cmd = [\"pytest\"], depends-on = [{task = \"b\"}]}\n")
}

func FuzzDockerfile(f *testing.F) {
	fuzzReader(f, "Dockerfile", readDockerfile, "FROM x\nENV A=b \\\n C=\"d\"\nWORKDIR /x\nRUN --mount=x pytest \\\n# c\n -n 4\nCMD [\"pytest\", \"-n\", \"4\"]\nRUN <<E\npytest\nE\n", "RUN [\"pytest\"", "SHELL [")
}

func FuzzOtherYAML(f *testing.F) {
	fuzzReader(f, "compose.yaml", readOtherYAML,
		"services:\n  a: {entrypoint: [timeout, '6'], command: [pytest, -n, \"3\"]}\nrun: |\n  cd ${X}\n  pytest -n {{ n }} ${{ m }}\n", "jobs:\n  a:\n    runs-on: x\n    steps: [{run: pytest}]\n",
		"a: &a {script: [*a, pytest]}\n", "--- [\n", "{{ a }}: [", "command: [[pytest], {a: b}]\nargs: [\"\", x y]\n")
}

func FuzzJSON(f *testing.F) {
	read := func(g file) (all found) {
		docs, _ := source.ParseYAML(g.name, withoutJSONComments(g.content))
		for _, doc := range docs {
			for _, name := range []string{"package.json", ".vscode/settings.json", ".vscode/tasks.json", ".vscode/launch.json", "devcontainer.json"} {
				all.add(jsonReaderOf(name)("sub", doc)...)
			}
		}
		return all
	}
	fuzzReader(f, "x.json", read, `{"scripts": {"test": "pytest"}}`, "{\n  // x\n  \"python.testing.pytestArgs\": [\"${workspaceFolder}/a\", 1, [2],]}",
		`{"tasks": [{"command": "pytest", "args": ["-n"], "options": {"cwd": "${x"}}, 1]}`, `{"configurations": [{"module": "pytest", "args": [{}]}, {"module": ""}]}`,
		`{"postCreateCommand": {"a": ["pytest"], "b": {"c": 1}}}`)
}

// What is left of a command line are words of it, in their order, or nothing.
func FuzzLaunchers(f *testing.F) {
	for _, seed := range []string{
		"uv run --with x -- python -m pytest -n 4", "env -i A=b timeout -k 5 10 nice pytest", "sh -c pytest", "nix develop . -c pytest", "docker run x pytest", "hatch run a:b c",
		"python -Im coverage run -m pytest", "env -S pytest", "sudo -u", "python -", "\uf8f0a\uf8f1 \uf8f0b\uf8f1 env \uf8f0c\uf8f1 pytest", "xvfb-run -a --server-args=x C:\\x\\pytest.exe", "-m -m -m pytest", "/ /", "run",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		words := splitWords(source.NewText("f", []byte(text)))
		before := slices.Clone(words)
		for _, c := range []command{lookThrough(words, mount), lookThrough(words, "")} {
			if !slices.Equal(words, before) {
				t.Fatalf("the words became %q", texts(words))
			}
			if len(c.words) > len(words)+1 {
				t.Fatalf("%q came of %q", texts(c.words), texts(words))
			}
			if len(c.words) > 1 && !slices.Equal(texts(c.words[1:]), texts(words[len(words)-len(c.words)+1:])) {
				t.Fatalf("%q is no end of %q", texts(c.words), texts(words))
			}
			_ = c.isPytest()
		}
		sentence(words)
		parsers(words)
	})
}

// parsers lets all that read command lines of tools read one.
func parsers(words []pytest.Word) {
	for _, tool := range tools {
		tool.parse(words)
	}
	h := hatchTest{}
	h.own()
	h.rest(h.options(words))
}

// A whole scan of any small repository ends, and what it tells stands in a file of the repository.
func FuzzScan(f *testing.F) {
	for _, seed := range []string{
		"-- run.sh --\npytest -n 4\nmake test\n-- Makefile --\ntest:\n\ttox -e py\n-- tox.ini --\n[testenv]\ncommands = bash run.sh {posargs}\n",
		"-- .github/workflows/a.yml --\njobs:\n  a:\n    steps:\n      - run: pytest -n ${{ matrix.n }}\n        env: {A: b}\n-- page.md --\n`bash run.sh -n 3`\n",
		"-- noxfile.py --\ndef t(session):\n    session.run('pytest')\n-- a.sh --\n. ./b.sh\nnox\n-- b.sh --\nset -e; python -c 'import pytest; pytest.main([\"-n\", \"4\"])'\n",
		"-- .gitlab-ci.yml --\na:\n  script: [pytest]\n-- Dockerfile --\nRUN pytest\n-- pyproject.toml --\n[tool.pytest.ini_options]\naddopts = '-n 4'\n-- setup.cfg --\n[testenv]\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		files := fstest.MapFS{}
		for _, part := range strings.Split("\n"+text, "\n-- ")[1:] { // as in an archive
			name, content, ok := strings.Cut(part, " --\n")
			if ok && fs.ValidPath(name) && name != "." && len(files) < 8 {
				files[name] = &fstest.MapFile{Data: []byte(content), Mode: 0o644}
			}
		}
		start := time.Now()
		r := Scan(files, Options{Inputs: []Input{{Name: "x", Args: []string{"-n", "9"}}}})
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("it took %v", took)
		}
		for _, s := range r.Starts {
			for _, at := range []finding.Position{s.Position, s.Pytest()} {
				if files[at.File] == nil || at.Line < 1 {
					t.Fatalf("%v is no place of the repository", at)
				}
			}
			if len(s.Argv) > 0 && s.Argv[0].Pos.File == "" {
				t.Fatalf("%v: the word %q stands nowhere", s.Position, s.Argv[0].Text)
			}
		}
	})
}
