package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"reflect"
	"slices"

	"policygen/internal/finding"
)

// Digest returns the SHA-256 of what the policy resolves to, in hexadecimal: the same for policies that differ
// only in comments, formatting, files or the order of settings. Facts count as far as a plan depends on them.
func (p *Policy) Digest() string {
	h := sha256.New()
	writeValue(h, reflect.ValueOf([]any{
		p.Project, p.Gate, p.Runner, p.DefaultBackend, p.Backends, p.Phases, p.usedCI(), p.Targets, p.plans,
	}))
	return hex.EncodeToString(h.Sum(nil))
}

// usedCI returns the policy's CI with the actions that something is rendered with.
func (p *Policy) usedCI() *CI {
	if p.CI == nil || slices.ContainsFunc(p.Targets, func(t Target) bool { return t.Kind == githubKind }) {
		return p.CI
	}
	ci := *p.CI
	ci.Actions = nil
	return &ci
}

// writeValue writes a value without its positions and what only repeats a field beside it (tagged digest:"-"),
// so that no two different values write the same bytes.
func writeValue(w io.Writer, v reflect.Value) {
	if !v.IsValid() {
		fmt.Fprint(w, "nothing;")
		return
	}
	if s, ok := v.Interface().(fmt.Stringer); ok {
		fmt.Fprintf(w, "%q", s.String())
		return
	}
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		writeValue(w, v.Elem())
	case reflect.Slice:
		fmt.Fprintf(w, "[%d:", v.Len())
		for i := range v.Len() {
			writeValue(w, v.Index(i))
		}
	case reflect.Struct:
		fmt.Fprint(w, "{")
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.Type != reflect.TypeFor[finding.Position]() && f.IsExported() && f.Tag.Get("digest") != "-" {
				fmt.Fprintf(w, "%s:", f.Name)
				writeValue(w, v.Field(i))
			}
		}
		fmt.Fprint(w, "}")
	default:
		fmt.Fprintf(w, "%s %#v;", v.Kind(), v.Interface())
	}
}
