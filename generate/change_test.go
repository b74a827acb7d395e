package generate

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"policygen/internal/finding"
	"policygen/internal/testrun"
	"policygen/policy"
)

// A change is two other values for one place of a policy, as CUE spells them. They have the same length and are nowhere else
// in the policy, so that lines of the two wrappers differ for no other reason than that one value.
type change struct {
	what   string
	at     finding.Position
	values [2]string
	also   []Origin // that may stand for the place: the reason or the bound that it is a part of
	name   string   // that becomes another one wherever it stands in the policy; empty for a literal
}

// changes collects changes, of each place one.
type changes struct {
	of   loaded
	all  []change
	seen map[finding.Position]bool
}

// add adds a change where the policy states the value as a plain literal in its own file.
func (c *changes) add(what string, at finding.Position, values [2]string, also ...Origin) {
	if at.File != c.of.source.Name || c.seen[at] {
		return
	}
	if from, to := c.of.literal(at); from < to {
		c.seen[at] = true
		c.all = append(c.all, change{what, at, values, also, ""})
	}
}

// labelText matches the name of a field before its value: what a content says in a field stands at its name.
var labelText = regexp.MustCompile(`^\w+: *`)

var literalText = regexp.MustCompile(`^("([^"\\]|\\.)*"|[0-9]+|true|false)`)

// literal returns where the literal at a position begins and ends in the source; both are the same where none stands there.
func (l loaded) literal(at finding.Position) (from, to int) {
	lines := strings.SplitAfter(string(l.source.Text), "\n")
	from = len(strings.Join(lines[:at.Line-1], "")) + at.Column - 1
	from += len(labelText.FindString(string(l.source.Text[from:])))
	return from, from + len(literalText.FindString(string(l.source.Text[from:])))
}

// changed returns the policy with another value at a place.
func (l loaded) changed(c change, value string) (loaded, error) {
	if c.name != "" {
		text := nameIn(c.name).ReplaceAllString(string(l.source.Text), "${1}"+value+"${2}")
		return loadSource(policy.Source{Name: l.source.Name, Text: []byte(text)})
	}
	from, to := l.literal(c.at)
	text := string(l.source.Text[:from]) + value + string(l.source.Text[to:])
	return loadSource(policy.Source{Name: l.source.Name, Text: []byte(text)})
}

// nameIn matches a name where it is a field of a policy or a text as a whole.
func nameIn(name string) *regexp.Regexp {
	return regexp.MustCompile(`(^|[\s{"])` + regexp.QuoteMeta(name) + `("?: |"[],\s}]|"$)`)
}

// ofNames renames backends and phases, but for policies in which other things have the same names.
func (c *changes) ofNames() {
	if slices.Contains([]string{"sparkless", "caps", "every field"}, c.of.Policy.Project) {
		return
	}
	for _, b := range c.of.Policy.Backends {
		c.all = append(c.all, c.of.renaming(b.Name))
	}
	for _, p := range c.of.Policy.Phases {
		c.all = append(c.all, c.of.renaming(p.Name))
	}
}

// renaming is the change of a name wherever it stands. A line may name any of these places.
func (l loaded) renaming(name string) change {
	c := change{what: "name", values: [2]string{"zqa", "zqb"}, name: name}
	for i, line := range strings.Split(string(l.source.Text), "\n") {
		for _, at := range nameIn(name).FindAllStringIndex(line, -1) {
			for column := at[0] + 1; column <= at[0]+2; column++ {
				c.also = append(c.also, Origin{Pos: finding.Position{File: l.source.Name, Line: i + 1, Column: column}})
			}
		}
	}
	return c
}

func quoted(a, b string) [2]string { return [2]string{strconv.Quote(a), strconv.Quote(b)} }

func numbers(n int) [2]string { return [2]string{strconv.Itoa(n), strconv.Itoa(n + 1)} }

// quotedTexts want out of their quotes, and have their difference in a second line.
func quotedTexts(prefix string) [2]string {
	return quoted(prefix+"'z' $q `\n\\1 \"", prefix+"'z' $q `\n\\2 \"")
}

// hostileLines are the same for what is one line of words.
func hostileLines() [2]string { return quoted("z 'z' $q ` \\1 \"", "z 'z' $q ` \\2 \"") }

// changesOf returns a change for every value of a policy that a rendered file shows.
func changesOf(l loaded) []change {
	c := &changes{of: l, seen: map[finding.Position]bool{}}
	for _, p := range l.Plans {
		c.ofWorkers(p)
		c.ofPytest(p)
		c.ofReasons(p)
	}
	c.ofRunner()
	c.ofTitles()
	c.ofNames()
	c.ofCI()
	for _, t := range l.Policy.Targets {
		c.ofTarget(t)
	}
	return c.all
}

