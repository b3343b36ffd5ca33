package casework

import (
	"slices"
	"time"

	"samtjanst/platform/fault"
	"samtjanst/platform/signing"
)

// Signing orders within a case: one of what was handed in, one of the decision where the form has it signed. A party stands in one of them
// only, so that a party's id says which order is meant.

// order is the order that a party has a place in; the application's when none.
func (c *Case) order(p signing.PartyID) *signing.Order {
	for _, o := range c.orders() {
		if o.Place(p) != nil {
			return o
		}
	}
	return &c.Order
}

func (c *Case) orders() []*signing.Order {
	out := []*signing.Order{&c.Order}
	if c.Decision != nil {
		out = append(out, &c.Decision.Order)
		if len(c.Decision.Later.Places) > 0 {
			out = append(out, &c.Decision.Later)
		}
	}
	return out
}

// OrderOf is the order that a party has a place in, to read.
func (c *Case) OrderOf(p signing.PartyID) signing.Order { return *c.order(p) }

// Signer gives somebody who is asked to sign the decision, by the staff subject, in the place that is open when there are two; nil when
// there is none.
func (c *Case) Signer(subject string) *Party {
	if c.Decision == nil || subject == "" {
		return nil
	}
	var found *Party
	for i := range c.Decision.Signers {
		if p := &c.Decision.Signers[i]; p.Subject == subject && !p.Left && (found == nil || c.SignsLater(p.ID)) {
			found = p
		}
	}
	return found
}

// Places are those of every order there has been: of what was handed in, of decisions, of proposals that somebody was against.
func (c *Case) Places() []signing.Place {
	out := slices.Clone(c.Order.Places)
	if c.Decision != nil {
		out = append(out, c.Decision.Order.Places...)
		out = append(out, c.Decision.Later.Places...)
	}
	for _, d := range c.Against {
		out = append(out, d.Order.Places...)
	}
	return out
}

// PartsOf lists what a party signs: a decision's document, or what was handed in.
func (c *Case) PartsOf(p signing.PartyID) []signing.Part {
	if d := c.Decision; d != nil && (d.Order.Place(p) != nil || d.Later.Place(p) != nil) && d.PDF != nil {
		return []signing.Part{c.Decision.PDF.Part}
	}
	return c.Parts()
}

// MaySign reports whether a party's signature is wanted now: it is the party's turn, the place is open and the order goes on.
func (c *Case) MaySign(p signing.PartyID) bool {
	o := c.order(p)
	pl := o.Place(p)
	return pl != nil && pl.May() && !o.Ended
}

func (c *Case) submitted(e Submitted, now time.Time) error {
	if len(c.Parties) == 0 || c.ID == "" {
		return fault.Newf("casework.Apply", fault.Invalid, "a case without id or parties")
	}
	c.Submitted = now
	if c.Stage != "" {
		c.StageSince = now
	}
	c.effect(EffectNumber, "", "", now)
	if !c.ByHand() {
		c.effect(EffectReceipt, c.Applicant().ID, "", now)
	}
	var asked []signing.PartyID
	var err error
	if c.Order, asked, err = signing.NewOrder(string(c.ID)+"-o1", e.Plan, now); err != nil {
		return err
	}
	if c.Order.Ended {
		c.move(AwaitingOfficer, now)
		return nil
	}
	c.ask(&c.Order, asked, now)
	c.effect(EffectExpire, "", c.Order.ID, c.Order.Deadline)
	c.move(AwaitingSignatures, now)
	return nil
}

// ask tells those whose turn it has become, and lets them be reminded. The applicant, who has just handed in, signs at once and is reminded
// if not.
func (c *Case) ask(o *signing.Order, parties []signing.PartyID, now time.Time) {
	for _, p := range parties {
		if p != c.Applicant().ID || !now.Equal(c.Submitted) {
			for _, way := range c.ways(p) {
				c.effect(EffectInvite, p, way, now)
			}
		}
		for _, r := range o.Reminders {
			ways := []string{r.By}
			if r.By == "" {
				ways = c.ways(p)
			}
			for _, way := range ways {
				if at := r.After.From(now); at.Before(o.Deadline) {
					c.effect(EffectRemind, p, way, at)
				}
			}
		}
	}
	c.cancel(func(f Effect) bool { return f.Kind == EffectClimb && f.Arg == o.ID })
	if at := o.NextRung(); !at.IsZero() {
		c.effect(EffectClimb, "", o.ID, at)
	}
	c.listen(o)
}

