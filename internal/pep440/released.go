package pep440

// HasReleases reports whether s holds more than pre-releases and development releases, which an installer takes only where it is told to:
// ">3.6.0,<3.6.1" holds nothing else, and "<3.6.1" does. Local versions count as much as the version they belong to.
func (s Set) HasReleases() bool {
	for i := 0; i < len(s.cuts); i += 2 {
		if !s.witnessIn(i).IsPrerelease() {
			return true
		}
	}
	return false
}
