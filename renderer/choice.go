package renderer

import (
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
		{Value: "true", JSON: []byte("true"), Label: b.own("form.yes")},
		{Value: "false", JSON: []byte("false"), Label: b.own("form.no")},
	}, " st-inline")
}

// choiceField compiles one of several: radios, or a select when they are many or the layout says so.
func (b *builder) choiceField(c control) { b.offer(c, (*builder).choice) }

func (b *builder) choice(c control, options []forms.Option) {
	switch {
	case c.Widget == "tree" && len(c.Groups) > 0:
		b.tree(c, options, "radio")
	case c.Widget == "rating":
		b.rating(c, options)
	case c.Widget == "booking":
		b.booking(c, options)
	case c.Widget == "select", c.Widget == "search", c.Widget != "radios" && len(options) > manyOptions:
		b.selectField(c, options)
	default:
		b.radios(c, options, "")
	}
}

// choicesField compiles any of several: checkboxes.
func (b *builder) choicesField(c control) { b.offer(c, (*builder).choices) }

func (b *builder) choices(c control, options []forms.Option) {
	switch {
	case c.Widget == "tree" && len(c.Groups) > 0:
		b.tree(c, options, "checkbox")
	case c.Widget == "prices":
		b.priceBoxes(c, options)
	default:
		b.checkboxes(c, options)
	}
}

// offer compiles a field with its options; those that come with the request are compiled each time: they are few, and their number
// is not known.
func (b *builder) offer(c control, build func(*builder, control, []forms.Option)) {
	if c.OptionsFrom == "" {
		build(b, c, c.Options)
		return
	}
	sub := b.fork()
	b.hole(func(dst []byte, f *frame) []byte {
		once := sub.fork()
		build(once, c, f.View.OptionsAt(c.Field, f.cur.at))
		return run(once.done(), dst, f)
	})
}

func (b *builder) radios(c control, options []forms.Option, class string) {
	b.openChoice(c, "st-field--radios"+class, options)
	b.s(`<div class="st-choices">`)
	for i, o := range options {
		b.option(c, i, o, "radio")
	}
	b.unchoose(c, options)
	b.s(`</div></fieldset>`)
}

func (b *builder) checkboxes(c control, options []forms.Option) {
	b.openChoice(c, "st-field--checkboxes", options)
	b.s(`<div class="st-choices">`)
	for i, o := range options {
		b.option(c, i, o, "checkbox")
	}
	b.s(`</div></fieldset>`)
}

// openChoice begins a field of options. Where there is none to lead to, its frame is led to, and it says so.
func (b *builder) openChoice(c control, class string, options []forms.Option) {
	if len(options) > 0 {
		b.openGroup(c, class)
		return
	}
	b.openFrame(c, class)
	b.s(`<p class="st-hint">`)
	b.t("form.no-options")
	b.s(`</p>`)
}

// option compiles one radio or checkbox. The first has the field's own id, so that the error summary leads to it.
func (b *builder) option(c control, i int, o forms.Option, kind string, attributes ...string) {
	own := optionSuffix(c, i)
	b.s(`<div class="ds-field"><input class="ds-input" type="`, kind, `" id="`)
	b.id(c, own)
	b.s(`" name="`)
	b.name(c, prefix(answers.Control))
	b.s(`" value="`)
	b.e(o.Value)
	b.s(`"`)
	b.s(attributes...)
	b.chosen(c, o, kind, " checked")
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
	b.optionText(o)
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

// optionText closes the tag it stands in and adds what an option is called.
func (b *builder) optionText(o forms.Option) {
	label := optionName(b.locale, o)
	b.lang(o.Label)
	b.s(`>`)
	b.e(label)
}

// chosen is the hole for the attribute of an option that is chosen: by what is stored, or by what was posted in its place.
func (b *builder) chosen(c control, o forms.Option, kind, attribute string) {
	holds, many, secret := holdsOption(o), kind == "checkbox", c.WriteOnly
	b.hole(func(dst []byte, f *frame) []byte {
		is := false
		switch {
		case secret:
		case many:
			list, _ := f.cur.value.([]any)
			for _, e := range list {
				is = is || holds(e)
			}
		case f.cur.isTyped:
			is = f.cur.typed == o.Value
		default:
			is = f.cur.has && holds(f.cur.value)
		}
		if is {
			return append(dst, attribute...)
		}
		return dst
	})
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
	b.autocomplete(c)
	if len(options) >= searchFrom || c.Widget == "search" {
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
	b.optgroups(c, options)
	b.s(`</select></div>`)
}

func (b *builder) selectOption(c control, o forms.Option) {
	b.s(`<option value="`)
	b.e(o.Value)
	b.s(`"`)
	b.chosen(c, o, "select", " selected")
	b.optionText(o)
	b.s(`</option>`)
}

// consentField compiles a statement to agree to: one box, unticked is no answer.
func (b *builder) consentField(c control) {
	agreed := c.Options[0]
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
	b.s(`" value="`)
	b.e(agreed.Value)
	b.s(`"`)
	b.chosen(c, agreed, "consent", " checked")
	b.described(c)
	b.invalid()
	b.s(`><label class="ds-label" for="`)
	b.id(c, "")
	b.s(`"`)
	b.lang(c.title)
	b.s(`>`)
	b.label(c)
	b.s(`</label></div></div>`)
}
