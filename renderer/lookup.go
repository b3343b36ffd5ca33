package renderer

import (
	"slices"
	"strconv"

	"samtjanst/forms"
	"samtjanst/forms/answers"
	"samtjanst/renderer/i18n"
)

// lookup compiles the button by which a person asks a register about a field's value, and what it said: within reach of the
// button, kept on the page until the value changes.
func (b *builder) lookup(c control) {
	field := c.Field
	if field.Lookup == nil || field.ReadOnly || b.locked {
		return
	}
	ask := b.sub(func() {
		b.s(`<p class="st-lookup"><button class="ds-button" data-variant="secondary" type="submit" id="`)
		b.id(c, ".ask")
		b.s(`" name="`, answers.FieldOp, `" value="`)
		b.name(c, answers.Op(answers.OpLookup, ""))
		b.s(`" data-result="`)
		b.id(c, lookupSuffix)
		b.s(`">`)
		if field.Lookup.Button.IsZero() {
			b.t("lookup.ask")
		} else {
			b.text(field.Lookup.Button)
		}
		b.s(`</button></p>`)
	})
	b.hole(func(dst []byte, f *frame) []byte {
		if f.Lookups != nil && !f.Lookups[field.Lookup.From] {
			return dst
		}
		for _, n := range ask {
			dst = n.append(dst, f)
		}
		return dst
	})
	b.hole(func(dst []byte, f *frame) []byte {
		r, asked := forms.LookedUp(field, f.cur.at, f.View.Scope.Answers, f.View.Scope.Facts)
		if !asked {
			return dst
		}
		tone, texts := lookupTexts(f.locale, field, r)
		dst = append(dst, `<div class="ds-alert st-notice" data-color="`...)
		dst = append(dst, tone...)
		dst = append(dst, `" tabindex="-1" id="`...)
		dst = c.appendID(dst, f, lookupSuffix)
		dst = append(dst, `"><div class="st-text">`...)
		for _, t := range texts {
			dst = append(dst, `<p>`...)
			dst = escape(dst, t)
			dst = append(dst, `</p>`...)
		}
		dst = append(dst, "</div></div>\n"...)
		if r.Status == forms.LookupChoose {
			dst = c.appendChoices(dst, f, r.Choices)
		}
		return dst
	})
}

// appendChoices writes what a look-up found to choose from, as radios with a button of their own. Which is meant is nowhere ticked
// beforehand.
func (c control) appendChoices(dst []byte, f *frame, choices []forms.LookupChoice) []byte {
	at, result := f.cur.at, LookupID(c.Field, f.cur.at) // a row that a register has been asked about is stored, and posted by its number
	dst = append(dst, `<fieldset class="ds-fieldset st-field st-field--radios"><legend class="ds-label">`...)
	dst = escape(dst, f.locale.T("lookup.which"))
	dst = append(dst, `</legend><div class="st-choices">`...)
	for i, choice := range choices {
		id := result + "." + strconv.Itoa(i)
		dst = append(dst, `<div class="ds-field"><input class="ds-input" type="radio" id="`...)
		dst = append(dst, id...)
		dst = append(dst, `" name="`...)
		dst = escape(dst, answers.Pick(at))
		dst = append(dst, `" value="`...)
		dst = escape(dst, choice.ID)
		dst = append(dst, `"><label class="ds-label" for="`...)
		dst = append(dst, id...)
		dst = append(dst, `">`...)
		dst = escape(dst, choice.Label)
		dst = append(dst, `</label></div>`...)
	}
	dst = append(dst, `</div></fieldset><p class="st-lookup"><button class="ds-button" data-variant="secondary" type="submit" id="`...)
	dst = append(dst, result...)
	dst = append(dst, `.pick" name="`+answers.FieldOp+`" value="`...)
	dst = escape(dst, answers.Op(answers.OpPick, at))
	dst = append(dst, `" data-result="`...)
	dst = append(dst, result...)
	dst = append(dst, `">`...)
	dst = escape(dst, f.locale.T("lookup.pick"))
	return append(dst, "</button></p>\n"...)
}

