package observe

import "testing"

func pipelineOf(t *testing.T, name, content string) found {
	t.Helper()
	f := readPipeline(inTree(t, name, map[string]string{name: indented(content)}))
	service := serviceOf(name)
	for i := range f.snippets {
		if f.snippets[i].kind != Pipeline {
			t.Errorf("a snippet is of kind %q", f.snippets[i].kind)
		}
		for key, value := range service.ambient {
			if f.snippets[i].env[key] != value {
				t.Errorf("%s is %q, want %q", key, f.snippets[i].env[key], value)
			}
			delete(f.snippets[i].env, key)
		}
	}
	return f
}

func TestAzure(t *testing.T) {
	check(t, pipelineOf(t, "azure-pipelines.yml", `
		parameters:
		  - {name: workers, default: 4}
		variables:
		  top.level: 1
		  ${{ if true }}: {skipped: 1}
		jobs:
		  - job: Unit
		    timeoutInMinutes: 45
		    strategy:
		      matrix:
		        linux: {image: ubuntu-latest, n: 2}
		        windows: {image: windows-latest, n: 3}
		    pool: {vmImage: $(image)}
		    variables: [{name: W, value: "w$(n)"}, {group: secrets}]
		    steps:
		      - script: |
		          cd $(pwd)
		          pytest -n $(n) $(Build.SourcesDirectory)/t $(Build.BuildId) ${{ parameters.workers }}
		        displayName: Run the tests
		        workingDirectory: sub
		        env: {STEP: $(W)}
		      - bash: pytest ${{ parameters.none }}
		        continueOnError: true
		      - pwsh: pytest -x
		      - task: Bash@3
		        inputs: {script: pytest task}
		      - task: Bash@3
		        inputs: {filePath: ci/test.sh, arguments: -n 5}
	`), `
		azure-pipelines.yml:17:11 job Unit, step Run the tests in sub IMAGE=ubuntu-latest N=2 SKIPPED=1 STEP=w2 TOP_LEVEL=1 W=w2: cd $(pwd); pytest -n 2 /repo/t «Build.BuildId» 4
		azure-pipelines.yml:22:15 job Unit (continueOnError) IMAGE=ubuntu-latest N=2 SKIPPED=1 TOP_LEVEL=1 W=w2: pytest «parameters.none»
		azure-pipelines.yml:24:15 job Unit (doubtful) IMAGE=ubuntu-latest N=2 SKIPPED=1 TOP_LEVEL=1 W=w2: [[pytest -x]]
		azure-pipelines.yml:26:26 job Unit IMAGE=ubuntu-latest N=2 SKIPPED=1 TOP_LEVEL=1 W=w2: pytest task
		azure-pipelines.yml:28:28 job Unit IMAGE=ubuntu-latest N=2 SKIPPED=1 TOP_LEVEL=1 W=w2: bash ci/test.sh -n 5
		azure-pipelines.yml:18:11 job Unit, step Run the tests (doubtful) in sub IMAGE=windows-latest N=3 SKIPPED=1 STEP=w3 TOP_LEVEL=1 W=w3: [[pytest -n 3 /repo/t «Build.BuildId» 4]]
		azure-pipelines.yml:22:15 job Unit (continueOnError) IMAGE=windows-latest N=3 SKIPPED=1 TOP_LEVEL=1 W=w3: pytest «parameters.none»
		azure-pipelines.yml:24:15 job Unit (doubtful) IMAGE=windows-latest N=3 SKIPPED=1 TOP_LEVEL=1 W=w3: [[pytest -x]]
		azure-pipelines.yml:26:26 job Unit IMAGE=windows-latest N=3 SKIPPED=1 TOP_LEVEL=1 W=w3: pytest task
		azure-pipelines.yml:28:28 job Unit IMAGE=windows-latest N=3 SKIPPED=1 TOP_LEVEL=1 W=w3: bash ci/test.sh -n 5
		azure-pipelines.yml:7:5 job Unit: 45 minutes at azure-pipelines.yml:8:23
	`)
}

