package renderer

import (
	"strconv"

	"samtjanst/forms"
	"samtjanst/forms/answers"
)

// manyOptions is from where a choice becomes a list to open; searchable from searchFrom on.
const (
	manyOptions = 8
	searchFrom  = 12
)

// boolField compiles a yes or no: two radios, since an unticked box would not tell no from no answer.
func (b *builder) boolField(c control) {
	b.radios(c, []forms.Option{
		{Value: "true", Label: b.own("form.yes")},
		{Value: "false", Label: b.own("form.no")},
	}, " st-inline")
}

// own makes a text of the interface look like one of the form.
func (b *builder) own(key string) forms.Text {
	text := b.locale.T(key)
	return forms.Text{"sv": text, b.locale.Lang: text}
}

// choiceField compiles one of several: radios, or a select when they are many or the layout says so.
func (b *builder) choiceField(c control) {
	if c.OptionsFrom != "" {
		b.dynamic(c, func(sub *builder, options []forms.Option) { sub.choice(c, options) })
		return
	}
	b.choice(c, c.Options)
}

func (b *builder) choice(c control, options []forms.Option) {
	if c.Widget == "select" || (c.Widget != "radios" && len(options) > manyOptions) {
		b.selectField(c, options)
		return
	}
	b.radios(c, options, "")
}

// choicesField compiles any of several: checkboxes.
func (b *builder) choicesField(c control) {
	if c.OptionsFrom != "" {
		b.dynamic(c, func(sub *builder, options []forms.Option) { sub.checkboxes(c, options) })
		return
	}
	b.checkboxes(c, c.Options)
}

// dynamic compiles a field whose options come with the request, each time: they are few, and their number is not known.
func (b *builder) dynamic(c control, build func(*builder, []forms.Option)) {
	r, form, page, locale, live := b.r, b.form, b.source, b.locale, b.live
	b.hole(func(dst []byte, f *frame) []byte {
		sub := &builder{r: r, form: form, source: page, locale: locale, live: live}
		build(sub, f.View.Options[c.ID])
		for _, n := range sub.done() {
			dst = n.append(dst, f)
		}
		return dst
	})
}

func (b *builder) radios(c control, options []forms.Option, class string) {
	b.openGroup(c, "st-field--radios"+class)
	b.s(`<div class="st-choices">`)
	for i, o := range options {
		b.option(c, i, o, "radio", holdsValue(o.Value))
	}
	b.s(`</div></fieldset>`)
}

func (b *builder) checkboxes(c control, options []forms.Option) {
	b.openGroup(c, "st-field--checkboxes")
	b.s(`<div class="st-choices">`)
	for i, o := range options {
		b.option(c, i, o, "checkbox", listHolds(o.Value))
	}
	b.s(`</div></fieldset>`)
}

// option compiles one radio or checkbox. The first has the field's own id, so that the error summary leads to it.
func (b *builder) option(c control, i int, o forms.Option, kind string, checked func(*frame) bool) {
	own := ""
	if i > 0 {
		own = "." + strconv.Itoa(i)
		if c.depth > 0 { // apart from the rows' numbers
			own = ".o" + strconv.Itoa(i)
		}
	}
	b.s(`<div class="ds-field"><input class="ds-input" type="`, kind, `" id="`)
	b.id(c, own)
	b.s(`" name="`)
	b.name(c, prefix(answers.Control))
	b.s(`" value="`)
	b.e(o.Value)
	b.s(`"`)
	b.hole(func(dst []byte, f *frame) []byte {
		if checked(f) {
			return append(dst, " checked"...)
		}
		return dst
	})
	if !o.Hint.IsZero() {
		b.s(` aria-describedby="`)
		b.id(c, own+".about")
		b.s(`"`)
	}
	if kind == "checkbox" || i == 0 {
		b.invalid()
	}
	b.s(`><label class="ds-label" for="`)
	b.id(c, own)
	b.s(`"`)
	b.lang(o.Label)
	b.s(`>`)
	b.text(o.Label)
	b.s(`</label>`)
	if !o.Hint.IsZero() {
		b.s(`<p class="st-hint" id="`)
		b.id(c, own+".about")
		b.s(`"`)
		b.lang(o.Hint)
		b.s(`>`)
		b.text(o.Hint)
		b.s(`</p>`)
	}
	b.s(`</div>`)
}

// holdsValue tells whether the answer, or what was posted in its place, is this option.
func holdsValue(option string) func(*frame) bool {
	return func(f *frame) bool {
		if f.cur.isTyped {
			return f.cur.typed == option
		}
		return f.cur.value != nil && scalar(f.cur.value) == option
	}
}

func listHolds(option string) func(*frame) bool {
	return func(f *frame) bool {
		list, _ := f.cur.value.([]any)
		for _, e := range list {
			if scalar(e) == option {
				return true
			}
		}
		return false
	}
}

// selectField compiles a list to open. Script puts a search box above a long one; without it the browser's own typing
// ahead serves.
func (b *builder) selectField(c control, options []forms.Option) {
	b.open(c, "st-field--select")
	b.s(`<select class="ds-input" data-width="auto" id="`)
	b.id(c, "")
	b.s(`" name="`)
	b.name(c, prefix(answers.Control))
	b.s(`"`)
	if c.Autocomplete != "" {
		b.s(` autocomplete="`)
		b.e(c.Autocomplete)
		b.s(`"`)
	}
	if len(options) >= searchFrom {
		b.s(` data-filter="`)
		b.t("form.filter")
		b.s(`" data-one="`)
		b.t("form.filter-count", "n", 1)
		b.s(`" data-other="`)
		b.t("form.filter-count", "n", "{n}")
		b.s(`"`)
	}
	b.described(c)
	b.invalid()
	b.s(`><option value="">`)
	b.t("form.choose")
	b.s(`</option>`)
	for _, o := range options {
		b.s(`<option value="`)
		b.e(o.Value)
		b.s(`"`)
		checked := holdsValue(o.Value)
		b.hole(func(dst []byte, f *frame) []byte {
			if checked(f) {
				return append(dst, " selected"...)
			}
			return dst
		})
		b.lang(o.Label)
		b.s(`>`)
		b.text(o.Label)
		b.s(`</option>`)
	}
	b.s(`</select></div>`)
}

// consentField compiles a statement to agree to: one box, unticked is no answer.
func (b *builder) consentField(c control) {
	b.s(`<div class="st-field st-field--consent `)
	b.wrong()
	b.s(`"`)
	b.liveMark(c)
	b.s(`>`)
	b.about(c)
	b.s(`<div class="ds-field"><input class="ds-input" type="checkbox" id="`)
	b.id(c, "")
	b.s(`" name="`)
	b.name(c, prefix(answers.Control))
	b.s(`" value="true"`)
	b.hole(func(dst []byte, f *frame) []byte {
		if f.cur.value == true {
			return append(dst, " checked"...)
		}
		return dst
	})
	b.described(c)
	b.invalid()
	b.s(`><label class="ds-label" for="`)
	b.id(c, "")
	b.s(`"`)
	b.lang(c.Label)
	b.s(`>`)
	b.label(c)
	b.s(`</label></div></div>`)
}
