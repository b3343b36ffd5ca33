package caseload

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"samtjanst/forms"
	"samtjanst/platform/casework"
	"samtjanst/platform/flow"
	"samtjanst/platform/signing"
	"samtjanst/renderer/ui"
)

var allEvents = []casework.Event{casework.Submitted{}, casework.Opened{}, casework.OwnFilled{}, casework.SignedBy{}, casework.AskedByPhone{}, casework.DeclinedBy{},
	casework.WithdrawnBy{}, casework.ReminderAsked{}, casework.CompletionOrdered{}, casework.WentOn{}, casework.SignedOnPaper{}, casework.Assigned{},
	casework.TaskDone{}, casework.LetterSent{}, casework.DecisionTaken{}, casework.DecisionOpened{}, casework.Reported{}, casework.ProtectionFound{},
	casework.RidesReceived{}, casework.NumberClaimed{}, casework.NoticeSent{}, casework.NoticeFailed{}, casework.DocumentMade{}, casework.HandedOver{},
	casework.TimerFired{}, casework.HandedOut{}, casework.HandoutOpened{}, casework.StageMoved{}, casework.HinderedBy{},
	casework.Replaced{}, casework.Amended{}, casework.LetterDue{}, casework.CompletionCame{}, casework.LimitMet{}, casework.LimitExtended{},
	casework.LimitEnded{}, casework.LimitBegun{}, casework.LimitDue{}, casework.LimitWarned{},
	casework.TimeChanged{}, casework.Called{}, casework.QuestionAsked{}, casework.QuestionAnswered{}, casework.SignersAway{}, casework.DecidedOrally{},
	casework.OfficerTold{}, casework.DispatchReceived{}, casework.DispatchByHand{}, casework.DispatchDelivered{}, casework.DispatchConfirmed{},
	casework.LetterPosted{}, casework.HandedToUnit{}, casework.AcceptedByUnit{}}

