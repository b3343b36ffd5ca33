package pdf

// slice is a strip of content across the text column that is never parted: a line of text, a table row. Pages are
// made by stacking slices.
type slice struct {
	before float64 // space above, dropped at the top of a page
	height float64
	keep   bool // stays on the page of the next slice
	turn   bool // starts a new page; height and draw are not used
	header *tableHeader
	draw   func(p *page, y float64) // y of the slice's top
}

// tableHeader is what is drawn again at the top of a page that a table goes on to.
type tableHeader struct {
	height float64
	draw   func(p *page, y float64)
}

// flow stacks slices onto pages.
type flow struct {
	canvas *canvas
	pages  []*page
	y      float64 // where the next slice goes
	fresh  bool    // nothing is on the current page yet
}

const pageBottom = pageHeight - bottomMargin

// maxSlice is the tallest slice that every page has room for, repeated table header included.
const maxSlice = (pageBottom - firstTop) * 0.6

// place puts slices on pages. A slice that is kept with the next moves with it to the next page, as long as the whole
// group fits on one.
func (f *flow) place(slices []slice) {
	for i, s := range slices {
		if s.turn {
			if !f.fresh {
				f.turn()
			}
			continue
		}
		group := s.height
		for j := i; slices[j].keep && j+1 < len(slices) && !slices[j+1].turn && group <= pageBottom-laterTop; j++ {
			group += slices[j+1].before + slices[j+1].height
		}
		if group > pageBottom-laterTop {
			group = s.height
		}
		before := s.before
		if !f.fresh && f.y+before+group > pageBottom {
			f.turn()
			if s.header != nil && f.y+s.header.height+s.height <= pageBottom {
				p := f.page()
				y := f.y
				p.artifact("Pagination", func() { s.header.draw(p, y) })
				f.y += s.header.height
			}
		}
		if f.fresh {
			before = 0
		}
		f.y += before
		s.draw(f.page(), f.y)
		f.y += s.height
		f.fresh = false
	}
}

func (f *flow) page() *page { return f.pages[len(f.pages)-1] }

func (f *flow) turn() {
	top := laterTop
	if len(f.pages) == 0 {
		top = firstTop
	} else {
		f.page().unmark()
	}
	f.pages = append(f.pages, newPage(len(f.pages), f.canvas))
	f.y, f.fresh = top, true
}
