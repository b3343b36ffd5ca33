package casework

import (
	"testing"
	"time"

	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/signing"
)

// byHand is an order in which one signs, then one of two, until a moment that was set.
func byHand(t *testing.T) (*life, Submitted) {
	l := newLife(t)
	l.c.Parties = []Party{{ID: "p1", Role: AuthorityRole, Name: "Provnämnden"}, {ID: "p2", Name: "Anna Provberg"}, {ID: "p3", Name: "Bo Provberg"},
		{ID: "p4", Name: "Cleo Provberg"}}
	return l, Submitted{signing.Plan{About: "document", Until: l.now.Add(90 * time.Minute), Within: clock.Span{Days: 14},
		Steps: []signing.PlannedStep{{Parties: []signing.PartyID{"p2"}}, {Parties: []signing.PartyID{"p3", "p4"}, Step: signing.Step{Need: 1}}}}}
}

func TestByHand(t *testing.T) {
	l, order := byHand(t)
	until := order.Plan.Until
	l.do(order).is(AwaitingSignatures).asked("p1", false).asked("p2", true).asked("p3", false)
	if l.has(EffectReceipt) {
		t.Error("the board is to be told that its own order has come in")
	}
	if !l.c.Order.Deadline.Equal(until) {
		t.Errorf("the time is out at %s, not %s", l.c.Order.Deadline, until)
	}
	l.refused(CompletionOrdered{Parties: []signing.PartyID{"p1"}, Due: until}, fault.Invalid)
	l.do(SignedBy{Party: "p2"}).asked("p3", true).asked("p4", true)
	l.do(SignedBy{Party: "p4"}).is(AwaitingOfficer)
	for party, told := range map[signing.PartyID]bool{"p1": false, "p2": true, "p3": false, "p4": true} {
		got := false
		for _, f := range l.c.Effects {
			got = got || f.Kind == EffectComplete && f.Party == party
		}
		if got != told {
			t.Errorf("%s is told that all have signed: %v", party, got)
		}
	}
}

// The officer takes an order by hand back, and nobody an application that is not his or hers.
func TestTakenBack(t *testing.T) {
	l, order := byHand(t)
	l.do(order).refused(TakenBack{}, fault.Invalid)
	l.do(TakenBack{"Fel avtal."}).is(Withdrawn)
	if len(l.c.Order.Missing()) > 0 || l.has(EffectInvite) || l.has(EffectExpire) {
		t.Errorf("something is still wanted: %+v", l.c.Effects)
	}
	newLife(t).do(submittedByBoth).refused(TakenBack{"Fel."}, fault.Invalid)
}

// What officers have prepared waits for the officer at once, and its decision is told to nobody who is no party: the board knows it.
func TestPreparedByTheBoard(t *testing.T) {
	l := newLife(t)
	l.c.Parties = []Party{{ID: "p1", Role: AuthorityRole, Name: "Provnämnden"}}
	l.do(Submitted{}).is(AwaitingOfficer)
	l.do(DecisionTaken{Decision: Decision{Outcome: "omhandertas"}})
	l.do(DocumentMade{Effect: l.effect(EffectDocument, ""), PDF: Ref{Part: signing.Part{ID: "pdf"}}})
	if l.has(EffectTell) || l.has(EffectUnopened) || len(l.c.OpenTasks()) > 0 {
		t.Errorf("the board is told of its own decision: %+v %+v", l.c.Effects, l.c.Tasks)
	}
	l.do(NumberClaimed{Effect: l.effect(EffectNumber, ""), Number: "PROV 2026-0001"}).is(Closed)
}
