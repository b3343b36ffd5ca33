package renderer

import (
	"samtjanst/forms"
)

// What the kinds of fields share: the frame around a control, label, hint, help and error, and their ties.

// open begins a field of one control; its label names the control.
func (b *builder) open(c control, class string) {
	b.s(`<div class="ds-field st-field `, class)
	b.wrong()
	b.s(`"`)
	b.liveMark(c)
	b.s(`>`)
	b.s(`<label class="ds-label" for="`)
	b.id(c, "")
	b.s(`"`)
	b.lang(c.Label)
	b.s(`>`)
	b.label(c)
	b.s(`</label>`)
	b.about(c)
}

// openGroup begins a field of several controls: a fieldset whose legend is the question. More suffixes name what else
// describes the group.
func (b *builder) openGroup(c control, class string, describes ...string) {
	b.s(`<fieldset class="ds-fieldset st-field `, class)
	b.wrong()
	b.s(`"`)
	b.liveMark(c)
	b.described(c, describes...)
	b.s(`><legend class="ds-label"`)
	b.lang(c.Label)
	b.s(`>`)
	b.label(c)
	b.s(`</legend>`)
	b.about(c)
}

func (b *builder) label(c control) {
	if c.Parent != nil && c.Parent.Kind == forms.ListField {
		b.rowTitle(itemName(c.Parent, b.locale))
		return
	}
	b.text(c.Label)
	for _, affix := range []forms.Text{c.Prefix, b.suffix(c)} {
		if !affix.IsZero() { // the box beside the control is hidden from screen readers
			b.s(`<span class="ds-sr-only"> `)
			b.text(affix)
			b.s(`</span>`)
		}
	}
	if c.Required || b.locked || c.Kind == forms.GroupField || c.Kind == forms.FactField {
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
	if !c.Hint.IsZero() {
		b.s(`<p class="st-hint" id="`)
		b.id(c, ".hint")
		b.s(`"`)
		b.lang(c.Hint)
		b.s(`>`)
		b.text(c.Hint)
		b.s(`</p>`)
	}
	if !c.Help.IsZero() {
		b.s(`<details class="st-details"><summary>`)
		b.t("form.help", "label", c.Label.In(b.locale.Lang))
		b.s(`</summary><div class="st-text"`)
		b.lang(c.Help)
		b.s(`>`)
		b.markdown(c.Help)
		b.s(`</div></details>`)
	}
	b.problem(c)
}

// problem is the hole for what is wrong.
func (b *builder) problem(c control) {
	wrong := append(escape([]byte(`"><span class="ds-sr-only">`), b.locale.T("form.error")), " </span>"...)
	warn := append(escape([]byte(`" data-color="warning"><span class="ds-sr-only">`), b.locale.T("form.warning")), " </span>"...)
	id, depth := c.ID, c.depth
	b.hole(func(dst []byte, f *frame) []byte {
		text, lead := f.cur.problem, wrong
		if text == "" {
			text, lead = f.cur.warning, warn
		}
		if text == "" {
			return dst
		}
		dst = append(dst, `<p class="ds-validation-message" id="`...)
		dst = append(dst, id...)
		dst = appendNumbers(dst, f, depth)
		dst = append(dst, ".error"...)
		dst = append(dst, lead...)
		dst = escape(dst, text)
		return append(dst, "</p>"...)
	})
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
	if !c.Hint.IsZero() {
		parts = append([]string{".hint"}, parts...)
	}
	id, depth := c.ID, c.depth
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
			dst = append(dst, id...)
			dst = appendNumbers(dst, f, depth)
			dst = append(dst, suffix...)
		}
		if wrong {
			if len(parts) > 0 {
				dst = append(dst, ' ')
			}
			dst = append(dst, id...)
			dst = appendNumbers(dst, f, depth)
			dst = append(dst, ".error"...)
		}
		return append(dst, '"')
	})
}

// liveMark tells the script that answering changes the page.
func (b *builder) liveMark(c control) {
	if b.live[c.Pointer] {
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
