package worktree

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"unicode/utf8"

	"policygen/internal/finding"
	"policygen/internal/outpath"
)

// A ManifestError says where and why a manifest cannot be used.
type ManifestError struct {
	finding.Position // File is [ManifestPath]
	Message          string
	Help             string // what to do; may be empty
}

// Error returns "file:line:col: message", and the help on a line of its own.
func (e *ManifestError) Error() string {
	text := e.Position.String() + ": " + e.Message
	if e.Help != "" {
		text += "\n    help: " + e.Help
	}
	return text
}

// restoreHelp says what to do about a manifest that is damaged as a whole.
const restoreHelp = "restore it from version control, or remove it and render again: files that are not what would be rendered then count as foreign"

var (
	digestPattern = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
	blockPattern  = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]*$`)
	modePattern   = regexp.MustCompile(`^0(644|755)$`)
	// Git and other tools write seven of one character; no line of a JSON text can start so.
	conflictPattern = regexp.MustCompile(`(?m)^(<{7}|={7}|>{7}|\|{7})`)
)

// parseManifest reads a manifest of version 1 and nothing else: unknown fields, two records for one path
// (which merges produce, and which encoding/json takes silently) and paths that leave the root are errors.
func parseManifest(data []byte) (manifest, error) {
	if err := checkText(data); err != nil {
		return manifest{}, err
	}
	if err := checkVersion(data); err != nil {
		return manifest{}, err
	}
	m := manifest{files: map[string]record{}, ejected: map[string]string{}}
	r := newManifestReader(data)
	err := r.object(func(field string) error {
		switch field {
		case "version":
			return r.skip()
		case "files":
			return r.files(m)
		case "ejected":
			return r.ejected(m)
		}
		return r.errorf("unknown field %q; version, files and ejected are allowed", field)
	})
	return m, err
}

// checkText finds what keeps data from being JSON at all.
func checkText(data []byte) error {
	if at := conflictPattern.FindIndex(data); at != nil {
		return errorAt(data, at[0], "this is a conflict marker of a merge: keep either side, then render again")
	}
	if !utf8.Valid(data) {
		return damagedAt(data, validPrefix(data), "this is not UTF-8")
	}
	var text json.RawMessage
	var syntax *json.SyntaxError
	if err := json.Unmarshal(data, &text); errors.As(err, &syntax) {
		return damagedAt(data, int(syntax.Offset)-1, "this is not JSON: "+syntax.Error())
	}
	return nil
}

// validPrefix returns how many bytes of data are UTF-8.
func validPrefix(data []byte) int {
	rest := data
	for {
		r, size := utf8.DecodeRune(rest)
		if r == utf8.RuneError && size <= 1 {
			return len(data) - len(rest)
		}
		rest = rest[size:]
	}
}

// checkVersion runs before anything else is understood, since another version may mean anything by it.
func checkVersion(data []byte) error {
	r := newManifestReader(data)
	found := false
	err := r.object(func(field string) error {
		if field != "version" {
			return r.skip()
		}
		found = true
		token, err := r.token()
		if err == nil && token != json.Number(manifestVersion) {
			err = r.errorf("unknown version %v; this policygen reads version %s", token, manifestVersion)
		}
		return err
	})
	if err == nil && !found {
		err = errorAt(data, 0, fmt.Sprintf("there is no version; this policygen reads version %s", manifestVersion))
	}
	return err
}

func errorAt(data []byte, offset int, message string) error {
	return manifestErrorAt(data, offset, message, "")
}

// damagedAt is errorAt for what is no manifest any more.
func damagedAt(data []byte, offset int, message string) error {
	return manifestErrorAt(data, offset, message, restoreHelp)
}

func manifestErrorAt(data []byte, offset int, message, help string) error {
	before := data[:max(0, min(offset, len(data)))]
	return &ManifestError{
		Position: finding.Position{
			File:   ManifestPath,
			Line:   1 + bytes.Count(before, []byte("\n")),
			Column: len(before) - bytes.LastIndexByte(before, '\n'),
		},
		Message: message,
		Help:    help,
	}
}

// A manifestReader walks through JSON token by token and knows where each began.
type manifestReader struct {
	data  []byte
	dec   *json.Decoder
	start int // offset of the latest token
}

func newManifestReader(data []byte) *manifestReader {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	return &manifestReader{data: data, dec: dec}
}

func (r *manifestReader) errorf(format string, args ...any) error {
	return errorAt(r.data, r.start, fmt.Sprintf(format, args...))
}

func (r *manifestReader) token() (json.Token, error) {
	end := int(r.dec.InputOffset())
	r.start = len(r.data) - len(bytes.TrimLeft(r.data[end:], " \t\r\n,:"))
	token, err := r.dec.Token()
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		err = damagedAt(r.data, r.start, "this is not JSON: "+err.Error())
	}
	return token, err
}

func (r *manifestReader) skip() error {
	var value json.RawMessage
	return r.dec.Decode(&value)
}

// expect reads a token that opens or closes something.
func (r *manifestReader) expect(want json.Delim, what string) error {
	token, err := r.token()
	if err == nil && token != want {
		err = r.errorf("want %s here", what)
	}
	return err
}

// object reads an object; each reads the value of a field.
func (r *manifestReader) object(each func(field string) error) error {
	if err := r.expect('{', "an object"); err != nil {
		return err
	}
	seen := map[string]bool{}
	for r.dec.More() {
		field, err := r.text()
		if err != nil {
			return err
		}
		if seen[field] {
			return r.errorf("%q is here for the second time", field)
		}
		seen[field] = true
		if err := each(field); err != nil {
			return err
		}
	}
	return r.expect('}', "the end of the object")
}

func (r *manifestReader) text() (string, error) {
	token, err := r.token()
	text, ok := token.(string)
	if err == nil && !ok {
		err = r.errorf("want a string here")
	}
	return text, err
}

// match reads a string of a certain form.
func (r *manifestReader) match(form *regexp.Regexp, what string) (string, error) {
	text, err := r.text()
	if err == nil && !form.MatchString(text) {
		err = r.errorf("%q is not %s", text, what)
	}
	return text, err
}

func (r *manifestReader) digest() (string, error) {
	return r.match(digestPattern, `"sha256:" and 64 lower-case hexadecimal digits`)
}

// path checks the path just read; elsewhere tells whether the other half of the manifest has it too.
func (r *manifestReader) path(name string, elsewhere bool) error {
	if elsewhere {
		return r.errorf("path %q is both a file of policygen and ejected", name)
	}
	if why, _ := outpath.Refuse(name); why != "" {
		return r.errorf("path %q %s", name, why)
	}
	return nil
}

func (r *manifestReader) files(m manifest) error {
	return r.object(func(name string) error {
		_, ejected := m.ejected[name]
		if err := r.path(name, ejected); err != nil {
			return err
		}
		rec, err := r.record()
		m.files[name] = rec
		return err
	})
}

func (r *manifestReader) record() (record, error) {
	var rec record
	err := r.object(func(field string) (err error) {
		switch field {
		case "digest":
			rec.Digest, err = r.digest()
		case "previous":
			rec.Previous, err = r.list(r.digest)
		case "mode":
			rec.Mode, err = r.match(modePattern, `"0644" or "0755"`)
		case "blocks":
			rec.Blocks, err = r.list(func() (string, error) { return r.match(blockPattern, "the name of a block") })
		case "target":
			rec.Target, err = r.text()
		default:
			err = r.errorf("unknown field %q; digest, previous, mode, blocks and target are allowed", field)
		}
		return err
	})
	if err == nil && (rec.Digest == "" || rec.Mode == "" && len(rec.Blocks) == 0) {
		err = r.errorf("the record that ends here needs a digest, and a mode or blocks")
	}
	return rec, err
}

func (r *manifestReader) list(element func() (string, error)) ([]string, error) {
	if err := r.expect('[', "a list"); err != nil {
		return nil, err
	}
	var list []string
	for r.dec.More() {
		text, err := element()
		if err != nil {
			return nil, err
		}
		list = append(list, text)
	}
	return list, r.expect(']', "the end of the list")
}

func (r *manifestReader) ejected(m manifest) error {
	return r.object(func(name string) error {
		_, owned := m.files[name]
		if err := r.path(name, owned); err != nil {
			return err
		}
		reason, err := r.text()
		m.ejected[name] = reason
		return err
	})
}
