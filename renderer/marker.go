package renderer

import (
	"strconv"

	"samtjanst/forms"
	"samtjanst/forms/answers"
)

// What says that a value is there though its control is blank, and the kinds that are little more than that.

// marker is the hole for the input that says what a blank control means, where a value is there though it is blank.
func (b *builder) marker(c control) {
	if b.locked || c.Kind == forms.NullField || b.rest(c) {
		return
	}
	field, at, boxed := c.Field, c.at, b.hasNullBox(c)
	b.hole(func(dst []byte, f *frame) []byte {
		if !f.cur.has {
			return dst
		}
		blank := answers.Blank(field, f.cur.value)
		if blank == "" || boxed && blank == nullMarker {
			return dst
		}
		return appendMarker(dst, f, &at, blank)
	})
}

func appendMarker(dst []byte, f *frame, at *place, blank string) []byte {
	dst = append(dst, `<input type="hidden" name="`...)
	dst = append(dst, prefix(answers.Marker)...)
	dst = at.appendName(dst, f)
	dst = append(dst, `" value="`...)
	dst = escape(dst, blank)
	return append(dst, `">`...)
}

// rest reports whether a field is what a group has beyond its declared properties: the group says what blank means.
func (b *builder) rest(c control) bool {
	return c.Kind == forms.MapField && c.up != nil && c.up.Kind == forms.GroupField && c.up.Pointer == c.Pointer
}

const nullMarker = "null"

// hasNullBox reports whether a box beside the control says null: where null is a value and none of the options.
func (b *builder) hasNullBox(c control) bool {
	if !c.Nullable || b.locked || c.WriteOnly || b.rest(c) {
		return false
	}
	switch c.Kind {
	case forms.NullField, forms.JSONField, forms.ConsentField, forms.FilesField:
		return false
	}
	for _, o := range c.Options {
		if string(o.JSON) == nullMarker {
			return false
		}
	}
	return true
}

// nullBox compiles the box "no value" beside a control for which null is a value of its own, unlike none.
func (b *builder) nullBox(c control) {
	if !b.hasNullBox(c) {
		return
	}
	b.s(`<div class="st-null">`)
	b.box(c, ".null", func() {
		b.t("form.null")
		b.s(`<span class="ds-sr-only">: `)
		b.text(c.title)
		b.s(`</span>`)
	})
	b.s(`</div>`)
}

// nullField compiles what can only be null: a box to tick. Of a variant, being chosen says it all.
func (b *builder) nullField(c control) {
	if c.bare {
		at := c.at
		b.hole(func(dst []byte, f *frame) []byte { return appendMarker(dst, f, &at, nullMarker) })
		return
	}
	b.s(`<div class="st-field st-field--consent `)
	b.wrong()
	b.s(`">`)
	b.about(c)
	b.box(c, "", func() {
		b.label(c)
		b.s(`: `)
		b.t("form.null")
	})
	b.s(`</div>`)
}

// box is a tick for null.
func (b *builder) box(c control, suffix string, label func()) {
	b.s(`<div class="ds-field"><input class="ds-input" type="checkbox" id="`)
	b.id(c, suffix)
	b.s(`" name="`)
	b.name(c, prefix(answers.Marker))
	b.s(`" value="`, nullMarker, `"`)
	b.hole(func(dst []byte, f *frame) []byte {
		if f.cur.has && f.cur.value == nil {
			return append(dst, " checked"...)
		}
		return dst
	})
	b.described(c)
	b.s(`><label class="ds-label" for="`)
	b.id(c, suffix)
	b.s(`">`)
	label()
	b.s(`</label></div>`)
}

// jsonField compiles anything at all: JSON to write. Only `form render` shows it; no published form has it.
func (b *builder) jsonField(c control) {
	rows := c.Rows
	if rows == 0 {
		rows = 6
	}
	b.open(c, "st-field--json")
	b.s(`<textarea class="ds-input" spellcheck="false" autocapitalize="off" id="`)
	b.id(c, "")
	b.s(`" name="`)
	b.name(c, prefix(answers.Control))
	b.s(`" rows="`, strconv.Itoa(rows), `"`)
	b.described(c)
	b.invalid()
	b.s(">\n")
	b.value(c)
	b.s(`</textarea></div>`)
}
