package caseload

import (
	"slices"
	"time"

	"samtjanst/platform/casework"
	"samtjanst/platform/clock"
	"samtjanst/platform/flow"
	"samtjanst/platform/signing"
	"samtjanst/renderer/ui"
)

// Who has signed, who has not and why, step by step, and what the officer can do about each.

// orderCard is one signing order: of what was handed in, or of the decision.
type orderCard struct {
	Title string // "" when there is only one order
	Steps []stepCard
}

// stepCard is what is wanted at one time. One that is all of an order, and asks all at once, has no title: nothing has to be explained.
type stepCard struct {
	Title  string // "Steg 1 av 2"
	Rule   string // "2 av 3 ska skriva under."
	Ladder string // "De frågas en i taget …", "" all are asked at once
	State  ui.Tag
	Rows   []signatureRow
}

// signatureRow is one place in the order. All of it is for the officer: parties see neither where nor why.
type signatureRow struct {
	Party    signing.PartyID
	Name     string
	Role     string
	Instead  string // name of the one whose place it was, "" nobody's
	State    ui.Tag
	Since    time.Time
	Waited   string
	Missing  bool
	Later    bool // the turn has not come
	Invited  time.Time
	Reminded []time.Time
	Channel  string // in words, "" not yet
	Why      string // why it did not get there, in words
	Declined string // the reason, for the officer alone
	Ground   string // on which the case went on without it
	Evidence string // address of the evidence or the scan, "" none
	Call     string // who asked for it on the telephone, and who called; "" it was signed alone
	OnPaper  bool
	Voided   int
	may      placeActions
}

// Remind and its like say which actions a row has.
func (r signatureRow) Remind() bool  { return r.may.Remind }
func (r signatureRow) Hinder() bool  { return r.may.Hinder }
func (r signatureRow) Replace() bool { return r.may.Replace }
func (r signatureRow) GoOn() bool    { return r.may.GoOn }
func (r signatureRow) Phone() bool   { return r.may.Phone }

// Acts reports whether there is anything to press.
func (r signatureRow) Acts() bool { return r.may != placeActions{} || r.Evidence != "" }

// placeActions says what the officer can do about one place.
type placeActions struct {
	Remind  bool // now
	Hinder  bool // note that the party cannot sign
	Replace bool // put somebody else there
	GoOn    bool // go on without, or register a signature on paper
	Phone   bool // ask for the signature in a telephone call
}

// placeActions follow from the place and from what it is a place in. Nobody signs a decision in another's place, by pen or not at all:
// the next in turn does, or a new proposal is made.
func placeActionsOf(c *casework.Case, p signing.Place, may actions) placeActions {
	if c.Order.Place(p.Party) == nil {
		asked := !may.ReadOnly && c.State == casework.Deciding && c.MaySign(p.Party)
		return placeActions{Remind: asked, Hinder: asked}
	}
	if !may.Sign {
		return placeActions{}
	}
	left := p.State.May() || p.State == signing.Declined || p.State == signing.Hindered
	return placeActions{Remind: p.May(), Hinder: p.May(), Replace: left, GoOn: left}
}

// signatureOrders are the case's orders, that of the decision last.
func (w words) signatureOrders(c *flow.StaffCase, may actions) []orderCard {
	var out []orderCard
	add := func(o signing.Order) {
		if len(o.Places) > 0 {
			out = append(out, orderCard{Title: w.T("admin.case.order." + o.About), Steps: w.steps(c, o, may)})
		}
	}
	add(c.Case.Order)
	if d := c.Case.Decision; d != nil {
		add(d.Order)
	}
	if len(out) == 1 {
		out[0].Title = ""
	}
	return out
}

