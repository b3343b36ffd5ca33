package pdf

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/carlos7ags/folio/content"
	"github.com/carlos7ags/folio/core"
	"github.com/carlos7ags/folio/font"

	"samtjanst/platform/signing/seal/pdffile"
)

// A4 in points, and the margins within it.
const (
	pageWidth    = 595.28
	pageHeight   = 841.89
	marginLeft   = 71.0 // 25 mm
	marginRight  = 71.0
	textWidth    = pageWidth - marginLeft - marginRight
	firstTop     = 118.0 // where content starts on the first page, from the top edge
	laterTop     = 78.0
	bottomMargin = 72.0
)

// page is one page being drawn. Coordinates are points from the top left corner of the page; y grows downwards.
type page struct {
	index  int
	out    *content.Stream
	canvas *canvas
	open   *node   // whose marked content is being written, nil when none
	owners []*node // structure element of each marked content id
	annots []*annotation
	logo   bool // whether the logo is used on this page
}

// canvas is what all pages of a document share.
type canvas struct {
	fonts    *fontSet
	embedded [4]*font.EmbeddedFont // those used, made at first use
}

// annotation is a link's clickable area.
type annotation struct {
	page  int
	rect  [4]float64 // as PDF counts, from the bottom left
	link  *link
	owner *node
	key   int // in the parent tree
	ref   *core.PdfIndirectReference
}

// mark starts marked content of an element, or goes on with it.
func (p *page) mark(n *node) {
	if p.open == n {
		return
	}
	p.unmark()
	p.open = n
	mcid := len(p.owners)
	p.owners = append(p.owners, n)
	n.kids = append(n.kids, kid{page: p.index, mcid: mcid})
	p.out.BeginMarkedContentWithID(n.tag, mcid)
}

func (p *page) unmark() {
	if p.open != nil {
		p.out.EndMarkedContent()
		p.open = nil
	}
}

// artifact draws something that is not content: kind is "Layout" for decoration, or "Header" or "Footer".
func (p *page) artifact(kind string, draw func()) {
	p.unmark()
	switch kind {
	case "Header", "Footer":
		p.out.AppendBytes([]byte("/Artifact <</Type /Pagination /Subtype /" + kind + ">> BDC\n"))
	default:
		p.out.AppendBytes([]byte("/Artifact <</Type /" + kind + ">> BDC\n"))
	}
	draw()
	p.out.EndMarkedContent()
}

// rect fills a rectangle; only within marked content or an artifact.
func (p *page) rect(x, y, w, h float64, c colour) {
	p.out.SetFillColorRGB(round3(c.r), round3(c.g), round3(c.b))
	p.out.Rectangle(round2(x), round2(pageHeight-y-h), round2(w), round2(h))
	p.out.Fill()
}

// textLine draws a line of text whose baseline is at y, as content of owner; owner nil draws within an artifact.
func (p *page) textLine(l line, x, y float64, owner *node) {
	for _, r := range l.runs {
		switch {
		case owner == nil:
			p.run(r, x, y)
		case r.link != nil:
			owner.adopt(r.link.node)
			p.mark(r.link.node)
			p.run(r, x, y)
			shown := r.width - p.trailing(r)
			p.rect(x, y+r.style.size*0.12, shown, r.style.size*0.06, r.style.colour)
			p.annotate(r, x, y, shown)
		default:
			p.mark(owner)
			p.run(r, x, y)
		}
		x += r.width
	}
}

func (p *page) trailing(r run) float64 {
	n := len(r.text) - len(strings.TrimRight(r.text, " "))
	return float64(n) * p.canvas.fonts[r.style.weight].width(" ", r.style.size)
}

func (p *page) annotate(r run, x, y, w float64) {
	top, bottom := pageHeight-(y-r.style.size*0.95), pageHeight-(y+r.style.size*0.3)
	a := &annotation{page: p.index, rect: [4]float64{round2(x), round2(bottom), round2(x + w), round2(top)}, link: r.link, owner: r.link.node}
	p.annots = append(p.annots, a)
	r.link.node.kids = append(r.link.node.kids, kid{page: p.index, annot: a})
}

// run shows text of one style. Characters that the font lacks are drawn as boxes that carry their text.
func (p *page) run(r run, x, y float64) {
	if r.text == "" {
		return
	}
	f := p.canvas.fonts[r.style.weight]
	ef := p.canvas.embedded[r.style.weight]
	if ef == nil {
		ef = font.NewEmbeddedFont(f)
		p.canvas.embedded[r.style.weight] = ef
	}
	p.out.BeginText()
	p.out.SetFont(fontNames[r.style.weight], r.style.size)
	p.out.SetFillColorRGB(round3(r.style.colour.r), round3(r.style.colour.g), round3(r.style.colour.b))
	p.out.MoveText(round2(x), round2(pageHeight-y))
	for rest := r.text; rest != ""; {
		known, lacking, tail := f.part(rest)
		if known != "" {
			p.out.AppendBytes(f.show(known, ef))
		}
		if lacking != "" {
			p.out.AppendBytes(fmt.Appendf(nil, "/Span <</ActualText <%s>>> BDC\n", hex.EncodeToString([]byte(pdffile.UTF16(lacking)))))
			p.out.AppendBytes(f.show(strings.Repeat(string(missing), len([]rune(lacking))), ef))
			p.out.EndMarkedContent()
		}
		rest = tail
	}
	p.out.EndText()
}

// part takes the characters at the start of s that the face has, and the ones after them that it lacks.
func (f *face) part(s string) (known, lacking, rest string) {
	a := len(s)
	for i, r := range s {
		if !f.glyph(r).known {
			a = i
			break
		}
	}
	b := len(s)
	for i, r := range s[a:] {
		if f.glyph(r).known {
			b = a + i
			break
		}
	}
	return s[:a], s[a:b], s[b:]
}

// show is the TJ operator for text, with kerning.
func (f *face) show(s string, ef *font.EmbeddedFont) []byte {
	codes := hex.EncodeToString(ef.EncodeString(s)) // also notes the glyphs as used
	b := append(make([]byte, 0, len(codes)+32), "[<"...)
	var prev glyph
	i := 0
	for _, r := range s {
		g := f.glyph(r)
		if i > 0 {
			if k := f.kern(prev, g); k != 0 {
				b = append(b, '>')
				b = strconv.AppendInt(b, int64(-k), 10)
				b = append(b, '<')
			}
		}
		b = append(b, codes[4*i:4*i+4]...)
		prev = g
		i++
	}
	return append(b, ">] TJ\n"...)
}

// Coordinates are rounded to what a printer could show, so that files stay small.
func round2(v float64) float64 { return float64(int64(v*100+copysign(0.5, v))) / 100 }
func round3(v float64) float64 { return float64(int64(v*1000+copysign(0.5, v))) / 1000 }

func copysign(half, v float64) float64 {
	if v < 0 {
		return -half
	}
	return half
}
