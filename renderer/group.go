package renderer

import (
	"strings"

	"samtjanst/forms"
	"samtjanst/forms/answers"
)

// groupField compiles an object: its fields under one legend, or without a frame when it has no label.
func (b *builder) groupField(c control) {
	switch c.Widget {
	case "details":
		b.folded(c, func() { b.onDemand(c, func(b *builder) { b.plainFrame(c, "st-group", b.fieldsOf(c)) }) })
	case "prices":
		b.priceGroup(c)
	case "map":
		b.onDemand(c, func(b *builder) { b.mapFrame(c) })
	default:
		b.onDemand(c, func(b *builder) { b.frame(c, "st-group"+groupClass(c.Widget), b.fieldsOf(c)) })
	}
}

// groupClass is how the fields of a widget stand beside each other.
func groupClass(widget string) string {
	switch widget {
	case "range", "address":
		return " st-group--" + widget
	}
	return ""
}

// tupleField compiles an array whose first places each have a field of their own, and the rows after them.
func (b *builder) tupleField(c control) {
	b.onDemand(c, func(b *builder) {
		b.frame(c, "st-group", func(b *builder) {
			b.fieldsOf(c)(b)
			if c.Rest() != nil {
				b.rowSet(c)
			}
		})
	})
}

func (b *builder) fieldsOf(c control) func(*builder) {
	return func(b *builder) {
		for _, f := range c.Children() {
			b.child(f, c)
		}
	}
}

// frame compiles what stands within a field under its legend; without a frame where nothing names it, or where what it stands in
// asks already.
func (b *builder) frame(c control, class string, inside func(*builder)) {
	if c.Label.IsZero() && (c.bare || c.up == nil) {
		b.plainFrame(c, class, inside)
		return
	}
	b.openFrame(c, class)
	b.within(c, inside)
	b.takeAway(c)
	b.s(`</fieldset>`)
}

// plainFrame has no legend, but can still be led to.
func (b *builder) plainFrame(c control, class string, inside func(*builder)) {
	b.s(`<div class="`, class, ` st-group--plain" tabindex="-1" id="`)
	b.id(c, "")
	b.s(`">`)
	b.problem(c)
	b.within(c, inside)
	b.takeAway(c)
	b.s(`</div>`)
}

// onDemand compiles what is on the page only when it is there: else a button adds it.
func (b *builder) onDemand(c control, build func(*builder)) {
	if !c.OnDemand {
		build(b)
		return
	}
	field := c.Field
	var absent []node
	if !b.locked {
		absent = b.sub(func() {
			b.s(`<div class="st-field st-absent `)
			b.wrong()
			b.s(`">`)
			b.about(c)
			b.s(`<button class="ds-button" data-variant="secondary" type="submit" id="`)
			b.id(c, "")
			b.s(`" name="`, answers.FieldOp, `" value="`)
			b.name(c, answers.Op(answers.OpAdd, ""))
			b.s(`"`)
			b.goTo(c, "")
			b.described(c)
			b.s(`>`)
			b.t("form.add", "item", b.nameInText(c))
			b.s(`</button></div>`)
		})
	}
	b.node(&whenNode{is: func(f *frame) bool { return answers.Present(field, f.cur.value, f.cur.has) },
		then: []node{b.lazy(build)}, not: absent})
}

// takeAway is the button that takes a group that is there on demand away again.
func (b *builder) takeAway(c control) {
	if !c.OnDemand || b.locked {
		return
	}
	b.s(`<p class="st-row-group__tools"><button class="ds-button" data-variant="tertiary" data-size="sm" data-color="danger" type="submit" name="`,
		answers.FieldOp, `" value="`)
	b.name(c, answers.Op(answers.OpRemove, ""))
	b.s(`"`)
	b.goTo(c, "")
	b.s(`>`)
	b.t("form.remove")
	b.s(`<span class="ds-sr-only">: `)
	b.text(c.title)
	b.s(`</span></button></p>`)
}

// nameInText is what a field is called within a sentence of the interface.
func (b *builder) nameInText(c control) string {
	if c.item && c.up.Kind != forms.MapField {
		return itemName(c.up.Field, b.locale)
	}
	return b.locale.T("form.quoted", "text", c.title.In(b.locale.Lang))
}

// folded compiles what most have nothing to say in: it is closed until one opens it, and open where something is said or wrong.
func (b *builder) folded(c control, build func()) {
	b.s(`<details class="st-details st-folded"`)
	b.hole(func(dst []byte, f *frame) []byte {
		if f.answered() || f.wrongBelow() {
			return append(dst, " open"...)
		}
		return dst
	})
	b.s(`><summary`)
	b.lang(c.title)
	b.s(`>`)
	b.text(c.title)
	b.s(`</summary>`)
	build()
	b.s(`</details>`)
}

// answered reports whether anything is said in the field the program is in.
func (f *frame) answered() bool {
	if f.cur.isTyped {
		return true
	}
	switch v := f.cur.value.(type) {
	case nil:
		return false
	case string:
		return v != ""
	case []any:
		return len(v) > 0
	case map[string]any:
		return len(v) > 0
	}
	return true
}

// wrongBelow reports whether something is wrong with the field the program is in, or with anything in it.
func (f *frame) wrongBelow() bool {
	for _, m := range [...]map[forms.Pointer]told{f.problems, f.warnings} {
		for at := range m {
			if at.Within(f.cur.at) {
				return true
			}
		}
	}
	return false
}

// tokens are the browser's own names of what properties of people, addresses and organisations often are called, so that it can fill
// them in (WCAG 2.2, 1.3.5).
var tokens = map[string]map[string]string{
	"person": {"namn": "name", "name": "name", "fornamn": "given-name", "förnamn": "given-name", "givenName": "given-name",
		"efternamn": "family-name", "familyName": "family-name", "epost": "email", "email": "email", "telefon": "tel", "phone": "tel",
		"mobil": "tel", "fodelsedatum": "bday", "födelsedatum": "bday", "gata": "street-address", "adress": "street-address",
		"postnummer": "postal-code", "postnr": "postal-code", "ort": "address-level2", "postort": "address-level2"},
	"address": {"namn": "name", "co": "address-line2", "gata": "address-line1", "gatuadress": "address-line1", "adress": "address-line1",
		"utdelningsadress": "address-line1", "street": "address-line1", "postnummer": "postal-code", "postnr": "postal-code",
		"postalCode": "postal-code", "ort": "address-level2", "postort": "address-level2", "city": "address-level2", "land": "country-name",
		"country": "country-name"},
	"organisation": {"namn": "organization", "name": "organization", "foretag": "organization", "företag": "organization",
		"gata": "street-address", "adress": "street-address", "postnummer": "postal-code", "postnr": "postal-code", "ort": "address-level2",
		"postort": "address-level2", "epost": "email", "email": "email", "telefon": "tel", "phone": "tel"},
}

// token is a control's autocomplete: the layout's, else what its property is known to be within a person, address or organisation.
func (b *builder) token(c control) string {
	if c.Autocomplete != "" || c.up == nil || c.up.Kind != forms.GroupField {
		return c.Autocomplete
	}
	known := tokens[c.up.Widget]
	if known == nil {
		return ""
	}
	name := c.Pointer.Last()
	if t, ok := known[name]; ok {
		return t
	}
	return known[strings.ToLower(name)]
}

func (b *builder) autocomplete(c control) {
	if t := b.token(c); t != "" {
		b.s(` autocomplete="`)
		b.e(t)
		b.s(`"`)
	}
}
