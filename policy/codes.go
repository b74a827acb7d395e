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

// A Code is one kind of mistake in a policy.
type Code struct{ Code, Summary string }

// Codes returns what can be wrong with a policy, by code. Each summary completes the sentence "the policy is invalid:".
func Codes() []Code {
	return []Code{
		{codeSyntax, "the file is not CUE, be it a slip of syntax, an empty file or not text at all"},
		{codeImport, "the file asks for something outside itself"},
		{codeUnknown, "a field is there that the schema does not know"},
		{codeValue, "a value is not allowed where it stands"},
		{codeMissing, "a field is missing that must be there, or has no definite value"},
		{codeConflict, "two lines of the policy contradict each other"},
		{codeName, "a name is that of something which does not exist"},
		{codeOverCap, "a default number of workers is over its cap"},
		{codeTimeLimit, "time limits defeat each other"},
		{codeTarget, "a target can't be written where it says"},
		{codeRange, "version ranges are malformed, or no version is in them"},
		{codeLimit, "the policy is too large, too deep or takes too long to evaluate"},
		{codeGate, "the policy is for another version of policygen"},
		{codeDist, "pytest-xdist does not have the dist mode"},
		{codeOptions, "settings exclude each other, or have a field of their own"},
		{codeCI, "CI settings can't be carried out"},
		{codeReason, "a because explains no setting that is in force"},
	}
}
