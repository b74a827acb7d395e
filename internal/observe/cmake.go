package observe

import (
	"cmp"
	"path"
	"regexp"
	"slices"
	"strings"

	"policygen/internal/pytest"
	"policygen/internal/source"
)

// readCMake reads the commands of the targets and the tests of one CMakeLists.txt.
func readCMake(f file) found {
	c := newCMake()
	c.file(f, 0)
	return distinctCommands(c.found())
}

// loadCMake reads the targets of a CMakeLists.txt and of the folders that it adds.
func loadCMake(f file, _ call) found {
	c := newCMake()
	c.file(f, maxCMakeFiles)
	return c.found()
}

// maxCMakeFiles bounds how many folders of a project are read for one call.
const maxCMakeFiles = 200

// A cmake is what was read of a project so far: its targets, which cmake --build runs by name, and its tests, which ctest runs
// (https://cmake.org/cmake/help/latest/command/add_custom_target.html, add_custom_command, add_test).
type cmake struct {
	names     []string // of targets and tests in their order
	targets   map[string]*snippet
	variables map[string]string // lists have ";" between their elements
	seen      map[string]bool   // files
	left      int               // bytes of values that may still be put in place of references
}

func newCMake() *cmake {
	return &cmake{targets: map[string]*snippet{}, variables: map[string]string{"CMAKE_COMMAND": "cmake"}, seen: map[string]bool{}, left: maxValues}
}

func (c *cmake) found() (f found) {
	for _, name := range c.names {
		sn := *c.targets[name]
		var argv [][]pytest.Word
		for _, words := range sn.argv {
			if words = portable(words); len(words) > 0 {
				argv = append(argv, words)
			}
		}
		sn.argv = argv
		f.add(sn)
	}
	return f
}

// file reads a file, and those of up to so many folders that it adds.
func (c *cmake) file(f file, folders int) {
	c.seen[f.name] = true
	dir := dirOf(f.name)
	for _, name := range []string{"CMAKE_CURRENT_SOURCE_DIR", "CMAKE_SOURCE_DIR", "PROJECT_SOURCE_DIR"} {
		if _, known := c.variables[name]; !known || name == "CMAKE_CURRENT_SOURCE_DIR" {
			c.variables[name] = path.Join(mount, dir)
		}
	}
	for _, command := range cmakeCommands(f.text()) {
		args := c.expanded(command.args)
		switch {
		case len(args) == 0:
		case command.name == "set" && len(args) > 1:
			values := texts(args[1:])
			if i := slices.IndexFunc(values, func(v string) bool { return v == "CACHE" || v == "PARENT_SCOPE" }); i >= 0 {
				values = values[:i]
			}
			c.set(args[0].Text, strings.Join(values, ";"))
		case command.name == "option":
			c.set(args[0].Text, pytest.Unknown(args[0].Text))
		case len(args) > 1 && slices.Contains(cmakeChanges, command.name):
			for _, a := range args[1:] { // of its variables nobody here knows the values any more
				if _, known := c.variables[a.Text]; known {
					c.set(a.Text, pytest.Unknown(a.Text))
				}
			}
		case command.name == "add_custom_target":
			c.add("cmake", args[0].Text, dir, args[1:], "COMMAND")
		case command.name == "add_custom_command" && args[0].Text == "TARGET" && len(args) > 1:
			c.add("cmake", args[1].Text, dir, args[2:], "")
		case command.name == "add_dependencies":
			c.add("cmake", args[0].Text, dir, append([]pytest.Word{{Text: "DEPENDS"}}, args[1:]...), "")
		case command.name == "add_test" && args[0].Text == "NAME" && len(args) > 1:
			c.add("ctest", args[1].Text, dir, args[2:], "")
		case command.name == "add_test":
			c.add("ctest", args[0].Text, dir, args[1:], "COMMAND")
		case command.name == "add_subdirectory" && len(c.seen) <= folders:
			if other, err := f.other(path.Join(dir, args[0].Text, "CMakeLists.txt")); err == nil && !c.seen[other.name] {
				c.file(other, folders)
				c.variables["CMAKE_CURRENT_SOURCE_DIR"] = path.Join(mount, dir)
			}
		}
	}
}

// cmakeChanges are commands that give variables other values.
var cmakeChanges = []string{"list", "string", "math", "file", "separate_arguments", "unset"}

