package renderer

import (
	"strconv"
	"strings"

	"samtjanst/forms"
	"samtjanst/forms/answers"
)

// textField compiles a text: one line, or several where the layout says so.
func (b *builder) textField(c control) {
	if c.Booking != "" {
		b.times(c)
		return
	}
	if c.Widget == "details" {
		b.folded(c, func() { b.textControl(c) })
		return
	}
	b.textControl(c)
}

// numberField compiles a number: one line, or a scale to choose on.
func (b *builder) numberField(c control) {
	if c.Widget == "rating" {
		if options := scale(c.Field); options != nil {
			b.rating(c, options)
			return
		}
	}
	b.textControl(c)
}

func (b *builder) textControl(c control) {
	b.open(c, "st-field--"+textWidget(c.Field))
	affixes := !c.Prefix.IsZero() || !b.suffix(c).IsZero()
	if affixes {
		b.s(`<div class="ds-field-affixes">`)
		b.affix(c.Prefix)
	}
	switch {
	case c.WriteOnly:
		b.password(c)
	case long(c.Field):
		b.textarea(c)
	case c.Kind == forms.TextField: // a line would drop the line breaks of what is there
		input := b.sub(func() { b.textInput(c) })
		area := b.lazy(func(b *builder) { b.textarea(c) })
		b.node(&whenNode{is: func(f *frame) bool { return hasLines(c.Field, f) }, then: []node{area}, not: input})
	default:
		b.textInput(c)
	}
	if affixes {
		b.affix(b.suffix(c))
		b.s(`</div>`)
	}
	b.counter(c)
	b.s(`</div>`)
}

// long reports whether a text is written on several lines.
func long(f *forms.Field) bool {
	return f.Widget == "textarea" || f.Kind == forms.TextField && f.Widget == "details"
}

func textWidget(f *forms.Field) string {
	switch {
	case f.Kind == forms.NumberField:
		return "number"
	case long(f):
		return "textarea"
	}
	return "text"
}

func (b *builder) affix(t forms.Text) {
	if t.IsZero() {
		return
	}
	b.s(`<span class="ds-field-affix" aria-hidden="true"`)
	b.lang(t)
	b.s(`>`)
	b.text(t)
	b.s(`</span>`)
}

// widths are the characters that a widget's answer usually has: the box tells how much is asked for.
var widths = map[string]int{"personnummer": 14, "organisationsnummer": 13, "postnummer": 7, "phone": 20, "time": 6, "month": 8,
	"money": 12, "clearing": 8, "account": 16, "date-time": 22, "duration": 12, "property": 30}

// textInput never has the types number, email or url: they rewrite or refuse what was typed.
func (b *builder) textInput(c control) {
	b.s(`<input class="ds-input" type="text" id="`)
	b.id(c, "")
	b.s(`" name="`)
	b.name(c, prefix(answers.Control))
	b.s(`"`)
	b.inputAttributes(c)
	b.s(` value="`)
	b.value(c)
	b.s(`"`)
	b.described(c, counterOf(c)...)
	b.invalid()
	b.s(`>`)
}

func (b *builder) inputAttributes(c control) {
	width := c.Width
	if width == 0 {
		width = widths[c.Widget]
	}
	if width == 0 && c.Kind == forms.NumberField {
		width = 10
	}
	if width > 0 {
		b.s(` size="`, strconv.Itoa(width), `"`)
	}
	if c.InputMode != "" {
		b.s(` inputmode="`)
		b.e(c.InputMode)
		b.s(`"`)
	}
	b.autocomplete(c)
	switch c.Widget {
	case "email", "phone", "personnummer", "organisationsnummer", "postnummer", "time", "month", "clearing", "account", "uri",
		"date-time", "duration", "property":
		b.s(` spellcheck="false" autocapitalize="off"`)
	}
}

func (b *builder) textarea(c control) {
	rows := c.Rows
	if rows == 0 {
		rows = 5
	}
	b.s(`<textarea class="ds-input" id="`)
	b.id(c, "")
	b.s(`" name="`)
	b.name(c, prefix(answers.Control))
	b.s(`" rows="`, strconv.Itoa(rows), `"`)
	b.autocomplete(c)
	b.described(c, counterOf(c)...)
	b.invalid()
	b.s(">\n") // the parser drops the first line break, so one that was typed stays
	b.value(c)
	b.s(`</textarea>`)
}

// counterOf names the counter among what describes the control, where there is one.
func counterOf(c control) []string {
	if long(c.Field) && c.MaxLength > 0 && !c.WriteOnly {
		return []string{".counter"}
	}
	return nil
}

// counter tells how much may be written; script makes it say how much is left.
func (b *builder) counter(c control) {
	if counterOf(c) == nil {
		return
	}
	b.s(`<p class="st-hint" id="`)
	b.id(c, ".counter")
	b.s(`" data-counter="`, strconv.Itoa(c.MaxLength), `" data-left="`)
	b.t("form.counter-left", "n", "{n}")
	b.s(`" data-over="`)
	b.t("form.counter-over", "n", "{n}")
	b.s(`">`)
	b.t("form.counter", "n", c.MaxLength)
	b.s(`</p>`)
}

// value is the hole for what a text control holds.
func (b *builder) value(c control) {
	field := c.Field
	b.hole(func(dst []byte, f *frame) []byte { return escape(dst, shownText(field, f)) })
}

// shownText is what was typed when it did not decode, else what is stored.
func shownText(field *forms.Field, f *frame) string {
	switch {
	case f.cur.isTyped:
		return f.cur.typed
	case f.cur.has:
		return answers.Text(field, f.cur.value)
	}
	return ""
}

// hasLines reports whether what a text control holds has line breaks.
func hasLines(field *forms.Field, f *frame) bool {
	text, ok := f.cur.value.(string) // as it is shown, but for the separators of numbers
	if f.cur.isTyped || !ok && f.cur.has {
		text = shownText(field, f)
	}
	return strings.ContainsAny(text, "\n\r")
}

// password compiles what is never shown again: neither what is stored nor what was typed.
func (b *builder) password(c control) {
	b.s(`<input class="ds-input" type="password" id="`)
	b.id(c, "")
	b.s(`" name="`)
	b.name(c, prefix(answers.Control))
	b.s(`"`)
	if c.Autocomplete == "" {
		b.s(` autocomplete="off"`)
	}
	b.inputAttributes(c)
	b.described(c)
	b.invalid()
	b.s(`>`)
}
