package policy

import "iter"

// A model is a policy as it is written: what each layer says, before resolution.
type model struct {
	defaults settings
	backends []backend // parallel to Policy.Backends
	phases   []phase   // in the order that they run
	requires []stated
}

// layers yields every layer of the policy.
func (m *model) layers() iter.Seq[settings] {
	return func(yield func(settings) bool) {
		all := []settings{m.defaults}
		for _, x := range m.backends {
			all = append(all, x.settings)
		}
		for _, ph := range m.phases {
			all = append(all, ph.settings)
			for _, name := range ph.boundNames {
				all = append(all, ph.bound[name.name].settings)
			}
		}
		for _, s := range all {
			if !yield(s) {
				return
			}
		}
	}
}

// A backend is the layer of one backend.
type backend struct {
	settings settings
	requires []stated
}

// A phase is the layer of one phase.
type phase struct {
	Phase
	path         string
	settings     settings
	paths        []Setting[string]
	rest         Setting[bool]
	markers      Setting[string]
	keywords     Setting[string]
	serial       Setting[bool]
	serialMarker Setting[string]
	allowEmpty   Setting[bool]
	required     Setting[bool]
	bound        map[string]boundPhase // by backend
	boundNames   []*node               // the places of the names in bound
}

// A boundPhase is the layer of one phase under one backend.
type boundPhase struct {
	settings settings
	enabled  Setting[bool]
}

// runsUnder reports whether the phase runs under the backend.
func (ph phase) runsUnder(backend string) bool {
	e := ph.bound[backend].enabled
	return !e.IsSet() || e.Value
}
