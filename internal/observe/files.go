package observe

import (
	"bytes"
	"path"
	"regexp"
	"strings"
)

// A reader finds what commands a file holds.
type reader struct {
	reads func(f file) found
	shown bool // it only holds what is shown to people, so it counts where a word of interest is in it, and only then
}

// readersOf returns the readers for a file by its name; nothing for a file that holds no commands.
func readersOf(name string) []reader {
	base, ext := path.Base(name), strings.ToLower(path.Ext(name))
	switch {
	case isWorkflow(name):
		return []reader{{reads: readWorkflow}, comments}
	case base == "action.yml", base == "action.yaml":
		return []reader{{reads: readAction}, comments}
	case isGitLab(name):
		return []reader{{reads: readGitLab}, comments}
	case isPipeline(name):
		return []reader{{reads: readPipeline}, comments}
	case base == ".pre-commit-config.yaml":
		return []reader{{reads: readHooks}, comments}
	case base == "Makefile", base == "makefile", base == "GNUmakefile", ext == ".mk", ext == ".mak":
		return []reader{{reads: readMakefile}, comments}
	case base == "tox.ini", base == "setup.cfg":
		return []reader{{reads: readToxINI}, comments}
	case base == "tox.toml", base == "pyproject.toml", base == "hatch.toml", base == "pixi.toml", base == "poe_tasks.toml":
		return []reader{{reads: readTOML}, comments}
	case base == "justfile", base == ".justfile", base == "Justfile", ext == ".just":
		return []reader{{reads: readJustfile}, comments}
	case base == "Taskfile.yml", base == "Taskfile.yaml":
		return []reader{{reads: readTaskfile}, comments}
	case base == "CMakeLists.txt", ext == ".cmake":
		return []reader{{reads: readCMake}, comments}
	case base == "Dockerfile", base == "Containerfile", strings.HasPrefix(base, "Dockerfile."), ext == ".dockerfile":
		return []reader{{reads: readDockerfile}, comments}
	case (ext == ".md" || ext == ".rst" || ext == ".markdown") && (history.MatchString(base) || historyFolder.MatchString(name)):
		return nil
	case ext == ".md", ext == ".markdown", ext == ".mdx", ext == ".mdc", ext == ".qmd", ext == ".rmd":
		return []reader{{reads: readMarkdown, shown: true}}
	case ext == ".rst":
		return []reader{{reads: readReST, shown: true}}
	case ext == ".ipynb":
		return []reader{{reads: readNotebook, shown: true}}
	case ext == ".py", ext == ".pyi", ext == ".pyx":
		return []reader{{reads: readPython, shown: true}}
	case ext == ".txt" && strings.Contains(base, "requirements"):
		return []reader{comments}
	case isScriptName(base):
		return []reader{{reads: readScript}, comments}
	case isWindowsScript(base):
		return []reader{{reads: readWindows}, comments}
	case jsonReaderOf(name) != nil:
		return []reader{{reads: readJSON, shown: true}}
	case isYAML(base):
		return []reader{{reads: readOtherYAML, shown: true}, comments}
	case isOtherText(name):
		return []reader{{reads: readOtherText, shown: true}}
	}
	return nil
}

// history matches the names of pages that tell what was: nobody runs what stands there.
var history = regexp.MustCompile(`(?i)^(changelog|changes|history|news|release[_-]?notes)\b.*\.(md|rst|markdown)$`)

// historyFolder matches pages in folders of the same.
var historyFolder = regexp.MustCompile(`(?i)(^|/)(changelogs?|changes|history|news|newsfragments|release[_-]?notes|whatsnew|towncrier)/[^/]*\.(md|rst|markdown)$`)

var comments = reader{reads: readComments, shown: true}

func isScriptName(base string) bool {
	switch strings.ToLower(path.Ext(base)) {
	case ".sh", ".bash", ".zsh", ".ksh", ".bats", ".command":
		return true
	}
	return false
}

func isWindowsScript(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".ps1", ".bat", ".cmd":
		return true
	}
	return false
}

var shebang = regexp.MustCompile(`^#![ \t]*\S*/(env[ \t]+(-S[ \t]+)?)?(bash|sh|dash|zsh|ksh|ksh93|mksh)\b`)

// isScript reports whether a file without an ending is a shell script.
func isScript(content []byte) bool {
	return bytes.HasPrefix(content, []byte("#!")) && shebang.Match(content)
}

var pythonShebang = regexp.MustCompile(`^#![ \t]*\S*(/|env[ \t]+(-S[ \t]+)?)(uv[ \t]+run\b.*|python[0-9.]*)`)

// isPythonScript reports whether a file without an ending is a script of Python.
func isPythonScript(content []byte) bool {
	return bytes.HasPrefix(content, []byte("#!")) && pythonShebang.Match(content)
}

func isWorkflow(name string) bool {
	dir, base := path.Split(name)
	return strings.HasSuffix(dir, ".github/workflows/") && isYAML(base)
}

func isGitLab(name string) bool {
	return isYAML(name) && (path.Base(name) == ".gitlab-ci.yml" || strings.HasSuffix(name, ".gitlab-ci.yml") ||
		strings.HasPrefix(name, ".gitlab/") || strings.HasPrefix(name, ".gitlab-ci/"))
}

func isPipeline(name string) bool {
	base := path.Base(name)
	switch {
	case !isYAML(name):
		return false
	case base == ".travis.yml", base == ".cirrus.yml", base == "appveyor.yml", base == ".appveyor.yml", base == "bitbucket-pipelines.yml", base == "cloudbuild.yaml":
		return true
	case strings.HasPrefix(base, "azure-pipelines"), strings.HasPrefix(name, ".azure-pipelines/"), strings.HasPrefix(name, ".circleci/"), strings.HasPrefix(name, ".buildkite/"):
		return true
	}
	return false
}

// isSettings reports whether a file is one of settings, in whose values backquotes are only for people.
func isSettings(name string) bool {
	ext := path.Ext(name)
	return isYAML(name) || ext == ".toml" || ext == ".cfg" || ext == ".ini"
}

func isYAML(name string) bool {
	ext := path.Ext(name)
	return ext == ".yml" || ext == ".yaml"
}
