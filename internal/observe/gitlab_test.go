package observe

import (
	"fmt"
	"strings"
	"testing"
)

func gitlabOf(t *testing.T, content string) found {
	t.Helper()
	return readGitLab(inTree(t, ".gitlab-ci.yml", map[string]string{".gitlab-ci.yml": indented(content)}))
}

func TestGitLabScripts(t *testing.T) {
	got := gitlabOf(t, `
		before_script: top
		default:
		  after_script: [cleanup]
		  timeout: 1h 30m
		unit:
		  stage: check
		  before_script:
		    - export A=1
		    - |
		      cd x
		      true
		  script:
		    - pytest -n 4
		    - [pytest a, [pytest b]]
		  allow_failure: true
		  timeout: 3 hours and 30 minutes
		lint:
		  inherit: {default: [timeout]}
		  script: "pytest 'q'"
		.template: {script: pytest never}
		deploy: {trigger: other}
		bad: {script: pytest $CI_COMMIT_REF_NAME, after_script: [], timeout: soon, allow_failure: {exit_codes: 5}}
	`)
	check(t, got, `
		.gitlab-ci.yml:8:7 job unit (allow_failure errexit pipefail) CI_JOB_STAGE=check CI_SERVER=yes: export A=1; cd x; true; ; pytest -n 4; pytest a; pytest b
		.gitlab-ci.yml:3:18 job unit, after_script (after_script errexit pipefail) CI_JOB_STAGE=check CI_SERVER=yes: cleanup
		.gitlab-ci.yml:19:12 job lint (errexit pipefail) CI_JOB_STAGE=test CI_SERVER=yes: pytest 'q'
		.gitlab-ci.yml:1:16 job bad (errexit pipefail) CI_COMMIT_REF_NAME=«CI_COMMIT_REF_NAME» CI_JOB_STAGE=test CI_SERVER=yes: top; pytest $CI_COMMIT_REF_NAME
		.gitlab-ci.yml:5:1 job unit: 210 minutes at .gitlab-ci.yml:16:12
		.gitlab-ci.yml:17:1 job lint: 90 minutes at .gitlab-ci.yml:4:12
		.gitlab-ci.yml:22:1 job bad: 0 minutes at .gitlab-ci.yml:22:70
		.gitlab-ci.yml:22:70 problem: the timeout can't be read, write it as "1h 30m"
	`)
	text := got.snippets[0].text
	if at := text.At(strings.Index(text.String(), "-n")).String(); at != ".gitlab-ci.yml:13:14" {
		t.Errorf("-n is at %s", at)
	}
	if at := text.At(strings.Index(text.String(), "pytest b")).String(); at != ".gitlab-ci.yml:14:19" {
		t.Errorf("pytest b is at %s", at)
	}
}

func TestGitLabExtends(t *testing.T) {
	check(t, gitlabOf(t, `
		.one: {variables: {A: 1, B: 1}, script: [pytest one]}
		.two: {extends: .one, variables: {B: 2}}
		.three: {variables: {C: 3, A: 3}, before_script: [three]}
		a: {extends: [.two, .three]}
		b: {extends: .two, script: [pytest b], variables: {A: b}}
		c: {extends: .nowhere, script: [pytest c]}
		d: {extends: e, script: pytest d}
		e: {extends: d}
	`), `
		.gitlab-ci.yml:3:51 job a (errexit pipefail) A=3 B=2 C=3 CI_JOB_STAGE=test CI_SERVER=yes: three; pytest one
		.gitlab-ci.yml:5:29 job b (errexit pipefail) A=b B=2 CI_JOB_STAGE=test CI_SERVER=yes: pytest b
		.gitlab-ci.yml:6:33 job c (errexit pipefail) CI_JOB_STAGE=test CI_SERVER=yes: pytest c
		.gitlab-ci.yml:7:25 job d (errexit pipefail) CI_JOB_STAGE=test CI_SERVER=yes: pytest d
		.gitlab-ci.yml:6:14 problem: what it extends is not in the repository: .nowhere
		.gitlab-ci.yml:8:14 problem: the job extends itself
	`)
}