func (c *changes) ofWorkers(p policy.Plan) {
	n, err := strconv.Atoi(p.Workers.Value)
	if err == nil && !p.Serial.Value {
		c.add("workers", p.Workers.Pos, numbers(max(1, n-2)))
	}
	if n < p.Cap.Value {
		c.add("cap", p.Cap.Pos, numbers(p.Cap.Value-1))
	} else {
		c.add("cap", p.Cap.Pos, numbers(p.Cap.Value+20))
	}
	c.add("beyond", p.BeyondFlag.Pos, quoted("refuse", "clamp"))
	c.add("beyond", p.BeyondEnv.Pos, quoted("warn", "refuse"))
	if p.Restart.IsSet() && p.Restart.Value == 0 {
		c.add("dist", p.Dist.Pos, quoted("loadscope", "loadgroup"))
	} else {
		c.add("dist", p.Dist.Pos, quoted("load", "each"))
	}
	c.add("restart", p.Restart.Pos, numbers(714))
}

func (c *changes) ofPytest(p policy.Plan) {
	c.add("timeout", p.Limit.Pos, quoted("71m", "72m"))
	c.add("test limit", p.TestLimit.Pos, quoted("21s", "22s"))
	c.add("method", p.TestLimitMethod.Pos, quoted("signal", "thread"))
	c.add("faulthandler", p.FaulthandlerAfter.Pos, quoted("23s", "24s"))
	c.add("markers", p.Markers.Pos, hostileLines())
	if p.Half == policy.SerialHalf {
		c.add("serial marker", p.Serial.Pos, hostileLines())
	}
	c.add("keywords", p.Keywords.Pos, hostileLines())
	for _, s := range slices.Concat(p.Paths, p.Ignore) {
		c.add("path", s.Pos, quoted("tests/z 1", "tests/z 2"))
	}
	for _, a := range p.Args {
		c.add("arg", a.Pos, quotedTexts("--z="))
	}
	for _, e := range p.Env {
		if e.Mode == policy.EnvUnset {
			c.add("unset", e.Pos, quoted("ZQ_1", "ZQ_2"))
		} else {
			c.add("env", e.Pos, quotedTexts(""))
		}
	}
}

// ofReasons changes what reasons, bounds and facts say. The words of one are at the place of the whole in an origin.
func (c *changes) ofReasons(p policy.Plan) {
	for _, r := range p.Because {
		if r.Why != "" {
			c.add("why of a reason", c.find(r.Pos, r.Why), hostileLines(), fromReason(r)...)
		}
		if r.Review != "" {
			c.add("review", c.find(r.Pos, r.Review), quoted("2031-01-01", "2031-01-02"), fromReason(r)...)
		}
		c.add("why of a fact", c.find(r.Fact.Pos, r.Fact.Why), hostileLines(), fromReason(r)...)
	}
	for _, r := range p.Requires {
		for _, b := range r.Bounds {
			if b.Fact == "" {
				c.add("range", b.Pos, quoted(">=2.1", ">=2.2"))
				c.add("why of a range", c.find(b.Pos, b.Why), hostileLines(), Origin{Pos: b.Pos})
			}
		}
	}
}

// find returns the place of a text in the source, from another place on; the zero Position where it isn't there as it is.
func (c *changes) find(from finding.Position, text string) finding.Position {
	if from.File != c.of.source.Name {
		return finding.Position{}
	}
	for i, line := range strings.Split(string(c.of.source.Text), "\n") {
		if column := strings.Index(line, strconv.Quote(text)); i+1 >= from.Line && column >= 0 {
			return finding.Position{File: from.File, Line: i + 1, Column: column + 1}
		}
	}
	return finding.Position{}
}

func (c *changes) ofRunner() {
	where, r := c.of.Policy.Where, c.of.Policy.Runner
	c.add("project", where("policy.project"), hostileLines())
	c.add("workersEnv", where("policy.runner.workersEnv"), quoted("ZQ_1", "ZQ_2"))
	c.add("grace", where("policy.runner.grace"), quoted("71s", "72s"))
	c.add("missingXdist", where("policy.runner.missingXdist"), [2]string{`"error"`, `"serial"`})
	c.add("failFast", where("policy.runner.failFast"), [2]string{"true", "false"})
	list := func(name string, items []string, values [2]string) {
		for i := range items {
			c.add(name, where("policy.runner."+name+"."+strconv.Itoa(i)), values)
		}
	}
	list("backendEnv", r.BackendEnv, quoted("ZQ_3", "ZQ_4"))
	list("python", r.Python, quoted("z 1", "z 2"))
	list("venv", r.Venv, quoted("z 1", "z 2"))
	list("pythonpath", r.PythonPath, quoted("z 1", "z 2"))
	for _, t := range c.of.Policy.Targets {
		if t.Kind == "wrapper" {
			c.add("target", where("policy.targets."+t.Name+".path"), quoted("z/it's 1.sh", "z/it's 2.sh"))
		}
	}
}

