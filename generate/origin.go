package generate

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"policygen/internal/finding"
	"policygen/policy"
)

// An Origin is a statement that a line of an artifact follows from.
type Origin struct {
	Pos  finding.Position // in the policy; not valid for a value that policygen brings itself
	Fact string           // id of the fact that the statement exists for; empty without one
}

// origin returns the place of a setting, and with it the facts that it exists for under a plan: those whose reason names
// one of the fields.
func origin[T any](s policy.Setting[T], p policy.Plan, fields ...string) []Origin {
	if !s.Pos.IsValid() {
		return nil
	}
	all := []Origin{{Pos: s.Pos}}
	for _, r := range p.Because {
		if r.Layer == s.Layer && covers(r, fields) {
			all = append(all, Origin{Pos: r.Pos, Fact: r.Fact.ID})
		}
	}
	return all
}

// union returns the origins of both lists, each once.
func union(a, b []Origin) []Origin {
	all := slices.Clip(a)
	for _, o := range b {
		if !slices.Contains(all, o) {
			all = append(all, o)
		}
	}
	return all
}

// covers reports whether a reason exists for one of the fields.
func covers(r policy.Reason, fields []string) bool {
	return len(r.Settings) == 0 || slices.ContainsFunc(fields, func(f string) bool {
		return slices.ContainsFunc(r.Settings, func(s string) bool { return f == s || strings.HasPrefix(f, s+".") })
	})
}

// marks notes origins in a text that is being made, as marks that [marks.lift] takes out again. A mark is a number between
// two NULs, which nothing in a policy can hold. It belongs to the line that it stands in.
type marks struct{ noted [][]Origin }

// note returns the mark for some origins, nothing for none.
func (m *marks) note(origins ...Origin) string {
	if len(origins) == 0 {
		return ""
	}
	m.noted = append(m.noted, origins)
	return "\x00" + strconv.Itoa(len(m.noted)-1) + "\x00"
}

// across marks every line of a text, which may hold marks already.
func (m *marks) across(text string, origins []Origin) string {
	mark := m.note(origins...)
	return strings.ReplaceAll(text, "\n", mark+"\n") + mark
}

// quote returns a marked text as one word of a shell script, each line with its marks.
func (m *marks) quote(text string) string {
	plain, origins := m.lift([]byte(text))
	lines := strings.Split(mustQuote(string(plain)), "\n")
	for i, of := range origins {
		lines[i] += m.note(of...)
	}
	return strings.Join(lines, "\n")
}

// lift returns the text without its marks, and the origins of each of its lines.
func (m *marks) lift(text []byte) ([]byte, [][]Origin) {
	plain, origins := make([]byte, 0, len(text)), make([][]Origin, 0, bytes.Count(text, []byte("\n")))
	for line := range bytes.Lines(text) {
		var of []Origin
		for i, part := range bytes.Split(line, []byte{0}) {
			if i%2 == 0 {
				plain = append(plain, part...)
				continue
			}
			n, err := strconv.Atoi(string(part))
			if err != nil {
				panic("a mark that nobody made: " + string(part))
			}
			of = union(of, m.noted[n])
		}
		origins = append(origins, of)
	}
	return plain, origins
}
