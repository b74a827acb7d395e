package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"reflect"
	"slices"
	"strconv"

	"policygen/internal/finding"
)

// Digest returns the SHA-256 of what the policy resolves to, in hexadecimal: the same for policies that differ
// only in comments, formatting, files or the order of settings. Facts count as far as a plan depends on them.
func (p *Policy) Digest() string {
	sum := sha256.Sum256(appendValue(nil, reflect.ValueOf([]any{
		p.Project, p.Gate, p.Runner, p.DefaultBackend, p.Backends, p.Phases, p.usedCI(), p.Targets, p.plans,
	})))
	return hex.EncodeToString(sum[:])
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

// appendValue appends a value without its positions and what only repeats a field beside it (tagged digest:"-"),
// so that no two different values append the same bytes.
func appendValue(b []byte, v reflect.Value) []byte {
	if !v.IsValid() {
		return append(b, "nothing;"...)
	}
	if v.Type().Implements(stringerType) {
		return strconv.AppendQuote(b, v.Interface().(fmt.Stringer).String())
	}
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		b = appendValue(b, v.Elem())
	case reflect.Slice:
		b = fmt.Appendf(b, "[%d:", v.Len())
		for i := range v.Len() {
			b = appendValue(b, v.Index(i))
		}
	case reflect.Struct:
		b = append(b, '{')
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.Type != positionType && f.IsExported() && f.Tag.Get("digest") != "-" {
				b = append(append(b, f.Name...), ':')
				b = appendValue(b, v.Field(i))
			}
		}
		b = append(b, '}')
	case reflect.String:
		b = append(strconv.AppendQuote(append(b, "string "...), v.String()), ';')
	default:
		b = fmt.Appendf(b, "%s %#v;", v.Kind(), v.Interface())
	}
	return b
}

var (
	stringerType = reflect.TypeFor[fmt.Stringer]()
	positionType = reflect.TypeFor[finding.Position]()
)
