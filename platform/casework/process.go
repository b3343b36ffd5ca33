package casework

import (
	"slices"
	"time"

	"samtjanst/platform/fault"
	"samtjanst/platform/signing"
)

// The rules of each event that are longer than a line.

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

// reached closes what the officer had to do so that a party hears of what is to be signed: the party has opened it.
func (c *Case) reached(id signing.PartyID, now time.Time) {
	mine := func(t Task) bool { return t.Party == id }
	c.passed(TaskLetter, mine, now)
	c.passed(TaskNoticeFailed, mine, now)
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
	if pl := c.order(e.Party).Place(e.Party); e.What == "invitation" && c.MaySign(e.Party) {
		if pl.State != signing.Opened { // who has opened it has come further
			pl.State, pl.Since = signing.Invited, now
		}
		pl.Channel, pl.Why = "letter", ""
		if pl.Invited.IsZero() {
			pl.Invited = now
		} else {
			pl.Reminded = append(pl.Reminded, now)
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
	EffectComplete: "signed", EffectDeclined: "declined", EffectOrdered: "completion", EffectTell: whatDecision + "-notice",
	EffectStage: "stage", EffectTime: "time", EffectAnswered: "answered"}

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
	c.passed(TaskNoticeFailed, func(t Task) bool { return t.Party == f.Party && (t.Detail == f.Arg || !c.Urgent(f)) }, now)
	if !c.MaySign(f.Party) {
		return nil
	}
	pl := c.order(f.Party).Place(f.Party)
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
	if c.Urgent(f) {
		c.urgentFailed(f, e.Why, now)
		return nil
	}
	c.passed(TaskNoticeFailed, func(t Task) bool { return t.Party == f.Party }, now) // what follows takes its place
	pl := c.order(f.Party).Place(f.Party)
	if f.Kind == EffectRemind && pl != nil && pl.Channel == "letter" && e.Why == NoAddress {
		return nil // reached by letter already: a date that passes is what the officer is told of
	}
	switch f.Kind {
	case EffectReceipt, EffectComplete, EffectDeclined, EffectStage:
		return nil // Mina sidor has it; no letter is worth it
	case EffectTime: // who does not know of it comes in vain
		c.task(TaskNoticeFailed, f.Party, e.Why, now)
		return nil
	case EffectTell:
		if !c.Party(f.Party).told(c.ending()) { // posted already: nobody needs a second letter
			c.task(TaskLetter, f.Party, c.ending(), now)
		}
		return nil
	}
	if c.MaySign(f.Party) && pl.State != signing.Opened && pl.State != signing.Expired {
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
		for _, o := range c.orders() {
			if o.ID == f.Arg {
				for _, p := range o.Expire(now) {
					c.task(TaskExpired, p, "", now)
				}
			}
		}
	case EffectClimb:
		for _, o := range c.orders() {
			if o.ID == f.Arg {
				c.ask(o, o.Climb(now), now)
			}
		}
	case EffectSilent:
		c.silent(now)
	case EffectUnopened:
		if p := c.Party(f.Party); p != nil && !p.told(c.ending()) {
			c.task(TaskLetter, f.Party, c.ending(), now)
		}
	case EffectOverdue:
		if c.State == AwaitingCompletion {
			c.Order.Expire(now)
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
		if c.Urgent(*f) {
			c.urgentFailed(*f, e.Code, now)
			return
		}
		switch f.Kind { // the officer sees it; it is still tried, seldom
		case EffectHandover:
			c.task(TaskHandover, "", f.Arg, now)
		case EffectDocument:
			c.task(TaskDocument, "", e.Code, now)
		case EffectDispatch:
			c.dispatchFailed(f, e.Code, now)
		case EffectInvite, EffectRemind, EffectOrdered, EffectTell, EffectTime:
			if pl := c.order(f.Party).Place(f.Party); pl != nil && pl.State == signing.Waiting {
				pl.State, pl.Since, pl.Why = signing.NoticeFailed, now, e.Code
			}
			c.task(TaskNoticeFailed, f.Party, e.Code, now)
		}
		return
	}
}
