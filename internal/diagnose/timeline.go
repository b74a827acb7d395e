package diagnose

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"
)

// maxBars is how many results of a run are drawn; a timeline is for looking at, and longer logs are read in the same memory.
const maxBars = 20000

// A bar is a result in a run's timeline.
type bar struct {
	worker int
	at     int64 // nanoseconds where lines have times, else the line
	word   byte  // the first letter of the outcome
	test   string
}

// point returns where a line is in time; without times, lines are the clock.
func point(number int, stamp []byte) int64 {
	if len(stamp) == 0 {
		return int64(number)
	}
	for _, layout := range [...]string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02T15:04:05.999Z0700"} {
		if at, err := time.Parse(layout, string(stamp)); err == nil {
			return at.UnixNano()
		}
	}
	return int64(number)
}

// The sizes of a timeline, in pixels.
const (
	laneHigh  = 22
	laneFrom  = 70
	laneWide  = 900
	chartWide = laneFrom + laneWide + 30
	chartHead = 58
)

// timelineStyle follows the reader's choice of light or dark.
const timelineStyle = `text{font:12px sans-serif;fill:#1f2328}.bg{fill:#fff}.lane{stroke:#d1d9e0}.p{fill:#2da44e}.f{fill:#cf222e}.s{fill:#9a6700}` +
	`.dead{stroke:#1f2328;stroke-width:2.5}.link{stroke:#59636e;stroke-dasharray:3 3;fill:none}.broke{stroke:#8250df;stroke-width:2}.small{font-size:11px}` +
	`@media(prefers-color-scheme:dark){text{fill:#f0f6fc}.bg{fill:#0d1117}.lane{stroke:#3d444d}.p{fill:#3fb950}.f{fill:#f85149}.s{fill:#d29922}` +
	`.dead{stroke:#f0f6fc}.link{stroke:#9198a1}.broke{stroke:#ab7df8}}`

