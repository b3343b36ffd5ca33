package signing

import (
	"slices"
	"time"

	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
)

// Reminder is one rung of the ladder of reminders, counted from when it became the party's turn.
type Reminder struct {
	After clock.Span `json:"after"`
	By    string     `json:"by,omitempty"` // "mail", "sms", "letter"; "" the way that the invitation went
}

// Step is what is wanted at one time.
type Step struct {
	Need   int        // places to be filled; 0 all of them
	Ladder clock.Span // zero: all are asked at once. Else one by one, the next when the one before has been silent for so long
}

// PlannedStep is a step with those who have a place in it, in the order in which a ladder asks them.
type PlannedStep struct {
	Step
	Parties []PartyID
}

// Plan is what an order is made from.
type Plan struct {
	About     string // what is signed: "application", "decision", "document"
	Steps     []PlannedStep
	Within    clock.Span // the time that the order has
	Until     time.Time  // when the time is out, instead of Within; zero: by Within
	Reminders []Reminder
	// Positions says that the signers decide: a no is a position on the merits and ends the order.
	Positions bool
	// Again lets one person have places in several steps.
	Again bool
}

// NewOrder makes an order, and gives those whose turn it is at once. fault.Invalid for a plan that cannot be carried out: a step without
// places, more needed than there are, somebody twice.
func NewOrder(id string, p Plan, now time.Time) (Order, []PartyID, error) {
	const op = "signing.NewOrder"
	o := Order{ID: id, About: p.About, Reminders: slices.Clone(p.Reminders), Positions: p.Positions, Created: now, Deadline: p.Within.From(now)}
	if !p.Until.IsZero() {
		o.Deadline = p.Until.UTC()
	}
	for i, s := range p.Steps {
		if len(s.Parties) == 0 || s.Need < 0 || s.Need > len(s.Parties) {
			return Order{}, nil, fault.Newf(op, fault.Invalid, "step %d needs %d of %d", i+1, s.Need, len(s.Parties))
		}
		for _, party := range s.Parties {
			if slices.ContainsFunc(o.Places, func(pl Place) bool { return pl.Party == party && (!p.Again || pl.Step == i) }) {
				return Order{}, nil, fault.Newf(op, fault.Invalid, "%s has two places", party)
			}
			o.Places = append(o.Places, Place{Party: party, Step: i, State: Waiting, Since: now})
		}
		o.Steps = append(o.Steps, s.Step)
	}
	if len(o.Places) == 0 {
		o.Ended, o.Outcome = true, Complete
		return o, nil, nil
	}
	if !o.Deadline.After(now) {
		return Order{}, nil, fault.Newf(op, fault.Invalid, "no time to sign in")
	}
	return o, o.advance(now), nil
}
