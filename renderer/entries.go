package renderer

import (
	"samtjanst/forms/answers"
)

// mapField compiles an object's entries beyond its declared properties: a name and a value each.
func (b *builder) mapField(c control) {
	b.openFrame(c, "st-rowset")
	b.within(c, func(b *builder) {
		item := itemName(c.Field, b.locale)
		row := b.sub(func() { b.entry(c, item) })
		rows := b.rowsOn(c)
		b.hole(func(dst []byte, f *frame) []byte {
			outer := len(f.rows)
			for _, r := range rows(f) {
				f.rows = append(f.rows, r)
				dst = run(row, dst, f)
				f.rows = f.rows[:outer]
			}
			return dst
		})
		if !b.locked {
			b.addRow(c, item)
		}
	})
	b.s(`</fieldset>`)
}

func (b *builder) entry(c control, item string) {
	value := c.Children()[0]
	b.s(`<fieldset class="ds-fieldset st-row-group st-entry" tabindex="-1" id="`)
	b.rowID(c)
	b.s(`"><legend class="ds-label st-row-group__title">`)
	if b.locked {
		b.hole(func(dst []byte, f *frame) []byte { return escape(dst, f.rows[len(f.rows)-1].Name) })
	} else {
		b.rowTitle(item)
	}
	b.s(`</legend>`)
	if !b.locked {
		b.entryName(c)
	}
	b.child(value, c)
	b.rowEnd(c, item)
	b.s("</fieldset>\n")
}

// entryName compiles the control for the name of an entry. What is wrong with the name stands at it.
func (b *builder) entryName(c control) {
	wrong := func(f *frame) string {
		if len(f.problems) == 0 {
			return ""
		}
		return f.problems[nameOf(f.cur.at.Raw(f.rows[len(f.rows)-1].Piece))].text
	}
	inner := c
	inner.depth++
	b.s(`<div class="ds-field st-field"><label class="ds-label" for="`)
	b.id(inner, ".name")
	b.s(`">`)
	b.t("form.entry-name")
	b.s(`</label>`)
	b.hole(func(dst []byte, f *frame) []byte { return inner.appendProblem(dst, f, ".name.error", wrong(f), false) })
	b.s(`<input class="ds-input" type="text" spellcheck="false" autocapitalize="off" id="`)
	b.id(inner, ".name")
	b.s(`" name="`, prefix(answers.EntryName))
	at := c.at
	b.hole(func(dst []byte, f *frame) []byte {
		r := f.rows[len(f.rows)-1]
		dst = at.appendName(dst, f)
		dst = append(dst, '/')
		dst = escape(dst, r.Posted)
		dst = append(dst, `" value="`...)
		dst = escape(dst, r.Typed)
		dst = append(dst, '"')
		if wrong(f) != "" {
			dst = append(dst, ` aria-invalid="true" aria-describedby="`...)
			dst = inner.appendID(dst, f, ".name.error")
			dst = append(dst, '"')
		}
		return dst
	})
	b.s(`></div>`)
}
