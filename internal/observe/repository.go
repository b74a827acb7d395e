package observe

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"sync"

	"policygen/internal/finding"
)

// maxFile bounds what is read of one file, in bytes: no program or page that people write is larger.
const maxFile = 4 << 20

// A repository is the files of a folder, read once. Links are not followed and what is no regular file is not opened.
type repository struct {
	fs fs.FS

	mu   sync.Mutex
	seen map[string]readFile
}

type readFile struct {
	content []byte
	err     error
}

var (
	errTooLarge  = fmt.Errorf("the file has more than %d bytes", maxFile)
	errIrregular = errors.New("it is no regular file")
)

func newRepository(files fs.FS) *repository {
	return &repository{fs: files, seen: map[string]readFile{}}
}

// read returns the content of a regular file, once and for all.
func (r *repository) read(name string) ([]byte, error) {
	r.mu.Lock()
	known, ok := r.seen[name]
	r.mu.Unlock()
	if ok {
		return known.content, known.err
	}
	content, err := r.load(name)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen[name] = readFile{content, err}
	return content, err
}

func (r *repository) load(name string) ([]byte, error) {
	info, err := fs.Lstat(r.fs, name)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errIrregular
	}
	return open(r.fs, name, nil)
}

// open returns the content of what is known to be a regular file, in the buffer where that is large enough.
func open(files fs.FS, name string, buffer []byte) ([]byte, error) {
	f, err := files.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errIrregular
	case info.Size() > maxFile:
		return nil, errTooLarge
	}
	if size := int(info.Size()); size > cap(buffer) {
		buffer = make([]byte, size)
	} else {
		buffer = buffer[:size]
	}
	n, err := io.ReadFull(f, buffer)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) { // it may shrink meanwhile
		return nil, err
	}
	return buffer[:n], nil
}

// keep notes the content of a file, so that it is not read again.
func (r *repository) keep(name string, content []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen[name] = readFile{content, nil}
}

// isFile reports whether there is a regular file.
func (r *repository) isFile(name string) bool {
	info, err := fs.Lstat(r.fs, name)
	return err == nil && info.Mode().IsRegular()
}

// exists reports whether there is a file or a folder.
func (r *repository) exists(name string) bool {
	_, err := fs.Lstat(r.fs, strings.TrimSuffix(name, "/"))
	return err == nil
}

// fill reads a candidate that the walk found, into the buffer where that is large enough. It takes the readers away from one that
// turns out to hold no commands.
func (f folder) fill(c *candidate, buffer []byte) *Problem {
	content, err := open(f.files, path.Base(c.name), buffer)
	switch {
	case err != nil && c.readers == nil:
		return nil
	case errors.Is(err, errTooLarge) && c.readers[0].shown:
		c.readers = nil // nobody wrote such a page
		return nil
	case err != nil:
		p := unreadable(c.name, err)
		return &p
	case bytes.IndexByte(content, 0) >= 0:
		c.readers = nil
		return nil
	}
	c.content = content
	switch {
	case c.readers != nil:
	case isScript(content):
		c.readers = []reader{{reads: readScript}, comments}
	case isPythonScript(content):
		c.readers = []reader{{reads: readPython, shown: true}}
	}
	return nil
}

// reason returns what kept a file from being read, without the path that stands before it anyway.
func reason(err error) string {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		err = pathErr.Err
	}
	return strings.TrimPrefix(err.Error(), "openat ")
}

func unreadable(name string, err error) Problem {
	return Problem{Position: finding.Position{File: name}, Message: "can't be read: " + reason(err), Unread: true}
}
