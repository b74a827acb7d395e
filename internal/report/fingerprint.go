package report

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"policygen/internal/finding"
)

// fingerprints returns a value for each finding that stays the same when the lines around it, or its own blanks, change.
// It is made of the code, the file, the field, the text of the line (the message where the text isn't known) and, among
// findings in which all of these are equal, which one of them it is in the order of the file.
func fingerprints(findings finding.List, s sources) []string {
	order := make([]int, len(findings))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(findings[a].Position.Compare(findings[b].Position), cmp.Compare(findings[a].Message, findings[b].Message))
	})
	prints, seen := make([]string, len(findings)), map[string]int{}
	for _, i := range order {
		key := identity(findings[i], s)
		sum := sha256.Sum256([]byte(key + "\x00" + strconv.Itoa(seen[key])))
		seen[key]++
		prints[i] = hex.EncodeToString(sum[:])
	}
	return prints
}

// identity is what makes a finding the same one in another version of its file.
func identity(f finding.Finding, s sources) string {
	text, known := s.file(f.File).line(f.Line)
	if !known {
		text = f.Message
	}
	return strings.Join([]string{f.Code, f.File, f.Path, strings.Join(strings.Fields(text), " ")}, "\x00")
}
