package pep440

import "testing"

// A relation is two sets with all that can be said about them, and versions to test it on.
type relation struct {
	left, right         string
	l, r                Set
	intersection, union Set
	difference          Set // left without right
	outside             Set // everything without the union
	pool                []Version
}

func newRelation(t *testing.T, left, right string) *relation {
	t.Helper()
	l, r := mustSpecifiers(t, left).Set(), mustSpecifiers(t, right).Set()
	return &relation{
		left: left, right: right, l: l, r: r,
		intersection: l.Intersect(r),
		union:        l.Union(r),
		difference:   l.Intersect(r.Complement()),
		outside:      l.Union(r).Complement(),
	}
}

// addPool adds versions to the pool, and a witness of every set that is not empty.
func (r *relation) addPool(t *testing.T, versions []Version) {
	t.Helper()
	for _, s := range []Set{r.l, r.r, r.intersection, r.union, r.difference, r.outside} {
		w, ok := s.witness()
		if ok == s.IsEmpty() || ok && !s.Contains(w) {
			t.Errorf("%q, %q: witness of %s is %s, %t", r.left, r.right, s, w, ok)
		}
		if ok {
			r.pool = append(r.pool, w)
		}
	}
	r.pool = append(r.pool, versions...)
}

// checkPool holds the sets against the membership of the pool that somebody else has decided.
// A set that is not empty must have a member in the pool, because its witness is there.
func (r *relation) checkPool(t *testing.T, inLeft, inRight string) {
	t.Helper()
	decided := func(op func(inL, inR bool) bool) string {
		i := -1
		return membership(r.pool, func(Version) bool { i++; return op(inLeft[i] == '1', inRight[i] == '1') })
	}
	for _, c := range []struct {
		name string
		set  Set
		want string
	}{
		{"left", r.l, inLeft},
		{"right", r.r, inRight},
		{"complement", r.l.Complement(), decided(func(inL, _ bool) bool { return !inL })},
		{"intersection", r.intersection, decided(func(inL, inR bool) bool { return inL && inR })},
		{"union", r.union, decided(func(inL, inR bool) bool { return inL || inR })},
		{"difference", r.difference, decided(func(inL, inR bool) bool { return inL && !inR })},
		{"outside", r.outside, decided(func(inL, inR bool) bool { return !inL && !inR })},
	} {
		if got := membership(r.pool, c.set.Contains); got != c.want {
			t.Errorf("%s of %q and %q, %s, on %s:\ngot  %s\nwant %s", c.name, r.left, r.right, c.set, texts(r.pool), got, c.want)
		}
	}
	r.checkClaims(t, inLeft, inRight)
}

// checkClaims checks the relations on the pool: a claim that something exists needs an example there,
// a claim that nothing does allows none.
func (r *relation) checkClaims(t *testing.T, inLeft, inRight string) {
	t.Helper()
	var left, both, onlyLeft, onlyRight bool
	for i := range r.pool {
		inL, inR := inLeft[i] == '1', inRight[i] == '1'
		left = left || inL
		both = both || inL && inR
		onlyLeft = onlyLeft || inL && !inR
		onlyRight = onlyRight || !inL && inR
	}
	for _, c := range []struct {
		name        string
		claim, want bool
	}{
		{"left is empty", r.l.IsEmpty(), !left},
		{"left is a subset", r.l.Subset(r.r), !onlyLeft},
		{"disjoint", r.l.disjoint(r.r), !both},
	} {
		if c.claim != c.want {
			t.Errorf("%q and %q: %s: %t, but the pool %s says %t", r.left, r.right, c.name, c.claim, texts(r.pool), c.want)
		}
	}
	if r.l.Equal(r.r) && (onlyLeft || onlyRight) {
		t.Errorf("%q and %q are called equal, but %s are not", r.left, r.right, texts(r.pool))
	}
	if r.l.Equal(r.r) != (r.l.Subset(r.r) && r.r.Subset(r.l)) {
		t.Errorf("%q and %q: Equal and Subset contradict each other", r.left, r.right)
	}
}

// checkRelations compares with packaging's own set algebra.
func (r *relation) checkRelations(t *testing.T, want []any) {
	t.Helper()
	for i, c := range []struct {
		name string
		got  bool
	}{
		{"left is empty", r.l.IsEmpty()},
		{"left is a subset", r.l.Subset(r.r)},
		{"disjoint", r.l.disjoint(r.r)},
		{"equal", r.l.Equal(r.r)},
		{"the union is everything", r.union.Equal(All())},
	} {
		if c.got != want[i] {
			t.Errorf("%q and %q: %s: %t, packaging: %t", r.left, r.right, c.name, c.got, want[i])
		}
	}
}

// count counts the relations that hold, so that the log shows that none of them is rare.
func (r *relation) count(seen map[string]int) {
	for name, holds := range map[string]bool{
		"left empty": r.l.IsEmpty(), "subset": r.l.Subset(r.r), "disjoint": r.l.disjoint(r.r),
		"equal": r.l.Equal(r.r), "everything": r.union.Equal(All()), "all": true,
	} {
		if holds {
			seen[name]++
		}
	}
}
