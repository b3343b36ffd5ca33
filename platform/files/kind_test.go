package files

import (
	"archive/zip"
	"bytes"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"samtjanst/forms"
)

// zipped makes an archive of stored and compressed files, in order: name, content, name, content …
func zipped(t testing.TB, files ...string) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for i := 0; i < len(files); i += 2 {
		method := zip.Deflate
		if files[i] == "mimetype" {
			method = zip.Store
		}
		f, err := w.CreateHeader(&zip.FileHeader{Name: files[i], Method: method})
		if err == nil {
			_, err = f.Write([]byte(files[i+1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

var (
	pdf  = []byte("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n")
	jpeg = []byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00")
	png  = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06")
	heic = []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic\x00\x00\x00\x00")
	heif = []byte("\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1heic\x00\x00\x00\x00")
	webp = []byte("RIFF\x24\x00\x00\x00WEBPVP8 \x18\x00\x00\x00")
)

func TestKindAndName(t *testing.T) {
	docx := zipped(t, "[Content_Types].xml", "<Types/>", "_rels/.rels", "<R/>", "word/document.xml", "<w/>")
	// A large picture first, as some programs write: what the file is shows late.
	lateDocx := zipped(t, "[Content_Types].xml", "<Types/>", "docProps/thumbnail.jpeg", string(noise(20_000)), "word/document.xml", "<w/>")
	odt := zipped(t, "mimetype", "application/vnd.oasis.opendocument.text", "content.xml", "<o/>")
	ods := zipped(t, "mimetype", "application/vnd.oasis.opendocument.spreadsheet", "content.xml", "<o/>")
	for _, tt := range []struct {
		name    string
		content []byte
		want    string // the name it is kept under; "" refused
	}{
		{"intyg.pdf", pdf, "intyg.pdf"},
		{"INTYG.PDF", pdf, "INTYG.PDF"},
		{"bild.jpg", jpeg, "bild.jpg"},
		{"bild.jpeg", jpeg, "bild.jpeg"},
		{"bild.png", png, "bild.png"},
		{"IMG_0001.HEIC", heic, "IMG_0001.HEIC"},
		{"IMG_0001.heic", heif, "IMG_0001.heic"},
		{"bild.webp", webp, "bild.webp"},
		{"brev.docx", docx, "brev.docx"},
		{"brev.docx", lateDocx, "brev.docx"},
		{"brev.odt", odt, "brev.odt"},
		{"image", jpeg, "image.jpg"},
		{"Intyg dr. Provberg", pdf, "Intyg dr. Provberg.pdf"},
		{"", pdf, "fil.pdf"},

		{"bild.jpg", png, ""},
		{"intyg.pdf", jpeg, ""},
		{"intyg.exe", pdf, ""},
		{"intyg.pdf.exe", pdf, ""},
		{"intyg.docx", odt, ""},
		{"kalkyl.ods", ods, ""},
		{"kalkyl.odt", ods, ""},
		{"arkiv.zip", zipped(t, "a.txt", "a"), ""},
		{"arkiv.docx", zipped(t, "a.txt", "a"), ""},
		{"sida.html", []byte("<!DOCTYPE html><script>alert(1)</script>"), ""},
		{"sida.pdf", []byte("<!DOCTYPE html><script>alert(1)</script>"), ""},
		{"bild.svg", []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), ""},
		{"program.pdf", []byte("MZ\x90\x00\x03\x00\x00\x00"), ""},
		{"anteckning.txt", []byte("hej"), ""},
		{"tom.pdf", nil, ""},
	} {
		got, err := accept(CleanName(tt.name), Kind(tt.content))
		var refusal *Refusal
		if tt.want == "" && (!errors.As(err, &refusal) || refusal.Code != forms.FileKind) {
			t.Errorf("%q of kind %s: kept as %q, %v; want it refused", tt.name, Kind(tt.content), got, err)
		}
		if tt.want != "" && (err != nil || got != tt.want) {
			t.Errorf("%q of kind %s: kept as %q, %v; want %q", tt.name, Kind(tt.content), got, err, tt.want)
		}
	}
	if Kind([]byte{1, 2, 3, 0xfe}) != Unknown {
		t.Errorf("bytes that nothing is known of are %q", Kind([]byte{1, 2, 3, 0xfe}))
	}
	if got := strings.Join(Accepted(), " "); got != ".docx .heic .heif .jfif .jpeg .jpg .odt .pdf .png .webp" {
		t.Errorf("Accepted: %s", got)
	}
}

func TestCleanName(t *testing.T) {
	long := strings.Repeat("å", 200)
	for in, want := range map[string]string{
		"intyg.pdf":                      "intyg.pdf",
		`C:\Users\prov\Skrivbord\a.pdf`:  "a.pdf",
		"../../etc/passwd":               "passwd",
		"/":                              "fil",
		"..":                             "fil",
		".htaccess":                      "htaccess",
		"a\x00b\r\nc\td.pdf":             "ab c d.pdf",
		"faktura\u202efdp.exe":           "fakturafdp.exe",
		"o\u200bsynlig\ufeff.pdf":        "osynlig.pdf",
		"  två   hem .pdf ":              "två hem .pdf",
		"a\u030aldersintyg.pdf":          "åldersintyg.pdf",
		`a<b>"c":d|e?f*.pdf`:             "a_b__c__d_e_f_.pdf",
		"\xff\xfe.pdf":                   "pdf",
		"":                               "fil",
		long + ".pdf":                    strings.Repeat("å", 116) + ".pdf",
		long:                             strings.Repeat("å", 120),
		"a." + strings.Repeat("b", 200):  "a." + strings.Repeat("b", 118),
		"läkarintyg – vår 2026 (1).docx": "läkarintyg – vår 2026 (1).docx",
	} {
		if got := CleanName(in); got != want {
			t.Errorf("CleanName(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzCleanName(f *testing.F) {
	for _, s := range []string{"a.pdf", "../x", "\u202egpj.exe", ". . .", "\xff", strings.Repeat("a\u0301", 130) + ".pdf"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		got := CleanName(in)
		if got == "" || !utf8.ValidString(got) || utf8.RuneCountInString(got) > maxName || strings.ContainsAny(got, "/\\\x00\n\r\u202e\u2066") || got[0] == '.' {
			t.Errorf("CleanName(%q) = %q", in, got)
		}
		if again := CleanName(got); again != got {
			t.Errorf("CleanName(%q) = %q, and of that %q", in, got, again)
		}
	})
}
