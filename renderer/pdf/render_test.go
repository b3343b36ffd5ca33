package pdf

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"samtjanst/platform/fault"
	"samtjanst/platform/signing/seal/pdffile"
)

func TestSameInputSameBytes(t *testing.T) {
	want := render(t, decision())
	var wg sync.WaitGroup
	for range 8 { // also together, since faces are pooled
		wg.Go(func() {
			got, err := Render(decision())
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("another file of %d bytes, want %d, error %v", len(got), len(want), err)
			}
		})
	}
	wg.Wait()
	other := decision()
	other.Reference = "Dnr 2026-BUN-0118"
	if bytes.Equal(render(t, other), want) {
		t.Error("another document gives the same bytes")
	}
}

func TestRefusals(t *testing.T) {
	file := func(a Attachment) Doc { return Doc{Title: "x", Attachments: []Attachment{a}} }
	var huge bytes.Buffer
	if err := png.Encode(&huge, image.NewGray(image.Rect(0, 0, 2000, 2000))); err != nil {
		t.Fatal(err)
	}
	opens := func(s string) func() (io.ReadCloser, error) {
		return func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(s)), nil }
	}
	tests := []struct {
		name string
		doc  Doc
		want fault.Kind
	}{
		{"no title", Doc{Title: " \n\u200B"}, fault.Invalid},
		{"colour", Doc{Title: "x", Theme: Theme{Colour: "red"}}, fault.Invalid},
		{"short colour", Doc{Title: "x", Theme: Theme{Colour: "#fff"}}, fault.Invalid},
		{"language", Doc{Title: "x", Lang: "svenska (Sverige)"}, fault.Invalid},
		{"logo of another kind", Doc{Title: "x", Logo: Logo{Data: []byte("GIF89a")}}, fault.Invalid},
		{"broken logo", Doc{Title: "x", Logo: Logo{Data: []byte("\x89PNG\r\n\x1a\nxx")}}, fault.Invalid},
		{"logo without size", Doc{Title: "x", Logo: Logo{Data: []byte("<svg xmlns='http://www.w3.org/2000/svg'/>")}}, fault.Invalid},
		{"logo with too many pixels", Doc{Title: "x", Logo: Logo{Data: huge.Bytes()}}, fault.TooLarge},
		{"logo with too many bytes", Doc{Title: "x", Logo: Logo{Data: make([]byte, maxLogoBytes+1)}}, fault.TooLarge},
		{"attachment without name", file(Attachment{}), fault.Invalid},
		{"attachment with a path", file(Attachment{Name: "../x"}), fault.Invalid},
		{"relationship", file(Attachment{Name: "x", Relationship: "Friend"}), fault.Invalid},
		{"two of one name", Doc{Title: "x", Attachments: []Attachment{{Name: "a"}, {Name: "a"}}}, fault.Invalid},
		{"too large", file(Attachment{Name: "x", Open: opens(""), Size: MaxAttachments + 1}), fault.TooLarge},
		{"negative size", file(Attachment{Name: "x", Open: opens(""), Size: -1}), fault.Invalid},
		{"gives less than it says", file(Attachment{Name: "x", Open: opens("abc"), Size: 4}), fault.Internal},
		{"gives more than it says", file(Attachment{Name: "x", Open: opens("abc"), Size: 2}), fault.Internal},
		{"cannot be opened", file(Attachment{Name: "x", Open: func() (io.ReadCloser, error) { return nil, io.ErrUnexpectedEOF }}), fault.Internal},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := Render(tt.doc); !errors.Is(err, tt.want) {
				t.Errorf("error %v, want %v", err, tt.want)
			}
		})
	}
}

// TestExtractReadsTheLastRevision appends a revision, as a signature does, in which the attachment is another.
func TestExtractReadsTheLastRevision(t *testing.T) {
	file := render(t, Doc{Title: "x", Attachments: []Attachment{{Name: "a.jpg", MIME: "image/jpeg", Bytes: []byte("före")}}})
	start := bytes.LastIndex(file, []byte("startxref\n"))
	prev := strings.Fields(string(file[start:]))[1]
	stream := bytes.Index(file, []byte("/Type /EmbeddedFile"))
	num := strings.Fields(string(file[bytes.LastIndex(file[:stream], []byte("endobj\n"))+len("endobj\n"):]))[0]
	root := regexp.MustCompile(`/Root \d+ 0 R`).Find(file)
	object := num + " 0 obj\n<</Type /EmbeddedFile /Subtype /image#2Fjpeg /Params <</Size 5>> /Length 5>>\nstream\nefter\nendstream\nendobj\n"
	revised := fmt.Sprintf("%s%sxref\n%s 1\n%010d 00000 n \ntrailer\n<<%s /Prev %s>>\nstartxref\n%d\n%%%%EOF\n", file, object, num, len(file), root, prev, len(file)+len(object))
	got, err := Extract([]byte(revised))
	if err != nil || len(got) != 1 || string(got[0].Bytes) != "efter" {
		t.Errorf("%v, %v", got, err)
	}
}

func TestExtract(t *testing.T) {
	d := decision()
	d.Attachments = append(d.Attachments,
		Attachment{Name: "bevis.xml", MIME: "application/xml", Relationship: Supplement, Description: "Underskrift åäö", Bytes: bytes.Repeat([]byte("<x/>"), 50000)},
		Attachment{Name: "tom.pdf", MIME: "application/pdf", Relationship: Data, Bytes: []byte{}},
		Attachment{Name: "ström.bin", MIME: "", Size: 7, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("\x00\xffendst")), nil }})
	got, err := Extract(render(t, d))
	if err != nil {
		t.Fatal(err)
	}
	want := []Attachment{d.Attachments[2], d.Attachments[1], {Name: "ström.bin", MIME: "application/octet-stream", Relationship: Unspecified, Bytes: []byte("\x00\xffendst")}, d.Attachments[3], d.Attachments[0]}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
	if none, err := Extract(render(t, Doc{Title: "x"})); err != nil || len(none) != 0 {
		t.Errorf("a document without attachments gives %v, %v", none, err)
	}
	for name, file := range map[string][]byte{"empty": nil, "other": []byte("hello, this is no PDF"), "cut": render(t, d)[:3000]} {
		if _, err := Extract(file); !errors.Is(err, fault.Invalid) {
			t.Errorf("%s: error %v, want invalid", name, err)
		}
	}
}

