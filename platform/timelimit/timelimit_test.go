package timelimit_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"samtjanst/platform/calendar"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/timelimit"
)

func moment(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := timelimit.ParseMoment(s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func period(t testing.TB, s string) timelimit.Period {
	t.Helper()
	p, err := timelimit.ParsePeriod(s)
	if err != nil || p.String() != s {
		t.Fatalf("%q is %q, %v", s, p, err)
	}
	return p
}

func local(t time.Time) string { return t.In(clock.Stockholm).Format("2006-01-02 15:04") }

// Each row is a date out of the almanac: from when, how long, the plain day, the moved day.
func TestRun(t *testing.T) {
	for _, c := range []struct{ why, from, period, plain, moved string }{
		{"an ordinary week", "2026-11-23 14:00", "1 week", "2026-11-30", "2026-11-30"},
		{"decided ten minutes before midnight", "2026-11-23 23:50", "1 week", "2026-11-30", "2026-11-30"},
		{"signed ten minutes after: another day", "2026-11-24 00:10", "1 week", "2026-12-01", "2026-12-01"},
		{"ends on Good Friday", "2026-03-27 23:50", "1 week", "2026-04-03", "2026-04-07"},
		{"ends on Easter Eve", "2026-03-28 03:00", "1 week", "2026-04-04", "2026-04-07"},
		{"ends on Ascension Day", "2026-05-07 12:00", "1 week", "2026-05-14", "2026-05-15"},
		{"ends on midsummer's eve", "2026-06-12 12:00", "1 week", "2026-06-19", "2026-06-22"},
		{"ends on Christmas Eve", "2026-12-17 12:00", "1 week", "2026-12-24", "2026-12-28"},
		{"ends on New Year's Eve before a long weekend", "2026-12-24 12:00", "1 week", "2026-12-31", "2027-01-04"},
		{"ends on the national day, a Saturday", "2026-05-30 12:00", "1 week", "2026-06-06", "2026-06-08"},
		{"the next day, on a Friday", "2026-11-20 02:00", "1 day", "2026-11-21", "2026-11-23"},
		{"the next day, in the week", "2026-11-23 02:00", "1 day", "2026-11-24", "2026-11-24"},
		{"the next day, before Christmas", "2027-12-23 12:00", "1 day", "2027-12-24", "2027-12-27"},
		{"four weeks", "2026-11-23 12:00", "4 weeks", "2026-12-21", "2026-12-21"},
		{"a month that has no such day", "2026-01-31 12:00", "1 month", "2026-02-28", "2026-03-02"},
		{"a leap day", "2028-01-31 12:00", "1 month", "2028-02-29", "2028-02-29"},
		{"a year from a leap day", "2028-02-29 12:00", "12 months", "2029-02-28", "2029-02-28"},
		{"six months over the end of a year", "2026-08-31 12:00", "6 months", "2027-02-28", "2027-03-01"},
		{"working days over Christmas", "2026-12-22 12:00", "3 workdays", "2026-12-29", "2026-12-29"},
		{"days over the change to summer time", "2026-03-28 23:30", "2 days", "2026-03-30", "2026-03-30"},
	} {
		term := period(t, c.period).Run(moment(t, c.from), true)
		got := []string{term.Plain.String(), term.Moved.String()}
		if diff := cmp.Diff([]string{c.plain, c.moved}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.why, diff)
		}
		if want := c.moved + " 23:59"; local(term.Ends.Add(-time.Minute)) != want || term.Exact {
			t.Errorf("%s: it is in time until %s, want %s", c.why, local(term.Ends.Add(-time.Minute)), want)
		}
		if still := period(t, c.period).Run(moment(t, c.from), false); still.Moved.String() != c.plain || still.Ends != still.Due || term.Due != still.Due {
			t.Errorf("%s: a limit that does not move ends %s", c.why, still.Moved)
		}
	}
}

// Hours are hours when the clock is changed, and end at a time of day.
func TestHours(t *testing.T) {
	for from, want := range map[string]string{"2026-11-23 14:30": "2026-11-24 14:30", "2026-03-28 14:30": "2026-03-29 15:30",
		"2026-10-24 14:30": "2026-10-25 13:30", "2026-12-23 14:30": "2026-12-24 14:30"} {
		term := period(t, "24 hours").Run(moment(t, from), false)
		if got := local(term.Ends); got != want || !term.Exact || term.Moves() || term.Plain.String() != want[:10] {
			t.Errorf("24 hours from %s end %s on %s, want %s", from, got, term.Plain, want)
		}
	}
}

// Warnings go by the plain day: in the morning when they are said in days, else so many hours before that day ends.
func TestWarnings(t *testing.T) {
	easter := period(t, "1 week").Run(moment(t, "2026-03-27 23:50"), true) // plain Good Friday, moved to the Tuesday
	for before, want := range map[string]string{"3 days": "2026-03-31 08:00", "1 day": "2026-04-02 08:00", "4 hours": "2026-04-03 20:00",
		"1 week": "2026-03-27 08:00", "2 workdays": "2026-04-01 08:00"} {
		if got := local(easter.Warning(period(t, before))); got != want {
			t.Errorf("%s before: %s, want %s", before, got, want)
		}
	}
	night := period(t, "1 day").Run(moment(t, "2026-10-24 12:00"), true) // the night has 25 hours
	if got := local(night.Warning(period(t, "4 hours"))); got != "2026-10-25 20:00" {
		t.Errorf("4 hours before midnight is %s", got)
	}
	if got := local(period(t, "6 months").After(moment(t, "2026-08-31 15:00"))); got != "2027-02-28 00:00" {
		t.Errorf("six months have passed %s", got)
	}
	set := timelimit.Until(moment(t, "2026-12-01"), calendar.Of(2026, time.December, 24))
	if set.Moves() || local(set.Ends) != "2026-12-25 00:00" {
		t.Errorf("a day that a court has set was moved: %s", local(set.Ends))
	}
}

func whole() timelimit.Rule {
	return timelimit.Rule{ID: "understallning", Title: "Beslutet ska underställas", Law: "LVU 7 §", From: timelimit.FromDecided,
		Period: timelimit.Period{N: 1, Unit: timelimit.Weeks}, Moves: true, Missed: "Upphör.", Done: "Lämnat till rätten",
		Warn: []timelimit.Warning{{Before: timelimit.Period{N: 4, Unit: timelimit.Hours}, To: timelimit.Manager},
			{Before: timelimit.Period{N: 3, Unit: timelimit.Days}, To: timelimit.Officer}, {Before: timelimit.Period{N: 1, Unit: timelimit.Days}, To: timelimit.Decider}}}
}

func TestCheck(t *testing.T) {
	r := whole()
	if err := r.Check(); err != nil {
		t.Fatal(err)
	}
	if got := []string{r.Warn[0].To, r.Warn[1].To, r.Warn[2].To}; !cmp.Equal(got, []string{"officer", "decider", "manager"}) {
		t.Errorf("warnings go to %v", got)
	}
	for why, spoil := range map[string]func(*timelimit.Rule){
		"no id":                 func(r *timelimit.Rule) { r.ID = "LVU 7" },
		"no consequence":        func(r *timelimit.Rule) { r.Missed = "" },
		"no period":             func(r *timelimit.Rule) { r.Period = timelimit.Period{} },
		"hours that move":       func(r *timelimit.Rule) { r.Period.Unit = timelimit.Hours },
		"from nothing known":    func(r *timelimit.Rule) { r.From = "signed" },
		"after itself":          func(r *timelimit.Rule) { r.From = "done:understallning" },
		"after nothing":         func(r *timelimit.Rule) { r.From = "done:" },
		"until something":       func(r *timelimit.Rule) { r.Until = "signed" },
		"earliest of a date":    func(r *timelimit.Rule) { r.Earliest = timelimit.Period{N: 1, Unit: timelimit.Days} },
		"warning nobody":        func(r *timelimit.Rule) { r.Warn[0].To = "chef" },
		"warning at no time":    func(r *timelimit.Rule) { r.Warn[0].Before = timelimit.Period{} },
		"ends before it begins": func(r *timelimit.Rule) { r.ValidFrom, r.ValidTo = calendar.Of(2026, 2, 1), calendar.Of(2026, 1, 1) },
	} {
		r := whole()
		spoil(&r)
		if err := r.Check(); !errors.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", why, err)
		}
	}
}

