package renderer

import (
	"slices"

	"samtjanst/forms"
)

// Rows as a table: rows with controls in them, and facts that are lists. On a phone each row stands by itself, and each cell says what
// it is.

// tableRows compiles rows of controls as a table.
func (b *builder) tableRows(c control) {
	item := itemName(c.Field, b.locale)
	row := b.sub(func() { b.tableRow(c, item) })
	rows := b.rowsOn(c)
	b.s(`<div class="st-table st-table--form"><table class="ds-table"><thead><tr><th scope="col">`)
	b.e(capital(item))
	b.s(`</th>`)
	for _, f := range c.Children() {
		if !f.Posted() || f.Kind == forms.FixedField {
			continue
		}
		b.s(`<th scope="col"`)
		b.lang(f.Label)
		b.s(`>`)
		b.text(b.titleOf(control{Field: f, up: &c}))
		b.s(`</th>`)
	}
	if !b.locked {
		b.s(`<th scope="col"><span class="ds-sr-only">`)
		b.t("form.row-tools")
		b.s(`</span></th>`)
	}
	b.s(`</tr></thead><tbody>`)
	b.hole(func(dst []byte, f *frame) []byte {
		outer := len(f.rows)
		for _, r := range rows(f) {
			f.rows = append(f.rows, r)
			dst = run(row, dst, f)
			f.rows = f.rows[:outer]
		}
		return dst
	})
	b.s(`</tbody></table></div>`)
	if !b.locked {
		b.addRow(c, item)
	}
}

func (b *builder) tableRow(c control, item string) {
	b.s(`<tr><th scope="row" tabindex="-1" id="`)
	b.rowID(c)
	b.s(`">`)
	b.rowTitle(item)
	b.rowProblem(c)
	b.s(`</th>`)
	for _, f := range c.Children() {
		if !f.Posted() || f.Kind == forms.FixedField {
			continue
		}
		b.s(`<td>`)
		b.child(f, c)
		b.s(`</td>`)
	}
	if !b.locked {
		b.s(`<td class="st-table__tools">`)
		b.rowEnd(c, item)
		b.s(`</td>`)
	}
	b.s("</tr>\n")
}

// factTable writes a fact that is a list of objects as a table: columns in the order of the layout's options, which name them, else by
// name.
func (c control) factTable(dst []byte, f *frame, list []any) []byte {
	columns, labels := factColumns(c.Field, list, f.locale.Lang)
	dst = append(dst, `<div class="st-table"><table class="ds-table"><thead><tr>`...)
	for _, label := range labels {
		dst = append(dst, `<th scope="col">`...)
		dst = escape(dst, label)
		dst = append(dst, `</th>`...)
	}
	dst = append(dst, `</tr></thead><tbody>`...)
	for _, e := range list {
		object, ok := e.(map[string]any)
		if !ok {
			continue
		}
		dst = append(dst, `<tr>`...)
		for i, name := range columns {
			tag := "td"
			if i == 0 {
				tag = "th"
				dst = append(dst, `<th scope="row" data-label="`...)
			} else {
				dst = append(dst, `<td data-label="`...)
			}
			dst = escape(dst, labels[i])
			dst = append(dst, `">`...)
			dst = escape(dst, plainText(f.locale, c.Field, object[name]))
			dst = append(dst, `</`...)
			dst = append(dst, tag...)
			dst = append(dst, '>')
		}
		dst = append(dst, `</tr>`...)
	}
	return append(dst, `</tbody></table></div>`...)
}

func factColumns(field *forms.Field, list []any, lang string) (columns, labels []string) {
	there := map[string]bool{}
	for _, e := range list {
		object, _ := e.(map[string]any)
		for name := range object {
			there[name] = true
		}
	}
	for _, o := range field.Options {
		if there[o.Value] {
			columns, labels = append(columns, o.Value), append(labels, o.Label.In(lang))
			delete(there, o.Value)
		}
	}
	if len(field.Options) > 0 { // the layout has said which are to be seen
		return columns, labels
	}
	for name := range there {
		columns = append(columns, name)
	}
	slices.Sort(columns)
	for _, name := range columns {
		labels = append(labels, capital(name))
	}
	return columns, labels
}

// factPeople writes a fact that is a list of {name, role}: who is to sign.
func (c control) factPeople(dst []byte, f *frame, list []any) []byte {
	dst = append(dst, `<ul class="st-people">`...)
	for _, e := range list {
		object, ok := e.(map[string]any)
		if !ok {
			continue
		}
		dst = append(dst, `<li><span class="st-people__name">`...)
		dst = escape(dst, scalar(object["name"]))
		dst = append(dst, `</span>`...)
		if role := scalar(object["role"]); role != "" {
			dst = append(dst, ` <span class="st-detail">`...)
			dst = escape(dst, role)
			dst = append(dst, `</span>`...)
		}
		dst = append(dst, `</li>`...)
	}
	return append(dst, `</ul>`...)
}

// appendFactValue writes what a fact is: a list as its widget says, else one text. Empty says that there is nothing to show.
func (c control) appendFactValue(dst []byte, f *frame, v any) (_ []byte, shown bool) {
	if list, ok := v.([]any); ok && len(list) > 0 && c.Kind == forms.FactField {
		if _, objects := list[0].(map[string]any); objects {
			switch c.Widget {
			case "table":
				return c.factTable(dst, f, list), true
			case "signers":
				return c.factPeople(dst, f, list), true
			}
		}
	}
	text := FieldText(f.locale, c.Field, v, f.View.OptionsAt(c.Field, f.cur.at))
	if c.WriteOnly {
		text = ""
	}
	if text == "" {
		return dst, false
	}
	dst = append(dst, `<p class="st-fact__value">`...)
	dst = escape(dst, text)
	return append(dst, `</p>`...), true
}
