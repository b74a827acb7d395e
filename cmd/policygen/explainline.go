package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"policygen/generate"
	"policygen/internal/finding"
	"policygen/internal/source"
	"policygen/internal/worktree"
	"policygen/policy"
)

// An explainedLine is a line of a rendered file and what it follows from, as explain shows it in text and in JSON.
type explainedLine struct {
	File     string           `json:"file"`
	Line     int              `json:"line"`
	Text     string           `json:"text"`
	Target   string           `json:"target"`
	TargetAt string           `json:"targetAt"`
	Stated   []explainedField `json:"stated"`   // by place; empty where no place is known
	Computed bool             `json:"computed"` // the policy makes the content itself, from more than is stated here, perhaps
	Because  []explainedFact  `json:"because"`
}

type explainedField struct {
	At    string `json:"at"` // file:line:col
	Field string `json:"field,omitempty"`
	Text  string `json:"text,omitempty"` // of the policy's line
	pos   finding.Position
}

// onLineOf reports whether two fields stand on one line.
func (f explainedField) onLineOf(other explainedField) bool {
	return f.pos.File == other.pos.File && f.pos.Line == other.pos.Line
}

// explainLine explains a line of a rendered file. The file on disk decides what the line says; where it is not what the
// policy renders, the line is looked for by its text.
func explainLine(l loadedPolicy, out, file string, line int) (explainedLine, error) {
	root := l.root
	if out != "" {
		root = out
	}
	rendering, err := generate.Render(l.Input)
	if err != nil {
		return explainedLine{}, err
	}
	a, file, found := findArtifact(rendering, root, file)
	if !found {
		return explainedLine{}, usageError("no target of the policy renders %q; it renders %s", nameFrom(root, file), strings.Join(artifactPaths(rendering), ", "))
	}
	text, fresh, err := findLine(a, file, line)
	if err != nil {
		return explainedLine{}, err
	}
	e := explainedLine{File: a.Path, Line: line, Text: text, Stated: []explainedField{}, Because: []explainedFact{}}
	return describeLine(l, a, e, rendering.Origins(a.Path, fresh)), nil
}

// findArtifact returns the artifact that a file is, and the file as seen from the working directory. A file that is none there may be
// named from the root, as everything that policygen prints names rendered files.
func findArtifact(r generate.Rendering, root, file string) (a worktree.Artifact, from string, found bool) {
	fromRoot := filepath.Join(root, file)
	for _, candidate := range []struct{ name, file string }{{nameFrom(root, file), file}, {path.Clean(filepath.ToSlash(file)), fromRoot}} {
		i := slices.IndexFunc(r.Artifacts, func(a worktree.Artifact) bool { return a.Path == candidate.name })
		if i >= 0 {
			return r.Artifacts[i], candidate.file, true
		}
	}
	return worktree.Artifact{}, file, false
}

func artifactPaths(r generate.Rendering) []string {
	var paths []string
	for _, a := range r.Artifacts {
		paths = append(paths, a.Path)
	}
	return paths
}

// findLine returns the text of a line of the file on disk, and the number that it has in a fresh render.
func findLine(a worktree.Artifact, file string, line int) (text string, fresh int, err error) {
	content, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return "", 0, exitError{exitDrift, fmt.Errorf("%s is not there; run policygen render first", a.Path)}
	}
	if err != nil {
		return "", 0, fmt.Errorf("reading %q: %w", a.Path, err)
	}
	lines := textLines(content)
	if line < 1 || line > len(lines) {
		return "", 0, usageError("%s has %s, no line %d", a.Path, count(len(lines), "line"), line)
	}
	text = lines[line-1]
	fresh, err = freshLine(a, content, line, text)
	return text, fresh, err
}

// freshLine returns the number that a line has in a fresh render: its own where the two are the same there,
// else that of the only line with its text. Lines of a block count from the marker before it.
func freshLine(a worktree.Artifact, content []byte, line int, text string) (int, error) {
	shift := 0
	if a.Partial {
		stands, ok := blockAt(a.Path, content, line)
		if !ok {
			return 0, usageError("line %d of %s is in none of the blocks that policygen renders there", line, a.Path)
		}
		shift = blockNamed(a.Path, a.Content, stands.Name).Begin.Line - stands.Begin.Line
	}
	rendered := textLines(a.Content)
	if at := line + shift; at >= 1 && at <= len(rendered) && rendered[at-1] == text {
		return at, nil
	}
	first := slices.Index(rendered, text)
	if first < 0 || slices.Contains(rendered[first+1:], text) {
		return 0, exitError{exitDrift, fmt.Errorf("line %d of %s is not what the policy renders; policygen render --diff shows the difference", line, a.Path)}
	}
	return first + 1, nil
}

