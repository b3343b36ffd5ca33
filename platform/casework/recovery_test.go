package casework

import (
	"errors"
	"testing"
	"time"

	"samtjanst/platform/fault"
	"samtjanst/platform/signing"
)

// What failed and then went well asks nothing more of the officer.
func TestTasksOfFailuresThatPassedAreClosed(t *testing.T) {
	fail := func(l *life, id string) *life {
		return l.do(EffectFailed{Effect: id, Code: "unavailable", Next: l.now.Add(time.Hour), GiveUp: true})
	}
	l := newLife(t).do(submittedByBoth)
	fail(l, l.effect(EffectInvite, "p2"))
	if got := l.c.OpenTasks(); len(got) != 1 || got[0].Kind != TaskNoticeFailed {
		t.Fatalf("the officer is not told: %v", got)
	}
	l.do(NoticeSent{Effect: l.effect(EffectInvite, "p2"), Channel: "mail"})
	if got := l.c.OpenTasks(); len(got) != 0 {
		t.Errorf("the notice has gone and tasks are %v", got)
	}

	l.do(WentOn{Party: "p1", Ground: "x"}).do(WentOn{Party: "p2", Ground: "x"})
	l.do(DecisionTaken{Decision: Decision{Outcome: "bifall", Grants: true, Targets: []string{"transport"}}})
	fail(l, l.effect(EffectDocument, ""))
	fail(l, l.effect(EffectHandover, ""))
	if got := l.c.OpenTasks(); len(got) != 2 {
		t.Fatalf("tasks %v", got)
	}
	l.do(HandedOver{Effect: l.effect(EffectHandover, ""), Rows: 1})
	l.do(DocumentMade{Effect: l.effect(EffectDocument, ""), PDF: Ref{Part: signing.Part{ID: "pdf"}}})
	if got := l.c.OpenTasks(); len(got) != 0 {
		t.Errorf("all is done and tasks are %v", got)
	}
}

// A completion's day takes the place of the order's: parties are shown it, and nothing expires before it.
func TestCompletionMovesTheDeadline(t *testing.T) {
	l := newLife(t).do(submittedByBoth)
	due := start.AddDate(0, 0, 30)
	l.do(CompletionOrdered{Parties: []signing.PartyID{"p2"}, Text: "x", Due: due})
	if l.has(EffectExpire) || !l.c.Order.Deadline.Equal(due) {
		t.Fatalf("deadline %s, effects %v", l.c.Order.Deadline, l.c.Effects)
	}
	l.do(TimerFired{Effect: l.effect(EffectOverdue, "")}).is(AwaitingOfficer)
	if got := l.c.Order.Place("p2").State; got != signing.Expired {
		t.Errorf("after the day has passed the place is %s", got)
	}
	if got := l.c.OpenTasks(); len(got) != 1 || got[0].Kind != TaskCompletion {
		t.Errorf("tasks %v", got)
	}
}

// Who has had a letter is not asked for again by letter at every reminder.
func TestOneLetter(t *testing.T) {
	l := newLife(t).do(submittedByBoth)
	l.do(NoticeFailed{Effect: l.effect(EffectInvite, "p2"), Why: NoAddress})
	l.do(LetterSent{Party: "p2", What: "invitation", Task: l.c.OpenTasks()[0].ID})
	l.do(NoticeFailed{Effect: l.effect(EffectRemind, "p2"), Why: NoAddress})
	if pl := l.c.Order.Place("p2"); len(l.c.OpenTasks()) != 0 || pl.State != signing.Invited {
		t.Errorf("after a reminder that had nowhere to go: %s, %v", pl.State, l.c.OpenTasks())
	}
	l.do(Opened{Party: "p2"}).do(LetterSent{Party: "p2", What: "invitation"})
	if pl := l.c.Order.Place("p2"); pl.State != signing.Opened {
		t.Errorf("a letter to somebody who has read it makes the place %s", pl.State)
	}
}

// A decision cannot have been posted before there is one: the case would close without anybody having been told.
func TestNoLetterBeforeTheDecision(t *testing.T) {
	l := newLife(t).do(submittedByBoth)
	if _, _, err := Apply(l.c, LetterSent{Party: "p2", What: "decision"}, stampAt(l.now)); !errors.Is(err, fault.Conflict) {
		t.Errorf("posted: %v", err)
	}
}
