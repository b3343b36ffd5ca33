package casework

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"samtjanst/platform/calendar"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/idno"
	"samtjanst/platform/signing"
	"samtjanst/platform/timelimit"

	"github.com/google/go-cmp/cmp"
)

var (
	start = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	anna  = idno.Must("198403122388")
	erik  = idno.Must("198207042394")
)

// life applies events to one case, a minute apart, and stops the test at the first that is refused.
type life struct {
	t    *testing.T
	c    Case
	now  time.Time
	seen []Recorded
}

func newLife(t *testing.T) *life {
	return &life{t: t, now: start, c: Case{ID: "c1", Reference: "SKJ-AAAA-BBBB", Tenant: "ekkoping", Authority: "ekkoping/bun", Form: "skolskjuts",
		Parties: []Party{{ID: "p1", Role: "applicant", Number: anna, Name: "Anna Testsson"}, {ID: "p2", Role: "guardian", Number: erik, Name: "Erik Testsson"}},
		Content: Content{Common: Ref{Part: signing.Part{ID: "svar", Audience: signing.Everybody}}}}}
}

func stampAt(t time.Time) Stamp {
	return Stamp{At: t, By: By{Kind: "system"}, Name: "test", Body: PartID("b" + t.Format("150405")), Salt: []byte("0123456789abcdef")}
}

func (l *life) do(e Event) *life {
	l.t.Helper()
	l.now = l.now.Add(time.Minute)
	next, rec, err := Apply(l.c, e, stampAt(l.now))
	if err != nil {
		l.t.Fatalf("%T when %s: %v", e, l.c.State, err)
	}
	l.c = next
	if rec.Bytes != nil {
		l.seen = append(l.seen, rec)
	}
	return l
}

func (l *life) effect(k EffectKind, p signing.PartyID) string {
	l.t.Helper()
	for _, f := range l.c.Effects {
		if f.Kind == k && f.Party == p {
			return f.ID
		}
	}
	l.t.Fatalf("no effect %s for %q among %v", k, p, l.c.Effects)
	return ""
}

func (l *life) has(k EffectKind) bool {
	return slices.ContainsFunc(l.c.Effects, func(f Effect) bool { return f.Kind == k })
}

func (l *life) is(s State) *life {
	l.t.Helper()
	if l.c.State != s {
		l.t.Fatalf("state is %s, want %s", l.c.State, s)
	}
	return l
}

var submittedByBoth = Submitted{signing.Plan{About: "application", Steps: []signing.PlannedStep{{Parties: []signing.PartyID{"p1", "p2"}}},
	Within: clock.Span{Days: 14}, Reminders: []signing.Reminder{{After: clock.Span{Days: 3}}, {After: clock.Span{Days: 7}}}}}

// From a parent's submission to a closed case: both sign, the board's official decides, both are told.
func TestTheWholeLife(t *testing.T) {
	l := newLife(t).do(submittedByBoth).is(AwaitingSignatures)
	if l.c.Submitted != l.now {
		t.Fatal("the day of arrival is not the submission")
	}
	arrived := l.c.Submitted
	l.do(SignedBy{Party: "p1", Method: "bankid", Manifest: "m1", Evidence: "e1"}).is(AwaitingSignatures)
	l.do(NoticeSent{Effect: l.effect(EffectInvite, "p2"), Channel: "mail"})
	if p := l.c.Order.Place("p2"); p.State != signing.Invited || p.Channel != "mail" {
		t.Fatalf("the second guardian is %+v", p)
	}
	l.do(Opened{Party: "p2"}).do(OwnFilled{Party: "p2", Own: Ref{Part: signing.Part{ID: "own2"}}})
	if l.c.Order.Place("p1").State != signing.Signed {
		t.Fatal("filling one's own section voided the other's signature")
	}
	l.do(SignedBy{Party: "p2", Method: "bankid", Manifest: "m2", Evidence: "e2"}).is(AwaitingOfficer)
	if l.has(EffectRemind) || l.has(EffectExpire) {
		t.Fatalf("reminders are left after the last signature: %v", l.c.Effects)
	}
	l.do(Assigned{To: "sub", Name: "Handläggare"})
	l.do(DecisionTaken{Decision: Decision{Outcome: "bifall", Grants: true, Targets: []string{"transport", "school"},
		Unread: 7 * 24 * time.Hour}}).is(Decided)
	l.do(DocumentMade{Effect: l.effect(EffectDocument, ""), PDF: Ref{Part: signing.Part{ID: "pdf"}}})
	for _, p := range []signing.PartyID{"p1", "p2"} {
		l.do(NoticeSent{Effect: l.effect(EffectTell, p), Channel: "mail"})
	}
	for l.has(EffectHandover) {
		l.do(HandedOver{Effect: l.effect(EffectHandover, ""), Rows: 2})
	}
	l.do(NumberClaimed{Effect: l.effect(EffectNumber, ""), Number: "BUN 2026-0001"})
	l.do(NoticeSent{Effect: l.effect(EffectReceipt, "p1"), Channel: "mail"}).is(Decided)
	l.do(DecisionOpened{Party: "p1"}).is(Decided)
	l.do(TimerFired{Effect: l.effect(EffectUnopened, "p2")})
	task := l.c.OpenTasks()
	if len(task) != 1 || task[0].Kind != TaskLetter || task[0].Party != "p2" {
		t.Fatalf("unopened decision asks for %v", task)
	}
	l.do(LetterSent{Party: "p2", What: "decision", Task: task[0].ID}).is(Closed)
	if l.c.Submitted != arrived {
		t.Fatal("the day of arrival moved")
	}
	if len(l.c.Effects) != 0 || !l.c.Due().IsZero() {
		t.Fatalf("a closed case has pending effects: %v", l.c.Effects)
	}
}

