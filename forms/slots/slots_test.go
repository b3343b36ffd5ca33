package slots_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"samtjanst/forms/slots"
	"samtjanst/platform/calendar"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
)

type m = map[string]any

func hours(from, to string, days ...any) m { return m{"days": days, "from": from, "to": to} }

func rule(t *testing.T, v m) slots.Rule {
	t.Helper()
	r, err := slots.Read(v)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func values(list []slots.Slot) []string {
	var out []string
	for _, s := range list {
		out = append(out, slots.Value(s.Start))
	}
	return out
}

func TestDay(t *testing.T) {
	usual := m{"hours": []any{hours("15:00", "16:40", "tue", "sat")}, "minutes": 30, "closed": []any{"2026-12-08", "2026-12-14/2026-12-20"}}
	night := m{"hours": []any{hours("01:30", "03:30", "sat", "fri")}, "minutes": 30}
	for name, c := range map[string]struct {
		rule m
		day  string
		want []string
	}{
		"a Tuesday in winter":            {usual, "2026-12-01", []string{"2026-12-01T15:00:00+01:00", "2026-12-01T15:30:00+01:00", "2026-12-01T16:00:00+01:00"}},
		"a Tuesday in summer":            {usual, "2026-06-30", []string{"2026-06-30T15:00:00+02:00", "2026-06-30T15:30:00+02:00", "2026-06-30T16:00:00+02:00"}},
		"the day after summer time ends": {m{"hours": []any{hours("08:00", "08:30", "mon")}, "minutes": 30}, "2026-10-26", []string{"2026-10-26T08:00:00+01:00"}},
		"another weekday":                {usual, "2026-12-02", nil},
		"a day that is closed":           {usual, "2026-12-08", nil},
		"the first of closed days":       {usual, "2026-12-15", nil},
		"the last of closed days":        {usual, "2026-12-19", nil},
		"Midsummer's Eve":                {m{"hours": []any{hours("10:00", "11:00", "fri")}, "minutes": 60}, "2026-06-19", nil},
		"Midsummer's Day":                {usual, "2026-06-20", nil},
		"Ascension Day":                  {m{"hours": []any{hours("10:00", "11:00", "thu")}, "minutes": 60}, "2026-05-14", nil},
		"twice the same hours":           {m{"hours": []any{hours("10:00", "11:00", "thu"), hours("10:30", "11:30", "thu")}, "minutes": 30}, "2026-05-07", []string{"2026-05-07T10:00:00+02:00", "2026-05-07T10:30:00+02:00", "2026-05-07T11:00:00+02:00"}},
		"a night like others":            {night, "2026-03-28", []string{"2026-03-28T01:30:00+01:00", "2026-03-28T02:00:00+01:00", "2026-03-28T02:30:00+01:00", "2026-03-28T03:00:00+01:00"}},
		"no hours":                       {m{"hours": []any{}}, "2026-12-01", nil},
	} {
		day, err := calendar.Parse(c.day)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, values(rule(t, c.rule).Day(day))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// Each slot lasts as long as it says, and is found by the moment it begins, however that is written.
func TestAt(t *testing.T) {
	r := rule(t, m{"hours": []any{hours("15:00", "17:00", "tue")}, "minutes": 45})
	for value, want := range map[string]bool{"2026-12-01T15:45:00+01:00": true, "2026-12-01T14:45:00Z": true, "2026-12-01T15:45:00+02:00": false,
		"2026-12-01T15:46:00+01:00": false, "2026-12-01T16:30:00+01:00": false, "2026-12-02T15:45:00+01:00": false} {
		at, ok := slots.Moment(value)
		s, is := r.At(at)
		if !ok || is != want || is && s.End.Sub(s.Start) != 45*time.Minute {
			t.Errorf("%s: %v %v, want %v", value, s, is, want)
		}
	}
	for _, bad := range []any{"2026-12-01", "snart", nil, 3} {
		if at, ok := slots.Moment(bad); ok {
			t.Errorf("%v is read as %v", bad, at)
		}
	}
}

func TestBookable(t *testing.T) {
	r := rule(t, m{"hours": []any{hours("15:00", "16:00", "tue")}, "minutes": 60, "ahead": 14, "notice": 24})
	for now, want := range map[string]bool{
		"2026-11-17 00:00": true,  // two weeks before
		"2026-11-16 23:59": false, // a minute too early
		"2026-11-30 15:00": true,  // a day before, to the minute
		"2026-11-30 15:01": false,
		"2026-12-01 16:00": false,
	} {
		at, err := time.ParseInLocation("2006-01-02 15:04", now, clock.Stockholm)
		if err != nil {
			t.Fatal(err)
		}
		s, ok := r.At(time.Date(2026, 12, 1, 15, 0, 0, 0, clock.Stockholm))
		if !ok || r.Bookable(s, at) != want {
			t.Errorf("at %s: %v, want %v", now, !want, want)
		}
	}
}

// What is full is not offered, weeks without anything are passed over, and neither end is walked past.
func TestOffer(t *testing.T) {
	r := rule(t, m{"hours": []any{hours("15:00", "16:00", "tue")}, "minutes": 30, "capacity": 2, "ahead": 28, "closed": []any{"2026-12-07/2026-12-11"}})
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, clock.Stockholm)
	first := time.Date(2026, 12, 1, 15, 0, 0, 0, clock.Stockholm)
	o := slots.Offer{Rule: r, Now: now, Taken: map[int64]int{first.Unix(): 2, first.Add(30 * time.Minute).Unix(): 1}}
	monday := slots.DayOf(now)
	week := o.Week(monday.AddDays(3))
	if len(week) != 1 || len(week[0].Slots) != 1 || !week[0].Slots[0].Start.Equal(first.Add(30*time.Minute)) || o.Free(week[0].Slots[0]) != 1 {
		t.Errorf("the first week: %v", week)
	}
	next, ok := o.Next(monday.AddDays(7))
	if !ok || next.String() != "2026-12-14" {
		t.Errorf("after a closed week: %v %v", next, ok)
	}
	before, ok := o.Before(next)
	if !ok || before != monday {
		t.Errorf("before a closed week: %v %v", before, ok)
	}
	if far, ok := o.Before(calendar.Of(2030, 1, 1)); !ok || far.String() != "2026-12-21" {
		t.Errorf("before a day far away: %v %v", far, ok)
	}
	if past, ok := o.Next(calendar.Of(2020, 1, 1)); !ok || past != monday {
		t.Errorf("from a day long gone: %v %v", past, ok)
	}
	if d, ok := o.Before(monday); ok {
		t.Errorf("before the first week: %v", d)
	}
	if d, ok := o.Next(calendar.Of(2026, 12, 28)); ok {
		t.Errorf("after the last day: %v", d)
	}
	if days := o.All(); len(days) != 3 {
		t.Errorf("all days: %v", days)
	}
}

func TestReadRefuses(t *testing.T) {
	for want, v := range map[string]any{
		"unknown field":          m{"hours": []any{}, "minuts": 3},
		"minutes: a time is":     m{"hours": []any{hours("15:00", "16:00", "tue")}},
		"room for 30 minutes":    m{"hours": []any{hours("15:00", "15:20", "tue")}, "minutes": 30},
		`from: "15:00"`:          m{"hours": []any{hours("3 pm", "16:00", "tue")}, "minutes": 30},
		`"sun" is none of`:       m{"hours": []any{hours("15:00", "16:00", "sun")}, "minutes": 30},
		"write days":             m{"hours": []any{hours("15:00", "16:00")}, "minutes": 30},
		"capacity":               m{"capacity": -1},
		"ahead":                  m{"ahead": 400},
		"notice":                 m{"notice": -1},
		"closed 2":               m{"closed": []any{"2026-12-24", "2026-12-24/2026-12-20"}},
		"times can be booked":    m{"hours": []any{hours("08:00", "20:00", "mon", "tue", "wed", "thu", "fri")}, "minutes": 5, "ahead": 300},
		"cannot unmarshal array": []any{},
	} {
		if _, err := slots.Read(v); !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %s", v, err, want)
		}
	}
}
