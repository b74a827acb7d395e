package generate

import (
	"context"
	"fmt"
	"runtime"

	"golang.org/x/sync/errgroup"
)

// verify parses the script and holds it against the model of its command line. An error is a defect of policygen.
func (w *wrapper) verify() error {
	if err := w.parse(); err != nil {
		return err
	}
	return w.verifyCalls()
}

// verifyCalls simulates the script for every backend and every class of input and compares what it does with the model.
// The error shows a call on which the two differ.
func (w *wrapper) verifyCalls() error {
	m := newModel(w.input, scriptName(w.Path), rootFrom(w.Path))
	all := calls(w.input, rootFrom(w.Path))
	group, ctx := errgroup.WithContext(context.Background())
	group.SetLimit(runtime.GOMAXPROCS(0))
	for _, c := range all {
		group.Go(func() error {
			if ctx.Err() != nil {
				return nil // another one failed
			}
			return w.verifyCall(m, c)
		})
	}
	return group.Wait()
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
