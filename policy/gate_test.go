package policy

import (
	"errors"
	"strings"
	"testing"

	"policygen/internal/finding"
)

func TestGate(t *testing.T) {
	for _, c := range []struct{ gate, tool, want string }{
		{">=0.3", "0.3.0", ""},
		{">=0.3", "0.3.1", ""},
		{">=0.3", "1.0.0", ""},
		{">=0.3", "0.2.9", "this policy needs policygen >=0.3; this is policygen 0.2.9"},
		{">=0.3", "0.3.0-rc.1", ""},
		{">=0.3", "0.3.0-dev+abc", ""},
		{">=0.3", "0.2.9-rc.1", "this is policygen 0.2.9-rc.1"},
		{">=0.3.1", "0.3.0-rc.1", "needs policygen >=0.3.1"},
		{"<0.3", "0.3.0-rc.1", "needs policygen <0.3"},
		{">=0.3, <1", "0.9.9", ""},
		{">=0.3, <1", "1.0.0", "needs policygen >=0.3, <1"},
		{"^0.3", "0.3.9", ""},
		{"^0.3", "0.4.0", "needs policygen ^0.3"},
		{"~0.3", "0.3.9", ""},
		{"<0.2 || >=0.4", "0.4.0", ""},
		{"0.3.0", "0.3.0", ""},
		{"", "0.3.0", "is not a range of versions"},
		{"latest", "0.3.0", "is not a range of versions"},
		{">=", "0.3.0", "is not a range of versions"},
	} {
		text := "policygen: \"" + c.gate + "\"\npolicy: {project: \"demo\", defaults: backend: \"b\", backends: b: {}, phases: p: paths: [\"tests\"]}\n"
		p, err := testLoader(t).load([]Source{{Name: "policygen.cue", Text: []byte(text)}}, c.tool)
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s, policygen %s: %v", c.gate, c.tool, err)
		case c.want == "" && p.Gate != c.gate:
			t.Errorf("the gate became %q", p.Gate)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "policygen.cue:1:12: error PG113")):
			t.Errorf("%s, policygen %s: got %v, want %s", c.gate, c.tool, err, c.want)
		}
	}
}

func TestGateSaysWhatHelps(t *testing.T) {
	for _, c := range []struct{ gate, tool, want string }{
		{">=0.3", "0.2.9", "install policygen >=0.3"},
		{">=0.3, <1", "0.2.9", "install policygen >=0.3, <1"},
		{">0.2.9", "0.2.9", "install policygen >0.2.9"},
		{"^0.3", "0.2.9", "install policygen ^0.3"},
		{"0.4.x", "0.2.9", "install policygen 0.4.x"},
		{"=12.0.1", "0.2.9", "install policygen =12.0.1"},
		{"<0.2 || >=0.4", "0.3.0", "install policygen <0.2 || >=0.4"},
		{"<0.3", "0.3.0", "this policy is for an older policygen: change this line once you have adapted the policy, or install policygen <0.3"},
		{">=0.3, <1", "1.0.0", "this policy is for an older policygen: change this line once you have adapted the policy, or install policygen >=0.3, <1"},
		{"^0.3", "0.4.0", "this policy is for an older policygen: change this line once you have adapted the policy, or install policygen ^0.3"},
	} {
		text := "policygen: \"" + c.gate + "\"\npolicy: {}\n"
		_, err := testLoader(t).load([]Source{{Name: "policygen.cue", Text: []byte(text)}}, c.tool)
		list, ok := err.(finding.List)
		if !ok || len(list) != 1 || list[0].Help != c.want {
			t.Errorf("%s, policygen %s: got %v, want %s", c.gate, c.tool, err, c.want)
		}
	}
}

func TestGatesOfAllFiles(t *testing.T) {
	sources := []Source{
		{Name: "base.cue", Text: []byte("policygen: \">=0.1\"\npolicy: {project: \"demo\", defaults: backend: \"b\", backends: b: {}}\n")},
		{Name: "project.cue", Text: []byte("policygen: \"<1\"\npolicy: phases: p: paths: [\"tests\"]\n")},
	}
	p, err := testLoader(t).load(sources, testTool)
	if err != nil {
		t.Fatal(err)
	}
	if p.Gate != ">=0.1, <1" {
		t.Errorf("got %q", p.Gate)
	}
	if got := strings.Join(p.Sources, " "); got != "base.cue project.cue" {
		t.Errorf("sources %q", got)
	}
	if _, err := testLoader(t).load(sources, "1.0.0"); err == nil || !strings.Contains(err.Error(), "project.cue:1:12") {
		t.Errorf("got %v", err)
	}
}

func TestLoadRefusesItsCaller(t *testing.T) {
	if _, err := Load(nil, testTool); err == nil {
		t.Error("no sources were accepted")
	}
	if _, err := Load(Embedded(), "newest"); err == nil {
		t.Error("a tool of no version was accepted")
	}
	a, b := Source{Name: "a.cue", Text: []byte("policy: {}")}, Source{Name: "b.cue", Text: []byte("policy: {}")}
	for want, sources := range map[string][]Source{
		`files 1 and 3 are both named "a.cue"`:   {a, b, a},
		`file 1 is named "policy/facts.cue", as`: {{Name: "policy/facts.cue", Text: a.Text}},
		`files 1 and 2 are both named "";`:       {{Text: a.Text}, {Text: a.Text}},
	} {
		var list finding.List
		if _, err := Load(sources, testTool); err == nil || errors.As(err, &list) || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
