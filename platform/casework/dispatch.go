package casework

import (
	"slices"
	"strconv"
	"time"

	"samtjanst/platform/fault"
)

// What is sent on when a decision has been taken: to other authorities (Dispatch), each by a message with a receipt or by hand with a call
// that confirms it, never by plain mail; and letters to people who are no parties of the case.

// DispatchState says who acts next.
type DispatchState string

// States of a dispatch.
const (
	DispatchWaiting DispatchState = "waiting" // the platform: it is being sent
	DispatchSent    DispatchState = "sent"    // nobody: there is a receipt
	DispatchPrint   DispatchState = "print"   // the officer: it is to be printed and handed over
	DispatchHanded  DispatchState = "handed"  // the officer: a call is to confirm that it has come
	DispatchDone    DispatchState = "done"    // nobody: handed over, and confirmed
)

// DispatchStates lists them, for tests that each has its words.
var DispatchStates = []DispatchState{DispatchWaiting, DispatchSent, DispatchPrint, DispatchHanded, DispatchDone}

// Dispatch is one sending.
type Dispatch struct {
	ID        string // within the case: "s1"
	To        string // as the form names whom: "court"
	Title     string
	Document  string   // of the form, that goes with it; "" none
	Attach    []string // "decision", "answers", "attachments"
	Fulfils   []string // limits that are met when it has gone
	State     DispatchState
	Since     time.Time
	Why       string // code why it is by hand, or of the last failure
	Address   string // where it was sent
	Message   string // id of the message
	Receipt   string // as the access point gave it
	Sent      time.Time
	Handed    time.Time // when it was handed over, as the officer says
	HandedBy  string
	Note      string
	Confirmed time.Time // when somebody there said that it has come
	With      string    // who said so
	By        string    // whom it was said to
}

// Posted is a letter to somebody who is no party, as an officer posted it.
type Posted struct {
	Letter string // the form's id of it
	N      int    // of its recipients, from 0
	Name   string
	By     string
	At     time.Time
}

type (
	// DispatchReceived: the message left, and the receiver's side has given a receipt.
	DispatchReceived struct{ Effect, Address, Message, Receipt string }
	// DispatchByHand: it cannot be sent, for a reason given by code: the officer prints it.
	DispatchByHand struct{ Effect, Why string }
	// DispatchDelivered: the officer handed it over, at a time.
	DispatchDelivered struct {
		Dispatch string
		At       time.Time
		Name     string
		Note     string
	}
	// DispatchConfirmed: somebody at the receiver's said on the telephone that it has come.
	DispatchConfirmed struct {
		Dispatch string
		At       time.Time
		With     string
		Name     string
	}
	// LetterPosted: the officer posted one of the form's letters to people of whom the answers tell.
	LetterPosted struct {
		Letter     string
		N          int
		Name, Whom string
	}
)

// Kind names stand in the chain.
func (DispatchReceived) Kind() string  { return "dispatch-received" }
func (DispatchByHand) Kind() string    { return "dispatch-by-hand" }
func (DispatchDelivered) Kind() string { return "dispatch-delivered" }
func (DispatchConfirmed) Kind() string { return "dispatch-confirmed" }
func (LetterPosted) Kind() string      { return "letter-posted" }

// TaskDispatch stands open until what is sent on has come; Detail is its id.
const TaskDispatch TaskKind = "dispatch"

// EffectDispatch sends what Arg names.
const EffectDispatch EffectKind = "dispatch"

// Why a dispatch goes by hand.
const (
	NoDriver   = "no-driver"   // nothing is configured to send with
	NoReceiver = "no-receiver" // whom it is for has no address to send it to
)

// Dispatch gives one by id; nil.
func (c *Case) Dispatch(id string) *Dispatch {
	for i := range c.Dispatches {
		if c.Dispatches[i].ID == id {
			return &c.Dispatches[i]
		}
	}
	return nil
}

// sendOn begins what a decision is sent on to, when it has been taken.
func (c *Case) sendOn(now time.Time) {
	for _, d := range c.Decision.Dispatch {
		c.Seq++
		d.ID, d.State, d.Since = "s"+itoa(c.Seq), DispatchWaiting, now
		c.Dispatches = append(c.Dispatches, d)
		c.effect(EffectDispatch, "", d.ID, now)
	}
}

