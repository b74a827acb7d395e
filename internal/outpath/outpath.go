// Package outpath says where a rendered file may stand. It is the one rule for the policy that asks for a file, which is told at its own
// line, for the manifest that lists it and for the writer, which trusts neither.
package outpath

import (
	"crypto/rand"
	"fmt"
	"path"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Own is the folder below the root in which policygen keeps its manifest.
const Own = ".policygen"

// ownedFolders are no place for rendered files, wherever they stand: the one is git's, the other policygen's.
var ownedFolders = [...]string{".git", Own}

// maxName is how many bytes a name of a file or folder has at most on the disks of today.
const maxName = 255

// Refuse says what is wrong with a path below the root, as words that follow it, and what helps. Both are empty for a path that is
// right: slash-separated, relative, clean, in UTF-8, without control characters and in no folder that is git's or policygen's.
func Refuse(name string) (why, help string) {
	if why, help = refuseText(name); why == "" {
		why, help = refuseForm(name)
	}
	if why == "" {
		why, help = refuseNames(name)
	}
	return why, help
}

func refuseText(name string) (why, help string) {
	switch {
	case name == "":
		return "is empty", "name a file"
	case !utf8.ValidString(name):
		return "is not UTF-8", "choose another name"
	case strings.ContainsRune(name, '\\'):
		return "has a backslash", "write slashes"
	case strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return "has a control character", "choose another name"
	}
	return "", ""
}

func refuseForm(name string) (why, help string) {
	clean := path.Clean(name)
	switch {
	case path.IsAbs(name):
		return "is absolute", "paths are relative to the root"
	case clean == "..", strings.HasPrefix(clean, "../"):
		return "leaves the project root", "paths are relative to the root"
	case clean == ".":
		return "is the project root itself", "name a file"
	case strings.HasSuffix(name, "/"):
		return "is a folder", "name a file in it"
	case clean != name:
		return "is not the shortest way to write this path", fmt.Sprintf("write %q", clean)
	}
	return "", ""
}

func refuseNames(name string) (why, help string) {
	for element := range strings.SplitSeq(name, "/") {
		for _, folder := range ownedFolders {
			if Same(element, folder) {
				return fmt.Sprintf("lies in %s, which is not for rendered files", folder), "choose another folder"
			}
		}
		if len(element) > maxName {
			return fmt.Sprintf("has a name of more than %d bytes, which no disk takes", maxName), "choose a shorter one"
		}
	}
	if IsTemp(path.Base(name)) {
		return "has the name of a temporary file of policygen", "choose another name"
	}
	return "", ""
}

// Fold maps the paths that a case-insensitive file system takes for one to one key.
func Fold(name string) string { return strings.ToLower(strings.ToUpper(name)) }

// Same reports whether two paths are one file on some disk.
func Same(a, b string) bool { return Fold(a) == Fold(b) }

// Within reports whether a path needs a folder where the other one is, on some disk.
func Within(name, other string) bool { return strings.HasPrefix(Fold(name), Fold(other)+"/") }

// Folders returns the folders on the way to a path, outermost first: "a" and "a/b" for "a/b/c".
func Folders(name string) []string {
	var list []string
	for i, r := range name {
		if r == '/' {
			list = append(list, name[:i])
		}
	}
	return list
}

var tempPattern = regexp.MustCompile(`^\.policygen-[0-9a-f]{16}\.tmp$`)

// Temp returns a new name for a temporary file, which stands beside the file that it is to become.
func Temp() string {
	var random [8]byte
	rand.Read(random[:])
	return fmt.Sprintf(".policygen-%x.tmp", random)
}

// IsTemp reports whether a file name is one of [Temp]'s.
func IsTemp(base string) bool { return tempPattern.MatchString(base) }
