package worktree

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// The part of the model that knows blocks. It reads and writes them line by line, without package source; what only a
// Markdown parser can tell does not come up.

var (
	machineBlocks = []string{"x", "y", "z"}
	// What the package says about markers; the tests of package source hold the words.
	markerPattern = regexp.MustCompile(`, there is (no line|a second|a line|a block) .*`)
	linePattern   = regexp.MustCompile(`(?m)^mine \d+$`)
)

// personal returns the lines of a text that only a person writes; each comes up once.
func personal(content string) map[string]bool {
	found := map[string]bool{}
	for _, text := range linePattern.FindAllString(plain(content), -1) {
		found[text] = true
	}
	return found
}

func modelMarker(name, word, block string) string {
	if strings.HasSuffix(name, ".md") {
		return "<!-- policygen:" + word + " " + block + " -->"
	}
	return "# policygen:" + word + " " + block
}

func modelContent(name string, blocks map[string]string) []byte {
	text := "# Title\n\n"
	for _, block := range slices.Sorted(maps.Keys(blocks)) {
		text += modelMarker(name, "begin", block) + "\n" + blocks[block] + modelMarker(name, "end", block) + "\n\n"
	}
	return []byte(text)
}

// markerAt tells what marker a line is; blank word means none.
func markerAt(name, line string) (word, block string) {
	line = strings.TrimRight(line, "\r\n")
	for _, block := range machineBlocks {
		for _, word := range []string{"begin", "end"} {
			if line == modelMarker(name, word, block) {
				return word, block
			}
		}
	}
	return "", ""
}

// modelBlocks returns the blocks of a file, blank ones as "", and whether its markers make sense.
func modelBlocks(name, content string) (blocks map[string]string, sound bool) {
	blocks = map[string]string{}
	within := ""
	for line := range strings.Lines(content) {
		word, block := markerAt(name, line)
		switch {
		case word == "begin":
			if _, again := blocks[block]; again || within != "" {
				return nil, false
			}
			blocks[block], within = "", block
		case word == "end" && block != within:
			return nil, false
		case word == "end":
			within = ""
		case within != "":
			blocks[within] += plain(line)
		}
	}
	for block, text := range blocks {
		blocks[block] = unblank(text)
	}
	return blocks, within == ""
}

func unblank(text string) string {
	if strings.TrimSpace(text) == "" {
		return ""
	}
	return text
}

// full returns the blocks that hold something and have one of the names of another set.
func full(blocks, names map[string]string) map[string]string {
	some := map[string]string{}
	for block, text := range blocks {
		if _, named := names[block]; named && unblank(text) != "" {
			some[block] = text
		}
	}
	return some
}

// What the policy does.

func (m *machine) addPartial() { m.setPartial(pick(m, machinePaths[5:])) }

func (m *machine) setPartial(name string) {
	blocks := map[string]string{pick(m, machineBlocks): pick(m, machineTexts)}
	if m.rng.IntN(2) == 0 {
		blocks[pick(m, machineBlocks)] = pick(m, machineTexts)
	}
	a := Artifact{Path: name, Mode: 0o644, Target: "t", Content: modelContent(name, blocks), Partial: true}
	if m.rng.IntN(3) == 0 {
		a.Mode = 0o755
	}
	m.render[name] = modelRender{a, blocks}
}

// What people do.

// rewrite changes the lines of a file, most often one with markers.
func (m *machine) rewrite(change func(name string, lines []string) []string) {
	m.rewriteAt(pick(m, machinePaths[3:]), change)
}

func (m *machine) rewriteAt(name string, change func(name string, lines []string) []string) {
	if f, there := m.disk[name]; there && !f.link {
		lines := slices.Collect(strings.Lines(f.content))
		if n := len(lines); n > 0 && !strings.HasSuffix(lines[n-1], "\n") {
			lines[n-1] += "\n"
		}
		m.person(name, strings.Join(change(name, lines), ""))
	}
}

func (m *machine) line() string {
	m.unique++
	return fmt.Sprintf("mine %d\n", m.unique)
}

// markersOf returns the indexes of the lines that are markers, of one word or of any.
func markersOf(name string, lines []string, word string) []int {
	var list []int
	for i, line := range lines {
		if w, _ := markerAt(name, line); w != "" && (w == word || word == "") {
			list = append(list, i)
		}
	}
	return list
}

