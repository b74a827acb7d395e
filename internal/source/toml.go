package source

import (
	"errors"
	"fmt"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// ParseTOML returns the table that a TOML 1.1 file is. Line breaks within strings are "\n" whatever the file has, as with Python's
// tomllib. A table that a header opens has the position of the last key there. An error is a *Problem: the first place that is
// no TOML or that sets again what is set already.
func ParseTOML(file string, text []byte) (*Node, error) {
	t := NewText(file, text)
	if p := t.notUTF8(); p != nil {
		return nil, p
	}
	r := tomlReader{text: t, tables: map[*Node]*tomlTable{}}
	root := &Node{Kind: Map, Tag: "!!map", Pos: t.At(0)}
	r.tables[root] = &tomlTable{kind: headerTable, at: map[string]int{}}
	if p := r.read(root); p != nil {
		return nil, p
	}
	return root, nil
}

// A tomlReader makes Nodes of what go-toml's parser, which does not look for keys that are set twice, finds in a file.
type tomlReader struct {
	text   Text
	tables map[*Node]*tomlTable
}

// A tomlTable is what is known of a table, or of an array of tables, while the file is read.
type tomlTable struct {
	kind tableKind
	at   map[string]int // index of the entry of each key
}

// A tableKind is how a table came to be, on which depends who may add to it.
type tableKind int

const (
	closedTable   tableKind = iota // an inline table: nobody
	implicitTable                  // named on the way to another by a header: a header of its own
	headerTable                    // has had a header
	dottedTable                    // named by a dotted key: other dotted keys
	tableArray                     // by [[header]]: another such header
)

const tomlHelp = "correct the TOML; pytest refuses the whole file"

func (r *tomlReader) read(root *Node) *Problem {
	var p unstable.Parser
	data := []byte(r.text.value)
	p.Reset(data)
	table := root
	for p.NextExpression() {
		e := p.Expression()
		var problem *Problem
		switch e.Kind {
		case unstable.Table, unstable.ArrayTable:
			table, problem = r.header(root, e)
		case unstable.KeyValue:
			_, problem = r.keyValue(table, e)
		}
		if problem != nil {
			return problem
		}
	}
	var wrong *unstable.ParserError
	if !errors.As(p.Error(), &wrong) {
		return nil
	}
	return r.text.problem(cap(data)-cap(wrong.Highlight), "no valid TOML: "+wrong.Message, tomlHelp)
}

// A tomlKey is one part of a dotted key.
type tomlKey struct {
	Text
	start, end int // with its quotes
}

// maxKeys is how many parts a dotted key may have, each of which is a table within a table.
const maxKeys = 1000

// keys returns the parts of a dotted key. Too many are a problem.
func (r *tomlReader) keys(e *unstable.Node) ([]tomlKey, *Problem) {
	var list []tomlKey
	for it := e.Key(); it.Next(); {
		raw := it.Node().Raw
		start, end := int(raw.Offset), int(raw.Offset+raw.Length)
		list = append(list, tomlKey{r.stringText(start, end), start, end})
	}
	if len(list) > maxKeys {
		return nil, r.text.problem(list[0].start, fmt.Sprintf("a key of more than %d parts", maxKeys), tomlHelp)
	}
	return list, nil
}

// header returns the table that a header opens.
func (r *tomlReader) header(root *Node, e *unstable.Node) (*Node, *Problem) {
	array := e.Kind == unstable.ArrayTable
	keys, p := r.keys(e)
	if p != nil {
		return nil, p
	}
	table := root
	last := keys[len(keys)-1]
	for _, key := range keys[:len(keys)-1] {
		next := r.get(table, key)
		if next == nil {
			next = r.add(table, key, implicitTable)
		}
		if table = r.open(next); table == nil {
			return nil, r.again(key, next)
		}
	}
	there := r.get(table, last)
	switch known := r.tables[there]; {
	case there == nil && array:
		return r.appendTable(r.add(table, last, tableArray), last), nil
	case there == nil:
		return r.add(table, last, headerTable), nil
	case array && known != nil && known.kind == tableArray:
		return r.appendTable(there, last), nil
	case !array && known != nil && known.kind == implicitTable:
		known.kind = headerTable
		return there, nil
	}
	return nil, r.again(last, there)
}

// open returns the table that a header goes through: the last one of an array, nil where it may not.
func (r *tomlReader) open(n *Node) *Node {
	known := r.tables[n]
	switch {
	case known == nil || known.kind == closedTable:
		return nil
	case known.kind == tableArray:
		return n.Items[len(n.Items)-1]
	}
	return n
}

func (r *tomlReader) appendTable(array *Node, key tomlKey) *Node {
	n := r.newTable(key, headerTable)
	array.Items = append(array.Items, n)
	return n
}

func (r *tomlReader) newTable(key tomlKey, kind tableKind) *Node {
	n := &Node{Kind: Map, Tag: "!!map", Pos: r.text.At(key.start)}
	if kind == tableArray {
		n.Kind, n.Tag = List, "!!seq"
	}
	r.tables[n] = &tomlTable{kind: kind, at: map[string]int{}}
	return n
}

func (r *tomlReader) get(table *Node, key tomlKey) *Node {
	if i, ok := r.tables[table].at[key.value]; ok {
		return table.Entries[i].Value
	}
	return nil
}

func (r *tomlReader) add(table *Node, key tomlKey, kind tableKind) *Node {
	n := r.newTable(key, kind)
	r.set(table, key, n)
	return n
}

func (r *tomlReader) set(table *Node, key tomlKey, value *Node) {
	r.tables[table].at[key.value] = len(table.Entries)
	table.Entries = append(table.Entries, Entry{key.Text, value})
}

func (r *tomlReader) again(key tomlKey, first *Node) *Problem {
	return r.text.problem(key.start, fmt.Sprintf("a second %q (the first at %d:%d)", key.value, first.Pos.Line, first.Pos.Column), tomlHelp)
}

// keyValue sets a key of a table and returns where in the file its value ends.
func (r *tomlReader) keyValue(table *Node, e *unstable.Node) (int, *Problem) {
	keys, p := r.keys(e)
	if p != nil {
		return 0, p
	}
	last := keys[len(keys)-1]
	for _, key := range keys[:len(keys)-1] {
		next := r.get(table, key)
		if next == nil {
			next = r.add(table, key, dottedTable)
		}
		if known := r.tables[next]; known == nil || known.kind != dottedTable && known.kind != implicitTable {
			return 0, r.again(key, next)
		}
		table = next
	}
	if there := r.get(table, last); there != nil {
		return 0, r.again(last, there)
	}
	value, end, p := r.node(e.Value(), r.skip(last.end, " \t="))
	if p == nil {
		r.set(table, last, value)
	}
	return end, p
}

var tomlTags = map[unstable.Kind]string{
	unstable.Array: "!!seq", unstable.InlineTable: "!!map", unstable.String: "!!str", unstable.Bool: "!!bool", unstable.Float: "!!float",
	unstable.Integer: "!!int", unstable.LocalDate: "!!timestamp", unstable.LocalTime: "!!timestamp", unstable.LocalDateTime: "!!timestamp",
	unstable.DateTime: "!!timestamp",
}

// node returns the value that begins at a place of the text, and where it ends.
func (r *tomlReader) node(e *unstable.Node, at int) (n *Node, end int, p *Problem) {
	n = &Node{Tag: tomlTags[e.Kind], Pos: r.text.At(at)}
	end = int(e.Raw.Offset + e.Raw.Length)
	switch e.Kind {
	case unstable.Array:
		n.Kind = List
		end, p = r.items(n, e, at+1)
	case unstable.InlineTable:
		n.Kind = Map
		end, p = r.fields(n, e, at+1)
	case unstable.String:
		n.Text = r.stringText(at, end)
	default:
		n.Text = r.text.Slice(at, end)
	}
	return n, end, p
}

func (r *tomlReader) items(n *Node, e *unstable.Node, at int) (int, *Problem) {
	for it := e.Children(); it.Next(); {
		item, end, p := r.node(it.Node(), r.skip(at, tomlBetween))
		if p != nil {
			return 0, p
		}
		n.Items = append(n.Items, item)
		at = end
	}
	return r.skip(at, tomlBetween) + 1, nil
}

func (r *tomlReader) fields(n *Node, e *unstable.Node, at int) (int, *Problem) {
	r.tables[n] = &tomlTable{kind: closedTable, at: map[string]int{}}
	for it := e.Children(); it.Next(); {
		end, p := r.keyValue(n, it.Node())
		if p != nil {
			return 0, p
		}
		at = end
	}
	for _, field := range n.Entries {
		r.closeTable(field.Value)
	}
	return r.skip(at, tomlBetween) + 1, nil
}

// closeTable is called for what is in an inline table when that ends.
func (r *tomlReader) closeTable(n *Node) {
	if known := r.tables[n]; known != nil && known.kind == dottedTable {
		known.kind = closedTable
		for _, field := range n.Entries {
			r.closeTable(field.Value)
		}
	}
}

// tomlBetween is what stands between the values of an array or an inline table.
const tomlBetween = " \t\r\n,"

// skip returns where the first byte stands that is neither one of those given nor in a comment.
func (r *tomlReader) skip(at int, spaces string) int {
	s := r.text.value
	for at < len(s) && (s[at] == '#' || strings.IndexByte(spaces, s[at]) >= 0) {
		if s[at] == '#' {
			at += len(untilBreak(s[at:]))
		} else {
			at++
		}
	}
	return at
}