func TestSilenceNeverLapses(t *testing.T) {
	l := newLife(t).do(submittedByBoth).do(SignedBy{Party: "p1", Method: "bankid"})
	l.do(TimerFired{Effect: l.effect(EffectExpire, "")}).is(AwaitingSignatures)
	if tasks := l.c.OpenTasks(); len(tasks) != 1 || tasks[0].Kind != TaskExpired {
		t.Fatalf("after the deadline the officer has %v", tasks)
	}
	t.Run("ordered to complete, and it comes", func(t *testing.T) {
		l := &life{t: t, c: l.c, now: l.now}
		l.do(CompletionOrdered{Parties: []signing.PartyID{"p2"}, Text: "Skriv under", Due: l.now.AddDate(0, 0, 14)}).is(AwaitingCompletion)
		if len(l.c.OpenTasks()) != 0 {
			t.Fatalf("the task is still open: %v", l.c.OpenTasks())
		}
		l.do(SignedBy{Party: "p2", Method: "bankid"}).is(AwaitingOfficer)
	})
	t.Run("ordered to complete, and it does not", func(t *testing.T) {
		l := &life{t: t, c: l.c, now: l.now}
		l.do(CompletionOrdered{Parties: []signing.PartyID{"p2"}, Text: "Skriv under", Due: l.now.AddDate(0, 0, 14)})
		l.do(TimerFired{Effect: l.effect(EffectOverdue, "")}).is(AwaitingOfficer)
		if tasks := l.c.OpenTasks(); len(tasks) != 1 || tasks[0].Kind != TaskCompletion {
			t.Fatalf("tasks: %v", tasks)
		}
	})
	t.Run("ordered to complete, and it comes some other way", func(t *testing.T) {
		l := &life{t: t, c: l.c, now: l.now}
		l.do(CompletionOrdered{Parties: []signing.PartyID{"p2"}, Text: "Lämna ett intyg", Due: l.now.AddDate(0, 0, 14)}).do(CompletionCame{}).is(AwaitingOfficer)
		if l.has(EffectOverdue) || l.has(EffectOrdered) {
			t.Fatalf("it is still waited for: %v", l.c.Effects)
		}
	})
	t.Run("the officer goes on, on a stated ground", func(t *testing.T) {
		l := &life{t: t, c: l.c, now: l.now}
		l.do(WentOn{Party: "p2", Ground: "Vårdnadshavaren vistas utomlands"}).is(AwaitingOfficer)
		if p := l.c.Order.Place("p2"); p.State != signing.Waived || p.Reason == "" {
			t.Fatalf("place: %+v", p)
		}
	})
	t.Run("a pen", func(t *testing.T) {
		l := &life{t: t, c: l.c, now: l.now}
		l.do(SignedOnPaper{Party: "p2", Scan: Ref{Part: signing.Part{ID: "scan"}}, On: "2026-12-01"}).is(AwaitingOfficer)
	})
}

