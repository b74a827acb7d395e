package observe

import (
	"fmt"
	"slices"
	"strings"

	"policygen/internal/finding"
	"policygen/internal/pytest"
)

// maxSnippets bounds what is taken out of one file: its jobs multiply by their matrices.
const maxSnippets = 50_000

var tooManyCommands = fmt.Sprintf("the file comes to more than %d commands; those after them are not looked at", maxSnippets)

// full reports whether no more is taken.
func (f *found) full() bool { return len(f.snippets) >= maxSnippets }

// standingIn returns what stands in a file itself, not in those that were read with it.
func (f found) standingIn(name string) found {
	return f.standing(func(n string) bool { return n == name })
}

// standing returns what stands in files of some names.
func (f found) standing(in func(name string) bool) found {
	own := found{snippets: slices.Clone(f.snippets), jobs: slices.Clone(f.jobs), problems: slices.Clone(f.problems)}
	own.snippets = slices.DeleteFunc(own.snippets, func(sn snippet) bool { return !in(sn.file()) })
	own.jobs = slices.DeleteFunc(own.jobs, func(j Job) bool { return !in(j.File) })
	own.problems = slices.DeleteFunc(own.problems, func(p Problem) bool { return !in(p.File) })
	own.jobs, own.snippets = distinctJobs(own.jobs), distinctSnippets(own.snippets)
	return own
}

func distinctJobs(jobs []Job) []Job {
	seen := map[Job]bool{}
	return slices.DeleteFunc(jobs, func(j Job) bool {
		was := seen[j]
		seen[j] = true
		return was
	})
}

// distinctSnippets leaves of snippets that are the same commands at the same place in the same surroundings the first. The
// system of the runner counts where they speak of it; what differs in scripts that they call is lost.
func distinctSnippets(all []snippet) (kept []snippet) {
	seen := map[string]bool{}
	for _, sn := range all {
		env := sn.env
		if env["RUNNER_OS"] != "" && !strings.Contains(sn.text.String(), "RUNNER_OS") {
			env = with(env, map[string]string{"RUNNER_OS": ""})
		}
		key := fmt.Sprint(sn.start(), sn.text.String(), allTexts(sn.argv), env, sn.dir, sn.job, sn.dialect, sn.hidden, sn.errExit, sn.pipeFail, sn.doubtful, sn.clones)
		if !seen[key] {
			seen[key] = true
			kept = append(kept, sn)
		}
	}
	return kept
}

func allTexts(argv [][]pytest.Word) (all [][]string) {
	for _, words := range argv {
		all = append(all, texts(words))
	}
	return all
}

// file returns the name of the file that the commands stand in.
func (sn snippet) file() string {
	if sn.text.Len() > 0 {
		return sn.text.At(0).File
	}
	return sn.start().File
}

func (sn snippet) start() finding.Position {
	if sn.text.Len() > 0 {
		return sn.text.At(0)
	}
	if len(sn.argv) > 0 && len(sn.argv[0]) > 0 {
		return sn.argv[0][0].Pos
	}
	return finding.Position{}
}
