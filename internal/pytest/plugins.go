package pytest

import (
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// plugins says which plugins are there when pytest reads its options.
type plugins struct {
	blocked  map[string]Word // by "-p no:NAME", with the word that does it
	named    []string        // by "-p NAME", PYTEST_PLUGINS or a conftest.py
	autoload bool            // installed plugins are loaded without being named
}

// modules are the names by which a plugin can be loaded, beside that of its entry point.
var modules = map[string][]string{
	"xdist": {"xdist.plugin"}, "xdist.looponfail": nil, "timeout": {"pytest_timeout"},
}

// scanPlugins goes through words for -p, as pytest does before it parses them: without regard to what they would be the value of.
// With onlyBlocked, as for the words of the command line before the built-in plugins are there, plugins are not named.
func (p *plugins) scan(words []word, onlyBlocked bool) {
	for i := 0; i < len(words); i++ {
		name, ok := strings.CutPrefix(words[i].Text, "-p")
		if !ok {
			continue
		}
		if name == "" {
			if i++; i == len(words) {
				return
			}
			name = words[i].Text
		}
		name = strings.TrimSpace(name)
		if blocked, ok := strings.CutPrefix(name, "no:"); ok {
			p.block(blocked, words[i].Word)
		} else if !onlyBlocked {
			p.name(name)
		}
	}
}

func (p *plugins) block(name string, by Word) {
	p.blocked[name] = by
	if !strings.HasPrefix(name, "pytest_") {
		p.blocked["pytest_"+name] = by
	}
	if name == "cacheprovider" {
		p.blocked["stepwise"] = by
	}
}

func (p *plugins) name(name string) {
	delete(p.blocked, name)
	if !strings.HasPrefix(name, "pytest_") {
		delete(p.blocked, "pytest_"+name)
	}
	p.named = append(p.named, name)
}

// has reports whether a plugin of the tables is loaded. That it is installed is taken for granted.
func (p *plugins) has(name string) bool {
	if _, off := p.blocked[name]; off {
		return false
	}
	others, modelled := modules[name]
	return p.autoload || !modelled || slices.Contains(p.named, name) ||
		slices.ContainsFunc(others, func(module string) bool { return slices.Contains(p.named, module) })
}

// loadPlugins finds out which plugins are there for the last pass.
func (r *resolver) loadPlugins(known parsed) {
	r.plugins = plugins{blocked: map[string]Word{}, autoload: r.inv.Env["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] == ""}
	for _, e := range known.events {
		r.plugins.autoload = r.plugins.autoload && e.dest != "disable_plugin_autoload"
	}
	r.plugins.scan(r.words, false)
	for name := range strings.SplitSeq(r.inv.Env["PYTEST_PLUGINS"], ",") {
		r.plugins.named = append(r.plugins.named, name)
	}
	if !r.plugins.autoload {
		r.nameInConftest()
		return
	}
	for _, name := range r.plugins.named {
		if twice := r.plugins.entryOf(name); twice != "" {
			r.refuse("plugin " + strconv.Quote(name) + " is loaded twice: it is installed as " + strconv.Quote(twice) + ", and pytest loads that by itself")
		}
	}
}

// entryOf returns the entry point of a plugin that is named by its module and would be loaded anyway, otherwise "".
func (p *plugins) entryOf(module string) string {
	for entry, others := range modules {
		if _, off := p.blocked[entry]; !off && slices.Contains(others, module) {
			return entry
		}
	}
	return ""
}

// nameInConftest takes plugins as named that the conftest.py of the root, or of the working directory, speaks of. It matters only where
// plugins aren't loaded by themselves.
func (r *resolver) nameInConftest() {
	for _, dir := range []string{r.config.root, r.dir} {
		text, err := fs.ReadFile(r.files, path.Join(dir, "conftest.py"))
		if err != nil || !strings.Contains(string(text), "pytest_plugins") {
			continue
		}
		for name, others := range modules {
			for _, n := range append([]string{name}, others...) {
				if strings.Contains(string(text), `"`+n+`"`) || strings.Contains(string(text), `'`+n+`'`) {
					r.plugins.named = append(r.plugins.named, name)
				}
			}
		}
	}
}