// The law's text as of the day decides, in Sweden's day.
func TestChoose(t *testing.T) {
	old, next := whole(), whole()
	old.ValidTo, next.ValidFrom, next.Law = calendar.Of(2026, time.December, 31), calendar.Of(2027, time.January, 1), "LVU 7 § (2027)"
	for at, want := range map[string]string{"2026-12-31 23:59": "LVU 7 §", "2027-01-01 00:00": "LVU 7 § (2027)"} {
		if r, ok := timelimit.Choose([]timelimit.Rule{old, next}, "understallning", moment(t, at)); !ok || r.Law != want {
			t.Errorf("at %s: %q, want %q", at, r.Law, want)
		}
	}
	if _, ok := timelimit.Choose([]timelimit.Rule{next}, "understallning", moment(t, "2026-12-31")); ok {
		t.Error("a law held before it was in force")
	}
}

// A rule is kept in cases for years, and read again as it was.
func TestKept(t *testing.T) {
	r := whole()
	r.ValidFrom, r.Begins, r.Earliest = calendar.Of(2026, 1, 1), moment(t, "2026-11-23 23:50"), timelimit.Period{N: 6, Unit: timelimit.Months}
	raw, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var again timelimit.Rule
	if err := json.Unmarshal(raw, &again); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(r, again, cmp.Comparer(func(a, b calendar.Date) bool { return a == b })); diff != "" {
		t.Error(diff)
	}
	for _, s := range []string{"", "week", "0 days", "-1 days", "2 day", "1 year", "99999 days", "1  day", "one day"} {
		if p, err := timelimit.ParsePeriod(s); !errors.Is(err, fault.Invalid) {
			t.Errorf("%q is %v, %v", s, p, err)
		}
	}
}
