package pdf

import (
	"encoding/xml"
	"fmt"
	"strings"
	"time"

	"github.com/carlos7ags/folio/core"
)

const producer = "Samtjänst"

// info is the document information dictionary; it says the same as the XMP metadata.
func info(d Doc) *core.PdfDictionary {
	out := dict("Title", textString(d.Title), "Producer", textString(producer), "Creator", textString(producer))
	if d.Author != "" {
		out.Set("Author", textString(d.Author))
	}
	if !d.Created.IsZero() {
		date := pdfDate(d.Created)
		out.Set("CreationDate", date)
		out.Set("ModDate", date)
	}
	return out
}

// pdfDate is D:20260302140500+01'00' (ISO 32000-1 7.9.4).
func pdfDate(t time.Time) core.PdfObject {
	zone := t.Format("-07:00")
	return core.NewPdfLiteralString("D:" + t.Format("20060102150405") + zone[:3] + "'" + zone[4:] + "'")
}

// xmp is the metadata that archives read (ISO 16684-1), with the claim of PDF/A-3, level A (ISO 19005-3 6.6.4).
func xmp(d Doc) []byte {
	esc := func(s string) string {
		var b strings.Builder
		_ = xml.EscapeText(&b, []byte(s)) // a strings.Builder does not fail
		return b.String()
	}
	var b strings.Builder
	section := func(ns, uri string, lines ...string) {
		fmt.Fprintf(&b, "<rdf:Description rdf:about=\"\" xmlns:%s=\"%s\">\n%s\n</rdf:Description>\n", ns, uri, strings.Join(lines, "\n"))
	}
	b.WriteString("<?xpacket begin=\"\uFEFF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n" +
		"<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n")
	dc := []string{`<dc:format>application/pdf</dc:format>`,
		`<dc:title><rdf:Alt><rdf:li xml:lang="x-default">` + esc(d.Title) + `</rdf:li></rdf:Alt></dc:title>`,
		`<dc:language><rdf:Bag><rdf:li>` + esc(d.Lang) + `</rdf:li></rdf:Bag></dc:language>`}
	if d.Author != "" {
		dc = append(dc, `<dc:creator><rdf:Seq><rdf:li>`+esc(d.Author)+`</rdf:li></rdf:Seq></dc:creator>`)
	}
	section("dc", "http://purl.org/dc/elements/1.1/", dc...)
	basic := []string{"<xmp:CreatorTool>" + producer + "</xmp:CreatorTool>"}
	if !d.Created.IsZero() {
		date := d.Created.Format("2006-01-02T15:04:05-07:00")
		basic = append(basic, "<xmp:CreateDate>"+date+"</xmp:CreateDate>", "<xmp:ModifyDate>"+date+"</xmp:ModifyDate>")
	}
	section("xmp", "http://ns.adobe.com/xap/1.0/", basic...)
	section("pdf", "http://ns.adobe.com/pdf/1.3/", "<pdf:Producer>"+producer+"</pdf:Producer>")
	section("pdfaid", "http://www.aiim.org/pdfa/ns/id/", "<pdfaid:part>3</pdfaid:part>", "<pdfaid:conformance>A</pdfaid:conformance>")
	b.WriteString("</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"w\"?>")
	return []byte(b.String())
}
