package shell

import "regexp"

// Span is a piece of a text; one with a Link is an address that can be followed.
type Span struct{ Text, Link string }

var address = regexp.MustCompile(`https?://[^\s<>"]+[^\s<>".,;:!?)]`)

// Links splits a plain text at the addresses in it, so that what was sent can be clicked as a mail program would let one.
func Links(text string) []Span {
	var out []Span
	at := 0
	for _, m := range address.FindAllStringIndex(text, -1) {
		if m[0] > at {
			out = append(out, Span{Text: text[at:m[0]]})
		}
		out = append(out, Span{text[m[0]:m[1]], text[m[0]:m[1]]})
		at = m[1]
	}
	if at < len(text) {
		out = append(out, Span{Text: text[at:]})
	}
	return out
}
