package observe

import "testing"

func TestHooks(t *testing.T) {
	got := readHooks(inTree(t, ".pre-commit-config.yaml", map[string]string{".pre-commit-config.yaml": indented(`
		repos:
		  - repo: local
		    hooks:
		      - id: unit
		        entry: uv run "pytest" -n 4
		        args: [-m, "not slow"]
		        language: system
		        pass_filenames: false
		      - id: changed
		        entry: bash -c 'pytest -x'
		        language: system
		      - {id: words, entry: pytest, language: pygrep}
		      - {id: image, entry: "python:3.12 pytest", language: docker_image, pass_filenames: false}
		      - {id: none}
		      - {id: script, entry: run-tests -n 5, language: script, args: ["-x"]}
		  - repo: https://example.org/hooks
		    hooks: [{id: theirs}]
	`)}))
	check(t, got, `
		.pre-commit-config.yaml:5:16 hook unit PRE_COMMIT=1: [[uv run pytest -n 4 -m not slow]]
		.pre-commit-config.yaml:10:16 hook changed PRE_COMMIT=1: [[bash -c pytest -x ./«the changed files»]]
		.pre-commit-config.yaml:13:41 hook image PRE_COMMIT=1: [[pytest]]
		.pre-commit-config.yaml:15:29 hook script PRE_COMMIT=1: [[./run-tests -n 5 -x ./«the changed files»]]
	`)
	words := got.snippets[0].argv[0]
	for i, want := range map[int]string{2: "5:23", 4: "5:35", 5: "6:16", 6: "6:21"} {
		if at := words[i].Pos.String(); at != ".pre-commit-config.yaml:"+want {
			t.Errorf("%q is at %s, want %s", words[i].Text, at, want)
		}
	}
	if broken := readHooks(file{name: ".pre-commit-config.yaml", content: []byte("repos: [")}); len(broken.problems) != 1 {
		t.Errorf("problems %v", broken.problems)
	}
}
