package renderer

import (
	"strings"

	"samtjanst/forms/answers"
)

// dateParts are the three inputs in the order of Swedish dates: year, month, day.
var dateParts = [3]struct {
	part         answers.Part
	text, suffix string // key of the label, end of the id
	size         string
	birthday     string // autocomplete token
}{
	{answers.Year, "form.year", "", "4", "bday-year"},
	{answers.Month, "form.month", ".m", "2", "bday-month"},
	{answers.Day, "form.day", ".d", "2", "bday-day"},
}

// dateField compiles a date as three inputs: nobody has to find a day in a calendar, or guess a format.
func (b *builder) dateField(c control) {
	b.openGroup(c, "st-field--date")
	b.s(`<div class="st-date">`)
	for i, p := range dateParts {
		b.s(`<div class="ds-field"><label class="ds-label" for="`)
		b.id(c, p.suffix)
		b.s(`">`)
		b.t(p.text)
		b.s(`</label><input class="ds-input" type="text" inputmode="numeric" size="`, p.size, `" id="`)
		b.id(c, p.suffix)
		b.s(`" name="`)
		b.name(c, answers.DatePart(p.part, ""))
		b.s(`"`)
		if b.token(c) == "bday" {
			b.s(` autocomplete="`, p.birthday, `"`)
		}
		b.s(` value="`)
		b.datePart(c, i)
		b.s(`"`)
		b.invalid()
		b.s(`></div>`)
	}
	b.s(`</div></fieldset>`)
}

// datePart is the hole for one part: what was typed when the date did not decode, else the stored day's part.
func (b *builder) datePart(c control, i int) {
	part := dateParts[i].part
	b.hole(func(dst []byte, f *frame) []byte {
		if len(f.Typed) > 0 {
			if typed, ok := f.Typed[answers.DatePart(part, f.cur.at)]; ok {
				return escape(dst, typed)
			}
		}
		day, _ := f.cur.value.(string)
		parts := strings.SplitN(day, "-", 3)
		if len(parts) != 3 {
			return dst
		}
		text := parts[i]
		if i > 0 {
			text = strings.TrimPrefix(text, "0")
		}
		return escape(dst, text)
	})
}
