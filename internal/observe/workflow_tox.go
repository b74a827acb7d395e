package observe

import (
	"regexp"
	"strings"

	"policygen/internal/source"
)

// toxWorkflow is a workflow for others to call that runs tox once for each item of its input "envs", as the projects around Astropy do
// (https://github-actions-workflows.openastronomy.org/en/stable/tox.html).
const toxWorkflow = "openastronomy/github-actions-workflows/.github/workflows/tox.yml"

var (
	toxItem     = regexp.MustCompile(`^[ \t]*-[ \t]`)
	toxPlatform = regexp.MustCompile(`^[ \t]*(?:-[ \t]+)?(?:linux|macos|windows):[ \t]+(\S+)[ \t]*$`)
	toxPosargs  = regexp.MustCompile(`^[ \t]*posargs:[ \t]+(.*?)[ \t]*$`)
)

// toxEnvs adds a call of tox for each environment that a caller of toxWorkflow lists.
func (st stage) toxEnvs(with *source.Node) {
	envs := with.Get("envs")
	if envs == nil {
		return
	}
	var posargs source.Text // of the input, where an item has none of its own
	if n := with.Get("posargs"); n != nil {
		posargs = n.Text
	}
	name, own, margin := source.Text{}, posargs, ""
	add := func() {
		if name.Len() > 0 {
			parts := []source.Text{source.Literal("tox -e ", name.Slice(0, 0)), name}
			if own.Len() > 0 {
				parts = append(parts, source.Literal(" -- ", own.Slice(0, 0)), withoutQuotes(own))
			}
			st.out.add(st.snippet(st.scope.expand(source.JoinTexts(parts...))))
		}
		name, own = source.Text{}, posargs
	}
	for _, line := range envs.Text.Lines() {
		s := line.String()
		if strings.HasPrefix(strings.TrimSpace(s), "#") {
			continue
		}
		if item := toxItem.FindString(s); item != "" && (margin == "" || item == margin) { // others are lists within an item
			margin = item
			add()
		}
		if m := toxPlatform.FindStringSubmatchIndex(s); m != nil {
			name = line.Slice(m[2], m[3])
		} else if m := toxPosargs.FindStringSubmatchIndex(s); m != nil {
			own = line.Slice(m[2], m[3])
		}
	}
	add()
}
