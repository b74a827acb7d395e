package check

import (
	"path"
	"regexp"
	"strings"

	"policygen/internal/shell"
	"policygen/internal/source"
)

// extentsOf returns what goes on over several lines by the syntax of the file itself: calls and displays of Python, and block scalars
// of YAML with the line of their key.
func extentsOf(name string, text source.Text) []shell.Extent {
	switch strings.ToLower(path.Ext(name)) {
	case ".py":
		return pythonExtents(text)
	case ".yml", ".yaml":
		return blockScalars(text.Lines())
	}
	return nil
}

// pythonComments returns the columns in which the words of Python's comments begin, by their lines; nil for other files.
func pythonComments(name string, text source.Text) map[int]int {
	if strings.ToLower(path.Ext(name)) != ".py" {
		return nil
	}
	columns := map[int]int{}
	for _, c := range text.Python().Comments {
		for _, line := range c.Lines() {
			columns[line.At(0).Line] = line.At(0).Column
		}
	}
	return columns
}

func pythonExtents(text source.Text) (list []shell.Extent) {
	read := text.Python()
	for _, s := range read.Strings { // what a docstring shows is no more than text, but findings are about it
		list = append(list, shell.Extent{Kind: shell.GroupExtent, Start: s.Pos, End: s.End})
	}
	for _, g := range read.Groups {
		kind := shell.GroupExtent
		if g.Kind == source.PythonCall {
			kind = shell.CommandExtent
		}
		list = append(list, shell.Extent{Kind: kind, Start: g.Pos, End: g.End})
	}
	return list
}

// scalarHead matches a line whose value is the block scalar below it: "- run: |", "script: >-  # a comment".
var scalarHead = regexp.MustCompile(`^([ \t]*(?:-[ \t]+)*)(?:[^ \t#-].*:[ \t]+|)(?:[!&]\S+[ \t]+)?[|>][+-]?[1-9]?[+-]?[ \t]*(?:#.*)?$`)

// blockScalars returns the block scalars of YAML. What only looks like the head of one, in such a scalar, has nothing below it that is
// indented more, or goes on there anyway.
func blockScalars(lines []source.Text) (list []shell.Extent) {
	for i, line := range lines {
		m := scalarHead.FindStringSubmatch(line.String())
		if m == nil {
			continue
		}
		margin := len(m[1])
		if strings.HasSuffix(strings.TrimRight(line.String()[:margin], " \t"), "-") && strings.IndexByte("|>!&", line.String()[margin]) >= 0 {
			margin = len(strings.TrimRight(m[1], " \t")) - 1 // an element of a list: more than its dash is enough
		}
		last := i
		for n := i + 1; n < len(lines); n++ {
			below := lines[n].String()
			if strings.TrimSpace(below) == "" {
				continue
			}
			if indent(below) <= margin {
				break
			}
			last = n
		}
		if last > i {
			list = append(list, shell.Extent{Kind: shell.GroupExtent, Start: line.At(0), End: lines[last].At(0)})
		}
	}
	return list
}

// reach returns the lines, counted from 1, that a comment in line i holds for: the command that it stands behind, with all its lines;
// else the next command with those that it goes on in, or the next block or paragraph of a page.
func (t *commented) reach(i int, trailing bool) (first, last int) {
	end := len(t.lines) - 1
	if b, code := t.blocks[i]; code {
		end = b.last
	}
	next := i
	if !trailing {
		if next = t.follow[i+1]; next > end {
			return i + 1, i + 1
		}
	}
	if t.isPage(i) && !trailing {
		return next + 1, endOfBlock(t.lines, next) + 1
	}
	first, last = t.extended(next, trailing)
	for first > 0 && strings.HasSuffix(t.lines[first-1].String(), `\`) {
		first--
	}
	for last < end && strings.HasSuffix(t.lines[last].String(), `\`) {
		last++
	}
	return first + 1, last + 1
}

// extended returns the lines of the commands that begin in a line, or for a comment at its end those that it is one of. Of a group the
// line has to be the first or the last one: those between belong to commands of their own.
func (t *commented) extended(line int, trailing bool) (first, last int) {
	r := run{line, line}
	if !trailing {
		if e, ok := t.extents.begin[line]; ok {
			r = r.with(e)
		}
		return r.first, r.last
	}
	for _, of := range []map[int]run{t.extents.edges, t.extents.around} {
		if e, ok := of[line]; ok {
			r = r.with(e)
		}
	}
	return r.first, r.last
}

// followers returns for each line, and for the end, the first line from there on that is neither blank nor a comment to policygen.
func (t *commented) followers() []int {
	next := make([]int, len(t.lines)+1)
	next[len(t.lines)] = len(t.lines)
	for i := len(t.lines) - 1; i >= 0; i-- {
		next[i] = i
		if line := t.lines[i].String(); strings.TrimSpace(line) == "" || t.commentIn(i).MatchString(line) {
			next[i] = next[i+1]
		}
	}
	return next
}

var fence = regexp.MustCompile("^[ \t>*+-]*(```+|~~~+)")

// endOfBlock returns the last line of the fenced block, the directive of ReST or the paragraph that begins in a line.
func endOfBlock(lines []source.Text, first int) int {
	text := func(n int) string { return lines[n].String() }
	last := first
	if m := fence.FindStringSubmatch(text(first)); m != nil {
		for last++; last < len(lines)-1 && !strings.HasPrefix(strings.TrimLeft(text(last), " \t>"), m[1]); last++ {
		}
		return min(last, len(lines)-1)
	}
	for last < len(lines)-1 && strings.TrimSpace(text(last+1)) != "" {
		last++
	}
	if directive := strings.TrimSpace(text(first)); !strings.HasPrefix(directive, ".. ") && !strings.HasSuffix(strings.TrimSpace(text(last)), "::") {
		return last
	}
	for n := last + 1; n < len(lines) && (strings.TrimSpace(text(n)) == "" || indent(text(n)) > indent(text(first))); n++ {
		if strings.TrimSpace(text(n)) != "" {
			last = n
		}
	}
	return last
}

func indent(line string) int { return len(line) - len(strings.TrimLeft(line, " \t")) }
