package observe

import (
	"policygen/internal/source"
)

// The phases of a job of Travis, which run in one shell, and those after it, whose failures don't count.
// https://docs.travis-ci.com/user/job-lifecycle/
var (
	travisPhases = []string{"before_install", "install", "before_script", "script"}
	travisAfter  = []string{"after_success", "after_failure", "after_script"}
)

// travis reads the jobs of Travis: the file's own keys for each line of its matrix of variables, and those of "include".
func (r *pipelineReader) travis(root *source.Node) {
	st := spot{env: map[string]string{"CI": "true", "TRAVIS": "true", "TRAVIS_BUILD_DIR": mount}, values: map[string]string{}}
	r.travisJob(root, st, "")
	for _, list := range []*source.Node{root.Get("jobs", "include"), root.Get("matrix", "include")} {
		for _, item := range listOf(list) {
			if item.Kind == source.Map {
				r.travisJob(withEnvOf(root, item), st, firstScalar(item, []string{"name", "stage"}, "included"))
			}
		}
	}
}

// withEnvOf returns a job that is included: what it does not say is as in the file, but the variables are its own besides the
// global ones.
func withEnvOf(root, item *source.Node) *source.Node {
	merged := *mergeNodes(withoutKey(withoutKey(root, "jobs"), "matrix"), withoutKey(item, "env"))
	merged.Entries = withoutKey(&merged, "env").Entries
	global := &source.Node{Kind: source.Map}
	if given := root.Get("env", "global"); given != nil {
		global.Entries = []source.Entry{{Key: source.NewText("", []byte("global")), Value: given}}
	}
	if own := item.Get("env"); own != nil {
		global.Entries = append(global.Entries, source.Entry{Key: source.NewText("", []byte("jobs")), Value: own})
	}
	merged.Entries = append(merged.Entries, source.Entry{Key: source.NewText("", []byte("env")), Value: global})
	return &merged
}

func (r *pipelineReader) travisJob(n *source.Node, st spot, name string) {
	st.job = name
	for _, own := range r.travisEnvs(n.Get("env"), st) {
		var lines []source.Text
		for _, phase := range travisPhases {
			for _, item := range listOf(n.Get(phase)) {
				if item.Kind == source.Scalar && item.Tag == "!!str" {
					lines = append(lines, item.Text)
				}
			}
		}
		r.add("", joinLines(lines, source.Text{}), own)
		for _, phase := range travisAfter {
			if after := n.Get(phase); after != nil {
				own.hidden = phase
				r.commands(phase, after, own)
			}
		}
	}
}

// travisEnvs returns what is in force for each job of a matrix of variables.
func (r *pipelineReader) travisEnvs(env *source.Node, st spot) (all []spot) {
	matrix := env
	if env != nil && env.Kind == source.Map {
		matrix = source.First(env.Get("jobs"), env.Get("matrix"))
		if global := env.Get("global"); global != nil || matrix != nil {
			st = r.withVariables(st, global)
		} else {
			return []spot{r.withVariables(st, env)}
		}
	}
	for _, item := range listOf(matrix) {
		all = append(all, r.withVariables(st, item))
	}
	if all == nil {
		all = []spot{st}
	}
	return all
}
