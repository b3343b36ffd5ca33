package pdf

import (
	"strconv"
	"strings"

	"github.com/carlos7ags/folio/content"
)

func newPage(index int, c *canvas) *page {
	return &page{index: index, out: content.NewStream(), canvas: c}
}

// chrome draws what surrounds the content: the letterhead of the first page, and the header and footer of every page.
type chrome struct {
	doc   Doc
	ts    typesetter
	theme colour
	logo  *logo // nil when there is none
}

const (
	headTop    = 40.0 // of the logo and the sender, from the top edge
	logoHeight = 40.0
	logoWidth  = 170.0
	footY      = pageHeight - 44
)

// letterhead draws the top of the first page. The logo and the sender are content (read once); what later pages
// repeat is not.
func (c *chrome) letterhead(p *page, root *node) {
	p.artifact("Layout", func() { p.rect(0, 0, pageWidth, 5, c.theme) })
	left := marginLeft
	if c.logo != nil {
		w, h := c.logo.fit(logoWidth, logoHeight)
		fig := root.child("Figure")
		fig.alt = limited(c.doc.Logo.Alt, maxMeta)
		if fig.alt == "" {
			fig.alt = c.doc.Author
		}
		if fig.alt == "" { // nothing to say: decoration
			root.kids = root.kids[:len(root.kids)-1]
			p.artifact("Layout", func() { c.logo.draw(p, left, headTop+(logoHeight-h)/2, w, h) })
		} else {
			p.mark(fig)
			c.logo.draw(p, left, headTop+(logoHeight-h)/2, w, h)
			p.unmark()
		}
		left += w + 18
	}
	// The sender stands at the right edge, or to the left when there is no logo.
	y := headTop
	for _, in := range c.sender() {
		n := root.child("P")
		for _, l := range c.ts.lines(in, style{size: 9, colour: faint}, min(marginLeft+textWidth-left, senderWidth), n) {
			x := left
			if c.logo != nil {
				x = marginLeft + textWidth - l.width
			}
			p.textLine(l, x, y+l.size, n)
			y += l.size * 1.4
		}
	}
	p.unmark()
}

// senderWidth is how wide a line about the sender may be, and senderRoom how wide a text that is cut to two such lines.
const (
	senderWidth = 220.0
	senderRoom  = 1.8 * senderWidth
)

// sender is who sends the document, when, and as what.
func (c *chrome) sender() []Inline {
	var out []Inline
	if c.doc.Author != "" {
		out = append(out, Bold(c.cut(c.doc.Author, senderRoom)))
	}
	if !c.doc.Created.IsZero() {
		out = append(out, Text(c.doc.Created.Format("2006-01-02")))
	}
	if c.doc.Reference != "" {
		out = append(out, Text(c.cut(c.doc.Reference, senderWidth)))
	}
	return out
}

// cut shortens text to a width, measured in the header's bold.
func (c *chrome) cut(s string, width float64) string {
	f := c.ts.fonts[bold]
	if f.width(s, 9) <= width {
		return s
	}
	runes := []rune(s)
	for len(runes) > 1 && f.width(string(runes)+"…", 9) > width {
		runes = runes[:len(runes)-1-len(runes)/64]
	}
	return strings.TrimRight(string(runes), " ") + "…"
}

// around draws the header of a later page and the footer of any.
func (c *chrome) around(p *page, total int) {
	st := style{size: smallSize, colour: faint}
	at := func(s string, x, y float64, right bool) {
		l := c.ts.lines(Text(s), st, 2*pageWidth, nil)[0]
		if right {
			x -= l.width
		}
		p.textLine(l, x, y, nil)
	}
	if p.index > 0 {
		p.artifact("Header", func() {
			at(c.cut(c.doc.Author, 240), marginLeft, 46, false)
			at(c.cut(c.doc.Title, 200), marginLeft+textWidth, 46, true)
			p.rect(marginLeft, 53, textWidth, 0.5, hair)
		})
	}
	p.artifact("Footer", func() {
		p.rect(marginLeft, footY-13, textWidth, 0.5, hair)
		at(c.cut(c.doc.Reference, 300), marginLeft, footY, false)
		number := strings.NewReplacer("{page}", strconv.Itoa(p.index+1), "{pages}", strconv.Itoa(total)).Replace(c.doc.Words.Page)
		at(c.cut(oneLine(number), 140), marginLeft+textWidth, footY, true)
	})
}

// address places a recipient where the window of an envelope is (C5, window to the right), on the first page.
const (
	addressX   = 300.0 // 106 mm
	addressY   = 131.0 // 46 mm
	addressEnd = 236.0
)

func (c *chrome) address(p *page, root *node) {
	n := root.child("P")
	y := addressY
	for i, text := range c.doc.Address {
		if i == 7 {
			break // the window has no room for more
		}
		for j, l := range c.ts.lines(Text(oneLine(text)), style{size: bodySize, colour: ink}, marginLeft+textWidth-addressX, n) {
			if j == 2 {
				break
			}
			if k := len(l.runs) - 1; k >= 0 && !strings.HasSuffix(l.runs[k].text, " ") {
				l.runs[k].text += " "
			}
			p.textLine(l, addressX, y+bodySize, n)
			y += bodySize * 1.3
		}
	}
	p.unmark()
}
