// Package generate turns resolved plans into artifacts and proves each one before anybody writes it.
//
// It does no I/O. The wrapper is a POSIX shell script in two parts: the shell part decides (arguments,
// backend, workers, cap, phases) and ends in one exec of runner.py, the constant Python part, which
// runs the phases. What the shell part says to the runner is an [invocation]. Before a wrapper leaves
// this package it was parsed, printed in shfmt's form and simulated for every backend and input that
// matters, and what it said was compared with a model of the command line that the renderer never calls.
package generate

import (
	"fmt"
	"io/fs"
	"strings"

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
	proofs    map[string]func() error // by path
}

// Render makes the artifact of every target and parses it as what it is. None may be written before [Rendering.Prove]
// has returned nil for it. An error is a defect of policygen itself, never of the policy.
func Render(in Input) (Rendering, error) {
	r := Rendering{proofs: map[string]func() error{}}
	for _, target := range in.Policy.Targets {
		content, mode, proof, err := renderTarget(in, target)
		if err != nil {
			return Rendering{}, fmt.Errorf("rendering %s: %w", target.Path, err)
		}
		r.Artifacts = append(r.Artifacts, worktree.Artifact{Path: target.Path, Mode: mode, Target: target.Name, Content: content})
		r.proofs[target.Path] = proof
	}
	return r, nil
}

// Prove proves the artifacts with the given paths; paths that are no artifact's are passed over. It is apart from Render because
// it takes most of the time, and a file that is what it should be was proved when it was written.
func (r Rendering) Prove(paths ...string) error {
	for _, path := range paths {
		if proof := r.proofs[path]; proof != nil {
			if err := proof(); err != nil {
				return fmt.Errorf("proving %s: %w", path, err)
			}
		}
	}
	return nil
}

func renderTarget(in Input, target policy.Target) (content []byte, mode fs.FileMode, proof func() error, err error) {
	switch target.Kind {
	case "wrapper":
		w, err := newWrapper(in, target.Path)
		if err != nil {
			return nil, 0, nil, err
		}
		return w.Text, 0o755, w.verify, nil
	case "docs":
		page, err := renderDocs(in)
		return page, 0o644, func() error { return checkMarkdown(page) }, err
	}
	panic("target of unknown kind " + target.Kind)
}
