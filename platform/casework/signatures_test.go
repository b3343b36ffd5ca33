package casework

import (
	"errors"
	"slices"
	"testing"
	"time"

	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/signing"
)

// oneByOne is an order in which the applicant signs, then the other guardian, then one of two who are asked half an hour apart.
var oneByOne = Submitted{signing.Plan{About: "application", Within: clock.Span{Days: 14}, Reminders: []signing.Reminder{{After: clock.Span{Days: 3}, By: "sms"}},
	Steps: []signing.PlannedStep{{Parties: []signing.PartyID{"p1"}}, {Parties: []signing.PartyID{"p2"}},
		{Parties: []signing.PartyID{"p3", "p4"}, Step: signing.Step{Need: 1, Ladder: clock.Span{Minutes: 30}}}}}}

// proposal is a decision that two of three are to sign; a no ends it.
var proposal = DecisionTaken{Decision{ID: "d", Outcome: "bifall", By: "mona", ByName: "Mona Testhandläggare", Title: "Handläggare", Grants: true, Targets: []string{"transport"},
	Signers: []Party{{ID: "d1", Role: "decider", Subject: "disa", Name: "Disa Provbeslut"}, {ID: "d2", Role: "decider", Subject: "dag", Name: "Dag Provbeslut"}},
	Plan: &signing.Plan{About: "decision", Within: clock.Span{Minutes: 240}, Positions: true,
		Steps: []signing.PlannedStep{{Parties: []signing.PartyID{"d1", "d2"}, Step: signing.Step{Need: 1, Ladder: clock.Span{Minutes: 20}}}}}}}

func fourParties(t *testing.T) *life {
	l := newLife(t)
	l.c.Parties = append(l.c.Parties, Party{ID: "p3", Role: "signatory", Name: "Cleo Provberg"}, Party{ID: "p4", Role: "signatory", Name: "Dan Provberg"})
	return l
}

func (l *life) refused(e Event, kind fault.Kind) *life {
	l.t.Helper()
	if _, _, err := Apply(l.c, e, stampAt(l.now)); !errors.Is(err, kind) {
		l.t.Fatalf("%T: %v, want %v", e, err, kind)
	}
	return l
}

func (l *life) asked(p signing.PartyID, want bool) *life {
	l.t.Helper()
	got := false
	for _, f := range l.c.Effects {
		got = got || f.Kind == EffectInvite && f.Party == p
	}
	if got != want {
		l.t.Fatalf("%s is asked: %v, want %v", p, got, want)
	}
	return l
}

func TestOneAfterTheOther(t *testing.T) {
	l := fourParties(t).do(oneByOne).is(AwaitingSignatures).asked("p1", false).asked("p2", false)
	l.refused(SignedBy{Party: "p2"}, fault.Conflict)
	l.do(SignedBy{Party: "p1"}).asked("p2", true).asked("p3", false)
	l.do(SignedBy{Party: "p2"}).asked("p3", true).asked("p4", false)
	climb := l.effect(EffectClimb, "")
	l.now = l.now.Add(time.Hour)
	l.do(TimerFired{climb}).asked("p4", true)
	if l.has(EffectClimb) {
		t.Fatal("there is nobody more to climb to")
	}
	l.do(SignedBy{Party: "p4"}).is(AwaitingOfficer).asked("p3", false)
	if got := l.c.Order.Place("p3").State; got != signing.Spared {
		t.Fatalf("who was not needed is %s", got)
	}
	for _, k := range []EffectKind{EffectRemind, EffectExpire, EffectClimb} {
		if l.has(k) {
			t.Errorf("%s is left when all is done", k)
		}
	}
}

// Who was not needed in one step and signs in the next is asked there, and what others do takes that back no more.
func TestTheSamePersonInTwoSteps(t *testing.T) {
	l := fourParties(t).do(Submitted{signing.Plan{About: "application", Again: true, Within: clock.Span{Days: 14}, Steps: []signing.PlannedStep{
		{Parties: []signing.PartyID{"p2", "p3"}, Step: signing.Step{Need: 1}}, {Parties: []signing.PartyID{"p3", "p4"}}}}})
	for _, p := range []signing.PartyID{"p2", "p3"} {
		l.do(NoticeSent{Effect: l.effect(EffectInvite, p), Channel: "mail"})
	}
	l.do(SignedBy{Party: "p2"}).asked("p3", true).asked("p4", true)
	l.do(SignedBy{Party: "p4"}).asked("p3", true).whom([]signing.PartyID{"p3"})
	l.do(SignedBy{Party: "p3"}).is(AwaitingOfficer)
}

