package observe

import (
	"bytes"
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"policygen/internal/pytest"
	"policygen/internal/shell"
)

// A tool runs what a file of the repository holds under a name: a target, an environment, a task.
type tool struct {
	files  []string          // that it looks for
	asks   *regexp.Regexp    // how a file asks for a variable of its caller; nil where it never does
	marks  map[string]string // what a file that is not the tool's alone holds where it is the tool's too, by its name
	upward bool              // in the folders above too
	parse  func(words []pytest.Word) call
	load   func(f file, c call) found
	names  string // the variable that names what to run where the command line does not; empty for none
}

// A call is a command line of a tool.
type call struct {
	names     []string          // what to run; empty for what the tool runs by itself
	dir       string            // to go to first; empty for none
	file      string            // in place of the tool's own; empty for none
	variables map[string]string // that override those of the file
	inherited map[string]string // variables of the caller that the file asks for
	labels    []string          // of what to run, as tox has them
	factors   [][]string        // lists of which what is run has one in its name, as tox has them
	patterns  []*regexp.Regexp  // for names of which a part is unknown
	words     []pytest.Word     // for what is run, such as those after "tox --"
	idle      bool              // nothing is run: the tool only lists, shows or installs something
	unsure    bool              // what is run depends on what is not told apart
	lenient   bool              // the names may be others than those of the file: a page may name what is there no more, a variable may be misread
}

var pyproject = []string{"pyproject.toml"}

// tools are the tools by their names.
var tools = map[string]tool{
	"make":   {files: makefiles, asks: inMakefile, parse: parseMake, load: loadMakefile},
	"gmake":  {files: makefiles, asks: inMakefile, parse: parseMake, load: loadMakefile},
	"tox":    {files: []string{"tox.ini", "setup.cfg", "pyproject.toml", "tox.toml"}, asks: inToxINI, marks: toxMarks, upward: true, parse: parseTox, load: loadTox, names: "TOXENV"},
	"nox":    {files: []string{"noxfile.py"}, parse: parseNox, load: loadNox, names: "NOXSESSION"},
	"invoke": {files: []string{"tasks.py"}, upward: true, parse: parseInvoke, load: loadInvoke},
	"inv":    {files: []string{"tasks.py"}, upward: true, parse: parseInvoke, load: loadInvoke},
	"just":   {files: []string{"justfile", ".justfile", "Justfile"}, upward: true, parse: parseNames, load: loadJustfile},
	"task":   {files: []string{"Taskfile.yml", "Taskfile.yaml", "pyproject.toml"}, upward: true, parse: parseNames, load: loadTask},
	"poe":    {files: []string{"pyproject.toml", "poe_tasks.toml"}, marks: map[string]string{"pyproject.toml": "tool.poe"}, upward: true, parse: parseNames, load: loadTasks},
	"hatch":  {files: []string{"hatch.toml", "pyproject.toml"}, upward: true, parse: parseHatch, load: loadTasks},
	"pdm":    {files: pyproject, upward: true, parse: parseNames, load: loadTasks},
	"rye":    {files: pyproject, upward: true, parse: parseNames, load: loadTasks},
	"cmake":  {files: []string{"CMakeLists.txt"}, upward: true, parse: parseCMake, load: loadCMake},
	"ctest":  {files: []string{"CMakeLists.txt"}, upward: true, parse: parseCTest, load: loadCMake},
	"spin":   {files: pyproject, marks: map[string]string{"pyproject.toml": "tool.spin"}, upward: true, parse: parseNames, load: func(file, call) found { return found{} }},
	"pixi":   {files: []string{"pixi.toml", "pyproject.toml"}, upward: true, parse: parseNames, load: loadTasks},
}

// alias are the names of tools that their files' snippets have another one of.
var alias = map[string]string{"gmake": "make", "inv": "invoke"}

// toxMarks are where tox passes over a file for the next (https://tox.wiki/en/latest/config.html#discovery-and-file-types).
var toxMarks = map[string]string{"setup.cfg": "[tox:tox]", "pyproject.toml": "tool.tox"}

var makefiles = []string{"GNUmakefile", "makefile", "Makefile"}

