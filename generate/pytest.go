package generate

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"policygen/internal/pep440"
	"policygen/internal/source"
	"policygen/policy"
)

// A pytestTable is where a configuration file has what pytest reads.
type pytestTable struct{ policy.PytestFile }

func (t pytestTable) header() string { return "[" + t.Table + "]" }

// pytestBlock is the name of the block that the configuration is in a file that holds more.
const pytestBlock = "pytest"

// pytestConfig is what pytest is told to enforce: it stops with a usage error where that is not met.
type pytestConfig struct {
	Minversion      string   `toml:"minversion,omitempty"`
	RequiredPlugins []string `toml:"required_plugins,multiline,omitempty"` // names with ranges
}

// namedAlike are plugins whose metadata spell the name as a policy does, looked up in their newest releases of 2026-11. pytest compares
// required_plugins with that spelling as it stands: pytest-httpserver calls itself pytest_httpserver and would never be found.
var namedAlike = [...]string{
	"pytest-asyncio", "pytest-benchmark", "pytest-cov", "pytest-django", "pytest-mock", "pytest-randomly", "pytest-rerunfailures", "pytest-split",
	"pytest-timeout", "pytest-xdist",
}

// renderPytest renders minversion and required_plugins of pytest: no more than what every plan needs, since pytest reads them
// whoever starts it.
func renderPytest(in Input, target policy.Target) (rendered, error) {
	file, ok := policy.PytestFileOf(target.Path)
	table := pytestTable{file}
	if !ok {
		return rendered{}, fmt.Errorf("pytest reads no configuration from a file of this name")
	}
	var s sheet
	partial := len(target.Blocks) > 0
	begin, end := source.Markers(target.Path, pytestBlock)
	if partial {
		s.line(table.header())
		s.line(begin, fields{in.Policy}.block(target, 0)...)
	}
	for _, line := range notice(in) {
		s.comment(line)
	}
	if !partial {
		s.line("")
		s.line(table.header())
	}
	made := s.pytest(in, table)
	if partial {
		s.line(end, fields{in.Policy}.block(target, 0)...)
	}
	content := s.text.Bytes()
	prove := func() error {
		if err := checkPytest(content, table, made, in.Plans); err != nil {
			return err
		}
		return checkBlocks(target, content)
	}
	r := rendered{content: content, mode: 0o644, partial: partial, origins: s.origins, prove: prove}
	if merge := (pytestMerge{target.Path, table, made}); partial {
		r.where, r.fits = merge.where(), merge.fits
	}
	return r, nil
}

// pytest writes the keys with the reasons for them.
func (s *sheet) pytest(in Input, table pytestTable) pytestConfig {
	var made pytestConfig
	var plugins []demand
	top := len(s.origins)
	for _, d := range demands(in.Plans) {
		if d.Plans < len(in.Plans) {
			continue // a plan that does without it may run where it is missing
		}
		switch {
		case d.Package == "pytest":
			made.Minversion = s.minversion(in, table, d)
		case d.Package == "pytest-xdist" && in.Policy.Runner.SerialWithoutXdist:
		case strings.HasPrefix(d.Package, "pytest-") && !slices.Contains(namedAlike[:], d.Package):
			s.comment("pytest is not asked for "+d.Package+d.Any.Hull().String()+": it would look for the name as the plugin's metadata spell it, which is not known.",
				d.from()...)
		case strings.HasPrefix(d.Package, "pytest-"):
			plugins = append(plugins, d)
		}
	}
	if len(plugins) > 0 && len(s.origins) > top {
		s.line("")
	}
	made.RequiredPlugins = s.requiredPlugins(in, table, plugins)
	if made.Minversion == "" && len(plugins) == 0 {
		s.comment("Nothing here for pytest to enforce: minversion says a lower end, required_plugins what every run needs.")
	}
	return made
}

// minversion writes minversion and returns it, if pytest's range has a lower end.
func (s *sheet) minversion(in Input, table pytestTable, d demand) string {
	if d.Any.Equal(pep440.All()) {
		return ""
	}
	bounds := d.shaping(d.Any)
	least, ok := d.Any.LowerEnd()
	lower := slices.DeleteFunc(slices.Clone(bounds), func(b demandBound) bool {
		end, has := b.Set.LowerEnd()
		return !has || end.Compare(least) != 0
	})
	if ok && len(lower) > 0 {
		bounds = lower // the others are for what minversion can't say
	}
	d.reasons(s, in, bounds, len(in.Policy.Backends), "pytest ")
	if !ok {
		s.comment("minversion can't say "+d.Any.String()+".", d.from()...)
		return ""
	}
	if !atLeast(least.String()).Equal(d.Any) {
		s.comment("Of "+d.Any.String()+" minversion can say the lower end alone.", d.from()...)
	}
	s.keys(table, pytestConfig{Minversion: least.String()}, [][]Origin{d.from()})
	return least.String()
}

// atLeast returns the versions from one on.
func atLeast(version string) pep440.Set {
	specifiers, err := pep440.ParseSpecifiers(">=" + version)
	if err != nil {
		panic(err)
	}
	return specifiers.Set()
}

// requiredPlugins writes required_plugins and returns it, if there are any.
func (s *sheet) requiredPlugins(in Input, table pytestTable, plugins []demand) []string {
	var words []string
	origins := [][]Origin{nil}
	for _, d := range plugins {
		d.reasons(s, in, d.shaping(d.Any), len(in.Policy.Backends), d.Package+" ")
		hull := d.Any.Hull()
		if more := hull.Set().Intersect(d.Any.Complement()); !more.IsEmpty() {
			s.comment("One range can't say all of it: "+d.Package+" "+more.String()+" is not wanted either.", d.from()...)
		}
		words = append(words, d.Package+hull.String())
		origins[0] = union(origins[0], d.from())
		origins = append(origins, d.from())
	}
	if len(words) > 0 {
		s.keys(table, pytestConfig{RequiredPlugins: words}, origins)
	}
	return words
}

// keys writes a configuration as lines that follow from origins, the lines beyond them from nothing.
func (s *sheet) keys(table pytestTable, c pytestConfig, origins [][]Origin) {
	n := 0
	for line := range bytes.Lines(table.encode(c)) {
		var from []Origin
		if n < len(origins) {
			from = origins[n]
		}
		s.line(strings.TrimSuffix(string(line), "\n"), from...)
		n++
	}
}

// encode returns a configuration as the lines of the table. Versions and names have no character that INI files know.
func (t pytestTable) encode(c pytestConfig) []byte {
	if t.TOML {
		text, err := toml.Marshal(c)
		if err != nil {
			panic(err) // strings alone
		}
		return text
	}
	var b bytes.Buffer
	if c.Minversion != "" {
		b.WriteString("minversion = " + c.Minversion + "\n")
	}
	if len(c.RequiredPlugins) > 0 {
		b.WriteString("required_plugins =\n    " + strings.Join(c.RequiredPlugins, "\n    ") + "\n")
	}
	return b.Bytes()
}