func (c *changes) ofTitles() {
	f := fields{c.of.Policy}
	for _, b := range c.of.Policy.Backends {
		c.addAt("title", f.under("backends", b.Name, "title"), hostileLines())
	}
	for _, p := range c.of.Policy.Phases {
		c.addAt("title", f.under("phases", p.Name, "title"), hostileLines())
	}
}

// addAt adds a change at the places of origins.
func (c *changes) addAt(what string, at []Origin, values [2]string) {
	for _, o := range at {
		c.add(what, o.Pos, values)
	}
}

func (c *changes) ofCI() {
	ci := c.of.Policy.CI
	if ci == nil {
		return
	}
	text := func(what string, s policy.Setting[string], a, b string) { c.add(what, s.Pos, quoted(a, b)) }
	for i, job := range ci.Jobs {
		for k, s := range job.Python {
			text("ci python", s, fmt.Sprintf("3.2%d", 2*k), fmt.Sprintf("3.2%d", 2*k+1))
		}
		for _, s := range job.Setup {
			text("ci setup", s, "cd z && 'z' # 1", "cd z && 'z' # 2")
			text("ci setup", s, "z; z # 1\nz # 1", "z; z # 2\nz # 2")
		}
		c.add("ci shards", job.Shards.Pos, numbers(4+2*i))
		c.add("ci workers", job.Workers.Pos, numbers(1))
		c.add("ci overhead", job.Overhead.Pos, quoted("71m", "72m"))
	}
	for _, s := range ci.Branches {
		text("ci branches", s, "z+1*", "z+2*")
	}
	for _, s := range ci.Install {
		text("ci install", s, "z 1", "z 2")
	}
	text("ci runsOn", ci.RunsOn, "z 1", "z 2")
	text("ci image", ci.Image, "z:{python}-1", "z:{python}-2")
	for _, a := range ci.Actions {
		sha := c.of.Policy.Where(fmt.Sprintf("policy.actions.%q.sha", a.Name+"@"+a.Version))
		c.add("ci action", sha, quoted(strings.Repeat("a", 40), strings.Repeat("b", 40)), statedAt(a.Pos)...)
	}
}

// ofTarget changes what a target says itself: which backend, which comments, and the literals of its content.
func (c *changes) ofTarget(t policy.Target) {
	c.addAt("target comment", fields{c.of.Policy}.under("targets", t.Name, "comment"), quoted("#-1", "#-2"))
	c.ofContent(t.Content)
}

func (c *changes) ofContent(content policy.Content) {
	for _, f := range content.Fields {
		c.ofContent(f.Content)
	}
	for _, item := range content.Items {
		c.ofContent(item)
	}
	switch content.Scalar.(type) {
	case string:
		c.add("content text", content.Pos, quotedTexts("z"))
	case bool:
		c.add("content truth", content.Pos, [2]string{"true", "false"})
	case int64:
		c.add("content number", content.Pos, numbers(714))
	}
}

// A file is a rendered file, as the test compares it.
type file struct {
	lines   []string
	origins [][]Origin
}

// filesOf renders the targets of a policy that follow from the change of a value alone, by name. What a policy computes itself has no origins
// but where it stands, so of contents only changes of literals in them are compared.
func filesOf(t *testing.T, l loaded, c change) map[string]file {
	t.Helper()
	r, err := Render(l.Input)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]file{}
	for i, a := range r.Artifacts {
		target := l.Policy.Targets[i]
		if target.Format == "" || strings.HasPrefix(c.what, "content") || c.what == "target comment" {
			files[target.Name] = file{strings.Split(strings.TrimSuffix(string(a.Content), "\n"), "\n"), r.rendered[a.Path].origins}
		}
	}
	return files
}

// shownLines returns the lines of a file without blanks that only align them, and without the digest.
func (f file) shownLines() []string {
	all := slices.Clone(f.lines)
	for i, line := range all {
		line, _, _ = strings.Cut(line, "everything below this line is sha256:")
		all[i] = strings.Join(strings.Fields(line), " ")
	}
	return all
}