// moved moves a party's place, asks those whose turn it becomes, and lets the case go on when the order has ended.
func (c *Case) moved(p signing.PartyID, to signing.PlaceState, now time.Time) (*signing.Place, error) {
	o := c.order(p)
	before := slices.Clone(o.Places)
	pl, asked, err := o.Move(p, to, now)
	if err != nil {
		return nil, err
	}
	for i, place := range o.Places { // others were enough; who has a place in the next step too is asked there
		if place.State == signing.Spared && before[i].State != signing.Spared {
			c.leave(place.Party, now)
		}
	}
	c.ask(o, asked, now)
	if !o.Ended {
		return pl, nil
	}
	c.cancel(func(f Effect) bool {
		return (f.Kind == EffectExpire || f.Kind == EffectClimb || f.Kind == EffectSilent) && f.Arg == o.ID
	})
	switch {
	case o == &c.Order:
		c.signedByAll(now)
	case o == &c.Decision.Order:
		c.decisionSigned(now)
	}
	return pl, nil
}

// leave drops what is no longer wanted of a party.
func (c *Case) leave(p signing.PartyID, now time.Time) {
	c.cancel(func(f Effect) bool {
		return f.Party == p && (f.Kind == EffectInvite || f.Kind == EffectRemind || f.Kind == EffectOrdered || f.Kind == EffectAnswered)
	})
	for i := range c.Tasks {
		if t := &c.Tasks[i]; t.Party == p && t.Done.IsZero() && t.Kind != TaskProtection && t.Kind != TaskQuestion {
			t.Done = now
		}
	}
}

// filled fills a party's place: with a signature, by pen, or by the officer who goes on without.
func (c *Case) filled(p signing.PartyID, how signing.PlaceState, now time.Time, note func(*signing.Place)) error {
	c.leave(p, now)
	pl, err := c.moved(p, how, now)
	if err != nil {
		return err
	}
	note(pl)
	return nil
}

// signedByAll lets the case go on to the officer when nobody's signature is missing, or somebody who decides was against.
func (c *Case) signedByAll(now time.Time) {
	c.cancel(func(f Effect) bool { return f.Kind == EffectRemind || f.Kind == EffectOverdue })
	c.closeTasks(now, TaskExpired, TaskCompletion, TaskDeclined)
	if len(c.Order.Places) > 1 && c.Order.Outcome == signing.Complete {
		c.tellSigned(now)
	}
	c.move(AwaitingOfficer, now)
}

func (c *Case) declined(e DeclinedBy, now time.Time) error {
	c.cancel(func(f Effect) bool { return f.Party == e.Party })
	pl, err := c.moved(e.Party, signing.Declined, now)
	if err != nil {
		return err
	}
	pl.Reason = e.Reason
	switch {
	case pl.State == signing.Against: // the order has ended
	case e.Back:
		c.effect(EffectDeclined, c.Applicant().ID, "", now)
	default:
		c.task(TaskDeclined, e.Party, "", now)
	}
	return nil
}

func (c *Case) hindered(e HinderedBy, now time.Time) error {
	c.leave(e.Party, now)
	pl, err := c.moved(e.Party, signing.Hindered, now)
	if err != nil {
		return err
	}
	pl.Reason = e.Reason
	switch stuck := c.order(e.Party).Stuck(); {
	case c.urgent(e.Party) && stuck:
		c.unreached(now)
	case c.urgent(e.Party):
		c.tellOfficer(now)
	case stuck:
		c.task(TaskHindered, e.Party, "", now)
	}
	return nil
}

func (c *Case) replaced(e Replaced, now time.Time) error {
	if e.New.ID == "" || e.Ground == "" {
		return fault.Newf("casework.Apply", fault.Invalid, "replaced by nobody, or without a ground")
	}
	o := c.order(e.Old)
	asked, err := o.Replace(e.Old, e.New.ID, now)
	if err != nil {
		return err
	}
	c.leave(e.Old, now)
	if old := c.Party(e.Old); old != nil && old.ID != c.Applicant().ID {
		old.Left = true
	}
	if have := c.Party(e.New.ID); have != nil {
		have.Left = false
	} else {
		if o == &c.Order {
			c.Parties = append(c.Parties, e.New)
		} else {
			c.Decision.Signers = append(c.Decision.Signers, e.New)
		}
	}
	c.ask(o, asked, now)
	return nil
}

// amended puts changed content in the place of what was handed in: those who have signed, by e-legitimation or by pen, are asked again.
// The day of arrival stays.
func (c *Case) amended(e Amended, now time.Time) error {
	if c.Order.About == "" || len(c.Order.Places) == 0 {
		return fault.Newf("casework.Apply", fault.Conflict, "nobody signs this case")
	}
	kept := slices.DeleteFunc(slices.Clone(c.Content.Attachments), func(r Ref) bool { // other parties' own files
		return r.Part.Audience == signing.Everybody || r.Part.Audience == signing.Only(c.Applicant().ID)
	})
	c.Content, c.Rules = e.Content, e.Rules
	c.Content.Attachments = append(slices.Clone(e.Content.Attachments), kept...)
	if e.Own != nil {
		c.Applicant().Own = e.Own
	}
	if e.Subject != "" {
		c.Subject = e.Subject
	}
	c.book(e.Booked, now)
	c.cancel(func(f Effect) bool {
		switch f.Kind {
		case EffectInvite, EffectRemind, EffectExpire, EffectClimb, EffectOrdered, EffectOverdue, EffectComplete, EffectDeclined:
			return true
		}
		return false
	})
	c.closeTasks(now, TaskExpired, TaskDeclined, TaskHindered, TaskCompletion)
	asked := c.Order.Void(e.Deadline, now)
	c.ask(&c.Order, asked, now)
	c.cancel(func(f Effect) bool { return f.Kind == EffectInvite && f.Party == c.Applicant().ID }) // who has just handed in, and is reminded if not
	c.effect(EffectExpire, "", c.Order.ID, e.Deadline)
	c.move(AwaitingSignatures, now)
	return nil
}