func (w words) steps(c *flow.StaffCase, o signing.Order, may actions) []stepCard {
	all := o.InSteps()
	out := make([]stepCard, len(all))
	for n, s := range all {
		card := stepCard{Rule: w.rule(s)}
		if !s.Ladder.IsZero() && len(s.Places) > 1 {
			card.Ladder = w.T("admin.case.step-ladder", "span", w.span(s.Ladder))
		}
		if len(all) > 1 {
			card.Title = w.T("admin.case.step", "n", n+1, "of", len(all))
			switch {
			case s.Filled >= s.Need:
				card.State = ui.Tag{Text: w.T("admin.case.step-done"), Tone: ui.Success}
			case s.Now:
				card.State = ui.Tag{Text: w.T("admin.case.step-now", "done", s.Filled, "of", s.Need), Tone: ui.Info}
			case o.Ended:
				card.State = ui.Tag{Text: w.T("admin.case.step-ended"), Tone: ui.Neutral}
			default:
				card.State = ui.Tag{Text: w.T("admin.case.step-later"), Tone: ui.Neutral}
			}
		} else if s.Need == len(s.Places) && card.Ladder == "" {
			card.Rule = ""
		}
		for _, p := range s.Places {
			card.Rows = append(card.Rows, w.signatureRow(c, o, p, placeActionsOf(&c.Case, p, may)))
		}
		out[n] = card
	}
	return out
}

// rule says how many of a step's places must be filled.
func (w words) rule(s signing.StepStatus) string {
	switch n := len(s.Places); {
	case n == 1:
		return w.T("admin.case.step-one")
	case s.Need == n:
		return w.T("admin.case.step-all", "n", n)
	case s.Need == 1:
		return w.T("admin.case.step-any", "n", n)
	default:
		return w.T("admin.case.step-some", "need", s.Need, "n", n)
	}
}

// span says a length of time in its largest whole units.
func (w words) span(s clock.Span) string {
	var parts []string
	if s.Days > 0 {
		parts = append(parts, w.T("admin.span.days", "n", s.Days))
	}
	if h := s.Minutes / 60; h > 0 {
		parts = append(parts, w.T("admin.span.hours", "n", h))
	}
	if m := s.Minutes % 60; m > 0 {
		parts = append(parts, w.T("admin.span.minutes", "n", m))
	}
	out := parts[0] // a span that is asked about has some length
	for _, p := range parts[1:] {
		out = w.T("admin.span.and", "a", out, "b", p)
	}
	return out
}

func (w words) signatureRow(c *flow.StaffCase, o signing.Order, p signing.Place, may placeActions) signatureRow {
	r := signatureRow{Party: p.Party, Name: partyName(&c.Case, p.Party), Since: p.Since, Waited: w.since(p.Since),
		Missing: p.State.May() || p.State == signing.Declined || p.State == signing.Hindered, Later: !o.Ended && p.Asked.IsZero() && p.State.May(),
		Invited: p.Invited, Reminded: p.Reminded, Voided: p.Voided, Why: w.coded("admin.notice-failure.", p.Why), OnPaper: p.State == signing.OnPaper, may: may}
	if p.Instead != "" {
		r.Instead = partyName(&c.Case, p.Instead)
	}
	switch p.State {
	case signing.Declined, signing.Against, signing.Hindered:
		r.Declined = p.Reason
	case signing.Waived:
		r.Ground = p.Reason
	}
	if party := c.Case.Party(p.Party); party != nil {
		r.Role = w.capacity(c, party)
	}
	if p.Channel != "" {
		r.Channel = w.coded("admin.channel.", p.Channel)
	}
	if p.Call != nil {
		r.Call = w.calledBy(*p.Call)
	}
	switch {
	case p.Evidence != "" && r.OnPaper:
		r.Evidence = fileURL(c.Case.ID, p.Evidence)
	case p.Evidence != "":
		r.Evidence = partURL(c.Case.ID, p.Evidence)
	}
	if r.State.Text, r.State.Tone = w.place(p.State); r.Later {
		r.State = ui.Tag{Text: w.T("admin.place.later"), Tone: ui.Neutral}
	}
	return r
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
