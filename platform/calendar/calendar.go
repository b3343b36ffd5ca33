// Package calendar counts Swedish days: dates without a time, holidays, and the working days by which time limits are counted.
//
// A Date is a day of the Gregorian calendar, years 1–9999, that knows no clock and no zone. Holidays are those of lag (1989:253) om
// allmänna helgdagar as it has read since 2005. Midsummer's, Christmas and New Year's Eve are no holidays, but a time limit that ends on
// one of them, or on a Saturday or Sunday, ends on the next working day (lag (1930:173) om beräkning av lagstadgad tid 2 §), and
// municipalities do not work on them: so no eve is a working day.
package calendar

import (
	"time"

	"samtjanst/platform/fault"
)

// Date is a day. The zero Date is no day; compare with == and Before.
type Date struct {
	y int16
	m time.Month
	d int8
}

// Parse reads YYYY-MM-DD; anything else is fault.Invalid.
func Parse(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Year() < 1 {
		return Date{}, fault.Newf("calendar.Parse", fault.Invalid, "not a date as 2026-01-31")
	}
	return of(t), nil
}

// Of is a day by its numbers; 31 April is 1 May.
func Of(year int, month time.Month, day int) Date { return of(midnight(year, month, day)) }

func of(t time.Time) Date { return Date{int16(t.Year()), t.Month(), int8(t.Day())} }

func midnight(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

func (d Date) time() time.Time { return midnight(int(d.y), d.m, int(d.d)) }

// String is YYYY-MM-DD.
func (d Date) String() string { return d.time().Format(time.DateOnly) }

// On is the day of a moment where the moment's own zone says it is.
func On(t time.Time) Date { return of(t) }

// At is a time of this day in a zone. An hour that summer time leaps over is the one after, one that comes twice is the first.
func (d Date) At(hour, minute int, zone *time.Location) time.Time {
	return time.Date(int(d.y), d.m, int(d.d), hour, minute, 0, 0, zone)
}

// Year is 1–9999.
func (d Date) Year() int { return int(d.y) }

// Month is January–December.
func (d Date) Month() time.Month { return d.m }

// Day is 1–31.
func (d Date) Day() int { return int(d.d) }

// Weekday is 1 on Mondays, 7 on Sundays (ISO 8601).
func (d Date) Weekday() int { return (int(d.time().Weekday())+6)%7 + 1 }

// Before reports whether d comes before e.
func (d Date) Before(e Date) bool { return d.time().Before(e.time()) }

// AddDays is n days later, earlier when n is negative.
func (d Date) AddDays(n int) Date { return of(d.time().AddDate(0, 0, n)) }

// AddMonths is n months later and keeps to the month's last day: one month after 31 January is the last of February.
func (d Date) AddMonths(n int) Date {
	first := midnight(int(d.y), d.m+time.Month(n), 1)
	last := first.AddDate(0, 1, -1).Day()
	return of(first.AddDate(0, 0, min(int(d.d), last)-1))
}

// DaysUntil counts the days from d to e, negative when e is earlier.
func (d Date) DaysUntil(e Date) int { return int(e.time().Sub(d.time()) / (24 * time.Hour)) }

// YearsUntil counts the whole years from d to e, as an age: who was born on 29 February is a year older on 1 March.
func (d Date) YearsUntil(e Date) int {
	n := int(e.y) - int(d.y)
	if e.m < d.m || (e.m == d.m && e.d < d.d) {
		n--
	}
	return n
}

// Holiday reports whether a day is a holiday by 1 § lag (1989:253), which Sundays are.
func (d Date) Holiday() bool {
	weekday := d.Weekday()
	if weekday == 7 {
		return true
	}
	switch d.m {
	case time.January:
		return d.d == 1 || d.d == 6 // nyårsdagen, trettondedag jul
	case time.December:
		return d.d == 25 || d.d == 26 // juldagen, annandag jul
	case time.June:
		if d.d == 6 || (weekday == 6 && d.d >= 20 && d.d <= 26) { // nationaldagen, midsommardagen
			return true
		}
	case time.May:
		if d.d == 1 { // första maj
			return true
		}
	}
	if weekday == 6 && ((d.m == time.October && d.d == 31) || (d.m == time.November && d.d <= 6)) {
		return true // alla helgons dag
	}
	switch Easter(int(d.y)).DaysUntil(d) {
	case -2, 1, 39: // långfredagen, annandag påsk, Kristi himmelsfärdsdag; påskdagen and pingstdagen are Sundays
		return true
	}
	return false
}

// Eve reports whether a day is one of those that count as holidays for time limits: midsommarafton, julafton and nyårsafton.
func (d Date) Eve() bool {
	return (d.m == time.December && (d.d == 24 || d.d == 31)) || (d.m == time.June && d.Weekday() == 5 && d.d >= 19 && d.d <= 25)
}

// Workday reports whether authorities work: no Saturday, Sunday, holiday or eve.
func (d Date) Workday() bool { return d.Weekday() < 6 && !d.Eve() && !d.Holiday() }

// AddWorkdays is the nth working day after d, before d when n is negative; d itself when n is 0.
func (d Date) AddWorkdays(n int) Date {
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	for n > 0 {
		if d = d.AddDays(step); d.Workday() {
			n--
		}
	}
	return d
}

// WorkdaysUntil counts the working days after d up to and including e, so that d.WorkdaysUntil(d.AddWorkdays(n)) is n;
// negative when e is earlier.
func (d Date) WorkdaysUntil(e Date) int {
	if e.Before(d) {
		n := 0
		for ; e != d; e = e.AddDays(1) {
			if e.Workday() {
				n--
			}
		}
		return n
	}
	n := 0
	for d != e {
		if d = d.AddDays(1); d.Workday() {
			n++
		}
	}
	return n
}

// Due is the day on which a time limit set by law ends that would end on d: d, or the next working day (lag 1930:173 2 §).
func (d Date) Due() Date {
	for !d.Workday() {
		d = d.AddDays(1)
	}
	return d
}

// Easter is Easter Sunday by the Gregorian rule (Meeus, Jones and Butcher).
func Easter(year int) Date {
	a, b, c := year%19, year/100, year%100
	d, e := b/4, b%4
	g := (8*b + 13) / 25
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 22*l) / 451
	n := h + l - 7*m + 114
	return Of(year, time.Month(n/31), n%31+1)
}
