package observe

import (
	"path"
	"regexp"
	"strings"

	"policygen/internal/source"
)

// readWindows reads a script of PowerShell or cmd: its simple commands, none of which is certain.
func readWindows(f file) (all found) {
	language := "cmd"
	if strings.EqualFold(path.Ext(f.name), ".ps1") {
		language = "pwsh"
	}
	all.take(inLanguage(snippet{kind: Script, text: f.text(), env: map[string]string{}}, language))
	return all
}

// windowsBlocks are the names that people give blocks of commands of PowerShell and cmd.
var windowsBlocks = map[string]string{
	"powershell": "pwsh", "pwsh": "pwsh", "ps1": "pwsh", "ps": "pwsh", "posh": "pwsh", "bat": "cmd", "batch": "cmd", "cmd": "cmd", "dosbatch": "cmd", "doscon": "cmd",
}

var (
	pwshPrompt  = regexp.MustCompile(`^[ \t]*(?:\([\w.-]+\)[ \t]*)?PS(?:[ \t][^>]*)?>[ \t]*`)
	plainPrompt = regexp.MustCompile(`^[ \t]*[$>][ \t]+`)
	cmdPrompt   = regexp.MustCompile(`^[ \t]*(?:\([\w.-]+\)[ \t]*)?[A-Za-z]:\\[^>]*>[ \t]*`)
)

// windowsPrompts are the prompts with their languages.
var windowsPrompts = []struct {
	language string
	prompt   *regexp.Regexp
}{{"pwsh", pwshPrompt}, {"cmd", cmdPrompt}}

// windowsShown returns the commands of PowerShell or cmd that a block shows, by its name or its prompts. It reports false for other blocks.
func windowsShown(code source.Code, sn snippet) (list []snippet, taken bool) {
	if code.Kind == source.CodeSpan {
		return nil, false
	}
	language := windowsBlocks[strings.ToLower(strings.Trim(code.Lang, "{}."))]
	var lines []source.Text
	prompted := false
	for _, line := range code.Text.Lines() {
		for _, p := range windowsPrompts {
			if m := p.prompt.FindStringIndex(line.String()); m != nil {
				if !prompted {
					lines, prompted, language = nil, true, p.language
				}
				lines = append(lines, line.Slice(m[1], line.Len()), source.Literal("\n", line.Slice(line.Len(), line.Len())))
			}
		}
		if !prompted {
			line = line.Slice(len(plainPrompt.FindString(line.String())), line.Len())
			lines = append(lines, line, source.Literal("\n", line.Slice(line.Len(), line.Len())))
		}
	}
	if language == "" {
		return nil, false
	}
	sn.text = replaceAll(source.JoinTexts(lines...), placeholder, unknownWord)
	sn.env = map[string]string{}
	list, _ = inWindows(sn, language)
	for i := range list {
		list[i].doubtful = false // as certain as what other pages show
	}
	return list, true
}
