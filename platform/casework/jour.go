package casework

import (
	"slices"
	"time"

	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/signing"
)

// Decisions that cannot wait (LVU 6 §, LVM 13 §; kommunallagen 6:39) are laid before those who may take them for the board, as its register
// of people says at that moment: Decision.Kind names what is decided. They are told by text message and by mail, each by itself, since
// either can fail in the night; the officer is told at once of everything that they do, and of everybody having been silent. When no
// e-legitimation works the decision is taken by word of mouth or by pen, and is signed when that is possible again.

// Ways of a notice to somebody who is to decide, as Effect.Arg has them.
const (
	BySMS  = "sms"
	ByMail = "mail"
)

// AwayThen is why a place was passed over: the person is away, has left, or may no longer decide.
const AwayThen = "away"

// The kinds of tasks and effects of urgent decisions.
const (
	TaskUnreached TaskKind = "unreached"  // nobody who may decide has answered, or nobody is left to ask
	TaskSignLater TaskKind = "sign-later" // a decision that was taken by word of mouth or by pen is still to be signed

	EffectOfficer EffectKind = "officer" // tell the officer that something has happened
	EffectSilent  EffectKind = "silent"  // timer: everybody on the ladder has been asked; has anybody answered?
)

type (
	// SignersAway: those of whom it is not yet the turn cannot be asked, since they are away, have left or may not decide any more.
	SignersAway struct{ Parties []signing.PartyID }
	// DecidedOrally: somebody who is to sign took the decision by word of mouth or by pen, at a time, since it could not be signed.
	DecidedOrally struct {
		Party  signing.PartyID
		At     time.Time
		How    Manner
		Reason string // why it could not be signed
		Heard  string // who heard it, by name
		Scan   *Ref   // of what was written; always there when it was by pen
	}
	// OfficerTold: the officer was told that something has happened; Reached is 0 when nobody could be reached but by the inbox.
	OfficerTold struct {
		Effect  string
		Reached int
	}
)

// Kind names stand in the chain.
func (SignersAway) Kind() string   { return "signers-away" }
func (DecidedOrally) Kind() string { return "decided-orally" }
func (OfficerTold) Kind() string   { return "officer-told" }

// Manner is how a decision was taken that could not be signed.
type Manner string

// Manners. They stand as the method of the place.
const (
	Orally Manner = "oral"
	ByPen  Manner = "pen"
)

// Oral is what is known of a decision that was taken without a signature.
type Oral struct {
	Party  signing.PartyID
	At     time.Time
	How    Manner
	Reason string
	Heard  string
	Noted  time.Time
}

// laterWithin is the time that there is to sign what was decided by word of mouth, and laterReminders when the decider is reminded.
var (
	laterWithin    = clock.Span{Days: 14}
	laterReminders = []clock.Span{{Minutes: 12 * 60}, {Days: 2}, {Days: 7}}
)

// urgent reports whether a party is one of those who are to take an urgent decision.
func (c *Case) urgent(p signing.PartyID) bool {
	return c.Decision != nil && c.Decision.Kind != "" && c.Signing(p)
}

// Urgent reports whether an effect is a notice to somebody who is to take an urgent decision: a failure is told of at once.
func (c *Case) Urgent(f Effect) bool {
	return (f.Arg == BySMS || f.Arg == ByMail) && (f.Kind == EffectInvite || f.Kind == EffectRemind || f.Kind == EffectAnswered) && c.urgent(f.Party)
}

// ways are those that a party is told by, each with an effect of its own; "" is however the party can be reached.
func (c *Case) ways(p signing.PartyID) []string {
	if c.urgent(p) {
		return []string{BySMS, ByMail}
	}
	return []string{""}
}

// tellOfficer has the officer told that something has happened, once for all that has happened since the last time.
func (c *Case) tellOfficer(now time.Time) {
	if !slices.ContainsFunc(c.Effects, func(f Effect) bool { return f.Kind == EffectOfficer && f.Attempts == 0 && f.Lease.IsZero() }) {
		c.effect(EffectOfficer, "", "", now)
	}
}

// listen sets the time when it is told that everybody on the ladder of an urgent decision has been silent.
func (c *Case) listen(o *signing.Order) {
	if c.Decision == nil || o != &c.Decision.Order || c.Decision.Kind == "" {
		return
	}
	c.cancel(func(f Effect) bool { return f.Kind == EffectSilent })
	if o.Ended || len(o.Steps) == 0 || !o.NextRung().IsZero() {
		return
	}
	var last time.Time
	for _, pl := range o.Places {
		if pl.May() && pl.Asked.After(last) {
			last = pl.Asked
		}
	}
	if ladder := o.Steps[0].Ladder; !ladder.IsZero() && !last.IsZero() {
		c.effect(EffectSilent, "", o.ID, ladder.From(last))
	}
}

