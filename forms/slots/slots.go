// Package slots says which times can be booked: a Rule as a municipality writes it, the Slots that it makes of the calendar, and an Offer,
// which is what a person can choose among now.
//
// A slot is known by the moment it begins. As an answer that is RFC 3339 in Swedish time, "2026-12-01T15:00:00+01:00", so that the two
// half past twos of the night in which summer time ends are two. Slots are made of the clock on the wall: fifteen o'clock is fifteen
// o'clock on both sides of that night, and a time that the clock jumps over does not exist.
//
// Nothing is known here of who has booked what: package booking keeps that, and an Offer is told how many places are taken.
package slots

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"samtjanst/platform/calendar"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
)

// Rule is the value of the setting that a booking names.
//
//	hours:
//	  - {days: [tue, thu], from: "15:00", to: "17:30"}
//	minutes: 30
//	capacity: 2
//	closed: ["2026-12-21/2027-01-08", "2027-02-15"]
//	ahead: 42
//	notice: 24
//
// There is never a time on a Sunday, a holiday or an eve (package calendar). With no hours there are none at all.
type Rule struct {
	Hours    []Hours  `json:"hours"`
	Minutes  int      `json:"minutes"`  // length of each
	Capacity int      `json:"capacity"` // places at each; absent: 1
	Closed   []string `json:"closed"`   // further days without times: "2026-12-24", "2026-12-21/2027-01-08", both included
	Ahead    int      `json:"ahead"`    // days from today on which one can book; absent: 42
	Notice   int      `json:"notice"`   // hours before it begins after which it can no longer be booked

	hours  map[int][]span // by calendar.Date.Weekday
	closed []period
}

// Hours are when there are times on some days of the week, one after the other from the first minute on.
type Hours struct {
	Days []string `json:"days"` // "mon" … "sat"
	From string   `json:"from"` // "15:00"
	To   string   `json:"to"`   // when the last one has ended
}

// span is Hours in minutes after midnight.
type span struct{ from, to int }

type period struct{ from, to calendar.Date }

var weekdays = []string{"mon", "tue", "wed", "thu", "fri", "sat"}

// Bounds of a rule. A page shows times by week and reads all of a calendar at once: a rule that makes more than maxSlots is a mistake.
const (
	maxMinutes  = 8 * 60
	maxCapacity = 500
	maxAhead    = 366
	maxNotice   = 60 * 24
	maxSlots    = 3000

	usualAhead = 42
)

// Hold is how long a time that is chosen is kept for the person before it is free again, unless he or she hands in.
const Hold = 30 * time.Minute

// Slot is one time that can be booked, in Swedish time.
type Slot struct{ Start, End time.Time }

// Read reads the value of a setting, as JSON has it. fault.Invalid says what is wrong with it in words for whoever wrote it.
func Read(v any) (Rule, error) {
	const op = "slots.Read"
	if v == nil {
		return Rule{}, fault.Newf(op, fault.Invalid, "no hours are given")
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return Rule{}, fault.New(op, fault.Invalid, err)
	}
	var r Rule
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&r); err != nil {
		return Rule{}, fault.New(op, fault.Invalid, err)
	}
	if r.Capacity == 0 {
		r.Capacity = 1
	}
	if r.Ahead == 0 {
		r.Ahead = usualAhead
	}
	if err := r.settle(); err != nil {
		return Rule{}, fault.New(op, fault.Invalid, err)
	}
	return r, nil
}

