package pytest

import (
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// A Project resolves the starts of one repository, and reads what they have in common once: configuration files, what there is at a
// path, the options that pytest has. It is for one look at a repository, as it does not notice when files change. Several may use
// it at the same time.
type Project struct {
	files fs.FS
	rel   Releases

	tables  kept[loaded]      // by the path of the file; in one release a file is read in one way only
	modes   kept[fs.FileMode] // by the path
	parsers kept[parser]      // by what [plugins.key] says
}

// NewProject returns the project of a repository, whose files are seen from its root, with the releases that its starts run with.
func NewProject(files fs.FS, rel Releases) *Project { return &Project{files: files, rel: rel} }

// Resolve returns what a start means. It never fails: what pytest would refuse is in [Settings].UsageError, and the settings are
// then those that pytest would have had without the words that it refuses.
func (p *Project) Resolve(inv Invocation) Settings {
	r := &resolver{Project: p, inv: inv, dir: cleanDir(inv.Dir)}
	return r.resolve()
}

// kept is what was found under names. It holds no more than maxKept, so that a repository that makes up ever new names costs time only.
type kept[T any] struct {
	mu  sync.Mutex
	all map[string]T
}

const maxKept = 4096

// get returns what is kept under a name, or else finds it. Two who ask at the same time may both find it.
func (k *kept[T]) get(name string, find func() T) T {
	k.mu.Lock()
	value, ok := k.all[name]
	k.mu.Unlock()
	if ok {
		return value
	}
	value = find()
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.all == nil {
		k.all = map[string]T{}
	}
	if len(k.all) < maxKept {
		k.all[name] = value
	}
	return value
}

// loaded is what came of reading a file.
type loaded struct {
	table  table
	refuse string // why pytest would not start
}

// loadTable returns what a file says about pytest.
func (p *Project) loadTable(file string, load loader) loaded {
	return p.tables.get(file, func() loaded {
		text, err := fs.ReadFile(p.files, file)
		if err != nil {
			return loaded{refuse: file + " can't be read"}
		}
		t, err := load(file, text, p.rel)
		if err != nil {
			return loaded{refuse: err.Error()}
		}
		return loaded{table: t}
	})
}

// nothing is the mode of what isn't there: that of no file or folder.
const nothing = fs.ModeTemporary | fs.ModeIrregular

// mode returns what is at a path.
func (p *Project) mode(file string) fs.FileMode {
	return p.modes.get(file, func() fs.FileMode {
		info, err := fs.Stat(p.files, file)
		if err != nil {
			return nothing
		}
		return info.Mode().Type()
	})
}

// core returns the options that pytest has before any plugin is loaded, but for the built-in plugins that are off.
func (p *Project) core(off plugins) parser {
	return p.parsers.get(off.key(), func() parser {
		core := parser{}
		core.add(pytestOptions, func(o *option) bool { return off.has(o.plugin) && atLeast(p.rel.Pytest, o.since) })
		return core
	})
}

// full returns the options that pytest has in the end.
func (p *Project) full(off, loaded plugins) parser {
	return p.parsers.get(off.key()+"\n"+loaded.key(), func() parser {
		full := maps.Clone(p.core(off))
		full.add(pluginOptions, func(o *option) bool {
			return loaded.has(o.plugin) && (o.plugin != "xdist" || atLeast(p.rel.Xdist, o.since))
		})
		full.add(otherOptions, func(o *option) bool { return loaded.has(o.plugin) })
		return full
	})
}

// key returns all that tells plugins apart.
func (p *plugins) key() string {
	blocked, named := slices.Sorted(maps.Keys(p.blocked)), slices.Sorted(slices.Values(p.named))
	return strconv.FormatBool(p.autoload) + strings.Join(append(append(blocked, "\t"), named...), "\x00")
}