func TestTheLadderOnHindrance(t *testing.T) {
	l := fourParties(t).do(oneByOne).do(SignedBy{Party: "p1"}).do(SignedBy{Party: "p2"})
	l.do(HinderedBy{Party: "p3", Reason: "jävig"}).asked("p4", true)
	if len(l.c.OpenTasks()) != 0 {
		t.Fatal("the officer has nothing to do while somebody is left")
	}
	l.do(HinderedBy{Party: "p4", Reason: "sjuk"})
	if tasks := l.c.OpenTasks(); len(tasks) != 1 || tasks[0].Kind != TaskHindered {
		t.Fatalf("tasks: %v", tasks)
	}
	l.do(Replaced{Old: "p4", New: Party{ID: "p5", Role: "signatory", Name: "Ebbe Provberg"}, Ground: "Firman har fått ny firmatecknare."}).asked("p5", true)
	if len(l.c.OpenTasks()) != 0 || !l.c.Party("p4").Left {
		t.Fatalf("tasks %v, the one before still takes part: %v", l.c.OpenTasks(), !l.c.Party("p4").Left)
	}
	l.do(SignedBy{Party: "p5"}).is(AwaitingOfficer)
}

// Who is replaced is no party any more, and so finds no case.
func TestWhoIsReplacedHasLeft(t *testing.T) {
	l := newLife(t).do(submittedByBoth)
	l.do(Replaced{Old: "p2", New: Party{ID: "p3", Role: "guardian", Name: "Alva Provberg"}, Ground: "Fel person angavs."})
	if l.c.PartyOf(erik) != nil {
		t.Error("still a party")
	}
	l.refused(SignedBy{Party: "p2"}, fault.Invalid)
}

