package renderer

import (
	"strconv"
	"strings"

	"samtjanst/forms"
	"samtjanst/forms/answers"
	"samtjanst/renderer/i18n"
)

// rowsField compiles an array, of objects or of anything else: each row a group of its own with buttons to move and remove it, and a
// button to add one.
func (b *builder) rowsField(c control) {
	b.openFrame(c, "st-rowset")
	b.within(c, func(b *builder) {
		if c.Widget != "table" || c.Kind != forms.RowsField {
			b.rowSet(c)
			return
		}
		if b.locked {
			b.tableRows(c)
			return
		}
		table := b.sub(func() { b.tableRows(c) })
		many := b.lazy(func(b *builder) { b.rowSet(c) }) // more than a table can show
		b.node(&whenNode{is: func(f *frame) bool {
			_, is := answers.SummaryOf(c.Field, f.cur.at, f.cur.value, f.Typed)
			return is
		}, then: []node{many}, not: table})
	})
	b.s(`</fieldset>`)
}

// rowSet compiles the rows of a list, or of a tuple after its first places, and the button that adds one.
func (b *builder) rowSet(c control) {
	item := itemName(c.Field, b.locale)
	row := b.sub(func() { b.row(c, item) })
	lines := b.lines(c, item)
	rows := b.rowsOn(c)
	b.hole(func(dst []byte, f *frame) []byte {
		if lines != nil {
			if s, ok := answers.SummaryOf(c.Field, f.cur.at, f.cur.value, f.Typed); ok {
				return lines(dst, f, s, row)
			}
		}
		outer := len(f.rows)
		for _, r := range rows(f) {
			f.rows = append(f.rows, r)
			dst = run(row, dst, f)
			f.rows = f.rows[:outer]
		}
		return dst
	})
	if !b.locked {
		b.addRow(c, item)
	}
}

// rowsOn gives what lists the rows on the page; of what is shown only, those that are stored.
func (b *builder) rowsOn(c control) func(*frame) []answers.Row {
	if !b.locked {
		return func(f *frame) []answers.Row { return answers.Rows(c.Field, f.cur.at, f.cur.value, f.Typed) }
	}
	return func(f *frame) []answers.Row { return storedRows(c.Field, f.cur.value) }
}

// storedRows are the rows of what is shown only: all that are stored, however many.
func storedRows(field *forms.Field, value any) []answers.Row {
	if field.Kind == forms.MapField {
		return answers.Rows(field, "", value, nil)
	}
	list, _ := value.([]any)
	first := 0
	if field.Kind == forms.TupleField {
		first = min(len(field.Children()), len(list))
	}
	out := make([]answers.Row, 0, len(list)-first)
	for n := first; n < len(list); n++ {
		key := itoa(n)
		out = append(out, answers.Row{Key: key, Posted: key, Piece: key, Number: n, Stored: true, Open: true})
	}
	return out
}

// row compiles one row: its frame, its fields and what can be done with it.
func (b *builder) row(c control, item string) {
	switch {
	case c.Kind == forms.RowsField:
		b.s(`<fieldset class="ds-fieldset st-row-group" tabindex="-1" id="`)
		b.rowID(c)
		b.s(`"><legend class="ds-label st-row-group__title">`)
		b.rowTitle(item)
		b.s(`</legend>`)
		b.rowProblem(c)
		for _, f := range c.Children() {
			b.child(f, c)
		}
		b.rowEnd(c, item)
		b.s("</fieldset>\n")
	case c.Kind == forms.TupleField:
		b.itemRow(c, c.Rest(), item)
	default:
		b.itemRow(c, c.Children()[0], item)
	}
}

// itemRow compiles a row that is one field, which says itself which row it is.
func (b *builder) itemRow(c control, f *forms.Field, item string) {
	if f.Kind.Holds() {
		b.s(`<div class="st-row-group">`)
	} else {
		b.s(`<div class="st-row-group st-row-group--plain">`)
	}
	b.child(f, c)
	b.rowEnd(c, item)
	b.s("</div>\n")
}

// rowID adds the id of the row the program is in.
func (b *builder) rowID(c control) {
	b.hole(func(dst []byte, f *frame) []byte { return c.appendRowID(dst, f, ".row") })
}

// appendRowID writes the id of what belongs to the row the program is in.
func (c control) appendRowID(dst []byte, f *frame, suffix string) []byte {
	dst = append(dst, c.ID...)
	dst = appendNumbers(dst, f, c.depth+1)
	return append(dst, suffix...)
}

// rowProblem is the hole for what is wrong with a row as such.
func (b *builder) rowProblem(c control) {
	b.hole(func(dst []byte, f *frame) []byte {
		if len(f.problems)+len(f.warnings) == 0 {
			return dst
		}
		at := f.cur.at.Raw(f.rows[len(f.rows)-1].Piece)
		if p, ok := f.problems[at]; ok {
			return c.appendRowProblem(dst, f, p.text, false)
		}
		return c.appendRowProblem(dst, f, f.warnings[at].text, true)
	})
}

func (c control) appendRowProblem(dst []byte, f *frame, text string, soft bool) []byte {
	c.depth++
	return c.appendProblem(dst, f, ".row.error", text, soft)
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
		return escape(dst, f.locale.T("form.row-title", "item", title, "n", f.rows[len(f.rows)-1].Number+1))
	})
}

