package policy

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"policygen/internal/finding"
	"policygen/internal/testrun"
)

// A wish is one layer of a random policy as plain data; a missing key is a setting that the layer leaves out.
type wish map[string]string

// wishFields are the settings of a random layer and the CUE text around each value.
var wishFields = []struct {
	key, text string
	values    []string
}{
	{"default", "workers: default: %s", []string{"0", "1", "2", "3", "4", "5"}},
	{"max", "workers: max: %s", []string{"3", "4", "5", "6"}},
	{"flag", "workers: beyond: flag: %s", []string{`"warn"`, `"clamp"`, `"refuse"`}},
	{"dist", "dist: %s", []string{`"load"`, `"loadfile"`, `"worksteal"`}},
	{"restart", "maxWorkerRestart: %s", []string{"0", "2", "7"}},
	{"timeout", "timeout: %s", []string{`"60s"`, `"2m"`, `"1h"`}},
	{"limit", "testTimeout: limit: %s", []string{`"10s"`, `"1m"`, `"90s"`}},
	{"method", "testTimeout: method: %s", []string{`"signal"`, `"thread"`}},
	{"A", "env: A: %s", []string{`"1"`, `"2"`}},
	{"B", "envDefault: B: %s", []string{`"1"`, `"2"`}},
	{"args", "args: [%s]", []string{`"-a"`, `"-b", "c"`}},
}

func randomWish(r *rand.Rand) wish {
	w := wish{}
	for _, f := range wishFields {
		if r.IntN(4) == 0 {
			w[f.key] = f.values[r.IntN(len(f.values))]
		}
	}
	return w
}

func (w wish) text() string {
	var b strings.Builder
	for _, f := range wishFields {
		if v, ok := w[f.key]; ok {
			fmt.Fprintf(&b, "\t"+f.text+"\n", v)
		}
	}
	return b.String()
}

// A wishlist is a random policy.
type wishlist struct {
	defaults wish
	backends [2]wish
	phases   [2]wish
	bound    [2][2]wish // by phase and backend
	serial   [2]bool
	enabled  [2][2]bool
}

func randomWishlist(r *rand.Rand) wishlist {
	w := wishlist{defaults: randomWish(r)}
	for i := range 2 {
		w.backends[i], w.phases[i], w.serial[i] = randomWish(r), randomWish(r), r.IntN(4) == 0
		for j := range 2 {
			w.bound[i][j] = randomWish(r)
			w.enabled[i][j] = i == j || r.IntN(4) > 0
		}
	}
	return w
}

func (w wishlist) text() string {
	var b strings.Builder
	b.WriteString("policy: project: \"demo\"\npolicy: defaults: {\n\tbackend: \"b0\"\n" + w.defaults.text() + "}\n")
	for i := range 2 {
		fmt.Fprintf(&b, "policy: backends: b%d: {\n%s}\n", i, w.backends[i].text())
	}
	for i := range 2 {
		fmt.Fprintf(&b, "policy: phases: p%d: {\n\tpaths: [\"tests\"]\n\tserial: %v\n%s}\n", i, w.serial[i], w.phases[i].text())
		for j := range 2 {
			fmt.Fprintf(&b, "policy: phases: p%d: backends: b%d: {\n\tenabled: %v\n%s}\n", i, j, w.enabled[i][j], w.bound[i][j].text())
		}
	}
	return b.String()
}

// last returns the value of the last layer that has it, or what holds without one.
func last(key, otherwise string, layers ...wish) string {
	for _, w := range layers {
		if v, ok := w[key]; ok {
			otherwise = strings.Trim(v, `"`)
		}
	}
	return otherwise
}

// outcome says what a phase comes to under a backend, in one line, and which codes it is refused with.
func (w wishlist) outcome(phase, backend int) (line string, codes []string) {
	layers := []wish{w.defaults, w.backends[backend], w.phases[phase], w.bound[phase][backend]}
	capped := 0
	for _, l := range layers {
		if n, err := strconv.Atoi(l["max"]); err == nil && (capped == 0 || n < capped) {
			capped = n
		}
	}
	workers, dist := last("default", "0", layers...), last("dist", "", layers...)
	restart, flag := last("restart", "", layers...), ""
	if restart == "" && strings.HasPrefix(dist, "loadf") {
		restart = "0"
	}
	if capped > 0 {
		flag = last("flag", "warn", layers...)
	}
	if n, _ := strconv.Atoi(workers); capped > 0 && n > capped && !w.serial[phase] {
		codes = append(codes, codeOverCap)
	}
	seconds := map[string]int{"": 0, "10s": 10, "60s": 60, "1m": 60, "90s": 90, "2m": 120, "1h": 3600}
	timeout, limit, method := seconds[last("timeout", "", layers...)], seconds[last("limit", "", layers...)], ""
	if limit > 0 {
		method = last("method", "signal", layers...)
	}
	if limit > 0 && timeout > 0 && limit >= timeout || method == "thread" && dist == "loadfile" && !w.serial[phase] {
		codes = append(codes, codeTimeLimit)
	}
	if w.serial[phase] {
		workers, dist, restart, flag, capped = "0", "", "", "", 0
	}
	var args []string
	for _, l := range layers {
		for _, a := range strings.Split(l["args"], ", ") {
			args = append(args, strings.Trim(a, `"`))
		}
	}
	args = slices.DeleteFunc(args, func(a string) bool { return a == "" })
	return fmt.Sprintf("%s cap %d %s dist %s restart %s %ds %ds %s A=%s B=%s %v", workers, capped, flag, dist, restart,
		timeout, limit, method, last("A", "", layers...), last("B", "", layers...), args), codes
}

