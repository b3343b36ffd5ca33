package renderer

import (
	"samtjanst/forms"
)

// What the kinds of fields share: the frame around a control, label, hint, help and error, and their ties.

// open begins a field of one control; its label names the control.
func (b *builder) open(c control, class string) {
	b.s(`<div class="ds-field st-field `, class, b.quiet(c))
	b.wrong()
	b.s(`"`)
	b.liveMark(c)
	b.s(`>`)
	b.s(`<label class="ds-label" for="`)
	b.id(c, "")
	b.s(`"`)
	b.lang(c.title)
	b.s(`>`)
	b.label(c)
	b.s(`</label>`)
	b.about(c)
}

// quiet hides a label that only repeats what stands above, but not from screen readers: a variant's that is called as the question is.
func (b *builder) quiet(c control) string {
	if c.bare && c.title.In(b.locale.Lang) == c.up.title.In(b.locale.Lang) {
		return " st-quiet"
	}
	return ""
}

// openGroup begins a field of several controls: a fieldset whose legend is the question. More suffixes name what else
// describes the group.
func (b *builder) openGroup(c control, class string, describes ...string) {
	b.fieldset(c, class, false, describes...)
}

// openFrame begins a field that other fields stand in. The frame itself can be led to: what is wrong with the whole is mended by no
// single control.
func (b *builder) openFrame(c control, class string, describes ...string) {
	b.fieldset(c, class, true, describes...)
}

func (b *builder) fieldset(c control, class string, target bool, describes ...string) {
	b.s(`<fieldset class="ds-fieldset st-field `, class, b.quiet(c))
	b.wrong()
	b.s(`"`)
	if target {
		b.s(` tabindex="-1" id="`)
		b.id(c, "")
		b.s(`"`)
	}
	b.liveMark(c)
	b.described(c, describes...)
	b.s(`><legend class="ds-label"`)
	b.lang(c.title)
	b.s(`>`)
	b.label(c)
	b.s(`</legend>`)
	b.about(c)
}

// appendGoTo makes a button lead to an id on the page that it brings: the fragment stays with the browser, also over a redirect. Without
// it, a page without script would begin from the top again after each press.
func appendGoTo(dst []byte, f *frame, id func([]byte) []byte) []byte {
	dst = append(dst, ` formaction="`...)
	dst = escape(dst, f.Action)
	dst = append(dst, '#')
	dst = id(dst)
	return append(dst, '"')
}

// goTo is the hole for the same, to what belongs to a field.
func (b *builder) goTo(c control, suffix string) {
	b.hole(func(dst []byte, f *frame) []byte {
		return appendGoTo(dst, f, func(dst []byte) []byte { return c.appendID(dst, f, suffix) })
	})
}

func (b *builder) label(c control) {
	if c.item && c.up.Kind != forms.MapField {
		b.rowTitle(itemName(c.up.Field, b.locale))
	} else {
		b.text(c.title)
	}
	for _, affix := range []forms.Text{c.Prefix, b.suffix(c)} {
		if !affix.IsZero() && c.Widget != "rating" { // the box beside the control is hidden from screen readers
			b.s(`<span class="ds-sr-only"> `)
			b.text(affix)
			b.s(`</span>`)
		}
	}
	if c.Deprecated {
		b.s(` <span class="st-optional">`)
		b.t("form.deprecated")
		b.s(`</span>`)
	}
	switch {
	case c.Required || b.locked || c.item || c.bare:
		return
	case c.Kind == forms.GroupField || c.Kind == forms.TupleField || c.Kind == forms.FactField || c.Kind == forms.NullField:
		return
	}
	optional := append(escape([]byte(` <span class="st-optional">`), b.locale.T("form.optional")), "</span>"...)
	b.hole(func(dst []byte, f *frame) []byte {
		if f.cur.required {
			return dst
		}
		return append(dst, optional...)
	})
}

// about adds hint, help and error.
func (b *builder) about(c control) {
	if !c.hint.IsZero() {
		b.s(`<p class="st-hint" id="`)
		b.id(c, ".hint")
		b.s(`"`)
		b.lang(c.hint)
		b.s(`>`)
		b.text(c.hint)
		b.s(`</p>`)
	}
	b.help(c)
	b.problem(c)
}

func (b *builder) help(c control) {
	if c.Help.IsZero() {
		return
	}
	b.s(`<details class="st-details"><summary>`)
	b.t("form.help", "label", c.title.In(b.locale.Lang))
	b.s(`</summary><div class="st-text"`)
	b.lang(c.Help)
	b.s(`>`)
	b.markdown(c.Help)
	b.s(`</div></details>`)
}

// problem is the hole for what is wrong.
func (b *builder) problem(c control) {
	b.hole(func(dst []byte, f *frame) []byte {
		text, soft := f.cur.problem, false
		if text == "" {
			text, soft = f.cur.warning, true
		}
		return c.appendProblem(dst, f, ".error", text, soft)
	})
}

// appendProblem writes what is wrong with a field, or with what the suffix says belongs to it.
func (c control) appendProblem(dst []byte, f *frame, suffix, text string, soft bool) []byte {
	if text == "" {
		return dst
	}
	lead, tone := "form.error", ""
	if soft {
		lead, tone = "form.warning", ` data-color="warning"`
	}
	dst = append(dst, `<p class="ds-validation-message" id="`...)
	dst = c.appendID(dst, f, suffix)
	dst = append(dst, '"')
	dst = append(dst, tone...)
	dst = append(dst, `><span class="ds-sr-only">`...)
	dst = escape(dst, f.locale.T(lead))
	dst = append(dst, ` </span>`...)
	dst = escape(dst, text)
	return append(dst, "</p>"...)
}

// wrong is the hole for the class of a field that has a problem.
func (b *builder) wrong() {
	b.hole(func(dst []byte, f *frame) []byte {
		if f.cur.problem != "" {
			return append(dst, " st-field--wrong"...)
		}
		return dst
	})
}

// invalid is the hole for aria-invalid of a control.
func (b *builder) invalid() {
	b.hole(func(dst []byte, f *frame) []byte {
		if f.cur.problem != "" {
			return append(dst, ` aria-invalid="true"`...)
		}
		return dst
	})
}

// described adds aria-describedby with the ids of what exists: the hint, the named parts, and the error when there is one.
func (b *builder) described(c control, parts ...string) {
	if !c.hint.IsZero() {
		parts = append([]string{".hint"}, parts...)
	}
	b.hole(func(dst []byte, f *frame) []byte {
		wrong := f.cur.problem != "" || f.cur.warning != ""
		if len(parts) == 0 && !wrong {
			return dst
		}
		dst = append(dst, ` aria-describedby="`...)
		for i, suffix := range parts {
			if i > 0 {
				dst = append(dst, ' ')
			}
			dst = c.appendID(dst, f, suffix)
		}
		if wrong {
			if len(parts) > 0 {
				dst = append(dst, ' ')
			}
			dst = c.appendID(dst, f, ".error")
		}
		return append(dst, '"')
	})
}

// liveMark tells the script that answering changes the page.
func (b *builder) liveMark(c control) {
	if b.asksAgain(c) {
		b.s(` data-live`)
	}
}

// suffix of a control: the form's own, or the unit that the widget implies.
func (b *builder) suffix(c control) forms.Text {
	if c.Suffix.IsZero() && c.Widget == "money" {
		return forms.Text{"sv": "kr", "en": "SEK"}
	}
	return c.Suffix
}
