package worktree

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"policygen/internal/outpath"
)

// ManifestPath is the place of the manifest, slash-separated and relative to the root.
const ManifestPath = outpath.Own + "/manifest.json"

const manifestVersion = "1"

// A manifest is the record of what was written, by path. No path is in both maps.
type manifest struct {
	files   map[string]record
	ejected map[string]string // path to reason
}

// A record is what the manifest holds about one file. Has it a mode and blocks, then a write did not finish that made one of
// the other, and the digests are of whole files and of blocks.
type record struct {
	Digest   string   `json:"digest"`             // of the latest render
	Previous []string `json:"previous,omitempty"` // of renders that may still be on disk, since a write did not finish
	Mode     string   `json:"mode,omitempty"`     // "0644" or "0755" of a whole file
	Blocks   []string `json:"blocks,omitempty"`   // the names, sorted, where only blocks are policygen's
	Target   string   `json:"target"`
}

// has reports whether a digest is of something that policygen wrote to the path.
func (r record) has(digest string) bool {
	return r.Digest == digest || slices.Contains(r.Previous, digest)
}

func (r record) equal(other record) bool {
	return r.Digest == other.Digest && slices.Equal(r.Previous, other.Previous) && r.Mode == other.Mode &&
		slices.Equal(r.Blocks, other.Blocks) && r.Target == other.Target
}

func (m manifest) equal(other manifest) bool {
	return maps.EqualFunc(m.files, other.files, record.equal) && maps.Equal(m.ejected, other.ejected)
}

// digest identifies a content whatever its line endings are.
func digest(content []byte) string {
	return fmt.Sprintf("sha256:%x", sha256.Sum256(bytes.ReplaceAll(content, []byte("\r\n"), []byte("\n"))))
}

// settled returns the manifest that is true once all artifacts are written.
func (m manifest) settled(artifacts []Artifact) manifest {
	files := make(map[string]record, len(artifacts))
	for _, a := range artifacts {
		if _, ejected := m.ejected[a.Path]; !ejected {
			files[a.Path] = a.record()
		}
	}
	return manifest{files: files, ejected: m.ejected}
}

// record returns what is recorded of an artifact that was written.
func (a Artifact) record() record {
	if a.Partial {
		blocks := a.blocks()
		return record{Digest: blocks.digest(), Blocks: blocks.names(), Target: a.Target}
	}
	return record{Digest: digest(a.Content), Mode: fmt.Sprintf("%#o", uint32(a.Mode)), Target: a.Target}
}

// pending returns the manifest that is true all the way from m to next, with the changes found on disk before.
func (m manifest) pending(next manifest, changes []Change) manifest {
	files := maps.Clone(next.files)
	for name, old := range m.files {
		r, wanted := files[name]
		if !wanted {
			files[name] = old
			continue
		}
		files[name] = r.pending(old)
	}
	for _, c := range changes {
		if r, wanted := files[c.Path]; wanted && c.harmless != "" {
			files[c.Path] = r.pending(record{Digest: c.harmless})
		}
	}
	return manifest{files: files, ejected: next.ejected}
}

// pending returns the record that is true all the way from old to r.
func (r record) pending(old record) record {
	for _, d := range append([]string{old.Digest}, old.Previous...) {
		if !r.has(d) {
			r.Previous = append(r.Previous, d)
		}
	}
	return r.with(old.Blocks)
}

// with returns the record with more blocks.
func (r record) with(blocks []string) record {
	r.Blocks = slices.Compact(slices.Sorted(slices.Values(slices.Concat(r.Blocks, blocks))))
	return r
}

// encode returns the text of the manifest: sorted by path, the same bytes for the same content.
func (m manifest) encode() []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(struct {
		Version json.Number       `json:"version"`
		Files   map[string]record `json:"files"`
		Ejected map[string]string `json:"ejected,omitempty"`
	}{manifestVersion, m.files, m.ejected})
	if err != nil {
		panic(err) // maps of strings always encode
	}
	return b.Bytes()
}
