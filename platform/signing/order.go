// Package signing has signing orders: who must sign what, in which order, until when, and what has happened so far.
//
// An Order has steps, one after the other, and each step places, of which so many must be signed as it needs. The places of a step are
// asked all at once, or one by one up a ladder: the next is asked when the one before has been silent for so long, or is hindered, never
// because of a no. A Place is one party's place in the order; its State says what the officer needs to know. What is signed is a
// Manifest of Parts (manifest.go); evidence is verified in signing/evidence.
//
// An Order is a value; its methods are pure and say what follows from what happened, so that casework can apply them again after a
// conflict. They give the parties whose turn it now is, who are to be told.
//
// Invariants: nobody signs out of turn; a place that has signed stays signed unless the content changes (Void); nobody has two places of
// a step, nor of an order unless the plan says so; an order is Complete exactly when every step has what it needs; nothing lapses
// silently: an expired place stays visible until somebody acts.
package signing

import (
	"slices"
	"time"

	"samtjanst/platform/clock"
)

// PartyID names a party within a case: "p1".
type PartyID string

// PlaceState says where a party's signature stands, and so who acts next.
type PlaceState string

// States of a place.
const (
	Waiting      PlaceState = "waiting"       // not yet told: the turn has not come, or the notice is on its way
	Invited      PlaceState = "invited"       // the party acts: a notice has gone
	NoAddress    PlaceState = "no-address"    // the officer acts: nowhere to send, a letter must be printed
	NoticeFailed PlaceState = "notice-failed" // the officer acts: the notice could not be delivered
	Opened       PlaceState = "opened"        // the party has read it
	Signed       PlaceState = "signed"        // done, with e-legitimation
	OnPaper      PlaceState = "on-paper"      // done, by pen, registered by the officer
	Declined     PlaceState = "declined"      // the officer acts, or the filler: the party said no
	Against      PlaceState = "against"       // a decider's no on the merits: a position that is recorded and ends the order
	Hindered     PlaceState = "hindered"      // the party cannot: somebody else's turn (hinder, jäv)
	Expired      PlaceState = "expired"       // the officer acts: no answer in time
	Waived       PlaceState = "waived"        // done: the officer went on without it on a stated ground
	Spared       PlaceState = "spared"        // not needed any more: others were enough, or the order ended
)

// PlaceStates lists every state, for tests that each has its words.
var PlaceStates = []PlaceState{Waiting, Invited, NoAddress, NoticeFailed, Opened, Signed, OnPaper, Declined, Against, Hindered, Expired, Waived, Spared}

// Done reports whether the place counts as filled.
func (s PlaceState) Done() bool { return s == Signed || s == OnPaper || s == Waived }

// May reports whether the party can still sign or say no, once it is the party's turn.
func (s PlaceState) May() bool {
	switch s {
	case Waiting, Invited, NoAddress, NoticeFailed, Opened, Expired:
		return true
	}
	return false
}

// Place is one party's place in an order.
type Place struct {
	Party    PartyID
	Step     int // number of its step
	State    PlaceState
	Since    time.Time   // since when State
	Asked    time.Time   // since when it is the party's turn; zero before that
	Invited  time.Time   // first invitation
	Reminded []time.Time // reminders that went out
	Channel  string      // "mail", "sms", "letter"; who saved the address is not told
	Why      string      // code of a failed notice, or of no address
	Evidence string      // part id of the evidence once signed
	Manifest string      // digest of the manifest signed, hex
	Method   string      // the e-legitimation's id: "bankid"; "paper"
	Call     *Call       // in which it was signed; nil when it was not on the telephone
	Reason   string      // why declined, against or hindered (for the officer only), or the stated ground of a waiver
	Voided   int         // how many times a change of content voided this signature
	Instead  PartyID     // whose place it was, when the officer put somebody else there
}

// Call is a telephone call in which an officer asked for a signature.
type Call struct {
	Officer string `json:"officer"` // who asked, by name
	Caller  string `json:"caller"`  // who called: "authority" or "person", as the person was asked to confirm
}

// May reports whether the party can sign or say no now: it is the party's turn and the place is open.
func (p *Place) May() bool { return !p.Asked.IsZero() && p.State.May() }

// Outcome is how an order ended.
type Outcome string

// Outcomes.
const (
	Going     Outcome = ""
	Complete  Outcome = "complete"  // every step has what it needs
	Refused   Outcome = "refused"   // somebody who decides was against
	Withdrawn Outcome = "withdrawn" // taken back, or ended by the officer
)

// Order is who must sign.
type Order struct {
	ID        string
	About     string
	Steps     []Step // none is one step in which all are asked at once
	Places    []Place
	Reminders []Reminder
	Positions bool
	Deadline  time.Time
	Created   time.Time
	Ended     bool // nothing more is wanted
	Outcome   Outcome
}

// Clone copies the order so that the copy can be changed.
func (o Order) Clone() Order {
	o.Steps, o.Reminders = slices.Clone(o.Steps), slices.Clone(o.Reminders)
	o.Places = slices.Clone(o.Places)
	for i := range o.Places {
		o.Places[i].Reminded = slices.Clone(o.Places[i].Reminded)
	}
	return o
}

