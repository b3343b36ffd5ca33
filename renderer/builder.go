package renderer

import (
	"strconv"

	"samtjanst/forms"
	"samtjanst/forms/answers"
	"samtjanst/renderer/i18n"
	"samtjanst/renderer/markdown"
)

// builder compiles a page: it collects literal HTML and puts holes between.
type builder struct {
	r      *Renderer
	form   *forms.Form
	source *forms.Page // as it is written
	locale *i18n.Locale
	live   *live
	locked bool // within a group or rows that are shown only
	lazies int  // parts compiled when first run that this one stands within
	out    []node
	buf    lit
}

func newBuilder(r *Renderer, form *forms.Form, page *forms.Page, l *i18n.Locale) *builder {
	return &builder{r: r, form: form, source: page, locale: l, live: liveOf(form, page)}
}

// s adds finished HTML, e text to be escaped.
func (b *builder) s(html ...string) {
	for _, h := range html {
		b.buf = append(b.buf, h...)
	}
}

func (b *builder) e(text string) { b.buf = escape(b.buf, text) }

// t adds a text of the interface.
func (b *builder) t(key string, args ...any) { b.e(b.locale.T(key, args...)) }

// text adds a text of the form.
func (b *builder) text(t forms.Text) { b.e(t.In(b.locale.Lang)) }

// lang marks an element whose text is in another language than the page, since the form is not translated there
// (WCAG 2.2, 3.1.2).
func (b *builder) lang(t forms.Text) {
	if _, ok := t[b.locale.Lang]; !ok && b.locale.Lang != i18n.Default && !t.IsZero() {
		b.s(` lang="`, i18n.Default, `"`)
	}
}

func (b *builder) markdown(t forms.Text) { b.s(string(markdown.HTML(t.In(b.locale.Lang)))) }

func (b *builder) node(n node) {
	if len(b.buf) > 0 {
		b.out = append(b.out, b.buf)
		b.buf = nil
	}
	b.out = append(b.out, n)
}

func (b *builder) hole(h hole) { b.node(h) }

func (b *builder) done() []node {
	if len(b.buf) > 0 {
		b.out = append(b.out, b.buf)
		b.buf = nil
	}
	return b.out
}

// sub compiles a part on its own.
func (b *builder) sub(build func()) []node {
	out, buf := b.out, b.buf
	b.out, b.buf = nil, nil
	build()
	part := b.done()
	b.out, b.buf = out, buf
	return part
}

// fork is a builder for a part that is compiled later.
func (b *builder) fork() *builder {
	return &builder{r: b.r, form: b.form, source: b.source, locale: b.locale, live: b.live, locked: b.locked, lazies: b.lazies + 1}
}

// maxDepth is how deep parts stand within each other: as deep as answers may be.
const maxDepth = 64

// lazy is a part that is compiled when it is first run.
func (b *builder) lazy(build func(*builder)) *lazyNode {
	sub := b.fork()
	return &lazyNode{build: func() []node {
		if sub.lazies <= maxDepth {
			build(sub)
		}
		return sub.done()
	}}
}

// within compiles the fields within one, later when the field stands within itself.
func (b *builder) within(c control, build func(*builder)) {
	if c.Recursive() {
		b.node(b.lazy(build))
		return
	}
	build(b)
}

// control is a field being compiled.
type control struct {
	*forms.Field
	told  bool // shown as a register's word: without what helps those who answer
	at    place
	depth int        // rows it stands within
	up    *control   // what it stands in
	title forms.Text // its label, else what the interface calls it
	hint  forms.Text // its own, else what the interface says of its format
	item  bool       // one of a list or of a map's values: the row says which
	bare  bool       // a variant's: what it stands in asks the question
}

// id adds a field's id, with the rows' numbers, and what belongs to it (".hint").
func (b *builder) id(c control, suffix string) {
	b.s(c.ID)
	if c.depth > 0 {
		depth := c.depth
		b.hole(func(dst []byte, f *frame) []byte { return appendNumbers(dst, f, depth) })
	}
	b.s(suffix)
}

// appendID does the same while a page is filled.
func (c control) appendID(dst []byte, f *frame, suffix string) []byte {
	dst = append(dst, c.ID...)
	dst = appendNumbers(dst, f, c.depth)
	return append(dst, suffix...)
}

func appendNumbers(dst []byte, f *frame, depth int) []byte {
	for i := range depth {
		dst = append(dst, '.')
		dst = strconv.AppendInt(dst, int64(f.rows[i].Number), 10)
	}
	return dst
}

// name adds the posted name of a control, beginning with a prefix of package answers or of an operation.
func (b *builder) name(c control, prefix string) {
	b.s(prefix)
	if c.at.depth == 0 {
		b.s(string(c.at.names[0]))
		return
	}
	at := c.at
	b.hole(func(dst []byte, f *frame) []byte { return at.appendName(dst, f) })
}

