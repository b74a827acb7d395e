package observe

import (
	"fmt"
	"strings"
	"testing"
)

// workflowOf reads a workflow in a repository with other files.
func workflowOf(t *testing.T, content string, others map[string]string) found {
	t.Helper()
	files := map[string]string{".github/workflows/ci.yml": indented(content)}
	for name, other := range others {
		files[name] = indented(other)
	}
	f := readWorkflow(inTree(t, ".github/workflows/ci.yml", files))
	for i := range f.snippets {
		if f.snippets[i].kind != Workflow {
			t.Errorf("a snippet is of kind %q", f.snippets[i].kind)
		}
	}
	return f
}

func TestWorkflowScalars(t *testing.T) {
	got := workflowOf(t, `
		jobs:
		  test:
		    steps:
		      - run: pytest -n 1
		      - run: "pytest \x2dn 2"
		      - name: Folded
		        run: >-
		          pytest
		          -n 3
		      - id: block
		        run: |
		          cd x

		          pytest -n 4
		      - {run: 'pytest -k ''a'''}
	`, nil)
	check(t, got, `
		.github/workflows/ci.yml:4:14 job test, step 1 (errexit): pytest -n 1
		.github/workflows/ci.yml:5:15 job test, step 2 (errexit): pytest -n 2
		.github/workflows/ci.yml:8:11 job test, step Folded (errexit): pytest -n 3
		.github/workflows/ci.yml:12:11 job test, step block (errexit): cd x; ; pytest -n 4
		.github/workflows/ci.yml:15:16 job test, step 5 (errexit): pytest -k 'a'
	`)
	block := got.snippets[3].text
	if at := block.At(len("cd x\n\npytest ")).String(); at != ".github/workflows/ci.yml:14:18" {
		t.Errorf("-n is at %s", at)
	}
}

func TestWorkflowEnvAndDefaults(t *testing.T) {
	check(t, workflowOf(t, `
		env: {A: workflow, B: workflow, N: 4, T: on}
		defaults: {run: {shell: bash, working-directory: top}}
		jobs:
		  one:
		    env:
		      B: job-${{ env.A }}
		    steps:
		      - run: pytest
		        env: {C: "${{ env.B }} ${{ env.A }} ${{ env.n }}"}
		      - run: pytest -n ${{ env.N }} ${{ env.LATER }}
		        shell: sh
		        working-directory: ${{ github.workspace }}/sub
		  two:
		    defaults: {run: {working-directory: ./own}}
		    steps:
		      - run: pytest
		        shell: bash -l {0}
		      - run: pytest
		        shell: bash -euo pipefail {0}
		        working-directory: /tmp
		  three:
		    container: python:3.12
		    defaults: {run: {working-directory: .}}
		    steps:
		      - run: pytest
	`, nil), `
		.github/workflows/ci.yml:8:14 job one, step 1 (errexit pipefail) in top A=workflow B=job-workflow C=job-workflow workflow 4 N=4 T=on: pytest
		.github/workflows/ci.yml:10:14 job one, step 2 (errexit posix) in sub A=workflow B=job-workflow N=4 T=on: pytest -n 4 «env.LATER»
		.github/workflows/ci.yml:16:14 job two, step 1 in own A=workflow B=workflow N=4 T=on: pytest
		.github/workflows/ci.yml:18:14 job two, step 2 (errexit pipefail) in ../tmp A=workflow B=workflow N=4 T=on: pytest
		.github/workflows/ci.yml:25:14 job three, step 1 (errexit pipefail) A=workflow B=workflow N=4 T=on: pytest
	`)
}

func TestWorkflowServiceVariables(t *testing.T) {
	got := workflowOf(t, `
		jobs:
		  a:
		    runs-on: ubuntu-latest
		    container: x
		    steps: [{run: "pytest $GITHUB_REF $CI"}]
	`, nil)
	check(t, got, ".github/workflows/ci.yml:5:20 job a, step 1 (errexit posix) GITHUB_REF=«GITHUB_REF»: pytest $GITHUB_REF $CI")
	for name, want := range map[string]string{"CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": "/repo", "RUNNER_OS": "Linux", "GITHUB_JOB": "a"} {
		if value := got.snippets[0].env[name]; value != want {
			t.Errorf("%s is %q, want %q", name, value, want)
		}
	}
}