func TestNoticesThatDoNotArrive(t *testing.T) {
	for _, c := range []struct {
		why   string
		state signing.PlaceState
		task  TaskKind
	}{
		{NoAddress, signing.NoAddress, TaskLetter},
		{Refused, signing.NoticeFailed, TaskLetter},
		{Guarded, signing.NoticeFailed, ""},
	} {
		l := newLife(t).do(submittedByBoth)
		l.do(NoticeFailed{Effect: l.effect(EffectInvite, "p2"), Why: c.why})
		if got := l.c.Order.Place("p2").State; got != c.state {
			t.Errorf("%s: place is %s, want %s", c.why, got, c.state)
		}
		var kinds []TaskKind
		for _, task := range l.c.OpenTasks() {
			kinds = append(kinds, task.Kind)
		}
		if (c.task == "") != (len(kinds) == 0) || (c.task != "" && kinds[0] != c.task) {
			t.Errorf("%s: tasks %v, want %q", c.why, kinds, c.task)
		}
	}
}

func TestDeclineReachesTheOfficerOnly(t *testing.T) {
	l := newLife(t).do(submittedByBoth).do(DeclinedBy{Party: "p2", Reason: "Jag håller inte med"}).is(AwaitingSignatures)
	if tasks := l.c.OpenTasks(); len(tasks) != 1 || tasks[0].Kind != TaskDeclined || tasks[0].Detail != "" {
		t.Fatalf("tasks: %v", tasks)
	}
	for _, f := range l.c.Effects {
		if f.Party == "p2" {
			t.Errorf("who declined is still to be sent %s", f.Kind)
		}
	}
	if _, _, err := Apply(l.c, SignedBy{Party: "p2"}, stampAt(l.now)); !errors.Is(err, fault.Conflict) {
		t.Errorf("signing after declining: %v", err)
	}
}

func TestRunnersDoNotCollide(t *testing.T) {
	l := newLife(t).do(submittedByBoth)
	id := l.effect(EffectInvite, "p2")
	l.do(Leased{Effect: id, Until: l.now.Add(10 * time.Minute)})
	if _, _, err := Apply(l.c, Leased{Effect: id, Until: l.now.Add(time.Hour)}, stampAt(l.now)); !errors.Is(err, fault.Conflict) {
		t.Fatalf("two runners hold one effect: %v", err)
	}
	l.do(NoticeSent{Effect: id, Channel: "sms"})
	if _, _, err := Apply(l.c, NoticeSent{Effect: id, Channel: "sms"}, stampAt(l.now)); !errors.Is(err, fault.Conflict) {
		t.Fatalf("one effect was finished twice: %v", err)
	}
}

func TestFailuresBecomeVisible(t *testing.T) {
	l := newLife(t).do(submittedByBoth)
	id := l.effect(EffectInvite, "p2")
	l.do(EffectFailed{Effect: id, Code: "unavailable", Next: l.now.Add(time.Minute)})
	if len(l.c.OpenTasks()) != 0 {
		t.Fatal("one failure is no task")
	}
	l.do(EffectFailed{Effect: id, Code: "unavailable", Next: l.now.Add(time.Hour), GiveUp: true})
	if tasks := l.c.OpenTasks(); len(tasks) != 1 || tasks[0].Kind != TaskNoticeFailed {
		t.Fatalf("tasks: %v", tasks)
	}
	if !l.has(EffectInvite) {
		t.Fatal("the notice was forgotten")
	}
}

// every event, made so that it would be right in some state.
func everyEvent() []Event {
	return []Event{submittedByBoth, Opened{"p2"}, OwnFilled{Party: "p2"}, SignedBy{Party: "p2"}, AskedByPhone{"p2", "authority"}, DeclinedBy{Party: "p2"}, WithdrawnBy{"p1"}, ReminderAsked{"p2"},
		CompletionOrdered{Parties: []signing.PartyID{"p2"}, Due: start.AddDate(0, 1, 0)}, WentOn{Party: "p2"}, SignedOnPaper{Party: "p2"}, Assigned{"s", "n"},
		TaskDone{1}, LetterSent{Party: "p2", What: "decision"}, DecisionTaken{}, DecisionOpened{"p2"}, Reported{"2026-12-01"}, ProtectionFound{"protected"},
		RidesReceived{}, NumberClaimed{Effect: "x"}, NoticeSent{Effect: "x"}, NoticeFailed{Effect: "x"}, LetterDue{"x"}, DocumentMade{Effect: "x"}, HandedOver{Effect: "x"},
		TimerFired{"x"}, EffectFailed{Effect: "x"}, Leased{Effect: "x"}, Released{}, CompletionCame{},
		HinderedBy{Party: "p2", Reason: "sjuk"}, Replaced{Old: "p2", New: Party{ID: "p3", Role: "guardian", Name: "Alva Provberg"}, Ground: "fel person"},
		Amended{Deadline: start.AddDate(0, 1, 0)}, TakenBack{"fel"}, HandedOut{Handout{Way: "fil"}}, HandoutOpened{"p1"}, StageMoved{From: "ny", To: "klar", Closes: true, Tell: true},
		LimitMet{Limit: "fl11", At: start}, LimitEnded{Limit: "fl11", Ground: "upphävt"}, LimitBegun{Limit: "fl12", At: start}, LimitDue{"x", "fl11"}, LimitWarned{Effect: "x"},
		TimeChanged{Field: "/tid", From: start.AddDate(0, 0, 7), To: start.AddDate(0, 0, 14), Reason: "Läraren är sjuk."}, PlacesKept{"x"},
		Called{Party: "d1", At: start, Outcome: CallReached}, QuestionAsked{Party: "d1", Text: "När?"}, QuestionAnswered{Question: 1, Text: "Nu."},
		SignersAway{Parties: []signing.PartyID{"d2"}}, DecidedOrally{Party: "d1", At: start.Add(50 * time.Minute), How: Orally, Reason: "avbrott", Heard: "Mona Testhandläggare"},
		OfficerTold{Effect: "x"}, DispatchReceived{Effect: "x"}, DispatchByHand{Effect: "x"}, DispatchDelivered{Dispatch: "s1", At: start},
		DispatchConfirmed{Dispatch: "s1", At: start, With: "Vakten"}, LetterPosted{Letter: "brev"}, HandedToUnit{By: "s"}, AcceptedByUnit{To: "s"}}
}

// In every state every event either gives a case that holds together or is refused with a kind; the case given is never touched, and
// the same input gives the same output.
func TestEveryStateTimesEveryEvent(t *testing.T) {
	for name, c := range casesInEveryState(t) {
		before, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range everyEvent() {
			next, rec, err := Apply(c, e, stampAt(start.Add(time.Hour)))
			if after, _ := json.Marshal(c); string(after) != string(before) {
				t.Fatalf("%s × %T changed the case it was given", name, e)
			}
			if err != nil {
				if k := fault.KindOf(err); k != fault.Conflict && k != fault.Invalid {
					t.Errorf("%s × %T: %v", name, e, err)
				}
				continue
			}
			if !slices.Contains(States, next.State) {
				t.Errorf("%s × %T: state %q", name, e, next.State)
			}
			if err := VerifyChain(next.Events); err != nil {
				t.Errorf("%s × %T: %v", name, e, err)
			}
			if !c.State.Open() && next.State != c.State {
				t.Errorf("%s × %T: an ended case came to life as %s", name, e, next.State)
			}
			again, rec2, err := Apply(c, e, stampAt(start.Add(time.Hour)))
			if err != nil || !cmp.Equal(rec, rec2) || !cmp.Equal(next, again, cmp.Comparer(func(a, b idno.Number) bool { return a == b }), cmp.Comparer(func(a, b calendar.Date) bool { return a == b })) {
				t.Errorf("%s × %T is not a function of its input", name, e)
			}
		}
	}
}

func casesInEveryState(t *testing.T) map[string]Case {
	signed := newLife(t).do(submittedByBoth).do(SignedBy{Party: "p1"})
	officer := &life{t: t, c: signed.c, now: signed.now}
	officer.do(SignedBy{Party: "p2"})
	ordered := &life{t: t, c: signed.c, now: signed.now}
	ordered.do(CompletionOrdered{Parties: []signing.PartyID{"p2"}, Due: start.AddDate(0, 1, 0)})
	decided := &life{t: t, c: officer.c, now: officer.now}
	decided.do(DecisionTaken{Decision: Decision{Outcome: "avslag"}})
	told := &life{t: t, c: decided.c, now: decided.now}
	told.do(DocumentMade{Effect: told.effect(EffectDocument, ""), PDF: Ref{Part: signing.Part{ID: "pdf"}}})
	for len(told.c.Effects) > 0 {
		f := told.c.Effects[0]
		switch f.Kind {
		case EffectNumber:
			told.do(NumberClaimed{Effect: f.ID, Number: "1"})
		default:
			told.do(NoticeSent{Effect: f.ID, Channel: "mail"})
		}
	}
	told.do(DecisionOpened{"p1"}).do(DecisionOpened{"p2"}).is(Closed)
	handed := &life{t: t, c: officer.c, now: officer.now}
	handed.do(HandedOut{certificate}).is(Delivered)
	deciding := &life{t: t, c: officer.c, now: officer.now}
	deciding.do(proposal).is(Deciding)
	deciding.do(DocumentMade{Effect: deciding.effect(EffectDocument, ""), PDF: Ref{Part: signing.Part{ID: "pdf"}}}).is(Deciding)
	withdrawn := &life{t: t, c: signed.c, now: signed.now}
	withdrawn.do(WithdrawnBy{"p1"})
	limits := &life{t: t, c: officer.c, now: officer.now}
	limits.c.Rules = []timelimit.Rule{late, decideBy, toCourt}
	limits.do(Opened{"p1"}).limit("fl11", LimitRunning)
	return map[string]Case{"limits": limits.c, "new": newLife(t).c, "signing": signed.c, "officer": officer.c, "completion": ordered.c, "decided": decided.c, "delivered": handed.c,
		"closed": told.c, "deciding": deciding.c, "withdrawn": withdrawn.c}
}

// The chain tells of any header that is changed, taken out, put in or moved, and of any body that is not what was committed to.
func TestChain(t *testing.T) {
	l := newLife(t).do(submittedByBoth).do(Opened{"p2"}).do(SignedBy{Party: "p1"}).do(SignedBy{Party: "p2"})
	if err := VerifyChain(l.c.Events); err != nil {
		t.Fatal(err)
	}
	for i, rec := range l.seen {
		if !VerifyBody(l.c.Events[i], rec.Bytes) {
			t.Fatalf("event %d's own body is refused", i+1)
		}
		changed := append([]byte(nil), rec.Bytes...)
		changed[len(changed)/2] ^= 1
		if VerifyBody(l.c.Events[i], changed) {
			t.Errorf("event %d: a changed body passed", i+1)
		}
	}
	for name, spoil := range map[string]func([]Header) []Header{
		"changed":              func(h []Header) []Header { h[1].Kind = "declined"; return h },
		"taken out":            func(h []Header) []Header { return slices.Delete(h, 1, 2) },
		"moved":                func(h []Header) []Header { h[1], h[2] = h[2], h[1]; return h },
		"cut off at the front": func(h []Header) []Header { return h[1:] },
		"put in":               func(h []Header) []Header { return slices.Insert(h, 1, h[1]) },
	} {
		if err := VerifyChain(spoil(slices.Clone(l.c.Events))); err == nil {
			t.Errorf("a chain with a header %s passed", name)
		}
	}
	for _, h := range l.c.Events {
		raw, _ := json.Marshal(h)
		if strings.Contains(string(raw), "Testsson") || strings.Contains(string(raw), anna.Digits()) {
			t.Errorf("a header names a person: %s", raw)
		}
	}
}

func FuzzApplyOrder(f *testing.F) {
	f.Add([]byte{0, 3, 3, 13, 14})
	f.Fuzz(func(t *testing.T, order []byte) {
		c := newLife(t).c
		events := everyEvent()
		for i, b := range order {
			e := events[int(b)%len(events)]
			if len(c.Effects) > 0 && int(b) >= len(events) { // answer a pending effect instead
				e = NoticeSent{Effect: c.Effects[int(b)%len(c.Effects)].ID, Channel: "mail"}
			}
			next, _, err := Apply(c, e, stampAt(start.Add(time.Duration(i)*time.Minute)))
			if err != nil {
				continue
			}
			if next.Submitted != c.Submitted && !c.Submitted.IsZero() {
				t.Fatal("the day of arrival moved")
			}
			if err := VerifyChain(next.Events); err != nil {
				t.Fatal(err)
			}
			c = next
		}
	})
}
