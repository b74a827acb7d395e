package pep440

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// A generator makes versions and specifiers that crowd around boundaries. Its numbers are few and
// small, so that versions meet often, and its seed is fixed, so that a failure comes back.
type generator struct {
	*rand.Rand
}

func newGenerator(seed uint64) generator {
	return generator{rand.New(rand.NewPCG(seed, 440))}
}

func (g generator) chance(percent int) bool { return g.IntN(100) < percent }

func pick[T any](g generator, from ...T) T { return from[g.IntN(len(from))] }

func (g generator) small() int64 { return pick[int64](g, 0, 0, 1, 1, 2, 3, 9, 10) }

// version returns any version, mostly a plain release.
func (g generator) version() Version {
	v := Version{release: make([]int64, 1+g.IntN(3))}
	for i := range v.release {
		v.release[i] = g.small()
	}
	if g.chance(5) {
		v.epoch = 1
	}
	if g.chance(30) {
		v.phase, v.pre = pick(g, alpha, beta, candidate), g.small()
	}
	if g.chance(30) {
		v.post = number(g.small())
	}
	if g.chance(25) {
		v.dev = number(g.small())
	}
	if g.chance(10) {
		v.local = g.local()
	}
	return v
}

func (g generator) local() string {
	return pick(g, "0", "1", "10", "a", "b", "0a", "00a", "a.1", "a.b", "1.a", "1.1", "z9")
}

// near returns a version that differs from v in one respect, or is v.
func (g generator) near(v Version) Version {
	v.release = append([]int64(nil), v.release...)
	last := len(v.release) - 1
	switch g.IntN(16) {
	case 0:
		return v.public()
	case 1:
		v.local = g.local()
	case 2:
		return v.base()
	case 3:
		return v.finalRelease()
	case 4:
		return v.firstDev()
	case 5:
		return v.successor()
	case 6:
		v.post = pick(g, ordinal{}, number(0), number(v.post.n+1))
	case 7:
		v.post = number(max(v.post.n-1, 0))
	case 8:
		v.dev = pick(g, ordinal{}, number(0), number(v.dev.n+1))
	case 9:
		v.dev = number(max(v.dev.n-1, 0))
	case 10:
		v.phase, v.pre = pick(g, final, alpha, beta, candidate), g.small()
		if v.phase == final {
			v.pre = 0
		}
	case 11:
		if v.phase != final {
			v.pre = max(v.pre+pick[int64](g, -1, 1), 0)
		}
	case 12:
		v.release = append(v.release, pick[int64](g, 0, 0, 1, 9))
	case 13:
		v.release[last] = max(v.release[last]+pick[int64](g, -1, 1), 0)
	case 14:
		v.release = v.release[:max(last, 1)]
	}
	return v
}

// around returns n versions that are up to three steps away from one of the given ones.
func (g generator) around(n int, centres ...Version) []Version {
	versions := make([]Version, n)
	for i := range versions {
		v := pick(g, centres...)
		for range g.IntN(4) {
			v = g.near(v)
		}
		versions[i] = v
	}
	return versions
}

// clause returns a clause about v or as much of it as the operator allows.
func (g generator) clause(op operator, v Version) string {
	switch {
	case op == compatible && len(v.release) < 2:
		v.release = append(v.release, g.small())
		v.local = ""
	case (op == equal || op == notEqual) && g.chance(35):
		return string(op) + v.finalRelease().String() + ".*"
	case op != equal && op != notEqual && op != arbitrary:
		v.local = ""
	}
	if op == arbitrary {
		return string(op) + v.String()
	}
	return string(op) + g.spelling(v)
}

// setOperators are those whose meaning is a set of versions, that is, all but "===".
func setOperators() []operator {
	return []operator{compatible, equal, notEqual, lessEqual, greaterEqual, less, greater, greaterEqual, less, notEqual}
}

// specifiers returns a set of up to four clauses about neighbours, and their versions.
func (g generator) specifiers(centre Version) (text string, about []Version) {
	var clauses []string
	for range pick(g, 1, 1, 1, 2, 2, 3, 4) {
		v := g.around(1, centre)[0]
		about = append(about, v)
		clauses = append(clauses, g.clause(pick(g, setOperators()...), v))
	}
	return strings.Join(clauses, pick(g, ",", ", ", " ,")), about
}

// spelling returns one of the many ways to write v.
func (g generator) spelling(v Version) string {
	if g.chance(70) {
		return v.String()
	}
	var b strings.Builder
	b.WriteString(pick(g, "", "", "v", "V"))
	if v.epoch != 0 || g.chance(10) {
		fmt.Fprintf(&b, "%d!", v.epoch)
	}
	b.WriteString(v.releaseString())
	separator := func() string { return pick(g, "", ".", "-", "_") }
	if v.phase != final {
		words := [...][]string{alpha: {"a", "alpha", "A"}, beta: {"b", "beta", "BETA"}, candidate: {"c", "rc", "pre", "preview", "RC"}}
		fmt.Fprint(&b, separator(), pick(g, words[v.phase]...), separator(), v.pre)
	}
	if v.post.set {
		fmt.Fprint(&b, separator(), pick(g, "post", "rev", "r", "POST"), separator(), v.post.n)
	}
	if v.dev.set {
		fmt.Fprint(&b, separator(), pick(g, "dev", "Dev"), separator(), v.dev.n)
	}
	if v.local != "" {
		b.WriteString("+" + strings.ReplaceAll(strings.ToUpper(v.local), ".", pick(g, ".", "-", "_")))
	}
	return b.String()
}

func mustParse(tb testing.TB, text string) Version {
	tb.Helper()
	v, err := Parse(text)
	if err != nil {
		tb.Fatal(err)
	}
	return v
}

func mustSpecifiers(tb testing.TB, text string) Specifiers {
	tb.Helper()
	s, err := ParseSpecifiers(text)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}
