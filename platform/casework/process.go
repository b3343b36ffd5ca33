package casework

import (
	"slices"
	"time"

	"samtjanst/platform/fault"
	"samtjanst/platform/signing"
)

// The rules of each event that are longer than a line.

func (c *Case) submitted(e Submitted, now time.Time) error {
	if len(c.Parties) == 0 || c.ID == "" {
		return fault.Newf("casework.Apply", fault.Invalid, "a case without id or parties")
	}
	c.Submitted = now
	if c.Stage != "" {
		c.StageSince = now
	}
	c.Order = signing.NewOrder(string(c.ID)+"-o1", e.Signers, now, e.Deadline)
	c.effect(EffectNumber, "", "", now)
	c.effect(EffectReceipt, c.Applicant().ID, "", now)
	if len(e.Signers) == 0 {
		c.Order.Ended = true
		c.move(AwaitingOfficer, now)
		return nil
	}
	for _, p := range e.Signers {
		if p == c.Applicant().ID {
			continue // signs at once; reminded below if not
		}
		c.effect(EffectInvite, p, "", now)
	}
	for _, at := range e.Remind {
		for _, p := range e.Signers {
			c.effect(EffectRemind, p, "", at)
		}
	}
	c.effect(EffectExpire, "", "", e.Deadline)
	c.move(AwaitingSignatures, now)
	return nil
}

func (c *Case) ownFilled(e OwnFilled) error {
	p := c.Party(e.Party)
	pl := c.Order.Place(e.Party)
	if p == nil || pl == nil {
		return fault.Newf("casework.Apply", fault.Invalid, "no party %s with a section of its own", e.Party)
	}
	if pl.State.Done() {
		return fault.Newf("casework.Apply", fault.Conflict, "already signed")
	}
	own := e.Own
	p.Own, p.Facts, p.Contact = &own, e.Facts, e.Contact
	mine := signing.Only(e.Party)
	c.Content.Attachments = slices.DeleteFunc(c.Content.Attachments, func(r Ref) bool { return r.Part.Audience == mine })
	c.Content.Attachments = append(c.Content.Attachments, e.Attachments...)
	return nil
}

func (c *Case) signed(e SignedBy, now time.Time) error {
	p, err := c.Order.Move(e.Party, signing.Signed, now)
	if err != nil {
		return err
	}
	p.Method, p.Manifest, p.Evidence = e.Method, e.Manifest, string(e.Evidence)
	c.afterSignature(e.Party, now)
	return nil
}

// afterSignature drops what is no longer wanted of the party and lets the case go on when nobody is missing.
func (c *Case) afterSignature(p signing.PartyID, now time.Time) {
	c.cancel(func(f Effect) bool {
		return f.Party == p && (f.Kind == EffectInvite || f.Kind == EffectRemind || f.Kind == EffectOrdered)
	})
	for i := range c.Tasks {
		if t := &c.Tasks[i]; t.Party == p && t.Done.IsZero() && t.Kind != TaskProtection {
			t.Done = now
		}
	}
	if !c.Order.Complete() {
		return
	}
	c.cancel(func(f Effect) bool {
		return f.Kind == EffectRemind || f.Kind == EffectExpire || f.Kind == EffectOverdue
	})
	c.closeTasks(now, TaskExpired, TaskCompletion, TaskDeclined)
	if len(c.Order.Places) > 1 {
		c.effect(EffectComplete, c.Applicant().ID, "", now)
	}
	c.move(AwaitingOfficer, now)
}

func (c *Case) decided(e DecisionTaken, now time.Time) error {
	d := e.Decision
	c.Decision = &d
	c.Order.Ended = true
	c.cancel(func(f Effect) bool { return f.Kind != EffectNumber && f.Kind != EffectReceipt })
	c.closeTasks(now, TaskExpired, TaskDeclined, TaskCompletion, TaskNoticeFailed)
	c.effect(EffectDocument, "", "", now)
	if d.Grants {
		for _, t := range e.Targets {
			c.effect(EffectHandover, "", t, now)
		}
	}
	c.move(Decided, now)
	return nil
}

