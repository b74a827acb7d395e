package shell

import (
	"context"
	"io/fs"
	"path"
	"time"

	"mvdan.cc/sh/v3/interp"
)

// A FileKind is what a path of a World is.
type FileKind int

// The kinds of files.
const (
	Regular FileKind = iota
	Executable
	Directory
	Symlink // to something executable
)

// absolute is the clean path of a name in a directory.
func absolute(dir, name string) string {
	if path.IsAbs(name) {
		return path.Clean(name)
	}
	return path.Join(dir, name)
}

func (s *simulation) kind(dir, name string) (FileKind, bool) {
	if name == "" {
		return 0, false
	}
	clean := absolute(dir, name)
	kind, ok := s.files[clean]
	if !ok && clean == "/" {
		return Directory, true
	}
	return kind, ok
}

// stat and access are what the interpreter's cd asks.
func (s *simulation) stat(_ context.Context, name string, _ bool) (fs.FileInfo, error) {
	kind, ok := s.kind("/", name)
	if !ok {
		return nil, &fs.PathError{Op: "stat", Path: name, Err: fs.ErrNotExist}
	}
	return fileInfo{path.Base(name), kind}, nil
}

func (s *simulation) access(_ context.Context, name string, _ interp.AccessMode) error {
	if _, ok := s.kind("/", name); !ok {
		return fs.ErrNotExist
	}
	return nil
}

// fileInfo is what the interpreter learns of a file of the world.
type fileInfo struct {
	name string
	kind FileKind
}

func (f fileInfo) Name() string       { return f.name }
func (f fileInfo) Size() int64        { return 1 }
func (f fileInfo) ModTime() time.Time { return time.Time{} }
func (f fileInfo) IsDir() bool        { return f.kind == Directory }
func (f fileInfo) Sys() any           { return nil }
func (f fileInfo) Mode() fs.FileMode {
	if f.kind == Directory {
		return fs.ModeDir | 0o755
	}
	return 0o755
}
