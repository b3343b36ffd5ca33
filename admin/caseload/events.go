package caseload

import (
	"time"

	"samtjanst/platform/casework"
	"samtjanst/platform/clock"
	"samtjanst/platform/flow"
	"samtjanst/platform/signing"
)

// eventRow is one line of what has happened.
type eventRow struct {
	At     time.Time
	NewDay bool   // the first of its day: the day is shown above it
	Who    string // the person, or the platform
	Text   string
	Detail string // a ground, a reason, a text that was sent
}

// events tells the case's events newest first. Who was meant and why stand in the sealed bodies, which the flow opened for the officer.
func (w words) events(c *flow.StaffCase) []eventRow {
	out := make([]eventRow, 0, len(c.Events))
	for i := len(c.Events) - 1; i >= 0; i-- {
		e := c.Events[i]
		r := eventRow{At: e.Header.At, Who: w.who(&c.Case, e)}
		about := signing.PartyID(text(e.Event, "Party"))
		if about == e.Header.By.Party {
			about = ""
		}
		r.Text = w.coded("admin.event.", e.Header.Kind)
		if key := proposalEvent(c, e); key != "" {
			r.Text = w.T(key)
		}
		if c.Case.ByHand() && e.Header.Kind == (casework.Submitted{}).Kind() {
			r.Text = w.T("admin.event.submitted-by-hand")
			if c.Case.Prepared() {
				r.Text = w.T("admin.event.submitted-prepared")
			}
		}
		if name := partyName(&c.Case, about); name != "" {
			r.Text = w.T("admin.event-about", "event", r.Text, "name", name)
		}
		r.Detail = w.eventDetail(c, e)
		if n := len(out); n == 0 || clock.Date(out[n-1].At) != clock.Date(r.At) {
			r.NewDay = true
		}
		out = append(out, r)
	}
	return out
}

func (w words) who(c *casework.Case, e flow.EventView) string {
	switch {
	case e.Header.By.Kind == "system":
		return w.T("admin.event-system")
	case e.Name != "":
		return e.Name
	case c.Anonymous():
		return w.T("admin.stage.without-login")
	}
	return partyName(c, e.Header.By.Party)
}

// eventDetail gives what of an event's body an officer wants to read in the list.
func (w words) eventDetail(c *flow.StaffCase, e flow.EventView) string {
	switch e.Header.Kind {
	case casework.DeclinedBy{}.Kind():
		return text(e.Event, "Reason")
	case casework.AskedByPhone{}.Kind():
		return w.coded("admin.phone.by.", text(e.Event, "Caller"))
	case casework.SignedBy{}.Kind():
		if call, ok := e.Event["Call"].(map[string]any); ok {
			return w.calledBy(signing.Call{Officer: text(call, "officer"), Caller: text(call, "caller")})
		}
	case casework.WentOn{}.Kind(), casework.ProposalWithdrawn{}.Kind():
		return text(e.Event, "Ground")
	case casework.CompletionOrdered{}.Kind():
		if due, err := time.Parse(time.RFC3339, text(e.Event, "Due")); err == nil {
			return w.T("admin.event-due", "date", w.Date(due), "text", text(e.Event, "Text"))
		}
		return text(e.Event, "Text")
	case casework.Assigned{}.Kind():
		if name := text(e.Event, "Name"); name != "" {
			return name
		}
		return w.T("admin.assign.nobody")
	case casework.NumberClaimed{}.Kind():
		return text(e.Event, "Number")
	case casework.NoticeSent{}.Kind():
		return w.coded("admin.channel.", text(e.Event, "Channel"))
	case casework.NoticeFailed{}.Kind():
		return w.coded("admin.notice-failure.", text(e.Event, "Why"))
	case casework.LetterSent{}.Kind():
		return w.coded("admin.what.", text(e.Event, "What"))
	case casework.SignedOnPaper{}.Kind():
		return w.ISODate(text(e.Event, "On"))
	case casework.Reported{}.Kind():
		return w.ISODate(text(e.Event, "Meeting"))
	case casework.RidesReceived{}.Kind():
		return text(e.Event, "File")
	case casework.LimitMet{}.Kind(), casework.LimitExtended{}.Kind(), casework.LimitEnded{}.Kind(), casework.LimitBegun{}.Kind(),
		casework.LimitDue{}.Kind(), casework.LimitWarned{}.Kind():
		return w.limitEvent(c, e)
	case casework.Called{}.Kind():
		return w.coded("admin.night.call.", text(e.Event, "Outcome"))
	case casework.QuestionAsked{}.Kind(), casework.QuestionAnswered{}.Kind():
		return text(e.Event, "Text")
	case casework.DecidedOrally{}.Kind():
		return text(e.Event, "Reason")
	case casework.DispatchReceived{}.Kind():
		return text(e.Event, "Receipt")
	case casework.DispatchByHand{}.Kind():
		return w.coded("admin.night.why.", text(e.Event, "Why"))
	case casework.DispatchConfirmed{}.Kind():
		return text(e.Event, "With")
	case casework.LetterPosted{}.Kind():
		return text(e.Event, "Whom")
	case casework.HandedToUnit{}.Kind(), casework.DispatchDelivered{}.Kind():
		return text(e.Event, "Note")
	case casework.TimeChanged{}.Kind():
		return w.timeChanged(e.Event)
	case casework.StageMoved{}.Kind():
		return w.T("admin.stage.moved", "stage", stageIn(c, text(e.Event, "To")).Title, "note", text(e.Event, "Note"))
	}
	return ""
}

// text reads a string of an event's body; "" when it is absent or no string.
func text(body map[string]any, name string) string {
	s, _ := body[name].(string)
	return s
}
