package pdf

import (
	"bytes"
	"image"
	pngencode "image/png"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"samtjanst/renderer/pdf/pdftest"
)

// poppler runs one of the poppler tools, or qpdf, which read the file as readers in the world do. Without them a test in CI
// fails; elsewhere it says what it did not check, and ok is false.
func poppler(t *testing.T, tool string, file []byte, args ...string) (out string, ok bool) {
	t.Helper()
	path, err := exec.LookPath(tool)
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("%s is missing: apt-get install poppler-utils qpdf", tool)
		}
		t.Logf("not checked with %s, which is missing: apt-get install poppler-utils qpdf", tool)
		return "", false
	}
	name := filepath.Join(t.TempDir(), "document.pdf")
	if err := os.WriteFile(name, file, 0o600); err != nil {
		t.Fatal(err)
	}
	for i, a := range args {
		args[i] = strings.ReplaceAll(a, "FILE", name)
	}
	cmd := exec.Command(path, args...)
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v: %s", tool, err, &stderr)
	}
	if stderr.Len() > 0 {
		t.Errorf("%s complains: %s", tool, &stderr)
	}
	return stdout.String(), true
}

func render(t testing.TB, d Doc) []byte {
	t.Helper()
	file, err := Render(d)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestMetadata(t *testing.T) {
	file := render(t, decision())
	if out, ok := poppler(t, "pdfinfo", file, "FILE"); ok {
		for _, want := range []string{"Title:           Beslut om skolskjuts\n", "Author:          Ekköpings kommun, Barn- och utbildningsnämnden\n",
			"Tagged:          yes\n", "(A4)\n", "Encrypted:       no\n", "JavaScript:      no\n", "Suspects:        no\n"} {
			if !strings.Contains(out, want) {
				t.Errorf("no %q in\n%s", want, out)
			}
		}
	}
	if out, ok := poppler(t, "pdfinfo", file, "-meta", "FILE"); ok {
		for _, want := range []string{"<pdfaid:part>3</pdfaid:part>", "<pdfaid:conformance>A</pdfaid:conformance>",
			`<rdf:li xml:lang="x-default">Beslut om skolskjuts</rdf:li>`, "<xmp:CreateDate>2026-06-02T14:05:00+02:00</xmp:CreateDate>",
			"<dc:language><rdf:Bag><rdf:li>sv</rdf:li></rdf:Bag></dc:language>"} {
			if !strings.Contains(out, want) {
				t.Errorf("no %q in\n%s", want, out)
			}
		}
	}
	for _, want := range []string{"/Lang (sv)", "/DisplayDocTitle true", "/GTS_PDFA1", "/PageMode /UseOutlines"} {
		if !bytes.Contains(file, []byte(want)) {
			t.Errorf("no %q in the file", want)
		}
	}
}

// TestStructure checks what a screen reader is told, in order.
func TestStructure(t *testing.T) {
	out, ok := poppler(t, "pdfinfo", render(t, decision()), "-struct-text", "FILE")
	if !ok {
		return
	}
	flat := regexp.MustCompile(`\s+`).ReplaceAllString(out, " ")
	rest := flat
	for _, want := range []string{
		`Document Figure`, `P (block) "Ekköpings kommun`, `H1 (block) "Beslut om skolskjuts"`, `H2 (block) "Skäl för beslutet"`,
		`Link (inline) "kommunens sida om skolskjuts" Object`, `" eller skriv till " Link (inline)`,
		`L (block): /ListNumbering /Decimal LI (block) Lbl (block) "1." LBody (block) P (block) "Eleven går`,
		`L (block): /ListNumbering /Disc LI (block) Lbl (block) "•" LBody (block)`,
		`H3 (block) "Så här går resorna till"`, `Table (block) THead TR TH: /Scope /Column "Dag" TH: /Scope /Column "Morgon"`,
		`TBody TR TD "Måndag–torsdag" TD "07.35"`, `P (block) "Så överklagar du"`,
		`H2 (block) "Uppgifter i ansökan" Table (block) TBody TR TH: /Scope /Row "Elev" TD "Alva Testsson, årskurs 5"`,
		`TH: /Scope /Row "Särskilda behov" TD "–"`, `H2 (block) "Underskrifter" Table (block) THead`, `TH: /Scope /Row "Johan Provberg"`,
	} {
		_, after, found := strings.Cut(rest, want)
		if !found {
			t.Fatalf("no %q, or not in its place, in\n%s", want, out)
		}
		rest = after
	}
	if strings.Contains(flat, "Sida 1") {
		t.Error("the page number is read as content")
	}
}

func TestTextAndPages(t *testing.T) {
	file := render(t, long(40))
	count, ok := poppler(t, "pdfinfo", file, "FILE")
	if !ok {
		return
	}
	pages, _ := strconv.Atoi(regexp.MustCompile(`Pages:\s+(\d+)`).FindStringSubmatch(count)[1])
	if pages < 40 {
		t.Fatalf("%d pages, want at least 40", pages)
	}
	for _, n := range []int{5, 20} {
		out, _ := poppler(t, "pdftotext", file, "-f", strconv.Itoa(n), "-l", strconv.Itoa(n), "-layout", "FILE", "-")
		for _, want := range []string{"Datum", "Belopp", "Ängsvägen", "Sida " + strconv.Itoa(n) + " av " + strconv.Itoa(pages), "Dnr 2026-BUN-0117", "Beslut om skolskjuts"} {
			if !strings.Contains(out, want) {
				t.Errorf("page %d has no %q:\n%s", n, want, out)
			}
		}
	}
	out, _ := poppler(t, "pdfinfo", render(t, long(4)), "-struct-text", "FILE") // poppler's time grows with the square
	if n := strings.Count(out, `"Datum"`); n != 1 {
		t.Errorf("the table's header is read %d times, want once", n)
	}
	if n := strings.Count(out, "Table (block)"); n != 4 {
		t.Errorf("%d tables, want 4: one that goes over pages is one", n)
	}
}

// TestNothingOutsideTheMargins measures where the words of awkward documents stand.
func TestNothingOutsideTheMargins(t *testing.T) {
	wide := long(3)
	wide.Address = []string{"Maja Testsson", strings.Repeat("Långgatan ", 12), "123 45 Ekköping"}
	wide.Author = strings.Repeat("Samverkansnämnden för skolskjutsar ", 8)
	wide.Blocks = append(wide.Blocks,
		Paragraph{Text: Text(strings.Repeat("Ordsomärlängreänraden", 30))},
		Paragraph{Text: Inline{{Text: strings.Repeat("https://example.se/", 20), Link: "https://example.se/"}, {Text: strings.Repeat("åäö", 100), Bold: true}}},
		Table{Columns: []Column{{Header: Text("Kort")}, {Header: Text("Lång")}}, Rows: [][]Inline{{Text("a"), Text(strings.Repeat("Avsevärt långt innehåll som fyller flera sidor. ", 300))}}},
		KeyValue{{Text(strings.Repeat("Fråga ", 40)), Text(strings.Repeat("Svar", 200))}},
		Note{Blocks: []Block{List{Items: [][]Block{{Paragraph{Text: Text(strings.Repeat("punkt ", 60))}, List{Ordered: true, Start: 1998, Items: [][]Block{{}, {Paragraph{Text: Text("x")}}}}}}}}},
	)
	out, ok := poppler(t, "pdftotext", render(t, wide), "-bbox", "FILE", "-")
	if !ok {
		return
	}
	words := regexp.MustCompile(`<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*)</word>`).FindAllStringSubmatch(out, -1)
	if len(words) < 1000 {
		t.Fatalf("only %d words", len(words))
	}
	for _, w := range words {
		var v [4]float64
		for i := range v {
			v[i], _ = strconv.ParseFloat(w[i+1], 64)
		}
		if v[0] < marginLeft-0.5 || v[2] > pageWidth-marginRight+0.5 || v[1] < 30 || v[3] > pageHeight-30 {
			t.Errorf("%q stands at %v", w[5], v)
		}
	}
}

func TestMissingGlyphs(t *testing.T) {
	text := "Čapek och Łukasz, 日本語, العربية, 😀 a\u030Angstrom"
	file := render(t, Doc{Title: text, Blocks: []Block{Paragraph{Text: Text(text)}}})
	if out, ok := poppler(t, "pdftotext", file, "FILE", "-"); ok {
		// What the font lacks is shown as boxes and read as what it is.
		for _, want := range []string{"Čapek och Łukasz", "日本語", "😀", "ångstrom"} {
			if !strings.Contains(out, want) {
				t.Errorf("no %q in %q", want, out)
			}
		}
	}
	set := fontSets.Get().(*fontSet)
	defer set.release()
	for _, f := range set {
		for _, r := range "åäöÅÄÖéüčłŁøœ–—’”•…€§□" {
			if g := f.glyph(r); !g.known || g.id == 0 {
				t.Errorf("%s has no %q", f.PostScriptName(), r)
			}
		}
		if g := f.glyph('日'); g.known || g.id == 0 {
			t.Errorf("%s: a character it lacks is drawn as glyph %d", f.PostScriptName(), g.id)
		}
	}
}

func TestAttachmentsAreListed(t *testing.T) {
	out, ok := poppler(t, "pdfdetach", render(t, decision()), "-list", "FILE")
	if ok && out != "2 embedded files\n1: läkarintyg å.txt\n2: uppgifter.json\n" {
		t.Errorf("%q", out)
	}
}

// TestPagesCanBeDrawn has each page drawn, by which poppler reads every font and the logo.
func TestPagesCanBeDrawn(t *testing.T) {
	out, ok := poppler(t, "pdftoppm", render(t, decision()), "-r", "30", "-gray", "FILE")
	if ok && strings.Count(out, "P5\n") != 2 {
		t.Errorf("%d pages drawn, want 2", strings.Count(out, "P5\n"))
	}
}

// TestArchivable checks PDF/A-3 on every kind of document, with a PNG as logo too, whose transparency the format allows.
func TestArchivable(t *testing.T) {
	picture := decision()
	var png bytes.Buffer
	if err := pngencode.Encode(&png, image.NewNRGBA(image.Rect(0, 0, 20, 10))); err != nil {
		t.Fatal(err)
	}
	picture.Logo.Data = png.Bytes()
	for name, d := range map[string]Doc{"decision": decision(), "long": long(4), "least": {Title: "x"}, "picture": picture,
		"odd characters": {Title: "日本 & <x>", Author: "Čapek \"& söner\"", Blocks: []Block{Paragraph{Text: Text("日本 😀")}}}} {
		t.Run(name, func(t *testing.T) {
			file := render(t, d)
			pdftest.Archivable(t, file)
			if out, ok := poppler(t, "qpdf", file, "--check", "FILE"); ok && !strings.Contains(out, "No syntax or stream encoding errors found") {
				t.Error(out)
			}
		})
	}
}
