package signing

import (
	"time"

	"samtjanst/platform/fault"
)

// What happens to an order.

// Move sets the state of a party's place, and gives those whose turn it becomes. fault.Invalid when the party has no place;
// fault.Conflict when the place is filled, it is not the party's turn, or the order has ended.
func (o *Order) Move(p PartyID, to PlaceState, now time.Time) (*Place, []PartyID, error) {
	const op = "signing.Move"
	pl := o.Place(p)
	switch {
	case pl == nil:
		return nil, nil, fault.Newf(op, fault.Invalid, "no place for %s", p)
	case o.Ended || pl.State.Done() || pl.State == Spared || pl.State == Against:
		return nil, nil, fault.Newf(op, fault.Conflict, "place is %s", pl.State)
	case byParty(to) && !pl.May():
		return nil, nil, fault.Newf(op, fault.Conflict, "place is %s and was asked %s", pl.State, pl.Asked)
	case to == Declined && o.Positions:
		to = Against
	}
	pl.State, pl.Since = to, now
	if to == Against {
		o.end(Refused, now)
		return pl, nil, nil
	}
	return pl, o.advance(now), nil
}

// byParty reports whether it is the party that brings a place into a state, in turn.
func byParty(s PlaceState) bool {
	return s == Signed || s == Opened || s == Declined || s == Hindered || s == Against
}

// end ends the order: what is open is not wanted any more.
func (o *Order) end(how Outcome, now time.Time) {
	o.Ended, o.Outcome = true, how
	for i := range o.Places {
		if pl := &o.Places[i]; pl.open() {
			pl.State, pl.Since = Spared, now
		}
	}
}

// End takes the order back: nothing more is wanted. Ending one that has ended changes nothing.
func (o *Order) End(now time.Time) {
	if !o.Ended {
		o.end(Withdrawn, now)
	}
}

// Expire marks those whose turn it is and who have not answered, and gives them.
func (o *Order) Expire(now time.Time) (late []PartyID) {
	if o.Ended {
		return nil
	}
	for i := range o.Places {
		if pl := &o.Places[i]; pl.May() && pl.State != Expired {
			pl.State, pl.Since = Expired, now
			late = append(late, pl.Party)
		}
	}
	return late
}

// Reopen lets those sign after all who declined or let the time pass, until a new deadline.
func (o *Order) Reopen(deadline, now time.Time) {
	if o.Ended {
		return
	}
	o.Deadline = deadline
	for i := range o.Places {
		if pl := &o.Places[i]; pl.State == Declined || pl.State == Expired {
			pl.State, pl.Since = Waiting, now
		}
	}
}

// Replace puts somebody else in a party's place, who is asked when it is the place's turn. fault.Conflict when the place is filled or the
// order has ended, or the new one has a place already.
func (o *Order) Replace(old, by PartyID, now time.Time) ([]PartyID, error) {
	const op = "signing.Replace"
	pl := o.Place(old)
	switch {
	case pl == nil:
		return nil, fault.Newf(op, fault.Invalid, "no place for %s", old)
	case o.Ended || !pl.open() && pl.State != Hindered:
		return nil, fault.Newf(op, fault.Conflict, "place is %s", pl.State)
	case o.Place(by) != nil:
		return nil, fault.Newf(op, fault.Conflict, "%s has a place already", by)
	}
	turn := !pl.Asked.IsZero()
	*pl = Place{Party: by, Step: pl.Step, State: Waiting, Since: now, Instead: old, Voided: pl.Voided}
	if turn {
		pl.Asked = now
		return []PartyID{by}, nil
	}
	return o.advance(now), nil
}

// Void takes back every signature, since what was signed is no longer what stands, and begins anew with the first step. It gives those
// whose turn it is. An order that was taken back stays so.
func (o *Order) Void(deadline, now time.Time) []PartyID {
	if o.Outcome == Withdrawn {
		return nil
	}
	o.Ended, o.Outcome, o.Deadline = false, Going, deadline
	for i := range o.Places {
		old := o.Places[i]
		o.Places[i] = Place{Party: old.Party, Step: old.Step, State: Waiting, Since: now, Instead: old.Instead, Voided: old.Voided}
		if old.State.Done() {
			o.Places[i].Voided++
		}
	}
	return o.advance(now)
}