// set gives a variable a value. One that is set twice to different ones, as in the parts of a condition, is unknown.
func (c *cmake) set(name, value string) {
	if before, known := c.variables[name]; known && before != value {
		value = pytest.Unknown(name)
	}
	c.variables[name] = value
}

// cmakeKeywords begin the parts of a target or a test.
var cmakeKeywords = map[string]bool{
	"ALL": true, "COMMAND": true, "ARGS": true, "DEPENDS": true, "BYPRODUCTS": true, "WORKING_DIRECTORY": true, "COMMENT": true, "JOB_POOL": true, "JOB_SERVER_AWARE": true,
	"VERBATIM": true, "USES_TERMINAL": true, "COMMAND_EXPAND_LISTS": true, "SOURCES": true, "PRE_BUILD": true, "PRE_LINK": true, "POST_BUILD": true, "CONFIGURATIONS": true,
}

// add adds what some arguments say to a target or a test. The first of them belong to the keyword part.
func (c *cmake) add(tool, name, dir string, args []pytest.Word, part string) {
	key := tool + " " + name
	sn, known := c.targets[key]
	if !known {
		sn = &snippet{kind: Task, tool: tool, name: name, where: "target " + name, dir: dir, first: tool == "ctest"}
		if tool == "ctest" {
			sn.where = "test " + name
		}
		c.targets[key] = sn
		c.names = append(c.names, key)
	}
	begins := true
	for _, a := range args {
		switch {
		case cmakeKeywords[a.Text]:
			if a.Text != "ARGS" { // it goes on with the command
				part, begins = a.Text, true
			}
			sn.first = sn.first || a.Text == "ALL"
		case part == "COMMAND" && begins:
			sn.argv, begins = append(sn.argv, []pytest.Word{a}), false
		case part == "COMMAND":
			last := len(sn.argv) - 1
			sn.argv[last] = append(sn.argv[last], a)
		case part == "DEPENDS" && len(sn.needs) < maxNeeds && !slices.Contains(sn.needs, a.Text):
			sn.needs = append(sn.needs, a.Text)
		case part == "WORKING_DIRECTORY" && strings.HasPrefix(a.Text, mount):
			sn.dir = inside("", a.Text)
		}
	}
}

// maxNeeds bounds what a target is followed to.
const maxNeeds = 100

// portable takes off the tools of CMake that run another command, "cmake -E env" and its like, and makes assignments before a
// command those of env, since a shell runs it.
func portable(words []pytest.Word) []pytest.Word {
	if len(words) > 2 && name(words[0].Text) == "cmake" && words[1].Text == "-E" {
		switch words[2].Text {
		case "env":
			rest := slices.DeleteFunc(slices.Clone(words[3:]), func(w pytest.Word) bool { return w.Text == "--" })
			return append([]pytest.Word{{Text: "env", Pos: words[0].Pos}}, rest...)
		case "time":
			return words[3:]
		case "chdir":
			return words[min(4, len(words)):]
		}
	}
	if len(words) > 0 && assignment.MatchString(words[0].Text) {
		return append([]pytest.Word{{Text: "env", Pos: words[0].Pos}}, words...)
	}
	return words
}

// cmakeReference matches a reference to a variable, of CMake or of the environment, and a generator expression.
var cmakeReference = regexp.MustCompile(`\$(?:ENV)?\{([A-Za-z0-9_./+-]+)\}|\$<[^<>]*>`)

// expanded puts the values of variables in place of their references: those of a list that stands alone are several words.
func (c *cmake) expanded(args []cmakeArg) (words []pytest.Word) {
	for _, a := range args {
		text := a.text.String()
		value := cmakeReference.ReplaceAllStringFunc(text, func(reference string) string {
			name := cmakeReference.FindStringSubmatch(reference)[1]
			set, known := c.variables[name]
			switch {
			case known && len(set) <= c.left && !strings.HasPrefix(reference, "$E"):
				c.left -= len(set)
				return set
			case strings.Contains(strings.ToUpper(reference), "PYTHON"):
				return "python"
			}
			return pytest.Unknown(cmp.Or(name, strings.Trim(reference, "$<>")))
		})
		if value == text || a.quoted {
			words = append(words, pytest.Word{Text: value, Pos: a.text.At(0)})
			continue
		}
		for _, one := range strings.Split(value, ";") {
			if one != "" {
				words = append(words, pytest.Word{Text: one, Pos: a.text.At(0)})
			}
		}
	}
	return words
}

