package casework

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"samtjanst/platform/clock"
	"samtjanst/platform/signing"
)

// whom gives the parties a case waits for, with what is wrong.
func (l *life) whom(want []signing.PartyID, labels ...string) *life {
	l.t.Helper()
	var got []signing.PartyID
	var wrong []string
	if w := l.c.Wait(); w != nil {
		for _, p := range w.Places {
			got = append(got, p.Party)
		}
		wrong = w.Labels()
	}
	if diff := cmp.Diff(want, got); diff != "" {
		l.t.Fatalf("waits for: %s", diff)
	}
	if !slices.Equal(wrong, labels) {
		l.t.Fatalf("labels %v, want %v", wrong, labels)
	}
	return l
}

// A case waits for those whose turn it is, and since it became the turn of the one who has been silent for longest.
func TestWhomACaseWaitsFor(t *testing.T) {
	l := fourParties(t).do(oneByOne).whom([]signing.PartyID{"p1"})
	l.now = l.now.AddDate(0, 0, 2)
	l.do(SignedBy{Party: "p1"}).whom([]signing.PartyID{"p2"})
	if got := l.c.Wait().Since; !got.Equal(l.now) {
		t.Errorf("waits since %s, asked %s", got, l.now)
	}
	l.do(NoticeFailed{Effect: l.effect(EffectInvite, "p2"), Why: NoAddress}).whom([]signing.PartyID{"p2"}, LabelUnreached)
	l.do(TimerFired{l.effect(EffectExpire, "")}).whom([]signing.PartyID{"p2"}, LabelLate)
	l.do(DeclinedBy{Party: "p2", Reason: "nej"}).whom([]signing.PartyID{"p2"}, LabelRefused)
	l.do(WentOn{Party: "p2", Ground: "behövs inte"}).do(HinderedBy{Party: "p3", Reason: "jäv"}).whom([]signing.PartyID{"p4"})
	l.do(SignedBy{Party: "p4"}).is(AwaitingOfficer).whom(nil)
	l.do(proposal).whom(nil) // no document yet
	l.do(DocumentMade{Effect: l.effect(EffectDocument, ""), PDF: Ref{Part: signing.Part{ID: "pdf"}}}).whom([]signing.PartyID{"d1"})
	if w := l.c.Wait(); w.Order.About != "decision" || !w.Since.Equal(l.now) {
		t.Errorf("waits for %s since %s", w.Order.About, w.Since)
	}
	l.do(SignedBy{Party: "d1"}).is(Decided).whom(nil)
	fourParties(t).do(oneByOne).do(WithdrawnBy{"p1"}).whom(nil)
}

// Who has opened the page needs no letter, nor that a notice that failed is looked into; the others still do.
func TestOpenedNeedsNoLetter(t *testing.T) {
	l := newLife(t).do(submittedByBoth)
	l.do(NoticeFailed{Effect: l.effect(EffectInvite, "p2"), Why: NoAddress}).do(Opened{Party: "p1"})
	if tasks := l.c.OpenTasks(); len(tasks) != 1 || tasks[0].Kind != TaskLetter {
		t.Fatalf("tasks %v", tasks)
	}
	if l.do(Opened{Party: "p2"}); len(l.c.OpenTasks()) != 0 {
		t.Errorf("tasks %v", l.c.OpenTasks())
	}
}

// A reminder by letter is the officer's to print, once, and counts as one when it has been posted.
func TestReminderByLetter(t *testing.T) {
	l := newLife(t).do(Submitted{signing.Plan{About: "application", Within: clock.Span{Days: 14}, Steps: []signing.PlannedStep{{Parties: []signing.PartyID{"p2"}}},
		Reminders: []signing.Reminder{{After: clock.Span{Days: 3}, By: "letter"}, {After: clock.Span{Days: 6}, By: "letter"}}}})
	l.do(NoticeSent{Effect: l.effect(EffectInvite, "p2"), Channel: "mail"})
	l.do(LetterDue{l.effect(EffectRemind, "p2")}).do(LetterDue{l.effect(EffectRemind, "p2")})
	tasks := l.c.OpenTasks()
	if len(tasks) != 1 || tasks[0].Kind != TaskLetter || tasks[0].Party != "p2" || tasks[0].Detail != "invitation" {
		t.Fatalf("tasks %+v", tasks)
	}
	if n := len(l.c.Order.Place("p2").Reminded); n != 0 {
		t.Errorf("reminded %d times before the letter was posted", n)
	}
	l.do(LetterSent{Party: "p2", What: "invitation", Task: tasks[0].ID})
	if pl := l.c.Order.Place("p2"); len(pl.Reminded) != 1 || pl.Channel != "letter" || len(l.c.OpenTasks()) != 0 {
		t.Errorf("after the letter: %+v, tasks %v", pl, l.c.OpenTasks())
	}
	late := newLife(t).do(Submitted{signing.Plan{About: "application", Within: clock.Span{Days: 14}, Reminders: []signing.Reminder{{After: clock.Span{Days: 3}, By: "letter"}},
		Steps: []signing.PlannedStep{{Parties: []signing.PartyID{"p1", "p2"}}}}})
	remind := Effect{}
	for _, f := range late.c.Effects {
		if f.Kind == EffectRemind && f.Party == "p2" {
			remind = f
		}
	}
	late.now = late.now.Add(time.Hour)
	late.do(SignedBy{Party: "p2"})
	late.c.Effects = append(late.c.Effects, remind) // on its way when the signature came
	if late.do(LetterDue{remind.ID}); len(late.c.OpenTasks()) != 0 {
		t.Errorf("a letter to somebody who has signed: %v", late.c.OpenTasks())
	}
}
