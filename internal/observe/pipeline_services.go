package observe

import (
	"path"
	"regexp"
	"strings"

	"policygen/internal/source"
)

// serviceOf returns the service whose file has a name.
func serviceOf(name string) service {
	switch base := path.Base(name); {
	case base == ".cirrus.yml":
		return cirrus
	case strings.Contains(base, "appveyor"):
		return appveyor
	case base == "bitbucket-pipelines.yml":
		return bitbucket
	case base == "cloudbuild.yaml":
		return cloudBuild
	case strings.HasPrefix(name, ".circleci/"):
		return circle
	case strings.HasPrefix(name, ".buildkite/"):
		return buildkite
	}
	return azure
}

// https://support.atlassian.com/bitbucket-cloud/docs/bitbucket-pipelines-configuration-reference/
var bitbucket = service{
	scripts: []string{"script"},
	after:   []string{"after-script"},
	names:   []string{"name"},
	lossy:   []string{"on-fail-ignore"},
	limits:  map[string]string{"max-time": "m"},
	shell:   startedShell{errExit: true},
	ambient: map[string]string{"CI": "true", "BITBUCKET_CLONE_DIR": mount},
}

// https://cloud.google.com/build/docs/build-config-file-schema
var cloudBuild = service{
	scripts: []string{"script"},
	env:     []string{"env", "substitutions"},
	dirs:    []string{"dir"},
	names:   []string{"id", "name"},
	limits:  map[string]string{"timeout": "s"},
	lossy:   []string{"allowFailure"},
	shell:   startedShell{},
	uses:    regexp.MustCompile(`\$\{?(_[A-Z0-9_]+)\}?|(\$)\$`),
	value:   buildkite.value,
	legs:    cloudBuildLegs,
}

// cloudBuildLegs turns an entry point that is a shell with "-c" into a script.
func cloudBuildLegs(_ *pipelineReader, n *source.Node, st spot) []leg {
	entry, args := n.Get("entrypoint"), n.Get("args")
	if entry == nil || args == nil || len(args.Items) < 2 || !strings.Contains(args.Items[0].Text.String(), "c") {
		return nil
	}
	if started := customShell([]string{entry.Text.String(), args.Items[0].Text.String()}); started.language == "" {
		st.shell = started
		merged := *n
		merged.Entries = append(merged.Entries[:len(merged.Entries):len(merged.Entries)],
			source.Entry{Key: source.Literal("script", args.Items[1].Text), Value: args.Items[1]})
		return []leg{{&merged, st}}
	}
	return nil
}
