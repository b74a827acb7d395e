package pins

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"policygen/internal/pep440"
	"policygen/internal/source"
)

// listed reads an entry of a list that pip takes: a requirement, a URL or a path.
func (r *reader) listed(text source.Text, p place) {
	text = trimmed(text)
	s := text.String()
	req, err := r.parse(s)
	switch {
	case err == nil:
		r.add(text, req, p)
	case isURL(s):
		r.atURL(text, p)
	case strings.HasPrefix(s, ".") || strings.Contains(s, "/") || strings.HasPrefix(s, "~") || isArchive(s) || strings.HasSuffix(s, ".whl"):
		r.atPath(text, p)
	default:
		r.requirement(text, p)
	}
}

func isURL(s string) bool {
	scheme, _, ok := strings.Cut(s, ":")
	return ok && (strings.Contains(s, "://") || scheme == "file") && !strings.ContainsAny(scheme, " ;<>=~![]/")
}

func isArchive(s string) bool {
	return versionOfFile(s) != "" && !strings.ContainsAny(s, "<>=;")
}

// atURL reads a URL without a name before it: the name may be in "#egg=", or in the name of a wheel, and a repository most often has it.
func (r *reader) atURL(text source.Text, p place) {
	url, marker, _ := strings.Cut(text.String(), " ;")
	name := ""
	if _, egg, ok := strings.Cut(url, "egg="); ok {
		egg, _, _ = strings.Cut(egg, "&")
		name = nameIn(egg)
	}
	r.archive(text, url, cmp.Or(name, nameOfFile(url), nameOfRepository(url)), marker, p)
}

// nameOfFile returns the distribution in the name of a wheel or source distribution.
func nameOfFile(url string) string {
	version := versionOfFile(url)
	if version == "" {
		return ""
	}
	name, _, _ := strings.Cut(path.Base(url), "-"+version)
	return pep440.NormalizeName(name)
}

// nameOfRepository returns the name of the repository that a URL such as git+https://github.com/OWNER/NAME.git@TAG is of.
func nameOfRepository(url string) string {
	scheme, rest, _ := strings.Cut(url, "+")
	if !slices.Contains([]string{"git", "hg", "svn", "bzr"}, scheme) {
		return ""
	}
	rest, _, _ = strings.Cut(rest, "#")
	base, _, _ := strings.Cut(path.Base(rest), "@")
	return nameIn(strings.TrimSuffix(base, ".git"))
}

// archive adds what a URL or path without a name before it stands for, if its file name tells.
func (r *reader) archive(text source.Text, url, name, marker string, p place) {
	m, err := ParseMarker(marker)
	version := versionOfFile(url)
	if name == "" || version == "" || err != nil {
		r.cannot(p, text.At(0), name, fmt.Sprintf("%q doesn't tell its version", shortened(text.String())), directHelp)
		return
	}
	r.placed(Site{
		Position: text.At(0), Name: name, Written: text.String(), Range: "==" + version, Set: mustSet("==" + version), Exact: version, Marker: m,
	}, p)
}

// atPath reads a path: a file whose name tells its version. There is nothing to say of any other, as a folder is a project that is read where
// it stands, or one that is built or cloned there; pip takes it to be seen from wherever it runs, not from the file that names it.
func (r *reader) atPath(text source.Text, p place) {
	s, marker, _ := strings.Cut(text.String(), ";")
	if s = strings.TrimSpace(s); versionOfFile(s) != "" {
		r.archive(text, s, nameOfFile(s), marker, p)
	}
}

// direct adds a requirement that names what to install by a URL: a file whose name tells the version, or what nobody can tell.
func (r *reader) direct(text source.Text, req requirement, p place) {
	name := pep440.NormalizeName(req.name)
	if version := versionOfFile(req.url); version != "" {
		specifiers, err := pep440.ParseSpecifiers("==" + version)
		if err == nil {
			r.site(Site{Position: text.At(0), Name: name, Written: text.String(), Exact: version, Extras: req.extras, Marker: req.marker}, specifiers, p)
			return
		}
	}
	r.cannot(p, text.At(0), name, fmt.Sprintf("%s is taken from %s, which doesn't tell its version", name, shortened(req.url)), directHelp)
}

const directHelp = "pin a release, or list the distribution as one that is not looked at"

// versionOfFile returns the version in the name of a wheel or of a source distribution at the end of a URL or path.
func versionOfFile(url string) string {
	url, _, _ = strings.Cut(url, "#")
	url, _, _ = strings.Cut(url, "?")
	base := strings.ReplaceAll(path.Base(url), "%2B", "+")
	version := ""
	if wheel, ok := strings.CutSuffix(base, ".whl"); ok {
		if parts := strings.Split(wheel, "-"); len(parts) == 5 || len(parts) == 6 {
			version = parts[1]
		}
	} else {
		for _, ending := range []string{".tar.gz", ".zip", ".tar.bz2", ".tgz"} {
			if sdist, ok := strings.CutSuffix(base, ending); ok && strings.Count(url, "/archive/") == 0 {
				version = sdist[strings.LastIndex(sdist, "-")+1:]
			}
		}
	}
	if _, err := pep440.Parse(version); err != nil || version == base {
		return ""
	}
	return version
}
