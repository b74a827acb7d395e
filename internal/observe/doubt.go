package observe

import (
	"regexp"
	"slices"
	"strings"

	"policygen/internal/pytest"
	"policygen/internal/shell"
	"policygen/internal/source"
)

// transparent matches programs that may start what their words say.
var transparent = regexp.MustCompile(`^(docker|podman|docker-compose|nerdctl|kubectl|singularity|apptainer|ssh|vagrant|lxc|xargs|gxargs|find|parallel|` +
	`watch|watchexec|entr|act|nsys|ncu|compute-sanitizer|cuda-memcheck|gosu|su-exec|runuser|deepspeed)$|retry|wrap|with|exec|timeout`)

// maxLooked bounds how many words of a command line are taken for the beginning of another one.
const maxLooked = 256

// container matches programs that run a command in a container.
var container = regexp.MustCompile(`^(docker|podman|docker-compose|podman-compose|nerdctl|kubectl|singularity|apptainer)$`)

// contained follows a tool, a shell or a script that a container is told to run. Where the container has the repository nobody
// here knows, so it is taken to be its working directory, and what comes of it is not certain.
func (t trail) contained(line command, env map[string]string) (shell.Result, bool) {
	if !container.MatchString(name(line.words[0].Text)) {
		return shell.Result{}, false
	}
	running := false
	for i, w := range line.words[:min(len(line.words), maxLooked)] {
		running = running || w.Text == "run" || w.Text == "exec"
		rest := lookThrough(line.words[i:], mount)
		if rest.stdin = line.stdin; i > 0 && running && (t.canContain(rest) || i > 2 && i+1 == len(line.words) && toolWord(w.Text)) {
			t.certain = false
			env := with(env, rest.env)
			for _, way := range []func(command, map[string]string) (shell.Result, bool){t.shell, t.task, t.script} {
				if res, taken := way(rest, env); taken {
					return res, true
				}
			}
		}
	}
	return shell.Result{}, false
}

// canContain reports whether a command is one that can be followed inside of a container: the name of an image is none.
func (t trail) canContain(line command) bool {
	if line.module && len(line.words) > 0 {
		return toolWord(line.words[0].Text)
	}
	if len(line.words) == 0 || len(line.words) == 1 && line.stdin == "" || line.code || line.isPytest() {
		return false
	}
	program := line.words[0].Text
	if base := name(program); slices.Contains(shells, base) || toolWord(base) {
		return program == base || strings.HasPrefix(program, "/bin/") || strings.HasPrefix(program, "/usr/bin/")
	}
	file, ok := t.inRepository(mount, program)
	return ok && isScriptName(file) && t.scan.repo.isFile(file)
}

// fallback takes pytest out of the words of a program that we know, or must fear, to start what its words say: a launcher whose
// options we misread, a file that could not be followed, whatever is told "python -m pytest" or "-m pytest", and a program that
// nobody here knows where pytest's own words follow.
func (t trail) fallback(line command, env map[string]string) (shell.Result, bool) {
	if line.code || len(line.words) == 0 {
		return shell.Result{}, false
	}
	program := line.words[0].Text
	may := !line.module && (transparent.MatchString(name(program)) || strings.Contains(program, "/") || slices.Contains(shells, program) || line.launched)
	for i := 1; i < min(len(line.words), maxLooked); i++ {
		if holdsCommand(line, i) {
			t.certain = false
			return t.shellText(line.words[i], nil, line.dir, env), true
		}
		rest := lookThrough(line.words[i:], line.dir)
		if !rest.isPytest() || !may && !namesPytest(line, i, rest) && !behindDashes(line, i) && !goesOn(line, i, rest) {
			continue
		}
		if program != "xargs" && program != "find" {
			t.certain = false
		}
		return t.record(rest, with(env, rest.env)), true
	}
	return shell.Result{}, false
}

