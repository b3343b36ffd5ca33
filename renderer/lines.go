package renderer

import (
	"slices"
	"strconv"
	"strings"

	"samtjanst/forms"
	"samtjanst/forms/answers"
	"samtjanst/renderer/i18n"
)

// Many rows as a summary: a line for each, one of them open at a time, fifty on a page.

const (
	lineFields  = 3   // answers that tell one line from another
	lineText    = 120 // characters of a line
	strayErrors = 20  // rows on other pages of the summary that are named because something is wrong in them
)

// straySuffix ends the id of what names rows in which something is wrong and which are not among the lines shown.
const straySuffix = ".stray"

func itoa(n int) string { return strconv.Itoa(n) }

// lines gives what fills rows as a summary; row is the program of the open one. nil for what never is one.
func (b *builder) lines(c control, item string) func(dst []byte, f *frame, s answers.Summary, row []node) []byte {
	if c.Kind != forms.RowsField || b.locked || c.ReadOnly {
		return nil
	}
	return func(dst []byte, f *frame, s answers.Summary, row []node) []byte {
		dst = c.appendPlaceholders(dst, f, s)
		wrong := wrongRows(f, s.Total)
		dst = c.appendStray(dst, f, s, wrong, item)
		list, _ := f.cur.value.([]any)
		outer := len(f.rows)
		dst = append(dst, `<div class="st-lines" role="list">`...)
		for _, r := range answers.Rows(c.Field, f.cur.at, f.cur.value, f.Typed) {
			f.rows = append(f.rows, r)
			dst = append(dst, `<div role="listitem" class="st-line`...)
			if r.Open {
				dst = append(dst, ` st-line--open">`...)
				dst = run(row, dst, f)
				dst = c.appendClose(dst, f)
			} else {
				if wrong[r.Number] != "" {
					dst = append(dst, ` st-field--wrong`...)
				}
				dst = append(dst, `" tabindex="-1" id="`...)
				dst = c.appendRowID(dst, f, ".row")
				dst = append(dst, `">`...)
				dst = c.appendLine(dst, f, r, list, wrong[r.Number], item)
			}
			dst = append(dst, "</div>\n"...)
			f.rows = f.rows[:outer]
		}
		dst = append(dst, `</div>`...)
		return c.appendWindow(dst, f, s)
	}
}

// appendPlaceholders writes which lines are shown and which row is open.
func (c control) appendPlaceholders(dst []byte, f *frame, s answers.Summary) []byte {
	hidden := func(dst []byte, prefix string, value int) []byte {
		dst = append(dst, `<input type="hidden" name="`...)
		dst = append(dst, prefix...)
		dst = c.at.appendName(dst, f)
		dst = append(dst, `" value="`...)
		dst = strconv.AppendInt(dst, int64(value), 10)
		return append(dst, `">`...)
	}
	dst = hidden(dst, prefix(answers.Window), s.From)
	if s.Open >= 0 {
		dst = hidden(dst, prefix(answers.OpenRow), s.Open)
	}
	return dst
}

// appendLine writes a row that is closed: what it is, and the buttons that open it and take it away.
func (c control) appendLine(dst []byte, f *frame, r answers.Row, list []any, wrong, item string) []byte {
	dst = append(dst, `<p class="st-line__text"><span class="st-line__title">`...)
	dst = escape(dst, f.locale.T("form.row-title", "item", capital(item), "n", r.Number+1))
	dst = append(dst, `</span> `...)
	text := lineOf(f.locale, f.View, c.Field, f.cur.at.Index(r.Number), list[r.Number], lineFields, nil)
	if text == "" {
		text = f.locale.T("form.line-empty")
	}
	dst = escape(dst, text)
	dst = append(dst, `</p>`...)
	if wrong != "" {
		dst = c.appendRowProblem(dst, f, wrong, false)
	}
	dst = append(dst, `<div class="st-row-group__tools">`...)
	dst = c.appendRowButton(dst, f, r, answers.OpOpen, "form.change", "form.change-row", item,
		c.openID(f, r.Number)+string(c.appendGoToRow(nil, f, r.Number, rowTarget(c.Field))))
	dst = c.appendRowButton(dst, f, r, answers.OpRemove, "form.remove", "form.remove-row", item, ` data-color="danger"`)
	return append(dst, `</div>`...)
}

// openID is the id of the button that opens a row: what is wrong in the row is mended by pressing it.
func (c control) openID(f *frame, row int) string {
	return string(c.appendID([]byte(` id="`), f, "")) + "." + itoa(row) + `.open"`
}

func (c control) appendClose(dst []byte, f *frame) []byte {
	dst = append(dst, `<button class="ds-button" data-variant="secondary" data-size="sm" type="submit" name="`+answers.FieldOp+`" value="`+answers.OpClose...)
	dst = c.at.appendName(dst, f)
	dst = append(dst, '"')
	dst = c.appendGoToRow(dst, f, f.rows[len(f.rows)-1].Number, [2]string{c.ID, ".open"})
	dst = append(dst, '>')
	dst = escape(dst, f.locale.T("form.row-done"))
	return append(dst, `</button>`...)
}

