package renderer

import (
	"strconv"
	"strings"

	"samtjanst/forms"
	"samtjanst/forms/answers"
	"samtjanst/renderer/i18n"
	"samtjanst/renderer/markdown"
)

// builder compiles a page: it collects literal HTML and puts holes between.
type builder struct {
	r      *Renderer
	form   *forms.Form
	source *forms.Page
	locale *i18n.Locale
	live   map[forms.Pointer]bool // fields of this page that something on it depends on
	locked bool                   // within a group or rows that are shown only
	out    []node
	buf    lit
}

func newBuilder(r *Renderer, form *forms.Form, page *forms.Page, l *i18n.Locale) *builder {
	return &builder{r: r, form: form, source: page, locale: l, live: liveFields(form, page)}
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

// control is a field being compiled.
type control struct {
	*forms.Field
	at    place
	depth int // rows it stands within
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

func appendNumbers(dst []byte, f *frame, depth int) []byte {
	for i := range depth {
		dst = append(dst, '.')
		dst = strconv.AppendInt(dst, int64(f.rows[i].number), 10)
	}
	return dst
}

// name adds the posted name of a control, beginning with a prefix of package answers or of an operation.
func (b *builder) name(c control, prefix string) {
	b.s(prefix)
	if c.at.depth == 0 {
		b.s(string(c.at.html[0]))
		return
	}
	at := c.at
	b.hole(func(dst []byte, f *frame) []byte { return at.appendName(dst, f) })
}

// prefix gives what stands before the pointer in a posted name.
func prefix(name func(forms.Pointer) string) string { return name("") }

// field compiles one field of any kind.
func (b *builder) field(f *forms.Field) {
	c := control{Field: f, at: placeOf(f.Pointer)}
	c.depth = c.at.depth
	n := &fieldNode{at: c.at, key: forms.Pointer("field:" + f.ID), noName: f.Pointer == ""}
	n.body = b.sub(func() {
		switch {
		case f.Kind == forms.NoticeField:
			b.notice(c)
		case f.ReadOnly && !b.locked && (f.Kind == forms.GroupField || f.Kind == forms.RowsField):
			b.locked = true
			kinds[f.Kind](b, c)
			b.locked = false
		case f.Kind == forms.GroupField || f.Kind == forms.RowsField:
			kinds[f.Kind](b, c)
			b.marker(c)
		case f.Kind == forms.FactField || f.ReadOnly || b.locked:
			b.fact(c)
		default:
			b.orRegister(c, func() {
				kinds[f.Kind](b, c)
				b.marker(c)
			})
		}
		b.lookup(c)
		if b.live[f.Pointer] && f.Pointer != "" && !b.locked {
			b.s(`<p class="st-update"><button class="ds-button" data-variant="secondary" data-size="sm" type="submit" name="`,
				answers.FieldOp, `" value="`, answers.OpUpdate, `">`)
			b.t("form.update")
			b.s("</button></p>")
		}
		b.s("\n")
	})
	b.node(n)
}

// marker is the hole for the input that says what a blank control means, where a value is there though it is blank.
func (b *builder) marker(c control) {
	if b.locked {
		return
	}
	field, at := c.Field, c.at
	b.hole(func(dst []byte, f *frame) []byte {
		if !f.cur.has {
			return dst
		}
		blank := answers.Blank(field, f.cur.value)
		if blank == "" {
			return dst
		}
		dst = append(dst, `<input type="hidden" name="`...)
		dst = append(dst, prefix(answers.Marker)...)
		dst = at.appendName(dst, f)
		dst = append(dst, `" value="`...)
		dst = escape(dst, blank)
		return append(dst, `">`...)
	})
}

// kinds gives the compiler of each posted kind. A form has no other: forms.Compile makes these only.
var kinds map[forms.Kind]func(*builder, control)

func init() {
	kinds = map[forms.Kind]func(*builder, control){
		forms.TextField: (*builder).textField, forms.NumberField: (*builder).textField, forms.BoolField: (*builder).boolField,
		forms.ConsentField: (*builder).consentField, forms.ChoiceField: (*builder).choiceField, forms.ChoicesField: (*builder).choicesField,
		forms.DateField: (*builder).dateField, forms.FilesField: (*builder).filesField, forms.GroupField: (*builder).groupField,
		forms.RowsField: (*builder).rowsField, forms.ListField: (*builder).rowsField,
	}
}

// liveFields finds the fields of a page that a condition, an option list or a shown fact of the same page reads, so that
// answering them may change the page.
func liveFields(form *forms.Form, page *forms.Page) map[forms.Pointer]bool {
	live := map[forms.Pointer]bool{}
	computed := map[string]bool{}
	var cel func(expr string)
	mark := func(at forms.Pointer) {
		for p, f := range form.Fields {
			if f.Page == page && p.Overlaps(at) && f.Kind != forms.GroupField && f.Kind != forms.RowsField {
				live[p] = true
			}
		}
	}
	read := func(at forms.Pointer) {
		tokens := at.Tokens()
		switch {
		case len(tokens) < 2:
		case tokens[0] == "answers":
			mark(at[len("/answers"):])
		case tokens[0] == "computed":
			if name := tokens[1]; !computed[name] {
				computed[name] = true
				cel(form.Def.Meta.Computed[name])
			}
		}
	}
	// An expression is searched for the names as CEL writes them: answers.elev.skola.
	cel = func(expr string) {
		if expr == "" {
			return
		}
		expr = strings.ReplaceAll(expr, ".?", ".") // what may be absent is read by answers.?elev.?skola
		for p, f := range form.Fields {
			if f.Page == page && f.Kind != forms.GroupField && f.Kind != forms.RowsField {
				whole, _, _ := strings.Cut(string(p), "/*")
				if strings.Contains(expr, "answers"+strings.ReplaceAll(whole, "/", ".")) {
					live[p] = true
				}
			}
		}
		for name := range form.Def.Meta.Computed {
			if strings.Contains(expr, "computed."+name) {
				read(forms.Pointer("/computed").Join(name))
			}
		}
	}
	condition := func(c *forms.Condition) {
		if c != nil {
			for _, at := range c.Reads {
				read(at)
			}
		}
	}
	var walk func([]*forms.Field)
	walk = func(fields []*forms.Field) {
		for _, f := range fields {
			condition(f.ShowWhen)
			cel(f.OptionsFrom)
			cel(f.Fact)
			walk(f.Fields)
		}
	}
	for _, s := range page.Sections {
		condition(s.ShowWhen)
		walk(s.Fields)
	}
	return live
}
