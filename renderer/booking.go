package renderer

import (
	"strconv"
	"time"

	"samtjanst/forms"
	"samtjanst/platform/clock"
	"samtjanst/renderer/i18n"
)

// booking compiles times to choose among, under their days.
func (b *builder) booking(c control, options []forms.Option) {
	b.openChoice(c, "st-field--booking", options)
	last, open := "", false
	shut := func() {
		if open {
			b.s(`</div></div>`)
		}
	}
	for i, o := range options {
		day, hour := slot(b.locale, o.Value)
		if i == 0 || day != last {
			shut()
			head := ".day" + strconv.Itoa(i)
			b.s(`<div class="st-day" role="group" aria-labelledby="`)
			b.id(c, head)
			b.s(`"><p class="st-day__title" id="`)
			b.id(c, head)
			b.s(`">`)
			if day == "" {
				b.t("form.other-times")
			} else {
				b.e(day)
			}
			b.s(`</p><div class="st-choices">`)
			last, open = day, true
		}
		if label := o.Label.In(b.locale.Lang); hour != "" && (label == "" || label == o.Value) {
			o.Label = b.plain(hour)
		}
		b.option(c, i, o, "radio")
	}
	shut()
	b.unchoose(c, options)
	b.s(`</fieldset>`)
}

// slot reads a time to book: its day and its time of day as people write them, "" for what is no time.
func slot(l *i18n.Locale, value string) (day, hour string) {
	for _, layout := range [...]string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04"} {
		t, err := time.ParseInLocation(layout, value, clock.Stockholm)
		if err != nil {
			continue
		}
		t = t.In(clock.Stockholm)
		return l.T("form.weekday-date", "weekday", capital(l.Weekday(t.Weekday())), "date", l.Date(t)), l.Time(t)
	}
	return "", ""
}
