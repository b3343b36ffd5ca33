package caseload

import (
	"slices"
	"time"

	"samtjanst/platform/casework"
	"samtjanst/platform/flow"
	"samtjanst/platform/signing"
	"samtjanst/renderer/ui"
)

// Who has signed, who has not and why, and how and when each party was told.

// signatureRow is one place in the order. All of it is for the officer: parties see neither where nor why.
type signatureRow struct {
	Party    signing.PartyID
	Name     string
	Role     string
	State    ui.Tag
	Since    time.Time
	Waited   string
	Missing  bool
	Invited  time.Time
	Reminded []time.Time
	Channel  string // in words, "" not yet
	Why      string // why it did not get there, in words
	Declined string // the reason, for the officer alone
	Ground   string // on which the case went on without it
	Evidence string // address of the evidence or the scan, "" none
	OnPaper  bool
	Voided   int
	Remind   bool // may be reminded now
	GoOn     bool // may be gone on without, or registered on paper
}

func (w words) signatureRows(c *flow.StaffCase, may actions) []signatureRow {
	var out []signatureRow
	for _, p := range c.Case.Order.Places {
		r := signatureRow{Party: p.Party, Name: partyName(&c.Case, p.Party), Since: p.Since, Waited: w.since(p.Since),
			Missing: p.State.May() || p.State == signing.Declined || p.State == signing.Hindered, Invited: p.Invited, Reminded: p.Reminded, Voided: p.Voided,
			Why: w.coded("admin.notice-failure.", p.Why), OnPaper: p.State == signing.OnPaper,
			Remind: may.Sign && p.May(), GoOn: may.Sign && !p.State.Done() && p.State != signing.Spared}
		switch p.State {
		case signing.Declined, signing.Against, signing.Hindered:
			r.Declined = p.Reason
		case signing.Waived:
			r.Ground = p.Reason
		}
		if party := c.Case.Party(p.Party); party != nil {
			r.Role = w.role(c, party.Role)
		}
		if p.Channel != "" {
			r.Channel = w.coded("admin.channel.", p.Channel)
		}
		switch {
		case p.Evidence != "" && r.OnPaper:
			r.Evidence = fileURL(c.Case.ID, p.Evidence)
		case p.Evidence != "":
			r.Evidence = partURL(c.Case.ID, p.Evidence)
		}
		r.State.Text, r.State.Tone = w.place(p.State)
		out = append(out, r)
	}
	return out
}

// toldRow is one time somebody was told something.
type toldRow struct {
	At      time.Time
	Name    string
	What    string
	Channel string
	Failed  string // why not, "" it left
	Opened  time.Time
	Opens   bool // its opening is recorded
}

// told lists every delivery of every party, oldest first: how and when each was told.
func (w words) told(c *casework.Case) []toldRow {
	var out []toldRow
	for _, p := range c.Parties {
		if c.Anonymous() && p.Name == "" {
			p.Name = w.T("admin.stage.without-login")
		}
		for _, d := range p.Delivered {
			out = append(out, toldRow{At: d.At, Name: p.Name, What: w.coded("admin.what.", d.What),
				Channel: w.coded("admin.channel.", d.Channel), Failed: w.coded("admin.notice-failure.", d.Failed), Opened: d.Opened, Opens: (d.What == "decision" || d.What == "delivery" && c.Handout != nil && len(c.Handout.Files) > 0) && d.Channel == "pages"})
		}
	}
	slices.SortStableFunc(out, func(a, b toldRow) int { return a.At.Compare(b.At) })
	return out
}
