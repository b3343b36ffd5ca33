package seal_test

import (
	"crypto"
	"encoding/asn1"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/digitorus/timestamp"

	"samtjanst/platform/signing/seal"
	"samtjanst/renderer/pdf"
)

// document is a case of three pages, with an attachment.
var document = sync.OnceValue(func() []byte { return must(pdf.Render(caseDocument())) })

func caseDocument() pdf.Doc {
	var rows [][]pdf.Inline
	for i := range 26 {
		rows = append(rows, []pdf.Inline{pdf.Text(fmt.Sprintf("2026-08-%02d", i%28+1)), pdf.Text("Resa till Åbyskolan från Ängsvägen"), pdf.Text("07.35")})
	}
	answers := pdf.KeyValue{
		{Key: pdf.Text("Elev"), Value: pdf.Text("Alva Testsson, årskurs 5")},
		{Key: pdf.Text("Varför behöver eleven skolskjuts?"), Value: pdf.Text(strings.Repeat("Avståndet till skolan är långt och vägen är farlig. ", 8))},
	}
	return pdf.Doc{
		Title: "Ansökan om skolskjuts", Author: "Ekköpings kommun, Barn- och utbildningsnämnden", Reference: "Dnr 2026-BUN-0117",
		Created: now, Theme: pdf.Theme{Colour: "#0b5c4a"},
		Blocks: append(pdf.FromMarkdown("## Sammanfattning\n\n"+strings.Repeat("Eleven bor växelvis hos sina vårdnadshavare, och båda hemmen ligger i kommunen. ", 12)+
			"\n\n1. Eleven går i den skola som kommunen har placerat eleven i.\n2. Vägen korsar länsväg 214.\n"),
			pdf.Heading{Level: 2, Text: pdf.Text("Uppgifter")}, answers, answers, answers,
			pdf.Heading{Level: 2, Text: pdf.Text("Resor")},
			pdf.Table{Columns: []pdf.Column{{Header: pdf.Text("Dag")}, {Header: pdf.Text("Resa")}, {Header: pdf.Text("Tid")}}, Rows: rows},
			pdf.Heading{Level: 2, Text: pdf.Text("Underskrifter")},
			pdf.SignatureList{{Name: "Maja Testsson", Role: "Vårdnadshavare", State: "Undertecknad 2026-05-28 kl. 19.42 med BankID"}}),
		Attachments: []pdf.Attachment{{Name: "uppgifter.json", MIME: "application/json", Relationship: pdf.Source, Bytes: []byte(`{"elev":"Alva"}`)}},
	}
}

// response is a token as an authority makes it, with a library that shares nothing with what verifies it.
func response(m seal.Material, digest []byte, at time.Time) ([]byte, error) {
	stamp := timestamp.Timestamp{HashAlgorithm: crypto.SHA256, HashedMessage: digest, Time: at, Policy: asn1.ObjectIdentifier{1, 2, 3, 4},
		Certificates: m.Chain[1:], AddTSACertificate: true}
	raw, err := stamp.CreateResponseWithOpts(m.Chain[0], m.Key, crypto.SHA256)
	if err != nil {
		return nil, err
	}
	parsed, err := timestamp.ParseResponse(raw)
	if err != nil {
		return nil, err
	}
	return parsed.RawToken, nil
}

// BenchmarkSeal is a document of three pages: sealed, and set and sealed.
func BenchmarkSeal(b *testing.B) {
	s := sealer(b, nil)
	b.Run("seal", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.Seal(b.Context(), document(), options); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("set and seal", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.Seal(b.Context(), must(pdf.Render(caseDocument())), options); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("verify", func(b *testing.B) {
		file := sealed(b, nil)
		for b.Loop() {
			if _, err := seal.Verify(file, trust()); err != nil {
				b.Fatal(err)
			}
		}
	})
}