// settle checks the rule and works out its days.
func (r *Rule) settle() error {
	switch {
	case len(r.Hours) > 0 && (r.Minutes < 5 || r.Minutes > maxMinutes):
		return fmt.Errorf("minutes: a time is 5–%d minutes long", maxMinutes)
	case r.Capacity < 1 || r.Capacity > maxCapacity:
		return fmt.Errorf("capacity: 1–%d places", maxCapacity)
	case r.Ahead < 1 || r.Ahead > maxAhead:
		return fmt.Errorf("ahead: 1–%d days", maxAhead)
	case r.Notice < 0 || r.Notice > maxNotice:
		return fmt.Errorf("notice: 0–%d hours", maxNotice)
	}
	r.hours = map[int][]span{}
	for i, h := range r.Hours {
		from, ok := minutes(h.From)
		to, okTo := minutes(h.To)
		if !ok || !okTo || to-from < r.Minutes {
			return fmt.Errorf(`hours %d: write from: "15:00", to: "17:30", with room for %d minutes`, i+1, r.Minutes)
		}
		if len(h.Days) == 0 {
			return fmt.Errorf("hours %d: write days: [tue, thu]", i+1)
		}
		for _, d := range h.Days {
			n := slices.Index(weekdays, d) + 1
			if n == 0 {
				return fmt.Errorf("hours %d: %q is none of %s", i+1, d, strings.Join(weekdays, ", "))
			}
			r.hours[n] = append(r.hours[n], span{from, to})
		}
	}
	for i, s := range r.Closed {
		first, last, ranged := strings.Cut(s, "/")
		if !ranged {
			last = first
		}
		from, err := calendar.Parse(first)
		to, errTo := calendar.Parse(last)
		if err != nil || errTo != nil || to.Before(from) {
			return fmt.Errorf(`closed %d: write "2026-12-24" or "2026-12-21/2027-01-08"`, i+1)
		}
		r.closed = append(r.closed, period{from, to})
	}
	week := 0
	for _, spans := range r.hours {
		for _, s := range spans {
			week += (s.to - s.from) / r.Minutes
		}
	}
	if most := week * (r.Ahead/7 + 1); most > maxSlots {
		return fmt.Errorf("%d times can be booked, at most %d: make them longer, or ahead shorter", most, maxSlots)
	}
	return nil
}

// minutes reads a time of day.
func minutes(s string) (int, bool) {
	t, err := time.Parse("15:04", s)
	return t.Hour()*60 + t.Minute(), err == nil && len(s) == 5
}

// Day gives the slots of a day, earliest first.
func (r Rule) Day(d calendar.Date) []Slot {
	if !r.opens(d) {
		return nil
	}
	var out []Slot
	for _, s := range r.hours[d.Weekday()] {
		for at := s.from; at+r.Minutes <= s.to; at += r.Minutes {
			start := time.Date(d.Year(), d.Month(), d.Day(), at/60, at%60, 0, 0, clock.Stockholm)
			if start.Hour()*60+start.Minute() != at {
				continue // the clock jumps over it
			}
			out = append(out, Slot{Start: start, End: start.Add(time.Duration(r.Minutes) * time.Minute)})
		}
	}
	slices.SortFunc(out, func(a, b Slot) int { return a.Start.Compare(b.Start) })
	return slices.CompactFunc(out, func(a, b Slot) bool { return a.Start.Equal(b.Start) })
}

func (r Rule) opens(d calendar.Date) bool {
	if d.Holiday() || d.Eve() {
		return false
	}
	return !slices.ContainsFunc(r.closed, func(p period) bool { return !d.Before(p.from) && !p.to.Before(d) })
}

// At gives the slot that begins at a moment; false when there is none.
func (r Rule) At(start time.Time) (Slot, bool) {
	day := r.Day(DayOf(start))
	i := slices.IndexFunc(day, func(s Slot) bool { return s.Start.Equal(start) })
	if i < 0 {
		return Slot{}, false
	}
	return day[i], true
}

// Bookable reports whether a slot may be booked now, as far as time goes.
func (r Rule) Bookable(s Slot, now time.Time) bool {
	return !s.Start.Before(now.Add(time.Duration(r.Notice)*time.Hour)) && s.Start.After(now) && !r.lastDay(now).Before(DayOf(s.Start))
}

func (r Rule) lastDay(now time.Time) calendar.Date { return DayOf(now).AddDays(r.Ahead) }

// DayOf is the Swedish day of a moment.
func DayOf(t time.Time) calendar.Date { return calendar.Of(t.In(clock.Stockholm).Date()) }

// Value is a moment as an answer has it.
func Value(start time.Time) string { return start.In(clock.Stockholm).Format(time.RFC3339) }

// Moment reads an answer; false for what is no moment.
func Moment(v any) (time.Time, bool) {
	s, ok := v.(string)
	if !ok {
		return time.Time{}, false
	}
	t, err := time.Parse(time.RFC3339, s)
	return t.In(clock.Stockholm), err == nil
}
