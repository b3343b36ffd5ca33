package pdf

import (
	"errors"
	"testing"

	"samtjanst/platform/fault"
)

// FuzzRender sets odd text in every kind of block: it always gives a file whose structure holds together.
func FuzzRender(f *testing.F) {
	for _, seed := range []string{"", "a", "åäö", "\x00\xff\u202e\u200b", "العربية 日本語 😀", "a\u030a\u0301\u0302", "- a\n  - b\n\n| a |\n|-|\n| b |", "# a\n\n###### b",
		"[a](https://example.se) [b](https://example.se)", "<https://example.se/()>", "ord\u00ad\u00a0ord\u2028rad", "a-b-c/d", "((\\)", "\n\n\t \r\n", "{page} av {pages}"} {
		f.Add(seed, uint8(3))
	}
	f.Fuzz(func(t *testing.T, s string, n uint8) {
		in := Inline{{Text: s}, {Text: s, Bold: true, Link: "https://example.se/" + s}, {Text: s, Italic: true}}
		rows := make([][]Inline, n)
		for i := range rows {
			rows[i] = []Inline{in, Text(s)}
		}
		d := Doc{Title: s, Author: s, Reference: s, Address: []string{s}, Logo: Logo{Alt: s, Data: []byte(`<svg viewBox="0 0 2 1"><rect width="1" height="1"/></svg>`)}, Words: Words{Page: s},
			Blocks: append(FromMarkdown(s), Heading{int(n), in}, Paragraph{in}, List{Ordered: n%2 == 0, Start: int(n), Items: [][]Block{{Paragraph{in}}, nil, FromMarkdown(s)}},
				Table{Columns: []Column{{Header: in, Width: float64(n)}, {Header: in, Right: true}}, Rows: rows, RowHeader: true},
				Table{Columns: make([]Column, n)}, KeyValue{{in, in}}, SignatureList{{s, s, s, s}}, Note{s, FromMarkdown(s)}, Quote{FromMarkdown(s)}, PageBreak{}, Rule{})}
		file, err := Render(d)
		if limited(s, 10) == "" {
			if !errors.Is(err, fault.Invalid) {
				t.Fatalf("no title gives %v", err)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		checkMarks(t, file)
	})
}

// FuzzExtract: foreign bytes give attachments or a fault of kind Invalid, never a panic.
func FuzzExtract(f *testing.F) {
	f.Add([]byte("%PDF-1.7\n1 0 obj\n<</Names <</EmbeddedFiles <</Names [(a) 2 0 R]>>>>>>\nendobj\n2 0 obj\n<</UF (a\\051) /EF <</F 3 0 R>>>>\nendobj\n3 0 obj\n<</Length 1 /Params <</Size 1>>>>\nstream\nx\nendstream\nendobj\n" +
		"xref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000081 00000 n \n0000000133 00000 n \ntrailer <</Root 1 0 R>>\nstartxref\n204\n%%EOF\n"))
	f.Add([]byte("%PDF-1.7\n1 0 obj\n<</Type/Catalog/Names<</EmbeddedFiles 1 0 R>>>>\nendobj\ntrailer<</Root 1 0 R>>\n%%EOF"))
	f.Fuzz(func(t *testing.T, file []byte) {
		if _, err := Extract(file); err != nil && !errors.Is(err, fault.Invalid) {
			t.Fatal(err)
		}
	})
}

// FuzzLogo: a municipality's drawing is foreign too.
func FuzzLogo(f *testing.F) {
	f.Add(logoSVG)
	f.Add([]byte(`<svg viewBox="0 0 2 1"><g id="a"><use href="#a"/></g><text>x</text><image href="file:///etc/passwd"/></svg>`))
	f.Add([]byte(`<svg viewBox="0 0 2 1"><path d="M0 0h1e300v-1z" opacity="0.5" fill="url(#x)"/></svg>`))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Render(Doc{Title: "x", Author: "y", Logo: Logo{Data: data}})
		if err == nil {
			checkMarks(t, file)
		} else if !errors.Is(err, fault.Invalid) && !errors.Is(err, fault.TooLarge) {
			t.Fatal(err)
		}
	})
}
