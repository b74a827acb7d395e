package generate

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"policygen/internal/finding"
	"policygen/internal/source"
)

// A pytestMerge is a configuration that stands as a block in somebody's own file.
type pytestMerge struct {
	path  string
	table pytestTable
	made  pytestConfig
}

// where says where the block belongs.
func (m pytestMerge) where() string {
	return fmt.Sprintf("below a line %q and before the next table", m.table.header())
}

// fits reads the whole file as pytest does. Whatever else it holds, its table must say what was meant, and say it once: a key that
// stands there twice makes the file invalid, and a block in another table or in a text does nothing.
func (m pytestMerge) fits(old, new []byte) *source.Problem {
	read, err := m.table.decodeFile(new)
	if err == nil && m.isMeant(read) && !read.native {
		return nil
	}
	blocks, _ := source.Blocks(m.path, old)
	i := slices.IndexFunc(blocks, func(b source.Block) bool { return b.Name == pytestBlock })
	if i < 0 {
		panic("a file that lost its block") // its markers have been found
	}
	return m.diagnose(old, blocks[i], read)
}

// isMeant reports whether a file says what was meant. What was not meant is its owner's.
func (m pytestMerge) isMeant(read pytestFile) bool {
	return (m.made.Minversion == "" || read.Minversion == m.made.Minversion) &&
		(len(m.made.RequiredPlugins) == 0 || slices.Equal(read.RequiredPlugins, m.made.RequiredPlugins))
}

// diagnose says why a file with the block is not what was meant.
func (m pytestMerge) diagnose(old []byte, block source.Block, whole pytestFile) *source.Problem {
	at, own := block.Begin, fmt.Sprintf("the block %q of %s", pytestBlock, placeOf(block.Begin))
	rest, err := m.table.decodeFile(source.Apply(old, block.Replace("")))
	var wrong *lineError
	switch {
	case errors.As(err, &wrong):
		if at.Line < wrong.line {
			wrong.line += strings.Count(block.Text(), "\n")
		}
		at.Line, at.Column = wrong.line, 1
		what := fmt.Sprintf("a mistake at %s that keeps pytest from reading the file: %v", placeOf(at), wrong.err)
		return &source.Problem{Position: at, What: what, Help: "correct it; the block of policygen has nothing to do with it"}
	case m.rival(rest) != "":
		what := fmt.Sprintf("a key %q beside %s, which has it too", m.rival(rest), own)
		if line := m.keyLine(old, block, m.rival(rest)); line > 0 {
			at.Line, at.Column = line, 1
			what = fmt.Sprintf("a key %q at %s beside %s, which has it too", m.rival(rest), placeOf(at), own)
		}
		return &source.Problem{Position: at, What: what, Help: "remove the key, since the policy says it, or take it out of the policy"}
	case whole.native:
		what := fmt.Sprintf("a table [tool.pytest] with keys of its own beside %s, in which %s is; pytest 9 refuses both together", m.table.header(), own)
		return &source.Problem{Position: at, What: what, Help: "move the keys of [tool.pytest] to " + m.table.header()}
	}
	return &source.Problem{Position: at, What: fmt.Sprintf("%s, which is not in the table %s, where pytest looks", own, m.table.header()),
		Help: "move its markers " + m.where()}
}

func placeOf(p finding.Position) string { return fmt.Sprintf("%d:%d", p.Line, p.Column) }

// rival returns a key that the policy says and the file says without the block; empty without one.
func (m pytestMerge) rival(rest pytestFile) string {
	switch {
	case m.made.Minversion != "" && rest.keys["minversion"]:
		return "minversion"
	case len(m.made.RequiredPlugins) > 0 && rest.keys["required_plugins"]:
		return "required_plugins"
	}
	return ""
}

// keyLine returns the number of the line that says a key of the table outside the block; 0 where none does in so many words.
func (m pytestMerge) keyLine(text []byte, block source.Block, key string) int {
	inside := false
	for i, line := range strings.Split(string(text), "\n") {
		trimmed := strings.TrimSpace(line)
		if strings.HasPrefix(trimmed, "[") {
			inside = strings.HasPrefix(trimmed, m.table.header())
		}
		rest, found := strings.CutPrefix(trimmed, key)
		if rest = strings.TrimSpace(rest); inside && found && (i+1 < block.Begin.Line || i+1 > block.End.Line) && strings.IndexAny(rest, "=:") == 0 {
			return i + 1
		}
	}
	return 0
}

// A pytestFile is what the table of a whole file says.
type pytestFile struct {
	pytestConfig
	keys   map[string]bool // all that the table has
	native bool            // it is in a pyproject.TOML whose table [tool.pytest] has keys of its own
}

// decodeFile reads a whole file, of which the table is a part. Errors are [lineError]s.
func (t pytestTable) decodeFile(content []byte) (pytestFile, error) {
	f := pytestFile{keys: map[string]bool{}}
	if !t.TOML {
		all, err := readINI(string(content))
		if err != nil {
			return f, err
		}
		section := all[t.Table]
		for key := range section {
			f.keys[key] = true
		}
		f.Minversion, f.RequiredPlugins = section["minversion"], strings.Fields(section["required_plugins"])
		return f, nil
	}
	var table map[string]any
	if err := toml.Unmarshal(content, &table); err != nil {
		line := 1
		if at := new(toml.DecodeError); errors.As(err, &at) {
			line, _ = at.Position()
		}
		return f, &lineError{line, err}
	}
	parts := strings.Split(t.Table, ".")
	for i, part := range parts {
		if f.native = i == len(parts)-1 && i > 0 && len(table) > 1; f.native {
			_, f.native = table[part] // without it there is one configuration only
		}
		table, _ = table[part].(map[string]any)
	}
	for key := range table {
		f.keys[key] = true
	}
	f.Minversion, _ = table["minversion"].(string)
	f.RequiredPlugins = tomlTexts(table["required_plugins"])
	return f, nil
}

// tomlTexts returns the items of a list.
func tomlTexts(value any) []string {
	list, _ := value.([]any)
	var all []string
	for _, item := range list {
		all = append(all, fmt.Sprint(item))
	}
	return all
}
