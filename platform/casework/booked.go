package casework

import (
	"slices"
	"time"

	"samtjanst/platform/fault"
)

// Times that belong to a case: what the applicant has booked in the form, and what the officer makes of it. The case says which time holds
// now; that the places in the book are those is an effect, so that a place is given back however often the process dies.

// Booked is one time that the applicant has, or had.
type Booked struct {
	Field  string    // the question's pointer in the form: "/prova/tid"
	Start  time.Time // zero: an officer has cancelled it
	Reason string    // why it is no longer the one that the applicant chose; "" when it is
}

// TimeChanged: an officer gave the applicant another time, or none when To is zero. The applicant is told.
type TimeChanged struct {
	Field    string
	From, To time.Time
	Reason   string // for the applicant and the officer
}

// PlacesKept: the places in the book are those that the case has. It leaves no header: it is about our machinery, not about the case.
type PlacesKept struct{ Effect string }

// Kind names stand in the chain.
func (TimeChanged) Kind() string { return "time-changed" }
func (PlacesKept) Kind() string  { return "" }

const (
	// EffectPlaces gives back the places that the case no longer has. Nothing that happens in the case makes it needless.
	EffectPlaces EffectKind = "places"
	// EffectTime tells the applicant that a booked time is another, or none.
	EffectTime EffectKind = "time"
)

// TimeOf gives the time that is booked by a question; false when there is none, or none any more.
func (c *Case) TimeOf(field string) (time.Time, bool) {
	for _, b := range c.Booked {
		if b.Field == field {
			return b.Start, !b.Start.IsZero()
		}
	}
	return time.Time{}, false
}

func (c *Case) timeChanged(e TimeChanged, now time.Time) error {
	i := slices.IndexFunc(c.Booked, func(b Booked) bool { return b.Field == e.Field })
	switch {
	case i < 0 || !c.Booked[i].Start.Equal(e.From):
		return fault.Newf("casework.Apply", fault.Conflict, "the time that is changed is not booked")
	case e.To.Equal(e.From) || e.Reason == "":
		return fault.Newf("casework.Apply", fault.Invalid, "the same time, or no reason")
	}
	times := slices.Clone(c.Booked)
	times[i].Start, times[i].Reason = e.To, e.Reason
	c.book(times, now)
	if !c.pending(EffectTime, c.Applicant().ID, now) {
		c.effect(EffectTime, c.Applicant().ID, "", now)
	}
	return nil
}

// book sets the times that the case has from now on; what it had before is given back.
func (c *Case) book(times []Booked, now time.Time) {
	before := c.Booked
	c.Booked = times
	gone := slices.ContainsFunc(before, func(b Booked) bool {
		return !b.Start.IsZero() && !slices.ContainsFunc(times, func(o Booked) bool { return b.Field == o.Field && b.Start.Equal(o.Start) })
	})
	if gone && !c.pending(EffectPlaces, "", now) {
		c.effect(EffectPlaces, "", "", now)
	}
}