// decided begins what follows on a decision. One that is to be signed is a proposal until all have signed: its document is made first,
// since that is what they sign.
func (c *Case) decided(e DecisionTaken, now time.Time) error {
	d := e.Decision
	if _, refused := c.LastNo(); refused && len(d.Signers) > 0 && d.News == "" {
		return fault.Newf("casework.Apply", fault.Invalid, "a new proposal after a no, without what is new")
	}
	c.Decision = &d
	c.Order.End(now)
	c.cancel(func(f Effect) bool { return f.Kind != EffectNumber && f.Kind != EffectReceipt })
	c.closeTasks(now, TaskExpired, TaskDeclined, TaskHindered, TaskCompletion, TaskNoticeFailed)
	c.effect(EffectDocument, "", "", now)
	if len(d.Signers) > 0 {
		c.move(Deciding, now)
		return nil
	}
	c.handOver(now)
	c.move(Decided, now)
	return nil
}

func (c *Case) handOver(now time.Time) {
	if c.Decision.Grants {
		for _, t := range c.Decision.Targets {
			c.effect(EffectHandover, "", t, now)
		}
	}
}

// LastNo is the position of whoever was against the last proposal that somebody was against: who, when and why. A new order after it states
// what is new, so that nobody goes on asking until somebody says yes. What was taken back is no position.
func (c *Case) LastNo() (No, bool) {
	for i := len(c.Against) - 1; i >= 0; i-- {
		d := &c.Against[i]
		for _, pl := range d.Order.Places {
			if j := slices.IndexFunc(d.Signers, func(p Party) bool { return p.ID == pl.Party }); pl.State == signing.Against && j >= 0 {
				return No{Name: d.Signers[j].Name, At: pl.Since, Reason: pl.Reason}, true
			}
		}
	}
	return No{}, false
}

// No is a decider's position against a proposal.
type No struct {
	Name   string
	At     time.Time
	Reason string
}

// documentMade gives the decision its document: everybody is told of it, or it is laid before those who are to sign it.
func (c *Case) documentMade(e DocumentMade, now time.Time) error {
	c.finish(e.Effect)
	c.passed(TaskDocument, func(Task) bool { return true }, now)
	d := c.Decision
	pdf := e.PDF
	d.PDF = &pdf
	if len(d.Signers) == 0 {
		c.proclaim(now)
		return nil
	}
	var asked []signing.PartyID
	var err error
	if d.Order, asked, err = signing.NewOrder(e.Effect, *d.Plan, now); err != nil {
		return err
	}
	c.ask(&d.Order, asked, now)
	c.effect(EffectExpire, "", d.Order.ID, d.Order.Deadline)
	return nil
}

// proclaim tells everybody of the decision, but the board, whose it is.
func (c *Case) proclaim(now time.Time) {
	for i := range c.Parties {
		p := &c.Parties[i]
		if p.Left || p.Role == AuthorityRole {
			continue
		}
		p.Delivered = append(p.Delivered, Delivery{What: whatDecision, Channel: "pages", At: now})
		c.effect(EffectTell, p.ID, "", now)
		if c.Decision.Unread > 0 {
			c.effect(EffectUnopened, p.ID, "", now.Add(c.Decision.Unread))
		}
	}
}

// decisionSigned lets the decision take effect, or lays a proposal that somebody was against aside: the officer goes on from there, and
// a new order states new circumstances.
func (c *Case) decisionSigned(now time.Time) {
	c.cancel(func(f Effect) bool { return f.Kind == EffectRemind })
	c.closeTasks(now, TaskExpired, TaskHindered, TaskDeclined, TaskUnreached)
	if c.Decision.Kind != "" {
		c.tellOfficer(now)
	}
	if c.Decision.Order.Outcome != signing.Complete {
		c.Against = append(c.Against, *c.Decision)
		c.Decision = nil
		c.move(AwaitingOfficer, now)
		return
	}
	c.Decision.At = now
	c.decidedBySigner()
	c.handOver(now)
	c.sendOn(now)
	c.proclaim(now)
	c.move(Decided, now)
}