// task follows a tool into what its file holds.
func (t trail) task(line command, env map[string]string) (shell.Result, bool) {
	program, words := name(line.words[0].Text), line.words[1:]
	if line.pass != "" {
		program, words = line.pass, line.words
	}
	tool, ok := tools[program]
	if !ok || line.code {
		return shell.Result{}, false
	}
	c := tool.parse(words)
	if c.idle {
		return shell.Result{}, line.pass == ""
	}
	c.lenient = t.entry.kind.Shown()
	t.certain = c.named(tool, env) && t.certain && !c.unsure
	dir := t.moved(joinDir(line.dir, c.dir))
	if t.isForeign(dir) {
		return shell.Result{}, line.pass == ""
	}
	file, chosen, sure := t.lookUp(program, c, dir, line, env)
	t.certain = t.certain && sure
	if len(chosen) == 0 {
		if res, taken := t.fallback(line, env); taken { // of a name that made files may have
			return res, true
		}
		return shell.Result{}, line.pass == ""
	}
	inside, ok := t.into(line.words, file+"\x00"+strings.Join(texts(line.words), "\x00"))
	if !ok {
		return shell.Result{}, true
	}
	inside.words = c.words
	status, before := 0, len(t.round.starts)
	for _, sn := range chosen {
		if status = inside.run(sn, nil, with(env, sn.env)); status != 0 && sn.hidden == "" {
			break
		}
	}
	silent := !slices.ContainsFunc(chosen, func(sn snippet) bool { return sn.text.Len() > 0 || len(sn.argv) > 0 })
	if len(t.round.starts) == before && line.isPytest() && silent { // a task by the name of pytest that runs code, as poe's of Python do
		t.certain = false
		return t.record(line, with(env, line.env)), true
	}
	return ended(status), true
}

// lookUp returns what a call runs, and the file that says so: beside a page that shows it, or in the folder that it is run in. Where nobody
// knows that folder the root is more likely than another, but it is not sure.
func (t trail) lookUp(program string, c call, dir string, line command, env map[string]string) (file string, chosen []snippet, sure bool) {
	environment := cmp.Or(line.taskEnv, env["HATCH_ENV"])
	var folders []string
	if beside := path.Dir(t.entry.file()); t.entry.kind.Shown() && line.dir == mount {
		folders = append(folders, path.Join(beside, c.dir))
	}
	folders = append(folders, relative(dir))
	for _, folder := range folders {
		if file, chosen = t.chosen(program, environment, c, folder, env); len(chosen) > 0 {
			return file, chosen, true
		}
	}
	if len(pytest.Unknowns(dir)) > 0 || strings.HasPrefix(dir, mount+"/") && !t.scan.repo.exists(relative(dir)) { // such as where a service has the repository
		file, chosen = t.chosen(program, environment, c, ".", env)
		return file, chosen, false
	}
	return "", nil, true
}

// chosen returns what a call runs in a folder and an environment, and the file that says so.
func (t trail) chosen(program, environment string, c call, dir string, env map[string]string) (file string, chosen []snippet) {
	file, ok := t.scan.toolFile(tools[program], dir, c.file)
	if !ok {
		return "", nil
	}
	c.inherited = t.scan.mentioned(tools[program].asks, file, env)
	held, group := t.scan.load(program, file, c), ""
	if program == "hatch" {
		group = hatchGroup(held, environment)
	}
	return file, choose(held, cmp.Or(alias[program], program), group, c.names)
}

// The ways of Makefiles and of tox.ini to ask for a variable.
var (
	inMakefile = regexp.MustCompile(`\$[({]([A-Za-z_][A-Za-z0-9_]*)|\bifn?def[ \t]+([A-Za-z_][A-Za-z0-9_]*)`)
	inToxINI   = regexp.MustCompile(`\{env:([A-Za-z_][A-Za-z0-9_]*)`)
)

// mentioned returns the variables of an environment that a file asks for.
func (s *scan) mentioned(asks *regexp.Regexp, file string, env map[string]string) map[string]string {
	found := map[string]string{}
	if asks == nil {
		return found
	}
	content, _ := s.repo.read(file) // what can't be read mentions none
	for _, m := range asks.FindAllSubmatch(content, -1) {
		name := string(slices.Concat(m[1:]...))
		if value, ok := env[name]; ok {
			found[name] = value
		}
	}
	return found
}