func TestCircle(t *testing.T) {
	check(t, pipelineOf(t, ".circleci/config.yml", `
		parameters: {n: {type: integer, default: 4}}
		commands:
		  tests:
		    parameters: {where: {default: unit}, free: {type: string}}
		    steps:
		      - run: pytest << parameters.where >> << parameters.free >>
		jobs:
		  build:
		    working_directory: ~/code
		    environment: {A: 1}
		    steps:
		      - checkout
		      - run:
		          name: Tests
		          command: |
		            pytest -n << pipeline.parameters.n >>
		          working_directory: ~/code/sub
		          environment: [B=2 C=3]
		      - run: {command: pytest sh, shell: /bin/sh}
	`), `
		.circleci/config.yml:16:13 job build, step Tests (errexit pipefail) in sub A=1 B=2 C=3: pytest -n 4
		.circleci/config.yml:19:24 job build (posix) A=1: pytest sh
		.circleci/config.yml:6:14 job tests (errexit pipefail): pytest unit «parameters.free»
	`)
}

func TestCircleSteps(t *testing.T) {
	check(t, pipelineOf(t, ".circleci/config.yml", `
		executors: {py: {environment: {E: 1}, shell: bash -e, working_directory: ~/x}}
		commands:
		  wrapped:
		    parameters: {first: {type: steps, default: []}, flag: {type: boolean, default: true}}
		    steps:
		      - << parameters.first >>
		      - when: {condition: {and: [<< parameters.flag >>, {not: {equal: [a, b]}}]}, steps: [{run: pytest flag}]}
		      - unless: {condition: {or: [<< parameters.flag >>, false]}, steps: [{run: pytest never}]}
		      - when: {condition: << pipeline.git.tag >>, steps: [{run: pytest tag}]}
		jobs:
		  build:
		    executor: {name: py}
		    steps:
		      - wrapped: {first: [{run: {command: pytest first, working_directory: ~/x/sub}}]}
		      - wrapped
		      - orb/command: {after: [{run: pytest orb}]}
		workflows:
		  w: {jobs: [build: {pre-steps: [{run: pytest before}]}, orb/job: {post-steps: [{run: pytest after}]}]}
	`), `
		.circleci/config.yml:18:40 job build (errexit) E=1: pytest before
		.circleci/config.yml:14:43 job build (errexit) in sub E=1: pytest first
		.circleci/config.yml:7:97 job build (errexit) E=1: pytest flag
		.circleci/config.yml:9:65 job build (doubtful errexit) E=1: pytest tag
		.circleci/config.yml:16:37 job build (errexit) E=1: pytest orb
		.circleci/config.yml:18:87 job orb/job (errexit pipefail): pytest after
	`)
}

func TestTravis(t *testing.T) {
	got := readPipeline(inTree(t, ".travis.yml", map[string]string{".travis.yml": indented(`
		env:
		  global: [G=1]
		  jobs: ["A=1 B='x y'", A=2]
		install: pip install .
		script:
		  - pytest -n 4
		  - pytest b
		after_success: pytest after
		jobs:
		  include:
		    - name: special
		      env: A=3
		      script: pytest special
	`)}))
	for i := range got.snippets {
		for _, name := range []string{"TRAVIS", "TRAVIS_BUILD_DIR", "CI"} {
			delete(got.snippets[i].env, name)
		}
	}
	check(t, got, `
		.travis.yml:4:10 A=1 B=x y G=1: pip install .; pytest -n 4; pytest b
		.travis.yml:8:16 (after_success) A=1 B=x y G=1: pytest after
		.travis.yml:4:10 A=2 G=1: pip install .; pytest -n 4; pytest b
		.travis.yml:8:16 (after_success) A=2 G=1: pytest after
		.travis.yml:4:10 job special A=3 G=1: pip install .; pytest special
		.travis.yml:8:16 job special (after_success) A=3 G=1: pytest after
	`)
}

func TestCirrus(t *testing.T) {
	check(t, pipelineOf(t, ".cirrus.yml", `
		env: {A: 1}
		unit_task:
		  timeout_in: 90m
		  matrix:
		    - env: {N: 2}
		    - {env: {N: 3}, allow_failures: true}
		  install_script: pip install .
		  test_script:
		    - cd x
		    - pytest -n $N
	`), `
		.cirrus.yml:7:19 job unit (errexit) A=1 N=2: pip install .
		.cirrus.yml:9:7 job unit (errexit) A=1 N=2: cd x; pytest -n $N
		.cirrus.yml:7:19 job unit (allow_failures errexit) A=1 N=3: pip install .
		.cirrus.yml:9:7 job unit (allow_failures errexit) A=1 N=3: cd x; pytest -n $N
		.cirrus.yml:3:3 job unit: 90 minutes at .cirrus.yml:3:15
	`)
}