// lookupSuffix follows a field's id in that of what a register said.
const lookupSuffix = ".lookup"

// LookupID is the id of what a register said, beside the place of the field that it was asked from.
func LookupID(f *forms.Field, at forms.Pointer) string {
	id, tokens := f.ID, at.Tokens()
	for i, t := range f.Pointer.Tokens() {
		if t == "*" && i < len(tokens) {
			id += "." + tokens[i]
		}
	}
	return id + lookupSuffix
}

// lookupTexts tells how a look-up ended, and in what tone.
func lookupTexts(l *i18n.Locale, field *forms.Field, r forms.LookupRecord) (tone string, texts []string) {
	switch r.Status {
	case forms.LookupFound:
		tone = "success"
		texts = append(texts, l.T("lookup.found", "source", r.Source, "time", l.DateTime(r.At)))
	case forms.LookupMissing:
		key := "lookup.missing-" + field.Lookup.From // what is looked for has a name of its own in some registers
		if !l.Has(key) {
			key = "lookup.missing"
		}
		return "warning", []string{l.T(key, "source", r.Source)}
	case forms.LookupTooShort:
		return "info", []string{l.T("lookup.too-short")}
	case forms.LookupChoose:
		texts = []string{l.T("lookup.choose", "source", r.Source)}
		if slices.Contains(r.Warnings, forms.LookupMore) {
			texts = append(texts, l.T("lookup.warning-more"))
		}
		return "info", texts
	case forms.LookupNotOwn:
		return "info", []string{l.T("lookup.not-own")}
	default:
		return "info", []string{l.T("lookup.unavailable")}
	}
	for _, code := range r.Warnings {
		tone = "warning"
		key := "lookup.warning-" + code
		if !l.Has(key) { // a register of somebody else's making
			key = "lookup.warning"
		}
		texts = append(texts, l.T(key))
	}
	if slices.ContainsFunc(r.Unread, func(name string) bool { _, fills := field.Lookup.Fills[name]; return fills }) {
		tone = "warning"
		texts = append(texts, l.T("lookup.unread"))
	}
	return tone, texts
}

// registerNode shows what a register said as a fact, and asks for it as long as the register has not said it.
type registerNode struct {
	field     *forms.Field
	fact, ask []node
}

func (n *registerNode) append(dst []byte, f *frame) []byte {
	body := n.ask
	if f.View.FromRegister(n.field, f.cur.at) {
		body = n.fact
	}
	for _, b := range body {
		dst = b.append(dst, f)
	}
	return dst
}

// orRegister compiles a field that a look-up may fill: ask is how it is asked for otherwise, with whose word it is.
func (b *builder) orRegister(c control, ask func()) {
	field := c.Field
	if field.FilledBy == nil {
		ask()
		return
	}
	n := &registerNode{field: field}
	n.fact = b.sub(func() {
		told := c
		told.told = true
		b.fact(told)
	})
	n.ask = b.sub(func() {
		ask()
		b.hole(func(dst []byte, f *frame) []byte {
			text := OriginText(f.locale, f.View, field, f.cur.at)
			if text == "" {
				return dst
			}
			dst = append(dst, `<p class="st-own">`...)
			dst = escape(dst, text)
			return append(dst, "</p>\n"...)
		})
	})
	b.node(n)
}

// OriginText tells whose word the answer of a field that a look-up fills is: a register's, with its name and when it said so, or
// the person's own; "" where there is nothing to tell apart.
func OriginText(l *i18n.Locale, v *forms.View, f *forms.Field, at forms.Pointer) string {
	o, ok := v.OriginOf(f, at)
	switch {
	case !ok:
		return ""
	case o.Register == "":
		return l.T("lookup.own")
	case o.At.IsZero():
		return l.T("form.fact-source-only", "source", o.Register)
	}
	return l.T("form.fact-source", "source", o.Register, "time", l.Date(o.At))
}