func (c *Case) documentMade(e DocumentMade, now time.Time) {
	c.finish(e.Effect)
	c.passed(TaskDocument, func(Task) bool { return true }, now)
	pdf := e.PDF
	c.Decision.PDF = &pdf
	for i := range c.Parties {
		p := &c.Parties[i]
		p.Delivered = append(p.Delivered, Delivery{What: "decision", Channel: "pages", At: now})
		c.effect(EffectTell, p.ID, "", now)
		if e.After > 0 {
			c.effect(EffectUnopened, p.ID, "", now.Add(e.After))
		}
	}
}

// opened notes that a party has opened the decision, or what was handed out.
func (c *Case) opened(id signing.PartyID, what string, now time.Time) error {
	p := c.Party(id)
	if p == nil || c.ending() != what {
		return fault.Newf("casework.Apply", fault.Invalid, "no party %s with a %s to open", id, what)
	}
	for i := range p.Delivered {
		if d := &p.Delivered[i]; d.What == what && d.Opened.IsZero() && d.Channel == "pages" {
			d.Opened = now
		}
	}
	c.cancel(func(f Effect) bool { return f.Kind == EffectUnopened && f.Party == id })
	for i := range c.Tasks { // a letter is no longer needed, nor is a notice that failed
		if t := &c.Tasks[i]; t.Party == id && t.Done.IsZero() && (t.Kind == TaskLetter || t.Kind == TaskNoticeFailed) {
			t.Done = now
		}
	}
	return nil
}

func (c *Case) letterSent(e LetterSent, now time.Time) error {
	p := c.Party(e.Party)
	if p == nil {
		return fault.Newf("casework.Apply", fault.Invalid, "no party %s", e.Party)
	}
	if (e.What == whatDecision && c.Decision == nil) || (e.What == whatHandout && c.Handout == nil) {
		return fault.Newf("casework.Apply", fault.Conflict, "there is no %s to post", e.What)
	}
	p.Delivered = append(p.Delivered, Delivery{What: e.What, Channel: "letter", At: now})
	if pl := c.Order.Place(e.Party); e.What == "invitation" && pl != nil && pl.State.May() && !c.Order.Ended {
		if pl.State != signing.Opened { // who has opened it has come further
			if _, err := c.Order.Move(e.Party, signing.Invited, now); err != nil {
				return err
			}
		}
		pl.Channel, pl.Why = "letter", ""
		if pl.Invited.IsZero() {
			pl.Invited = now
		}
	}
	if e.What == whatDecision || e.What == whatHandout {
		c.cancel(func(f Effect) bool { return f.Kind == EffectUnopened && f.Party == e.Party })
	}
	if e.Task != 0 {
		return c.taskDone(e.Task, now)
	}
	return nil
}

// whatOf names what a notice is about in a Delivery.
var whatOf = map[EffectKind]string{EffectReceipt: "receipt", EffectInvite: "invitation", EffectRemind: "reminder",
	EffectComplete: "signed", EffectOrdered: "completion", EffectTell: whatDecision + "-notice",
	EffectStage: "stage"}

// about names what a notice of this case is about; "" when the effect is no notice.
func (c *Case) about(k EffectKind) string {
	if k == EffectTell {
		return c.ending() + "-notice"
	}
	return whatOf[k]
}

func (c *Case) noticeSent(e NoticeSent, now time.Time) error {
	f := c.finish(e.Effect)
	p := c.Party(f.Party)
	if p == nil || c.about(f.Kind) == "" {
		return fault.Newf("casework.Apply", fault.Invalid, "effect %s is not a notice", f.ID)
	}
	p.Delivered = append(p.Delivered, Delivery{What: c.about(f.Kind), Channel: e.Channel, At: now})
	c.passed(TaskNoticeFailed, func(t Task) bool { return t.Party == f.Party }, now)
	pl := c.Order.Place(f.Party)
	if pl == nil || !pl.State.May() || c.Order.Ended {
		return nil
	}
	switch f.Kind {
	case EffectRemind:
		pl.Reminded = append(pl.Reminded, now)
	case EffectInvite, EffectOrdered:
		if pl.Invited.IsZero() {
			pl.Invited = now
		}
	default:
		return nil
	}
	if pl.State == signing.Waiting || pl.State == signing.NoticeFailed || pl.State == signing.NoAddress {
		pl.State, pl.Since = signing.Invited, now
	}
	pl.Channel, pl.Why = e.Channel, ""
	return nil
}

