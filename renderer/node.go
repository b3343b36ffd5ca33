package renderer

import (
	"sync"

	"samtjanst/forms"
	"samtjanst/forms/answers"
	"samtjanst/renderer/i18n"
	"samtjanst/renderer/ui"
)

// node is one piece of a page's program.
type node interface {
	append(dst []byte, f *frame) []byte
}

// lit is finished HTML.
type lit []byte

func (l lit) append(dst []byte, _ *frame) []byte { return append(dst, l...) }

// hole is a piece that depends on the request only through the frame.
type hole func(dst []byte, f *frame) []byte

func (h hole) append(dst []byte, f *frame) []byte { return h(dst, f) }

// frame is the state of one run: what the page is filled with, and where in it the program is.
type frame struct {
	PageData
	page     *Page
	locale   *i18n.Locale
	problems map[forms.Pointer]told // by concrete pointer, the first of each
	warnings map[forms.Pointer]told // soft problems
	rows     []answers.Row          // the rows the program is within, outermost first
	cur      current
	scratch  []byte
}

// told is a problem in words.
type told struct{ code, text string }

// current is the field the program is in.
type current struct {
	at       forms.Pointer // concrete
	value    any
	has      bool // there is a value, null perhaps
	typed    string
	isTyped  bool
	problem  string
	warning  string
	required bool // by a condition
}

func newFrame(p *Page, d PageData) *frame {
	f := &frame{PageData: d, page: p, locale: p.locale}
	if p.page.IsInstance() {
		key := itoa(p.page.Row)
		f.rows = []answers.Row{{Key: key, Posted: key, Piece: key, Number: p.page.Row, Stored: true, Open: true}}
	}
	if d.View == nil {
		f.View = &forms.View{}
	}
	for _, problem := range d.Problems {
		into := &f.problems
		if problem.Soft {
			into = &f.warnings
		}
		if *into == nil {
			*into = map[forms.Pointer]told{}
		}
		spot := p.find(f.View, d.Typed, problem)
		if _, first := (*into)[spot.owner]; !first {
			(*into)[spot.owner] = told{problem.Code, problemText(p.locale, p.form, spot, problem)}
		}
	}
	return f
}

// in makes a field the current one.
func (f *frame) in(at forms.Pointer, value any, has bool) {
	f.cur = current{at: at, value: value, has: has}
	if len(f.Typed) > 0 {
		f.cur.typed, f.cur.isTyped = f.Typed[string(at)]
	}
	f.cur.problem, f.cur.warning = f.problems[at].text, f.warnings[at].text
	f.cur.required = len(f.View.Required) > 0 && f.View.Required[at]
}

// fieldNode runs a field's program where the field is shown.
type fieldNode struct {
	at     place
	key    forms.Pointer // "field:ID"
	field  *forms.Field
	body   []node
	noName bool         // shown, not posted
	secret *forms.Field // never shown once it is stored
	quiet  bool         // what it stands in tells what is wrong with it
}

func (n *fieldNode) append(dst []byte, f *frame) []byte {
	if len(f.View.Hidden) > 0 && (f.View.Hidden[n.key] || n.noName && f.page.page.IsInstance() && f.View.Hidden[forms.FieldOn(f.page.page, n.field)]) {
		return dst
	}
	outer := f.cur
	f.cur = current{}
	if !n.noName {
		at := n.at.concrete(f)
		if len(f.View.Hidden) > 0 && f.View.Hidden[n.field.HiddenAt(at)] {
			f.cur = outer
			return dst
		}
		value, has := n.at.value(f)
		if n.secret != nil && answers.Blank(n.secret, value) == "" {
			value, has = nil, false
		}
		f.in(at, value, has)
		if n.quiet {
			f.cur.problem, f.cur.warning = "", ""
		}
	}
	dst = run(n.body, dst, f)
	f.cur = outer
	return dst
}

// run runs a program.
func run(body []node, dst []byte, f *frame) []byte {
	for _, n := range body {
		dst = n.append(dst, f)
	}
	return dst
}

// sectionNode runs a section where it is shown.
type sectionNode struct {
	key   forms.Pointer // "section:ID/index", of a page that is asked once
	index int
	body  []node
}

func (n *sectionNode) append(dst []byte, f *frame) []byte {
	if p := f.page.page; f.View.Hidden[n.key] || p.IsInstance() && !f.View.ShowsSection(p, n.index) {
		return dst
	}
	return run(n.body, dst, f)
}

// lazyNode is a program that is compiled when it is first run: that of a field within itself, which has no end, and what few pages
// show. Safe for concurrent use.
type lazyNode struct {
	build func() []node
	once  sync.Once
	body  []node
}

func (n *lazyNode) append(dst []byte, f *frame) []byte {
	n.once.Do(func() { n.body, n.build = n.build(), nil })
	return run(n.body, dst, f)
}

// whenNode runs one of two programs.
type whenNode struct {
	is        func(*frame) bool
	then, not []node // not is the usual one
}

func (n *whenNode) append(dst []byte, f *frame) []byte {
	if n.is(f) {
		return run(n.then, dst, f)
	}
	return run(n.not, dst, f)
}

// escape appends s so that it stays text in HTML and within a double-quoted attribute. NUL, which HTML cannot carry,
// becomes the replacement character.
func escape(dst []byte, s string) []byte {
	last := 0
	for i := 0; i < len(s); i++ {
		var with string
		switch s[i] {
		case '&':
			with = "&amp;"
		case '<':
			with = "&lt;"
		case '>':
			with = "&gt;"
		case '"':
			with = "&#34;"
		case '\'':
			with = "&#39;"
		case '\r': // kept as it is; the parser would make it a line feed
			with = "&#13;"
		case 0:
			with = "\uFFFD"
		default:
			continue
		}
		dst = append(dst, s[last:i]...)
		dst = append(dst, with...)
		last = i + 1
	}
	return append(dst, s[last:]...)
}

func appendHidden(dst []byte, h ui.Hidden) []byte {
	dst = append(dst, `<input type="hidden" name="`...)
	dst = escape(dst, h.Name)
	dst = append(dst, `" value="`...)
	dst = escape(dst, h.Value)
	return append(dst, "\">\n"...)
}
