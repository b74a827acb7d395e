package pins

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"policygen/internal/pep440"
)

// Releases are what an index knows of distributions, by their normalised names.
type Releases map[string][]Release

// A Release is one release of a distribution.
type Release struct {
	Version pep440.Version
	Yanked  bool // all of its files are
}

// indexPage is a project's page of an index in the JSON form of PEP 691 (application/vnd.pypi.simple.v1+json).
type indexPage struct {
	Name     string   `json:"name"`
	Versions []string `json:"versions"` // since version 1.1 of the form
	Files    []struct {
		Filename string          `json:"filename"`
		Yanked   json.RawMessage `json:"yanked"` // false, true or the reason
	} `json:"files"`
}

// Read adds the pages of an index to the releases: one JSON document for each project, one behind the other, in the form of PEP 691.
// Versions that PEP 440 does not know are passed over, as installers do. An error names what is no such page.
func (r Releases) Read(text io.Reader) error {
	dec := json.NewDecoder(text)
	for n := 1; ; n++ {
		var page indexPage
		err := dec.Decode(&page)
		switch {
		case errors.Is(err, io.EOF) && n > 1:
			return nil
		case err != nil:
			return fmt.Errorf("document %d is no page of an index in the JSON form of PEP 691: %w", n, err)
		case page.Name == "" || page.Versions == nil && page.Files == nil:
			return fmt.Errorf(`document %d is no page of an index in the JSON form of PEP 691: it has "name", and "versions" or "files"`, n)
		}
		name := pep440.NormalizeName(page.Name)
		r[name] = append(r[name], page.releases(name)...)
		slices.SortStableFunc(r[name], func(a, b Release) int { return a.Version.Compare(b.Version) })
	}
}

func (p indexPage) releases(name string) []Release {
	yanked := map[string]bool{}
	for _, f := range p.Files {
		version := versionOf(f.Filename, name)
		withdrawn := len(f.Yanked) > 0 && string(f.Yanked) != "false" && string(f.Yanked) != "null"
		if before, again := yanked[version]; again {
			withdrawn = withdrawn && before
		}
		yanked[version] = withdrawn
	}
	var all []Release
	for _, text := range slices.Sorted(maps.Keys(yanked)) {
		if v, err := pep440.Parse(text); err == nil {
			all = append(all, Release{v, yanked[text]})
		}
	}
	for _, text := range p.Versions {
		v, err := pep440.Parse(text)
		if err == nil && !slices.ContainsFunc(all, func(r Release) bool { return r.Version.Compare(v) == 0 }) {
			all = append(all, Release{Version: v})
		}
	}
	return all
}

// versionOf returns the version in the name of a wheel or of a source distribution.
func versionOf(file, name string) string {
	if wheel, ok := strings.CutSuffix(file, ".whl"); ok {
		parts := strings.SplitN(wheel, "-", 3)
		return parts[min(1, len(parts)-1)]
	}
	for _, ending := range []string{".tar.gz", ".zip", ".tar.bz2", ".tgz"} {
		if stem, ok := strings.CutSuffix(file, ending); ok && len(stem) > len(name) && pep440.NormalizeName(stem[:len(name)]) == name {
			return stem[len(name)+1:]
		}
	}
	return ""
}
