package renderer

import (
	"strconv"

	"samtjanst/forms"
	"samtjanst/forms/answers"
)

// variantField compiles one of several shapes: which it is, a button that shows its questions, and the questions of the chosen one.
func (b *builder) variantField(c control) {
	chosen := b.variants(c)
	if b.locked {
		b.openFrame(c, "st-group st-variant")
		b.node(chosen)
		b.s(`</fieldset>`)
		return
	}
	b.s(`<fieldset class="ds-fieldset st-field st-variant `)
	b.hole(func(dst []byte, f *frame) []byte {
		if f.problems[choiceOf(f.cur.at)].text != "" {
			return append(dst, "st-field--wrong"...)
		}
		return dst
	})
	b.s(`" tabindex="-1" id="`)
	b.id(c, "")
	b.s(`"`)
	b.choiceDescribed(c)
	b.s(`><legend class="ds-label"`)
	b.lang(c.title)
	b.s(`>`)
	b.label(c)
	b.s(`</legend>`)
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
	b.hole(func(dst []byte, f *frame) []byte {
		if p, ok := f.problems[choiceOf(f.cur.at)]; ok {
			return c.appendProblem(dst, f, ".error", p.text, false)
		}
		return c.appendProblem(dst, f, ".error", f.warnings[choiceOf(f.cur.at)].text, true)
	})
	if len(c.Variants) > manyOptions {
		b.variantSelect(c)
	} else {
		b.variantRadios(c)
	}
	b.update(c, "form.show-questions")
	b.node(chosen)
	b.s(`</fieldset>`)
}

func (b *builder) choiceDescribed(c control) {
	b.hole(func(dst []byte, f *frame) []byte {
		wrong := f.problems[choiceOf(f.cur.at)].text != "" || f.warnings[choiceOf(f.cur.at)].text != ""
		if !wrong && c.hint.IsZero() {
			return dst
		}
		dst = append(dst, ` aria-describedby="`...)
		if !c.hint.IsZero() {
			dst = c.appendID(dst, f, ".hint")
		}
		if wrong {
			if !c.hint.IsZero() {
				dst = append(dst, ' ')
			}
			dst = c.appendID(dst, f, ".error")
		}
		return append(dst, '"')
	})
}

func (f *frame) variant(field *forms.Field) int {
	return answers.Chosen(field, f.cur.at, f.cur.value, f.cur.has, f.Typed)
}

// variants gives the program of the chosen variant; each is compiled when it is first chosen.
func (b *builder) variants(c control) node {
	bodies := make([]*lazyNode, len(c.Variants))
	for i, v := range c.Variants {
		bodies[i] = b.lazy(func(b *builder) {
			if f := v.Field(); f != nil {
				b.child(f, c)
			}
		})
	}
	locked, at := b.locked, c.at
	return hole(func(dst []byte, f *frame) []byte {
		n := f.variant(c.Field)
		if n < 0 {
			return dst
		}
		if !locked {
			dst = append(dst, `<input type="hidden" name="`...)
			dst = append(dst, prefix(answers.ShownVariant)...)
			dst = at.appendName(dst, f)
			dst = append(dst, `" value="`...)
			dst = strconv.AppendInt(dst, int64(n), 10)
			dst = append(dst, `">`...)
		}
		return bodies[n].append(dst, f)
	})
}

func (b *builder) variantRadios(c control) {
	b.s(`<div class="st-choices st-variant__choice" data-live>`)
	names := variantNames(b.locale, c.Field)
	for i := range c.Variants {
		b.variantRadio(c, i, names[i], c.Variants[i].Label)
	}
	if !c.Required {
		b.variantRadio(c, -1, b.locale.T("form.no-variant"), nil)
	}
	b.s(`</div>`)
}

func (b *builder) variantRadio(c control, i int, name string, label forms.Text) {
	suffix, value := ".v"+strconv.Itoa(i), strconv.Itoa(i)
	if i < 0 {
		suffix, value = ".none", ""
	}
	b.s(`<div class="ds-field"><input class="ds-input" type="radio" id="`)
	b.id(c, suffix)
	b.s(`" name="`)
	b.name(c, prefix(answers.Variant))
	b.s(`" value="`, value, `"`)
	b.variantChosen(c, i, " checked")
	b.s(`><label class="ds-label" for="`)
	b.id(c, suffix)
	b.s(`"`)
	b.lang(label)
	b.s(`>`)
	b.e(name)
	b.s(`</label></div>`)
}

// variantChosen is the hole for the attribute of the chosen variant; none is chosen only where nothing is stored.
func (b *builder) variantChosen(c control, i int, attribute string) {
	b.hole(func(dst []byte, f *frame) []byte {
		n := f.variant(c.Field)
		if n != i {
			return dst
		}
		if _, said := f.Typed[answers.Variant(f.cur.at)]; n < 0 && f.cur.has && !said {
			return dst
		}
		return append(dst, attribute...)
	})
}

func (b *builder) variantSelect(c control) {
	b.s(`<div class="ds-field st-variant__choice" data-live><label class="ds-label ds-sr-only" for="`)
	b.id(c, ".v")
	b.s(`">`)
	b.text(c.title)
	b.s(`</label><select class="ds-input" data-width="auto" id="`)
	b.id(c, ".v")
	b.s(`" name="`)
	b.name(c, prefix(answers.Variant))
	b.s(`"><option value="">`)
	b.t("form.choose")
	b.s(`</option>`)
	for i, name := range variantNames(b.locale, c.Field) {
		b.s(`<option value="`, strconv.Itoa(i), `"`)
		b.variantChosen(c, i, " selected")
		b.lang(c.Variants[i].Label)
		b.s(`>`)
		b.e(name)
		b.s(`</option>`)
	}
	b.s(`</select></div>`)
}
