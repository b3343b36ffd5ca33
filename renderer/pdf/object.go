package pdf

import (
	"unicode/utf16"

	"github.com/carlos7ags/folio/core"
)

// dict makes a dictionary of keys and values in turn.
func dict(pairs ...any) *core.PdfDictionary {
	d := core.NewPdfDictionary()
	for i := 0; i < len(pairs); i += 2 {
		d.Set(pairs[i].(string), pairs[i+1].(core.PdfObject))
	}
	return d
}

func name(s string) *core.PdfName { return core.NewPdfName(s) }

// textString is a PDF text string: ASCII as it is, else UTF-16 with a byte order mark (ISO 32000-1 7.9.2.2). Folio
// writes the bytes it is given, and readers would take UTF-8 for PDFDocEncoding.
func textString(s string) core.PdfObject {
	if plain(s) {
		return core.NewPdfLiteralString(s)
	}
	return core.NewPdfHexString(utf16Bytes(s))
}

func utf16Bytes(s string) string {
	units := utf16.Encode([]rune(s))
	b := make([]byte, 0, 2+2*len(units))
	b = append(b, 0xFE, 0xFF)
	for _, u := range units {
		b = append(b, byte(u>>8), byte(u))
	}
	return string(b)
}

// fromTextString reads a PDF text string. Bytes outside ASCII without a byte order mark are taken as Latin-1, which
// PDFDocEncoding mostly is.
func fromTextString(s string) string {
	if len(s) >= 2 && s[0] == 0xFE && s[1] == 0xFF {
		var units []uint16
		for i := 2; i+1 < len(s); i += 2 {
			units = append(units, uint16(s[i])<<8|uint16(s[i+1]))
		}
		return string(utf16.Decode(units))
	}
	if plain(s) {
		return s
	}
	runes := make([]rune, len(s))
	for i := range len(s) {
		runes[i] = rune(s[i])
	}
	return string(runes)
}