func TestAChangeVoidsSignatures(t *testing.T) {
	l := newLife(t).do(submittedByBoth).do(SignedBy{Party: "p2"})
	l.do(NoticeSent{Effect: l.effect(EffectReceipt, "p1"), Channel: "mail"})
	arrived := l.c.Submitted
	changed := Content{Common: Ref{Part: signing.Part{ID: "nytt", Audience: signing.Everybody}}}
	l.do(Amended{Content: changed, Deadline: l.now.AddDate(0, 0, 14)}).is(AwaitingSignatures).asked("p2", true).asked("p1", false)
	pl := l.c.Order.Place("p2")
	if pl.State != signing.Waiting || pl.Voided != 1 || pl.Evidence != "" || l.c.Content.Common.Part.ID != "nytt" || l.c.Submitted != arrived {
		t.Fatalf("after the change: %+v, arrived %s", pl, l.c.Submitted)
	}
	n := 0
	for _, f := range l.c.Effects {
		if f.Kind == EffectExpire {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d deadlines", n)
	}
	l.effect(EffectRemind, "p1") // who changed it is not asked, but reminded
}

// A no that goes back to the filler is told to the applicant; what others said stands with the officer only.
func TestDeclineBackToTheApplicant(t *testing.T) {
	l := newLife(t).do(submittedByBoth).do(DeclinedBy{Party: "p2", Reason: "Fel skola", Back: true})
	if len(l.c.OpenTasks()) != 0 || l.effect(EffectDeclined, "p1") == "" {
		t.Fatalf("tasks %v", l.c.OpenTasks())
	}
	l.do(Amended{Content: l.c.Content, Deadline: l.now.AddDate(0, 0, 14)}).asked("p2", true)
	l.do(SignedBy{Party: "p1"}).do(SignedBy{Party: "p2"}).is(AwaitingOfficer)
}

func TestADecisionThatIsSigned(t *testing.T) {
	officer := newLife(t).do(submittedByBoth).do(SignedBy{Party: "p1"}).do(SignedBy{Party: "p2"}).is(AwaitingOfficer)
	propose := func() *life {
		l := &life{t: t, c: officer.c, now: officer.now}
		l.do(proposal).is(Deciding)
		l.refused(SignedBy{Party: "d1"}, fault.Invalid) // there is nothing to sign yet
		return l.do(DocumentMade{Effect: l.effect(EffectDocument, ""), PDF: Ref{Part: signing.Part{ID: "pdf"}}}).asked("d1", true).asked("d2", false)
	}
	t.Run("signed by the deputy", func(t *testing.T) {
		l := propose()
		l.now = l.now.Add(20 * time.Minute)
		l.do(TimerFired{l.effect(EffectClimb, "")}).asked("d2", true)
		l.do(SignedBy{Party: "d2"}).is(Decided)
		if !l.c.Decision.At.Equal(l.now) || !l.has(EffectHandover) || !l.has(EffectTell) {
			t.Fatalf("decided at %s, effects %v", l.c.Decision.At, l.c.Effects)
		}
		l.refused(SignedBy{Party: "d1"}, fault.Conflict)
	})
	t.Run("a no is recorded, and the officer goes on", func(t *testing.T) {
		l := propose().do(DeclinedBy{Party: "d1", Reason: "Underlaget räcker inte."}).is(AwaitingOfficer)
		if l.c.Decision != nil || len(l.c.Against) != 1 || l.has(EffectHandover) || l.has(EffectTell) || l.has(EffectClimb) {
			t.Fatalf("after a no: %+v", l.c.Effects)
		}
		if pl := l.c.Against[0].Order.Place("d1"); pl.State != signing.Against || pl.Reason == "" {
			t.Fatalf("the position is not recorded: %+v", pl)
		}
	})
	t.Run("a new proposal after a no says what is new", func(t *testing.T) {
		l := propose().do(DeclinedBy{Party: "d1", Reason: "Underlaget räcker inte."})
		l.refused(proposal, fault.Invalid)
		again := proposal
		again.Decision.ID, again.Decision.News = "e", "Läkarintyget har kommit."
		l.do(again).is(Deciding).do(ProposalWithdrawn{Ground: "Fel belopp."}).is(AwaitingOfficer)
		if no, refused := l.c.LastNo(); !refused || no.Name != "Disa Provbeslut" || no.Reason != "Underlaget räcker inte." {
			t.Fatalf("the last no: %+v", no)
		}
		l.refused(proposal, fault.Invalid) // what was taken back in between does not make it forgotten
	})
	t.Run("nobody goes on without the one who decides", func(t *testing.T) {
		propose().refused(WentOn{Party: "d1", Ground: "Brådskar."}, fault.Conflict)
	})
	t.Run("the one who signs decides", func(t *testing.T) {
		l := propose().do(SignedBy{Party: "d1"})
		if d := l.c.Decision; d.ByName != "Disa Provbeslut" || d.Proposer == nil || d.Proposer.Name != "Mona Testhandläggare" || d.Decider() != "Disa Provbeslut" {
			t.Fatalf("decided by %s, %+v", d.Decider(), d.Proposer)
		}
	})
	t.Run("taken back", func(t *testing.T) {
		l := propose()
		if got := l.c.Labels(); !slices.Contains(got, LabelAsked("disa")) || slices.Contains(got, LabelAsked("dag")) || slices.Contains(got, "unreported") {
			t.Fatalf("labels %q", got)
		}
		l.refused(ProposalWithdrawn{}, fault.Invalid)
		l.do(ProposalWithdrawn{Ground: "Fel belopp."}).is(AwaitingOfficer)
		if len(l.c.Against) != 1 || l.c.Against[0].Ground != "Fel belopp." || len(l.c.OpenTasks()) != 0 || l.has(EffectInvite) || l.has(EffectClimb) || l.has(EffectExpire) || slices.Contains(l.c.Labels(), LabelAsked("disa")) {
			t.Fatalf("after: %+v, effects %+v", l.c.Against, l.c.Effects)
		}
		l.refused(SignedBy{Party: "d1"}, fault.Invalid).refused(ProposalWithdrawn{Ground: "x"}, fault.Conflict)
	})
	t.Run("silence", func(t *testing.T) {
		l := propose()
		l.now = l.c.Decision.Order.Deadline
		l.do(TimerFired{l.effect(EffectExpire, "")}).is(Deciding)
		if tasks := l.c.OpenTasks(); len(tasks) != 1 || tasks[0].Kind != TaskExpired {
			t.Fatalf("tasks: %v", tasks)
		}
	})
}

// A late reminder that does not get there says nothing new about somebody whose time has run out.
func TestALateFailureDoesNotHideSilence(t *testing.T) {
	l := newLife(t).do(submittedByBoth)
	late := l.effect(EffectInvite, "p2")
	l.now = l.c.Order.Deadline
	l.do(TimerFired{l.effect(EffectExpire, "")}).do(NoticeFailed{Effect: late, Why: NoAddress})
	if got := l.c.Order.Place("p2").State; got != signing.Expired {
		t.Fatalf("who did not answer in time is %s", got)
	}
}
