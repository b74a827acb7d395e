package generate

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/pelletier/go-toml/v2"

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
	if !reflect.DeepEqual(read, made) {
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

// decode reads what the file's table says.
func (t pytestTable) decode(content []byte) (pytestConfig, error) {
	if !t.toml {
		return readPytestINI(string(content), t.header)
	}
	var table map[string]any
	if err := toml.Unmarshal(content, &table); err != nil {
		return pytestConfig{}, err
	}
	for part := range strings.SplitSeq(strings.Trim(t.header, "[]"), ".") {
		table, _ = table[part].(map[string]any)
	}
	return pytestKeys(table)
}

// pytestKeys takes the keys of a table in TOML.
func pytestKeys(table map[string]any) (c pytestConfig, err error) {
	for key, value := range table {
		text, isText := value.(string)
		list, isList := value.([]any)
		switch {
		case key == "minversion" && isText:
			c.Minversion = text
		case key == "required_plugins" && isList:
			for _, item := range list {
				c.RequiredPlugins = append(c.RequiredPlugins, fmt.Sprint(item))
			}
		default:
			return c, fmt.Errorf("%s is there, and %v", key, value)
		}
	}
	return c, nil
}

// readPytestINI reads a section by the rules of iniconfig 2, of which it takes what the renderer needs: a line that begins with white
// space goes on with the value above, comments stand on lines of their own.
func readPytestINI(text, header string) (pytestConfig, error) {
	values := map[string][]string{}
	name, inside := "", false
	for line := range pythonLines(text) {
		trimmed := strings.TrimSpace(line)
		switch {
		case trimmed == "" || strings.ContainsRune("#;", rune(trimmed[0])):
		case line[0] == '[':
			name, inside = "", line == header
		case !inside:
			return pytestConfig{}, fmt.Errorf("%q stands in no section", line)
		case line[0] == ' ' || line[0] == '\t':
			if name == "" {
				return pytestConfig{}, fmt.Errorf("%q goes on with nothing", line)
			}
			values[name] = append(values[name], strings.Fields(trimmed)...)
		default:
			key, value, ok := strings.Cut(line, "=")
			if name = strings.TrimSpace(key); !ok || values[name] != nil {
				return pytestConfig{}, fmt.Errorf("%q is no key, or one for the second time", line)
			}
			values[name] = strings.Fields(value)
		}
	}
	c := pytestConfig{Minversion: strings.Join(values["minversion"], " "), RequiredPlugins: values["required_plugins"]}
	if delete(values, "minversion"); len(values) > 1 || len(values) == 1 && c.RequiredPlugins == nil {
		return c, errors.New("there are more keys than minversion and required_plugins")
	}
	return c, nil
}

// pythonLines splits text as Python's str.splitlines does.
func pythonLines(text string) func(yield func(string) bool) {
	return strings.FieldsFuncSeq(strings.ReplaceAll(text, "\r\n", "\n"), func(r rune) bool {
		return strings.ContainsRune("\n\r\v\f\x1c\x1d\x1e\u0085\u2028\u2029", r)
	})
}