// load returns what a file of a tool holds for a call, read once for all calls that are alike.
func (s *scan) load(program, file string, c call) []snippet {
	key := fmt.Sprintf("%v %q %q %q %q %q %v %q %q %v", c.lenient, program, file, c.names, c.labels, c.factors, c.patterns, c.variables, c.inherited, c.words)
	s.mu.Lock()
	held, ok := s.tasks[key]
	s.mu.Unlock()
	if ok {
		return held
	}
	if content, err := s.repo.read(file); err == nil {
		held = tools[program].load(s.file(file, content), c).snippets
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tasks[key] = held
	return held
}

// named completes the names of a call by the tool's variable. It reports false where nobody here knows a name: then the call is
// read as one without names.
func (c *call) named(t tool, env map[string]string) (known bool) {
	if t.names == "" {
		return true
	}
	if len(c.names) == 0 && len(c.labels) == 0 && len(c.factors) == 0 {
		c.names, c.lenient = strings.FieldsFunc(env[t.names], func(r rune) bool { return r == ',' || r == ' ' }), true
	}
	if slices.ContainsFunc(c.factors, func(all []string) bool { return len(pytest.Unknowns(strings.Join(all, "-"))) > 0 }) {
		return false // any may be meant
	}
	before := c.names
	c.names = nil
	for _, name := range before {
		if len(pytest.Unknowns(name)) == 0 {
			c.names = append(c.names, name)
		} else if known := unknownPart.ReplaceAllString(name, ""); strings.Trim(known, "-") != "" {
			pattern, err := regexp.Compile("^" + strings.Join(quotedParts(unknownPart.Split(name, -1)), ".*") + "$")
			if err == nil { // else it is no text
				c.patterns = append(c.patterns, pattern)
			}
		}
	}
	return len(c.names) > 0 || len(before) == 0
}

// unknownPart matches an unknown value within a word.
var unknownPart = regexp.MustCompile(pytest.Unknown(`.*?`))

func quotedParts(parts []string) []string {
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	return parts
}

// fits reports whether a name is one of those that a call may mean by its patterns and factors.
func (c call) fits(name string) bool {
	return slices.ContainsFunc(c.patterns, func(p *regexp.Regexp) bool { return p.MatchString(name) }) ||
		slices.ContainsFunc(c.factors, func(all []string) bool {
			has := strings.Split(name, "-")
			return !slices.ContainsFunc(all, func(factor string) bool { return len(pytest.Unknowns(factor)) == 0 && !slices.Contains(has, factor) })
		})
}

func (s *scan) file(name string, content []byte) file {
	return file{name: name, content: content, repo: s.repo}
}

// toolFile returns the file that a tool finds in a folder, or above it.
func (s *scan) toolFile(t tool, dir, named string) (string, bool) {
	if named != "" {
		at := path.Join(dir, named)
		return at, s.repo.isFile(at)
	}
	for {
		for _, base := range t.files {
			if at := path.Join(dir, base); s.repo.isFile(at) && s.holds(at, t.marks[base]) {
				return at, true
			}
		}
		if dir == "." || !t.upward || strings.HasPrefix(dir, "/") || strings.HasPrefix(dir, "..") {
			return "", false
		}
		dir = path.Dir(dir)
	}
}

// holds reports whether a text stands somewhere in a file.
func (s *scan) holds(file, text string) bool {
	if text == "" {
		return true
	}
	content, err := s.repo.read(file)
	return err == nil && bytes.Contains(content, []byte(text))
}

// choose returns the snippets that a tool runs for some names, those that they need first; of a group where one is given.
func choose(all []snippet, tool, group string, names []string) (chosen []snippet) {
	taken := map[int]bool{}
	var take func(i int)
	take = func(i int) {
		if taken[i] {
			return
		}
		taken[i] = true
		for _, need := range all[i].needs {
			for j, sn := range all {
				if sn.tool == all[i].tool && sn.name == need {
					take(j)
				}
			}
		}
		chosen = append(chosen, all[i])
	}
	for i, sn := range all {
		if sn.tool == tool && (group == "" || sn.group == group) && (slices.Contains(names, sn.name) || len(names) == 0 && sn.first) {
			take(i)
		}
	}
	return chosen
}

func with(env, more map[string]string) map[string]string {
	all := make(map[string]string, len(env)+len(more))
	for name, value := range env {
		all[name] = value
	}
	for name, value := range more {
		all[name] = value
	}
	return all
}
