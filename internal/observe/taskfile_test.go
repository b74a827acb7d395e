package observe

import (
	"testing"

	"policygen/internal/pytest"
)

const testTaskfile = `
	version: "3"
	set: [pipefail]
	vars: {N: 4, HASH: {sh: git rev-parse HEAD}, OPTS: "-n {{.N}}"}
	env: {A: "{{.N}}"}
	includes:
	  docs: ./tasks/docs.yml
	  sub: {taskfile: sub, dir: sub}
	tasks:
	  default: {deps: [lint], cmds: [{task: test}]}
	  lint: ruff check
	  test:
	    aliases: [t]
	    dir: src
	    env: {A: own, B: "{{.HASH}}"}
	    cmds:
	      - pytest {{.OPTS}} {{.CLI_ARGS}} {{.NONE}}end
	      - cmd: |
	          cd x
	          pytest {{.N | default "9"}} {{default "7" .M}} {{OS}}
	        ignore_error: true
	        set: [errexit]
	      - defer: pytest last
	  matrix:
	    - {task: one, vars: {K: "{{.N}}5"}}
	    - task: docs:build
	    - {for: [a], cmd: "pytest {{.ITEM}}"}
	  one: {vars: {Z: "{{.K}}z"}, cmds: ["pytest {{.Z}}", {task: matrix}]}
`

func taskfiles() map[string]string {
	return map[string]string{
		"Taskfile.yml":     indented(testTaskfile),
		"tasks/docs.yml":   "tasks: {build: {cmds: [pytest docs, task: ':lint', task: inner]}, inner: pytest inner}",
		"sub/Taskfile.yml": "vars: {S: 1}\ntasks: {test: 'pytest {{.S}} {{.N}}'}",
	}
}

func TestTaskfile(t *testing.T) {
	got := readTaskfile(inTree(t, "Taskfile.yml", taskfiles()))
	for _, sn := range got.snippets {
		if sn.tool != "task" || sn.kind != Task {
			t.Errorf("a snippet of the tool %q and the kind %q", sn.tool, sn.kind)
		}
	}
	check(t, got, `
		Taskfile.yml:10:9 task default, task lint (pipefail) A=4: ruff check
		Taskfile.yml:16:9 task default, task test (pipefail) in src A=own B=«HASH»: pytest -n 4  end
		Taskfile.yml:18:11 task default, task test (errexit ignore_error pipefail) in src A=own B=«HASH»: cd x; pytest 4 7 «OS»
		Taskfile.yml:22:16 task default, task test (defer pipefail) in src A=own B=«HASH»: pytest last
		Taskfile.yml:27:39 task matrix, task one (pipefail) A=4: pytest 45z
		tasks/docs.yml:1:24 task matrix, task docs:build: pytest docs
		tasks/docs.yml:1:74 task matrix, task docs:build, task docs:inner: pytest inner
		Taskfile.yml:26:24 task matrix (pipefail) A=4: pytest «ITEM»
		Taskfile.yml:27:39 task one (pipefail) A=4: pytest z
	`)
}

func TestLoadTask(t *testing.T) {
	words := []pytest.Word{{Text: "N=8"}, {Text: "--"}, {Text: "-x"}, {Text: "a"}}
	got := loadTask(inTree(t, "Taskfile.yml", taskfiles()), call{names: []string{"t"}, words: words})
	check(t, got, `
		Taskfile.yml:16:9 task t (pipefail) in src A=own B=«HASH»: pytest -n 4 -x a end
		Taskfile.yml:18:11 task t (errexit ignore_error pipefail) in src A=own B=«HASH»: cd x; pytest 8 7 «OS»
		Taskfile.yml:22:16 task t (defer pipefail) in src A=own B=«HASH»: pytest last
	`)
	if len(choose(got.snippets, "task", "", []string{"t"})) != 3 {
		t.Error("the alias does not choose its task")
	}
	check(t, loadTask(inTree(t, "Taskfile.yml", taskfiles()), call{names: []string{"sub:test"}}), "sub/Taskfile.yml:2:16 task sub:test in sub: pytest 1")
	if first := loadTask(inTree(t, "Taskfile.yml", taskfiles()), call{}).snippets; len(choose(first, "task", "", nil)) != 4 {
		t.Errorf("without a name %d commands are chosen", len(choose(first, "task", "", nil)))
	}
	check(t, loadTask(inTree(t, "pyproject.toml", map[string]string{"pyproject.toml": "[tool.taskipy.tasks]\ntest = \"pytest -n 3\"\n"}), call{names: []string{"test"}}),
		"pyproject.toml:2:9 task test (posix): pytest -n 3")
}

func FuzzTaskfile(f *testing.F) {
	f.Add("vars: {A: '{{.A | default \"x\"}}'}\ntasks: {a: {deps: [b], cmds: [{task: b, vars: {A: 1}}, {defer: x}]}, b: ['{{.A}}', task: a]}")
	f.Add("includes: {a: ./b}\ntasks: {a: x, b: [y], c: {cmd: z, set: [e], dir: '{{.X}}'}}")
	f.Fuzz(func(t *testing.T, text string) {
		for _, sn := range readTaskfile(file{name: "Taskfile.yml", content: []byte(text)}).snippets {
			if sn.text.Len() > 0 && sn.start().File != "Taskfile.yml" {
				t.Errorf("a snippet of %q stands at %v", text, sn.start())
			}
		}
	})
}
