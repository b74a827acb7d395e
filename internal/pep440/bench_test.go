package pep440

import "testing"

func BenchmarkParse(b *testing.B) {
	for _, text := range []string{"3.6.1", "1!2.0rc1.post2.dev3+ubuntu.1"} {
		b.Run(text, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Parse(text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCompare(b *testing.B) {
	v, w := mustParse(b, "3.6.0"), mustParse(b, "3.6.0.post1")
	for b.Loop() {
		v.Compare(w)
	}
}

func BenchmarkParseSpecifiers(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseSpecifiers(">=3.2.1,!=3.6.0,<4"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkContains(b *testing.B) {
	s, v := mustSpecifiers(b, ">=3.2.1,!=3.6.0,<4"), mustParse(b, "3.6.1")
	set := s.Set()
	b.Run("specifiers", func(b *testing.B) {
		for b.Loop() {
			s.Contains(v, true)
		}
	})
	b.Run("set", func(b *testing.B) {
		for b.Loop() {
			set.Contains(v)
		}
	})
}

func BenchmarkSubset(b *testing.B) {
	pin := mustSpecifiers(b, ">=3.5,<4").Set()
	policy := mustSpecifiers(b, ">=3.2.1,!=3.6.0").Set()
	b.ReportAllocs()
	for b.Loop() {
		pin.Subset(policy)
	}
}

func BenchmarkWitness(b *testing.B) {
	set := mustSpecifiers(b, ">3.5,<3.6,!=3.5.1").Set()
	b.ReportAllocs()
	for b.Loop() {
		set.witness()
	}
}