// differing returns the numbers of the lines of a that are not in b, by the longest common subsequence of their lines.
func differing(a, b []string) (numbers []int) {
	from, end := 0, 0
	for from < min(len(a), len(b)) && a[from] == b[from] {
		from++
	}
	for end < min(len(a), len(b))-from && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	first, second := a[from:len(a)-end], b[from:len(b)-end]
	common := make([][]int, len(first)+1) // of what is left of both
	for i := range common {
		common[i] = make([]int, len(second)+1)
	}
	for i := len(first) - 1; i >= 0; i-- {
		for j := len(second) - 1; j >= 0; j-- {
			common[i][j] = max(common[i+1][j], common[i][j+1])
			if first[i] == second[j] {
				common[i][j] = common[i+1][j+1] + 1
			}
		}
	}
	for i, j := 0, 0; i < len(first); {
		switch {
		case j < len(second) && first[i] == second[j]:
			i, j = i+1, j+1
		case j < len(second) && common[i][j+1] >= common[i+1][j]:
			j++
		default:
			numbers = append(numbers, from+i)
			i++
		}
	}
	return numbers
}

// requires reports whether a line is about a bound that plans of the policy have. It may be left out of a wrapper because it
// follows from another bound, which the line can't know.
func (l loaded) requires(line string) bool {
	for _, p := range l.Plans {
		for _, r := range p.Requires {
			for _, b := range r.Bounds {
				if strings.Contains(line, "'need="+r.Package+"' 'range="+b.Range+"'") || strings.Contains(line, mustQuote("why="+b.Why)) {
					return true
				}
			}
		}
	}
	return false
}

// unexplained returns the lines of a file that another one hasn't and that do not have the place of the change among their
// origins, and how many differ. The policy is that of the other file.
func (c change) unexplained(f, other file, l loaded) (lines []string, all int) {
	numbers := differing(f.shownLines(), other.shownLines())
	for _, i := range numbers {
		named := i < len(f.origins) && slices.ContainsFunc(f.origins[i], func(o Origin) bool {
			return o.Pos == c.at || slices.ContainsFunc(c.also, func(a Origin) bool { return a == o || c.name != "" && a.Pos == o.Pos })
		})
		if !named && !l.requires(f.lines[i]) {
			lines = append(lines, strconv.Itoa(i+1)+": "+f.lines[i])
		}
	}
	return lines, len(numbers)
}

// TestEveryChangeHasItsOrigin: whatever value of a policy changes, each line of any rendered file that is another then names its place.
func TestEveryChangeHasItsOrigin(t *testing.T) {
	policies := loadedPolicies(t)
	tried, refused, kinds, lines, number := 0, 0, map[string]int{}, map[string]int{}, 0
	for _, name := range slices.Sorted(maps.Keys(policies)) {
		l := policies[name]
		for _, c := range changesOf(l) {
			if number++; testrun.Figure(10) < 10 && number%3 != 0 && !strings.HasPrefix(c.what, "content") {
				continue
			}
			a, errA := l.changed(c, c.values[0])
			b, errB := l.changed(c, c.values[1])
			if errA != nil || errB != nil {
				t.Logf("%s: %s at %s: %v %v", name, c.what, c.at, errA, errB)
				refused++
				continue
			}
			all := 0
			filesA, filesB := filesOf(t, a, c), filesOf(t, b, c)
			for target, file := range filesA {
				if filesB[target].lines == nil {
					continue // it has another name
				}
				missing, n := c.unexplained(file, filesB[target], b)
				more, m := c.unexplained(filesB[target], file, a)
				for _, line := range append(missing, more...) {
					t.Errorf("%s: %s at %s changes a line of %s without naming it: %s", name, c.what, c.at, target, line)
				}
				i := slices.IndexFunc(l.Policy.Targets, func(u policy.Target) bool { return u.Name == target })
				lines[l.Policy.Targets[i].Kind+l.Policy.Targets[i].Format] += n + m
				all += n + m
			}
			if all == 0 {
				t.Logf("%s: %s at %s changes no line", name, c.what, c.at)
			}
			tried++
			kinds[c.what]++
		}
	}
	t.Logf("%d changes, of lines %v, %d refused by the loader: %v", tried, lines, refused, kinds)
	for _, kind := range []string{"wrapper", "docs", "github", "gitlab", "constraints", "pytest", "yaml", "json", "toml", "text"} {
		if lines[kind] < 2 {
			t.Errorf("changes of %d lines prove little about %s", lines[kind], kind)
		}
	}
	if tried < number/4 || lines["wrapper"] < 5*tried/2 {
		t.Errorf("%d of %d changes, which change lines %v, prove little", tried, number, lines)
	}
}
