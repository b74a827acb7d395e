package pins

import (
	"cmp"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"policygen/internal/finding"
	"policygen/internal/pytest"
)

// ReadOptions say what Read reads.
type ReadOptions struct {
	// Paths are the files and folders to read, slash-separated from the root; a file may have any name, a folder is searched.
	// None means the whole root.
	Paths []string
	// Env is a virtual environment whose installed distributions are sites too, nil for none. Positions begin with EnvName.
	Env     fs.FS
	EnvName string
	// Installs are commands found elsewhere that install distributions.
	Installs []Install
}

// An Install is a command that installs distributions, such as "pip install -r requirements.txt 'pytest<8'".
type Install struct {
	finding.Position               // of the command
	Kind             string        // of the place it stands in, such as "workflow"; for messages
	Shown            bool          // files that it names may be others than the repository's: a page shows it, or an image runs it
	Program          string        // what is run: "pip", "uv", "pipx", "python" …; with or without its folder
	Words            []pytest.Word // all that follows the program
	Dir              string        // the working directory, from the root
}

// A Reading is what was read.
type Reading struct {
	Sites      []Site       // by position and scope
	Unreadable []Unreadable // by position, each once with the first of its scopes
	Files      []string     // that were read, by name
}

// Read finds the sites of a repository. Its files are those of an fs.FS whose root is the repository's; no links are followed and
// nothing is run. What Read can't understand, a file or a line, is among the unreadables.
func Read(files fs.FS, o ReadOptions) Reading {
	r := newReader(files)
	names := r.discover(o.Paths)
	r.readRequirementFiles(names)
	for _, name := range names {
		if read := readerOf(name); read != nil {
			if content, ok := r.content(name); ok {
				read(r, name, content)
			}
		}
	}
	r.readPytest(names)
	if o.Env != nil {
		r.readEnvironment(o.Env, o.EnvName)
	}
	for _, install := range o.Installs {
		r.readInstall(install)
	}
	return r.reading()
}

// A reader collects what the readers of the single formats find.
type reader struct {
	files    fs.FS
	found    Reading
	wasRead  map[string][]byte
	failed   map[string]bool
	parsed   map[string][]requirementLine // of requirement files, each read once
	headers  map[string]bool              // whether a requirement file was compiled
	meanings map[string]meaning           // of requirements, by their text
	followed int                          // how many times one list led to another
}

func newReader(files fs.FS) *reader {
	return &reader{
		files: files, wasRead: map[string][]byte{}, failed: map[string]bool{},
		parsed: map[string][]requirementLine{}, headers: map[string]bool{}, meanings: map[string]meaning{},
	}
}

// reading returns what was found, sorted and each thing once.
func (r *reader) reading() Reading {
	f := r.found
	slices.SortStableFunc(f.Sites, func(a, b Site) int {
		return cmp.Or(a.Position.Compare(b.Position), cmp.Compare(a.Scope, b.Scope), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name),
			cmp.Compare(a.Marker.text, b.Marker.text), cmp.Compare(viaText(a), viaText(b)))
	})
	f.Sites = slices.CompactFunc(f.Sites, func(a, b Site) bool {
		return a.Position == b.Position && a.Scope == b.Scope && a.Kind == b.Kind && a.Written == b.Written && a.Range == b.Range && a.Marker.text == b.Marker.text
	})
	slices.SortStableFunc(f.Unreadable, func(a, b Unreadable) int {
		return cmp.Or(a.Position.Compare(b.Position), cmp.Compare(a.Message, b.Message), cmp.Compare(a.Scope, b.Scope))
	})
	f.Unreadable = slices.CompactFunc(f.Unreadable, func(a, b Unreadable) bool { return a.Position == b.Position && a.Message == b.Message })
	for name := range r.wasRead {
		f.Files = append(f.Files, name)
	}
	slices.Sort(f.Files)
	return f
}

func viaText(s Site) string {
	var b strings.Builder
	for _, p := range s.Via {
		b.WriteString(p.String() + " ")
	}
	return b.String()
}

// maxFile bounds what is read of one file, in bytes. The largest locks that people commit have a tenth of it.
const maxFile = 64 << 20

// content returns what is in a file, and reports it once if it can't be read.
func (r *reader) content(name string) ([]byte, bool) {
	if content, ok := r.wasRead[name]; ok {
		return content, true
	}
	if r.failed[name] {
		return nil, false
	}
	content, why := r.load(name)
	if why != "" {
		r.failed[name] = true
		r.unreadable(Unreadable{Position: finding.Position{File: name}, Message: "the file can't be read: " + why})
		return nil, false
	}
	r.wasRead[name] = content
	return content, true
}

func (r *reader) load(name string) (content []byte, why string) {
	info, err := fs.Lstat(r.files, name)
	switch {
	case err != nil:
		return nil, "there is none"
	case !info.Mode().IsRegular():
		return nil, "it is no regular file"
	case info.Size() > maxFile:
		return nil, fmt.Sprintf("it has more than %d bytes", maxFile)
	}
	if content, err = fs.ReadFile(r.files, name); err != nil {
		return nil, "it can't be opened"
	}
	return content, ""
}

func (r *reader) exists(name string) bool {
	info, err := fs.Lstat(r.files, name)
	return err == nil && info.Mode().IsRegular()
}

func (r *reader) unreadable(u Unreadable) { r.found.Unreadable = append(r.found.Unreadable, u) }

// maxFollowed bounds how often lists lead to others, for two files that each include the next one twice are soon too many.
const maxFollowed = 20_000

// follow reports whether one list may lead to another once more.
func (r *reader) follow(p place, at finding.Position) bool {
	if r.followed++; r.followed > maxFollowed {
		r.cannot(p, at, "", fmt.Sprintf("more than %d includes and references lead here and elsewhere", maxFollowed), "include each file once")
		return false
	}
	return true
}