func (c *Case) noticeFailed(e NoticeFailed, now time.Time) error {
	f := c.finish(e.Effect)
	p := c.Party(f.Party)
	if p == nil || c.about(f.Kind) == "" {
		return fault.Newf("casework.Apply", fault.Invalid, "effect %s is not a notice", f.ID)
	}
	p.Delivered = append(p.Delivered, Delivery{What: c.about(f.Kind), Channel: "none", At: now, Failed: e.Why})
	c.passed(TaskNoticeFailed, func(t Task) bool { return t.Party == f.Party }, now) // what follows takes its place
	pl := c.Order.Place(f.Party)
	if f.Kind == EffectRemind && pl != nil && pl.Channel == "letter" && e.Why == NoAddress {
		return nil // reached by letter already: a date that passes is what the officer is told of
	}
	switch f.Kind {
	case EffectReceipt, EffectComplete, EffectStage:
		return nil // Mina sidor has it; no letter is worth it
	case EffectTell:
		if !c.Party(f.Party).told(c.ending()) { // posted already: nobody needs a second letter
			c.task(TaskLetter, f.Party, c.ending(), now)
		}
		return nil
	}
	if pl != nil && pl.State.May() && pl.State != signing.Opened {
		pl.State, pl.Since, pl.Why = signing.NoticeFailed, now, e.Why
		if e.Why == NoAddress {
			pl.State = signing.NoAddress
		}
	}
	if e.Why == Guarded {
		return nil // TaskProtection stands open: how to reach people is the officer's to find out
	}
	if f.Party != c.Applicant().ID || f.Kind == EffectOrdered {
		c.task(TaskLetter, f.Party, "invitation", now)
	}
	return nil
}

// Why a notice failed for good.
const (
	NoAddress = "no-address" // nobody has said how to reach the party
	Refused   = "refused"    // the address does not take it
	Guarded   = "protected"  // somebody in the case is protected, or custody has changed
)

func (c *Case) timer(e TimerFired, now time.Time) {
	f := c.finish(e.Effect)
	switch f.Kind {
	case EffectExpire:
		for i := range c.Order.Places {
			if pl := &c.Order.Places[i]; pl.State.May() && !c.Order.Ended {
				pl.State, pl.Since = signing.Expired, now
				c.task(TaskExpired, pl.Party, "", now)
			}
		}
	case EffectUnopened:
		if p := c.Party(f.Party); p != nil && !p.told(c.ending()) {
			c.task(TaskLetter, f.Party, c.ending(), now)
		}
	case EffectOverdue:
		if c.State == AwaitingCompletion {
			for i := range c.Order.Places {
				if pl := &c.Order.Places[i]; pl.State.May() && !c.Order.Ended {
					pl.State, pl.Since = signing.Expired, now
				}
			}
			c.task(TaskCompletion, "", "", now)
			c.move(AwaitingOfficer, now)
		}
	}
}

func (c *Case) effectFailed(e EffectFailed, now time.Time) {
	for i := range c.Effects {
		f := &c.Effects[i]
		if f.ID != e.Effect {
			continue
		}
		f.Attempts, f.Failed, f.Lease, f.At = f.Attempts+1, e.Code, time.Time{}, e.Next
		if !e.GiveUp {
			return
		}
		switch f.Kind { // the officer sees it; it is still tried, seldom
		case EffectHandover:
			c.task(TaskHandover, "", f.Arg, now)
		case EffectDocument:
			c.task(TaskDocument, "", e.Code, now)
		case EffectInvite, EffectRemind, EffectOrdered, EffectTell:
			if pl := c.Order.Place(f.Party); pl != nil && pl.State == signing.Waiting {
				pl.State, pl.Since, pl.Why = signing.NoticeFailed, now, e.Code
			}
			c.task(TaskNoticeFailed, f.Party, e.Code, now)
		}
		return
	}
}
