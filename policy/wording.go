package policy

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// quote returns text in quotes, cut to a length that fits into a message.
func quote(text string) string { return strconv.Quote(cut(text, 60)) }

// abridge cuts text to one line of a length that fits into a message.
func abridge(text string) string { return cut(oneLine(text), 60) }

func oneLine(text string) string {
	return strings.Join(strings.Fields(strings.ToValidUTF8(text, "?")), " ")
}

func cut(text string, long int) string {
	if utf8.RuneCountInString(text) <= long {
		return text
	}
	return string([]rune(text)[:long-3]) + "..."
}

// durationText returns a duration as a policy would write it: "5m" and not "5m0s".
func durationText(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
