package slots

import (
	"time"

	"samtjanst/platform/calendar"
)

// Offer is what one person can choose among now.
type Offer struct {
	Rule  Rule
	Now   time.Time
	Taken map[int64]int // start as seconds since 1970 → places that others have
	// Held is until when the person's own choice is held; zero when nothing is. Firm: it is held for good.
	Held time.Time
	Firm bool
}

// Free is how many places a slot has left.
func (o Offer) Free(s Slot) int { return max(o.Rule.Capacity-o.Taken[s.Start.Unix()], 0) }

// Open reports whether the person can book a slot now.
func (o Offer) Open(s Slot) bool { return o.Free(s) > 0 && o.Rule.Bookable(s, o.Now) }

// Day is a day with the slots that are open on it, never none.
type Day struct {
	Date  calendar.Date
	Slots []Slot
}

// Week gives the days of a week that have open slots. monday may be any day of the week.
func (o Offer) Week(monday calendar.Date) []Day {
	monday = Monday(monday)
	var out []Day
	for i := range 7 {
		d := monday.AddDays(i)
		if open := o.open(d); len(open) > 0 {
			out = append(out, Day{d, open})
		}
	}
	return out
}

func (o Offer) open(d calendar.Date) []Slot {
	var open []Slot
	for _, s := range o.Rule.Day(d) {
		if o.Open(s) {
			open = append(open, s)
		}
	}
	return open
}

// All gives every day that has open slots.
func (o Offer) All() []Day {
	var out []Day
	for d := DayOf(o.Now); !o.Rule.lastDay(o.Now).Before(d); d = d.AddDays(1) {
		if open := o.open(d); len(open) > 0 {
			out = append(out, Day{d, open})
		}
	}
	return out
}

// Next gives the Monday of the nearest week from a day's on that has open slots; false when there is none.
func (o Offer) Next(from calendar.Date) (calendar.Date, bool) {
	monday := Monday(from)
	if first := Monday(DayOf(o.Now)); monday.Before(first) {
		monday = first
	}
	for ; !o.Rule.lastDay(o.Now).Before(monday); monday = monday.AddDays(7) {
		if len(o.Week(monday)) > 0 {
			return monday, true
		}
	}
	return calendar.Date{}, false
}

// Before gives the Monday of the nearest week before a day's that has open slots; false when there is none.
func (o Offer) Before(day calendar.Date) (calendar.Date, bool) {
	last := Monday(o.Rule.lastDay(o.Now))
	monday := Monday(day).AddDays(-7)
	if last.Before(monday) {
		monday = last
	}
	for ; !monday.Before(Monday(DayOf(o.Now))); monday = monday.AddDays(-7) {
		if len(o.Week(monday)) > 0 {
			return monday, true
		}
	}
	return calendar.Date{}, false
}

// Monday is the first day of a day's week.
func Monday(d calendar.Date) calendar.Date { return d.AddDays(1 - d.Weekday()) }
