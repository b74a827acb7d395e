package source

import "policygen/internal/finding"

// A NodeKind says what a Node is.
type NodeKind int

// The kinds of nodes.
const (
	Scalar NodeKind = iota
	Map
	List
)

// A Node is a value of a YAML, TOML or INI file. Nodes are read only: where a YAML file uses an alias, the same Node stands in
// several places, with the position of its anchor.
type Node struct {
	Kind    NodeKind
	Text    Text             // of a Scalar: its decoded value
	Tag     string           // "!!str", "!!int", "!!float", "!!bool", "!!null", "!!timestamp", "!!map", "!!seq", or one of the file's own such as "!reference"
	Pos     finding.Position // where the value begins: its tag or anchor, quote or bracket, if it has any
	Entries []Entry          // of a Map, in the order of the file; those of YAML's merge keys follow its own
	Items   []*Node          // of a List
}

// An Entry is a key of a Map or of a Section, and what it is set to. A key of YAML that is no scalar has an empty text.
type Entry struct {
	Key   Text
	Value *Node
}

// Get returns what the map has under a key, what the map there has under the next one, and so on: n itself for no keys, nil where
// it isn't there. Of equal keys the last one counts. It may be called on nil.
func (n *Node) Get(path ...string) *Node {
	for _, key := range path {
		if n == nil {
			return nil
		}
		n = lookup(n.Entries, key)
	}
	return n
}

func lookup(entries []Entry, key string) *Node {
	for i := len(entries) - 1; i >= 0; i-- {
		if entries[i].Key.String() == key {
			return entries[i].Value
		}
	}
	return nil
}

// First returns the first of some nodes that is there, so that a value may stand under one of several keys; nil where none is.
func First(nodes ...*Node) *Node {
	for _, n := range nodes {
		if n != nil {
			return n
		}
	}
	return nil
}
