package vault

import (
	"samtjanst/platform/calendar"
	"samtjanst/platform/casework"
)

// CardLimit is a time limit that something is left to do about, as lists show it.
type CardLimit struct {
	Title  string
	Plain  calendar.Date
	Moved  calendar.Date
	Due    int64 // unix seconds when Plain ends, or the exact time
	Ends   int64 // unix seconds from when it is too late
	Exact  bool  `json:",omitempty"`
	Missed bool  `json:",omitempty"`
	Raised bool  `json:",omitempty"` // it is time to act
	Means  string
}

// cardLimits are the most limits that a card shows: the rest end later.
const cardLimits = 3

// limits notes those that end first.
func (k *Card) limits(c *casework.Case) {
	for _, l := range c.Unsettled() {
		if len(k.Limits) == cardLimits {
			return
		}
		k.Limits = append(k.Limits, CardLimit{Title: l.Rule.Title, Plain: l.Term.Plain, Moved: l.Term.Moved, Due: l.Term.Due.Unix(), Ends: l.Term.Ends.Unix(),
			Exact: l.Term.Exact, Missed: l.State == casework.LimitMissed, Raised: l.Raised(), Means: l.Rule.Missed})
	}
}
