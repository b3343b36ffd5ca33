package renderer

import (
	"strconv"
	"time"

	"samtjanst/forms"
	"samtjanst/forms/answers"
	"samtjanst/forms/slots"
	"samtjanst/platform/calendar"
	"samtjanst/platform/clock"
	"samtjanst/renderer/i18n"
)

// times compiles a booking: the open times of one week under their days, with buttons to other weeks. What is open is of the moment, so
// it is written when the page is.
func (b *builder) times(c control) {
	b.openGroup(c, "st-field--booking", ".hold")
	var none []node
	if b.unchoosable(c, nil) {
		none = b.noAnswer(c, "booking.no-time")
	}
	b.hole(func(dst []byte, f *frame) []byte {
		offer, known := f.Times[c.Pointer]
		if !known {
			offer = f.View.AnyTime(c.Field)
		}
		t := timetable{control: c, frame: f, offer: offer, known: known, none: none, dst: dst}
		t.chosen, t.has = slots.Moment(f.cur.value)
		return t.append()
	})
	b.s(`</fieldset>`)
}

// timetable is one writing of a booking.
type timetable struct {
	control
	*frame
	offer  slots.Offer
	known  bool   // the offer says what others have
	none   []node // the choice of no time; none when one is needed
	chosen time.Time
	has    bool
	radios int
	dst    []byte
}

func (t *timetable) s(html ...string) {
	for _, h := range html {
		t.dst = append(t.dst, h...)
	}
}

func (t *timetable) t(key string, args ...any) { t.dst = escape(t.dst, t.locale.T(key, args...)) }

func (t *timetable) id(suffix string) { t.dst = t.appendID(t.dst, t.frame, suffix) }

func (t *timetable) append() []byte {
	monday, some := t.week()
	days := t.offer.Week(monday)
	t.held(days, some)
	if t.has && !t.among(days) {
		t.group(".own", func() { t.t("booking.yours") }, func() {
			hint := ""
			if s, ok := t.offer.Rule.At(t.chosen); t.known && (!ok || !t.offer.Open(s)) {
				hint = t.locale.T("booking.not-open")
			}
			t.radio(slots.Value(t.chosen), MomentText(t.locale, t.chosen), hint, true)
		})
	}
	if some {
		t.s(`<input type="hidden" name="`, answers.Window(t.Pointer), `" value="`, monday.String(), `"><p class="st-week" tabindex="-1" id="`)
		t.id(".week")
		t.s(`">`)
		_, week := time.Date(monday.Year(), monday.Month(), monday.Day(), 0, 0, 0, 0, time.UTC).ISOWeek()
		t.t("booking.week", "n", week)
		t.s(`</p>`)
	}
	for i, d := range days {
		t.day(i, d)
	}
	if t.radios > 0 && !t.cur.required {
		t.dst = run(t.none, t.dst, t.frame)
	}
	t.turn(monday, some)
	return t.dst
}

// week is the one that is shown: the one that was asked for, else that of the chosen time, else the first with open times.
func (t *timetable) week() (calendar.Date, bool) {
	if day, err := calendar.Parse(t.Typed[answers.Window(t.cur.at)]); err == nil {
		if monday := slots.Monday(day); len(t.offer.Week(monday)) > 0 {
			return monday, true
		}
	}
	if t.has {
		if monday := slots.Monday(slots.DayOf(t.chosen)); len(t.offer.Week(monday)) > 0 {
			return monday, true
		}
	}
	return t.offer.Next(slots.DayOf(t.offer.Now))
}

func (t *timetable) among(days []slots.Day) bool {
	for _, d := range days {
		for _, s := range d.Slots {
			if s.Start.Equal(t.chosen) {
				return true
			}
		}
	}
	return false
}

// held says what becomes of a time that is chosen: until when it is the person's. Where there is nothing to choose it says that.
func (t *timetable) held(days []slots.Day, some bool) {
	t.s(`<p class="st-hint" id="`)
	t.id(".hold")
	t.s(`">`)
	switch {
	case !some && !t.has:
		t.t("booking.none")
	case t.offer.Firm:
		t.t("booking.firm")
	case t.has && !t.offer.Held.IsZero():
		t.t("booking.held", "time", t.locale.Time(t.offer.Held))
	default:
		t.t("booking.hold", "n", int(slots.Hold.Minutes()))
	}
	t.s(`</p>`)
}

