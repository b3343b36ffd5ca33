package pdf

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/carlos7ags/folio/core"
	"github.com/carlos7ags/folio/document"

	"samtjanst/platform/fault"
)

// Render sets a document. Faults: Invalid (no title, a bad colour, logo, language or attachment), TooLarge (attachments
// over [MaxAttachments], a huge logo). Text never makes it fail.
func Render(d Doc) ([]byte, error) {
	var out bytes.Buffer
	if err := Write(&out, d); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// maxMeta bounds, in characters, what goes into strings beside the pages: titles, descriptions, bookmarks.
const maxMeta = 500

var languageTag = regexp.MustCompile(`^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$`)

// Write is [Render] to a writer: attachments with Open go through without being held in memory. When it fails, part of
// the file may have been written. Faults are those of Render, and Internal when w or an attachment fails.
func Write(w io.Writer, d Doc) error {
	const op = "pdf.Render"
	d.Words = d.Words.orSwedish()
	if d.Lang == "" {
		d.Lang = "sv"
	}
	d.Title, d.Author, d.Reference = limited(d.Title, maxMeta), limited(d.Author, maxMeta), limited(d.Reference, maxMeta)
	if d.Title == "" {
		return fault.Newf(op, fault.Invalid, "the document has no title")
	}
	if !languageTag.MatchString(d.Lang) {
		return fault.Newf(op, fault.Invalid, "%q is no language tag", d.Lang)
	}
	theme, err := parseColour(d.Theme.Colour)
	if err != nil {
		return err
	}
	mark, err := readLogo(d.Logo.Data)
	if err != nil {
		return err
	}
	if err := checkAttachments(d.Attachments); err != nil {
		return err
	}
	fonts := fontSets.Get().(*fontSet)
	defer fonts.release()
	set := compose(d, fonts, theme.readable(), mark)
	if _, err := set.file(d, mark).WriteTo(w); err != nil {
		return fault.New(op, fault.Internal, err)
	}
	return nil
}

// composed is a document whose pages are drawn.
type composed struct {
	canvas  *canvas
	pages   []*page
	root    *node
	outline []entry
}

// compose draws the pages.
func compose(d Doc, fonts *fontSet, theme colour, mark *logo) *composed {
	c := &canvas{fonts: fonts}
	ts := typesetter{fonts: fonts}
	root := &node{tag: "Document"}
	around := &chrome{doc: d, ts: ts, theme: theme, logo: mark}
	fl := &flow{canvas: c}
	fl.turn()
	around.letterhead(fl.page(), root)
	if len(d.Address) > 0 {
		around.address(fl.page(), root)
		fl.y = addressEnd
	}
	st := &setter{typesetter: ts, theme: theme, words: d.Words}
	blocks := d.Blocks
	if first, ok := firstHeading(blocks); !ok || first.Level > 1 {
		blocks = append([]Block{Heading{Level: 1, Text: Text(d.Title)}}, blocks...)
	}
	fl.place(st.blocks(blocks, box{x: marginLeft, width: textWidth, parent: root, style: style{size: bodySize, colour: ink}}))
	for _, p := range fl.pages {
		p.unmark()
		around.around(p, len(fl.pages))
	}
	return &composed{canvas: c, pages: fl.pages, root: root, outline: st.outline}
}

func firstHeading(blocks []Block) (Heading, bool) {
	if len(blocks) == 0 {
		return Heading{}, false
	}
	h, ok := blocks[0].(Heading)
	return h, ok && strings.TrimSpace(clean(h.Text.String())) != ""
}

// file assembles the objects.
func (c *composed) file(d Doc, mark *logo) *document.Writer {
	w := document.NewWriter("1.7")
	catalogue := dict("Type", name("Catalog"))
	tree := dict("Type", name("Pages"), "Count", core.NewPdfInteger(len(c.pages)))
	w.SetRoot(w.AddObject(catalogue))
	treeRef := w.AddObject(tree)
	catalogue.Set("Pages", treeRef)

	fonts := core.NewPdfDictionary()
	for i, ef := range c.canvas.embedded {
		if ef != nil {
			fonts.Set(fontNames[i], w.AddObject(ef.BuildObjects(w.AddObject)))
		}
	}
	fontsRef := w.AddObject(fonts)
	picture := mark.resource(w.AddObject)

	kids := core.NewPdfArray()
	refs := make([]*core.PdfIndirectReference, len(c.pages))
	dicts := make([]*core.PdfDictionary, len(c.pages))
	id := sha256.New()
	fmt.Fprintf(id, "%s\n%s\n%s\n%s\n", d.Title, d.Author, d.Reference, d.Created)
	for i, p := range c.pages {
		id.Write(p.out.Bytes())
		resources := dict("Font", fontsRef)
		if p.logo {
			resources.Set("XObject", dict(logoName, picture))
		}
		dicts[i] = dict("Type", name("Page"), "Parent", treeRef, "Resources", resources, "Contents", w.AddObject(p.out.ToPdfStream()),
			"MediaBox", core.NewPdfArray(core.NewPdfInteger(0), core.NewPdfInteger(0), core.NewPdfReal(pageWidth), core.NewPdfReal(pageHeight)),
			"StructParents", core.NewPdfInteger(i), "Tabs", name("S"))
		refs[i] = w.AddObject(dicts[i])
		kids.Add(refs[i])
	}
	tree.Set("Kids", kids)
	for _, a := range d.Attachments {
		fmt.Fprintf(id, "%s %d\n", a.Name, a.size())
	}
	w.SetFileID(id.Sum(nil)[:16])

	annots := c.annotations(dicts, refs, w.AddObject)
	st := &structure{add: w.AddObject, pages: refs, refs: map[*node]*core.PdfIndirectReference{}}
	catalogue.Set("StructTreeRoot", st.write(c.root, c.pages, annots))
	catalogue.Set("MarkInfo", dict("Marked", core.NewPdfBoolean(true)))
	catalogue.Set("Lang", textString(d.Lang))
	catalogue.Set("ViewerPreferences", dict("DisplayDocTitle", core.NewPdfBoolean(true)))
	if len(c.outline) > 1 { // one heading is the title: nothing to find one's way among
		catalogue.Set("Outlines", bookmarks(c.outline, refs, w.AddObject))
		catalogue.Set("PageMode", name("UseOutlines"))
	}
	meta := core.NewPdfStream(xmp(d))
	meta.Dict = dict("Type", name("Metadata"), "Subtype", name("XML"))
	catalogue.Set("Metadata", w.AddObject(meta))
	profile := core.NewPdfStreamCompressed(srgbProfile())
	profile.Dict = dict("N", core.NewPdfInteger(3))
	catalogue.Set("OutputIntents", core.NewPdfArray(dict("Type", name("OutputIntent"), "S", name("GTS_PDFA1"),
		"OutputConditionIdentifier", core.NewPdfLiteralString("sRGB"), "Info", core.NewPdfLiteralString("sRGB IEC61966-2.1"),
		"DestOutputProfile", w.AddObject(profile))))
	attach(d.Attachments, d.Created, catalogue, w.AddObject)
	w.SetInfo(w.AddObject(info(d)))
	return w
}

// annotations writes the links of each page.
func (c *composed) annotations(dicts []*core.PdfDictionary, refs []*core.PdfIndirectReference, add func(core.PdfObject) *core.PdfIndirectReference) []*annotation {
	var all []*annotation
	for i, p := range c.pages {
		list := core.NewPdfArray()
		for _, a := range p.annots {
			a.key = len(c.pages) + len(all)
			rect := core.NewPdfArray()
			for _, v := range a.rect {
				rect.Add(core.NewPdfReal(v))
			}
			a.ref = add(dict("Type", name("Annot"), "Subtype", name("Link"), "Rect", rect, "F", core.NewPdfInteger(4), "P", refs[i],
				"Border", core.NewPdfArray(core.NewPdfInteger(0), core.NewPdfInteger(0), core.NewPdfInteger(0)),
				"Contents", textString(limited(a.link.text, maxMeta)), "StructParent", core.NewPdfInteger(a.key),
				"A", dict("Type", name("Action"), "S", name("URI"), "URI", core.NewPdfLiteralString(a.link.url))))
			list.Add(a.ref)
			all = append(all, a)
		}
		if list.Len() > 0 {
			dicts[i].Set("Annots", list)
		}
	}
	return all
}

// bookmarks writes the outline: each heading under the nearest one above it of a lower level.
func bookmarks(entries []entry, pages []*core.PdfIndirectReference, add func(core.PdfObject) *core.PdfIndirectReference) *core.PdfIndirectReference {
	type item struct {
		level       int
		ref         *core.PdfIndirectReference
		dict        *core.PdfDictionary
		last        *item // child
		descendants int
	}
	rootDict := dict("Type", name("Outlines"))
	root := &item{dict: rootDict, ref: add(rootDict)}
	open := []*item{root}
	for _, e := range entries {
		for open[len(open)-1].level >= e.level {
			open = open[:len(open)-1]
		}
		parent := open[len(open)-1]
		d := dict("Title", textString(e.text), "Parent", parent.ref,
			"Dest", core.NewPdfArray(pages[e.page], name("XYZ"), core.NewPdfNull(), core.NewPdfReal(round2(pageHeight-e.y+8)), core.NewPdfNull()))
		it := &item{level: e.level, dict: d, ref: add(d)}
		if parent.last == nil {
			parent.dict.Set("First", it.ref)
		} else {
			parent.last.dict.Set("Next", it.ref)
			d.Set("Prev", parent.last.ref)
		}
		parent.dict.Set("Last", it.ref)
		parent.last = it
		for _, o := range open {
			o.descendants++
			o.dict.Set("Count", core.NewPdfInteger(o.descendants))
		}
		open = append(open, it)
	}
	return root.ref
}
