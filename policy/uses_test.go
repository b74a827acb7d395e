package policy

import "testing"

// Whatever a capability offers has a name that people can be told.
func TestUsesHaveNames(t *testing.T) {
	p, err := Load(Embedded(), "0.1.0")
	if err != nil {
		t.Fatal(err)
	}
	capabilities := 0
	for _, f := range p.Facts {
		if f.Kind != "capability" {
			continue
		}
		capabilities++
		if f.Uses.Name() == "" {
			t.Errorf("fact %s offers nothing that has a name", f.ID)
		}
	}
	if capabilities == 0 {
		t.Error("no capability is known")
	}
}
