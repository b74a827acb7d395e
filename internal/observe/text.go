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

// readOtherText reads the commands of a file of which nothing is known but its lines: a comment may show one, and a line, a value
// or a text between quotes may be one. None of them is certain.
func readOtherText(f file) (all found) {
	under := false // a key whose list is commands
	for _, line := range logicalLines(f.text()) {
		if item := listItem.FindStringIndex(line.String()); item == nil {
			under = commandsKey.MatchString(line.String())
		} else if command, ok := shownCommand(line); under && ok {
			all.add(snippet{kind: Text, dialect: shell.Bash, text: withoutPlaceholders(command), doubtful: true})
			continue
		}
		if m := rpmMacro.FindStringSubmatchIndex(line.String()); m != nil {
			text := source.JoinTexts(line.Slice(m[2], m[3]), line.Slice(m[4], line.Len()))
			all.add(snippet{kind: Text, dialect: shell.Bash, text: withoutPlaceholders(text), doubtful: true})
			continue
		}
		if m := remark.FindStringIndex(line.String()); m != nil {
			all.merge(commandsInComment(line.Slice(m[1], line.Len())))
			continue
		}
		for _, command := range commandsOfLine(line) {
			all.add(snippet{kind: Text, dialect: shell.Bash, text: withoutPlaceholders(command), doubtful: true})
		}
	}
	return all
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
