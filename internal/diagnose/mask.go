package diagnose

import "regexp"

// masks are what a text must not carry to strangers, and what stands in its place. Their order matters: an address with a password
// is masked before the word after "password=" is looked for.
var masks = [...]struct {
	re *regexp.Regexp
	by string
}{
	{regexp.MustCompile(`([a-zA-Z][a-zA-Z0-9+.-]*://)[^/\s:@]*:[^/\s@]*@`), "${1}***@"},
	{regexp.MustCompile(`\b(gh[pousr]_[A-Za-z0-9]{8,}|github_pat_[A-Za-z0-9_]{8,}|glpat-[A-Za-z0-9_-]{8,}|xox[abprs]-[A-Za-z0-9-]{8,}|pypi-[A-Za-z0-9_-]{16,}|A[KS]IA[A-Z0-9]{12,}|sk-[A-Za-z0-9_-]{16,}|AIza[A-Za-z0-9_-]{20,})`), "***"},
	{regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*`), "***"},
	{regexp.MustCompile(`(?i)\b(authorization: *(?:bearer|basic|token) +)\S+`), "${1}***"},
	{regexp.MustCompile(`(?i)\b(bearer +)[A-Za-z0-9._~+/-]{8,}=*`), "${1}***"},
	{regexp.MustCompile(`(?i)([a-z0-9_.-]*(?:password|passwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential)[a-z0-9_]*['"]?\s*[=:]\s*)('[^']*'|"[^"]*"|[^\s,;&'"]+)`), "${1}***"},
	{regexp.MustCompile(`(/home/|/Users/|/var/home/)[^/\s:"']+`), "~"},
	{regexp.MustCompile(`/root(/|\b)`), "~$1"},
	{regexp.MustCompile(`(?i)\b[a-z]:[\\/]+users[\\/]+[^\\/\s:"']+`), "~"},
	{regexp.MustCompile(`[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}\b`), "***@***"},
}

// Mask takes secrets, people's names in paths and mail addresses out of a text that leaves the house. It knows common forms only.
func Mask(text string) string {
	for _, m := range masks {
		text = m.re.ReplaceAllString(text, m.by)
	}
	return text
}
