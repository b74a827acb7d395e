package policy

// The codes of what can be wrong with a policy. They stay what they are once released.
const (
	CodeSyntax    = "PG101" // the file is not CUE: a slip of syntax, an empty file, not text at all
	CodeImport    = "PG102" // the file asks for something outside itself
	CodeUnknown   = "PG103" // a field that the schema does not know
	CodeValue     = "PG104" // a value that is not allowed where it stands
	CodeMissing   = "PG105" // a field that must be there, or that has no definite value
	CodeConflict  = "PG106" // two lines of the policy contradict each other
	CodeName      = "PG107" // a name of something that does not exist
	CodeOverCap   = "PG108" // a default number of workers over its cap
	CodeTimeLimit = "PG109" // time limits that defeat each other
	CodeTarget    = "PG110" // a target that can't be written where it says
	CodeRange     = "PG111" // version ranges that are malformed, or that no version is in
	CodeLimit     = "PG112" // a policy too large, too deep or too long to evaluate
	CodeGate      = "PG113" // a policy for another policygen
	CodeDist      = "PG114" // a dist mode that pytest-xdist does not have
	CodeOptions   = "PG115" // settings that exclude each other, or that have a field of their own
)
