// Package pdftest checks the rules of PDF/A-3, level A (ISO 19005-3) that can be read off a file's objects. It is no
// validator, but holds what a change to the renderer or to sealing would break first; numbers are those of the standard.
package pdftest

import (
	"bytes"
	"encoding/xml"
	"slices"
	"strings"
	"testing"
	"time"

	"samtjanst/platform/signing/seal/pdffile"
)

// maxStreams bounds what the streams of a test's file expand to.
const maxStreams = 64 << 20

type check struct {
	t       testing.TB
	file    *pdffile.File
	root    pdffile.Dict
	related []any // the catalogue's AF
	fonts   int
}

// Archivable checks a file.
func Archivable(t testing.TB, raw []byte) {
	t.Helper()
	f, err := pdffile.Open(raw, maxStreams)
	if err != nil {
		t.Fatal(err)
	}
	c := &check{t: t, file: f}
	c.header(raw)
	if c.root = c.dict(f.Trailer()["Root"]); c.root == nil {
		t.Fatal("no catalogue")
	}
	c.related, _ = c.resolve(c.root["AF"]).([]any)
	c.catalogue()
	c.intent()
	c.metadata()
	for _, n := range f.Objects() {
		v, err := f.Object(n)
		if err != nil {
			t.Errorf("object %d: %v", n, err)
			continue
		}
		if s, ok := v.(*pdffile.Stream); ok {
			c.stream(n, s)
			v = s.Dict
		}
		c.walk(n, v)
	}
	if c.fonts == 0 {
		t.Error("no font was found")
	}
}

func (c *check) header(raw []byte) {
	line := bytes.Split(raw[:min(len(raw), 64)], []byte("\n"))
	if !bytes.Equal(line[0], []byte("%PDF-1.7")) || len(line[1]) < 5 || line[1][0] != '%' || slices.ContainsFunc(line[1][1:5], func(b byte) bool { return b < 128 }) {
		c.t.Errorf("6.1.2: the file starts with %q", line[:2])
	}
	trailer := c.file.Trailer()
	if ids, ok := trailer["ID"].([]any); !ok || len(ids) != 2 || trailer["Encrypt"] != nil {
		c.t.Errorf("6.1.3: trailer %v", trailer)
	}
}

func (c *check) catalogue() {
	if c.root["AA"] != nil || c.root["OpenAction"] != nil || c.root["NeedsRendering"] != nil {
		c.t.Error("6.5: the document does something when it is opened")
	}
	if form := c.dict(c.root["AcroForm"]); form["NeedAppearances"] == true || form["XFA"] != nil {
		c.t.Error("6.4: the form is not what is shown")
	}
	if mark := c.dict(c.root["MarkInfo"]); mark["Marked"] != true || mark["Suspects"] == true || c.dict(c.root["StructTreeRoot"]) == nil {
		c.t.Error("6.7: the document is not tagged")
	}
	if lang, ok := c.root["Lang"].(string); !ok || lang == "" {
		c.t.Error("6.7.4: no language")
	}
}

// intent demands a colour profile for RGB, which is all the renderer paints in (6.2.3).
func (c *check) intent() {
	list, _ := c.resolve(c.root["OutputIntents"]).([]any)
	if len(list) != 1 {
		c.t.Fatalf("6.2.3: %d output intents", len(list))
	}
	d := c.dict(list[0])
	profile, ok := c.resolve(d["DestOutputProfile"]).(*pdffile.Stream)
	if d["S"] != pdffile.Name("GTS_PDFA1") || !ok || profile.Dict["N"] != 3.0 {
		c.t.Fatalf("6.2.3: output intent %v", d)
	}
	icc, err := c.file.Content(profile)
	if err != nil || len(icc) < 128 || icc[8] > 4 || string(icc[12:16]) != "mntr" || string(icc[16:20]) != "RGB " || string(icc[36:40]) != "acsp" {
		c.t.Errorf("6.2.3: the profile is none of a screen, for RGB: %v", err)
	}
}

// metadata demands XMP with the claim, that says what the information dictionary says (6.6).
func (c *check) metadata() {
	s, ok := c.resolve(c.root["Metadata"]).(*pdffile.Stream)
	if !ok || s.Dict["Filter"] != nil {
		c.t.Fatal("6.6.2: no metadata that can be read as text")
	}
	var b strings.Builder // what stands in each element, in order
	texts := map[string]string{}
	name := ""
	for d := xml.NewDecoder(bytes.NewReader(s.Raw)); ; {
		token, err := d.RawToken()
		if err != nil {
			break // the end, or what checking the elements below will show
		}
		switch token := token.(type) {
		case xml.StartElement:
			if token.Name.Space != "rdf" {
				name = token.Name.Space + ":" + token.Name.Local
			}
			b.Reset()
		case xml.CharData:
			b.Write(token)
		case xml.EndElement:
			if text := strings.TrimSpace(b.String()); text != "" {
				texts[name] = text
			}
			b.Reset()
		}
	}
	if texts["pdfaid:part"] != "3" || texts["pdfaid:conformance"] != "A" {
		c.t.Errorf("6.6.4: claims %v", texts)
	}
	info := c.dict(c.file.Trailer()["Info"])
	for key, element := range map[string]string{"Title": "dc:title", "Author": "dc:creator", "Producer": "pdf:Producer", "Creator": "xmp:CreatorTool"} {
		if said, _ := info[key].(string); pdffile.DecodeText(said) != texts[element] {
			c.t.Errorf("6.6.3: %s is %q and %s %q", key, pdffile.DecodeText(said), element, texts[element])
		}
	}
	for key, element := range map[string]string{"CreationDate": "xmp:CreateDate", "ModDate": "xmp:ModifyDate"} {
		said, ok := info[key].(string)
		if !ok && texts[element] == "" {
			continue
		}
		a, err := time.Parse("D:20060102150405-07'00'", said)
		b, err2 := time.Parse(time.RFC3339, texts[element])
		if err != nil || err2 != nil || !a.Equal(b) {
			c.t.Errorf("6.6.3: %s is %q and %s %q", key, said, element, texts[element])
		}
	}
}

