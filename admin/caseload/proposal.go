package caseload

import (
	"time"

	"samtjanst/platform/casework"
	"samtjanst/platform/flow"
	"samtjanst/platform/identity"
	"samtjanst/platform/signing"
	"samtjanst/renderer/ui"
)

// A decision that is to be signed, as it stands in the case until it is; and those that somebody was against.

// proposalCard is the proposal that is laid before those who are to sign it.
type proposalCard struct {
	Outcome  string
	By       string // who laid it
	PDF      string // address, "" not made yet
	Deadline time.Time
	Left     string // "om 2 dagar"
	Late     bool
	Asked    []askedRow
	News     string // what is new since an earlier proposal that somebody was against; "" nobody was
	Order    string // why they are asked in another order than the register's; "" they are not
	Sign     string // address, when the reader is asked; "" not
	TakeBack string // address, for those who handle the case
}

// askedRow is somebody who is, or will be, asked to sign.
type askedRow struct {
	Name   string
	State  ui.Tag
	Since  time.Time // zero: not yet
	Reason string
}

// laidAside is a proposal that came to nothing.
type laidAside struct {
	Outcome string
	By      string // who laid it
	Who     string // who was against; "" it was taken back
	At      time.Time
	Reason  string
	PDF     string
}

// proposal shows what is to be signed; nil when nothing is.
func (w words) proposal(c *flow.StaffCase, a identity.Actor) *proposalCard {
	d := c.Case.Decision
	if d == nil || c.Case.State != casework.Deciding {
		return nil
	}
	p := &proposalCard{Outcome: outcomeOf(c, d), By: d.Decider(), News: d.News, Order: d.OrderReason, Deadline: d.Order.Deadline}
	if !d.Order.Deadline.IsZero() {
		p.Left, p.Late = w.left(d.Order.Deadline), w.now.After(d.Order.Deadline)
	}
	if d.PDF != nil {
		p.PDF = partURL(c.Case.ID, d.PDF.Part.ID)
	}
	for _, one := range d.Signers {
		row := askedRow{Name: one.Name, State: ui.Tag{Text: w.T("admin.place.later"), Tone: ui.Neutral}}
		if pl := d.Order.Place(one.ID); pl != nil && !pl.Asked.IsZero() {
			row.Since, row.Reason = pl.Asked, pl.Reason
			row.State.Text, row.State.Tone = w.place(pl.State)
		}
		p.Asked = append(p.Asked, row)
	}
	if me := c.Case.Signer(a.Staff.Subject); me != nil && (d.PDF == nil || c.Case.MaySign(me.ID)) {
		p.Sign = signDecisionURL(c.Case.ID)
	}
	if flow.WorksWith(a, &c.Case, handlers...) {
		p.TakeBack = caseURL(c.Case.ID) + takenBack.path
	}
	return p
}

// aside lists the proposals that came to nothing, the latest first.
func (w words) aside(c *flow.StaffCase) []laidAside {
	var out []laidAside
	for i := len(c.Case.Against) - 1; i >= 0; i-- {
		d := &c.Case.Against[i]
		row := laidAside{Outcome: outcomeOf(c, d), By: d.Decider(), At: d.At, Reason: d.Ground}
		if d.PDF != nil {
			row.PDF = partURL(c.Case.ID, d.PDF.Part.ID)
		}
		for _, pl := range d.Order.Places {
			if pl.State != signing.Against {
				continue
			}
			row.At, row.Reason = pl.Since, pl.Reason
			for _, one := range d.Signers {
				if one.ID == pl.Party {
					row.Who = one.Name
				}
			}
		}
		out = append(out, row)
	}
	return out
}

func outcomeOf(c *flow.StaffCase, d *casework.Decision) string {
	for _, o := range c.Form.Def.Meta.Decision.Outcomes {
		if o.ID == d.Outcome {
			return o.Title
		}
	}
	return d.Outcome
}

// toSignRow is a decision that waits for the reader's own signature, in the inbox.
type toSignRow struct {
	URL       string
	Reference string
	Subject   string
	Service   string
	Waited    string
	Deadline  time.Time
	Left      string
	Late      bool
}

func (w words) toSign(rows []flow.OrderRow) []toSignRow {
	var out []toSignRow
	for _, r := range rows {
		out = append(out, toSignRow{URL: signDecisionURL(r.ID), Reference: r.Reference, Subject: r.Subject, Service: w.text(r.Title),
			Waited: w.since(r.MissingSince), Deadline: r.Deadline, Left: w.left(r.Deadline), Late: w.now.After(r.Deadline)})
	}
	return out
}

// proposalEvent names what an event is called where the decision is to be signed; "" when it is called as always.
func proposalEvent(c *flow.StaffCase, e flow.EventView) string {
	switch e.Header.Kind {
	case casework.DecisionTaken{}.Kind():
		if d, ok := e.Event["Decision"].(map[string]any); ok {
			if signers, _ := d["Signers"].([]any); len(signers) > 0 {
				return "admin.event.decided-proposal"
			}
		}
	case casework.DeclinedBy{}.Kind(): // of a party of the application, or of somebody who decides
		if p := signing.PartyID(text(e.Event, "Party")); c.Case.Order.Place(p) == nil {
			return "admin.event.against"
		}
	case casework.SignedBy{}.Kind():
		if c.Case.Signing(signing.PartyID(text(e.Event, "Party"))) {
			return "admin.event.signed-decision"
		}
	}
	return ""
}