// WriteTimeline draws the runs of logs that lost a worker or broke off, else all of them, as SVG: a lane for each worker, its tests as bars, deaths,
// replacements, and where pytest broke off. Tests are there for logs with -v; logs are read with [Knowledge.Timeline] set.
func WriteTimeline(w io.Writer, logs []Log) error {
	out := bufio.NewWriter(w)
	runs, names := drawn(logs)
	high := 10 + 20 // the last line explains
	for _, r := range runs {
		high += chartHead + laneHigh*max(1, len(r.Workers)) + 24
	}
	fmt.Fprintf(out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-labelledby="t d">`+"\n", chartWide, high, chartWide, high)
	fmt.Fprintf(out, "<title id=\"t\">Workers of pytest over time</title>\n<desc id=\"d\">%s</desc>\n<style>%s</style>\n<rect class=\"bg\" width=\"100%%\" height=\"100%%\"/>\n",
		xmlText(describeRuns(runs, names)), timelineStyle)
	y := 10
	for i, r := range runs {
		c := chart{w: out, run: r, top: y}
		c.draw(names[i])
		y += chartHead + laneHigh*max(1, len(r.Workers)) + 24
	}
	fmt.Fprintf(out, "<text class=\"small\" x=\"10\" y=\"%d\">A bar is a test and ends with its result; higher: it failed. A cross is a death, a broken line leads to the replacement.</text>\n</svg>\n", high-8)
	return out.Flush()
}

const maxCharts = 20

// drawn returns the runs to draw and their headings.
func drawn(logs []Log) (runs []*Run, names []string) {
	for _, all := range []bool{false, true} {
		for i := range logs {
			for j := range logs[i].Runs {
				r := &logs[i].Runs[j]
				if (all || len(r.dead()) > 0 || len(r.InternalErrors) > 0) && len(runs) < maxCharts {
					runs = append(runs, r)
					names = append(names, logs[i].Log+", "+runLine(logs[i], j+1, Plain()))
				}
			}
		}
		if len(runs) > 0 {
			break
		}
	}
	return runs, names
}

func describeRuns(runs []*Run, names []string) string {
	var all []string
	for i, r := range runs {
		words := names[i] + "."
		for _, d := range r.dead() {
			words += " " + upperFirst(workerLine(d, false)) + "."
		}
		for _, e := range r.InternalErrors {
			words += fmt.Sprintf(" pytest broke off at line %d with %s.", e.Line, e.Message)
		}
		all = append(all, words)
	}
	return strings.Join(all, " ")
}

// A chart is the drawing of one run.
type chart struct {
	w        io.Writer
	run      *Run
	top      int
	from, to int64
}

func (c *chart) draw(name string) {
	r := c.run
	c.from, c.to = r.firstAt, max(r.lastAt, r.firstAt+1)
	fmt.Fprintf(c.w, "<text x=\"10\" y=\"%d\">%s</text>\n", c.top+14, xmlText(cutWords(name, 150)))
	lanes := c.lanes()
	c.bars(lanes)
	for _, d := range r.dead() {
		c.death(lanes, d)
	}
	for _, e := range r.InternalErrors {
		c.broke(e, len(lanes))
	}
	c.axis(len(lanes))
}

// lanes draws the lines of the workers and returns their heights by number.
func (c *chart) lanes() map[int]int {
	lanes := map[int]int{}
	for i, w := range c.run.Workers {
		y := c.top + chartHead - 20 + i*laneHigh
		lanes[workerNumber(w.Worker)] = y
		fmt.Fprintf(c.w, "<text x=\"10\" y=\"%d\">%s</text><path class=\"lane\" d=\"M%d %dh%d\"/>\n", y+4, w.Worker, laneFrom, y, laneWide)
	}
	return lanes
}

// bars draws the results of each worker from its last one on; a bar ends where its result stands.
func (c *chart) bars(lanes map[int]int) {
	last := map[int]float64{}
	for _, b := range c.run.bars {
		y, ok := lanes[b.worker]
		if !ok {
			continue
		}
		x := c.x(b.at)
		start, seen := last[b.worker]
		if !seen {
			start = max(laneFrom, x-8)
		}
		class := map[byte]string{'P': "p", 'F': "f", 'E': "f"}[b.word]
		if class == "" {
			class = "s"
		}
		half := 5
		if class == "f" { // not by colour alone
			half = 8
		}
		fmt.Fprintf(c.w, "<rect class=\"%s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"><title>%s</title></rect>\n",
			class, start+0.5, y-half, max(1, x-start-1), 2*half, xmlText(b.test))
		last[b.worker] = x
	}
}

func (c *chart) death(lanes map[int]int, d *Worker) {
	x, y := c.x(d.downAt), lanes[workerNumber(d.Worker)]
	if heir, ok := lanes[heirOf(d)]; ok {
		fmt.Fprintf(c.w, "<path class=\"link\" d=\"M%.1f %dV%d\"><title>%s replaces %s</title></path>\n", x, y, heir, d.ReplacedBy, d.Worker)
	}
	fmt.Fprintf(c.w, "<path class=\"dead\" d=\"M%.1f %dl12 12m0 -12l-12 12\"><title>%s</title></path>\n", x-6, y-6, xmlText(workerLine(d, false)))
}

// heirOf returns the number of a worker's replacement, -1 where it has none.
func heirOf(d *Worker) int {
	if d.ReplacedBy == "" {
		return -1
	}
	return workerNumber(d.ReplacedBy)
}

func (c *chart) broke(e InternalError, lanes int) {
	x, y := c.x(e.at), c.top+chartHead-20
	anchor, dx := "start", 4.0
	if x > laneFrom+laneWide/2 {
		anchor, dx = "end", -4
	}
	fmt.Fprintf(c.w, "<path class=\"broke\" d=\"M%.1f %dV%d\"/><text class=\"small\" text-anchor=\"%s\" x=\"%.1f\" y=\"%d\">INTERNALERROR: %s</text>\n",
		x, y-14, y+lanes*laneHigh, anchor, x+dx, y-8, xmlText(cutWords(e.Message, 70)))
}

func (c *chart) axis(lanes int) {
	y := c.top + chartHead - 4 + lanes*laneHigh
	left, right := fmt.Sprintf("line %d", c.run.First), fmt.Sprintf("line %d", c.run.Last)
	if c.run.timed {
		right += ", " + time.Duration(c.to-c.from).Round(time.Millisecond).String() + " later"
	}
	fmt.Fprintf(c.w, "<text class=\"small\" x=\"%d\" y=\"%d\">%s</text><text class=\"small\" text-anchor=\"end\" x=\"%d\" y=\"%d\">%s</text>\n",
		laneFrom, y, left, laneFrom+laneWide, y, right)
}

func (c *chart) x(at int64) float64 {
	at = min(max(at, c.from), c.to)
	return laneFrom + laneWide*float64(at-c.from)/float64(c.to-c.from)
}

func cutWords(text string, length int) string {
	if runes := []rune(text); len(runes) > length {
		return string(runes[:length-1]) + "…"
	}
	return text
}

func xmlText(text string) string {
	var b strings.Builder
	if err := xml.EscapeText(&b, []byte(text)); err != nil {
		return "" // a strings.Builder takes everything
	}
	return b.String()
}