// line says of a plan what outcome says of a wishlist.
func line(p Plan) string {
	restart, vars := "", map[string]string{}
	if p.Restart.IsSet() {
		restart = strconv.Itoa(p.Restart.Value)
	}
	for _, v := range p.Env {
		vars[v.Name] = v.Value
	}
	return fmt.Sprintf("%s cap %d %s dist %s restart %s %ds %ds %s A=%s B=%s %v", p.Workers.Value, p.Cap.Value, p.BeyondFlag.Value,
		p.Dist.Value, restart, int(p.Limit.Value.Seconds()), int(p.TestLimit.Value.Seconds()), p.TestLimitMethod.Value,
		vars["A"], vars["B"], append([]string{}, values(p.Args)...))
}

// TestResolutionProperty compares random policies with a second, straightforward way to resolve them.
func TestResolutionProperty(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	accepted, rounds := 0, testrun.Figure(3000)
	for range rounds {
		w := randomWishlist(r)
		p, err := loadText(t, w.text())
		var wantCodes, gotCodes []string
		for i := range 2 {
			for j := range 2 {
				if w.enabled[i][j] {
					_, codes := w.outcome(i, j)
					wantCodes = append(wantCodes, codes...)
				}
			}
		}
		if list, ok := err.(finding.List); ok {
			for _, f := range list {
				gotCodes = append(gotCodes, f.Code)
			}
		}
		// The ad-hoc plan has a cap and a dist mode too, which may contradict its other settings where no phase's do.
		if len(wantCodes) == 0 {
			wantCodes = w.adHocCodes()
		}
		if slices.Sort(wantCodes); !subset(wantCodes, gotCodes) || (len(wantCodes) == 0) != (err == nil) {
			t.Fatalf("got %v, want codes %v of\n%s", err, wantCodes, w.text())
		}
		if err != nil {
			continue
		}
		accepted++
		w.compare(t, p)
	}
	if accepted < rounds/10 {
		t.Errorf("%d of %d policies accepted: they prove little", accepted, rounds)
	}
	t.Logf("%d of %d policies accepted", accepted, rounds)
}

func subset(codes, of []string) bool {
	return !slices.ContainsFunc(codes, func(c string) bool { return !slices.Contains(of, c) })
}

// adHocCodes returns what is wrong with the ad-hoc plans of the backends under which some phase may run in parallel: a default over
// the cap, or the thread method with a grouped mode. Their time limit is the phases' and no matter here.
func (w wishlist) adHocCodes() (codes []string) {
	for j := range 2 {
		if !(w.enabled[0][j] && !w.serial[0] || w.enabled[1][j] && !w.serial[1]) {
			continue
		}
		adHoc := wishlist{defaults: maps.Clone(w.defaults)}
		adHoc.backends[0] = maps.Clone(w.backends[j])
		delete(adHoc.defaults, "timeout")
		delete(adHoc.backends[0], "timeout")
		_, found := adHoc.outcome(0, 0)
		codes = append(codes, found...)
	}
	return codes
}

func (w wishlist) compare(t *testing.T, p *Policy) {
	t.Helper()
	plans, err := p.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for i := range 2 {
		for j := range 2 {
			if w.enabled[i][j] {
				want[fmt.Sprintf("b%d/p%d", j, i)], _ = w.outcome(i, j)
			}
		}
	}
	for _, plan := range plans {
		if plan.AdHoc() {
			continue
		}
		key := plan.Backend + "/" + plan.Phase
		if got := line(plan); got != want[key] {
			t.Fatalf("%s\n got %s\nwant %s\nof\n%s", key, got, want[key], w.text())
		}
		delete(want, key)
	}
	if len(want) > 0 {
		t.Fatalf("no plans for %v of\n%s", want, w.text())
	}
}
