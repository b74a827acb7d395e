package worktree

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A NoRepositoryError says that git knows no work tree at a folder.
type NoRepositoryError struct{ Reason string }

// Error returns git's own reason.
func (e *NoRepositoryError) Error() string { return "git finds no work tree here: " + e.Reason }

// A git starts the program of that name in one folder.
type git struct {
	dir   string
	index string // in place of the repository's own; empty for that
}

// newGit returns the git of the work tree that a folder is in, to be started at its top.
//
// A hook that runs for "git commit -a" or "git commit FILE" is told by GIT_INDEX_FILE which index is about to be committed. It
// counts where it stands beside the repository's own. Everything else in GIT_* is not for us: GIT_DIR and the like would
// lead into whatever repository the hook was started for.
func newGit(dir string) (git, error) {
	g := git{dir: dir}
	top, err := g.output("rev-parse", "--show-toplevel")
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		return g, &NoRepositoryError{gitReason(failed)}
	}
	if err != nil {
		return g, err
	}
	g.dir = filepath.FromSlash(oneLine(top))
	folder, err := g.output("rev-parse", "--absolute-git-dir")
	if err != nil {
		return g, err
	}
	g.index = indexWithin(filepath.FromSlash(oneLine(folder)), g.dir)
	return g, nil
}

func oneLine(output []byte) string { return strings.TrimRight(string(output), "\r\n") }

// indexWithin returns the file of GIT_INDEX_FILE if that stands in the git folder itself, else nothing.
// A relative one starts from the top, where git starts hooks.
func indexWithin(gitFolder, top string) string {
	name := os.Getenv("GIT_INDEX_FILE")
	if name == "" {
		return ""
	}
	if !filepath.IsAbs(name) {
		name = filepath.Join(top, name)
	}
	folder, err1 := filepath.EvalSymlinks(filepath.Dir(name))
	own, err2 := filepath.EvalSymlinks(gitFolder)
	if err1 != nil || err2 != nil || folder != own {
		return ""
	}
	return filepath.Join(folder, filepath.Base(name))
}

func (g git) command(args ...string) *exec.Cmd {
	cmd := exec.Command("git", args...)
	cmd.Dir = g.dir
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(strings.ToUpper(v), "GIT_") })
	cmd.Env = append(cmd.Env, "LC_ALL=C", "GIT_NO_LAZY_FETCH=1") // what is staged is here; nothing is to be fetched
	if g.index != "" {
		cmd.Env = append(cmd.Env, "GIT_INDEX_FILE="+g.index)
	}
	return cmd
}

func (g git) output(args ...string) ([]byte, error) {
	out, err := g.command(args...).Output()
	return out, g.explain(err, args)
}

// explain says what went wrong with a command in a sentence.
func (g git) explain(err error, args []string) error {
	var failed *exec.ExitError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, exec.ErrDot):
		return errors.New("reading what is staged needs git, and there is none on PATH")
	case errors.As(err, &failed):
		return fmt.Errorf("running git %s in %q: %s (%w)", strings.Join(args, " "), g.dir, gitReason(failed), failed)
	}
	return fmt.Errorf("running git %s in %q: %w", strings.Join(args, " "), g.dir, cause(err))
}

// gitReason returns the first line of what git said.
func gitReason(failed *exec.ExitError) string {
	first, _, _ := strings.Cut(string(failed.Stderr), "\n")
	return strings.TrimPrefix(first, "fatal: ")
}

// A blobReader reads objects from one git that runs until it is closed.
type blobReader struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func (g git) blobs() (*blobReader, error) {
	cmd := g.command("cat-file", "--batch")
	in, err1 := cmd.StdinPipe()
	out, err2 := cmd.StdoutPipe()
	if err := errors.Join(err1, err2, cmd.Start()); err != nil {
		return nil, g.explain(err, cmd.Args[1:])
	}
	return &blobReader{cmd, in, bufio.NewReader(out)}, nil
}

// read returns the content of an object: git answers with "<id> <type> <size>", the content and a line feed, or "<id> missing".
func (r *blobReader) read(id string) ([]byte, error) {
	if _, err := fmt.Fprintln(r.in, id); err != nil {
		return nil, err
	}
	answer, err := r.out.ReadString('\n')
	if err != nil {
		return nil, err
	}
	fields := strings.Fields(answer)
	size, err := strconv.Atoi(fields[len(fields)-1])
	if len(fields) != 3 || err != nil {
		return nil, fmt.Errorf("git has not the object: %s", strings.TrimSpace(answer))
	}
	content := make([]byte, size+1)
	if _, err := io.ReadFull(r.out, content); err != nil {
		return nil, err
	}
	return bytes.Clone(content[:size]), nil
}

func (r *blobReader) close() error {
	r.in.Close()
	return r.cmd.Wait()
}
