package observe

import "testing"

const testAction = `
	inputs:
	  workers: {default: "2"}
	  path: {required: true}
	runs:
	  using: composite
	  steps:
	    - run: pytest ${{ inputs.path }} -n ${{ inputs.workers }} ${{ github.action_path }}
	      shell: bash
	      working-directory: ${{ inputs.path }}
`

func TestActionAlone(t *testing.T) {
	check(t, readAction(inTree(t, "actions/t/action.yml", map[string]string{"actions/t/action.yml": indented(testAction)})),
		"actions/t/action.yml:7:12 action actions/t, step 1 (errexit pipefail) in «inputs.path» GITHUB_ACTION_PATH=/repo/actions/t: pytest «inputs.path» -n 2 /repo/actions/t")
}

func TestActionAsItIsUsed(t *testing.T) {
	files := map[string]string{
		".github/actions/t/action.yml": indented(testAction),
		".github/actions/outer/action.yaml": indented(`
			runs:
			  using: composite
			  steps:
			    - uses: ./.github/actions/t
			      with: {path: outer}
			    - uses: ./.github/actions/outer
			    - {run: pytest outer, shell: sh}
		`),
		".github/workflows/a.yml": indented(`
			env: {TOP: 1}
			defaults: {run: {working-directory: elsewhere}}
			jobs:
			  j:
			    strategy: {matrix: {n: [4, 6]}}
			    steps:
			      - uses: ./.github/actions/t
			        name: Direct
			        continue-on-error: true
			        with: {path: tests, Workers: "${{ matrix.n }}"}
			        env: {STEP: 1}
			      - uses: ./.github/actions/t2
		`),
		".github/workflows/b.yml": "jobs: {k: {steps: [{uses: ./.github/actions/outer/}]}}",
	}
	check(t, readAction(inTree(t, ".github/actions/t/action.yml", files)), `
		.github/actions/t/action.yml:7:12 job j, step Direct, step 1 (continue-on-error errexit pipefail) in tests GITHUB_ACTION_PATH=/repo/.github/actions/t STEP=1 TOP=1: pytest tests -n 4 /repo/.github/actions/t
		.github/actions/t/action.yml:7:12 job j, step Direct, step 1 (continue-on-error errexit pipefail) in tests GITHUB_ACTION_PATH=/repo/.github/actions/t STEP=1 TOP=1: pytest tests -n 6 /repo/.github/actions/t
		.github/actions/t/action.yml:7:12 job k, step 1, step 1, step 1 (errexit pipefail) in outer GITHUB_ACTION_PATH=/repo/.github/actions/t: pytest outer -n 2 /repo/.github/actions/t
	`)
	check(t, readAction(inTree(t, ".github/actions/outer/action.yaml", files)),
		".github/actions/outer/action.yaml:7:13 job k, step 1, step 3 (errexit posix) GITHUB_ACTION_PATH=/repo/.github/actions/outer: pytest outer")
	check(t, readWorkflow(inTree(t, ".github/workflows/a.yml", files)), "")
}

func TestReusableWorkflow(t *testing.T) {
	files := map[string]string{
		".github/workflows/tests.yml": indented(`
			on:
			  workflow_call:
			    inputs:
			      workers: {type: number, default: 3}
			      fast: {type: boolean}
			jobs:
			  run:
			    timeout-minutes: 20
			    steps: [{run: "pytest -n ${{ inputs.workers }} ${{ inputs.fast && '-x' || '-y' }}"}]
		`),
		".github/workflows/a.yml": indented(`
			env: {NOT: passed}
			jobs:
			  one: {uses: ./.github/workflows/tests.yml}
			  two:
			    uses: ./.github/workflows/tests.yml
			    strategy: {matrix: {n: [5]}}
			    with: {workers: "${{ matrix.n }}", fast: true}
		`),
	}
	check(t, readWorkflow(inTree(t, ".github/workflows/tests.yml", files)), `
		.github/workflows/tests.yml:9:20 job one, job run, step 1 (errexit): pytest -n 3 -y
		.github/workflows/tests.yml:9:20 job two, job run, step 1 (errexit): pytest -n 5 -x
		.github/workflows/tests.yml:7:3 job run: 20 minutes at .github/workflows/tests.yml:8:22
	`)
	delete(files, ".github/workflows/a.yml")
	check(t, readWorkflow(inTree(t, ".github/workflows/tests.yml", files)), `
		.github/workflows/tests.yml:9:20 job run, step 1 (errexit): pytest -n 3 «inputs.fast && '-x' || '-y'»
		.github/workflows/tests.yml:7:3 job run: 20 minutes at .github/workflows/tests.yml:8:22
	`)
}
