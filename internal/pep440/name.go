package pep440

import "strings"

// NormalizeName returns name as PEP 503 compares it: in lower case, with every run of "-", "_"
// and "." as one "-". It does not check that name is a valid project name.
func NormalizeName(name string) string {
	var b strings.Builder
	run := false
	for _, r := range strings.ToLower(name) {
		separator := r == '-' || r == '_' || r == '.'
		switch {
		case !separator:
			b.WriteRune(r)
		case !run:
			b.WriteByte('-')
		}
		run = separator
	}
	return b.String()
}
