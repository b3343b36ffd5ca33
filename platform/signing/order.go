// Package signing has signing orders: who must sign what, in which order, until when, and what has happened so far.
//
// An Order is a value; its methods are pure and return what follows from an event, so that casework can apply them again after a
// conflict. A Place is one party's place in the order; its State says what the officer needs to know. What is signed is a
// Manifest of Parts (manifest.go); evidence is verified in signing/evidence.
//
// Invariants: a place that has signed stays signed unless the content changes (Void); an order is Complete exactly when
// no place is missing; nothing lapses silently: an expired place stays visible until somebody acts.
package signing

import (
	"slices"
	"time"

	"samtjanst/platform/fault"
)

// PartyID names a party within a case: "p1".
type PartyID string

// PlaceState says where a party's signature stands, and so who acts next.
type PlaceState string

// States of a place.
const (
	Waiting      PlaceState = "waiting"       // not yet asked
	Invited      PlaceState = "invited"       // the party acts: a notice has gone
	NoAddress    PlaceState = "no-address"    // the officer acts: nowhere to send, a letter must be printed
	NoticeFailed PlaceState = "notice-failed" // the officer acts: the notice could not be delivered
	Opened       PlaceState = "opened"        // the party has read it
	Signed       PlaceState = "signed"        // done, with e-legitimation
	OnPaper      PlaceState = "on-paper"      // done, by pen, registered by the officer
	Declined     PlaceState = "declined"      // the officer acts: the party said no
	Expired      PlaceState = "expired"       // the officer acts: no answer in time
	Waived       PlaceState = "waived"        // done: the officer went on without it on a stated ground
)

// Done reports whether nothing more is wanted of the place.
func (s PlaceState) Done() bool { return s == Signed || s == OnPaper || s == Waived }

// May reports whether the party can still sign or decline.
func (s PlaceState) May() bool { return !s.Done() && s != Declined }

// Place is one party's place in an order.
type Place struct {
	Party    PartyID
	State    PlaceState
	Since    time.Time   // since when State
	Invited  time.Time   // first invitation
	Reminded []time.Time // reminders that went out
	Channel  string      // "mail", "sms", "letter"; who saved the address is not told
	Why      string      // code of a failed notice, or of no address
	Evidence string      // part id of the evidence once signed
	Manifest string      // digest of the manifest signed, hex
	Method   string      // "bankid", "paper"
	Reason   string      // why declined (for the officer only), or the stated ground of a waiver
	Voided   int         // how many times a change of content voided this signature
}

// Order is who must sign. Rule: all places; issue-wide rules widen here.
type Order struct {
	ID       string
	Places   []Place
	Deadline time.Time
	Created  time.Time
	Ended    bool // nothing more is wanted: complete, withdrawn, or ended by the officer
}

// NewOrder makes an order of all the parties, in parallel.
func NewOrder(id string, parties []PartyID, now, deadline time.Time) Order {
	o := Order{ID: id, Created: now, Deadline: deadline}
	for _, p := range parties {
		o.Places = append(o.Places, Place{Party: p, State: Waiting, Since: now})
	}
	return o
}

// Clone copies the order so that the copy can be changed.
func (o Order) Clone() Order {
	o.Places = slices.Clone(o.Places)
	for i := range o.Places {
		o.Places[i].Reminded = slices.Clone(o.Places[i].Reminded)
	}
	return o
}

// Place gives a party's place; nil when the party has none.
func (o *Order) Place(p PartyID) *Place {
	for i := range o.Places {
		if o.Places[i].Party == p {
			return &o.Places[i]
		}
	}
	return nil
}

// Progress counts places done and all places.
func (o Order) Progress() (done, of int) {
	for _, p := range o.Places {
		if p.State.Done() {
			done++
		}
	}
	return done, len(o.Places)
}

// Missing lists the parties whose signature is still wanted.
func (o Order) Missing() []PartyID {
	var out []PartyID
	for _, p := range o.Places {
		if !p.State.Done() {
			out = append(out, p.Party)
		}
	}
	return out
}

// Complete reports whether everybody has signed, on paper or by e-legitimation, or been waived.
func (o Order) Complete() bool { return len(o.Missing()) == 0 }

// Move sets a place's state. fault.Invalid when the party has no place, fault.Conflict when the place is done already or the order ended.
func (o *Order) Move(p PartyID, to PlaceState, now time.Time) (*Place, error) {
	pl := o.Place(p)
	switch {
	case pl == nil:
		return nil, fault.Newf("signing.Move", fault.Invalid, "no place for %s", p)
	case o.Ended || pl.State.Done():
		return nil, fault.Newf("signing.Move", fault.Conflict, "place is %s", pl.State)
	case to == Signed && !pl.State.May():
		return nil, fault.Newf("signing.Move", fault.Conflict, "place is %s", pl.State)
	}
	pl.State, pl.Since = to, now
	if o.Complete() {
		o.Ended = true
	}
	return pl, nil
}
