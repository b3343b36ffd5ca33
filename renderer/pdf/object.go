package pdf

import (
	"github.com/carlos7ags/folio/core"

	"samtjanst/platform/signing/seal/pdffile"
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
	return core.NewPdfHexString(pdffile.UTF16(s))
}
