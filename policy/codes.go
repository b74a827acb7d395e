package policy

// The codes of what can be wrong with a policy. They stay what they are once released.
const (
	codeSyntax    = "PG101" // the file is not CUE: a slip of syntax, an empty file, not text at all
	codeImport    = "PG102" // the file asks for something outside itself
	codeUnknown   = "PG103" // a field that the schema does not know
	codeValue     = "PG104" // a value that is not allowed where it stands
	codeMissing   = "PG105" // a field that must be there, or that has no definite value
	codeConflict  = "PG106" // two lines of the policy contradict each other
	codeName      = "PG107" // a name of something that does not exist
	codeOverCap   = "PG108" // a default number of workers over its cap
	codeTimeLimit = "PG109" // time limits that defeat each other
	codeTarget    = "PG110" // a target that can't be written where it says
	codeRange     = "PG111" // version ranges that are malformed, or that no version is in
	codeLimit     = "PG112" // a policy too large, too deep or too long to evaluate
	codeGate      = "PG113" // a policy for another policygen
	codeDist      = "PG114" // a dist mode that pytest-xdist does not have
	codeOptions   = "PG115" // settings that exclude each other, or that have a field of their own
	codeCI        = "PG116" // CI settings that can't be carried out
	codeReason    = "PG117" // a because that explains no setting in force
)