func (m *machine) editBlock() {
	m.rewrite(func(name string, lines []string) []string {
		if at := markersOf(name, lines, "begin"); at != nil {
			return slices.Insert(lines, pick(m, at)+1, m.line())
		}
		return lines
	})
}

func (m *machine) editProse() {
	m.rewrite(func(_ string, lines []string) []string {
		if m.rng.IntN(2) == 0 {
			return append(lines, m.line())
		}
		return slices.Insert(lines, 0, m.line())
	})
}

func (m *machine) emptyBlock() {
	m.rewrite(func(name string, lines []string) []string {
		if at := markersOf(name, lines, "begin"); at != nil {
			from := pick(m, at) + 1
			to := from
			for to < len(lines) && !slices.Contains(markersOf(name, lines, ""), to) {
				to++
			}
			return slices.Replace(lines, from, to, "  \n")
		}
		return lines
	})
}

func (m *machine) dropMarker() {
	m.rewrite(func(name string, lines []string) []string {
		if at := markersOf(name, lines, ""); at != nil {
			i := pick(m, at)
			return slices.Delete(lines, i, i+1)
		}
		return lines
	})
}

func (m *machine) doubleMarker() {
	m.rewrite(func(name string, lines []string) []string {
		if at := markersOf(name, lines, ""); at != nil {
			return slices.Insert(lines, m.rng.IntN(len(lines)+1), lines[pick(m, at)])
		}
		return lines
	})
}

func (m *machine) reverseMarkers() {
	m.rewrite(func(name string, lines []string) []string {
		if at := markersOf(name, lines, ""); len(at) > 1 {
			i := m.rng.IntN(len(at) - 1)
			lines[at[i]], lines[at[i+1]] = lines[at[i+1]], lines[at[i]]
		}
		return lines
	})
}

// placeMarkers does what the help for a file without markers says, now and then with something between them.
func (m *machine) placeMarkers() { m.rewrite(m.withMarkers) }

func (m *machine) withMarkers(name string, lines []string) []string {
	have, _ := modelBlocks(name, strings.Join(lines, ""))
	for _, block := range slices.Sorted(maps.Keys(m.render[name].blocks)) {
		if _, found := have[block]; found {
			continue
		}
		lines = append(lines, modelMarker(name, "begin", block)+"\n")
		if m.rng.IntN(4) == 0 {
			lines = append(lines, m.line())
		}
		lines = append(lines, modelMarker(name, "end", block)+"\n")
	}
	return lines
}

// repairMarkers makes prose of everything in the files with markers that make no sense, and begins anew.
func (m *machine) repairMarkers() {
	for _, name := range m.paths() {
		if m.stuck(name) {
			m.rewriteAt(name, func(name string, lines []string) []string {
				return m.withMarkers(name, slices.DeleteFunc(lines, func(line string) bool { w, _ := markerAt(name, line); return w != "" }))
			})
		}
	}
}

// What the package is expected to say and do.

func (m *machine) partialVerdict(name string) string {
	a, f := m.render[name], m.disk[name]
	was, recorded := m.recorded[name]
	if recorded && was.blocks == nil && plain(f.content) == was.content { // all of it was policygen's
		if was.content == string(a.Content) {
			return "ok, not recorded"
		}
		return "stale"
	}
	have, sound := modelBlocks(name, f.content)
	if !sound || !containsAll(have, a.blocks) {
		return "obstructed, markers"
	}
	return a.blocksVerdict(was, have)
}

func (a modelRender) blocksVerdict(was modelRecord, have map[string]string) string {
	changed, theirs := false, false
	for block, text := range have {
		fresh, wanted := a.blocks[block]
		_, ours := was.blocks[block]
		changed = changed || wanted && text != unblank(fresh) || !wanted && ours
		theirs = theirs || wanted && !ours && text != "" && text != unblank(fresh)
	}
	written := full(was.blocks, was.blocks)
	switch {
	case !changed && maps.Equal(written, full(a.blocks, a.blocks)) && len(was.blocks) > 0 && containsAll(was.blocks, a.blocks):
		return "ok"
	case !changed:
		return "ok, not recorded"
	case theirs:
		return "foreign"
	case was.blocks == nil:
		return "missing, its blocks are not filled yet"
	case maps.Equal(full(have, was.blocks), written):
		return "stale"
	case maps.Equal(full(a.blocks, a.blocks), written):
		return "edited"
	}
	return "conflict"
}

