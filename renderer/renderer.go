// Package renderer turns a compiled form into pages: what a person fills in, checks and reads.
//
// A page is compiled once for each form version and language into a program: literal HTML with typed holes (a value, a
// mark, a problem, a list of rows). A request runs the program over a View and appends bytes; it never parses a template,
// looks at the schema or builds a tree. Every hole escapes what it writes, so no answer can leave its place.
//
// The page works without script. Names of controls are those of package answers. The first submit button in the document
// is Continue, since Enter presses it; conditions and choices of a shape have a visible button that shows the page again, and
// every button that brings something leads to it by the fragment of its address. Script finds its hooks in data attributes:
// data-live (something on the page hangs on this), data-upload, data-counter, data-filter, data-prices, data-position,
// data-autosave.
//
// The program follows the tree of fields, and a run of it the data: rows, entries, chosen variants and what is there on demand
// are as package answers offers them, so that a page posted unchanged changes nothing. Parts that stand within themselves, and
// what few pages show, are compiled when first run.
//
// The page of one row of a list runs within that row: its controls have names and ids as they would have among the rows.
//
// Ids: a field's own (Field.ID), then within rows the rows' numbers ("f-dagar-dag.0"), then "." and what belongs to it
// ("f-skola.hint", "f-dagar.0.row"). Field ids have no ".", so no two can meet. The id alone is that of the first control; of a
// field that others stand in, of the frame around them, which can be led to since what is wrong with the whole has no control.
package renderer

import (
	"fmt"
	"sync"

	"samtjanst/forms"
	"samtjanst/forms/slots"
	"samtjanst/renderer/i18n"
	"samtjanst/renderer/ui"
)

// Limits are the platform's bounds for uploads, where a field has none of its own.
type Limits struct {
	FileBytes int64
	Files     int
	Accept    []string // media types
}

// DefaultLimits are sane for citizens' attachments.
var DefaultLimits = Limits{FileBytes: 20 << 20, Files: 10,
	Accept: []string{"application/pdf", "image/jpeg", "image/png", "image/heic"}}

// Renderer compiles pages. Safe for concurrent use.
type Renderer struct {
	catalog *i18n.Catalog
	limits  Limits
}

// New makes a renderer that speaks the catalogue's languages.
func New(c *i18n.Catalog, l Limits) *Renderer { return &Renderer{catalog: c, limits: l} }

// Form is a form whose pages are compiled at first use and kept. Keep one beside each compiled forms.Form.
type Form struct {
	r     *Renderer
	form  *forms.Form
	pages sync.Map // pageKey → *Page

	programs sync.Map // likewise, of pages as they are written: one for all instances
}

type pageKey struct{ id, lang string }

// Form prepares a form; nothing is compiled yet.
func (r *Renderer) Form(f *forms.Form) *Form { return &Form{r: r, form: f} }

// Page gives a page in a language, false when the form has no such page. A page that is asked for each row of a list is compiled once, and
// each of its instances ("skola.2") runs the same program within its row.
func (f *Form) Page(id, lang string) (*Page, bool) {
	lang = f.r.catalog.In(lang).Lang
	if p, ok := f.pages.Load(pageKey{id, lang}); ok {
		return p.(*Page), true
	}
	p, ok := f.form.Page(id)
	if !ok {
		return nil, false
	}
	compiled, ok := f.program(p, lang)
	if !ok {
		return nil, false
	}
	kept, _ := f.pages.LoadOrStore(pageKey{id, lang}, compiled)
	return kept.(*Page), true
}

func (f *Form) program(p *forms.Page, lang string) (*Page, bool) {
	written := pageKey{p.Written().ID, lang}
	known, ok := f.programs.Load(written)
	if !ok {
		compiled, err := f.r.Compile(f.form, p, lang)
		if err != nil {
			return nil, false
		}
		known, _ = f.programs.LoadOrStore(written, compiled)
	}
	return known.(*Page).of(p), true
}

// of is the program for another instance of its page.
func (p *Page) of(page *forms.Page) *Page {
	if p.page == page {
		return p
	}
	out := *p
	out.page = page
	return &out
}

// Page is a compiled page of a form in one language. It never changes.
type Page struct {
	form   *forms.Form
	page   *forms.Page // of a repeating page the instance
	locale *i18n.Locale
	body   []node
	size   int // bytes of the literals: what a page will need at least
}

// Compile makes the program of a page. It fails only for a page that is not the form's, as one that is asked for rows is not without a row.
func (r *Renderer) Compile(form *forms.Form, page *forms.Page, lang string) (*Page, error) {
	if page.Index >= len(form.Pages) || form.Pages[page.Index] != page.Written() || page.Repeat != nil && !page.IsInstance() {
		return nil, fmt.Errorf("renderer.Compile: page %s is not of this form", page.ID)
	}
	b := newBuilder(r, form, page.Written(), r.catalog.In(lang))
	b.page()
	out := &Page{form: form, page: page, locale: b.locale, body: b.done()}
	out.size = size(out.body)
	return out, nil
}

// PageData is what fills a page's holes.
type PageData struct {
	View     *forms.View
	Typed    forms.Typed     // what could not be decoded, as it was typed
	Problems []forms.Problem // of this page
	Action   string          // address the form posts to; "" this page's own
	Hidden   []ui.Hidden     // token against forged posts, page id, revision
	// Sources tells where shown facts and read-only answers come from, by field id.
	Sources map[string]Source
	// Save offers to leave and come back later.
	Save bool
	// Return says that one answer is being changed from the summary: Continue leads back there.
	Return bool
	// Lookups are the registers that can be asked, by the names that forms have for them; nil means any.
	Lookups map[string]bool
	// Times are what can be booked of the page's bookings; of one that is not there everything is offered, as if nobody had booked.
	Times map[forms.Pointer]slots.Offer
	// FileURL gives the address of an attached file; nil shows names only.
	FileURL func(id string) string
}

// Source of a fact: a register and when it was asked.
type Source struct {
	Name string
	Time string // as shown, in the reader's language; "" when not known
}

// Title gives the page's title in its language: its heading, and of an instance its row's number. What the row is called stands on the
// page and not in its title, which browsers keep.
func (p *Page) Title() string { return PageTitle(p.locale, p.page) }

// Append writes the page's content: heading, help and form. The error summary is the frame's, from Links.
func (p *Page) Append(dst []byte, d PageData) []byte {
	f := newFrame(p, d)
	return run(p.body, dst, f)
}

// size counts the bytes of literals.
func size(body []node) int {
	n := 0
	for _, part := range body {
		switch part := part.(type) {
		case lit:
			n += len(part)
		case *fieldNode:
			n += size(part.body)
		case *sectionNode:
			n += size(part.body)
		case *whenNode:
			n += size(part.not)
		}
	}
	return n
}

// Size is about how many bytes Append will write, to make room once.
func (p *Page) Size() int { return p.size + p.size/4 + 512 }
