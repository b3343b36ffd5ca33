package clock

import (
	"time"
)

// Span is a length of time as people say it. Days are counted in the Swedish calendar and end at the same time of day, also where
// summer time begins or ends between; minutes are minutes.
type Span struct {
	Days    int `json:"days,omitempty"`
	Minutes int `json:"minutes,omitempty"`
}

// IsZero reports whether there is no length.
func (s Span) IsZero() bool { return s == Span{} }

// From is the moment so long after t.
func (s Span) From(t time.Time) time.Time {
	if s.Days != 0 {
		t = t.In(Stockholm).AddDate(0, 0, s.Days)
	}
	return t.Add(time.Duration(s.Minutes) * time.Minute).UTC()
}
