package casework

import (
	"time"

	"samtjanst/platform/fault"
	"samtjanst/platform/signing"
)

// Handout is what the authority hands out where nothing is decided: a certificate, a copy. It ends the case as a decision does, but there
// is nothing to appeal and nothing to report to the board.
type Handout struct {
	Way     string // id of one of the form's ways
	Text    Ref    // the letter's Markdown as handed out, with the officer's message
	Files   []Ref  // their bytes lie among the files, as an attachment's do
	Message string // of the officer's own, Markdown
	Letter  bool   // the officer posted it
	By      string // staff subject
	ByName  string
	At      time.Time
	After   time.Duration // files that are unopened for so long: a letter
}

type (
	// HandedOut: what was asked for was handed out, to the applicant.
	HandedOut struct{ Handout Handout }
	// HandoutOpened: the applicant opened what was handed out under Mina sidor.
	HandoutOpened struct{ Party signing.PartyID }
)

// Kind names; see the other events'.
func (HandedOut) Kind() string     { return "delivered" }
func (HandoutOpened) Kind() string { return "delivery-opened" }

// What a Delivery is about when the case ends.
const (
	whatDecision = "decision"
	whatHandout  = "delivery"
)

// ending names how the case ended, as a Delivery, a letter and a task say it.
func (c *Case) ending() string {
	if c.Decision == nil && c.Handout != nil {
		return whatHandout
	}
	return whatDecision
}

func (c *Case) handedOut(e HandedOut, now time.Time) error {
	h := e.Handout
	if h.Way == "" {
		return fault.Newf("casework.Apply", fault.Invalid, "handed out in no way")
	}
	c.Handout = &h
	c.Order.End(now)
	c.cancel(func(f Effect) bool { return f.Kind != EffectNumber && f.Kind != EffectReceipt })
	c.closeTasks(now, TaskExpired, TaskDeclined, TaskCompletion, TaskNoticeFailed)
	p := c.Applicant()
	p.Delivered = append(p.Delivered, Delivery{What: whatHandout, Channel: "pages", At: now})
	if h.Letter {
		p.Delivered = append(p.Delivered, Delivery{What: whatHandout, Channel: "letter", At: now})
	}
	c.effect(EffectTell, p.ID, "", now)
	if len(h.Files) > 0 && !h.Letter && h.After > 0 {
		c.effect(EffectUnopened, p.ID, "", now.Add(h.After))
	}
	c.move(Delivered, now)
	return nil
}

// toldHandout reports whether the applicant has had what was handed out: opened, posted, or nothing but a message that a notice told of.
func (c *Case) toldHandout() bool {
	return len(c.Handout.Files) == 0 || c.Applicant().told(whatHandout)
}
