// Package policygen holds the texts at the root of the repository, which go:embed can only reach from here.
package policygen

import _ "embed"

// Schema is schema.cue, the definition of the policy language.
//
//go:embed schema.cue
var Schema string

// Changelog is CHANGELOG.md, whose top entry is the version of a development build.
//
//go:embed CHANGELOG.md
var Changelog string
