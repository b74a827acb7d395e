package report

import "policygen/internal/finding"

type (
	sarifRule struct {
		ID            string            `json:"id"`
		Name          string            `json:"name,omitempty"`
		Short         sarifText         `json:"shortDescription"`
		Full          sarifText         `json:"fullDescription"`
		Help          sarifText         `json:"help"`
		Configuration sarifRuleDefault  `json:"defaultConfiguration"`
		Properties    sarifRuleProperty `json:"properties"`
	}
	sarifRuleDefault struct {
		Level string `json:"level"`
	}
	sarifRuleProperty struct {
		Precision string   `json:"precision,omitempty"`
		Severity  string   `json:"problem.severity"`
		Tags      []string `json:"tags,omitempty"`
	}
)

// sarifRules are the rules of a run and where each id stands among them.
type sarifRules struct {
	list  []sarifRule
	index map[string]int
}

// newSARIFRules returns the rules that are known, and a bare one for each code that has none.
func newSARIFRules(known []Rule, findings finding.List) *sarifRules {
	rules := &sarifRules{[]sarifRule{}, map[string]int{}}
	for _, r := range known {
		rules.add(r)
	}
	for _, f := range findings {
		rules.add(Rule{Code: f.Code, Severity: f.Severity})
	}
	return rules
}

func (s *sarifRules) add(r Rule) {
	id := ruleID(r.Code)
	if _, there := s.index[id]; there {
		return
	}
	s.index[id] = len(s.list)
	s.list = append(s.list, sarifRuleOf(id, r))
}

// ruleID returns the code; a rule without a name is none.
func ruleID(code string) string {
	if code == "" {
		return "policygen"
	}
	return code
}

func sarifRuleOf(id string, r Rule) sarifRule {
	summary := orElse(r.Summary, id)
	return sarifRule{
		ID: id, Name: r.Name,
		Short:         sarifText{Text: truncate(summary, maxDescription)},
		Full:          sarifText{Text: truncate(orElse(r.Description, summary), maxDescription)},
		Help:          sarifText{orElse(r.Help, summary), r.Help},
		Configuration: sarifRuleDefault{r.Severity.String()},
		Properties: sarifRuleProperty{
			r.Precision, [...]string{"error", "warning", "recommendation"}[r.Severity], r.Tags[:min(len(r.Tags), maxTags)],
		},
	}
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// truncate returns at most so many characters of a text, counted in UTF-16 units.
func truncate(s string, most int) string {
	n, cut := 0, 0
	for i, r := range s {
		if n < most {
			cut = i
		}
		if n += utf16Units(r); n > most {
			return s[:cut] + "…"
		}
	}
	return s
}