func (c *Case) dispatchReceived(e DispatchReceived, now time.Time) error {
	d := c.Dispatch(c.finish(e.Effect).Arg)
	if d == nil {
		return fault.Newf("casework.Apply", fault.Invalid, "effect %s sends nothing", e.Effect)
	}
	d.State, d.Since, d.Sent, d.Why = DispatchSent, now, now, ""
	d.Address, d.Message, d.Receipt = e.Address, e.Message, e.Receipt
	c.dispatched(d, now)
	c.fulfil(d, now, "", now)
	return nil
}

// fulfil meets the limits that ask for what has been sent or handed over: what a missed one means in law must not be said of one that was kept.
// Without a name the case itself says it, by the receipt.
func (c *Case) fulfil(d *Dispatch, at time.Time, name string, now time.Time) {
	for _, id := range d.Fulfils {
		if l := c.Limit(id); l != nil && !l.Settled() && !at.Before(l.Term.Start.Truncate(time.Minute)) { // people note minutes
			l.Name, l.Note = name, d.Title
			c.met(l, at, now)
		}
	}
}

// dispatched closes what stood open of a dispatch that has come.
func (c *Case) dispatched(d *Dispatch, now time.Time) {
	c.passed(TaskDispatch, func(t Task) bool { return t.Detail == d.ID }, now)
}

func (c *Case) dispatchByHand(e DispatchByHand, now time.Time) error {
	d := c.Dispatch(c.finish(e.Effect).Arg)
	if d == nil {
		return fault.Newf("casework.Apply", fault.Invalid, "effect %s sends nothing", e.Effect)
	}
	d.State, d.Since, d.Why = DispatchPrint, now, e.Why
	c.task(TaskDispatch, "", d.ID, now)
	c.tellOfficer(now)
	return nil
}

// dispatchFailed tells the officer of a message that does not leave. It is still tried, until it does or has been handed over.
func (c *Case) dispatchFailed(f *Effect, code string, now time.Time) {
	if d := c.Dispatch(f.Arg); d != nil {
		d.Why = code
		c.task(TaskDispatch, "", d.ID, now)
		c.tellOfficer(now)
	}
}

func (c *Case) dispatchDelivered(e DispatchDelivered, now time.Time) error {
	const op = "casework.Apply"
	d := c.Dispatch(e.Dispatch)
	switch {
	case d == nil || e.At.IsZero() || e.At.After(now):
		return fault.Newf(op, fault.Invalid, "no dispatch %q, or handed over later than now", e.Dispatch)
	case d.State != DispatchWaiting && d.State != DispatchPrint:
		return fault.Newf(op, fault.Conflict, "the dispatch is %s", d.State)
	}
	c.cancel(func(f Effect) bool { return f.Kind == EffectDispatch && f.Arg == d.ID })
	d.State, d.Since, d.Handed, d.HandedBy, d.Note = DispatchHanded, now, e.At, e.Name, e.Note
	c.task(TaskDispatch, "", d.ID, now) // until somebody there has said that it came
	c.fulfil(d, e.At, e.Name, now)
	return nil
}

func (c *Case) dispatchConfirmed(e DispatchConfirmed, now time.Time) error {
	const op = "casework.Apply"
	d := c.Dispatch(e.Dispatch)
	switch {
	case d == nil || e.With == "" || e.At.IsZero() || e.At.After(now):
		return fault.Newf(op, fault.Invalid, "no dispatch %q, nobody who confirms it, or later than now", e.Dispatch)
	case d.State != DispatchHanded:
		return fault.Newf(op, fault.Conflict, "the dispatch is %s", d.State)
	case e.At.Before(d.Handed):
		return fault.Newf(op, fault.Invalid, "confirmed before it was handed over")
	}
	d.State, d.Since, d.Confirmed, d.With, d.By = DispatchDone, now, e.At, e.With, e.Name
	c.dispatched(d, now)
	return nil
}

func (c *Case) letterPosted(e LetterPosted, now time.Time) error {
	if slices.ContainsFunc(c.Posted, func(p Posted) bool { return p.Letter == e.Letter && p.N == e.N }) {
		return fault.Newf("casework.Apply", fault.Conflict, "the letter has been posted")
	}
	c.Posted = append(c.Posted, Posted{Letter: e.Letter, N: e.N, Name: e.Whom, By: e.Name, At: now})
	return nil
}

func itoa(n int) string { return strconv.Itoa(n) }