func TestGitLabReferences(t *testing.T) {
	check(t, gitlabOf(t, `
		.s: {script: [setup, pytest -n 2], variables: {V: v}}
		.t: {script: [!reference [.s, script], more]}
		a:
		  variables: !reference [.s, variables]
		  script:
		    - !reference [.t, script]
		    - !reference [.none, script]
		    - pytest last
		b: {script: !reference [.s, script]}
		c: {script: [!reference [c, script]]}
	`), `
		.gitlab-ci.yml:1:15 job a (errexit pipefail) CI_JOB_STAGE=test CI_SERVER=yes V=v: setup; pytest -n 2; more; pytest last
		.gitlab-ci.yml:1:15 job b (errexit pipefail) CI_JOB_STAGE=test CI_SERVER=yes: setup; pytest -n 2
		.gitlab-ci.yml:7:7 problem: what it refers to is not in the repository
	`)
}

func TestGitLabVariablesAndMatrix(t *testing.T) {
	check(t, gitlabOf(t, `
		variables: {N: 4, OPTS: "-n $N $$X", LOOP: "${LOOP}x", OUT: "$CI_PROJECT_DIR/${SECRET}", D: {value: d, description: about}}
		a:
		  variables: {N: "8"}
		  parallel: {matrix: [{P: ["1", "2"], N: ["6"]}, {P: z}]}
		  script: pytest
		b: {inherit: {variables: [D]}, parallel: 3, script: pytest}
	`), `
		.gitlab-ci.yml:5:11 job a (errexit pipefail) CI_JOB_STAGE=test CI_SERVER=yes D=d LOOP=x N=6 OPTS=-n 6 $X OUT=/repo/«SECRET» P=1: pytest
		.gitlab-ci.yml:5:11 job a (errexit pipefail) CI_JOB_STAGE=test CI_SERVER=yes D=d LOOP=x N=6 OPTS=-n 6 $X OUT=/repo/«SECRET» P=2: pytest
		.gitlab-ci.yml:5:11 job a (errexit pipefail) CI_JOB_STAGE=test CI_SERVER=yes D=d LOOP=x N=8 OPTS=-n 8 $X OUT=/repo/«SECRET» P=z: pytest
		.gitlab-ci.yml:6:53 job b (errexit pipefail) CI_JOB_STAGE=test CI_NODE_INDEX=«CI_NODE_INDEX» CI_NODE_TOTAL=3 CI_SERVER=yes D=d: pytest
	`)
}

func TestGitLabRules(t *testing.T) {
	check(t, gitlabOf(t, `
		variables: {N: 4, A: global}
		workflow:
		  rules:
		    - {if: $CI_COMMIT_TAG, variables: {A: tag}}
		    - {if: $CI_DRAFT, when: never, variables: {A: never}}
		    - when: always
		.nightly: {rules: [{if: $NIGHTLY, variables: {N: 12}}]}
		a: {script: pytest, rules: [!reference [.nightly, rules], {if: $CI}, {if: $X}]}
		b: {script: pytest, variables: {A: own}, rules: [{if: $X, variables: {A: x}}]}
		c: {script: pytest, inherit: {variables: false}, rules: [{when: never}]}
	`), `
		.gitlab-ci.yml:8:13 job a (errexit pipefail) A=tag CI_JOB_STAGE=test CI_SERVER=yes N=12: pytest
		.gitlab-ci.yml:8:13 job a (errexit pipefail) A=tag CI_JOB_STAGE=test CI_SERVER=yes N=4: pytest
		.gitlab-ci.yml:8:13 job a (errexit pipefail) A=global CI_JOB_STAGE=test CI_SERVER=yes N=12: pytest
		.gitlab-ci.yml:8:13 job a (errexit pipefail) A=global CI_JOB_STAGE=test CI_SERVER=yes N=4: pytest
		.gitlab-ci.yml:9:13 job b (errexit pipefail) A=x CI_JOB_STAGE=test CI_SERVER=yes N=4: pytest
		.gitlab-ci.yml:10:13 job c (errexit pipefail) CI_JOB_STAGE=test CI_SERVER=yes: pytest
	`)
	var rules []string
	for i := range maxRuled + 1 {
		rules = append(rules, fmt.Sprintf("{if: $X, variables: {N: %d}}", i))
	}
	check(t, gitlabOf(t, "a: {script: pytest, rules: ["+strings.Join(rules, ", ")+"]}"),
		".gitlab-ci.yml:1:13 job a (errexit pipefail) CI_JOB_STAGE=test CI_SERVER=yes N=«N»: pytest")
}

