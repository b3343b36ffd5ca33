package caseload

import (
	"time"

	"samtjanst/platform/casework"
	"samtjanst/platform/flow"
	"samtjanst/platform/signing"
	"samtjanst/renderer/ui"
)

// An open task is shown as a card: what has happened, what the law says follows, and the buttons that deal with it.

// taskCard is one open task.
type taskCard struct {
	ID      int
	Case    string // address of the case
	CSRF    string
	Kind    casework.TaskKind
	Title   string
	Tone    ui.Tone
	Opened  time.Time
	Waited  string
	Party   signing.PartyID
	Name    string
	Text    string // what has happened and what to do
	Law     string // the legal consequence
	Letter  string // address of the PDF to print, "" none
	Sent    string // what is marked as sent: "invitation", "decision", "completion"
	Remind  bool
	Order   bool // order a completion
	Replace bool // put somebody else in the place
	GoOn    bool
	Paper   bool
	Decide  bool
	CanDone bool   // may be ticked off by hand
	Night   string // address where it is dealt with; "" here
}

// Buttons reports whether there is anything to press.
func (t taskCard) Buttons() bool {
	return t.Letter != "" || t.Decide || t.Remind || t.Order || t.Replace || t.GoOn || t.Paper || t.CanDone || t.Night != ""
}

// doneTask is a task that has been dealt with.
type doneTask struct {
	Title, Name string
	Done        time.Time
}

func (w words) tasks(c *flow.StaffCase, may actions, csrf string) []taskCard {
	var out []taskCard
	for _, t := range c.Case.OpenTasks() {
		if t.Kind == casework.TaskLimit {
			continue // the limits stand above, with what can be recorded of each
		}
		_, tone := w.task(t.Kind)
		card := taskCard{ID: t.ID, Case: caseURL(c.Case.ID), CSRF: csrf, Kind: t.Kind, Tone: tone, Opened: t.Opened, Waited: w.since(t.Opened), Party: t.Party,
			Name: partyName(&c.Case, t.Party)}
		key := "admin.task." + string(t.Kind)
		switch {
		case t.Kind == casework.TaskLetter:
			key += "-" + letterAbout(t)
		case t.Kind == casework.TaskNoticeFailed && (t.Detail == casework.BySMS || t.Detail == casework.ByMail):
			key += "-" + t.Detail
		}
		args := map[string]any{"name": card.Name, "target": w.taskTarget(&c.Case, t),
			"submitted": w.Date(c.Case.Submitted), "deadline": w.Until(c.Case.OrderOf(t.Party).Deadline, w.now)}
		card.Title, card.Text, card.Law = w.T(key+".title", args), w.T(key+".text", args), w.T(key+".law", args)
		w.taskButtons(c, t, may, &card)
		out = append(out, card)
	}
	return out
}

// letterAbout says what a letter is about; letters that the flow gave a code of its own are invitations.
func letterAbout(t casework.Task) string {
	if t.Detail == "decision" || t.Detail == "delivery" {
		return t.Detail
	}
	return "invitation"
}

func (w words) taskButtons(c *flow.StaffCase, t casework.Task, may actions, card *taskCard) {
	if may.ReadOnly {
		return
	}
	var can placeActions
	if o := c.Case.OrderOf(t.Party); o.Place(t.Party) != nil {
		can = placeActionsOf(&c.Case, *o.Place(t.Party), may)
	}
	switch t.Kind {
	case casework.TaskLetter, casework.TaskNoticeFailed:
		card.Paper = can.GoOn
		for _, l := range c.Letters {
			if l.Party == t.Party && (l.Task == t.ID || l.Task == 0) {
				card.Letter, card.Sent = letterURL(c.Case.ID, l.Party, l.What), l.What
				break
			}
		}
		card.CanDone = card.Letter == "" || t.Kind == casework.TaskNoticeFailed
	case casework.TaskDeclined:
		card.Order, card.Replace, card.GoOn = may.Complete, can.Replace, can.GoOn
	case casework.TaskHindered:
		card.Replace, card.GoOn, card.Paper = can.Replace, can.GoOn, can.GoOn
	case casework.TaskExpired:
		card.Remind, card.Order, card.Replace, card.GoOn, card.Paper = can.Remind, may.Complete, can.Replace, can.GoOn, can.GoOn
	case casework.TaskCompletion:
		card.Order, card.Decide, card.CanDone = may.Complete, may.Decide, true
	case casework.TaskQuestion, casework.TaskDispatch, casework.TaskSignLater, casework.TaskTakeover:
		card.Night = nightURL(c.Case.ID)
	case casework.TaskUnreached:
		card.Night, card.CanDone = nightURL(c.Case.ID), true
	case casework.TaskProtection, casework.TaskHandover, casework.TaskDocument:
		card.CanDone = true
	}
}

// taskTarget names what a task is about: the receiver of rows, or of a decision that is sent on.
func (w words) taskTarget(c *casework.Case, t casework.Task) string {
	if d := c.Dispatch(t.Detail); t.Kind == casework.TaskDispatch && d != nil {
		return d.Title
	}
	return w.coded("admin.target.", t.Detail)
}

func (w words) doneTasks(c *casework.Case) []doneTask {
	var out []doneTask
	for _, t := range c.Tasks {
		if !t.Done.IsZero() {
			title, _ := w.task(t.Kind)
			out = append(out, doneTask{Title: title, Name: partyName(c, t.Party), Done: t.Done})
		}
	}
	return out
}
