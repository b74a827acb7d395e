package policy

import (
	"strings"

	"policygen/internal/finding"
)

// A use is something of pytest or its plugins that a plan uses, and the line of the policy that asks for it.
type use struct {
	what Uses
	pos  finding.Position
}

// uses returns what the plan uses in the spelling of the facts: options bare and with their values, variables, ini keys.
func uses(p Plan) []use {
	var all []use
	flag := func(pos finding.Position, spellings ...string) {
		for _, s := range spellings {
			all = append(all, use{what: Uses{Flag: spelling(s)}, pos: pos})
		}
	}
	if !p.Serial.Value {
		flag(p.Workers.Pos, "-n", "-n="+p.Workers.Value)
	}
	if p.Dist.IsSet() {
		flag(p.Dist.Pos, "--dist", "--dist="+p.Dist.Value)
	}
	if p.Cap.IsSet() {
		flag(p.Cap.Pos, "--maxprocesses")
	}
	if p.Restart.IsSet() {
		flag(p.Restart.Pos, "--max-worker-restart")
	}
	if p.TestLimit.IsSet() {
		flag(p.TestLimit.Pos, "--timeout")
		flag(p.TestLimitMethod.Pos, "--timeout-method", "--timeout-method="+p.TestLimitMethod.Value)
	}
	if p.Markers.IsSet() {
		flag(p.Markers.Pos, "-m")
	}
	if p.Keywords.IsSet() {
		flag(p.Keywords.Pos, "-k")
	}
	if len(p.Ignore) > 0 {
		flag(p.Ignore[0].Pos, "--ignore")
	}
	if f := p.FaulthandlerAfter; f.IsSet() {
		all = append(all, use{what: Uses{Ini: "faulthandler_timeout"}, pos: f.Pos})
	}
	for _, e := range p.Env {
		if e.Mode != EnvUnset {
			all = append(all, use{what: Uses{Env: e.Name}, pos: e.Pos})
		}
	}
	return append(all, argUses(p.Args)...)
}

// argUses returns what the policy's own pytest options use. Which of them take the next word as their value
// isn't known here, so each option counts with and without it.
func argUses(args []Setting[string]) []use {
	var all []use
	for i, a := range args {
		if !strings.HasPrefix(a.Value, "-") {
			continue
		}
		word := spelling(a.Value)
		name, value, attached := strings.Cut(word, "=")
		if !attached && i+1 < len(args) {
			value = args[i+1].Value
		}
		all = append(all, use{what: Uses{Flag: name}, pos: a.Pos})
		if value != "" {
			all = append(all, use{what: Uses{Flag: name + "=" + value}, pos: a.Pos})
		}
		if key, _, ok := strings.Cut(value, "="); ok && (name == "-o" || name == "--override-ini") {
			all = append(all, use{what: Uses{Ini: key}, pos: a.Pos})
		}
	}
	return all
}

// spelling returns an option as the facts are compared by: its value, if any, after an equals sign.
func spelling(option string) string {
	option = strings.Replace(option, " ", "=", 1)
	if len(option) > 2 && option[0] == '-' && option[1] != '-' && option[2] != '=' {
		return option[:2] + "=" + option[2:]
	}
	return option
}
