package worktree

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"policygen/internal/testrun"
)

// A modelFile is what the model believes to be on disk.
type modelFile struct {
	content string
	exec    bool
	link    bool // a link to the victim outside of the root; content and exec are then meaningless
}

// A modelRender is what the policy asks for at a path.
type modelRender struct {
	Artifact
	blocks map[string]string // of a partial artifact
}

// A modelRecord is what the last write wrote to a path: a whole file or blocks.
type modelRecord struct {
	content string
	blocks  map[string]string
}

// A machine walks a root through what people, policies and Write do to it, and holds the truth in plain maps:
// texts where the package has digests, and rules spelled out from the person's point of view.
type machine struct {
	t        *testing.T
	rng      *rand.Rand
	root     string
	disk     map[string]modelFile
	recorded map[string]modelRecord     // by path: the render of the last write
	render   map[string]modelRender     // what the policy asks for now
	precious map[string]string          // by path: a whole file that only a person wrote and nobody gave up
	lines    map[string]map[string]bool // by path: the lines that only a person wrote and nobody gave up
	unique   int
	counts   map[string]int
}

func plain(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }

var (
	machinePaths  = []string{"a", "d/b.sh", "d/c", "e/f/g", "top.sh", "d/page.md", "conf.toml", "README.md"}
	machineTexts  = []string{"", "one\n", "two\nlines\n", "three\nlines\nhere\n"}
	machineBeside = "d/beside" // no artifact ever has this path
)

func pick[T any](m *machine, list []T) T { return list[m.rng.IntN(len(list))] }

func TestMachine(t *testing.T) {
	counts := map[string]int{}
	outside := scratch(t)
	put(t, outside, "victim", "precious")
	base := scratch(t)
	for seed := range testrun.Figure(2000) {
		m := &machine{
			t: t, rng: rand.New(rand.NewPCG(7, uint64(seed))), root: filepath.Join(base, fmt.Sprint(seed)), counts: counts,
			disk: map[string]modelFile{}, recorded: map[string]modelRecord{}, render: map[string]modelRender{}, precious: map[string]string{}, lines: map[string]map[string]bool{},
		}
		must(t, os.Mkdir(m.root, 0o777))
		m.walk(outside + "/victim")
		if t.Failed() {
			t.Fatalf("in sequence %d", seed)
		}
		must(t, os.RemoveAll(m.root))
	}
	if mustRead(t, outside+"/victim") != "precious" {
		t.Error("a link was followed out of the root")
	}
	for _, word := range []string{"ok", "missing", "stale", "edited", "conflict", "foreign", "obstructed", "orphan", "refused", "written", "overwritten", "not recorded",
		"partial ok", "partial missing", "partial stale", "partial edited", "partial conflict", "partial foreign", "partial obstructed", "partial orphan",
		"markers", "partial overwritten", "whole to partial", "partial to whole", "other blocks"} {
		if counts[word] < 20 {
			t.Errorf("%q came up %d times, so little is proved", word, counts[word])
		}
	}
	t.Log(counts)
}

func (m *machine) walk(victim string) {
	steps := []func(){
		m.addArtifact, m.addArtifact, m.changeArtifact, m.changeArtifact, m.removeArtifact, m.renameArtifact,
		m.edit, m.edit, m.imitate, m.delete, m.foreign, m.chmod, m.convert, func() { m.link(victim) },
		m.write, m.write, m.write, m.write, m.overwrite, m.overwrite, m.overwriteNothing,
		m.addPartial, m.addPartial, m.changeArtifact, m.editBlock, m.editProse, m.emptyBlock, m.dropMarker, m.doubleMarker, m.reverseMarkers,
		m.placeMarkers, m.placeMarkers, m.repairMarkers, m.repairMarkers, m.write, m.write, m.overwrite, m.overwrite,
	}
	for range 45 {
		pick(m, steps)()
		m.check()
		if m.t.Failed() {
			return
		}
	}
}

// What the policy does.

func (m *machine) addArtifact() { m.set(pick(m, machinePaths)) }

func (m *machine) set(name string) {
	if strings.Contains(name, ".") && m.rng.IntN(3) > 0 {
		m.setPartial(name)
		return
	}
	a := Artifact{Path: name, Mode: 0o644, Target: "t", Content: []byte(pick(m, machineTexts))}
	if m.rng.IntN(3) == 0 {
		a.Mode = 0o755
	}
	m.render[name] = modelRender{Artifact: a}
}

func (m *machine) changeArtifact() {
	if names := slices.Sorted(maps.Keys(m.render)); len(names) > 0 {
		m.set(pick(m, names))
	}
}

func (m *machine) removeArtifact() { delete(m.render, pick(m, machinePaths)) }