// takesNames are programs to which pytest is a name or a text, and words behind which it is one to others.
var takesNames = regexp.MustCompile(`^(git|gh|hg|svn|jj|grep|egrep|fgrep|rg|ag|sed|awk|which|whereis|type|hash|man|p?kill|killall|pgrep|ps|rm|cp|mv|ls|ln|cat|touch|mkdir|chmod|` +
	`echo|printf|test|\[|pip3?|apt|apt-get|apk|dnf|yum|brew|choco|npm|yarn|pnpm|cargo|ruff|mypy|pylint|flake8|black|isort|zip|tar|curl|wget|jq|yq)$`)

// runners are programs that run what a project calls by a name, so that one by the name of pytest is likely to start it.
var runners = map[string]bool{"poe": true, "task": true, "just": true, "make": true, "ninja": true, "npm": true, "yarn": true, "pnpm": true, "invoke": true, "inv": true, "doit": true, "nox": true,
	"duty": true, "rake": true, "bazel": true, "meson": true, "mise": true, "moon": true, "pants": true, "dvc": true, "pre-commit": true, "spin": true}

var installs = regexp.MustCompile(`^(install|add|remove|uninstall|list|show|search|upgrade|update|sync|lock|require|create|download|export|freeze|inject)$`)

// goesOn reports whether the words from i on are pytest with words that only it takes, behind a program that may start it.
func goesOn(line command, i int, rest command) bool {
	valued := strings.HasPrefix(line.words[i-1].Text, "-") // it may be the value of an option
	if valued || line.module || takesNames.MatchString(name(line.words[0].Text)) || sentence(rest.words[1:]) {
		return false
	}
	if program := name(line.words[0].Text); !hasOptionOrPath(rest.words) && !(len(rest.words) == 1 && (line.pass != "" || runners[program])) {
		return false
	}
	return !slices.ContainsFunc(line.words[:i], func(w pytest.Word) bool { return installs.MatchString(w.Text) })
}

// holdsCommand reports whether one word of a program that nobody here knows is a whole command line that starts pytest.
func holdsCommand(line command, i int) bool {
	w := line.words[i]
	if line.module || !strings.Contains(w.Text, " ") || takesNames.MatchString(name(line.words[0].Text)) {
		return false
	}
	return slices.ContainsFunc(betweenCommands.Split(w.Text, -1), func(one string) bool {
		c := lookThrough(splitWords(source.TextAt(one, w.Pos)), mount)
		return c.isPytest() && hasOptionOrPath(c.words) && !sentence(c.words[1:])
	})
}

var betweenCommands = regexp.MustCompile(`&&|\|\||;`)

// behindDashes reports whether the words from i on stand behind "--", where launchers that nobody here knows have their command.
func behindDashes(line command, i int) bool {
	others := []string{"git", "grep", "rg", "ag", "rm", "cp", "mv", "ls"} // to them "--" is the end of the options
	return i > 1 && line.words[i-1].Text == "--" && !line.module && !slices.Contains(others, name(line.words[0].Text))
}

// namesPytest reports whether the words from i on say "python -m pytest", or "-m pytest" as the debuggers, profilers and other
// modules take it that run a module. To version control "-m" is a message.
func namesPytest(line command, i int, rest command) bool {
	if line.words[i].Text == "-m" {
		return !slices.Contains([]string{"git", "hg", "gh", "svn", "jj"}, name(line.words[0].Text))
	}
	return !line.module && rest.module && pythonName.MatchString(name(line.words[i].Text))
}

// sayNothing reports whether the words behind pytest are those of a sentence or a version, on a page or in a comment: one plain
// word that is no path of the repository, a number, or a verb.
func (t trail) sayNothing(words []pytest.Word) bool {
	if !t.entry.kind.Shown() || len(words) == 0 {
		return false
	}
	word := words[0].Text
	if len(words) > 1 {
		return t.entry.kind == Comment && thirdPerson.MatchString(word) && !folders[word] && !t.scan.repo.exists(word)
	}
	return versionWord.MatchString(word) || plainEnglish.MatchString(word) && !metavariable.MatchString(word) && !folders[word] && !t.scan.repo.exists(word)
}

// thirdPerson matches verbs of sentences such as "pytest expects ...".
var thirdPerson = regexp.MustCompile(`^[a-z]+[^s]s$`)

var versionWord = regexp.MustCompile(`^[<>=~^v]*[0-9]+(\.[0-9x*]+)*[,;:)]?$`)
