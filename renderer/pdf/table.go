package pdf

import "strings"

const (
	cellPad  = 6.0 // left and right of a cell's text
	rowPad   = 5.0 // above and below
	cellSize = 9.5
)

// grid is a table to set, whatever kind of block it came from.
type grid struct {
	widths    []float64
	right     []bool
	header    []Inline // none when nil
	rows      [][]Inline
	rowHeader bool
	style     func(column int) style
}

// cell is text set in its column.
type cell struct {
	lines []line
	node  *node
	x     float64
	width float64
	right bool
}

func (s *setter) table(t Table, b box) []slice {
	if len(t.Columns) == 0 {
		return nil
	}
	g := grid{rowHeader: t.RowHeader, style: func(int) style { return style{size: cellSize, colour: ink} }}
	shares := make([]float64, len(t.Columns))
	for i, c := range t.Columns {
		g.header = append(g.header, c.Header.bold())
		g.right = append(g.right, c.Right)
		shares[i] = c.Width
	}
	for _, row := range t.Rows {
		cells := make([]Inline, len(t.Columns))
		copy(cells, row)
		if t.RowHeader {
			cells[0] = cells[0].bold()
		}
		g.rows = append(g.rows, cells)
	}
	g.widths = s.columns(g, shares, b.width)
	return s.grid(g, b)
}

func (s *setter) keyValue(kv KeyValue, b box) []slice {
	if len(kv) == 0 {
		return nil
	}
	g := grid{rowHeader: true, right: make([]bool, 2), widths: []float64{b.width * 0.4, b.width * 0.6}}
	g.style = func(column int) style {
		if column == 0 {
			return style{size: cellSize, colour: faint}
		}
		return style{size: bodySize, colour: ink}
	}
	for _, pair := range kv {
		value := pair.Value
		if strings.TrimSpace(clean(value.String())) == "" {
			value = Text("–")
		}
		g.rows = append(g.rows, []Inline{pair.Key, value})
	}
	return s.grid(g, b)
}

func (s *setter) signatures(list SignatureList, b box) []slice {
	if len(list) == 0 {
		return s.paragraph(Text(s.words.SignedNone), b, b.parent.child("P"), 8)
	}
	g := grid{rowHeader: true, right: make([]bool, 3), style: func(int) style { return style{size: cellSize, colour: ink} },
		header: []Inline{Bold(s.words.SignedBy), Bold(s.words.SignedAs), Bold(s.words.SignedHow)},
		widths: []float64{b.width * 0.28, b.width * 0.24, b.width * 0.48}}
	for _, sig := range list {
		state := Text(sig.State)
		if sig.Detail != "" {
			state = append(state, Span{Text: "\n" + sig.Detail, small: true})
		}
		g.rows = append(g.rows, []Inline{Bold(sig.Name), Text(sig.Role), state})
	}
	return s.grid(g, b)
}

// columns decides widths: by the shares given, else by content, so that each column gets its widest word and the rest
// is parted by how much text there is.
func (s *setter) columns(g grid, shares []float64, width float64) []float64 {
	n := len(shares)
	out := make([]float64, n)
	sum := 0.0
	for _, share := range shares {
		sum += max(share, 0)
	}
	if sum > 0 {
		for i, share := range shares {
			out[i] = width * max(share, sum/float64(20*n)) / sum
		}
		return scaled(out, width)
	}
	natural, narrow := make([]float64, n), make([]float64, n)
	look := func(row []Inline) {
		for i, in := range row {
			a, b := s.natural(in, g.style(i))
			natural[i] = max(natural[i], a+2*cellPad+1)
			narrow[i] = max(narrow[i], b+2*cellPad+1)
		}
	}
	look(g.header)
	for i, row := range g.rows {
		if i == 200 {
			break // enough to know the shape
		}
		look(row)
	}
	needed, wanted := 0.0, 0.0
	for i := range n {
		natural[i] = min(natural[i], 3*width)
		needed += narrow[i]
		wanted += natural[i]
	}
	switch {
	case wanted <= width:
		for i := range n {
			out[i] = natural[i] + (width-wanted)*natural[i]/wanted
		}
	case needed <= width:
		for i := range n {
			out[i] = narrow[i] + (width-needed)*(natural[i]-narrow[i])/(wanted-needed)
		}
	default: // words will be parted
		for i := range n {
			out[i] = width * min(narrow[i], width/2)
		}
	}
	return scaled(out, width)
}

func scaled(widths []float64, total float64) []float64 {
	sum := 0.0
	for _, w := range widths {
		sum += w
	}
	for i := range widths {
		widths[i] *= total / sum
	}
	return widths
}