// TestLargeAttachmentsAreNotHeld writes 64 MB through and counts what was allocated.
func TestLargeAttachmentsAreNotHeld(t *testing.T) {
	const size = 64 << 20
	d := Doc{Title: "Akt", Attachments: []Attachment{{Name: "film.mp4", MIME: "video/mp4", Size: size,
		Open: func() (io.ReadCloser, error) { return io.NopCloser(io.LimitReader(zeros{}, size)), nil }}}}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if err := Write(io.Discard, d); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > size/4 {
		t.Errorf("%d MB allocated", used>>20)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestThemeIsReadable(t *testing.T) {
	for _, hex := range []string{"#ffff00", "#ffffff", "#808080", "#0b5c4a", "#000000", ""} {
		c, err := parseColour(hex)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.readable().contrast(); got < 4.5 {
			t.Errorf("%s has contrast %.2f", hex, got)
		}
	}
	if c, _ := parseColour("#0b5c4a"); c.readable() != c {
		t.Error("a readable colour is changed")
	}
	for _, c := range []colour{ink, faint, linkColour(ink)} {
		if c.contrast() < 4.5 {
			t.Errorf("%v has contrast %.2f", c, c.contrast())
		}
	}
}

// TestUnfollowableLinks: what a reader of a file cannot follow is text.
func TestUnfollowableLinks(t *testing.T) {
	tests := map[string]string{
		"https://example.se/å?q=1": "https://example.se/%C3%A5?q=1", "mailto:a@example.se": "mailto:a@example.se", "tel:0701740605": "tel:0701740605",
		"/mina-sidor": "", "#a": "", "javascript:alert(1)": "", "https://å.example:8443/": "https://xn--5ca.example:8443/", "": "", "https://example.se/" + strings.Repeat("x", maxURL): "",
	}
	for raw, want := range tests {
		if got, ok := target(raw); ok != (want != "") || ok && got != want {
			t.Errorf("%q gives %q, want %q", raw, got, want)
		}
	}
	if bytes.Contains(render(t, Doc{Title: "x", Blocks: []Block{Paragraph{Text: Inline{{Text: "a", Link: "javascript:alert(1)"}}}}}), []byte("/Annot")) {
		t.Error("a script became a link")
	}
}

// TestBookmarks follows the outline as a viewer does: every heading, under the one it belongs to.
func TestBookmarks(t *testing.T) {
	f, err := pdffile.Open(render(t, Doc{Title: "Titel", Blocks: []Block{Heading{2, Text("A")}, Heading{3, Text("Å")}, Heading{3, Text("B")}, Heading{2, Text("C")}}}), 0)
	if err != nil {
		t.Fatal(err)
	}
	root, err := f.Dict(f.Trailer(), "Root")
	if err != nil {
		t.Fatal(err)
	}
	var read func(d pdffile.Dict) string
	read = func(d pdffile.Dict) string {
		out := ""
		for item, err := f.Dict(d, "First"); item != nil; item, err = f.Dict(item, "Next") {
			if err != nil {
				t.Fatal(err)
			}
			if to, ok := item["Dest"].([]any); !ok || len(to) != 5 {
				t.Errorf("a bookmark leads to %v", item["Dest"])
			}
			out += pdffile.DecodeText(item["Title"].(string)) + "(" + read(item) + ")"
		}
		return out
	}
	outlines, err := f.Dict(root, "Outlines")
	if err != nil {
		t.Fatal(err)
	}
	if got := read(outlines); got != "Titel(A(Å()B())C())" || outlines["Count"] != 5.0 {
		t.Errorf("outline %s, count %v", got, outlines["Count"])
	}
}

func TestHeadingsSkipNoLevel(t *testing.T) {
	out, ok := poppler(t, "pdfinfo", render(t, Doc{Title: "Titel", Blocks: []Block{
		Heading{3, Text("A")}, Heading{6, Text("B")}, Heading{2, Text("C")}, Heading{0, Text("D")}, Heading{9, Text("E")}, Heading{2, Text(" ")}}}), "-struct-text", "FILE")
	if !ok {
		return
	}
	got := strings.Fields(strings.NewReplacer("(block)", "", "\n", " ").Replace(out))
	if diff := cmp.Diff(strings.Fields(`Document H1 "Titel" H2 "A" H3 "B" H2 "C" H1 "D" H2 "E"`), got); diff != "" {
		t.Error(diff)
	}
}

func BenchmarkRender(b *testing.B) {
	for _, bench := range []struct {
		name string
		doc  Doc
	}{{"two pages", decision()}, {"letter", Doc{Title: "Brev", Blocks: []Block{Paragraph{Text: Text("Hej")}}}}, {"40 pages", long(18)}} {
		b.Run(bench.name, func(b *testing.B) {
			pages := bytes.Count(render(b, bench.doc), []byte("/Type /Page\n")) + bytes.Count(render(b, bench.doc), []byte("/StructParents "))
			b.ReportAllocs()
			for b.Loop() {
				render(b, bench.doc)
			}
			b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N*pages), "ms/page")
		})
	}
}
