package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"policygen/internal/finding"
)

// settings is what one layer says.
type settings struct {
	layer        Layer
	bad          bool // something of the layer could not be read, so conclusions from it may be wrong
	workers      Setting[string]
	max          Setting[int]
	flag, env    Setting[Beyond]
	dist         Setting[string]
	restart      Setting[int]
	timeout      Setting[time.Duration]
	testLimit    Setting[time.Duration]
	method       Setting[string]
	faulthandler Setting[time.Duration]
	vars         []EnvVar
	args         []Setting[string]
	because      []reason
}

// settings reads the layer that stands at n, which may be nil.
func (b *builder) settings(n *node, layer Layer) settings {
	s := settings{layer: layer}
	if n == nil {
		return s
	}
	s.bad = n.bad
	b.workers(n.get("workers"), &s)
	s.dist = text[string](b, n.get("dist"), layer)
	s.restart = whole(b, n.get("maxWorkerRestart"), layer)
	s.timeout = b.duration(n.get("timeout"), layer)
	s.testLimit = b.duration(n.get("testTimeout", "limit"), layer)
	s.method = text[string](b, n.get("testTimeout", "method"), layer)
	s.faulthandler = b.duration(n.get("faulthandlerTimeout"), layer)
	s.vars = b.vars(n, layer)
	s.args = b.args(n.get("args"), layer)
	s.because = b.because(n, layer)
	return s
}

func (b *builder) workers(n *node, s *settings) {
	s.max = whole(b, n.get("max"), s.layer)
	s.flag = text[Beyond](b, n.get("beyond", "flag"), s.layer)
	s.env = text[Beyond](b, n.get("beyond", "env"), s.layer)
	number, detect := whole(b, n.get("default"), s.layer), text[string](b, n.get("detect"), s.layer)
	switch {
	case number.IsSet() && detect.IsSet():
		b.report(finding.Finding{
			Position: detect.Pos, Code: codeOptions, Path: b.paths[detect.Pos],
			Message: "detect and default exclude each other", Help: "keep one of the two",
			Related: []finding.Related{{Position: number.Pos, Message: "the default stands here"}},
		})
	case number.IsSet():
		s.workers = Setting[string]{Value: fmt.Sprint(number.Value), Layer: s.layer, Pos: number.Pos}
	default:
		s.workers = detect
	}
}

// text returns the text at n as a setting.
func text[T ~string](b *builder, n *node, layer Layer) Setting[T] {
	if n == nil || n.value == nil {
		return Setting[T]{}
	}
	b.paths[n.pos] = n.path
	return Setting[T]{Value: T(n.value.(string)), Layer: layer, Pos: n.pos}
}

// whole returns the number at n as a setting. The schema keeps all numbers far below what an int holds.
func whole(b *builder, n *node, layer Layer) Setting[int] {
	if n == nil || n.value == nil {
		return Setting[int]{}
	}
	b.paths[n.pos] = n.path
	return Setting[int]{Value: int(n.value.(int64)), Layer: layer, Pos: n.pos}
}

// truth returns the truth value at n as a setting.
func truth(b *builder, n *node, layer Layer) Setting[bool] {
	if n == nil || n.value == nil {
		return Setting[bool]{}
	}
	b.paths[n.pos] = n.path
	return Setting[bool]{Value: n.value.(bool), Layer: layer, Pos: n.pos}
}

// duration returns the time limit at n as a setting. None is zero.
func (b *builder) duration(n *node, layer Layer) Setting[time.Duration] {
	d := b.span(n, layer)
	if d.IsSet() && d.Value < time.Millisecond {
		b.reject(n, fmt.Sprintf("%s is not allowed: a limit of nothing stops everything", quote(n.value.(string))), "leave the field out for no limit")
		return Setting[time.Duration]{}
	}
	return d
}

// span returns the duration at n, which may be zero, as a setting.
func (b *builder) span(n *node, layer Layer) Setting[time.Duration] {
	t := text[string](b, n, layer)
	if !t.IsSet() {
		return Setting[time.Duration]{}
	}
	d, err := time.ParseDuration(t.Value)
	if err != nil {
		b.reject(n, fmt.Sprintf("%s is not allowed: the longest duration is %dh", quote(t.Value), time.Duration(1<<63-1)/time.Hour), "")
		return Setting[time.Duration]{}
	}
	return Setting[time.Duration]{Value: d, Layer: layer, Pos: t.Pos}
}

// texts returns the list of texts at n as settings.
func (b *builder) texts(n *node, layer Layer) []Setting[string] {
	if n == nil {
		return nil
	}
	var all []Setting[string]
	for _, item := range n.items {
		if item.value != nil {
			all = append(all, text[string](b, item, layer))
		}
	}
	return all
}

// vars returns the environment variables of a layer by name.
func (b *builder) vars(n *node, layer Layer) []EnvVar {
	var all []EnvVar
	add := func(v EnvVar, at *node) {
		i := slices.IndexFunc(all, func(w EnvVar) bool { return w.Name == v.Name })
		if i < 0 {
			all = append(all, v)
			return
		}
		if all[i].Mode != v.Mode {
			b.report(finding.Finding{
				Position: at.label, Code: codeConflict, Path: at.path,
				Message: fmt.Sprintf("%s stands in %s and in %s", v.Name, envField(v.Mode), envField(all[i].Mode)),
				Related: []finding.Related{{Position: all[i].Pos, Message: "the other one"}}, Help: "keep one of the two",
			})
		}
	}
	for _, mode := range []EnvMode{EnvSet, EnvDefault} {
		if group := n.get(envField(mode)); group != nil {
			for _, f := range group.fields {
				if v := text[string](b, f, layer); v.IsSet() {
					add(EnvVar{Name: f.name, Mode: mode, Setting: v}, f)
				}
			}
		}
	}
	if group := n.get(envField(EnvUnset)); group != nil {
		for _, item := range group.items {
			if name := text[string](b, item, layer); name.IsSet() {
				add(EnvVar{Name: name.Value, Mode: EnvUnset, Setting: Setting[string]{Layer: layer, Pos: name.Pos}}, item)
			}
		}
	}
	slices.SortFunc(all, func(v, w EnvVar) int { return strings.Compare(v.Name, w.Name) })
	return all
}

// envField returns the field of the policy that holds the variables of a mode.
func envField(m EnvMode) string {
	switch m {
	case EnvSet:
		return "env"
	case EnvDefault:
		return "envDefault"
	}
	return "unset"
}

// date returns the day at n, which the schema's pattern lets be a 31st of February.
func (b *builder) date(n *node) string {
	t := text[string](b, n, "").Value
	if t == "" {
		return ""
	}
	if _, err := time.Parse(time.DateOnly, t); err != nil {
		b.reject(n, quote(t)+" is no day of the calendar", "")
		return ""
	}
	return t
}
