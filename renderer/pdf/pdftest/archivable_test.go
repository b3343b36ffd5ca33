package pdftest_test

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"samtjanst/renderer/pdf"
	"samtjanst/renderer/pdf/pdftest"
)

// recorder is a test that notes what is complained of.
type recorder struct {
	testing.TB
	said []string
}

func (r *recorder) Helper()                      {}
func (r *recorder) Error(args ...any)            { r.said = append(r.said, fmt.Sprint(args...)) }
func (r *recorder) Errorf(f string, args ...any) { r.said = append(r.said, fmt.Sprintf(f, args...)) }
func (r *recorder) Fatal(args ...any)            { r.Error(args...); runtime.Goexit() }
func (r *recorder) Fatalf(f string, args ...any) { r.Errorf(f, args...); runtime.Goexit() }

func complaints(t *testing.T, file []byte) string {
	r := &recorder{TB: t}
	done := make(chan struct{})
	go func() { defer close(done); pdftest.Archivable(r, file) }()
	<-done
	return strings.Join(r.said, "\n")
}

// TestWhatIsNotArchivableIsFound breaks one rule at a time, by bytes of the same length so that the file holds together.
func TestWhatIsNotArchivableIsFound(t *testing.T) {
	file, err := pdf.Render(pdf.Doc{Title: "Beslut", Author: "Ekköpings kommun", Created: time.Date(2026, 6, 2, 12, 0, 0, 0, time.UTC),
		Blocks:      []pdf.Block{pdf.Paragraph{Text: pdf.Inline{{Text: "Läs mer", Link: "https://example.se/"}}}},
		Attachments: []pdf.Attachment{{Name: "a.json", MIME: "application/json", Bytes: []byte("{}")}}})
	if err != nil {
		t.Fatal(err)
	}
	if said := complaints(t, file); said != "" {
		t.Fatal(said)
	}
	for _, tt := range []struct{ old, new, want string }{
		{"%PDF-1.7", "%PDF-1.4", "6.1.2"},
		{"/ID [", "/IE [", "6.1.3"},
		{"/GTS_PDFA1", "/GTS_PDFX1", "6.2.3"},
		{"/ToUnicode", "/ToUnicodf", "6.2.11.7"},
		{"/FontFile2", "/FontFile9", "6.2.11.4"},
		{"/F 4", "/F 2", "6.3.2"},
		{"/Subtype /Link", "/Subtype /Note", "6.3.3"},
		{"/S /URI", "/S /Lau", "6.5.1"},
		{"<pdfaid:part>3", "<pdfaid:part>1", "6.6.4"},
		{"<dc:creator><rdf:Seq><rdf:li>E", "<dc:creator><rdf:Seq><rdf:li>e", "6.6.3"},
		{"<xmp:CreateDate>2026", "<xmp:CreateDate>2025", "6.6.3"},
		{"/Marked true", "/Marked null", "6.7"},
		{"/Lang", "/Lamg", "6.7.4"},
		{"/AFRelationship", "/AFRelationshiq", "6.8"},
		{"/application#2Fjson", "/application#2Djson", "6.8"},
	} {
		if len(tt.old) != len(tt.new) || !bytes.Contains(file, []byte(tt.old)) {
			t.Fatalf("%q is not in the file, or not as long as %q", tt.old, tt.new)
		}
		if said := complaints(t, bytes.Replace(bytes.Clone(file), []byte(tt.old), []byte(tt.new), 1)); !strings.Contains(said, tt.want) {
			t.Errorf("%q for %q: %q, want %s", tt.new, tt.old, said, tt.want)
		}
	}
}