// maxValues bounds what is put in place of references in a project, in bytes, as values may refer to each other.
const maxValues = 1 << 20

// A cmakeCommand is a call in CMake's language, its name in lower case.
type cmakeCommand struct {
	name string
	args []cmakeArg
}

type cmakeArg struct {
	text   source.Text
	quoted bool
}

var (
	cmakeName    = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*[ \t]*\(`)
	cmakeWord    = regexp.MustCompile(`^[A-Za-z0-9_]+`)
	cmakeBracket = regexp.MustCompile(`^\[=*\[`)
	cmakeToken   = regexp.MustCompile(`^(?:"(?:[^"\\]|\\(?s:.))*"?|(?:[^\s()"#\\]|\\.)+|[()])`)
)

// cmakeCommands returns the calls of a file in their order; what stands in functions and conditions counts as if it ran.
func cmakeCommands(t source.Text) (list []cmakeCommand) {
	s := t.String()
	open := 0
	for at := 0; at < len(s); {
		rest := s[at:]
		switch name := cmakeName.FindString(rest); {
		case rest[0] == '#':
			at += cmakeComment(rest)
		case open == 0 && name != "":
			list = append(list, cmakeCommand{name: strings.ToLower(strings.TrimRight(name, " \t("))})
			open, at = 1, at+len(name)
		case open == 0:
			at += max(1, len(cmakeWord.FindString(rest)))
		case cmakeBracket.MatchString(rest):
			start, end := bracketed(rest)
			last := &list[len(list)-1]
			last.args = append(last.args, cmakeArg{t.Slice(at+start, at+end), true})
			at += min(len(rest), end+start)
		default:
			token := cmakeToken.FindString(rest)
			switch {
			case token == "(":
				open++
			case token == ")":
				open--
			case token != "":
				last := &list[len(list)-1]
				last.args = append(last.args, argOf(t.Slice(at, at+len(token))))
			}
			at += max(1, len(token))
		}
	}
	return list
}

func argOf(token source.Text) cmakeArg {
	s := token.String()
	if s[0] != '"' {
		return cmakeArg{token, false}
	}
	end := len(s)
	if end > 1 && s[end-1] == '"' {
		end--
	}
	return cmakeArg{token.Slice(1, end), true}
}

// cmakeComment returns the length of the comment that a text begins with.
func cmakeComment(s string) int {
	if cmakeBracket.MatchString(s[1:]) {
		start, end := bracketed(s[1:])
		return min(len(s), 1+end+start)
	}
	if end := strings.IndexByte(s, '\n'); end >= 0 {
		return end
	}
	return len(s)
}

// bracketed returns where the content of the brackets that a text begins with starts and ends; its closing is as long as its opening.
func bracketed(s string) (start, end int) {
	opening := cmakeBracket.FindString(s)
	closing := strings.ReplaceAll(opening, "[", "]")
	if end := strings.Index(s, closing); end >= 0 {
		return len(opening), end
	}
	return len(opening), len(s)
}

// parseCMake reads a command line of cmake, which only builds where it is told to.
func parseCMake(words []pytest.Word) call {
	c := call{idle: true}
	names := false
	for i, w := range words {
		switch option, value, joined := strings.Cut(w.Text, "="); {
		case w.Text == "--":
			return c
		case w.Text == "--build":
			c.idle = false
		case option == "--target" || option == "-t":
			if names = !joined; joined {
				c.names = append(c.names, value)
			}
		case strings.HasPrefix(w.Text, "-"):
			names = false
		case names && i > 0:
			c.names = append(c.names, w.Text)
		}
	}
	return c
}

// parseCTest reads a command line of ctest. Which tests its patterns choose is not told apart.
func parseCTest(words []pytest.Word) call {
	idle := func(w pytest.Word) bool {
		return slices.Contains([]string{"-N", "--show-only", "--help", "-h", "--version", "--print-labels"}, w.Text)
	}
	c := call{idle: slices.ContainsFunc(words, idle)}
	chooses := func(w pytest.Word) bool {
		return slices.Contains([]string{"-R", "-E", "-L", "-LE", "-I"}, w.Text) || strings.HasPrefix(w.Text, "--tests-")
	}
	c.unsure = slices.ContainsFunc(words, chooses)
	return c
}
