package casework

import (
	"time"

	"samtjanst/platform/fault"
	"samtjanst/platform/signing"
)

// Inner stages: a way of working within the state AwaitingOfficer that the form says (forms.Stage). Which moves are allowed stands in the
// form's version and is checked by whoever makes the event; here a move begins where the case is, or is refused, so that two officers who
// move it at the same time do not both.

// StageMoved: an officer moved the case to another stage, with a note for colleagues. Closes ends the case; Tell has the submitter told,
// neutrally, that it has moved on.
type StageMoved struct {
	From, To string
	Note     string
	Closes   bool
	Tell     bool
}

// Kind stands in the chain.
func (StageMoved) Kind() string { return "stage-moved" }

// EffectStage tells the submitter that the case has moved on.
const EffectStage EffectKind = "stage"

func (c *Case) stageMoved(e StageMoved, now time.Time) error {
	if e.To == "" || e.To == e.From {
		return fault.Newf("casework.Apply", fault.Invalid, "no stage to move to")
	}
	if c.Stage != e.From {
		return fault.Newf("casework.Apply", fault.Conflict, "the case is in the stage %q", c.Stage)
	}
	c.Stage, c.StageSince = e.To, now
	if e.Tell && !c.pending(EffectStage, c.Applicant().ID, now) {
		c.effect(EffectStage, c.Applicant().ID, "", now)
	}
	if e.Closes {
		c.Order.End(now)
		c.cancel(func(f Effect) bool { return f.Kind != EffectNumber && f.Kind != EffectReceipt && f.Kind != EffectStage })
		c.closeTasks(now)
		c.move(Closed, now)
	}
	return nil
}

// Anonymous reports that the case was handed in without login: the applicant has no number, and no page where anything can be read, answered
// or signed.
func (c *Case) Anonymous() bool { return c.Browser != "" }

// StageLabel is the word that lists find the cases of a stage by.
func StageLabel(stage string) string { return "stage:" + stage }

// unreachable reports that nothing can be asked of a party: somebody who cannot log in to anything, or the board itself.
func (c *Case) unreachable(p signing.PartyID) bool {
	return (c.Anonymous() || c.ByHand()) && p == c.Applicant().ID
}
