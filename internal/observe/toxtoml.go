package observe

import (
	"slices"
	"strings"

	"policygen/internal/pytest"
	"policygen/internal/source"
)

// loadToxTOML reads tox.toml, or the table tool.tox of pyproject.toml, whose commands are lists of words.
func loadToxTOML(f file, c call) found {
	root, err := source.ParseTOML(f.name, f.content)
	if err != nil {
		return unread(err)
	}
	if f.base() == "pyproject.toml" {
		if root = root.Get("tool", "tox"); root == nil {
			return found{}
		}
	}
	if legacy := root.Get("legacy_tox_ini"); legacy != nil {
		return loadToxINI(f, legacy.Text.Dedented(), c)
	}
	return toxTable{root, f, c.words}.found(c)
}

// A toxTable is tox's table; its rules are those of tox 4.
type toxTable struct {
	root  *source.Node
	file  file
	words []pytest.Word // of the caller
}

func (x toxTable) found(c call) (f found) {
	var listed []string
	if n := x.root.Get("env_list"); n != nil {
		for _, item := range n.Items {
			if item.Kind != source.Scalar { // a product, whose names are not worked out
				c.lenient = true
				continue
			}
			listed = append(listed, item.Text.String())
		}
	}
	names := slices.Clone(listed)
	if env := x.root.Get("env"); env != nil {
		for _, e := range env.Entries {
			names = append(names, e.Key.String())
		}
	}
	known := factorsOf(names)
	names = append(names, slices.DeleteFunc(slices.Clone(c.names), func(name string) bool { return !c.lenient && !isToxEnv(name, known) })...)
	if len(names) == 0 {
		names = []string{"py"}
	}
	slices.Sort(names)
	fitting := len(c.factors) > 0 || len(c.patterns) > 0 && slices.ContainsFunc(names, c.fits)
	for _, name := range slices.Compact(names) {
		sn := x.snippet(name)
		if sn.first = slices.Contains(listed, name) || len(listed) == 0; fitting {
			sn.first = c.fits(name)
		}
		f.add(sn)
	}
	return f
}

func (x toxTable) get(env, key string) *source.Node {
	if n := x.root.Get("env", env, key); n != nil {
		return n
	}
	return x.root.Get("env_run_base", key)
}

func (x toxTable) snippet(env string) snippet {
	sn := snippet{kind: Tox, tool: "tox", name: env, where: "env " + env, dir: dirOf(x.file.name), env: map[string]string{"TOX_ENV_NAME": env, "VIRTUAL_ENV": "/venv"}}
	if set := x.get(env, "set_env"); set != nil {
		for _, e := range set.Entries {
			sn.env[e.Key.String()] = x.text(e.Value, env)
		}
	}
	if dir := x.get(env, "change_dir"); dir != nil {
		sn.dir = inside(sn.dir, x.text(dir, env))
	}
	for _, key := range []string{"commands_pre", "commands", "commands_post"} {
		n := x.get(env, key)
		if n == nil {
			continue
		}
		for _, command := range n.Items {
			if words := x.list(command, env, 0); len(words) > 0 {
				sn.argv = append(sn.argv, words)
			}
		}
	}
	return sn
}

// list returns the words of a command; tables in it stand for words.
func (x toxTable) list(n *source.Node, env string, depth int) (words []pytest.Word) {
	if n == nil || depth > maxNesting {
		return nil
	}
	for _, item := range n.Items {
		switch item.Kind {
		case source.Map:
			words = append(words, x.replaced(item, env, depth)...)
		case source.List:
			words = append(words, x.list(item, env, depth+1)...)
		default:
			text := x.text(item, env)
			if text == "{posargs}" {
				words = append(words, x.words...)
				continue
			}
			words = append(words, pytest.Word{Text: strings.TrimPrefix(text, "- "), Pos: item.Text.At(0)})
		}
	}
	return words
}

// replaced returns what a table with "replace" stands for.
func (x toxTable) replaced(n *source.Node, env string, depth int) []pytest.Word {
	kind := n.Get("replace")
	if kind == nil {
		return nil
	}
	switch kind.Text.String() {
	case "posargs":
		if len(x.words) > 0 {
			return x.words
		}
		return x.list(n.Get("default"), env, depth+1)
	case "ref":
		if of := n.Get("of"); of != nil {
			keys := []string{}
			for _, item := range of.Items {
				keys = append(keys, item.Text.String())
			}
			return x.list(x.root.Get(keys...), env, depth+1)
		}
	case "env":
		if fallback := n.Get("default"); fallback != nil {
			return []pytest.Word{{Text: fallback.Text.String(), Pos: fallback.Text.At(0)}}
		}
	}
	return []pytest.Word{{Text: pytest.Unknown("replace = " + kind.Text.String()), Pos: n.Pos}}
}

// text returns a string with tox's names in it replaced; of a table, its default.
func (x toxTable) text(n *source.Node, env string) string {
	if n.Kind == source.Map {
		if n = n.Get("default"); n == nil {
			return pytest.Unknown("replace")
		}
	}
	s := n.Text.String()
	if s == "{posargs}" {
		return s
	}
	return toxReference.ReplaceAllStringFunc(s, func(ref string) string {
		inner := ref[1 : len(ref)-1]
		if name, rest, _ := strings.Cut(inner, ":"); name == "env" {
			_, fallback, _ := strings.Cut(rest, ":")
			return fallback
		}
		return toxValue(inner, env)
	})
}
