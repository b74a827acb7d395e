package diagnose

// An idSet is a set of hashes of names. It grows to a bound, so that a log of any length is read in the same memory.
type idSet struct {
	slots []uint64
	used  int
}

const maxIDs = 1 << 19 // of which half a table of 8 MB is used

// add reports whether the hash is new. Beyond the bound everything is.
func (s *idSet) add(sum uint64) bool {
	if sum == 0 {
		sum = 1
	}
	if 2*s.used >= len(s.slots) {
		if s.used >= maxIDs {
			return true
		}
		s.grow()
	}
	if !s.put(sum) {
		return false
	}
	s.used++
	return true
}

func (s *idSet) put(sum uint64) bool {
	mask := uint64(len(s.slots) - 1)
	for i := sum & mask; ; i = (i + 1) & mask {
		switch s.slots[i] {
		case sum:
			return false
		case 0:
			s.slots[i] = sum
			return true
		}
	}
}

func (s *idSet) grow() {
	old := s.slots
	s.slots = make([]uint64, max(1024, 2*len(old)))
	for _, sum := range old {
		if sum != 0 {
			s.put(sum)
		}
	}
}

func (s *idSet) reset() {
	clear(s.slots)
	s.used = 0
}

// pendingTests are tests that were begun and have no result yet: with pytest-xdist few more than there are workers.
type pendingTests struct {
	tests []pendingTest
}

type pendingTest struct {
	sum uint64
	id  []byte
}

func (p *pendingTests) add(sum uint64, id []byte) {
	if len(p.tests) >= maxList {
		return
	}
	if len(p.tests) < cap(p.tests) {
		p.tests = p.tests[:len(p.tests)+1]
	} else {
		p.tests = append(p.tests, pendingTest{})
	}
	last := &p.tests[len(p.tests)-1]
	last.sum, last.id = sum, append(last.id[:0], id...)
}

func (p *pendingTests) remove(sum uint64) {
	for i := range p.tests {
		if p.tests[i].sum == sum {
			last := len(p.tests) - 1
			p.tests[i], p.tests[last] = p.tests[last], p.tests[i]
			p.tests = p.tests[:last]
			return
		}
	}
}

func (p *pendingTests) has(sum uint64) bool {
	for i := range p.tests {
		if p.tests[i].sum == sum {
			return true
		}
	}
	return false
}

func (p *pendingTests) reset() { p.tests = p.tests[:0] }

func (p *pendingTests) names() []string {
	names := []string{}
	for _, t := range p.tests {
		names = append(names, string(t.id))
	}
	return names
}
