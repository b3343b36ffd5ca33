package renderer

import (
	"strconv"

	"samtjanst/forms"
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
	problems map[forms.Pointer]string // texts by concrete pointer, the first of each
	warnings map[forms.Pointer]string // soft problems
	rows     []row                    // the rows the program is within, outermost first
	cur      current
	scratch  []byte
}

// row is one row of an array: its number, and the key it is posted with.
type row struct {
	number int
	key    string
}

// current is the field the program is in.
type current struct {
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
	if d.View == nil {
		f.View = &forms.View{}
	}
	for _, problem := range d.Problems {
		into := &f.problems
		if problem.Soft {
			into = &f.warnings
		}
		if *into == nil {
			*into = map[forms.Pointer]string{}
		}
		if _, first := (*into)[problem.Pointer]; !first {
			(*into)[problem.Pointer] = ProblemText(p.locale, p.form, problem)
		}
	}
	return f
}

// place is a field's pointer, cut so that rows' numbers can be put in.
type place struct {
	whole  forms.Pointer // the pointer when it has no rows
	pieces []string      // between the numbers; one more than there are rows
	html   [][]byte      // the pieces, escaped for an attribute
	tokens []string
	depth  int // rows it stands within
}

func placeOf(at forms.Pointer) place {
	p := place{tokens: at.Tokens()}
	piece := forms.Pointer("")
	for _, t := range p.tokens {
		if t == "*" {
			p.pieces = append(p.pieces, string(piece)+"/")
			piece = ""
			p.depth++
			continue
		}
		piece = piece.Join(t)
	}
	p.pieces = append(p.pieces, string(piece))
	for _, s := range p.pieces {
		p.html = append(p.html, escape(nil, s))
	}
	if p.depth == 0 {
		p.whole = at
	}
	return p
}

// concrete gives the pointer with the rows' numbers.
func (p *place) concrete(f *frame) forms.Pointer {
	if p.depth == 0 {
		return p.whole
	}
	b := f.scratch[:0]
	for i, piece := range p.pieces {
		b = append(b, piece...)
		if i < p.depth {
			b = strconv.AppendInt(b, int64(f.rows[i].number), 10)
		}
	}
	f.scratch = b
	return forms.Pointer(b)
}

// appendName writes the pointer as it is posted: with the rows' keys.
func (p *place) appendName(dst []byte, f *frame) []byte {
	for i, piece := range p.html {
		dst = append(dst, piece...)
		if i < p.depth {
			dst = escape(dst, f.rows[i].key)
		}
	}
	return dst
}

// value finds the stored value; false when there is none.
func (p *place) value(f *frame) (any, bool) {
	var v any = f.View.Scope.Answers
	depth := 0
	for _, t := range p.tokens {
		switch x := v.(type) {
		case map[string]any:
			var ok bool
			if v, ok = x[t]; !ok {
				return nil, false
			}
		case []any:
			n := -1
			if t == "*" {
				n = f.rows[depth].number
				depth++
			}
			if n < 0 || n >= len(x) {
				return nil, false
			}
			v = x[n]
		default:
			return nil, false
		}
	}
	return v, true
}

// fieldNode runs a field's program where the field is shown.
type fieldNode struct {
	at     place
	key    forms.Pointer // "field:ID"
	body   []node
	noName bool // shown, not posted
}

func (n *fieldNode) append(dst []byte, f *frame) []byte {
	if len(f.View.Hidden) > 0 && f.View.Hidden[n.key] {
		return dst
	}
	outer := f.cur
	f.cur = current{}
	if !n.noName {
		at := n.at.concrete(f)
		if len(f.View.Hidden) > 0 && f.View.Hidden[at] {
			f.cur = outer
			return dst
		}
		f.cur.value, f.cur.has = n.at.value(f)
		if len(f.Typed) > 0 {
			f.cur.typed, f.cur.isTyped = f.Typed[string(at)]
		}
		f.cur.problem, f.cur.warning = f.problems[at], f.warnings[at]
		f.cur.required = len(f.View.Required) > 0 && f.View.Required[at]
	}
	for _, b := range n.body {
		dst = b.append(dst, f)
	}
	f.cur = outer
	return dst
}

// sectionNode runs a section where it is shown.
type sectionNode struct {
	key  forms.Pointer // "section:ID/index"
	body []node
}

func (n *sectionNode) append(dst []byte, f *frame) []byte {
	if f.View.Hidden[n.key] {
		return dst
	}
	for _, b := range n.body {
		dst = b.append(dst, f)
	}
	return dst
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
