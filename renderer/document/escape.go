package document

import (
	"fmt"
	"strings"
)

// Escape makes text that Markdown shows as it is: nothing in it is markup, and it ends or changes no markup around it,
// whether it stands in a paragraph, a heading, a list, a table cell, emphasis, a link's text or code. Line breaks
// become references to one, which break the line wherever they stand. Space at the ends and repeated space becomes
// single, and control characters are dropped, as a reader would see it anyhow.
//
// What cannot be mistaken is left readable, since an officer may edit a filled document: letters, digits, and
// punctuation within text ("kl. 7.35", "2026-06-02").
func Escape(s string) string {
	s = Plain(s)
	var b strings.Builder
	prev := rune(0)
	for i, r := range s {
		next := byte(0)
		if end := i + 1; r < 0x80 && end < len(s) {
			next = s[end]
		}
		switch {
		case r == '\n':
			b.WriteString("&#10;")
		case i == 0 && digit(r) && onlyDigits(s): // "{{year}}. Text" must not become a numbered list
			fmt.Fprintf(&b, "&#%d;", r)
		case r >= 0x80 || r == ' ' || digit(r) || letter(r):
			b.WriteRune(r)
		case strings.ContainsRune("`~|", r): // a backslash does not hold these in code and tables
			fmt.Fprintf(&b, "&#%d;", r)
		case i > 0 && harmless(prev, r, next):
			b.WriteRune(r)
		default:
			b.WriteByte('\\')
			b.WriteRune(r)
		}
		prev = r
	}
	return b.String()
}

// harmless reports whether punctuation between two characters of a value is markup in no place.
func harmless(prev, r rune, next byte) bool {
	switch r {
	case ',', '\'', '/', '?', '%':
		return true
	case '-':
		return digit(prev) || letter(prev) || prev >= 0x80
	case ':': // "<{{v}}>" must not become a link
		return next == ' ' && prev != '\n'
	case '.': // "1. " starts a numbered list
		return letter(prev) || prev >= 0x80 || digit(prev) && digit(rune(next))
	}
	return false
}

func digit(r rune) bool  { return r >= '0' && r <= '9' }
func letter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }

func onlyDigits(s string) bool {
	for _, r := range s {
		if !digit(r) {
			return false
		}
	}
	return true
}

// Plain is what a reader sees of an escaped value: line breaks as "\n" (never more than two together), single spaces,
// nothing at the ends, no control characters.
func Plain(s string) string {
	s = newlines.Replace(strings.ToValidUTF8(s, "\uFFFD"))
	var out []string
	for _, line := range strings.Split(s, "\n") {
		line = strings.Map(func(r rune) rune {
			switch {
			case r == '\t':
				return ' '
			case r < ' ' || r == 0x7f:
				return -1
			}
			return r
		}, line)
		line = strings.Join(strings.FieldsFunc(line, func(r rune) bool { return r == ' ' }), " ")
		if line == "" && (len(out) == 0 || out[len(out)-1] == "") {
			continue
		}
		out = append(out, line)
	}
	return strings.TrimRight(strings.Join(out, "\n"), "\n")
}

var newlines = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\v", "\n", "\f", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n")
