package generate

import (
	"cmp"
	"runtime"
	"sync"
	"sync/atomic"
)

// parallel calls do with 0 to n-1 on all processors and returns the error of the lowest of those calls. After an error no more are begun.
func parallel(n int, do func(i int) error) error {
	errs := make([]error, n)
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		workers.Go(func() {
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				if errs[i] = do(int(i)); errs[i] != nil {
					next.Store(int64(n))
				}
			}
		})
	}
	workers.Wait()
	return cmp.Or(errs...)
}