// appendWindow tells which lines are shown, and leads to those before and after.
func (c control) appendWindow(dst []byte, f *frame, s answers.Summary) []byte {
	if s.Total <= answers.WindowSize {
		return dst
	}
	button := func(dst []byte, to int, text string) []byte {
		dst = append(dst, `<button class="ds-button" data-variant="secondary" data-size="sm" type="submit" name="`+answers.FieldOp+`" value="`+answers.OpWindow...)
		dst = c.at.appendName(dst, f)
		dst = append(dst, '/')
		dst = strconv.AppendInt(dst, int64(to), 10)
		dst = append(dst, '"')
		dst = appendGoTo(dst, f, func(dst []byte) []byte { return c.appendID(dst, f, "") })
		dst = append(dst, '>')
		dst = escape(dst, f.locale.T(text, "n", answers.WindowSize))
		return append(dst, `</button>`...)
	}
	dst = append(dst, `<div class="st-pagination">`...)
	if s.From > 0 {
		dst = button(dst, max(0, s.From-answers.WindowSize), "form.lines-before")
	}
	dst = append(dst, `<span>`...)
	dst = escape(dst, f.locale.T("form.lines-shown", "from", s.From+1, "to", s.To, "total", s.Total))
	dst = append(dst, `</span>`...)
	if s.To < s.Total {
		dst = button(dst, s.To, "form.lines-after")
	}
	return append(dst, `</div>`...)
}

// wrongRows finds in which rows of the field the program is in something is wrong, and what is first.
func wrongRows(f *frame, total int) map[int]string {
	out, first := map[int]string{}, map[int]forms.Pointer{}
	for _, list := range [...]map[forms.Pointer]told{f.problems, f.warnings} {
		for at, p := range list {
			if !at.Within(f.cur.at) || at == f.cur.at {
				continue
			}
			piece, _, _ := strings.Cut(string(at[len(f.cur.at)+1:]), "/")
			n, ok := answers.StoredRow(piece, total)
			if was, known := first[n]; ok && (!known || at < was) {
				out[n], first[n] = p.text, at
			}
		}
	}
	return out
}

// appendStray names the rows in which something is wrong and which are not among the lines shown, each a button that opens it.
func (c control) appendStray(dst []byte, f *frame, s answers.Summary, wrong map[int]string, item string) []byte {
	var stray []int
	for n := range wrong {
		if n < s.From || n >= s.To {
			stray = append(stray, n)
		}
	}
	if len(stray) == 0 {
		return dst
	}
	slices.Sort(stray)
	dst = append(dst, `<div class="st-stray" tabindex="-1" id="`...)
	dst = c.appendID(dst, f, straySuffix)
	dst = append(dst, `"><p>`...)
	dst = escape(dst, f.locale.T("form.lines-wrong", "n", len(stray)))
	dst = append(dst, `</p><div class="st-row-group__tools">`...)
	for _, n := range stray[:min(len(stray), strayErrors)] {
		key := itoa(n)
		dst = append(dst, `<button class="ds-button" data-variant="secondary" data-size="sm" type="submit" name="`+answers.FieldOp+`" value="`+answers.OpOpen...)
		dst = c.at.appendName(dst, f)
		dst = append(dst, '/')
		dst = append(dst, key...)
		dst = append(dst, '"')
		dst = c.appendGoToRow(dst, f, n, rowTarget(c.Field))
		dst = append(dst, '>')
		dst = escape(dst, f.locale.T("form.change-row", "item", item, "n", n+1))
		dst = append(dst, `</button>`...)
	}
	return append(dst, `</div></div>`...)
}

// lineOf is what tells a row, which is here, from the others: its first answers, as many as most, of those fields that are to be told of (nil: of all).
func lineOf(l *i18n.Locale, view *forms.View, rows *forms.Field, here forms.Pointer, row any, most int, tell func(*forms.Field) bool) string {
	var out []string
	var walk func(fields []*forms.Field, at forms.Pointer, value any)
	walk = func(fields []*forms.Field, at forms.Pointer, value any) {
		for _, field := range fields {
			if len(out) == most {
				return
			}
			if !field.Posted() || field.WriteOnly || tell != nil && !tell(field) {
				continue
			}
			v, ok := forms.Lookup(value, field.Pointer[len(at):])
			if !ok || v == nil {
				continue
			}
			if field.Kind == forms.GroupField {
				walk(field.Children(), field.Pointer, v)
				continue
			}
			if field.Kind.Holds() && field.Kind != forms.ListField {
				continue
			}
			if text := FieldText(l, field, v, view.OptionsAt(field, here+field.Pointer[len(rows.Pointer)+len("/*"):])); text != "" {
				out = append(out, strings.ReplaceAll(text, "\n", ", "))
			}
		}
	}
	walk(rows.Children(), rows.Pointer+"/*", row)
	text := strings.Join(out, " · ")
	if r := []rune(text); len(r) > lineText {
		return string(r[:lineText]) + "…"
	}
	return text
}