func containsAll(all, some map[string]string) bool {
	for block := range some {
		if _, found := all[block]; !found {
			return false
		}
	}
	return true
}

// orphanVerdict is the opinion about blocks that no artifact has any more.
func (was modelRecord) orphanVerdict(name, content string) string {
	have, sound := modelBlocks(name, content)
	maps.DeleteFunc(have, func(block, _ string) bool { _, ours := was.blocks[block]; return !ours })
	switch {
	case !sound:
		return "markers"
	case len(have) == 0:
		return "gone"
	case maps.Equal(full(have, have), full(was.blocks, was.blocks)):
		return "unmodified"
	}
	return "edited"
}

// giveUp forgets the lines that an overwritten path may lose: all of a whole file's, else those in blocks.
func (m *machine) giveUp(name string) {
	a, wanted := m.render[name]
	blocks := a.blocks
	if !wanted {
		blocks = m.recorded[name].blocks
	}
	if blocks == nil {
		delete(m.lines, name)
		return
	}
	m.counts["partial overwritten"]++
	have, _ := modelBlocks(name, m.disk[name].content)
	for block, text := range have {
		_, named := blocks[block]
		_, ours := m.recorded[name].blocks[block]
		if named || ours {
			maps.DeleteFunc(m.lines[name], func(line string, _ bool) bool { return personal(text)[line] })
		}
	}
}

func (m *machine) writtenOrphan(name string, was modelRecord) {
	f := m.disk[name]
	after := ""
	if was.blocks != nil {
		after = replaceBlocks(name, f.content, nil, was.blocks)
		if after == f.content { // nothing of policygen's was left
			return
		}
	}
	if f.content = after; after == "" {
		delete(m.disk, name)
	} else {
		m.disk[name] = f
	}
}

func (m *machine) writtenPartial(name string, a modelRender) {
	f, there := m.disk[name]
	was, recorded := m.recorded[name]
	switch {
	case !there:
		f = modelFile{content: string(a.Content), exec: a.Mode == 0o755}
	case recorded && was.blocks == nil && plain(f.content) == was.content:
		if was.content != string(a.Content) {
			f.content = string(a.Content)
		}
	default:
		f.content = replaceBlocks(name, f.content, a.blocks, was.blocks)
	}
	m.disk[name] = f
}

// replaceBlocks gives a file the blocks that it should have and takes out those that were written and are not wanted.
func replaceBlocks(name, content string, want, was map[string]string) string {
	have, _ := modelBlocks(name, content)
	var out strings.Builder
	skip := false
	for line := range strings.Lines(content) {
		word, block := markerAt(name, line)
		fresh, wanted := want[block]
		_, ours := was[block]
		drop := word != "" && !wanted && ours
		if word == "end" && !drop {
			skip = false
		}
		if !skip && !drop {
			out.WriteString(line)
		}
		switch {
		case drop:
			skip = word == "begin"
		case word == "begin" && wanted && have[block] != unblank(fresh):
			skip = true
			if strings.HasSuffix(line, "\r\n") {
				fresh = strings.ReplaceAll(fresh, "\n", "\r\n")
			}
			out.WriteString(fresh)
		}
	}
	return out.String()
}

func (m *machine) countChange(was modelRecord, a modelRender) {
	switch {
	case was.content == "" && was.blocks == nil:
	case was.blocks == nil && a.Partial:
		m.counts["whole to partial"]++
	case was.blocks != nil && !a.Partial:
		m.counts["partial to whole"]++
	case a.Partial && !containsAll(a.blocks, was.blocks):
		m.counts["other blocks"]++
	}
}

// checkLines looks for every line that a person wrote, wherever in the file it was meant to stay.
func (m *machine) checkLines(is map[string]string) {
	for name, lines := range m.lines {
		_, content, _ := strings.Cut(is[name], " ")
		found := personal(content)
		for line := range lines {
			if !found[line] {
				m.t.Errorf("%s: a person's %q is lost, there is %q", name, line, content)
			}
		}
	}
}
