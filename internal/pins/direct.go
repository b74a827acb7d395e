package pins

import (
	"cmp"
	"fmt"
	"path"
	"strings"

	"policygen/internal/pep440"
	"policygen/internal/source"
)

// listed reads an entry of a list that pip takes: a requirement, a URL or a path. The folder is that of the paths.
func (r *reader) listed(text source.Text, dir string, p place) {
	text = trimmed(text)
	s := text.String()
	req, err := r.parse(s)
	switch {
	case err == nil:
		r.add(text, req, p)
	case isURL(s):
		r.atURL(text, p)
	case strings.HasPrefix(s, ".") || strings.Contains(s, "/") || strings.HasPrefix(s, "~") || isArchive(s):
		r.atPath(text, dir, p)
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

// atURL reads a URL without a name before it: the name may be in "#egg=", or in the name of a wheel.
func (r *reader) atURL(text source.Text, p place) {
	url, marker, _ := strings.Cut(text.String(), " ;")
	name := ""
	if _, egg, ok := strings.Cut(url, "egg="); ok {
		egg, _, _ = strings.Cut(egg, "&")
		name = nameIn(egg)
	}
	r.archive(text, url, cmp.Or(name, nameOfFile(url)), marker, p)
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

// atPath reads a path. A project of the repository is read where it stands, so there is nothing to say of it here; what a command takes
// from a folder, or from wheels that it has just built, is that project too, however it is called there.
func (r *reader) atPath(text source.Text, dir string, p place) {
	s, marker, _ := strings.Cut(text.String(), ";")
	s = strings.TrimSpace(s)
	bare := s
	if i := strings.LastIndexByte(s, '['); i > 0 && strings.HasSuffix(s, "]") {
		bare = s[:i]
	}
	if name, ok := inside(dir, bare); ok && r.isProject(name) || p.kind == Command && versionOfFile(s) == "" {
		return
	}
	r.archive(text, s, nameOfFile(s), marker, p)
}

// isProject reports whether a folder holds a project.
func (r *reader) isProject(dir string) bool {
	return r.exists(path.Join(dir, "pyproject.toml")) || r.exists(path.Join(dir, "setup.py")) || r.exists(path.Join(dir, "setup.cfg"))
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