// Place gives a party's place: the one whose turn it is when the party has several, else the first that is open, else the last. nil when
// the party has none.
func (o *Order) Place(p PartyID) *Place {
	var best *Place
	for i := range o.Places {
		pl := &o.Places[i]
		switch {
		case pl.Party != p:
		case pl.May():
			return pl
		case best == nil || !best.State.May():
			best = pl
		}
	}
	return best
}

// step gives the places of a step, and how many of them must be filled.
func (o *Order) step(n int) (places []*Place, need int, ladder clock.Span) {
	for i := range o.Places {
		if o.Places[i].Step == n {
			places = append(places, &o.Places[i])
		}
	}
	need = len(places)
	if n < len(o.Steps) {
		ladder = o.Steps[n].Ladder
		if o.Steps[n].Need > 0 {
			need = o.Steps[n].Need
		}
	}
	return places, need, ladder
}

// steps is how many steps there are.
func (o *Order) steps() int { return max(len(o.Steps), 1) }

// current is the first step that lacks something; steps() when none does.
func (o *Order) current() int {
	for n := range o.steps() {
		places, need, _ := o.step(n)
		if filled(places) < need {
			return n
		}
	}
	return o.steps()
}

func filled(places []*Place) (n int) {
	for _, p := range places {
		if p.State.Done() {
			n++
		}
	}
	return n
}

// advance opens what comes next: the next step when one has what it needs, the next rung when a ladder has nobody left who can answer.
// It gives those whose turn it has become.
func (o *Order) advance(now time.Time) (asked []PartyID) {
	if o.Ended {
		return nil
	}
	at := o.current()
	for i := range o.Places { // who has not been needed in a step that is over
		if pl := &o.Places[i]; pl.Step < at && pl.open() {
			pl.State, pl.Since = Spared, now
		}
	}
	if at == o.steps() {
		o.Ended, o.Outcome = true, Complete
		return nil
	}
	places, need, ladder := o.step(at)
	able := filled(places) // filled, or asked, not hindered and not passed by the ladder: a no does not lead up one
	for _, pl := range places {
		passed := !ladder.IsZero() && pl.State.May() && !ladder.From(pl.Asked).After(now)
		if !pl.Asked.IsZero() && pl.open() && !passed {
			able++
		}
	}
	for _, pl := range places {
		if !pl.Asked.IsZero() || !pl.State.May() {
			continue
		}
		if !ladder.IsZero() && able >= need {
			break
		}
		pl.Asked = now
		asked = append(asked, pl.Party)
		able++
	}
	return asked
}

// open reports whether something may still come of a place.
func (p *Place) open() bool { return p.State.May() || p.State == Declined }

// Climb asks the next on the ladder of the step that is going on, when nobody asked has answered for as long as the ladder says. Called
// too early, or when nobody is left, it asks nobody.
func (o *Order) Climb(now time.Time) (asked []PartyID) {
	at := o.NextRung()
	if at.IsZero() || at.After(now) {
		return nil
	}
	places, _, _ := o.step(o.current())
	for _, pl := range places {
		if pl.Asked.IsZero() && pl.State.May() {
			pl.Asked = now
			return []PartyID{pl.Party}
		}
	}
	return nil
}

// NextRung is when Climb will ask somebody; zero when there is nobody to ask.
func (o *Order) NextRung() time.Time {
	n := o.current()
	if o.Ended || n == o.steps() {
		return time.Time{}
	}
	places, _, ladder := o.step(n)
	if ladder.IsZero() || standsStill(places) {
		return time.Time{}
	}
	var last time.Time
	left := false
	for _, pl := range places {
		left = left || pl.Asked.IsZero() && pl.State.May()
		if pl.Asked.After(last) {
			last = pl.Asked
		}
	}
	if !left || last.IsZero() {
		return time.Time{}
	}
	return ladder.From(last)
}

// Progress counts what has been filled of what is needed.
func (o Order) Progress() (done, of int) {
	for n := range o.steps() {
		places, need, _ := o.step(n)
		done, of = done+min(filled(places), need), of+need
	}
	return done, of
}

// Missing lists the parties whose signature can still be wanted: those of steps that lack something.
func (o Order) Missing() []PartyID {
	var out []PartyID
	if o.Ended {
		return nil
	}
	for n := range o.steps() {
		places, need, _ := o.step(n)
		if filled(places) >= need {
			continue
		}
		for _, p := range places {
			if p.open() {
				out = append(out, p.Party)
			}
		}
	}
	return out
}

// Complete reports whether every step has what it needs: signed, on paper or by e-legitimation, or waived.
func (o Order) Complete() bool { return o.current() == o.steps() }

// Stuck reports whether the step that is going on cannot get what it needs from those who are left: somebody must be put in another's
// place, or the officer go on without.
func (o Order) Stuck() bool {
	n := o.current()
	if o.Ended || n == o.steps() {
		return false
	}
	places, need, ladder := o.step(n)
	left := filled(places)
	still := !ladder.IsZero() && standsStill(places)
	for _, p := range places {
		if p.May() || p.State.May() && !still {
			left++
		}
	}
	return left < need
}

// standsStill reports whether nobody else is asked up a ladder: somebody said no, and what follows is for people to say.
func standsStill(places []*Place) bool {
	return slices.ContainsFunc(places, func(p *Place) bool { return p.State == Declined })
}
