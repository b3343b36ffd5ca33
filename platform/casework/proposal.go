package casework

import (
	"slices"
	"time"

	"samtjanst/platform/fault"
	"samtjanst/platform/signing"
)

// A decision that is to be signed is a proposal until somebody has signed it. Who laid it and who decides are then two.

// Proposer laid a decision before those who were to sign it.
type Proposer struct {
	By    string // staff subject
	Name  string
	Title string // as it stands in the decision
}

// ProposalWithdrawn: an officer took a proposal back before anybody had signed it, on a ground that is stated.
type ProposalWithdrawn struct{ Ground string }

// Kind stands in the chain.
func (ProposalWithdrawn) Kind() string { return "proposal-withdrawn" }

func (c *Case) proposalWithdrawn(e ProposalWithdrawn, now time.Time) error {
	if e.Ground == "" {
		return fault.Newf("casework.Apply", fault.Invalid, "a proposal taken back without a ground")
	}
	d := c.Decision
	d.Order.End(now)
	d.Ground = e.Ground
	c.cancel(func(f Effect) bool {
		return f.Kind == EffectDocument || f.Arg != "" && f.Arg == d.Order.ID || c.Signing(f.Party)
	})
	c.closeTasks(now, TaskDocument)
	c.decisionSigned(now)
	return nil
}

// Signing reports whether a party is one of those who are to sign the decision.
func (c *Case) Signing(p signing.PartyID) bool {
	return c.Decision != nil && slices.ContainsFunc(c.Decision.Signers, func(one Party) bool { return one.ID == p })
}

// decidedBySigner makes the one who signed the decider. Whoever laid the proposal is remembered, when that was another.
func (c *Case) decidedBySigner() {
	d := c.Decision
	for _, p := range d.Signers {
		if pl := d.Order.Place(p.ID); pl == nil || !pl.State.Done() || p.Subject == d.By {
			continue
		}
		d.Proposer = &Proposer{By: d.By, Name: d.ByName, Title: d.Title}
		d.By, d.ByName, d.Title = p.Subject, p.Name, ""
		if d.Kind != "" { // by what right stands in the decision
			d.Title = p.Title
		}
		return
	}
}

// Decider names who decided, with the title where it is known.
func (d *Decision) Decider() string {
	if d.Title == "" {
		return d.ByName
	}
	return d.ByName + ", " + d.Title
}

// LabelAsked marks cases whose decision waits for the signature of somebody of the staff, by subject.
func LabelAsked(subject string) string { return "asked:" + subject }

// labelsAsked are of those whose turn it is to sign the decision.
func (c *Case) labelsAsked() []string {
	if c.Decision == nil || !c.State.Open() {
		return nil
	}
	var out []string
	for _, p := range c.Decision.Signers {
		if p.Subject != "" && !p.Left && c.MaySign(p.ID) && (c.State == Deciding || c.SignsLater(p.ID)) {
			out = append(out, LabelAsked(p.Subject))
		}
	}
	return out
}