func (m *machine) renameArtifact() {
	from, to := pick(m, machinePaths), pick(m, machinePaths)
	if a, ok := m.render[from]; ok {
		delete(m.render, from)
		a.Path = to
		if a.Partial {
			a.Content = modelContent(to, a.blocks)
		}
		m.render[to] = a
	}
}

// What people do.

func (m *machine) person(name, content string) {
	full := filepath.Join(m.root, name)
	f := m.disk[name]
	if f.link {
		must(m.t, os.Remove(full))
		f = modelFile{}
	}
	must(m.t, os.MkdirAll(filepath.Dir(full), 0o777))
	must(m.t, os.WriteFile(full, []byte(content), 0o644))
	f.content = content
	m.disk[name] = f
	delete(m.precious, name)
	m.lines[name] = personal(content)
}

func (m *machine) own(name string) {
	m.unique++
	text := fmt.Sprintf("mine %d\nalone\n", m.unique)
	m.person(name, text)
	m.precious[name] = text
}

func (m *machine) edit()    { m.own(pick(m, machinePaths)) }
func (m *machine) foreign() { m.own(pick(m, []string{machineBeside, "elsewhere/x", "top.sh"})) }

// imitate writes by hand what some render may have written or may come to write.
func (m *machine) imitate() { m.person(pick(m, machinePaths), pick(m, machineTexts)) }

func (m *machine) delete() {
	name := pick(m, machinePaths)
	if _, ok := m.disk[name]; ok {
		must(m.t, os.Remove(filepath.Join(m.root, name)))
		delete(m.disk, name)
		delete(m.precious, name)
		delete(m.lines, name)
	}
}

func (m *machine) chmod() {
	name := pick(m, machinePaths)
	f, ok := m.disk[name]
	if !ok || f.link {
		return
	}
	f.exec = !f.exec
	mode := os.FileMode(0o644)
	if f.exec {
		mode = 0o755
	}
	must(m.t, os.Chmod(filepath.Join(m.root, name), mode))
	m.disk[name] = f
}

func (m *machine) convert() {
	name := pick(m, machinePaths)
	if f, ok := m.disk[name]; ok && !f.link {
		was, precious := m.precious[name]
		m.person(name, strings.ReplaceAll(plain(f.content), "\n", "\r\n"))
		if precious {
			m.precious[name] = was
		}
	}
}

func (m *machine) link(victim string) {
	name := pick(m, machinePaths)
	m.person(name, "")
	full := filepath.Join(m.root, name)
	must(m.t, os.Remove(full))
	must(m.t, os.Symlink(victim, full))
	m.disk[name] = modelFile{link: true}
}

// What the package is expected to say and do.

// verdict is the model's own opinion about a path.
func (m *machine) verdict(name string) string {
	f, there := m.disk[name]
	a, wanted := m.render[name]
	was, recorded := m.recorded[name]
	if !wanted {
		switch {
		case f.link:
			return "orphan, there is a symbolic link"
		case !there:
			return "orphan, gone"
		case was.blocks != nil:
			return "orphan, " + was.orphanVerdict(name, f.content)
		case plain(f.content) == was.content:
			return "orphan, unmodified"
		}
		return "orphan, edited"
	}
	if f.link {
		return "obstructed, there is a symbolic link"
	}
	if !there {
		return "missing"
	}
	if a.Partial {
		return m.partialVerdict(name)
	}
	fresh := string(a.Content)
	word := "conflict"
	switch {
	case plain(f.content) == fresh:
		word = "ok"
	case !recorded || was.blocks != nil:
		word = "foreign"
	case plain(f.content) == was.content:
		word = "stale"
	case was.content == fresh:
		word = "edited"
	}
	if f.exec != (a.Mode == 0o755) {
		word += ", wrong mode"
	}
	if plain(f.content) == fresh && (!recorded || was.blocks != nil || was.content != fresh) {
		word += ", not recorded"
	}
	return word
}

func (m *machine) paths() []string {
	all := maps.Clone(m.recorded)
	for name := range m.render {
		all[name] = modelRecord{}
	}
	return slices.Sorted(maps.Keys(all))
}

func (m *machine) artifacts() []Artifact {
	var list []Artifact
	for _, name := range slices.Sorted(maps.Keys(m.render)) {
		list = append(list, m.render[name].Artifact)
	}
	m.rng.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list
}

// protected says whether a path holds something that only a person may give up.
func (m *machine) protected(name string) bool {
	word, _, _ := strings.Cut(m.verdict(name), ",")
	return slices.Contains([]string{"edited", "conflict", "foreign", "obstructed"}, word) || m.verdict(name) == "orphan, edited" || m.stuck(name)
}