func TestWorkflowMatrix(t *testing.T) {
	check(t, workflowOf(t, `
		jobs:
		  test:
		    runs-on: ${{ matrix.os }}
		    timeout-minutes: ${{ matrix.n == 8 && 40 || 30 }}
		    strategy:
		      matrix:
		        os: [ubuntu-latest, macos-latest]
		        python: [3.9, "3.10"]
		        n: [4, 8]
		        exclude: [{n: 8, python: 3.9}]
		        include:
		          - {os: ubuntu-latest, extra: --cov}
		          - {os: special, n: 2}
		    steps:
		      - run: pytest -n ${{ matrix.n }} ${{ matrix.extra }}
		      - run: pytest ${{ matrix.python }}
		        if: matrix.n == 8
		      - if: false
		        run: pytest never
	`, nil), `
		.github/workflows/ci.yml:15:14 job test, step 1 (errexit): pytest -n 4 --cov
		.github/workflows/ci.yml:15:14 job test, step 1 (errexit): pytest -n 8 --cov
		.github/workflows/ci.yml:16:14 job test, step 2 (errexit): pytest 3.10
		.github/workflows/ci.yml:15:14 job test, step 1 (errexit): pytest -n 4
		.github/workflows/ci.yml:15:14 job test, step 1 (errexit): pytest -n 8
		.github/workflows/ci.yml:15:14 job test, step 1 (errexit): pytest -n 2
		.github/workflows/ci.yml:19:14 job test, step 3 (doubtful errexit): pytest never
		.github/workflows/ci.yml:2:3 job test: 30 minutes at .github/workflows/ci.yml:4:22
	`)
}

func TestWorkflowUnknownMatrix(t *testing.T) {
	check(t, workflowOf(t, `
		jobs:
		  a:
		    timeout-minutes: ${{ fromJSON(vars.LIMIT) }}
		    strategy: {matrix: {n: "${{ fromJSON(needs.x.outputs.n) }}", m: ["${{ vars.M }}"], k: "${{ fromJSON('[1, 2]') }}"}}
		    steps: [{run: "pytest ${{ matrix.n }} ${{ matrix.m }} ${{ matrix.k }}"}]
		  b:
		    strategy: {matrix: "${{ fromJSON(needs.x.outputs.m) }}"}
		    steps: [{run: "pytest ${{ matrix.n }}"}]
		  c:
		    strategy: {matrix: {include: "${{ fromJSON(needs.x.outputs.m) }}"}}
		    steps: [{run: "pytest ${{ matrix.n }}"}]
	`, nil), `
		.github/workflows/ci.yml:5:20 job a, step 1 (errexit): pytest «matrix.n» «vars.M» 1
		.github/workflows/ci.yml:5:20 job a, step 1 (errexit): pytest «matrix.n» «vars.M» 2
		.github/workflows/ci.yml:8:20 job b, step 1 (errexit): pytest «matrix.n»
		.github/workflows/ci.yml:11:20 job c, step 1 (errexit): pytest «matrix.n»
		.github/workflows/ci.yml:2:3 job a: 0 minutes at .github/workflows/ci.yml:3:22
	`)
}

func TestWorkflowMatrixIsBounded(t *testing.T) {
	got := workflowOf(t, `
		jobs:
		  a:
		    strategy:
		      matrix:
		        a: &l [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
		        b: *l
		        c: *l
		    steps: [{run: "pytest ${{ matrix.a }}${{ matrix.b }}${{ matrix.c }}"}]
	`, nil)
	if len(got.snippets) != 256 || len(got.problems) != 1 || got.problems[0].Line != 5 {
		t.Errorf("%d snippets, problems %v", len(got.snippets), got.problems)
	}
}

func TestWorkflowIsBounded(t *testing.T) {
	var b strings.Builder
	b.WriteString("jobs:\n")
	for job := range 3 {
		fmt.Fprintf(&b, "  j%d:\n    strategy: {matrix: {a: &l%d [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], b: *l%d}}\n    steps:\n", job, job, job)
		for range 120 {
			b.WriteString("    - run: pytest ${{ matrix.a }} ${{ matrix.b }}\n")
		}
	}
	got := workflowOf(t, b.String(), nil)
	if len(got.snippets) != maxSnippets || len(got.problems) != 2 {
		t.Errorf("%d snippets, problems %v", len(got.snippets), got.problems)
	}
}

func TestWorkflowHidden(t *testing.T) {
	check(t, workflowOf(t, `
		on: push
		jobs:
		  a:
		    continue-on-error: true
		    steps: [{run: pytest}]
		  b:
		    if: github.event_name == 'push'
		    steps: [{run: pytest, continue-on-error: true}, {run: pytest -x, if: "${{ false && failure() }}"}]
		  c:
		    if: github.event_name == 'schedule'
		    steps: [{run: pytest}]
	`, nil), `
		.github/workflows/ci.yml:5:19 job a, step 1 (continue-on-error errexit): pytest
		.github/workflows/ci.yml:8:19 job b, step 1 (continue-on-error errexit): pytest
		.github/workflows/ci.yml:8:59 job b, step 2 (doubtful errexit): pytest -x
		.github/workflows/ci.yml:11:19 job c, step 1 (doubtful errexit): pytest
	`)
}

