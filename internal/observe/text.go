package observe

import (
	"path"
	"regexp"
	"strings"

	"policygen/internal/shell"
	"policygen/internal/source"
)

// otherTexts are the endings of files that hold commands in ways that are not read, each in few places: settings and templates, build
// files and pipelines in languages of their own, pages without markup that is known.
var otherTexts = map[string]bool{
	".toml": true, ".ini": true, ".cfg": true, ".conf": true, ".in": true, ".j2": true, ".jinja": true, ".jinja2": true, ".tmpl": true, ".tpl": true, ".template": true,
	".nix": true, ".groovy": true, ".gradle": true, ".bzl": true, ".bazel": true, ".star": true, ".rb": true, ".fish": true, ".csh": true, ".tcsh": true,
	".xsh": true, ".adoc": true, ".asciidoc": true, ".org": true, ".tex": true, ".code-workspace": true, ".spec": true,
}

// otherNames are names of such files without an ending.
var otherNames = map[string]bool{
	"Jenkinsfile": true, "Vagrantfile": true, "Procfile": true, "Earthfile": true, "Tiltfile": true, "Rakefile": true, "Snakefile": true, "BUILD": true, "meson.build": true,
	"meson.options": true, "meson_options.txt": true, ".envrc": true, ".cursorrules": true, ".windsurfrules": true, ".clinerules": true, "README": true, "INSTALL": true, "HACKING": true, "CONTRIBUTING": true,
	"README.txt": true, "INSTALL.txt": true, "CONTRIBUTING.txt": true, "HACKING.txt": true, "DEVELOP.txt": true, "DEVELOPMENT.txt": true, "TESTING.txt": true,
}

func isOtherText(name string) bool {
	base := path.Base(name)
	return otherNames[base] || strings.HasPrefix(base, "Jenkinsfile") || otherTexts[strings.ToLower(path.Ext(base))] ||
		strings.ToLower(path.Ext(base)) == ".txt" && manual.MatchString(name) && !requirementsFile.MatchString(base)
}

var (
	manual           = regexp.MustCompile(`(^|/)(docs?|documentation|manual|guide)/`)
	requirementsFile = regexp.MustCompile(`(?i)require|constraint|freeze|lock|licen[cs]e`)
)

// remark matches what begins a comment in one language or another.
var remark = regexp.MustCompile(`^[ \t]*(#+|//+|/?\*+|;+|--+|%+|\.\.|rem[ \t]|REM[ \t])[ \t]*`)

// readOtherText reads the commands of a file of which nothing is known but its lines. None of them is certain.
func readOtherText(f file) (all found) {
	listed := false // below a key whose list is commands
	for _, line := range logicalLines(f.text()) {
		item := listItem.MatchString(line.String())
		if !item {
			listed = commandsKey.MatchString(line.String())
		}
		all.merge(commandsOfOther(line, listed && item))
	}
	return all
}

// commandsOfOther returns the commands of a line: an item of a list of them is one, so is a macro of RPM, a comment may show some, and the
// line, its value or a text between quotes may be one.
func commandsOfOther(line source.Text, listed bool) (shown found) {
	var commands []source.Text
	command, ok := shownCommand(line)
	macro := rpmMacro.FindStringSubmatchIndex(line.String())
	comment := remark.FindStringIndex(line.String())
	switch {
	case listed && ok:
		commands = []source.Text{command}
	case macro != nil:
		commands = []source.Text{source.JoinTexts(line.Slice(macro[2], macro[3]), line.Slice(macro[4], line.Len()))}
	case comment != nil:
		return commandsInComment(line.Slice(comment[1], line.Len()))
	default:
		commands = commandsOfLine(line)
	}
	for _, command := range commands {
		shown.add(snippet{kind: Text, dialect: shell.Bash, text: withoutPlaceholders(command), doubtful: true})
	}
	return shown
}

// rpmMacro matches the macros of RPM that run pytest and tox.
var rpmMacro = regexp.MustCompile(`^[ \t]*%\{?(pytest|tox)\}?((?:[ \t].*)?)$`)

// Lines of a template of YAML: a key whose list is commands, and an item of a list.
var (
	commandsKey = regexp.MustCompile(`^[ \t]*(?:commands?|script|run|test):[ \t]*$`)
	listItem    = regexp.MustCompile(`^[ \t]*-[ \t]`)
)

// commandsOfLine returns the line, the value or the quoted texts of a line that are commands with words that only they have.
func commandsOfLine(line source.Text) []source.Text {
	if list := setCommands(line); len(list) > 0 {
		return list
	}
	list := textsOf(spanned(line))
	for _, text := range betweenQuotes(line) {
		list = append(list, setCommands(text)...)
	}
	return list
}
