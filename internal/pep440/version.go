package pep440

import (
	"strconv"
	"strings"
)

// A Version is one Python version, such as 1!2.0rc1.post2.dev3+ubuntu.1.
// The zero Version is the version 0. Versions are immutable; compare them with [Version.Compare],
// because equal versions may be spelt with different numbers of trailing zeros.
type Version struct {
	epoch   int64
	release []int64 // as written, trailing zeros included; nil means 0
	phase   phase
	pre     int64 // number of the phase
	post    ordinal
	dev     ordinal
	local   string // normalised, without "+"; empty if there is none
}

// A phase is the kind of a pre-release, in the order of the versions.
type phase int8

const (
	final phase = iota // no pre-release segment
	alpha
	beta
	candidate
)

// String returns the normalised letters of the segment.
func (p phase) String() string { return [...]string{"", "a", "b", "rc"}[p] }

// An ordinal is the number of a segment that may be absent; the zero ordinal is absent.
type ordinal struct {
	set bool
	n   int64
}

func number(n int64) ordinal { return ordinal{set: true, n: n} }

// String returns the normalised spelling. Trailing zeros of the release are kept, so that
// String differs for versions that compare equal, as it does in packaging.
func (v Version) String() string {
	var b strings.Builder
	if v.epoch != 0 {
		b.WriteString(strconv.FormatInt(v.epoch, 10) + "!")
	}
	b.WriteString(v.releaseString())
	if v.phase != final {
		b.WriteString(v.phase.String() + strconv.FormatInt(v.pre, 10))
	}
	if v.post.set {
		b.WriteString(".post" + strconv.FormatInt(v.post.n, 10))
	}
	if v.dev.set {
		b.WriteString(".dev" + strconv.FormatInt(v.dev.n, 10))
	}
	if v.local != "" {
		b.WriteString("+" + v.local)
	}
	return b.String()
}

func (v Version) releaseString() string {
	if len(v.release) == 0 {
		return "0"
	}
	var b []byte
	for i, n := range v.release {
		if i > 0 {
			b = append(b, '.')
		}
		b = strconv.AppendInt(b, n, 10)
	}
	return string(b)
}

// IsPrerelease reports whether v is an alpha, a beta, a release candidate, or a development release
// of anything. A post-release of a pre-release is a pre-release too.
func (v Version) IsPrerelease() bool { return v.phase != final || v.dev.set }

// public returns v without its local segment.
func (v Version) public() Version {
	v.local = ""
	return v
}

// base returns the version of which v may be a post-release, development release or local version.
func (v Version) base() Version {
	v.post, v.dev, v.local = ordinal{}, ordinal{}, ""
	return v
}

// finalRelease returns the version that has nothing but v's epoch and release.
func (v Version) finalRelease() Version { return Version{epoch: v.epoch, release: v.release} }

// firstDev returns v's earliest development release.
func (v Version) firstDev() Version {
	v.dev, v.local = number(0), ""
	return v
}

// component returns the number at index i of the release, which is 0 beyond its end.
func (v Version) component(i int) int64 {
	if i < len(v.release) {
		return v.release[i]
	}
	return 0
}

// trimmed returns v without the trailing zeros of its release, of which at least one number stays.
func (v Version) trimmed() Version {
	n := len(v.release)
	for n > 1 && v.release[n-1] == 0 {
		n--
	}
	v.release = v.release[:n:n]
	return v
}
