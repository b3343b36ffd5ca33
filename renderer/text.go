package renderer

import (
	"strconv"

	"samtjanst/forms"
	"samtjanst/forms/answers"
)

// textField compiles text and numbers: one input or textarea.
func (b *builder) textField(c control) {
	b.open(c, "st-field--"+textWidget(c.Field))
	affixes := !c.Prefix.IsZero() || !b.suffix(c).IsZero()
	if affixes {
		b.s(`<div class="ds-field-affixes">`)
		b.affix(c.Prefix)
	}
	if c.Widget == "textarea" {
		b.textarea(c)
	} else {
		b.textInput(c)
	}
	if affixes {
		b.affix(b.suffix(c))
		b.s(`</div>`)
	}
	b.counter(c)
	b.s(`</div>`)
}

func textWidget(f *forms.Field) string {
	switch {
	case f.Kind == forms.NumberField:
		return "number"
	case f.Widget == "textarea":
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
	"money": 12, "clearing": 8}

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
	if c.Autocomplete != "" {
		b.s(` autocomplete="`)
		b.e(c.Autocomplete)
		b.s(`"`)
	}
	switch c.Widget {
	case "email", "phone", "personnummer", "organisationsnummer", "postnummer", "time", "month", "clearing":
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
	if c.Autocomplete != "" {
		b.s(` autocomplete="`)
		b.e(c.Autocomplete)
		b.s(`"`)
	}
	b.described(c, counterOf(c)...)
	b.invalid()
	b.s(">\n") // the parser drops the first line break, so one that was typed stays
	b.value(c)
	b.s(`</textarea>`)
}

// counterOf names the counter among what describes the control, where there is one.
func counterOf(c control) []string {
	if c.Widget == "textarea" && c.MaxLength > 0 {
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

// value is the hole for what a text control holds: what was typed when it did not decode, else what is stored.
func (b *builder) value(c control) {
	field := c.Field
	b.hole(func(dst []byte, f *frame) []byte {
		switch {
		case f.cur.isTyped:
			return escape(dst, f.cur.typed)
		case f.cur.has:
			return escape(dst, answers.Text(field, f.cur.value))
		}
		return dst
	})
}
