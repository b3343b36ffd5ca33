package forms

import (
	"strconv"
	"strings"
)

// MaxPages is how many rows a page may be repeated over: more than that nobody answers page by page.
const MaxPages = 30

// Page of the journey.
//
// A page with Repeat is asked once for each row of a list. Form.Pages holds it as it is written; a View has in its place one instance
// for each row that is there and shown, "skola.1", "skola.2" (the id of a page as written has no "."). An instance is the page as written
// but for its id and row; both have the same sections and fields, whose pointers say "*" where At puts the row.
type Page struct {
	ID       string
	Index    int
	Title    Text
	Help     Text // Markdown
	Own      bool
	ShowWhen *Condition
	Sections []*Section
	Repeat   *Field // the rows that the page is asked for, which stand on an earlier page; nil for a page that is asked once
	Row      int    // of an instance: the number of its row, from 0

	written   *Page   // of an instance
	instances []*Page // of a page with Repeat, by row
}

// repeatOver makes the instances of a page.
func (p *Page) repeatOver(rows *Field) {
	p.Repeat = rows
	for row := range rows.MaxItems {
		one := *p
		one.ID, one.Row, one.written, one.instances = p.ID+"."+strconv.Itoa(row+1), row, p, nil
		p.instances = append(p.instances, &one)
	}
}

// finish gives the instances what the page has got since they were made.
func (p *Page) finish() {
	for _, one := range p.instances {
		one.Sections = p.Sections
	}
}

// Written is the page as it is written: of an instance what it is an instance of, else the page itself.
func (p *Page) Written() *Page {
	if p.written != nil {
		return p.written
	}
	return p
}

// Instance is the page for one row; nil for a row beyond those that the list may have. Of a page that is asked once it is the page itself.
func (p *Page) Instance(row int) *Page {
	switch p = p.Written(); {
	case p.Repeat == nil:
		return p
	case row >= 0 && row < len(p.instances):
		return p.instances[row]
	}
	return nil
}

// IsInstance reports whether the page is one of those for a row.
func (p *Page) IsInstance() bool { return p.written != nil }

// At is where a field of the page stands in the answers: of an instance in its row. Rows within the row stay "*".
func (p *Page) At(pattern Pointer) Pointer {
	if !p.IsInstance() {
		return pattern
	}
	rest, ok := strings.CutPrefix(string(pattern), string(p.Repeat.Pointer)+"/*")
	if !ok {
		return pattern
	}
	return p.RowAt() + Pointer(rest)
}

// RowAt is where an instance's row stands in the answers.
func (p *Page) RowAt() Pointer { return p.Repeat.Pointer.Index(p.Row) }

// For is the page that asks for a concrete place of one of its fields: the instance of the row that the place stands in. nil when there is
// no such row.
func (p *Page) For(at Pointer) *Page {
	p = p.Written()
	if p.Repeat == nil {
		return p
	}
	rest, ok := strings.CutPrefix(string(at), string(p.Repeat.Pointer)+"/")
	if !ok {
		return nil
	}
	number, _, _ := strings.Cut(rest, "/")
	row, ok := rowIndex(number, len(p.instances))
	if !ok {
		return nil
	}
	return p.instances[row]
}

// Asks reports whether the page has a field at a concrete place.
func (p *Page) Asks(f *Field, at Pointer) bool { return f.Page == p.Written() && p.For(at) == p }

// Page finds a page by its id, an instance by its own. A page that is repeated is not found by the id it is written with, which nobody sees.
func (f *Form) Page(id string) (*Page, bool) {
	written, row, repeated := strings.Cut(id, ".")
	for _, p := range f.Pages {
		if p.ID != written || repeated != (p.Repeat != nil) {
			continue
		}
		if !repeated {
			return p, true
		}
		n, err := strconv.Atoi(row)
		if one := p.Instance(n - 1); err == nil && one != nil && one.ID == id {
			return one, true
		}
	}
	return nil, false
}