func TestAppVeyor(t *testing.T) {
	check(t, pipelineOf(t, "appveyor.yml", `
		environment:
		  A: 1
		  matrix: [{N: 2}, {N: 3}]
		test_script:
		  - pytest -n %N%
		  - ps: pytest -n $env:N
		  - sh: pytest sh
		on_finish: pytest end
	`), `
		appveyor.yml:6:9 (doubtful) A=1 N=2: [[pytest -n 2]]
		appveyor.yml:7:9 A=1 N=2: pytest sh
		appveyor.yml:5:5 (doubtful) A=1 N=2: [[pytest -n 2]]
		appveyor.yml:8:12 (doubtful on_finish) A=1 N=2: [[pytest end]]
		appveyor.yml:6:9 (doubtful) A=1 N=3: [[pytest -n 3]]
		appveyor.yml:7:9 A=1 N=3: pytest sh
		appveyor.yml:5:5 (doubtful) A=1 N=3: [[pytest -n 3]]
		appveyor.yml:8:12 (doubtful on_finish) A=1 N=3: [[pytest end]]
	`)
}

func TestBitbucket(t *testing.T) {
	check(t, pipelineOf(t, "bitbucket-pipelines.yml", `
		definitions:
		  steps:
		    - step: &unit
		        name: Unit
		        max-time: 30
		        script:
		          - pip install .
		          - pytest -n 4
		          - pipe: some/pipe:1
		        after-script: [pytest last]
		pipelines:
		  default: [step: *unit]
	`), `
		bitbucket-pipelines.yml:7:13 step Unit (errexit): pip install .; pytest -n 4
		bitbucket-pipelines.yml:10:24 step Unit (after-script errexit): pytest last
		bitbucket-pipelines.yml:4:9 job Unit: 30 minutes at bitbucket-pipelines.yml:5:19
	`)
}

func TestBuildkite(t *testing.T) {
	check(t, pipelineOf(t, ".buildkite/pipeline.yml", `
		env: {A: 1}
		steps:
		  - label: Unit
		    command: pytest -n {{matrix.n}} {{ matrix.dir }} $$HOME
		    timeout_in_minutes: 20
		    soft_fail: true
		    matrix: {setup: {n: [2, 3], dir: [x]}}
		  - commands: [pip install ., "pytest {{matrix}}"]
		    matrix: [a]
		  - wait
	`), `
		.buildkite/pipeline.yml:4:14 step Unit (errexit soft_fail) A=1: pytest -n 2 x $HOME
		.buildkite/pipeline.yml:4:14 step Unit (errexit soft_fail) A=1: pytest -n 3 x $HOME
		.buildkite/pipeline.yml:8:16 (errexit) A=1: pip install .; pytest a
		.buildkite/pipeline.yml:3:5 job Unit: 20 minutes at .buildkite/pipeline.yml:5:25
	`)
}

func TestCloudBuild(t *testing.T) {
	check(t, pipelineOf(t, "cloudbuild.yaml", `
		substitutions: {_N: "4"}
		steps:
		  - id: unit
		    name: python
		    entrypoint: bash
		    args: [-ec, "pytest -n ${_N}"]
		    dir: sub
		    env: [A=1]
		    timeout: 600s
		  - name: python
		    script: pytest $$HOME
	`), `
		cloudbuild.yaml:6:18 step unit (errexit) in sub A=1 _N=4: pytest -n 4
		cloudbuild.yaml:11:13 step python _N=4: pytest $HOME
		cloudbuild.yaml:3:5 job unit: 10 minutes at cloudbuild.yaml:9:14
	`)
}

func FuzzPipeline(f *testing.F) {
	for _, name := range []string{"azure-pipelines.yml", ".travis.yml", ".cirrus.yml", "appveyor.yml", ".circleci/c.yml", ".buildkite/p.yml", "cloudbuild.yaml", "bitbucket-pipelines.yml"} {
		f.Add(name, "env: {A: 1}\nmatrix: [{script: x}, y]\nsteps: [{script: [a, [b]], command: c, run: {command: d}, args: [-c, x], entrypoint: sh}]")
	}
	f.Fuzz(func(t *testing.T, name, text string) {
		for _, sn := range readPipeline(file{name: name, content: []byte(text)}).snippets {
			if sn.start().File != name {
				t.Errorf("a snippet of %q stands at %v", text, sn.start())
			}
		}
	})
}
