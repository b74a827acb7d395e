package observe

import (
	"encoding/json"
	"regexp"
	"strings"

	"policygen/internal/pytest"
	"policygen/internal/shell"
	"policygen/internal/source"
)

var instruction = regexp.MustCompile(`(?i)^[ \t]*(RUN|CMD|ENTRYPOINT|ENV|ARG|WORKDIR|FROM|SHELL)[ \t]+`)

// readDockerfile reads the commands of an image: RUN, CMD and ENTRYPOINT. What the image holds beside the repository is not known,
// so commands are taken to run in the folder of the repository.
func readDockerfile(f file) (all found) {
	env := map[string]string{}
	for _, line := range dockerLines(f.text()) {
		m := instruction.FindStringSubmatchIndex(line.String())
		if m == nil {
			continue
		}
		word, rest := strings.ToUpper(line.String()[m[2]:m[3]]), withoutFlags(line.Slice(m[1], line.Len()))
		switch word {
		case "FROM":
			env = map[string]string{}
		case "ENV", "ARG":
			env = with(env, assignments(rest.String()))
		case "RUN", "CMD", "ENTRYPOINT":
			sn := snippet{kind: Image, where: word, dialect: shell.POSIX, env: env}
			if words, ok := execForm(rest); ok {
				sn.argv = [][]pytest.Word{words}
			} else {
				sn.text = rest
			}
			all.add(sn)
		}
	}
	return all
}

// dockerLines are the logical lines of a Dockerfile: comments between the lines that an instruction goes on in are none of it.
func dockerLines(t source.Text) []source.Text {
	var parts []source.Text
	goesOn := false
	for _, line := range t.Lines() {
		if s := line.String(); goesOn && strings.HasPrefix(strings.TrimLeft(s, " \t"), "#") {
			continue
		} else if strings.TrimSpace(s) != "" {
			goesOn = continued(s)
		}
		parts = append(parts, line, source.Literal("\n", line.Slice(line.Len(), line.Len())))
	}
	return logicalLines(source.JoinTexts(parts...))
}

// withoutFlags takes "--mount=…" and its like off the front.
func withoutFlags(t source.Text) source.Text {
	for strings.HasPrefix(t.String(), "--") {
		end := strings.IndexAny(t.String(), " \t")
		if end < 0 {
			return t.Slice(t.Len(), t.Len())
		}
		t = t.Slice(end, t.Len())
		t = t.Slice(len(t.String())-len(strings.TrimLeft(t.String(), " \t\\\n")), t.Len())
	}
	return t
}

func assignments(s string) map[string]string {
	set := map[string]string{}
	for _, w := range strings.Fields(s) {
		if name, value, ok := strings.Cut(w, "="); ok {
			set[name] = strings.Trim(value, `"'`)
		}
	}
	return set
}

// execForm reads a command that is a JSON list of words.
func execForm(t source.Text) (words []pytest.Word, ok bool) {
	var list []string
	if !strings.HasPrefix(t.String(), "[") || json.Unmarshal([]byte(t.String()), &list) != nil || len(list) == 0 {
		return nil, false
	}
	at := 0
	for _, w := range list {
		if i := strings.Index(t.String()[at:], `"`+w+`"`); i >= 0 {
			at += i + 1
		}
		words = append(words, pytest.Word{Text: w, Pos: t.At(at)})
		at += len(w)
	}
	return words, true
}