// prefix gives what stands before the pointer in a posted name.
func prefix(name func(forms.Pointer) string) string { return name("") }

// field compiles one field of a page, of any kind.
func (b *builder) field(f *forms.Field) { b.control(f, nil) }

// child compiles a field within another.
func (b *builder) child(f *forms.Field, up control) { b.control(f, &up) }

func (b *builder) control(f *forms.Field, up *control) {
	c := control{Field: f, up: up}
	switch {
	case !f.Posted():
		c.at = top()
	case up == nil && b.source.Repeat != nil:
		whole, rows := top(), b.source.Repeat.Pointer
		list := whole.down(rows.Tokens(), false)
		c.at = list.down(f.Pointer[len(rows):].Tokens(), true)
	case up == nil:
		whole := top()
		c.at = whole.down(f.Pointer.Tokens(), false)
		if b.form.Enveloped {
			c.at.steps[0].raw = true
			c.at = placeOf(c.at.steps)
		}
	default:
		row := rowsOf(up.Field, f)
		c.at = up.at.down(f.Pointer[len(up.Pointer):].Tokens(), row)
		if up.Kind == forms.TupleField && !row {
			c.at.steps[len(up.at.steps)].list = true
		}
		c.item = row && up.Kind != forms.RowsField
		c.bare = up.Kind == forms.VariantField
	}
	c.depth = c.at.depth
	c.title, c.hint = b.titleOf(c), b.hintOf(c)
	n := &fieldNode{at: c.at, key: forms.Pointer("field:" + f.ID), field: f, noName: !f.Posted(), quiet: b.rest(c)}
	if f.WriteOnly && !f.Kind.Holds() {
		n.secret = f
	}
	n.body = b.sub(func() {
		b.kind(c)
		b.lookup(c)
		if b.asksAgain(c) {
			b.update(c, "form.update")
		}
		b.s("\n")
	})
	b.node(n)
}

// rowsOf reports whether a field within another stands once a row.
func rowsOf(up, f *forms.Field) bool {
	switch up.Kind {
	case forms.RowsField, forms.ListField, forms.MapField:
		return true
	case forms.TupleField:
		return f == up.Rest()
	}
	return false
}

func (b *builder) kind(c control) {
	switch {
	case c.Kind == forms.NoticeField:
		b.notice(c)
	case c.Kind == forms.FixedField:
	case c.Kind == forms.FactField || (c.ReadOnly || b.locked) && !b.opens(c.Field):
		b.fact(c)
	case c.ReadOnly && !b.locked:
		b.locked = true
		kinds[c.Kind](b, c)
		b.locked = false
	default:
		b.orRegister(c, func() {
			kinds[c.Kind](b, c)
			b.nullBox(c)
			b.marker(c)
		})
	}
}

// opens reports whether a field that is only shown is shown part by part, and not as one text.
func (b *builder) opens(f *forms.Field) bool {
	if f.Kind == forms.ListField {
		return f.Children()[0].Kind.Holds()
	}
	return f.Kind.Holds()
}

// asksAgain reports whether the page has to be shown again when a field is answered.
func (b *builder) asksAgain(c control) bool {
	return !b.locked && !c.ReadOnly && !c.item && b.live.has(c.Field)
}

// update is the button that shows the page again, for those without script.
func (b *builder) update(c control, text string) {
	b.s(`<p class="st-update"><button class="ds-button" data-variant="secondary" data-size="sm" type="submit" name="`,
		answers.FieldOp, `" value="`, answers.OpUpdate, `"`)
	b.goTo(c, "")
	b.s(`>`)
	b.t(text)
	b.s("</button></p>")
}

// kinds gives the compiler of each posted kind. A form has no other: forms.Compile makes these only.
var kinds map[forms.Kind]func(*builder, control)

func init() {
	kinds = map[forms.Kind]func(*builder, control){
		forms.TextField: (*builder).textField, forms.NumberField: (*builder).numberField, forms.BoolField: (*builder).boolField,
		forms.ConsentField: (*builder).consentField, forms.ChoiceField: (*builder).choiceField, forms.ChoicesField: (*builder).choicesField,
		forms.DateField: (*builder).dateField, forms.FilesField: (*builder).filesField, forms.GroupField: (*builder).groupField,
		forms.RowsField: (*builder).rowsField, forms.ListField: (*builder).rowsField, forms.TupleField: (*builder).tupleField,
		forms.MapField: (*builder).mapField, forms.VariantField: (*builder).variantField, forms.JSONField: (*builder).jsonField,
		forms.NullField: (*builder).nullField,
	}
}
