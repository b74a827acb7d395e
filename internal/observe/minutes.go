package observe

import (
	"regexp"
	"strconv"
	"strings"
)

var (
	durationPart = regexp.MustCompile(`^(\d+(?:\.\d+)?|an?|one|two|three|four|five|six)\s*([a-z]*)`)
	clockTime    = regexp.MustCompile(`^(\d+):(\d\d):(\d\d)$`)
)

var numberWords = map[string]float64{"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}

// minutesOf reads a duration as people write it for GitLab and CircleCI: "3 hours 30 minutes", "1h 30m", "one hour", "01:30:00".
// A number without a unit is in seconds.
func minutesOf(text string) (float64, bool) {
	text = strings.ToLower(strings.TrimSpace(text))
	if m := clockTime.FindStringSubmatch(text); m != nil {
		h, _ := strconv.ParseFloat(m[1], 64)
		minutes, _ := strconv.ParseFloat(m[2], 64)
		s, _ := strconv.ParseFloat(m[3], 64)
		return h*60 + minutes + s/60, true
	}
	total := 0.0
	for text != "" {
		m := durationPart.FindStringSubmatch(text)
		if m == nil {
			return 0, false
		}
		n, word := numberWords[m[1]]
		if !word {
			n, _ = strconv.ParseFloat(m[1], 64)
		}
		unit, ok := unitOf(m[2])
		if !ok {
			return 0, false
		}
		total += n * unit
		text = strings.TrimLeft(strings.TrimPrefix(text, m[0]), " ,\t")
		text = strings.TrimLeft(strings.TrimPrefix(text, "and "), " ")
	}
	return total, total > 0
}

// unitOf returns the minutes of a unit.
func unitOf(unit string) (float64, bool) {
	switch unit {
	case "", "s", "sec", "secs", "second", "seconds":
		return 1.0 / 60, true
	case "m", "min", "mins", "minute", "minutes":
		return 1, true
	case "h", "hr", "hrs", "hour", "hours":
		return 60, true
	case "d", "day", "days":
		return 24 * 60, true
	case "w", "week", "weeks":
		return 7 * 24 * 60, true
	}
	return 0, false
}