// What can be done follows from the state and the reader's role.
func TestActions(t *testing.T) {
	two := func(second signing.PlaceState) signing.Order {
		return signing.Order{Places: []signing.Place{{Party: "p1", State: signing.Signed}, {Party: "p2", State: second}}}
	}
	for _, c := range []struct {
		name    string
		state   casework.State
		order   signing.Order
		decider bool
		want    actions
	}{
		{"waiting for a signature", casework.AwaitingSignatures, two(signing.Invited), true, actions{Complete: true, Sign: true}},
		{"waiting for a completion", casework.AwaitingCompletion, two(signing.Waiting), true, actions{Sign: true, Came: true}},
		{"with a decider", casework.AwaitingOfficer, two(signing.Signed), true, actions{Complete: true, Decide: true}},
		{"with an officer", casework.AwaitingOfficer, two(signing.Signed), false, actions{Complete: true, Preview: true}},
		{"completion overdue, still unsigned", casework.AwaitingOfficer, two(signing.Expired), true, actions{Complete: true, Decide: true, Sign: true}},
		{"decided", casework.Decided, two(signing.Signed), true, actions{}},
		{"withdrawn", casework.Withdrawn, two(signing.Invited), true, actions{}},
	} {
		if got := actionsOf(casework.Case{State: c.state, Order: c.order}, decides, c.decider); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

// A service that hands out and never decides has no button for a decision, and the other way about.
func TestHandOutButton(t *testing.T) {
	waiting := casework.Case{State: casework.AwaitingOfficer}
	for _, c := range []struct {
		name    string
		c       casework.Case
		service forms.Meta
		want    actions
	}{
		{"hands out", waiting, handsOut, actions{Complete: true, HandOut: true}},
		{"hands out, or refuses by a decision", waiting, both, actions{Complete: true, HandOut: true, Decide: true}},
		{"has handed out", casework.Case{State: casework.Delivered}, both, actions{}},
	} {
		if got := actionsOf(c.c, c.service, true); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

// Services by how their cases end.
var (
	decides  = forms.Meta{Decision: forms.Decision{Outcomes: []forms.Outcome{{ID: "bifall", Title: "Bifall"}}}}
	handsOut = forms.Meta{Delivery: forms.Delivery{Title: "Intyget", Ways: []forms.DeliveryWay{{ID: "fil", Title: "Som fil", Files: true}}}}
	both     = forms.Meta{Decision: decides.Decision, Delivery: handsOut.Delivery}
)

// Each kind of task has the buttons that deal with it, and none where nothing can be done.
func TestTaskButtons(t *testing.T) {
	w := swedish(t)
	for _, c := range []struct {
		kind    casework.TaskKind
		place   signing.PlaceState
		state   casework.State
		letters []flow.LetterView
		want    string
	}{
		{casework.TaskExpired, signing.Expired, casework.AwaitingSignatures, nil, "remind order replace goon paper"},
		{casework.TaskDeclined, signing.Declined, casework.AwaitingSignatures, nil, "order replace goon"},
		{casework.TaskHindered, signing.Hindered, casework.AwaitingSignatures, nil, "replace goon paper"},
		{casework.TaskLetter, signing.NoAddress, casework.AwaitingSignatures, []flow.LetterView{{Party: "p2", What: "invitation", Task: 1}}, "letter paper"},
		{casework.TaskNoticeFailed, signing.NoticeFailed, casework.AwaitingSignatures, nil, "paper done"},
		{casework.TaskCompletion, signing.Waiting, casework.AwaitingOfficer, nil, "order decide done"},
		{casework.TaskProtection, signing.Signed, casework.AwaitingOfficer, nil, "done"},
		{casework.TaskHandover, signing.Signed, casework.Decided, nil, "done"},
		{casework.TaskLetter, signing.Signed, casework.Decided, []flow.LetterView{{Party: "p2", What: "decision", Task: 1}}, "letter"},
	} {
		kase := &flow.StaffCase{Letters: c.letters, Case: casework.Case{ID: "x", State: c.state, Parties: []casework.Party{{ID: "p1"}, {ID: "p2", Name: "Erik Testsson"}},
			Order: signing.Order{Places: []signing.Place{{Party: "p1", State: signing.Signed}, {Party: "p2", State: c.place, Asked: now}}},
			Tasks: []casework.Task{{ID: 1, Kind: c.kind, Party: "p2", Opened: now}, {ID: 2, Kind: casework.TaskHandover, Done: now}}}}
		cards := w.tasks(kase, actionsOf(kase.Case, both, true), "token")
		if len(cards) != 1 {
			t.Fatalf("%s: %d open tasks", c.kind, len(cards))
		}
		var got []string
		for name, there := range map[string]bool{"letter": cards[0].Letter != "", "remind": cards[0].Remind, "order": cards[0].Order, "replace": cards[0].Replace, "goon": cards[0].GoOn,
			"paper": cards[0].Paper, "decide": cards[0].Decide, "done": cards[0].CanDone} {
			if there != strings.Contains(" "+c.want+" ", " "+name+" ") {
				got = append(got, name)
			}
		}
		if len(got) > 0 {
			t.Errorf("%s: differs from %q in %v", c.kind, c.want, got)
		}
		if cards[0].Law == "" || strings.Contains(cards[0].Law+cards[0].Title+cards[0].Text, "{") {
			t.Errorf("%s: %q %q %q", c.kind, cards[0].Title, cards[0].Text, cards[0].Law)
		}
		if w.tasks(kase, actions{ReadOnly: true}, "token")[0].Buttons() {
			t.Errorf("%s: buttons for somebody who only reads", c.kind)
		}
	}
}

// What is the same on all rows is said once.
func TestGrants(t *testing.T) {
	w := swedish(t)
	columns := []forms.Column{{Name: "elev", Title: "Elev"}, {Name: "dag", Title: "Dag"}, {Name: "fran", Title: "Från", Type: "date"}, {Name: "tom", Title: "Tomt"}}
	rows := []map[string]any{{"elev": "Elsa", "dag": "måndag", "fran": "2026-12-01"}, {"elev": "Elsa", "dag": "tisdag", "fran": "2026-12-01"}}
	want := rowTable{Common: ui.Rows{{Key: "Elev", Value: "Elsa"}, {Key: "Från", Value: "1 december 2026"}}, Columns: []string{"Dag"}, Cells: [][]string{{"måndag"}, {"tisdag"}}}
	if diff := cmp.Diff(want, w.grants(columns, rows)); diff != "" {
		t.Error(diff)
	}
	if got := w.grants(columns, rows[:1]); len(got.Common) != 0 || len(got.Columns) != 4 {
		t.Errorf("one row is a row: %+v", got)
	}
	if from, to := proposedPeriod(&forms.Grants{Columns: []forms.Column{{Name: "fran", Type: "date"}, {Name: "elev"}}}, rows); from != "" || to != "" {
		t.Errorf("a period of one day: %q %q", from, to)
	}
}

// A problem stands at its control and in the summary; one that belongs to no control is told all the same.
func TestShowProblems(t *testing.T) {
	w := swedish(t)
	text, due := ui.Field{Name: "text", Label: "Vad saknas?"}, ui.Field{Name: "datum", Label: "Datum"}
	links := w.show([]forms.Problem{{Pointer: "/due", Code: forms.Required}, {Pointer: "/text", Code: forms.Required}, {Pointer: "/annat", Code: forms.BadText}},
		control{"/text", &text, ""}, control{"/due", &due, "-date"})
	if len(links) != 3 || links[0].Target != "text" || links[1].Target != "datum" || links[2].Target != "" {
		t.Errorf("%+v", links)
	}
	if text.Error != "Fyll i ”Vad saknas?”." || due.Error != "Ange ett datum för ”Datum”." {
		t.Errorf("%q, %q", text.Error, due.Error)
	}
}