func (t *timetable) group(head string, title, choices func()) {
	t.s(`<div class="st-day" role="group" aria-labelledby="`)
	t.id(head)
	t.s(`"><p class="st-day__title" id="`)
	t.id(head)
	t.s(`">`)
	title()
	t.s(`</p><div class="st-choices">`)
	choices()
	t.s(`</div></div>`)
}

func (t *timetable) day(i int, d slots.Day) {
	first := d.Slots[0].Start
	t.group(".day"+strconv.Itoa(i), func() {
		t.t("form.weekday-date", "weekday", capital(t.locale.Weekday(first.Weekday())), "date", t.locale.Date(first))
	}, func() {
		for _, s := range d.Slots {
			left := ""
			if t.known && t.offer.Rule.Capacity > 1 {
				left = t.locale.T("booking.places", "n", t.offer.Free(s))
			}
			t.radio(slots.Value(s.Start), t.locale.T("booking.from-to", "from", t.locale.Time(s.Start), "to", t.locale.Time(s.End)), left, t.has && s.Start.Equal(t.chosen))
		}
	})
}

// radio writes one time. A chosen one is posted as it is stored, so that a page posted unchanged changes nothing.
func (t *timetable) radio(value, label, hint string, checked bool) {
	suffix := optionSuffix(t.control, t.radios)
	t.radios++
	if stored, ok := t.cur.value.(string); checked && ok {
		value = stored
	}
	t.s(`<div class="ds-field"><input class="ds-input" type="radio" id="`)
	t.id(suffix)
	t.s(`" name="`, answers.Control(t.Pointer), `" value="`)
	t.dst = escape(t.dst, value)
	t.s(`"`)
	if checked {
		t.s(` checked`)
	}
	if hint != "" {
		t.s(` aria-describedby="`)
		t.id(suffix + ".about")
		t.s(`"`)
	}
	if t.cur.problem != "" && suffix == "" {
		t.s(` aria-invalid="true"`)
	}
	t.s(`><label class="ds-label" for="`)
	t.id(suffix)
	t.s(`">`)
	t.dst = escape(t.dst, label)
	t.s(`</label>`)
	if hint != "" {
		t.s(`<p class="st-hint" id="`)
		t.id(suffix + ".about")
		t.s(`">`)
		t.dst = escape(t.dst, hint)
		t.s(`</p>`)
	}
	t.s(`</div>`)
}

// turn writes the buttons to the nearest weeks with open times.
func (t *timetable) turn(monday calendar.Date, some bool) {
	if !some {
		return
	}
	before, earlier := t.offer.Before(monday)
	after, later := t.offer.Next(monday.AddDays(7))
	if !earlier && !later {
		return
	}
	t.s(`<p class="st-weeks">`)
	button := func(there bool, to calendar.Date, key string) {
		if !there {
			return
		}
		t.s(`<button class="ds-button" data-variant="secondary" data-size="sm" type="submit" name="`, answers.FieldOp, `" value="`)
		t.dst = escape(t.dst, answers.Op(answers.OpWeek, t.Pointer.Join(to.String())))
		t.s(`"`)
		t.dst = appendGoTo(t.dst, t.frame, func(dst []byte) []byte { return t.appendID(dst, t.frame, ".week") })
		t.s(`>`)
		t.t(key)
		t.s(`</button> `)
	}
	button(earlier, before, "booking.earlier")
	button(later, after, "booking.later")
	t.s(`</p>`)
}

// MomentText writes when something that is booked begins: "Tisdag 1 december 2026 klockan 15.00".
func MomentText(l *i18n.Locale, at time.Time) string {
	at = at.In(clock.Stockholm)
	return l.T("booking.at", "weekday", capital(l.Weekday(at.Weekday())), "date", l.Date(at), "time", l.Time(at))
}

// bookedText is the answer of a booking as it is read; what is no moment stays as it is.
func bookedText(l *i18n.Locale, f *forms.Field, v any) string {
	if at, ok := slots.Moment(v); ok {
		return MomentText(l, at)
	}
	return answers.Text(f, v)
}
