package pep440

import "strings"

// witness returns some version of s, or false if s is empty. Equal sets have equal witnesses,
// and [Parse] accepts their String. A witness is a final release if one with few numbers is found in
// any range of s, the first one being preferred; it need not be a release that anybody has published.
func (s Set) witness() (Version, bool) {
	var first Version
	for i := 0; i < len(s.cuts); i += 2 {
		w := s.witnessIn(i)
		if !w.IsPrerelease() && !w.post.set && w.local == "" {
			return w, true
		}
		if i == 0 {
			first = w
		}
	}
	return first, !s.IsEmpty()
}

// witnessIn returns a version of s, sought from the start of the range that begins at s.cuts[i].
// The best witnesses are tried first. One of three is in that range for certain:
//
//   - the start itself where the range begins below it;
//   - the longest release where the range begins above a release: it has zeros wherever the end's
//     release may have the first number that is not the start's;
//   - the local version where the range begins directly above the start: it has more zeros than the
//     end's local segment may go on with.
func (s Set) witnessIn(i int) Version {
	start, end := s.cuts[i].at, s.cuts[i].at
	if i+1 < len(s.cuts) {
		end = s.cuts[i+1].at
	}
	if v := start.finalRelease(); s.Contains(v) {
		return v
	}
	usual := len(start.trimmed().release) + 1 // equal sets must not differ for trailing zeros
	if v, ok := s.findBumped(start, 0, usual); ok {
		return v
	}
	developed := start.public()
	developed.dev = ordinal{}
	for _, v := range [...]Version{developed, start, start.nextPost()} {
		if s.Contains(v) {
			return v
		}
	}
	if v, ok := s.findBumped(start, usual, len(end.release)+1); ok {
		return v
	}
	if v := start.leastLocal(len(end.local)); s.Contains(v) {
		return v
	}
	panic("pep440: no witness in " + s.String())
}

// findBumped returns the shortest release in s that exceeds v's at an index from i up to j.
func (s Set) findBumped(v Version, i, j int) (Version, bool) {
	for n := i; n < j; n++ {
		if b := v.bumped(n); s.Contains(b) {
			return b, true
		}
	}
	return Version{}, false
}

// bumped returns the release that differs from v's in a greater number at index n, and ends there.
func (v Version) bumped(n int) Version {
	release := make([]int64, n+1)
	copy(release, v.release)
	release[n]++
	return Version{epoch: v.epoch, release: release}
}

// nextPost returns the first post-release of v's release or pre-release, or v's next one.
func (v Version) nextPost() Version {
	if v.post.set {
		v.post.n++
	}
	v.post.set, v.dev = true, ordinal{}
	return v.public()
}

// leastLocal returns a local version directly above v, lower than any other above v whose local
// segment has at most n bytes.
func (v Version) leastLocal(n int) Version {
	part := strings.Repeat("0", n) + "a"
	if v.local != "" {
		part = v.local + "." + part
	}
	v.local = part
	return v
}
