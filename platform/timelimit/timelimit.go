// Package timelimit counts time limits as Swedish law does: a Rule says what must be done, since when the time runs and for how long; its
// Term is when it ends.
//
// Keys: a rule has an id within its form. Several rules may have one id when the law's text has changed: each holds from a day to a day,
// and Choose takes the one that held on the day that counts.
//
// Invariants: days, weeks and months are those of the calendar in Sweden. The day of the event that a period is counted from is not counted
// in. A week ends on the day of the same name, a month on the day of the same number or the month's last (lag (1930:173) om beräkning av
// lagstadgad tid 1 §), and the day counts to midnight. A last day that is a Saturday, a Sunday, a holiday or one of the eves is moved to
// the next working day where the law has it so (2 §). Both days are kept, and warnings go by the plain one: whether a limit moves is for a
// court to say, and nobody should have to find out. Hours are hours, also on the nights when the clock is changed, and are never moved.
package timelimit

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"samtjanst/platform/calendar"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
)

// Unit of a period.
type Unit string

// Units.
const (
	Hours    Unit = "hours"
	Days     Unit = "days"
	Workdays Unit = "workdays"
	Weeks    Unit = "weeks"
	Months   Unit = "months"
)

// Units lists them all.
var Units = []Unit{Hours, Days, Workdays, Weeks, Months}

// Period is a length of time as laws say it: "1 week". The zero Period is none.
type Period struct {
	N    int
	Unit Unit
}

// most keeps periods within what a calendar can hold, and a slip of the keyboard out: a hundred years.
const most = 36525

// ParsePeriod reads a number and a unit, "4 weeks" or "1 day"; anything else is fault.Invalid.
func ParsePeriod(s string) (Period, error) {
	const op = "timelimit.ParsePeriod"
	number, unit, ok := strings.Cut(s, " ")
	n, err := strconv.Atoi(number)
	if !ok || err != nil || n < 1 || n > most {
		return Period{}, fault.Newf(op, fault.Invalid, "%q is no period: write a number and hours, days, workdays, weeks or months", s)
	}
	for _, u := range Units {
		if unit == string(u) || (n == 1 && unit == strings.TrimSuffix(string(u), "s")) {
			return Period{n, u}, nil
		}
	}
	return Period{}, fault.Newf(op, fault.Invalid, "%q is no period: the units are hours, days, workdays, weeks and months", s)
}

// IsZero reports whether there is no period.
func (p Period) IsZero() bool { return p == Period{} }

// String is what ParsePeriod reads: "1 week", "" for none.
func (p Period) String() string {
	switch {
	case p.IsZero():
		return ""
	case p.N == 1:
		return "1 " + strings.TrimSuffix(string(p.Unit), "s")
	}
	return strconv.Itoa(p.N) + " " + string(p.Unit)
}

// MarshalText writes String.
func (p Period) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (p *Period) UnmarshalText(text []byte) error {
	*p = Period{}
	if len(text) == 0 {
		return nil
	}
	var err error
	*p, err = ParsePeriod(string(text))
	return err
}

// day is n of the period's units after a day, before it when n is negative. Not for hours.
func (p Period) day(from calendar.Date, n int) calendar.Date {
	switch p.Unit {
	case Workdays:
		return from.AddWorkdays(n)
	case Weeks:
		return from.AddDays(7 * n)
	case Months:
		return from.AddMonths(n)
	}
	return from.AddDays(n)
}

// After is the first moment when so long a period has passed since a moment: the beginning of its last day, or the hour.
func (p Period) After(t time.Time) time.Time {
	if p.Unit == Hours {
		return t.Add(time.Duration(p.N) * time.Hour).UTC()
	}
	return p.day(dayOf(t), p.N).At(0, 0, clock.Stockholm).UTC()
}

// Term is a period that runs: when it began and when it ends.
type Term struct {
	Start time.Time
	Plain calendar.Date // the last day, as the period is counted
	Moved calendar.Date // the last day when a holiday moves it; Plain when none does
	Due   time.Time     // the moment when Plain ends, or the period of hours: what warnings go by
	Ends  time.Time     // the moment from which it is too late
	Exact bool          // counted in hours: Due and Ends are times of day, not the end of a day
}

// Run counts a period from a moment. moves has it end on the next working day (lag (1930:173) 2 §).
func (p Period) Run(start time.Time, moves bool) Term {
	if p.Unit == Hours {
		end := start.Add(time.Duration(p.N) * time.Hour).UTC()
		return Term{Start: start, Plain: dayOf(end), Moved: dayOf(end), Due: end, Ends: end, Exact: true}
	}
	last := p.day(dayOf(start), p.N)
	t := Until(start, last)
	if moves {
		t.Moved = last.Due()
		t.Ends = endOf(t.Moved)
	}
	return t
}

// Until is a term that somebody has set the last day of. Such a day is not moved: it is no time that a law has set.
func Until(start time.Time, last calendar.Date) Term {
	return Term{Start: start, Plain: last, Moved: last, Due: endOf(last), Ends: endOf(last)}
}

func dayOf(t time.Time) calendar.Date { return calendar.On(t.In(clock.Stockholm)) }

func endOf(d calendar.Date) time.Time { return d.AddDays(1).At(0, 0, clock.Stockholm).UTC() }

// morning is when warnings go that are said in days: people are at work, and the day is still there.
const morning = 8

// Warning is when a warning so long before the end goes: by the plain day, in the morning; or so many hours before that day ends.
func (t Term) Warning(before Period) time.Time {
	if before.Unit == Hours {
		return t.Due.Add(-time.Duration(before.N) * time.Hour)
	}
	return before.day(t.Plain, -before.N).At(morning, 0, clock.Stockholm).UTC()
}

// Moves reports whether a holiday moved the end.
func (t Term) Moves() bool { return t.Plain != t.Moved }

// sorted has the warnings in the order of their times, which is the order in which they escalate.
func (r Rule) sorted() []Warning {
	t := Until(time.Time{}, calendar.Of(2026, time.June, 1))
	out := slices.Clone(r.Warn)
	slices.SortStableFunc(out, func(a, b Warning) int { return t.Warning(a.Before).Compare(t.Warning(b.Before)) })
	return out
}
