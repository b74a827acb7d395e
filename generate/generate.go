// Package generate turns resolved plans into artifacts and proves them.
//
// It does no I/O. [Render] makes the artifacts, [Rendering.Prove] proves those that are about to be written: apart from each other, since a
// proof takes most of the time and what is not written needs none. Who writes hands Prove to the writer, which calls it once nobody else
// can change what it is going to write. What is YAML was parsed and compared with what was meant when it was made, since its origins
// come from there. A block that goes into somebody's own file is also held against the file as a whole, each time the two are compared.
//
// The wrapper is a POSIX shell script in two parts: the shell part decides (arguments, backend, workers, cap, phases) and ends in one exec of
// runner.py, the constant Python part, which runs the phases. What the shell part says to the runner is an [invocation]. The proof of a
// wrapper parses it, holds it against shfmt's form and simulates it for every backend and input that matters; what it says is compared
// with a model of the command line that the renderer never calls.
package generate

import (
	"fmt"
	"io/fs"
	"runtime"
	"strings"

	"golang.org/x/sync/errgroup"

	"policygen/internal/source"
	"policygen/internal/worktree"
	"policygen/policy"
)

// An Input is a policy with what is made of it once for all targets.
type Input struct {
	Policy  *policy.Policy
	Plans   []policy.Plan
	Version string // names the policy in banners and headers: project, start of the digest, files
	Command string // what a reader of a rendered file is told to run after a change of the policy
}

// NewInput resolves a policy. The command that renders it again is told by its caller, who found the policy.
func NewInput(p *policy.Policy, command string) (Input, error) {
	plans, err := p.Resolve()
	version := p.Project + " " + p.Digest()[:12] + " (" + strings.Join(p.Sources, ", ") + ")"
	return Input{p, plans, version, command}, err
}

// A Rendering is the artifacts of all targets, in the order of the policy's targets.
type Rendering struct {
	Artifacts []worktree.Artifact
	rendered  map[string]rendered // by path
}

// A rendered is what came of one target.
type rendered struct {
	content []byte
	mode    fs.FileMode
	partial bool   // only what stands between markers is policygen's
	where   string // of a partial artifact, as [worktree.Artifact] has it
	fits    func(old, new []byte) *source.Problem
	origins [][]Origin   // of each line of content; may be shorter
	prove   func() error // nil where making it was the proof
}

// Render makes the artifact of every target. None may be written before [Rendering.Prove] has returned nil for it.
// An error is a defect of policygen itself: what no target can do, loading the policy refuses.
func Render(in Input) (Rendering, error) {
	targets := in.Policy.Targets
	all := make([]rendered, len(targets))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, target := range targets {
		group.Go(func() (err error) {
			if all[i], err = renderTarget(in, target); err != nil {
				return fmt.Errorf("rendering %s: %w", target.Path, err)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return Rendering{}, err
	}
	r := Rendering{rendered: map[string]rendered{}}
	for i, made := range all {
		r.Artifacts = append(r.Artifacts, worktree.Artifact{
			Path: targets[i].Path, Mode: made.mode, Target: targets[i].Name, Content: made.content, Partial: made.partial,
			Where: made.where, Fits: made.fits,
		})
		r.rendered[targets[i].Path] = made
	}
	return r, nil
}

// Prove proves the artifacts with the given paths; paths that are no artifact's are passed over. It is apart from Render because
// it takes most of the time, and a file that is what it should be was proved when it was written.
func (r Rendering) Prove(paths ...string) error {
	for _, path := range paths {
		if prove := r.rendered[path].prove; prove != nil {
			if err := prove(); err != nil {
				return fmt.Errorf("proving %s: %w", path, err)
			}
		}
	}
	return nil
}

// Origins returns what a line of an artifact follows from, counted from 1; nothing where no place of the policy is known. In a content of the
// policy's own that is the place of what the line says, and not what the policy computes it from.
func (r Rendering) Origins(path string, line int) []Origin {
	if all := r.rendered[path].origins; line >= 1 && line <= len(all) {
		return all[line-1]
	}
	return nil
}

func renderTarget(in Input, target policy.Target) (rendered, error) {
	switch target.Kind {
	case "wrapper":
		w, err := newWrapper(in, target.Path)
		if err != nil {
			return rendered{}, err
		}
		return rendered{content: w.Text, mode: 0o755, origins: w.origins, prove: w.verify}, nil
	case "docs":
		return renderDocs(in, target)
	case "github":
		return renderGitHub(in)
	case "gitlab":
		return renderGitLab(in)
	case "constraints":
		return renderConstraints(in, target)
	case "pytest":
		return renderPytest(in, target)
	case "":
		return renderContent(in, target)
	}
	panic("target of unknown kind " + target.Kind)
}
