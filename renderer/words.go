package renderer

import (
	"slices"
	"strings"

	"samtjanst/forms"
	"samtjanst/forms/answers"
	"samtjanst/renderer/i18n"
)

// What the interface says where the form says nothing: the name of an unlabelled field, how to write a format.

// titleOf names a field: its label, else what it is within what it stands in, else what the data calls it.
func (b *builder) titleOf(c control) forms.Text {
	switch {
	case !c.Label.IsZero() || !c.Posted():
		return c.Label
	case b.rest(c):
		return b.own("form.more-entries")
	case c.bare:
		for i, v := range c.up.Variants {
			if v.Field() == c.Field {
				return b.plain(variantNames(b.locale, c.up.Field)[i])
			}
		}
	case c.item && c.up.Kind == forms.MapField:
		return b.own("form.entry-value")
	case c.item:
		return b.plain(capital(itemName(c.up.Field, b.locale)))
	case c.up != nil && c.up.Kind == forms.TupleField:
		return b.plain(b.locale.T("form.part", "n", position(c.Pointer.Last())+1))
	case c.Pointer == "" || b.form.Enveloped && c.up == nil:
		if !b.form.Title.IsZero() {
			return b.form.Title
		}
		return b.own("form.whole")
	}
	if name := c.Pointer.Last(); strings.TrimSpace(name) != "" {
		return b.plain(name)
	}
	return b.own("form.nameless")
}

// own makes a text of the interface look like one of the form.
func (b *builder) own(key string, args ...any) forms.Text { return b.plain(b.locale.T(key, args...)) }

// plain makes a text that is in the page's language, or in none.
func (b *builder) plain(text string) forms.Text { return forms.Text{"sv": text, b.locale.Lang: text} }

// variantTypes are the interface's names of what a variant's type is.
var variantTypes = map[string]string{"string": "form.type-string", "number": "form.type-number", "integer": "form.type-integer",
	"boolean": "form.type-boolean", "array": "form.type-array", "object": "form.type-object", "null": "form.null", "any": "form.type-any"}

// variantNames are what the shapes are called, each name once: those that would be alike are numbered.
func variantNames(l *i18n.Locale, f *forms.Field) []string {
	names, count := make([]string, len(f.Variants)), map[string]int{}
	for i, v := range f.Variants {
		names[i] = v.Label.In(l.Lang)
		if v.Label.IsZero() {
			key, ok := variantTypes[v.Type]
			if !ok {
				key = variantTypes["any"]
			}
			names[i] = l.T(key)
		}
		count[names[i]]++
	}
	seen := map[string]int{}
	for i, name := range names {
		if count[name] > 1 {
			seen[name]++
			names[i] = l.T("form.row-title", "item", name, "n", seen[name])
		}
	}
	return names
}

// formatHints say how to write what few know how to write. Numbers that every Swede has seen have none.
var formatHints = map[string]string{"date-time": "form.hint-date-time", "time": "form.hint-time", "duration": "form.hint-duration",
	"uri": "form.hint-uri", "uuid": "form.hint-uuid", "month": "form.hint-month", "account": "form.hint-account",
	"clearing": "form.hint-clearing", "property": "form.hint-property", "organisationsnummer": "form.hint-organisationsnummer"}

// hintOf is the form's own hint; else its examples, or how the format is written.
func (b *builder) hintOf(c control) forms.Text {
	if !c.Posted() || c.ReadOnly || b.locked {
		return c.Hint
	}
	var said []string
	switch {
	case !c.Hint.IsZero():
		if !c.WriteOnly {
			return c.Hint
		}
		said = append(said, c.Hint.In(b.locale.Lang))
	case len(c.Examples) > 0:
		if list := b.examples(c); list != "" {
			said = append(said, b.locale.T("form.examples", "list", list))
		}
	case c.Kind == forms.TextField:
		key, ok := formatHints[c.Widget]
		if !ok {
			key, ok = formatHints[c.Format]
		}
		if ok {
			said = append(said, b.locale.T(key))
		}
	case c.Kind == forms.JSONField:
		said = append(said, b.locale.T("form.hint-json"))
	}
	if c.WriteOnly && !c.Field.Kind.Holds() {
		said = append(said, b.locale.T("form.hint-kept"))
	}
	if len(said) == 0 {
		return nil
	}
	return b.plain(strings.Join(said, "\n"))
}

// maxExamples are as many as help.
const maxExamples = 3

func (b *builder) examples(c control) string {
	var list []string
	for _, raw := range c.Examples {
		var v any
		if err := forms.UnmarshalExact([]byte(raw), &v); err != nil {
			continue
		}
		text := FieldText(b.locale, c.Field, v, nil)
		if c.Kind == forms.TextField || c.Kind == forms.NumberField {
			text = answers.Text(c.Field, v) // as one types it
		}
		if text != "" && !strings.ContainsAny(text, "\n\r") && len(text) < 80 && !slices.Contains(list, text) && len(list) < maxExamples {
			list = append(list, text)
		}
	}
	return strings.Join(list, " · ")
}
