package diagnose

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

const (
	maxLine    = 1 << 16 // bytes of a line that are looked at as one; the rest comes as another line of the same number
	maxWorkers = 4096    // of a run
	maxList    = 200     // of anything that a run remembers by name or line
	maxShown   = 20      // lines that match one pattern
	maxText    = 300     // bytes of a line that is shown
)

// eachLine calls f with each line of a log without its end, its colours and what a CI service wrote before it. The bytes are f's until it
// returns. A bare carriage return ends a line on a terminal, so what it parts are lines of one number. The stamp is the time before it.
func eachLine(r io.Reader, f func(number int, line, stamp []byte)) (lines int, err error) {
	in := bufio.NewReaderSize(r, maxLine)
	number := 1
	for {
		part, err := in.ReadSlice('\n')
		if len(part) > 0 {
			lines = number
			eachPart(part, number, f)
		}
		switch {
		case err == nil:
			number++
		case errors.Is(err, bufio.ErrBufferFull): // the line goes on
		case errors.Is(err, io.EOF):
			return lines, nil
		default:
			return lines, err
		}
	}
}

func eachPart(part []byte, number int, f func(number int, line, stamp []byte)) {
	line := part
	for len(line) > 0 && (line[len(line)-1] == '\n' || line[len(line)-1] == '\r') {
		line = line[:len(line)-1]
	}
	if bytes.IndexByte(line, 0x1b) >= 0 {
		line = stripEscapes(line)
	}
	line, stamp := stripStamp(line)
	for {
		before, after, more := bytes.Cut(line, []byte{'\r'})
		f(number, before, stamp)
		if !more {
			return
		}
		line = after
	}
}

// stripEscapes takes the escape sequences of a terminal out, in place: colours, links, and what CI services hide in them.
func stripEscapes(line []byte) []byte {
	out := line[:0]
	for i := 0; i < len(line); {
		if line[i] != 0x1b {
			out = append(out, line[i])
			i++
			continue
		}
		i = afterEscape(line, i+1)
	}
	return out
}

// afterEscape returns where the sequence ends whose second byte is at i.
func afterEscape(line []byte, i int) int {
	if i >= len(line) {
		return i
	}
	switch line[i] {
	case '[': // a control sequence ends with its first letter
		for i++; i < len(line); i++ {
			if line[i] >= 0x40 && line[i] <= 0x7e {
				return i + 1
			}
		}
		return i
	case ']', '_', 'P', '^': // a text, up to BEL or ESC \
		for i++; i < len(line); i++ {
			if line[i] == 0x07 {
				return i + 1
			}
			if line[i] == 0x1b {
				return min(i+2, len(line))
			}
		}
		return i
	}
	return i + 1
}

// stripStamp parts a line from the time that a CI service wrote before it: GitHub, Azure, GitLab, Jenkins, and what gh run view adds.
func stripStamp(line []byte) (rest, stamp []byte) {
	if len(line) > 0 && line[0] == 0xef {
		line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
	}
	if stamp, rest, ok := cutStamp(line); ok {
		return rest, stamp
	}
	if head := line[:min(len(line), 200)]; bytes.IndexByte(head, '\t') > 0 {
		tab := bytes.LastIndexByte(head, '\t')
		tail := bytes.TrimPrefix(line[tab+1:], []byte("\xef\xbb\xbf"))
		if stamp, rest, ok := cutStamp(tail); ok {
			return rest, stamp
		}
	}
	return line, nil
}

// stampShape is the form of a time: 0 for a digit.
const stampShape = "0000-00-00T00:00:00"

func cutStamp(line []byte) (stamp, rest []byte, ok bool) {
	start := 0
	if len(line) > 0 && line[0] == '[' {
		start = 1
	}
	if len(line) < start+len(stampShape) || line[start] < '0' || line[start] > '9' {
		return nil, line, false
	}
	for i := range len(stampShape) {
		b, want := line[start+i], stampShape[i]
		if want == '0' && (b < '0' || b > '9') || want != '0' && b != want {
			return nil, line, false
		}
	}
	end := start + len(stampShape)
	for end < len(line) && (line[end] >= '0' && line[end] <= '9' || bytes.IndexByte([]byte(".Z+:"), line[end]) >= 0) {
		end++
	}
	stamp, rest = line[start:end], line[end:]
	rest = bytes.TrimPrefix(rest, []byte("]"))
	rest = bytes.TrimPrefix(rest, []byte(" "))
	if len(rest) >= 4 && (rest[2] == 'O' || rest[2] == 'E') && isDigit(rest[0]) && isDigit(rest[1]) && (rest[3] == ' ' || rest[3] == '+') {
		rest = rest[4:] // GitLab: number and name of the stream, and whether the line goes on
	}
	return stamp, rest, true
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }
