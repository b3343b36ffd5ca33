package casework

import (
	"slices"
	"testing"
	"time"

	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/signing"
	"samtjanst/platform/timelimit"
)

// inTheNight is an urgent decision that is laid before two who are asked twenty minutes apart, and is sent on to a court.
func inTheNight(t *testing.T) *life {
	t.Helper()
	l := newLife(t)
	l.c.Host = "tallvik/social"
	l.do(submittedByBoth).do(SignedBy{Party: "p1"}).do(SignedBy{Party: "p2"}).is(AwaitingOfficer)
	d := proposal.Decision
	d.Kind, d.Targets, d.Grants = "lvu-6", nil, false
	d.Signers = slices.Clone(d.Signers)
	d.Signers[0].Title, d.Signers[1].Title = "Ordförande", "Ledamot, förordnad 2026-01-20 § 4"
	d.Dispatch = []Dispatch{{To: "court", Title: "Förvaltningsrätten"}}
	d.Plan = &signing.Plan{About: "decision", Within: clock.Span{Minutes: 240}, Positions: true, Steps: proposal.Decision.Plan.Steps}
	l.do(DecisionTaken{d}).is(Deciding)
	return l.do(DocumentMade{Effect: l.effect(EffectDocument, ""), PDF: Ref{Part: signing.Part{ID: "pdf"}}})
}

func (l *life) effects(k EffectKind, p signing.PartyID) (args []string) {
	for _, f := range l.c.Effects {
		if f.Kind == k && f.Party == p {
			args = append(args, f.Arg)
		}
	}
	return args
}

func (l *life) by(k EffectKind, p signing.PartyID, arg string) string {
	l.t.Helper()
	for _, f := range l.c.Effects {
		if f.Kind == k && f.Party == p && f.Arg == arg {
			return f.ID
		}
	}
	l.t.Fatalf("no effect %s %q for %q among %v", k, arg, p, l.c.Effects)
	return ""
}

func (l *life) open(want ...TaskKind) *life {
	l.t.Helper()
	var got []TaskKind
	for _, t := range l.c.OpenTasks() {
		got = append(got, t.Kind)
	}
	if !slices.Equal(got, want) {
		l.t.Fatalf("open tasks %v, want %v", got, want)
	}
	return l
}

func (l *life) told() *life {
	l.t.Helper()
	return l.do(OfficerTold{Effect: l.effect(EffectOfficer, ""), Reached: 1})
}

// Each of the two notices stands for itself: one that fails is told of at once and tried again, and the other counts.
func TestTheNoticeGoesTwoWays(t *testing.T) {
	l := inTheNight(t)
	if got := l.effects(EffectInvite, "d1"); !slices.Equal(got, []string{BySMS, ByMail}) {
		t.Fatalf("notices: %v", got)
	}
	sms := l.by(EffectInvite, "d1", BySMS)
	l.do(EffectFailed{Effect: sms, Code: "unavailable", Next: l.now.Add(time.Minute), GiveUp: true}).open(TaskNoticeFailed).told()
	l.do(NoticeSent{Effect: l.by(EffectInvite, "d1", ByMail), Channel: "mail"}).open(TaskNoticeFailed)
	if pl := l.c.Decision.Order.Place("d1"); pl.State != signing.Invited || pl.Channel != "mail" {
		t.Fatalf("the place is %+v", pl)
	}
	l.do(NoticeSent{Effect: sms, Channel: "sms"}).open()

	l = inTheNight(t)
	l.do(NoticeFailed{Effect: l.by(EffectInvite, "d1", BySMS), Why: NoAddress}).do(NoticeFailed{Effect: l.by(EffectInvite, "d1", ByMail), Why: Refused})
	l.open(TaskNoticeFailed, TaskNoticeFailed)
	if pl := l.c.Decision.Order.Place("d1"); pl.State != signing.NoticeFailed || !l.c.MaySign("d1") {
		t.Fatalf("whom nothing reaches is %+v", pl)
	}
}

// Who is away is passed over, and nobody is silent without the officer being told.
func TestWhoIsAskedInTheNight(t *testing.T) {
	climb := func(l *life) *life {
		l.now = l.now.Add(20 * time.Minute)
		return l.do(TimerFired{l.effect(EffectClimb, "")})
	}
	silence := func(l *life) *life {
		l.now = l.now.Add(20 * time.Minute)
		return l.do(TimerFired{l.effect(EffectSilent, "")})
	}
	for _, c := range []struct {
		name  string
		play  func(*life) *life
		tasks []TaskKind
		asked signing.PartyID // whose turn it is in the end
	}{
		{"the chair is silent, the deputy is asked", climb, nil, "d2"},
		{"both are silent", func(l *life) *life { return silence(climb(l)) }, []TaskKind{TaskUnreached}, "d2"},
		{"the deputy reads", func(l *life) *life { return silence(climb(l).do(Opened{"d2"})) }, nil, "d2"},
		{"the deputy is away", func(l *life) *life {
			l.do(SignersAway{[]signing.PartyID{"d2"}})
			if l.has(EffectClimb) {
				t.Error("there is nobody to climb to")
			}
			return silence(l)
		}, []TaskKind{TaskUnreached}, "d1"},
		{"the chair is jävig", func(l *life) *life { return l.do(HinderedBy{Party: "d1", Reason: "jäv"}) }, nil, "d2"},
		{"both are hindered", func(l *life) *life {
			return l.do(HinderedBy{Party: "d1", Reason: "jäv"}).do(HinderedBy{Party: "d2", Reason: "sjuk"})
		}, []TaskKind{TaskUnreached}, ""},
		{"the deputy is away and the chair jävig", func(l *life) *life {
			return l.do(SignersAway{[]signing.PartyID{"d2"}}).do(HinderedBy{Party: "d1", Reason: "jäv"})
		}, []TaskKind{TaskUnreached}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := inTheNight(t)
			l.t = t
			c.play(l).open(c.tasks...)
			for _, p := range []signing.PartyID{"d1", "d2"} {
				if p == c.asked && !l.c.MaySign(p) || c.asked == "" && l.c.MaySign(p) {
					t.Errorf("%s may sign: %v", p, l.c.MaySign(p))
				}
			}
			if len(c.tasks) > 0 && !l.has(EffectOfficer) {
				t.Error("the officer is not told")
			}
		})
	}
	l := inTheNight(t)
	l.refused(SignersAway{[]signing.PartyID{"d1"}}, fault.Conflict).refused(SignersAway{}, fault.Invalid)
}

func TestTheRightToDecideStandsInTheDecision(t *testing.T) {
	l := climbedTo(inTheNight(t)).do(SignedBy{Party: "d2"}).is(Decided)
	if got := l.c.Decision.Decider(); got != "Dag Provbeslut, Ledamot, förordnad 2026-01-20 § 4" {
		t.Fatalf("decided by %q", got)
	}
	l.told()
}

func climbedTo(l *life) *life {
	l.now = l.now.Add(20 * time.Minute)
	return l.do(TimerFired{l.effect(EffectClimb, "")})
}

func TestCallsAndQuestions(t *testing.T) {
	l := inTheNight(t)
	for _, out := range CallOutcomes {
		l.do(Called{Party: "d1", At: l.now, By: "Mona Testhandläggare", Outcome: out})
	}
	if len(l.c.Calls) != 3 || l.c.Calls[1].To != "Disa Provbeslut" || l.c.Calls[1].Outcome != CallNoAnswer {
		t.Fatalf("calls %+v", l.c.Calls)
	}
	for _, e := range []Called{{Party: "d1", At: l.now.Add(time.Hour), Outcome: CallBusy}, {Party: "p1", At: l.now, Outcome: CallBusy}, {Party: "d1", At: l.now, Outcome: "x"}, {Party: "d1", Outcome: CallBusy}} {
		l.refused(e, fault.Invalid)
	}
	l.refused(QuestionAsked{Party: "d2", Text: "När?"}, fault.Conflict)
	l.do(QuestionAsked{Party: "d1", Text: "Var är barnet nu?"}).open(TaskQuestion).told()
	l.refused(TaskDone{l.c.OpenTasks()[0].ID}, fault.Invalid)
	l.refused(QuestionAnswered{Question: 2, Text: "x"}, fault.Invalid).refused(QuestionAnswered{Question: 1}, fault.Invalid)
	l.do(QuestionAnswered{Question: 1, Text: "Hos mormor.", Name: "Mona Testhandläggare"}).open()
	l.refused(QuestionAnswered{Question: 1, Text: "igen"}, fault.Conflict)
	if got := l.effects(EffectAnswered, "d1"); !slices.Equal(got, []string{BySMS, ByMail}) {
		t.Fatalf("the chair hears of the answer by %v", got)
	}
	l.do(QuestionAsked{Party: "d1", Text: "Och pappan?"}).do(DeclinedBy{Party: "d1", Reason: "Underlaget räcker inte."}).is(AwaitingOfficer)
	l.do(QuestionAnswered{Question: 2, Text: "Han är underrättad.", Name: "Mona"}).open()
}

// Decided by word of mouth: it holds from then, and is signed when that is possible again.
func TestDecidedWithoutASignature(t *testing.T) {
	l := inTheNight(t)
	when := l.now.Add(-10 * time.Second)
	good := DecidedOrally{Party: "d2", At: when, How: Orally, Reason: "BankID ligger nere.", Heard: "Mona Testhandläggare"} // not asked yet, and reached by telephone
	for name, change := range map[string]func(*DecidedOrally){
		"later than now": func(e *DecidedOrally) { e.At = l.now.Add(time.Hour) }, "before the case": func(e *DecidedOrally) { e.At = start.AddDate(0, 0, -1) },
		"no reason": func(e *DecidedOrally) { e.Reason = "" }, "nobody heard": func(e *DecidedOrally) { e.Heard = "" },
		"by pen without a scan": func(e *DecidedOrally) { e.How = ByPen }, "somehow": func(e *DecidedOrally) { e.How = "x" },
	} {
		e := good
		change(&e)
		t.Log(name)
		l.refused(e, fault.Invalid)
	}
	l.do(good).is(Decided).open(TaskSignLater).told()
	d := l.c.Decision
	if !d.DecidedAt.Equal(when) || d.Oral == nil || d.ByName != "Dag Provbeslut" || d.Order.Place("d2").Method != "oral" || d.Order.Outcome != signing.Complete {
		t.Fatalf("%+v", d)
	}
	me := l.c.Signer("dag")
	if me == nil || !l.c.SignsLater(me.ID) || !slices.Contains(l.c.Labels(), LabelAsked("dag")) || slices.Contains(l.c.Labels(), LabelAsked("disa")) {
		t.Fatalf("who signs later: %+v, labels %v", me, l.c.Labels())
	}
	if len(l.c.PartsOf(me.ID)) != 1 || l.c.PartsOf(me.ID)[0].ID != "pdf" {
		t.Fatalf("what is signed later: %v", l.c.PartsOf(me.ID))
	}
	l.refused(DeclinedBy{Party: me.ID, Reason: "nej"}, fault.Conflict)
	l.do(Opened{me.ID}).do(SignedBy{Party: me.ID, Evidence: "bevis"}).is(Decided).open()
	if l.c.Decision.Later.Outcome != signing.Complete || l.c.SignsLater(me.ID) || len(l.effects(EffectRemind, me.ID)) != 0 || !l.c.Decision.DecidedAt.Equal(when) {
		t.Fatalf("afterwards: %+v", l.c.Decision.Later)
	}
	if !slices.ContainsFunc(l.c.Places(), func(p signing.Place) bool { return p.Evidence == "bevis" }) {
		t.Error("the evidence is not among the case's")
	}
}

func TestSentOn(t *testing.T) {
	decided := func(t *testing.T) *life {
		t.Helper()
		l := inTheNight(t).do(SignedBy{Party: "d1"}).is(Decided)
		l.t = t
		if len(l.c.Dispatches) != 1 || l.c.Dispatches[0].State != DispatchWaiting {
			t.Fatalf("dispatches %+v", l.c.Dispatches)
		}
		return l.told()
	}
	t.Run("by message", func(t *testing.T) {
		l := decided(t)
		id := l.effect(EffectDispatch, "")
		l.do(EffectFailed{Effect: id, Code: "unavailable", Next: l.now.Add(time.Minute)}).open()
		l.do(EffectFailed{Effect: id, Code: "unavailable", Next: l.now.Add(time.Minute), GiveUp: true}).open(TaskDispatch).told()
		l.do(DispatchReceived{Effect: id, Address: "urn:x", Message: "m", Receipt: "r"}).open()
		if d := l.c.Dispatches[0]; d.State != DispatchSent || d.Receipt != "r" || d.Why != "" {
			t.Fatalf("%+v", d)
		}
		l.refused(DispatchDelivered{Dispatch: l.c.Dispatches[0].ID, At: l.now}, fault.Conflict)
	})
	t.Run("by hand", func(t *testing.T) {
		l := decided(t)
		l.do(DispatchByHand{Effect: l.effect(EffectDispatch, ""), Why: NoDriver}).open(TaskDispatch).told()
		id := l.c.Dispatches[0].ID
		l.refused(DispatchConfirmed{Dispatch: id, At: l.now, With: "Vakten"}, fault.Conflict)
		l.refused(DispatchDelivered{Dispatch: id, At: l.now.Add(time.Hour)}, fault.Invalid)
		handed := l.now
		l.do(DispatchDelivered{Dispatch: id, At: handed, Name: "Mona"}).open(TaskDispatch)
		l.refused(DispatchConfirmed{Dispatch: id, At: handed.Add(-time.Minute), With: "Vakten"}, fault.Invalid)
		l.refused(TaskDone{l.c.OpenTasks()[0].ID}, fault.Invalid)
		l.do(DispatchConfirmed{Dispatch: id, At: l.now, With: "Vakthavande", Name: "Mona"}).open()
		if d := l.c.Dispatches[0]; d.State != DispatchDone || d.With != "Vakthavande" {
			t.Fatalf("%+v", d)
		}
	})
	t.Run("handed over while the message does not leave", func(t *testing.T) {
		l := decided(t)
		l.do(DispatchDelivered{Dispatch: l.c.Dispatches[0].ID, At: l.now, Name: "Mona"})
		if l.has(EffectDispatch) {
			t.Error("it is sent as well")
		}
	})
	t.Run("what has gone to the court has been submitted to it", func(t *testing.T) {
		sent := func() *life {
			l := night(t, toCourt).at("2026-03-27 23:58")
			d := proposal.Decision
			d.Rules, d.Dispatch = []timelimit.Rule{toCourt}, []Dispatch{{To: "court", Title: "Förvaltningsrätten", Fulfils: []string{"understallning", "none-such"}}}
			l.do(DecisionTaken{Decision: d}).do(DocumentMade{Effect: l.effect(EffectDocument, ""), PDF: Ref{Part: signing.Part{ID: "pdf"}}})
			l.do(SignedBy{Party: "d1"}).is(Decided)
			l.limit("understallning", LimitRunning)
			return l
		}
		l := sent()
		l.do(DispatchReceived{Effect: l.effect(EffectDispatch, ""), Address: "urn:x", Message: "m", Receipt: "r"}).labels()
		if got := l.limit("understallning", LimitInTime); !got.Done.Equal(l.now) || got.Name != "" || got.Note != "Förvaltningsrätten" {
			t.Errorf("by message: %+v", got)
		}
		l = sent()
		l.do(DispatchByHand{Effect: l.effect(EffectDispatch, ""), Why: NoDriver}).at("2026-04-08 10:00").due()
		l.limit("understallning", LimitMissed)
		l.do(DispatchDelivered{Dispatch: l.c.Dispatches[0].ID, At: sweden("2026-04-07 15:00"), Name: "Mona"})
		if got := l.limit("understallning", LimitInTime); got.Name != "Mona" || !got.Done.Equal(sweden("2026-04-07 15:00")) {
			t.Errorf("by hand in time, noted too late: %+v", got)
		}
		l = sent()
		l.do(DispatchByHand{Effect: l.effect(EffectDispatch, ""), Why: NoDriver}).at("2026-04-08 10:00").due()
		l.do(DispatchDelivered{Dispatch: l.c.Dispatches[0].ID, At: sweden("2026-04-08 09:00"), Name: "Mona"})
		if got := l.limit("understallning", LimitMissed); got.Done.IsZero() {
			t.Errorf("by hand too late: %+v", got)
		}
	})
	t.Run("a letter is posted once", func(t *testing.T) {
		l := decided(t).do(LetterPosted{Letter: "vardnadshavare", N: 1, Whom: "Erik Testsson", Name: "Mona"})
		l.refused(LetterPosted{Letter: "vardnadshavare", N: 1}, fault.Conflict)
	})
}

// The host has the case until somebody of the board's own accepts it by name, and not longer.
func TestHandedOverInTheMorning(t *testing.T) {
	l := inTheNight(t)
	l.refused(AcceptedByUnit{To: "ulla", Name: "Ulla", Host: "tallvik/social"}, fault.Conflict)
	l.do(HandedToUnit{By: "mona", Name: "Mona"})
	l.open(TaskTakeover).refused(TaskDone{l.c.OpenTasks()[0].ID}, fault.Invalid)
	if l.c.Host == "" || !slices.Contains(l.c.Labels(), HostLabel("tallvik/social")) {
		t.Fatalf("before anybody has accepted: host %q, labels %v", l.c.Host, l.c.Labels())
	}
	l.refused(HandedToUnit{By: "mona"}, fault.Conflict).refused(AcceptedByUnit{Host: "tallvik/social"}, fault.Invalid).refused(AcceptedByUnit{To: "ulla", Host: "x"}, fault.Invalid)
	l.do(AcceptedByUnit{To: "ulla", Name: "Ulla", Host: "tallvik/social"})
	l.open()
	if l.c.Host != "" || l.c.Assignee != "ulla" || l.c.Takeover != nil {
		t.Fatalf("afterwards: %+v", l.c.Host)
	}
	l.refused(HandedToUnit{By: "mona"}, fault.Conflict)
}