// silent tells the officer that nobody has answered, unless somebody is reading.
func (c *Case) silent(now time.Time) {
	if d := c.Decision; d == nil || d.Order.Ended || slices.ContainsFunc(d.Order.Places, func(pl signing.Place) bool { return pl.State == signing.Opened }) {
		return
	}
	c.unreached(now)
}

func (c *Case) unreached(now time.Time) {
	c.task(TaskUnreached, "", "", now)
	c.tellOfficer(now)
}

func (c *Case) signersAway(e SignersAway, now time.Time) error {
	if c.Decision == nil || len(e.Parties) == 0 {
		return fault.Newf("casework.Apply", fault.Invalid, "nobody is away")
	}
	o := &c.Decision.Order
	for _, id := range e.Parties {
		pl := o.Place(id)
		if pl == nil || !pl.Asked.IsZero() || !pl.State.May() {
			return fault.Newf("casework.Apply", fault.Conflict, "%s is no longer to be asked", id)
		}
		pl.State, pl.Since, pl.Why = signing.Hindered, now, AwayThen
	}
	c.ask(o, nil, now)
	if o.Stuck() {
		c.unreached(now)
	}
	return nil
}

func (c *Case) decidedOrally(e DecidedOrally, now time.Time) error {
	const op = "casework.Apply"
	d, p := c.Decision, c.Party(e.Party)
	switch {
	case d == nil || p == nil || d.Order.Place(e.Party) == nil:
		return fault.Newf(op, fault.Conflict, "nothing waits for %s to decide", e.Party)
	case e.At.IsZero() || e.At.After(now) || e.At.Before(c.Submitted.Truncate(time.Minute)):
		return fault.Newf(op, fault.Invalid, "decided later than now, or before the case came")
	case e.Reason == "" || e.Heard == "" || e.How != Orally && e.How != ByPen || e.How == ByPen && e.Scan == nil:
		return fault.Newf(op, fault.Invalid, "why, by whom heard, how and what was written are needed")
	}
	d.DecidedAt = e.At
	d.Oral = &Oral{Party: e.Party, At: e.At, How: e.How, Reason: e.Reason, Heard: e.Heard, Noted: now}
	err := c.filled(e.Party, signing.OnPaper, now, func(pl *signing.Place) {
		pl.Method = string(e.How)
		if e.Scan != nil {
			pl.Evidence = e.Scan.Part.ID
		}
	})
	if err != nil {
		return err
	}
	return c.signLater(*p, now)
}

// signLater opens the order in which the decider signs what was decided without a signature. Nobody is told in the middle of the night:
// the first reminder comes when it is day.
func (c *Case) signLater(p Party, now time.Time) error {
	d := c.Decision
	c.Seq++
	p.ID, p.Delivered = signing.PartyID("d"+itoa(c.Seq)), nil
	var err error
	d.Later, _, err = signing.NewOrder(string(c.ID)+"-l"+itoa(c.Seq), signing.Plan{About: "decision", Within: laterWithin,
		Steps: []signing.PlannedStep{{Parties: []signing.PartyID{p.ID}}}}, now)
	if err != nil {
		return err
	}
	d.Signers = append(d.Signers, p)
	for _, after := range laterReminders {
		for _, way := range c.ways(p.ID) {
			c.effect(EffectRemind, p.ID, way, after.From(now))
		}
	}
	c.effect(EffectExpire, "", d.Later.ID, d.Later.Deadline)
	c.task(TaskSignLater, p.ID, "", now)
	return nil
}

// SignsLater reports whether a party's signature is wanted of a decision that has been taken already.
func (c *Case) SignsLater(p signing.PartyID) bool {
	return c.Decision != nil && c.Decision.Later.Place(p) != nil && c.MaySign(p)
}

// urgentFailed notes that one of the two notices could not be delivered: the other may have been.
func (c *Case) urgentFailed(f Effect, why string, now time.Time) {
	if pl := c.order(f.Party).Place(f.Party); pl != nil && pl.State == signing.Waiting {
		pl.State, pl.Since, pl.Why = signing.NoticeFailed, now, why
	}
	c.task(TaskNoticeFailed, f.Party, f.Arg, now)
	c.tellOfficer(now)
}
