package shell

import (
	"maps"
	"slices"

	"mvdan.cc/sh/v3/syntax"
)

// functions are the names of the functions that a script declares anywhere.
func functions(file *syntax.File) map[string]bool {
	names := map[string]bool{}
	syntax.Walk(file, func(n syntax.Node) bool {
		if f, ok := n.(*syntax.FuncDecl); ok && f.Name != nil {
			names[f.Name.Value] = true
		}
		return true
	})
	return names
}

// calls are the functions that each function calls by name, with the place of one call.
func (s *Script) calls() map[string]map[string]syntax.Pos {
	all := map[string]map[string]syntax.Pos{}
	syntax.Walk(s.file, func(n syntax.Node) bool {
		f, ok := n.(*syntax.FuncDecl)
		if !ok {
			return true
		}
		if all[f.Name.Value] == nil {
			all[f.Name.Value] = map[string]syntax.Pos{}
		}
		s.callsWithin(f.Body, all[f.Name.Value])
		return true
	})
	return all
}

func (s *Script) callsWithin(body *syntax.Stmt, calls map[string]syntax.Pos) {
	syntax.Walk(body, func(n syntax.Node) bool {
		c, ok := n.(*syntax.CallExpr)
		if !ok || len(c.Args) == 0 {
			return true
		}
		if name := c.Args[0].Lit(); s.functions[name] {
			calls[name] = c.Pos()
		}
		return true
	})
}

// vetRecursion refuses functions that call themselves, directly or not: the interpreter's stack is that of the process.
// A function is only ever called by its bare name, which [simulation.call] sees to.
func (s *Script) vetRecursion() error {
	calls := s.calls()
	state := map[string]int{} // 1: being looked at, 2: done
	var visit func(name string) error
	visit = func(name string) error {
		state[name] = 1
		for _, callee := range slices.Sorted(maps.Keys(calls[name])) {
			if state[callee] == 1 {
				return s.refuse(calls[name][callee], "function %s calls itself by way of this; recursion is not simulated", callee)
			}
			if state[callee] == 0 {
				if err := visit(callee); err != nil {
					return err
				}
			}
		}
		state[name] = 2
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(calls)) {
		if state[name] == 0 {
			if err := visit(name); err != nil {
				return err
			}
		}
	}
	return nil
}