// grid sets the rows of a table as slices.
func (s *setter) grid(g grid, b box) []slice {
	tag := b.parent.child("Table")
	out := []slice{}
	var repeat *tableHeader
	if g.header != nil {
		tr := tag.child("THead").child("TR")
		cells := s.row(g, g.header, b, tr, true)
		height := rowHeight(cells)
		again := s.row(g, g.header, b, nil, true) // the same, belonging to no element
		rule := func(p *page, y float64) {
			p.rect(b.x, y, b.width, height, s.theme.tint(0.09))
			p.rect(b.x, y+height-0.9, b.width, 0.9, s.theme)
		}
		if height <= maxSlice/2 {
			repeat = &tableHeader{height: height, draw: func(p *page, y float64) {
				rule(p, y)
				drawCells(p, again, y, 0, -1)
			}}
		}
		if height > maxSlice { // a header of pages: set like any row
			out = append(out, parted(cells, nil)...)
		} else {
			out = append(out, slice{height: height, keep: true, draw: func(p *page, y float64) {
				p.artifact("Layout", func() { rule(p, y) })
				drawCells(p, cells, y, 0, -1)
			}})
		}
	}
	var body *node
	for i, row := range g.rows {
		if body == nil {
			body = tag.child("TBody")
		}
		cells := s.row(g, row, b, body.child("TR"), false)
		height := rowHeight(cells)
		line := func(p *page, y float64) {
			p.artifact("Layout", func() { p.rect(b.x, y-0.25, b.width, 0.5, hair) })
		}
		if height > maxSlice {
			slices := parted(cells, repeat)
			last := &slices[len(slices)-1]
			draw, h := last.draw, last.height
			last.draw = func(p *page, y float64) { draw(p, y); line(p, y+h) }
			out = append(out, slices...)
			continue
		}
		out = append(out, slice{height: height, header: repeat, keep: i == 0 && len(g.rows) > 1 && height < maxSlice/3,
			draw: func(p *page, y float64) {
				line(p, y+height)
				drawCells(p, cells, y, 0, -1)
			}})
	}
	if len(out) == 0 {
		return nil
	}
	out[0].before = 12
	return append(out, slice{height: 8, draw: func(*page, float64) {}})
}

// row sets the cells of a row; tr nil sets them for an artifact.
func (s *setter) row(g grid, texts []Inline, b box, tr *node, header bool) []cell {
	cells := make([]cell, len(texts))
	x := b.x
	for i, in := range texts {
		c := cell{x: x + cellPad, width: g.widths[i] - 2*cellPad, right: g.right[i]}
		if i == 0 && !header && g.header == nil { // question and answer stand flush with the text
			c.x, c.width = x, g.widths[i]-cellPad
		}
		if tr != nil {
			switch {
			case header:
				c.node = tr.child("TH")
				c.node.scope = "Column"
			case g.rowHeader && i == 0:
				c.node = tr.child("TH")
				c.node.scope = "Row"
			default:
				c.node = tr.child("TD")
			}
		}
		c.lines = s.lines(in, g.style(i), max(c.width, 6), c.node)
		cells[i] = c
		x += g.widths[i]
	}
	return cells
}

func rowHeight(cells []cell) float64 {
	height := 0.0
	for _, c := range cells {
		h := 0.0
		for _, l := range c.lines {
			h += l.size * leading
		}
		height = max(height, h)
	}
	return height + 2*rowPad
}

// drawCells draws lines from up to but not including to (-1: all) of each cell.
func drawCells(p *page, cells []cell, y float64, from, to int) {
	first := 0.0 // cells of different sizes share the first line's baseline
	for _, c := range cells {
		first = max(first, c.lines[0].size)
	}
	for _, c := range cells {
		lines := c.lines
		if to >= 0 {
			lines = lines[min(from, len(lines)):min(to, len(lines))]
		}
		ly := y + rowPad
		for i, l := range lines {
			height := l.size * leading
			base := (height + l.size*0.72) / 2
			if i == 0 {
				base = (first*leading + first*0.72) / 2
			}
			x := c.x
			if c.right {
				x += c.width - l.width
			}
			p.textLine(l, x, ly+base, c.node)
			if i == 0 {
				height += base - (height+l.size*0.72)/2
			}
			ly += height
		}
	}
}

// parted sets a row that is too tall for a page as slices of a few lines each.
func parted(cells []cell, header *tableHeader) []slice {
	most := 0
	for _, c := range cells {
		most = max(most, len(c.lines))
	}
	const chunk = 3
	var out []slice
	for from := 0; from < most; from += chunk {
		to := min(from+chunk, most)
		height := 0.0
		for _, c := range cells {
			h := 0.0
			for _, l := range c.lines[min(from, len(c.lines)):min(to, len(c.lines))] {
				h += l.size * leading
			}
			height = max(height, h)
		}
		lead := 0.0
		if from > 0 {
			lead = -rowPad // only the first has space above
		}
		if to == most || from == 0 {
			height += rowPad
		}
		out = append(out, slice{height: height, header: header, draw: func(p *page, y float64) { drawCells(p, cells, y+lead, from, to) }})
	}
	return out
}
