package main

import (
	"fmt"
	"regexp"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"policygen"
)

func newVersionCommand(s streams) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version of policygen",
		Args:  noArguments,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(s.out, "policygen", toolVersion())
			return err
		},
	}
}

// changelogEntry is the heading of one release in CHANGELOG.md.
var changelogEntry = regexp.MustCompile(`(?m)^## v?(\d+\.\d+\.\d+\S*)`)

// toolVersion is the semver version of this build: that of the released module, or for a development build
// that of the top entry of the change log.
func toolVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		v := strings.TrimPrefix(info.Main.Version, "v")
		if v != "" && v != "(devel)" && !strings.HasPrefix(v, "0.0.0-") {
			return v
		}
	}
	if m := changelogEntry.FindStringSubmatch(policygen.Changelog); m != nil {
		return m[1]
	}
	panic("the change log has no entry")
}
