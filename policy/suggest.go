package policy

import "strings"

// nearest returns the candidate that the word is probably a slip of, or "" where none is near:
// at most a third of the word may be wrong.
func nearest(word string, candidates []string) string {
	best, least := "", max(1, len(word)/3)+1
	for _, c := range candidates {
		if d := distance(strings.ToLower(word), strings.ToLower(c)); d < least {
			best, least = c, d
		}
	}
	return best
}

// didYouMean returns a help text with the nearest candidate, or, where none is near, with all of them.
func didYouMean(word string, candidates []string) string {
	const short = 12 // more are no help on one line
	if c := nearest(word, candidates); c != "" {
		return "did you mean " + quote(c) + "?"
	}
	if len(candidates) == 0 || len(candidates) > short {
		return ""
	}
	return "allowed here: " + strings.Join(candidates, ", ")
}

// distance is the number of letters to insert, delete, replace or swap with their neighbour to make b of a
// (optimal string alignment).
func distance(a, b string) int {
	const long = 64 // nobody mistypes a longer name, and the table is quadratic
	if len(a) > long || len(b) > long {
		return long
	}
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			d := min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, rows[i-2][j-2]+1)
			}
			rows[i][j] = d
		}
	}
	return rows[len(a)][len(b)]
}