// stuck says whether no consent helps.
func (m *machine) stuck(name string) bool {
	return strings.HasSuffix(m.verdict(name), "markers") || m.render[name].Partial && m.disk[name].link
}

func (m *machine) write() { m.tryWrite(nil) }

func (m *machine) overwrite() {
	m.repairMarkers()
	var names []string
	for _, name := range m.paths() {
		if m.protected(name) && m.rng.IntN(4) > 0 {
			names = append(names, name)
		}
	}
	m.tryWrite(names)
}

func (m *machine) overwriteNothing() {
	var wrong *OverwriteError
	_, err := Write(m.root, m.artifacts(), proved, Options{Overwrite: []string{machineBeside}})
	if !errors.As(err, &wrong) || wrong.Path != machineBeside {
		m.t.Errorf("overwriting nothing: %v", err)
	}
}

func (m *machine) tryWrite(overwrite []string) {
	var want []string
	for _, name := range m.paths() {
		if m.protected(name) && (m.stuck(name) || !slices.Contains(overwrite, name)) {
			want = append(want, name)
		}
	}
	_, err := Write(m.root, m.artifacts(), proved, Options{Overwrite: overwrite})
	var got []string
	var refused *RefusedError
	if errors.As(err, &refused) {
		for _, c := range refused.Changes {
			got = append(got, c.Path)
		}
	} else if err != nil {
		m.t.Errorf("write: %v", err)
	}
	if !slices.Equal(got, want) {
		m.t.Errorf("refused %q, want %q", got, want)
	}
	if want != nil {
		m.counts["refused"]++
		return
	}
	m.counts["written"]++
	m.counts["overwritten"] += len(overwrite)
	m.written(overwrite)
}

// written brings the model to where a successful write must have brought the disk.
func (m *machine) written(overwrite []string) {
	for _, name := range overwrite {
		delete(m.precious, name)
		m.giveUp(name)
	}
	for name, was := range m.recorded {
		if _, wanted := m.render[name]; !wanted && !m.disk[name].link {
			m.writtenOrphan(name, was)
		}
	}
	recorded := map[string]modelRecord{}
	for name, a := range m.render {
		if a.Partial {
			m.writtenPartial(name, a)
		} else {
			m.writtenWhole(name, a)
		}
		m.countChange(m.recorded[name], a)
		recorded[name] = modelRecord{string(a.Content), a.blocks}
	}
	m.recorded = recorded
}

func (m *machine) writtenWhole(name string, a modelRender) {
	f, there := m.disk[name]
	if !there || f.link || plain(f.content) != string(a.Content) {
		f = modelFile{content: string(a.Content)}
	}
	f.exec = a.Mode == 0o755
	m.disk[name] = f
}

// check compares every verdict and every byte with the model, and looks for what people wrote.
func (m *machine) check() {
	var want []string
	for _, name := range m.paths() {
		verdict := m.verdict(name)
		word, _, _ := strings.Cut(verdict, ",")
		m.counts[word]++
		if m.render[name].Partial || word == "orphan" && m.recorded[name].blocks != nil {
			m.counts["partial "+word]++
		}
		if strings.HasSuffix(verdict, "markers") {
			m.counts["markers"]++
		}
		if strings.HasSuffix(verdict, "not recorded") {
			m.counts["not recorded"]++
		}
		want = append(want, name+": "+verdict)
	}
	got := verdicts(m.t, m.root, m.artifacts())
	for i, verdict := range got {
		got[i] = markerPattern.ReplaceAllString(verdict, ", markers")
	}
	expect(m.t, got, want...)
	is := snapshot(m.t, m.root)
	m.checkLines(is)
	for name, text := range m.precious {
		if _, content, _ := strings.Cut(is[name], " "); plain(content) != text {
			m.t.Errorf("%s: a person's %q is lost, there is %q", name, text, content)
		}
	}
	m.checkDisk(is)
}

func (m *machine) checkDisk(is map[string]string) {
	for name, f := range m.disk {
		mode, content, _ := strings.Cut(is[name], " ")
		switch {
		case f.link:
			if !strings.HasPrefix(mode, "L") {
				m.t.Errorf("%s is %q, want a link", name, is[name])
			}
		case !strings.HasPrefix(mode, "-") || content != f.content || (mode[3] == 'x') != f.exec:
			m.t.Errorf("%s is %q, want %+v", name, is[name], f)
		}
		delete(is, name)
	}
	delete(is, ManifestPath)
	for name, text := range is {
		if !strings.HasPrefix(text, "d") {
			m.t.Errorf("%s should not be there: %q", name, text)
		}
	}
}
