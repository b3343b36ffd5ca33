package pdf

import (
	"strconv"
	"strings"
)

// Sizes in points.
const (
	bodySize  = 10.5
	smallSize = 8.5
	listStep  = 18.0 // indent of a list's text
)

var headingSizes = [...]float64{1: 21, 2: 14.5, 3: 12, 4: 10.5, 5: 10.5, 6: 10.5}
var headingSpace = [...]float64{1: 26, 2: 22, 3: 16, 4: 12, 5: 12, 6: 12} // above

// box is where blocks are set: a column, and the structure element they belong to.
type box struct {
	x, width float64
	parent   *node
	style    style
	depth    int
}

// maxDepth bounds how deep lists, notes and quotes may indent; deeper blocks are set at that depth.
const maxDepth = 8

// setter turns blocks into slices.
type setter struct {
	typesetter
	theme   colour
	words   Words
	level   int // of the last heading
	outline []entry
}

// entry is a heading for the bookmarks.
type entry struct {
	level int
	text  string
	page  int
	y     float64
}

func (b box) inset(left, right float64, parent *node) box {
	b.parent = parent
	b.depth++
	if b.depth <= maxDepth {
		b.x += left
		b.width -= left + right
	}
	return b
}

// blocks sets blocks one after the other.
func (s *setter) blocks(blocks []Block, b box) []slice {
	var out []slice
	for _, block := range blocks {
		switch block := block.(type) {
		case Heading:
			out = append(out, s.heading(block, b)...)
		case Paragraph:
			if strings.TrimSpace(clean(block.Text.String())) != "" {
				out = append(out, s.paragraph(block.Text, b, b.parent.child("P"), 8)...)
			}
		case List:
			out = append(out, s.list(block, b)...)
		case Table:
			out = append(out, s.table(block, b)...)
		case KeyValue:
			out = append(out, s.keyValue(block, b)...)
		case SignatureList:
			out = append(out, s.signatures(block, b)...)
		case Note:
			out = append(out, s.note(block, b)...)
		case Quote:
			quote := b.inset(listStep, 0, b.parent.child("BlockQuote"))
			quote.style.colour = faint
			out = append(out, s.blocks(block.Blocks, quote)...)
		case Rule:
			out = append(out, slice{before: 12, height: 6, draw: func(p *page, y float64) {
				p.artifact("Layout", func() { p.rect(b.x, y, b.width, 0.6, hair) })
			}})
		case PageBreak:
			out = append(out, slice{turn: true})
		}
	}
	return out
}

// heading sets a heading, which stays with what follows it.
func (s *setter) heading(h Heading, b box) []slice {
	text := limited(h.Text.String(), maxMeta)
	if text == "" {
		return nil
	}
	level := min(max(h.Level, 1), s.level+1, 6)
	s.level = level
	n := b.parent.child("H" + strconv.Itoa(level))
	st := style{weight: bold, size: headingSizes[level], colour: ink}
	if level <= 2 {
		st.colour = s.theme
	}
	out := s.lineSlices(s.lines(h.Text, st, b.width, n), b, n, headingSpace[level], 1.25)
	for i := range out {
		out[i].keep = true
	}
	first := out[0].draw
	out[0].draw = func(p *page, y float64) {
		s.outline = append(s.outline, entry{level: level, text: text, page: p.index, y: y})
		first(p, y)
	}
	return out
}

// paragraph sets text as content of n, at least two lines of it on either side of a page break.
func (s *setter) paragraph(in Inline, b box, n *node, before float64) []slice {
	out := s.lineSlices(s.lines(in, b.style, b.width, n), b, n, before, leading)
	if last := len(out) - 1; last >= 1 {
		out[0].keep = true
		out[last-1].keep = true
	}
	return out
}

// lineSlices makes a slice of each line.
func (s *setter) lineSlices(lines []line, b box, n *node, before, lead float64) []slice {
	out := make([]slice, len(lines))
	for i, l := range lines {
		height := l.size * lead
		base := (height + l.size*0.72) / 2 // the capitals stand in the middle of the line
		out[i] = slice{height: height, draw: func(p *page, y float64) { p.textLine(l, b.x, y+base, n) }}
	}
	out[0].before = before
	return out
}

// list sets a list: each item's label hangs in the indent of its first line.
func (s *setter) list(l List, b box) []slice {
	if len(l.Items) == 0 {
		return nil
	}
	n := b.parent.child("L")
	n.number = "Disc"
	step := listStep
	if l.Ordered {
		n.number = "Decimal"
		widest := strconv.Itoa(l.Start+len(l.Items)) + "."
		step = max(step, s.fonts[regular].width(widest, b.style.size)+7)
	}
	var out []slice
	for i, blocks := range l.Items {
		item := n.child("LI")
		label, body := item.child("Lbl"), item.child("LBody")
		mark := "•"
		if l.Ordered {
			mark = strconv.Itoa(l.Start+i) + "."
		}
		slices := s.blocks(blocks, b.inset(step, 0, body))
		for len(slices) > 0 && slices[0].turn {
			slices = slices[1:]
		}
		if len(slices) == 0 {
			slices = []slice{{height: b.style.size * leading, draw: func(*page, float64) {}}}
		}
		slices[0].before = 4
		if i == 0 && b.depth == 0 {
			slices[0].before = 8
		}
		st := b.style
		st.weight = regular
		lines := s.lines(Text(mark), st, step, label)
		first := slices[0].draw
		slices[0].draw = func(p *page, y float64) {
			p.textLine(lines[0], b.x+2, y+(st.size*leading+st.size*0.72)/2, label)
			first(p, y)
		}
		out = append(out, slices...)
	}
	return out
}

// note sets a tinted box with a bar of the theme's colour.
func (s *setter) note(note Note, b box) []slice {
	const pad = 12.0
	inner := b.inset(pad+3, pad, b.parent.child("Div"))
	var slices []slice
	if strings.TrimSpace(clean(note.Title)) != "" {
		title := inner
		title.style.weight |= bold
		slices = s.paragraph(Text(note.Title), title, inner.parent.child("P"), 0)
		slices[len(slices)-1].keep = true
	}
	slices = append(slices, s.blocks(note.Blocks, inner)...)
	if len(slices) == 0 {
		return nil
	}
	tint := s.theme.tint(0.07)
	for i := range slices {
		sl := &slices[i]
		if sl.turn {
			continue
		}
		// The space above lies within the box, so that its background has no gaps.
		above, below := sl.before, 0.0
		if i == 0 {
			above = pad
		}
		if i == len(slices)-1 {
			below = pad
		}
		sl.before = 0
		if i == 0 {
			sl.before = 14
		}
		content, height := sl.draw, above+sl.height+below
		sl.height = height
		sl.draw = func(p *page, y float64) {
			p.artifact("Layout", func() {
				p.rect(b.x, y-0.1, b.width, height+0.2, tint)
				p.rect(b.x, y-0.1, 3, height+0.2, s.theme)
			})
			content(p, y+above)
		}
	}
	return append(slices, slice{height: 6, draw: func(*page, float64) {}})
}
