package pytest

import (
	"strconv"
	"strings"
)

// distribution is the state of pytest-xdist's options while its pytest_cmdline_main goes through them.
type distribution struct {
	n, dist, tx Value // tx: the number of workers that --tx asks for
	number      int   // of n, where it is a number
	known       bool  // n is a number
	pdb, load   bool
	max         Value
	limit       int // of max; 0 is none
}

// distribute fills in what pytest-xdist makes of the options: how many workers are started, and how tests are given to them.
func (r *resolver) distribute(s *Settings) {
	s.Dist = Value{Text: "no", Unknown: r.open()}
	s.Workers = Value{Text: "0", Unknown: r.open()}
	if by, off := r.plugins.blocked["xdist"]; off {
		s.Workers.Pos = by.Pos
		s.Dist.Pos = by.Pos
		return
	}
	if !r.plugins.has("xdist") {
		return
	}
	s.NumProcesses, s.MaxProcesses = r.last("numprocesses"), r.last("maxprocesses")
	d := &distribution{n: s.NumProcesses, max: s.MaxProcesses, dist: s.Dist}
	if asked := lastOf(r.parsed, "dist"); asked.dest != "" {
		d.dist = r.valueOf(asked)
	}
	s.Tx = r.txs()
	d.tx = countTx(s.Tx, r.open())
	d.pdb, d.load = lastOf(r.parsed, "usepdb").dest != "", lastOf(r.parsed, "distload").dest != ""
	d.limit, _ = pythonInt(d.max.Text)
	r.cmdlineMain(d)
	s.Workers, s.Dist = d.workers(), d.dist
	if d.pdb && lastOf(r.parsed, "collectonly").dest == "" && d.refusesPdb(r.rel) {
		r.refuse("--pdb is incompatible with workers; -n 0 turns them off")
	}
	if len(s.Tx) > 0 && d.dist.Text != "no" && d.tx.Text == "0" && len(d.tx.Unknown) == 0 && d.n.Text == "" {
		r.refuse("--tx asks for no environment at all")
	}
	s.MaxWorkerRestart = r.maxWorkerRestart(d)
}

// cmdlineMain is the order of decisions in xdist. Since 3.6.0 -d comes first and -n 0 turns off --dist and --tx.
func (r *resolver) cmdlineMain(d *distribution) {
	since36 := atLeast(r.rel.Xdist, "3.6")
	if since36 {
		r.distload(d)
	}
	r.count(d)
	zero := d.known && d.number == 0
	switch {
	case d.n.Text != "" && !zero:
		r.startN(d)
	case zero && since36:
		d.dist = with(d.n, "no")
		d.tx = with(d.n, "0")
	}
	if !since36 {
		r.distload(d)
	}
}

// distload is -d.
func (r *resolver) distload(d *distribution) {
	if d.load {
		d.dist = r.valueOf(lastOf(r.parsed, "distload"))
		d.dist.Text = "load"
	}
}

// count finds out what number -n is: with --pdb auto and logical are none, and PYTEST_XDIST_AUTO_NUM_WORKERS may say how many they are.
func (r *resolver) count(d *distribution) {
	if d.n.Text == "auto" || d.n.Text == "logical" {
		env := r.inv.Env["PYTEST_XDIST_AUTO_NUM_WORKERS"]
		n, valid := pythonInt(env)
		switch {
		case d.pdb:
			d.dist = with(d.n, "no")
			d.n.Text = "0"
		case len(Unknowns(env)) > 0:
			d.n = Value{Text: env, From: Environment, Unknown: merge(d.n.Unknown, Unknowns(env))}
		case valid:
			d.n = Value{Text: strconv.Itoa(n), From: Environment, Unknown: d.n.Unknown}
		}
	}
	d.number, d.known = pythonInt(d.n.Text)
}

// startN makes -n into environments for tests.
func (r *resolver) startN(d *distribution) {
	if d.dist.Text == "no" {
		d.dist = with(d.n, "load")
	}
	d.tx = d.n
	if !d.known {
		return
	}
	n := d.number
	if d.limit != 0 && d.limit < n {
		n = d.limit
		d.tx = Value{Pos: d.max.Pos, From: d.max.From, Unknown: merge(d.n.Unknown, d.max.Unknown)}
	}
	d.tx.Text = strconv.Itoa(max(n, 0))
	d.tx.Unknown = merge(d.tx.Unknown, Unknowns(d.max.Text))
}

// workers returns how many workers are started.
func (d *distribution) workers() Value {
	if d.dist.Text == "no" {
		v := d.dist
		v.Text = "0"
		return v
	}
	return d.tx
}

// refusesPdb reports whether xdist refuses --pdb. Before 3.6.0 --dist alone was enough for that.
func (d *distribution) refusesPdb(rel Releases) bool {
	if len(d.dist.Unknown) > 0 || len(d.tx.Unknown) > 0 {
		return false
	}
	return d.dist.Text != "no" && (d.tx.Text != "0" || !atLeast(rel.Xdist, "3.6"))
}

// with returns a value that follows from another one.
func with(v Value, text string) Value {
	v.Text = text
	return v
}

// txs returns the values of --tx.
func (r *resolver) txs() []Value {
	var list []Value
	for _, e := range r.parsed.events {
		if e.dest == "tx" {
			list = append(list, r.valueOf(e))
		}
	}
	return list
}

// countTx returns how many workers the values of --tx ask for: N*SPEC is N of them.
func countTx(specs []Value, open []string) Value {
	v := Value{Unknown: open}
	n := 0
	for _, spec := range specs {
		times, repeats := repeated(spec.Text)
		if !repeats {
			times = 1
		}
		n += max(times, 0)
		v.Pos, v.From, v.Unknown = spec.Pos, spec.From, merge(v.Unknown, spec.Unknown)
	}
	v.Text = strconv.Itoa(n)
	return v
}

// repeated returns how often a value of --tx asks for its environment.
func repeated(spec string) (times int, is bool) {
	before, _, found := strings.Cut(spec, "*")
	if !found && spec != "" {
		before = spec[:len(spec)-1] // as xdist does: the text up to the position -1
	}
	return pythonInt(before)
}

// restartsPerProcess is xdist's default limit of crashed workers that are replaced, for each process that -n asks for.
const restartsPerProcess = 4

// maxWorkerRestart returns how many crashed workers are replaced.
func (r *resolver) maxWorkerRestart(d *distribution) Value {
	v := r.last("maxworkerrestart")
	if v.Text == "" && d.known && d.number != 0 {
		v.Text = strconv.Itoa(d.number * restartsPerProcess)
		v.Unknown = merge(v.Unknown, d.n.Unknown)
	}
	return v
}