// blockAt returns the block of a text that a line is in, its markers included.
func blockAt(file string, text []byte, line int) (source.Block, bool) {
	blocks, _ := source.Blocks(file, text)
	i := slices.IndexFunc(blocks, func(b source.Block) bool { return b.Begin.Line <= line && line <= b.End.Line })
	if i < 0 {
		return source.Block{}, false
	}
	return blocks[i], true
}

// blockNamed returns the block of a text with a name; the zero Block where there is none.
func blockNamed(file string, text []byte, name string) source.Block {
	blocks, _ := source.Blocks(file, text)
	i := slices.IndexFunc(blocks, func(b source.Block) bool { return b.Name == name })
	if i < 0 {
		return source.Block{}
	}
	return blocks[i]
}

// textLines splits a text in its lines, without their endings.
func textLines(text []byte) []string {
	var lines []string
	for line := range bytes.Lines(text) {
		lines = append(lines, strings.TrimRight(string(line), "\r\n"))
	}
	return lines
}

func describeLine(l loadedPolicy, a worktree.Artifact, e explainedLine, origins []generate.Origin) explainedLine {
	e.Target = a.Target
	for _, t := range l.Policy.Targets {
		if t.Path == a.Path {
			e.TargetAt, e.Computed = l.at(t.Pos), t.Kind == ""
		}
	}
	origins = slices.SortedStableFunc(slices.Values(origins), func(a, b generate.Origin) int { return a.Pos.Compare(b.Pos) })
	for _, o := range origins {
		field := explainedField{At: l.at(o.Pos), Field: l.Policy.FieldAt(o.Pos), Text: l.sourceLine(o.Pos), pos: o.Pos}
		if o.Pos.IsValid() && !slices.Contains(e.Stated, field) {
			e.Stated = append(e.Stated, field)
		}
		i := slices.IndexFunc(l.Policy.Facts, func(f policy.Fact) bool { return f.ID == o.Fact })
		if i < 0 || slices.ContainsFunc(e.Because, func(f explainedFact) bool { return f.Fact == o.Fact }) {
			continue
		}
		f := l.Policy.Facts[i]
		e.Because = append(e.Because, explainFact(f))
	}
	return e
}

// sourceLine returns the line of the policy at a position, without the blanks around it.
func (l loadedPolicy) sourceLine(p finding.Position) string {
	i := slices.IndexFunc(l.sources, func(s policy.Source) bool { return s.Name == p.File })
	if i < 0 {
		return ""
	}
	lines := textLines(l.sources[i].Text)
	if p.Line < 1 || p.Line > len(lines) {
		return ""
	}
	return strings.TrimSpace(lines[p.Line-1])
}

func writeLine(w io.Writer, e explainedLine) error {
	fmt.Fprintf(w, "%s:%d: %s\n", e.File, e.Line, strings.TrimSpace(e.Text))
	if len(e.Stated) == 0 {
		fmt.Fprintln(w, "  policygen knows no place of the policy that this line follows from")
	}
	for i, f := range e.Stated {
		field := f.Field
		if field == "" {
			field = "(the policy computes which field this is)"
		}
		fmt.Fprintf(w, "  %s  %s\n", f.At, field)
		if again := i+1 < len(e.Stated) && e.Stated[i+1].onLineOf(f); f.Text != "" && !again {
			fmt.Fprintf(w, "      %s\n", f.Text)
		}
	}
	if e.Computed && len(e.Stated) > 0 {
		fmt.Fprintln(w, "  what else the policy computes it from, policygen does not know")
	}
	for _, f := range e.Because {
		fmt.Fprintf(w, "  because %s\n    %s\n", f.Fact, f.Why)
		writeVersions(w, f)
	}
	_, err := fmt.Fprintf(w, "  rendered for target %q at %s\n", e.Target, e.TargetAt)
	return err
}
