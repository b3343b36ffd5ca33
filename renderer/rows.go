package renderer

import (
	"strconv"
	"strings"

	"samtjanst/forms"
	"samtjanst/forms/answers"
	"samtjanst/renderer/i18n"
)

// groupField compiles an object: its fields under one legend, or without a frame when it has no label.
func (b *builder) groupField(c control) {
	if c.Label.IsZero() {
		b.problem(c)
		for _, f := range c.Fields {
			b.field(f)
		}
		return
	}
	b.openGroup(c, "st-group")
	for _, f := range c.Fields {
		b.field(f)
	}
	b.s(`</fieldset>`)
}

// newRow is the key of a row that is shown before it is stored: not a number, so that it is no stored row.
const newRow = "n0"

// rowsField compiles an array, of objects or of scalars: each row a group of its own with buttons to move and remove it,
// and a button to add one. A required list that is empty begins with one blank row.
func (b *builder) rowsField(c control) {
	b.openGroup(c, "st-rowset")
	item := itemName(c.Field, b.locale)
	body := b.sub(func() {
		if c.Kind == forms.RowsField {
			b.s(`<fieldset class="ds-fieldset st-row-group"><legend class="ds-label st-row-group__title">`)
			b.rowTitle(item)
			b.s(`</legend>`)
		} else { // the item's own label says which it is
			b.s(`<div class="st-row-group st-row-group--plain">`)
		}
		for _, f := range c.Fields {
			b.field(f)
		}
	})
	end := "</div>\n"
	if c.Kind == forms.RowsField {
		end = "</fieldset>\n"
	}
	at, min, max := c.at, c.MinItems, c.MaxItems
	tail, locked := b.rowTail(c, item), b.locked
	b.hole(func(dst []byte, f *frame) []byte {
		list, _ := f.cur.value.([]any)
		n, outer := len(list), len(f.rows)
		shown := n
		if n == 0 && !locked && (c.Required || min > 0 || f.cur.required) {
			shown = 1
		}
		for i := range shown {
			key := newRow
			if i < n {
				key = strconv.Itoa(i)
			}
			f.rows = append(f.rows, row{number: i, key: key})
			for _, p := range body {
				dst = p.append(dst, f)
			}
			if !locked {
				dst = append(dst, `<input type="hidden" name="`...)
				dst = append(dst, prefix(answers.RowKey)...)
				dst = at.appendName(dst, f)
				dst = append(dst, `" value="`...)
				dst = append(dst, key...)
				dst = append(dst, `">`...)
				if i < n {
					dst = tail(dst, f, i, n)
				}
			}
			dst = append(dst, end...)
			f.rows = f.rows[:outer]
		}
		return dst
	})
	if !locked {
		b.addRow(c, item, max)
	}
	b.s(`</fieldset>`)
}

func itemName(f *forms.Field, l *i18n.Locale) string {
	if f.Item.IsZero() {
		return l.T("form.row")
	}
	return f.Item.In(l.Lang)
}

// rowTitle names a row: "Dag 2".
func (b *builder) rowTitle(item string) {
	title := capital(item)
	b.hole(func(dst []byte, f *frame) []byte {
		return escape(dst, f.locale.T("form.row-title", "item", title, "n", f.rows[len(f.rows)-1].number+1))
	})
}

// rowTail gives the buttons of a row. They say to screen readers which row they act on.
func (b *builder) rowTail(c control, item string) func([]byte, *frame, int, int) []byte {
	at := c.at
	button := func(dst []byte, f *frame, op, text, label, extra string) []byte {
		dst = append(dst, `<button class="ds-button" data-variant="tertiary" data-size="sm" type="submit" name="`+answers.FieldOp+`" value="`...)
		dst = append(dst, op...)
		dst = at.appendName(dst, f)
		dst = append(dst, '/')
		dst = append(dst, f.rows[len(f.rows)-1].key...)
		dst = append(dst, `" aria-label="`...)
		dst = escape(dst, f.locale.T(label, "item", item, "n", f.rows[len(f.rows)-1].number+1))
		dst = append(dst, '"')
		dst = append(dst, extra...)
		dst = append(dst, '>')
		dst = escape(dst, f.locale.T(text))
		return append(dst, `</button>`...)
	}
	return func(dst []byte, f *frame, i, n int) []byte {
		dst = append(dst, `<div class="st-row-group__tools">`...)
		if i > 0 {
			dst = button(dst, f, answers.OpUp, "form.move-up", "form.move-up-row", "")
		}
		if i < n-1 {
			dst = button(dst, f, answers.OpDown, "form.move-down", "form.move-down-row", "")
		}
		dst = button(dst, f, answers.OpRemove, "form.remove", "form.remove-row", ` data-color="danger"`)
		return append(dst, `</div>`...)
	}
}

func (b *builder) addRow(c control, item string, max int) {
	first, more := b.locale.T("form.add", "item", item), b.locale.T("form.add-more")
	at, id := c.at, c.ID
	depth := c.depth
	b.hole(func(dst []byte, f *frame) []byte {
		list, _ := f.cur.value.([]any)
		if max > 0 && len(list) >= max {
			return dst
		}
		text := first
		if len(list) > 0 && c.Item.IsZero() {
			text = more
		}
		dst = append(dst, `<button class="ds-button st-add" data-variant="secondary" type="submit" id="`...)
		dst = append(dst, id...)
		dst = appendNumbers(dst, f, depth)
		dst = append(dst, `" name="`+answers.FieldOp+`" value="`+answers.OpAdd...)
		dst = at.appendName(dst, f)
		dst = append(dst, `">`...)
		dst = escape(dst, text)
		return append(dst, `</button>`...)
	})
}

func capital(s string) string {
	for i := range s {
		if i > 0 {
			return strings.ToUpper(s[:i]) + s[i:]
		}
	}
	return strings.ToUpper(s)
}
