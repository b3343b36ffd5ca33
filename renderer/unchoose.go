package renderer

import (
	"samtjanst/forms"
	"samtjanst/forms/answers"
)

// A radio that has been chosen stays chosen as far as the browser knows. Where no answer is needed, a last choice takes it back: its value
// is blank, and blank is absent. It shows as soon as something is chosen, and as long as nothing is it is in nobody's way: that is CSS
// (.st-unchoose), and a browser that cannot do it shows the choice always.

// unchoosable reports whether a choice among radios may be left without an answer, as far as is known beforehand: what is required by a
// condition is known when the page is written.
func (b *builder) unchoosable(c control, options []forms.Option) bool {
	if c.Required || c.item || c.bare || b.locked {
		return false
	}
	for _, o := range options {
		if o.Value == "" { // blank is one of the answers
			return false
		}
	}
	return true
}

// unchoose compiles the choice that takes an answer back.
func (b *builder) unchoose(c control, options []forms.Option) {
	if len(options) == 0 || !b.unchoosable(c, options) {
		return
	}
	b.node(&whenNode{is: func(f *frame) bool { return f.cur.required }, not: b.noAnswer(c, "form.no-answer")})
}

func (b *builder) noAnswer(c control, text string) []node {
	return b.sub(func() {
		b.s(`<label class="st-unchoose"><input class="ds-input" type="radio" name="`)
		b.name(c, prefix(answers.Control))
		b.s(`" value="">`)
		b.t(text)
		b.s(`</label>`)
	})
}