// rowEnd is the hole for a row's key and its buttons. They say to screen readers which row they act on.
func (b *builder) rowEnd(c control, item string) {
	if b.locked {
		return
	}
	moves, target := c.Kind != forms.MapField, rowTarget(c.Field)
	b.hole(func(dst []byte, f *frame) []byte {
		r := f.rows[len(f.rows)-1]
		dst = appendRowKey(dst, f, c, r)
		list, _ := f.cur.value.([]any)
		dst = append(dst, `<div class="st-row-group__tools">`...)
		if moves && r.Stored && r.Number > firstRow(c.Field) {
			dst = c.appendRowButton(dst, f, r, answers.OpUp, "form.move-up", "form.move-up-row", item, string(c.appendGoToRow(nil, f, r.Number-1, target)))
		}
		if moves && r.Stored && r.Number < len(list)-1 {
			dst = c.appendRowButton(dst, f, r, answers.OpDown, "form.move-down", "form.move-down-row", item, string(c.appendGoToRow(nil, f, r.Number+1, target)))
		}
		dst = c.appendRowButton(dst, f, r, answers.OpRemove, "form.remove", "form.remove-row", item, ` data-color="danger"`)
		return append(dst, `</div>`...)
	})
}

// firstRow is where rows begin: after a tuple's first places.
func firstRow(f *forms.Field) int {
	if f.Kind == forms.TupleField {
		return len(f.Children())
	}
	return 0
}

// appendRowKey writes the input that says that the row is on the page. The program is within the row.
func appendRowKey(dst []byte, f *frame, c control, r answers.Row) []byte {
	dst = append(dst, `<input type="hidden" name="`...)
	dst = append(dst, prefix(answers.RowKey)...)
	dst = c.at.appendName(dst, f)
	dst = append(dst, `" value="`...)
	dst = escape(dst, r.Key)
	return append(dst, `">`...)
}

// appendRowButton writes a button that acts on a row.
func (c control) appendRowButton(dst []byte, f *frame, r answers.Row, op, text, label, item, extra string) []byte {
	dst = append(dst, `<button class="ds-button" data-variant="tertiary" data-size="sm" type="submit" name="`+answers.FieldOp+`" value="`...)
	dst = append(dst, op...)
	dst = c.at.appendName(dst, f)
	dst = append(dst, '/')
	dst = escape(dst, r.Posted)
	dst = append(dst, `" aria-label="`...)
	dst = escape(dst, f.locale.T(label, "item", item, "n", r.Number+1))
	dst = append(dst, '"')
	dst = append(dst, extra...)
	dst = append(dst, '>')
	dst = escape(dst, f.locale.T(text))
	return append(dst, `</button>`...)
}

// addRow is the hole for the button that adds a row, where there is room for one.
func (b *builder) addRow(c control, item string) {
	first, more := b.locale.T("form.add", "item", item), b.locale.T("form.add-more")
	rows, added := b.rowsOn(c), rowTarget(c.Field)
	b.hole(func(dst []byte, f *frame) []byte {
		n := stored(c.Field, f.cur.value)
		if n < answers.SummaryFrom { // of more, none is unstored but the one that is open
			n = len(rows(f)) + firstRow(c.Field)
		}
		if n >= answers.MaxRows || c.MaxItems > 0 && n >= c.MaxItems {
			return dst
		}
		text := first
		if n > firstRow(c.Field) && c.Item.IsZero() {
			text = more
		}
		dst = append(dst, `<button class="ds-button st-add" data-variant="secondary" type="submit" id="`...)
		dst = c.appendID(dst, f, ".add")
		dst = append(dst, `" name="`+answers.FieldOp+`" value="`+answers.OpAdd...)
		dst = c.at.appendName(dst, f)
		dst = append(dst, '"')
		dst = c.appendGoToRow(dst, f, n, added)
		dst = append(dst, '>')
		dst = escape(dst, text)
		return append(dst, `</button>`...)
	})
}

// rowTarget gives what the id of a row begins and ends with: of a row that is one field, the field's.
func rowTarget(f *forms.Field) [2]string {
	switch f.Kind {
	case forms.TupleField:
		return [2]string{f.Rest().ID}
	case forms.ListField:
		return [2]string{f.Children()[0].ID}
	}
	return [2]string{f.ID, ".row"}
}

// appendGoToRow makes a button lead to a row.
func (c control) appendGoToRow(dst []byte, f *frame, row int, target [2]string) []byte {
	return appendGoTo(dst, f, func(dst []byte) []byte {
		dst = append(dst, target[0]...)
		dst = appendNumbers(dst, f, c.depth)
		dst = append(dst, '.')
		dst = strconv.AppendInt(dst, int64(row), 10)
		return append(dst, target[1]...)
	})
}

// stored counts what is stored of a list.
func stored(field *forms.Field, value any) int {
	if field.Kind == forms.MapField {
		return len(storedRows(field, value))
	}
	list, _ := value.([]any)
	return len(list)
}

func capital(s string) string {
	for i := range s {
		if i > 0 {
			return strings.ToUpper(s[:i]) + s[i:]
		}
	}
	return strings.ToUpper(s)
}