func (c *check) stream(n pdffile.Ref, s *pdffile.Stream) {
	if s.Dict["F"] != nil || s.Dict["FFilter"] != nil {
		c.t.Errorf("6.1.7: stream %d is outside the file", n)
	}
	if f := s.Dict["Filter"]; f != nil && f != pdffile.Name("FlateDecode") && f != pdffile.Name("DCTDecode") {
		c.t.Errorf("6.1.7: stream %d has filter %v", n, f)
	}
	if s.Dict["Subtype"] == pdffile.Name("Image") && (s.Dict["Interpolate"] == true || s.Dict["Alternates"] != nil || s.Dict["OPI"] != nil) {
		c.t.Errorf("6.2.8: image %d", n)
	}
	if s.Dict["Type"] == pdffile.Name("EmbeddedFile") {
		if kind, ok := s.Dict["Subtype"].(pdffile.Name); !ok || !strings.Contains(string(kind), "/") {
			c.t.Errorf("6.8: embedded file %d has no media type", n)
		}
	}
}

// walk checks each dictionary by what it is.
func (c *check) walk(n pdffile.Ref, v any) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			c.walk(n, e)
		}
	case pdffile.Dict:
		switch v["Type"] {
		case pdffile.Name("Font"):
			c.font(n, v)
		case pdffile.Name("Annot"):
			c.annotation(n, v)
		case pdffile.Name("Action"):
			if v["S"] != pdffile.Name("URI") && v["S"] != pdffile.Name("GoTo") {
				c.t.Errorf("6.5.1: object %d does %v", n, v["S"])
			}
		case pdffile.Name("Filespec"):
			if v["F"] == nil || v["UF"] == nil || v["AFRelationship"] == nil || !slices.Contains(c.related, any(n)) {
				c.t.Errorf("6.8: file specification %d is incomplete, or belongs to nothing", n)
			}
		case pdffile.Name("SigRef"):
			if v["DigestMethod"] != nil || v["DigestValue"] != nil || v["DigestLocation"] != nil {
				c.t.Errorf("6.4.3: signature reference in object %d", n)
			}
		}
		for _, e := range v {
			c.walk(n, e)
		}
	}
}

// font demands that the program is in the file, and that every glyph says which characters it stands for (6.2.11).
func (c *check) font(n pdffile.Ref, d pdffile.Dict) {
	c.fonts++
	switch d["Subtype"] {
	case pdffile.Name("Type0"):
		if _, ok := c.resolve(d["ToUnicode"]).(*pdffile.Stream); !ok {
			c.t.Errorf("6.2.11.7: font %d has no ToUnicode", n)
		}
	case pdffile.Name("CIDFontType2"):
		descriptor := c.dict(d["FontDescriptor"])
		if _, ok := c.resolve(descriptor["FontFile2"]).(*pdffile.Stream); !ok || d["CIDToGIDMap"] == nil {
			c.t.Errorf("6.2.11.4: font %d is not embedded", n)
		}
	default:
		c.t.Errorf("font %d is %v", n, d["Subtype"])
	}
}

// annotation demands that it prints, shows, and has an appearance where there is something to see (6.3).
func (c *check) annotation(n pdffile.Ref, d pdffile.Dict) {
	const invisible, hidden, printed, noView, toggle = 1, 2, 4, 32, 256
	flags, _ := d["F"].(float64)
	if f := int(flags); f&printed == 0 || f&(invisible|hidden|noView|toggle) != 0 {
		c.t.Errorf("6.3.2: annotation %d has flags %d", n, f)
	}
	rect, _ := d["Rect"].([]any)
	empty := len(rect) == 4 && rect[0] == rect[2] && rect[1] == rect[3]
	if d["Subtype"] != pdffile.Name("Link") && !empty && d["AP"] == nil {
		c.t.Errorf("6.3.3: annotation %d has no appearance", n)
	}
	if d["Subtype"] == pdffile.Name("Widget") && (d["A"] != nil || d["AA"] != nil) {
		c.t.Errorf("6.4.1: field %d does something", n)
	}
	if d["StructParent"] == nil {
		c.t.Errorf("6.7: annotation %d is not in the structure", n)
	}
}

func (c *check) resolve(v any) any {
	got, err := c.file.Resolve(v)
	if err != nil {
		c.t.Error(err)
	}
	return got
}

func (c *check) dict(v any) pdffile.Dict {
	d, _ := c.resolve(v).(pdffile.Dict)
	return d
}
