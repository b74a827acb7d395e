// Package pins finds every place of a repository that pins the version of a Python distribution, and holds it against what the
// policy needs and what is known about the releases.
//
// A place is a [Site]: a requirement in a file, an entry of a lock, a distribution of a virtual environment, a literal word of
// "pip install". Sites are read with exact positions; what can't be understood is an [Unreadable], never passed over. What
// versions a site admits is an exact set (see package pep440), so every verdict is set algebra: no index is asked, no Python started.
package pins

import (
	"policygen/internal/finding"
	"policygen/internal/pep440"
	"policygen/internal/source"
)

// A Kind says what a site does to an installation.
type Kind string

// The kinds.
const (
	Declared   Kind = "declared"   // a requirement that is installed: requirements, extras, groups, deps of tox
	Constraint Kind = "constraint" // limits what is installed, installs nothing
	Override   Kind = "override"   // replaces what is declared (uv)
	Build      Kind = "build"      // for building alone
	Locked     Kind = "locked"     // what a lock file has chosen: exact
	RunTime    Kind = "run-time"   // what pytest itself refuses: minversion, required_plugins
	Installed  Kind = "installed"  // what a virtual environment holds: exact
	Command    Kind = "command"    // a literal word of an install command
	Python     Kind = "python"     // a range of Python itself: requires-python
)

// A Site is one place that says which versions of a distribution there may be. Where several scopes reach it, as when two
// requirement files include a third, it is there once for each.
//
// Scopes are "project" (what a project needs wherever it is installed), "extra test", "group dev", "build", "env py312" (of tox),
// "tox" (what tox itself needs), "pytest" (what it checks when it starts), "workspace" (what limits or overrides all that uv or pdm
// locks); with " of FOLDER" behind it where the file is not at the root. Of requirement files that no other includes, of locks,
// Pipfiles and environments of conda the scope is the file, of an installed environment its folder, of a command "command at FILE:LINE".
type Site struct {
	finding.Position // of the requirement; of a lock or an installed distribution, of its version
	Kind             Kind
	Scope            string     // what is installed together, see [Site.Together]
	Name             string     // of the distribution, normalised; "python" for Python itself
	Written          string     // the requirement as it stands there: "pytest-xdist[psutil]>=3.5 ; python_version<'3.12'"
	Range            string     // as PEP 440 has it, for messages: ">=3.5,<4"; "" for any version
	Set              pep440.Set // the versions that it admits
	Exact            string     // the one version of a lock, an environment or "=="; else ""
	// Spec is what an edit replaces: the specifier in the notation of its file, which for poetry and conda is not Range's, and for
	// minversion, tox's min_version and pdm's overrides may be a version alone. Where there is none it is empty and stands where one
	// has to be put. The zero Text, whose position is not valid, can't be edited: locks, environments, commands, files named by URL.
	Spec   source.Text
	Extras []string
	Marker Marker             // the zero Marker always holds
	Via    []finding.Position // the -r and -c lines that lead here, outermost first
}

// An Unreadable is a place whose requirement nobody could tell from its text alone.
type Unreadable struct {
	finding.Position
	Scope   string // as a Site has it; "" where the file as a whole can't be read
	Name    string // of the distribution that is asked for, normalised; "" where that can't be told either
	Message string // why
	Help    string
}
