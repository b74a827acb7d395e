package pins

import (
	"strconv"
	"strings"

	"policygen/internal/pep440"
)

// bumped returns the release that is greater at an index of its numbers and ends there: "4" for 3.6.1 and 0. An epoch stays.
func bumped(version string, index int) (string, bool) {
	epoch := ""
	if before, after, ok := strings.Cut(version, "!"); ok {
		epoch, version = before+"!", after
	}
	numbers := strings.Split(version, ".")
	if index >= len(numbers) {
		return "", false
	}
	n, err := strconv.Atoi(numbers[index])
	if err != nil {
		return "", false
	}
	return epoch + strings.Join(append(numbers[:index:index], strconv.Itoa(n+1)), "."), true
}

// nextMajor returns the release that no compatible one reaches: 4 for 3.6.1, 0.5 for 0.4.2.
func nextMajor(v pep440.Version) (string, bool) {
	text := v.String()
	if rest, _, ok := strings.Cut(text, "+"); ok {
		text = rest
	}
	release := text
	if _, after, ok := strings.Cut(text, "!"); ok {
		release = after
	}
	if strings.HasPrefix(release, "0.") {
		return bumped(text, 1)
	}
	return bumped(text, 0)
}
