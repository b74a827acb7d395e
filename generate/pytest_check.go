package generate

import (
	"fmt"
	"slices"

	"policygen/internal/pep440"
	"policygen/policy"
)

// checkPytest reads a configuration file as pytest does, compares it with what was meant, and holds that against the plans: none of
// them may admit a release that pytest would refuse.
func checkPytest(content []byte, table pytestTable, made pytestConfig, plans []policy.Plan) error {
	read, err := table.decode(content)
	if err != nil {
		return err
	}
	if read.Minversion != made.Minversion || !slices.Equal(read.RequiredPlugins, made.RequiredPlugins) {
		return fmt.Errorf("the file says %+v and not %+v", read, made)
	}
	enforced := map[string]pep440.Set{}
	for _, text := range read.RequiredPlugins {
		name, set, err := readRequirement(text)
		if err != nil {
			return err
		}
		enforced[name] = set
	}
	if read.Minversion != "" {
		enforced["pytest"] = atLeast(read.Minversion)
	}
	for _, p := range plans {
		if err := suits(p, enforced); err != nil {
			return err
		}
	}
	return nil
}

// suits reports what is enforced although a plan does without it.
func suits(p policy.Plan, enforced map[string]pep440.Set) error {
	needed := map[string]pep440.Set{}
	for _, r := range p.Requires {
		needed[r.Package] = r.Range
	}
	for name, set := range enforced {
		if need, ok := needed[name]; !ok || !need.Subset(set) {
			return fmt.Errorf("pytest would insist on %s %s, which backend %s and phase %q do without", name, set, p.Backend, p.Name())
		}
	}
	return nil
}

// decode reads what the file's table says, which is nothing but the keys of a [pytestConfig].
func (t pytestTable) decode(content []byte) (pytestConfig, error) {
	f, err := t.decodeFile(content)
	if err != nil {
		return pytestConfig{}, err
	}
	for key := range f.keys {
		if key != "minversion" && key != "required_plugins" {
			return pytestConfig{}, fmt.Errorf("there is a key %q", key)
		}
	}
	return f.pytestConfig, nil
}
