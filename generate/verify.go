package generate

import (
	"cmp"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
)

// verify simulates the script for every backend and every class of input and compares what it does with the
// model of the command line. The error shows the first call on which the two differ; it is a defect of policygen.
func (w *wrapper) verify() error {
	m := newModel(w.input, scriptName(w.Path), rootFrom(w.Path))
	all := calls(w.input, rootFrom(w.Path))
	errs := make([]error, len(all))
	var next atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(all)); i = next.Add(1) - 1 {
				if errs[i] = w.verifyCall(m, all[i]); errs[i] != nil {
					next.Store(int64(len(all))) // the others need not go on
				}
			}
		})
	}
	workers.Wait()
	return cmp.Or(errs...)
}

func (w *wrapper) verifyCall(m model, c wrapperCall) error {
	got, err := w.simulate(c)
	if err != nil {
		return fmt.Errorf("simulating %s: %w", c, err)
	}
	if diff := m.Run(c).diff(got); diff != "" {
		return fmt.Errorf("the script and the model of its command line differ on %s:\n%s", c, diff)
	}
	return nil
}