func TestGitLabIncludes(t *testing.T) {
	files := map[string]string{
		".gitlab-ci.yml": indented(`
			include:
			  - local: /ci/*.yml
			  - /.gitlab/base.yml
			  - {project: other, file: x.yml}
			  - local: gone.yml
			a: {extends: .base, variables: {N: 2}}
			z: {extends: .theirs, script: pytest z}
		`),
		".gitlab/base.yml":        ".base: {before_script: [prepare], script: ['pytest -n $N'], variables: {N: 1}}\na: {variables: {M: 3}}\n",
		".gitlab/alone.yml":       "w: {script: pytest alone}\n",
		"ci/test.yml":             "spec: {inputs: {n: {default: 7}}}\n---\nc: {extends: .base, script: ['pytest $[[ inputs.n ]] $[[ inputs.m | x ]]']}\n",
		"ci/deeper/unmatched.yml": "d: {script: pytest}",
	}
	check(t, readGitLab(inTree(t, ".gitlab-ci.yml", files)), `
		ci/test.yml:3:31 job c (errexit pipefail) CI_JOB_STAGE=test CI_SERVER=yes N=1: prepare; pytest 7 «inputs.m»
		.gitlab-ci.yml:7:31 job z (errexit pipefail) CI_JOB_STAGE=test CI_SERVER=yes: pytest z
		.gitlab-ci.yml:5:12 problem: gone.yml can't be read: file does not exist
	`)
	check(t, readGitLab(inTree(t, ".gitlab/base.yml", files)),
		".gitlab/base.yml:1:25 job a (errexit pipefail) CI_JOB_STAGE=test CI_SERVER=yes M=3 N=2: prepare; pytest -n $N")
	check(t, readGitLab(inTree(t, ".gitlab/alone.yml", files)), ".gitlab/alone.yml:1:13 job w (errexit pipefail) CI_JOB_STAGE=test CI_SERVER=yes: pytest alone")
}

func TestGitLabIsBounded(t *testing.T) {
	var b strings.Builder
	b.WriteString("j0: {script: [pytest, pytest, pytest, pytest]}\n")
	for i := 1; i < 12; i++ {
		r := fmt.Sprintf("!reference [j%d, script]", i-1)
		fmt.Fprintf(&b, "j%d: {script: [%s]}\n", i, strings.Join([]string{r, r, r, r, r, r, r, r}, ", "))
	}
	got := readGitLab(inTree(t, ".gitlab-ci.yml", map[string]string{".gitlab-ci.yml": b.String()}))
	if len(got.snippets) == 0 {
		t.Error("no job is read")
	}
	if broken := gitlabOf(t, "a: ["); len(broken.problems) != 1 {
		t.Errorf("problems %v", broken.problems)
	}
	check(t, gitlabOf(t, "[a]"), "")
}

func TestMinutes(t *testing.T) {
	for text, want := range map[string]float64{
		"3 hours 30 minutes": 210, "3h 30m": 210, "3h30m": 210, "one hour": 60, "90 minutes": 90, "3600": 60, "1 day, 2 hours and 6 minutes": 1566,
		"01:30:30": 90.5, "1.5h": 90, "30s": 0.5, "1 week": 10080, "10m": 10,
	} {
		if got, ok := minutesOf(text); !ok || got != want {
			t.Errorf("%q is %v, %v, want %v", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "soon", "3 fortnights", "-1h", "0"} {
		if got, ok := minutesOf(text); ok {
			t.Errorf("%q is %v", text, got)
		}
	}
}

func FuzzGitLab(f *testing.F) {
	f.Add("a: {extends: b, script: [x, !reference [b, script]]}\nb: {script: y, variables: {A: $B, B: $A}, parallel: {matrix: [{A: [1, 2]}]}}")
	f.Add("include: x.yml\n---\ndefault: {before_script: [[a]]}\nj: {script: a, after_script: b, timeout: 1h}")
	f.Fuzz(func(t *testing.T, text string) {
		for _, sn := range readGitLab(file{name: ".gitlab-ci.yml", content: []byte(text)}).snippets {
			if !sn.start().IsValid() {
				t.Errorf("a snippet of %q stands nowhere", text)
			}
		}
	})
}
