package observe

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"policygen/internal/shell"
	"policygen/internal/source"
)

// wheelTests returns the commands with which cibuildwheel tests a wheel: for all platforms, for one, and for those that an override
// selects (https://cibuildwheel.pypa.io/en/stable/options/#test-command). A list is one command line, joined by "&&".
func wheelTests(f file, table *source.Node) (list []snippet) {
	if table == nil {
		return nil
	}
	for _, item := range table.Items {
		list = append(list, wheelTests(f, item)...)
	}
	for _, e := range table.Entries {
		if e.Key.String() != "test-command" {
			list = append(list, wheelTests(f, e.Value)...)
			continue
		}
		var parts []source.Text
		for _, command := range append([]*source.Node{e.Value}, e.Value.Items...) {
			if command.Kind == source.Scalar {
				if len(parts) > 0 {
					parts = append(parts, source.Literal(" && ", command.Text.Slice(0, 0)))
				}
				parts = append(parts, command.Text)
			}
		}
		text := inWheelTest(source.JoinTexts(parts...), path.Join(mount, dirOf(f.name)))
		list = append(list, snippet{kind: Task, where: "cibuildwheel's test-command", text: text, dir: dirOf(f.name), dialect: shell.POSIX})
	}
	return list
}

// cibuildwheel takes the commands with which cibuildwheel tests a wheel, from a folder outside of the project.
// https://cibuildwheel.pypa.io/en/stable/options/#test-command
func (st stage) cibuildwheel() {
	for _, name := range slices.Sorted(maps.Keys(st.texts)) {
		if strings.HasPrefix(name, "CIBW_TEST_COMMAND") {
			sn := st.snippet(inWheelTest(st.texts[name], mount))
			sn.dialect, sn.errExit, sn.dir = shell.POSIX, true, fromRoot(wheelDir)
			st.out.add(sn)
		}
	}
}

// wheelDir stands for the folder in which cibuildwheel tests a wheel that a CI system has it build: outside of the project.
const wheelDir = "/tmp/cibuildwheel"

// wheelPlace matches what cibuildwheel puts a place for.
var wheelPlace = regexp.MustCompile(`\{(project|package|wheel)\}`)

// inWheelTest returns a command as cibuildwheel runs it, where the project and the package are both in one folder.
func inWheelTest(command source.Text, project string) source.Text {
	return replaceAll(command, wheelPlace, func(place string) string {
		if place == "{wheel}" {
			return wheelDir + "/wheel.whl"
		}
		return project
	})
}
