package policy

import (
	"fmt"
	"runtime/metrics"
	"time"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/cuecontext"

	"policygen/internal/finding"
)

// What the evaluation of a policy may cost. The policy of a thousand backends takes a tenth of it.
const (
	// evalLimit is how long the evaluation may take.
	evalLimit = 5 * time.Second
	// evalMemory is by how many bytes the heap may grow during the evaluation.
	evalMemory = 1 << 30
)

// limits are the bounds in force, which tests lower.
type limits struct {
	time   time.Duration
	memory uint64
}

// build makes one CUE value of all files, as if they were one package.
func buildValue(files []file) (cue.Value, error) {
	instance := build.NewContext().NewInstance("", nil)
	for _, f := range files {
		if err := instance.AddSyntax(f.tree); err != nil {
			return cue.Value{}, err
		}
	}
	if err := instance.Complete(); err != nil {
		return cue.Value{}, err
	}
	return cuecontext.New().BuildInstance(instance), nil
}

// guarded runs work within the limits. CUE's evaluation can't be cancelled, so work that goes over them is left
// running: whoever gets a finding from here should end the process soon.
func guarded[T any](l limits, at finding.Position, work func() T) (T, finding.List) {
	type outcome struct {
		value T
		panic any
	}
	done := make(chan outcome, 1)
	go func() {
		var o outcome
		defer func() {
			o.panic = recover()
			done <- o
		}()
		o.value = work()
	}()
	start, heap := time.Now(), heapSize()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	var none T
	for {
		select {
		case o := <-done:
			if o.panic != nil {
				return none, finding.List{{Position: at, Code: codeLimit, Message: "CUE itself broke down over this policy"}}
			}
			return o.value, nil
		case <-tick.C:
		}
		switch {
		case time.Since(start) > l.time:
			return none, overLimit(at, fmt.Sprintf("takes longer than %v", l.time))
		case heapSize() > heap+l.memory:
			return none, overLimit(at, fmt.Sprintf("needs more than %d MiB of memory", l.memory>>20))
		}
	}
}

func overLimit(at finding.Position, what string) finding.List {
	return finding.List{{
		Position: at, Code: codeLimit, Message: "the evaluation of this policy " + what,
		Help: "look for values that double with each step: alternatives of alternatives, lists made of lists",
	}}
}

// heapSize returns the bytes that objects on the heap occupy.
func heapSize() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
