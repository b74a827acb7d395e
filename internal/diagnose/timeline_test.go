package diagnose

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

// drawing draws files of testdata.
func drawing(t *testing.T, names ...string) string {
	t.Helper()
	k := embedded(t)
	k.Timeline = true
	var logs []Log
	for _, name := range names {
		logs = append(logs, diagnosed(t, NewKnowledge(k), name))
	}
	var b strings.Builder
	if err := WriteTimeline(&b, logs); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// elements counts the elements of a picture by name and class, and fails on what is no XML.
func elements(t *testing.T, picture string) map[string]int {
	t.Helper()
	found := map[string]int{}
	for dec := xml.NewDecoder(strings.NewReader(picture)); ; {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return found
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, picture)
		}
		if start, ok := token.(xml.StartElement); ok {
			name := start.Name.Local
			for _, a := range start.Attr {
				if a.Name.Local == "class" {
					name += "." + a.Value
				}
			}
			found[name]++
		}
	}
}

// TestTimeline: a lane for each worker, a bar for each result of -v, a mark for each death, a link to each replacement, and the moment at which pytest broke off.
func TestTimeline(t *testing.T) {
	for _, c := range []struct {
		log                                string
		lanes, bars, dead, links, internal int
	}{
		{"46-hang-3.1.0-loadscope-n2-several-crashes.log", 6, 105, 4, 4, 0},
		{"36-keyerror-3.1.0-loadfile-n2-verbose.log", 4, 2, 2, 2, 1},
		{"33-keyerror-3.8.0-loadscope-n2-default.log", 4, 0, 2, 2, 1},
		{"01-ok-3.8.0-loadfile-n2-verbose.log", 2, 52, 0, 0, 0},
		{"22-pytestexit-3.8.0-load-n2.log", 2, 21, 0, 0, 1},
	} {
		picture := drawing(t, c.log)
		e := elements(t, picture)
		bars := e["rect.p"] + e["rect.f"] + e["rect.s"]
		if e["path.lane"] != c.lanes || bars != c.bars || e["path.dead"] != c.dead || e["path.link"] != c.links || e["path.broke"] != c.internal {
			t.Errorf("%s: %d bars, %v", c.log, bars, e)
		}
		if e["script"] != 0 || e["desc"] != 1 || e["title"] == 0 || strings.Contains(picture, "href") {
			t.Errorf("%s: %v", c.log, e)
		}
	}
}

// TestTimelineText: those who don't see the picture are told what it shows.
func TestTimelineText(t *testing.T) {
	picture := drawing(t, "36-keyerror-3.1.0-loadfile-n2-verbose.log")
	_, desc, _ := strings.Cut(picture, `<desc id="d">`)
	desc, _, _ = strings.Cut(desc, "</desc>")
	for _, want := range []string{"Gw0 died at line 20 in tests/integration/test_native_backend.py::test_session_starts; replaced by gw2.", "pytest broke off at line 36 with KeyError: &lt;WorkerController gw3&gt;."} {
		if !strings.Contains(desc, want) {
			t.Errorf("the description lacks %q: %s", want, desc)
		}
	}
}

// TestTimelineTimes: where lines have times the axis has them too; where they have none it counts lines.
func TestTimelineTimes(t *testing.T) {
	if timed := drawing(t, "64-derived-ci-timestamps-keyerror-3.8.0-loadfile-n2.log"); !strings.Contains(timed, "ms later</text>") {
		t.Errorf("no time on the axis of\n%s", timed)
	}
	if lines := drawing(t, "41-keyerror-3.8.0-pytest9-loadfile-n2.log"); !strings.Contains(lines, ">line 63</text>") || strings.Contains(lines, "later</text>") {
		t.Errorf("the axis of\n%s", lines)
	}
}

// TestTimelineBound: a long log is drawn as far as one can look at it, and a name can hold anything.
func TestTimelineBound(t *testing.T) {
	var b strings.Builder
	b.WriteString("==== test session starts ====\ncreated: 1/1 workers\n1 worker [99999 items]\n")
	for i := range maxBars + 100 {
		fmt.Fprintf(&b, "[gw0] [  1%%] PASSED a.py::t[%d</title><script>\x01&\"'] \n", i)
	}
	k := embedded(t)
	k.Timeline = true
	l, err := NewKnowledge(k).Diagnose("a<b>&.log", strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	var picture strings.Builder
	if err := WriteTimeline(&picture, []Log{l}); err != nil {
		t.Fatal(err)
	}
	if e := elements(t, picture.String()); e["rect.p"] != maxBars || e["script"] != 0 {
		t.Errorf("%v", e)
	}
}
