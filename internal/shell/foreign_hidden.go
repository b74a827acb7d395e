package shell

import (
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// lookAhead notes once what the unit does with the statuses of commands, so that observations only read it.
func (u *unit) lookAhead() {
	u.facts = map[*syntax.Stmt]bool{}
	syntax.Walk(u.file, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.ParamExp:
			if n.Param != nil && strings.EqualFold(n.Param.Value, "PIPESTATUS") {
				u.pipes = true
			}
		case *syntax.CallExpr:
			if len(n.Args) > 0 && n.Args[0].Lit() == "wait" && (len(n.Args) > 1) {
				u.waits = true
			}
		}
		return true
	})
	for _, st := range u.file.Stmts {
		u.noteStatus(st)
	}
}

// noteStatus notes for a statement and those in it whether they look at $?. A statement does where one in it does.
func (u *unit) noteStatus(st *syntax.Stmt) {
	var open []*syntax.Stmt
	syntax.Walk(st, func(n syntax.Node) bool {
		switch n := n.(type) {
		case nil:
			if len(open) > 0 {
				open = open[:len(open)-1]
			}
			return true
		case *syntax.Stmt:
			open = append(open, n)
			return true
		case *syntax.ParamExp:
			if n.Param != nil && (n.Param.Value == "?" || strings.EqualFold(n.Param.Value, "PIPESTATUS")) {
				u.mark(open)
			}
		case *syntax.CallExpr:
			if len(n.Args) == 1 && (n.Args[0].Lit() == "exit" || n.Args[0].Lit() == "return") {
				u.mark(open)
			}
		}
		open = append(open, nil)
		return true
	})
}

func (u *unit) mark(open []*syntax.Stmt) {
	for _, st := range open {
		if st != nil {
			u.facts[st] = true
		}
	}
}

func (u *unit) looksAtStatus(st *syntax.Stmt) bool { return u.facts[st] }

// stopsOnError reports whether a command that fails here ends the script, or runs an ERR trap that may.
func (s *shell) stopsOnError() bool {
	return s.opts.errExit && s.tested == 0 || s.traps["ERR"].code != ""
}

// goesOn tells how the status of a statement is lost when others follow it, or "".
func (s *shell) goesOn(st *syntax.Stmt, rest []*syntax.Stmt) string {
	if s.stopsOnError() || s.unit.looksAtStatus(rest[0]) || st.Background || slices.ContainsFunc(rest[:min(len(rest), 20)], fails) {
		return ""
	}
	switch c := st.Cmd.(type) {
	case *syntax.FuncDecl, *syntax.ArithmCmd, *syntax.TestClause:
		return ""
	case *syntax.CallExpr:
		if len(c.Args) > 0 && (c.Args[0].Lit() == "exec" || c.Args[0].Lit() == "exit") {
			return ""
		}
	}
	return "the script goes on after it, without set -e or a look at $?"
}

// fails reports whether a statement leaves the script or function with a status that is no success, whatever came before.
func fails(st *syntax.Stmt) bool {
	c, ok := st.Cmd.(*syntax.CallExpr)
	if !ok || len(c.Args) != 2 || c.Args[0].Lit() != "exit" && c.Args[0].Lit() != "return" {
		return false
	}
	n, err := strconv.Atoi(c.Args[1].Lit())
	return err == nil && n != 0
}

// swallows tells how a status is lost by what stands behind ||. A return gives it on to what may hide it.
func swallows(y *syntax.Stmt, outer string) string {
	if name := onlyPrinting(y); name != "" {
		return "|| " + name
	}
	if c, ok := y.Cmd.(*syntax.CallExpr); ok && len(c.Args) > 0 && c.Args[0].Lit() == "return" {
		return outer
	}
	return ""
}

// onlyPrinting is the name of the command of a statement that always succeeds and keeps no status, or "".
func onlyPrinting(st *syntax.Stmt) string {
	c, ok := st.Cmd.(*syntax.CallExpr)
	if !ok || len(c.Args) == 0 || len(c.Assigns) > 0 || st.Negated {
		return ""
	}
	switch name := c.Args[0].Lit(); name {
	case "true", ":", "echo", "printf":
		return name
	}
	return ""
}

// onlyPrints tells that the condition of an if is of no consequence, since all of its branches only print.
func (s *shell) onlyPrints(cm *syntax.IfClause) string {
	for c := cm; c != nil; c = c.Else {
		for _, st := range c.Then {
			if onlyPrinting(st) == "" || s.unit.looksAtStatus(st) {
				return ""
			}
		}
	}
	return "an if whose branches only print"
}
