package pdffile

import (
	"strings"
	"unicode/utf16"
)

// Text is a PDF text string (ISO 32000-1 7.9.2.2): ASCII as it is, else UTF-16 with a byte order mark.
func Text(s string) string {
	if ascii(s) {
		return s
	}
	return UTF16(s)
}

// UTF16 is text as UTF-16 with a byte order mark.
func UTF16(s string) string {
	units := utf16.Encode([]rune(s))
	b := make([]byte, 0, 2+2*len(units))
	b = append(b, 0xFE, 0xFF)
	for _, u := range units {
		b = append(b, byte(u>>8), byte(u))
	}
	return string(b)
}

// DecodeText reads a PDF text string. Bytes outside ASCII without a byte order mark are taken as Latin-1, which
// PDFDocEncoding mostly is.
func DecodeText(s string) string {
	if strings.HasPrefix(s, "\xFE\xFF") {
		var units []uint16
		for i := 2; i+1 < len(s); i += 2 {
			units = append(units, uint16(s[i])<<8|uint16(s[i+1]))
		}
		return string(utf16.Decode(units))
	}
	if ascii(s) {
		return s
	}
	runes := make([]rune, len(s))
	for i := range len(s) {
		runes[i] = rune(s[i])
	}
	return string(runes)
}

// ascii reports whether s is printable ASCII or line feeds.
func ascii(s string) bool {
	for i := range len(s) {
		if c := s[i]; c != '\n' && (c < ' ' || c > '~') {
			return false
		}
	}
	return true
}
