package shell

import (
	"io/fs"
	"path"
	"strings"
)

// stat tells what a path is.
func (o *observer) stat(name string) (FileKind, bool) {
	name = path.Clean(name)
	if _, ok := o.files[name]; ok {
		return Regular, true
	}
	switch name {
	case "/", "/tmp", "/usr", "/usr/bin", "/bin", "/home", "/etc", "/var", "/opt", "/dev":
		return Directory, true
	}
	if o.made[name] {
		return Directory, true
	}
	rel, ok := o.inTree(name)
	if !ok {
		return 0, false
	}
	info, err := o.info(rel)
	switch {
	case err != nil:
		return 0, strings.HasPrefix(o.setting.Root+"/", strings.TrimSuffix(name, "/")+"/")
	case info.IsDir():
		return Directory, true
	case info.Mode()&0o111 != 0:
		return Executable, true
	}
	return Regular, true
}

// inTree is a path below the root as fs.FS has it.
func (o *observer) inTree(name string) (string, bool) {
	if name == o.setting.Root {
		return ".", true
	}
	root := strings.TrimSuffix(o.setting.Root, "/") + "/"
	rel, ok := strings.CutPrefix(name, root)
	return rel, ok && fs.ValidPath(rel)
}

// read returns the text of a file that the script wrote or of a regular file of the repository that is not too large.
func (o *observer) read(name string) (string, bool) {
	name = path.Clean(name)
	if file, ok := o.files[name]; ok {
		return file.text.String(), true
	}
	rel, ok := o.inTree(name)
	if !ok {
		return "", false
	}
	info, err := o.info(rel)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxOpened {
		return "", false
	}
	data, err := fs.ReadFile(o.setting.Files, rel)
	return string(data), err == nil && len(data) <= maxOpened
}

// maxLinks is how many links a path may lead through, as in Linux.
const maxLinks = 40

// info tells what a file of the repository is. Links that lead out of it are taken not to be there.
func (o *observer) info(rel string) (fs.FileInfo, error) {
	links := 0
	done := "."
	var last fs.FileInfo
	rest := strings.Split(rel, "/")
	for len(rest) > 0 {
		next := path.Join(done, rest[0])
		rest = rest[1:]
		info, err := fs.Lstat(o.setting.Files, next)
		if err != nil {
			return nil, err
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			done, last = next, info
			continue
		}
		target, err := fs.ReadLink(o.setting.Files, next)
		if links++; err != nil || links > maxLinks || path.IsAbs(target) {
			return nil, fs.ErrNotExist
		}
		target = path.Join(done, target)
		if !fs.ValidPath(target) {
			return nil, fs.ErrNotExist
		}
		done, rest = ".", append(strings.Split(target, "/"), rest...)
	}
	if last == nil {
		return fs.Lstat(o.setting.Files, done)
	}
	return last, nil
}

// noFiles is an empty repository.
type noFiles struct{}

// Open finds nothing.
func (noFiles) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}