func TestWorkflowCheckout(t *testing.T) {
	check(t, workflowOf(t, `
		jobs:
		  a:
		    steps:
		      - {uses: actions/checkout@v5, with: {path: own}}
		      - {uses: actions/checkout@v5, with: {path: theirs, repository: a/b}}
		      - {run: pytest, working-directory: own}
		      - {run: pytest, working-directory: "${{ github.workspace }}/own/sub/"}
		      - {run: pytest, working-directory: owner}
	`, nil), `
		.github/workflows/ci.yml:6:15 job a, step 3 (errexit): pytest
		.github/workflows/ci.yml:7:15 job a, step 4 (errexit) in sub: pytest
		.github/workflows/ci.yml:8:15 job a, step 5 (errexit) in owner: pytest
	`)
}

func TestWorkflowOtherLanguages(t *testing.T) {
	check(t, workflowOf(t, `
		jobs:
		  a:
		    runs-on: windows-latest
		    env: {W: 3}
		    steps:
		      - run: |
		          # pytest in a comment
		          $env:PYTEST_ADDOPTS = "-n 4"
		          .\venv\Scripts\pytest "a b" `+"`"+`
		            -n $env:W $other
		          if ($x) { pytest }
		          Write-Host done
		      - run: |
		          set A=1
		          python -m pytest -n %W% %NONE%
		        shell: cmd
		      - run: system("pytest")
		        shell: perl {0}
		      - run: pytest
		        shell: bash
	`, nil), `
		.github/workflows/ci.yml:9:11 job a, step 1 (doubtful) PYTEST_ADDOPTS=-n 4 W=3: [[.\venv\Scripts\pytest a b -n 3 «$other»]]
		.github/workflows/ci.yml:15:11 job a, step 2 (doubtful) A=1 W=3: [[python -m pytest -n 3 «%NONE%»]]
		.github/workflows/ci.yml:19:14 job a, step 4 (errexit pipefail) W=3: pytest
		.github/workflows/ci.yml:11:21 problem: this line of pwsh can't be simulated
		.github/workflows/ci.yml:17:22 problem: commands of perl can't be simulated
	`)
}

func TestWorkflowKnownActions(t *testing.T) {
	check(t, workflowOf(t, `
		env: {CIBW_TEST_COMMAND: "pytest {project}/tests -n 2"}
		jobs:
		  a:
		    steps:
		      - uses: nick-fields/retry@v3
		        with: {timeout_minutes: 5, command: "pytest -n ${{ vars.N }}"}
		      - uses: GabrielBB/xvfb-action@abc
		        with: {run: pytest, working-directory: gui}
		      - uses: someone/container@v1
		        with: {run: "bash ci/test.sh", script: "console.log('hello')"}
		      - uses: actions/github-script@v7
		        with: {script: "make('x')"}
		      - uses: pypa/cibuildwheel@v3
		  b:
		    uses: other/repo/.github/workflows/test.yml@main
		    with: {script: "pytest -n 6"}
	`, nil), `
		.github/workflows/ci.yml:6:46 job a, step 1 CIBW_TEST_COMMAND=pytest {project}/tests -n 2: pytest -n «vars.N»
		.github/workflows/ci.yml:8:21 job a, step 2 in gui CIBW_TEST_COMMAND=pytest {project}/tests -n 2: pytest
		.github/workflows/ci.yml:10:22 job a, step 3 (doubtful) CIBW_TEST_COMMAND=pytest {project}/tests -n 2: bash ci/test.sh
		.github/workflows/ci.yml:1:27 job a, step 5 (errexit posix) in ../tmp/cibuildwheel CIBW_TEST_COMMAND=pytest {project}/tests -n 2: pytest /repo/tests -n 2
		.github/workflows/ci.yml:16:21 job b (doubtful): pytest -n 6
	`)
}

func TestBrokenWorkflow(t *testing.T) {
	got := workflowOf(t, "jobs: [", nil)
	if len(got.problems) != 1 || got.problems[0].File != ".github/workflows/ci.yml" || !got.problems[0].Unread {
		t.Errorf("problems %v", got.problems)
	}
	check(t, workflowOf(t, `
		jobs: {a: , b: [x], c: {steps: 1}, d: {steps: [a, {run: [x]}, {uses: [y]}]}, e: {strategy: {matrix: 3}, steps: [{run: }]}}
	`, nil), "")
}
