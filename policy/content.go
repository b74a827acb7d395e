package policy

import "policygen/internal/finding"

// A Content is a piece of what a target of the policy's own says: a scalar, a struct or a list.
type Content struct {
	Pos    finding.Position
	Scalar any       // string, int64, *big.Int, float64, bool; nil for null, a struct or a list
	Fields []Member  // of a struct, in the order of the policy; not nil for an empty struct
	Items  []Content // of a list; not nil for an empty list
}

// A Member is one field of a Content.
type Member struct {
	Name string
	Pos  finding.Position // of the name
	Content
}
