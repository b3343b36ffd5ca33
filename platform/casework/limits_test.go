package casework

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"samtjanst/platform/calendar"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/signing"
	"samtjanst/platform/timelimit"
)

func span(n int, u timelimit.Unit) timelimit.Period { return timelimit.Period{N: n, Unit: u} }

// The limits of an immediate taking into care (LVU 7 and 8 §§), and of förvaltningslagen 12 §.
var (
	toCourt = timelimit.Rule{ID: "understallning", Title: "Beslutet ska underställas", Law: "LVU 7 §", From: "decided", Period: span(1, timelimit.Weeks), Moves: true,
		Missed: "Omhändertagandet upphör.", Done: "Lämnat till rätten", Warn: []timelimit.Warning{{Before: span(3, timelimit.Days), To: "officer"},
			{Before: span(1, timelimit.Days), To: "decider"}, {Before: span(4, timelimit.Hours), To: "manager"}}}
	apply = timelimit.Rule{ID: "ansokan", Title: "Ansökan om vård", Law: "LVU 8 §", From: "done:verkstallt", Period: span(4, timelimit.Weeks), Moves: true,
		Missed: "Omhändertagandet upphör.", Done: "Ansökan lämnad", Extended: "rätten"}
	enforce  = timelimit.Rule{ID: "verkstallt", Title: "Beslutet ska verkställas", Law: "LVU", From: "decided", Period: span(4, timelimit.Weeks), Missed: "Upphör.", Done: "Verkställt"}
	decideBy = timelimit.Rule{ID: "fl12", Title: "Ärendet ska avgöras", Law: "FL 12 §", From: "demanded", Earliest: span(6, timelimit.Months), Period: span(4, timelimit.Weeks),
		Moves: true, Missed: "JO.", Done: "Avslagen", Until: "decided", Warn: []timelimit.Warning{{Before: span(1, timelimit.Weeks), To: "officer"}}}
	late = timelimit.Rule{ID: "fl11", Title: "Parten ska få veta", Law: "FL 11 §", From: "submitted", Period: span(3, timelimit.Months), Missed: "Underrätta nu.", Done: "Underrättad",
		Until: "decided", Warn: []timelimit.Warning{{Before: span(2, timelimit.Weeks), To: "officer"}}}
)

func sweden(s string) time.Time {
	at, err := timelimit.ParseMoment(s)
	if err != nil {
		panic(err)
	}
	return at
}

// at moves the story's clock; what is done next is done then.
func (l *life) at(s string) *life { l.now = sweden(s).Add(-time.Minute); return l }

// due has the outbox run what has come due by now: limits and their warnings.
func (l *life) due() *life {
	l.t.Helper()
	for until := l.now.Add(time.Minute); ; {
		i := slices.IndexFunc(l.c.Effects, func(f Effect) bool { return ofLimit(f) && !f.At.After(until) })
		if i < 0 {
			l.now = until
			return l
		}
		f := l.c.Effects[i]
		if f.Kind == EffectLimit {
			l.now = f.At.Add(-time.Minute)
			l.do(LimitDue{Effect: f.ID, Limit: f.Arg})
			continue
		}
		id, role, _ := strings.Cut(f.Arg, " ")
		l.now = l.now.Add(-time.Minute)
		l.do(LimitWarned{Effect: f.ID, Limit: id, To: role, Reached: 1})
	}
}

// warned lists who has been warned, from the recorded events.
func (l *life) warned() []string {
	var out []string
	for _, h := range l.seen {
		if h.Header.Kind == (LimitWarned{}).Kind() {
			_, rest, _ := strings.Cut(string(h.Bytes), `"To":"`)
			role, _, _ := strings.Cut(rest, `"`)
			out = append(out, h.Header.At.In(clock.Stockholm).Format("01-02 15:04 ")+role)
		}
	}
	return out
}

func (l *life) limit(id string, want LimitState) *Limit {
	l.t.Helper()
	got := l.c.Limit(id)
	if got == nil || got.State != want {
		l.t.Fatalf("limit %s is %+v, want %s", id, got, want)
	}
	return got
}

func (l *life) labels(want ...string) *life {
	l.t.Helper()
	var got []string
	for _, s := range l.c.Labels() {
		if strings.HasPrefix(s, "limit") {
			got = append(got, s)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		l.t.Fatalf("labels (-want +got):\n%s", diff)
	}
	return l
}

// night is a case that an officer has prepared, with the decision laid before the chair.
func night(t *testing.T, rules ...timelimit.Rule) *life {
	l := newLife(t).at("2026-03-27 21:00")
	l.c.Rules = rules
	return l.do(Submitted{signing.Plan{About: "application", Steps: []signing.PlannedStep{{Parties: []signing.PartyID{"p1"}}}, Within: clock.Span{Days: 14}}}).
		do(SignedBy{Party: "p1"}).is(AwaitingOfficer)
}

// The chair decides by telephone before midnight and signs after it: the week is counted from the decision. It ends on Good Friday, is
// moved over Easter, and the warnings go by Good Friday, each to somebody who can do more.
func TestTheWeekIsCountedFromTheDecision(t *testing.T) {
	l := night(t, toCourt, enforce, apply)
	l.at("2026-03-27 23:58")
	d := proposal.Decision
	d.DecidedAt, d.Rules = sweden("2026-03-27 23:50"), []timelimit.Rule{toCourt, enforce, apply}
	l.do(DecisionTaken{Decision: d}).is(Deciding)
	l.do(DocumentMade{Effect: l.effect(EffectDocument, ""), PDF: Ref{Part: signing.Part{ID: "pdf"}}})
	if len(l.c.Limits) != 0 {
		t.Fatalf("a proposal has begun %v", l.c.Limits)
	}
	l.at("2026-03-28 00:10").do(SignedBy{Party: "d1"}).is(Decided).labels(LabelLimitLater)
	court := l.limit("understallning", LimitRunning)
	if court.Term.Plain.String() != "2026-04-03" || court.Term.Moved.String() != "2026-04-07" {
		t.Fatalf("it ends %s, moved %s", court.Term.Plain, court.Term.Moved)
	}
	l.at("2026-04-03 21:00").due().labels(LabelLimitSoon)
	want := []string{"03-31 08:00 officer", "04-02 08:00 decider", "04-03 20:00 manager"}
	if diff := cmp.Diff(want, l.warned()); diff != "" {
		t.Fatalf("warned (-want +got):\n%s", diff)
	}
	if tasks := l.c.OpenTasks(); len(tasks) != 1 || tasks[0].Kind != TaskLimit || tasks[0].Detail != "understallning" {
		t.Fatalf("tasks %+v", tasks)
	}
	if _, _, err := Apply(l.c, TaskDone{l.c.OpenTasks()[0].ID}, stampAt(l.now)); !errors.Is(err, fault.Invalid) {
		t.Errorf("a time limit was ticked off: %v", err)
	}
	// Easter Eve: late by the plain day, in time by the moved one.
	l.at("2026-04-04 12:00").do(LimitMet{Limit: "understallning", At: sweden("2026-04-04 11:30"), Name: "Mona Testhandläggare", Note: "Bud"})
	if got := l.limit("understallning", LimitInTime); got.Name != "Mona Testhandläggare" || len(l.c.OpenTasks()) != 0 {
		t.Errorf("done: %+v, tasks %v", got, l.c.OpenTasks())
	}
	if l.c.Limit("ansokan") != nil {
		t.Error("the application's time runs before the enforcement")
	}
	l.do(LimitMet{Limit: "verkstallt", At: sweden("2026-03-28 04:15"), Name: "Mona Testhandläggare"})
	if got := l.limit("ansokan", LimitRunning); got.Term.Plain.String() != "2026-04-25" || got.Term.Moved.String() != "2026-04-27" {
		t.Errorf("four weeks from the enforcement end %s, moved %s", got.Term.Plain, got.Term.Moved)
	}
	l.do(LimitExtended{Limit: "ansokan", To: calendar.Of(2026, time.May, 10), Ground: "Utredningen (LVU 8 §)", Name: "Mona Testhandläggare"})
	if got := l.limit("ansokan", LimitRunning); got.Term.Moved.String() != "2026-05-10" || len(got.Extended) != 1 || got.Extended[0].Was.Plain.String() != "2026-04-25" {
		t.Errorf("extended: %+v", got)
	}
	l.do(LimitEnded{Limit: "ansokan", Ground: "Rätten har upphävt omhändertagandet"}).labels()
	l.limit("ansokan", LimitVoid)
}

// One that is missed says what that means until somebody has said what came of it, and keeps the case open; one that was only recorded too
// late was not missed.
func TestAMissedLimit(t *testing.T) {
	miss := func() *life {
		l := night(t, toCourt).do(DecisionTaken{Decision: Decision{Outcome: "bifall", At: sweden("2026-03-27 21:30")}}).is(Decided)
		l.at("2026-04-08 00:00").due().labels(LabelLimitMissed, LabelLimitSoon)
		l.limit("understallning", LimitMissed)
		return l
	}
	l := miss()
	last := l.warned()
	if diff := cmp.Diff([]string{"04-08 00:00 officer", "04-08 00:00 decider", "04-08 00:00 manager"}, last[len(last)-3:]); diff != "" {
		t.Errorf("told that it was missed (-want +got):\n%s", diff)
	}
	if l.has(EffectLimit) || l.has(EffectWarn) {
		t.Errorf("effects are left: %v", l.c.Effects)
	}
	l.do(LimitEnded{Limit: "understallning", Ground: "Barnet är hemma sedan kl. 9"}).labels()
	if got := l.limit("understallning", LimitMissed); !got.Settled() || len(l.c.OpenTasks()) != 0 {
		t.Errorf("after that: %+v, tasks %v", got, l.c.OpenTasks())
	}
	l = miss().do(LimitMet{Limit: "understallning", At: sweden("2026-04-07 23:59"), Name: "Mona"}).labels()
	l.limit("understallning", LimitInTime)
	l = miss().at("2026-04-08 09:00").do(LimitMet{Limit: "understallning", At: sweden("2026-04-08 00:00"), Name: "Mona"}).labels()
	if got := l.limit("understallning", LimitMissed); got.Done.IsZero() {
		t.Errorf("done too late: %+v", got)
	}
}

// A party may demand a decision when six months have passed, once; the decision is the answer to that.
func TestADemandedDecision(t *testing.T) {
	l := night(t, late, decideBy).labels(LabelLimitLater)
	begun := LimitBegun{Limit: "fl12", At: sweden("2026-09-26 23:59"), Name: "Mona"}
	l.at("2026-09-30 10:00").due().labels(LabelLimitMissed, LabelLimitSoon)
	if _, _, err := Apply(l.c, begun, stampAt(l.now)); !errors.Is(err, fault.Conflict) {
		t.Fatalf("demanded before six months: %v", err)
	}
	if ahead := l.c.Ahead(l.now); len(ahead) != 1 || !l.c.MayBegin(ahead[0], sweden("2026-09-27")) {
		t.Fatalf("ahead: %+v", ahead)
	}
	begun.At = sweden("2026-09-28 09:00")
	l.do(begun)
	if got := l.limit("fl12", LimitRunning); got.Term.Plain.String() != "2026-10-26" {
		t.Errorf("four weeks end %s", got.Term.Plain)
	}
	if _, _, err := Apply(l.c, begun, stampAt(l.now)); !errors.Is(err, fault.Conflict) {
		t.Errorf("demanded twice: %v", err)
	}
	l.do(DecisionTaken{Decision: Decision{Outcome: "avslag", At: l.now.Add(time.Minute)}}).labels()
	l.limit("fl12", LimitInTime)
	if got := l.limit("fl11", LimitMissed); !got.Settled() || len(l.c.OpenTasks()) != 0 {
		t.Errorf("a decision leaves %+v, tasks %v", got, l.c.OpenTasks())
	}
}

// A case is not closed while a limit runs. What is withdrawn has no limits, and the law's text is that of the decision's day.
func TestLimitsAndTheEndOfACase(t *testing.T) {
	fromNotice := toCourt
	fromNotice.ID, fromNotice.From, fromNotice.Period = "overklagande", "notified", span(3, timelimit.Weeks)
	l := night(t, toCourt, fromNotice).at("2026-03-27 21:30").do(DecisionTaken{Decision: Decision{Outcome: "bifall", At: sweden("2026-03-27 21:30")}})
	l.do(DocumentMade{Effect: l.effect(EffectDocument, ""), PDF: Ref{Part: signing.Part{ID: "pdf"}}})
	l.do(NumberClaimed{Effect: l.effect(EffectNumber, "")}).do(NoticeSent{Effect: l.effect(EffectReceipt, "p1"), Channel: "mail"})
	for _, p := range []signing.PartyID{"p1", "p2"} {
		if l.c.Limit("overklagande") != nil {
			t.Fatal("counted before the last party had the decision")
		}
		l.do(NoticeSent{Effect: l.effect(EffectTell, p), Channel: "mail"}).do(DecisionOpened{p})
	}
	l.is(Decided).do(LimitMet{Limit: "understallning", At: l.now}).is(Decided)
	if got := l.limit("overklagande", LimitRunning); got.Term.Plain.String() != "2026-04-17" {
		t.Errorf("three weeks from the notice end %s", got.Term.Plain)
	}
	l.do(LimitMet{Limit: "overklagande", At: l.now}).is(Closed)

	old, next := late, late
	old.ValidTo, next.ValidFrom, next.Period = calendar.Of(2026, time.March, 26), calendar.Of(2026, time.March, 27), span(1, timelimit.Months)
	l = night(t, old, next)
	if got := l.limit("fl11", LimitRunning); got.Term.Plain.String() != "2026-04-27" {
		t.Errorf("by the new text it ends %s", got.Term.Plain)
	}
	l.at("2026-04-20 08:00").due().labels(LabelLimitSoon).do(WithdrawnBy{"p1"}).is(Withdrawn).labels()
	if got := l.limit("fl11", LimitVoid); got.Ground != GroundWithdrawn || l.has(EffectLimit) || l.has(EffectWarn) || len(l.c.OpenTasks()) != 0 {
		t.Errorf("withdrawn: %+v, %v", got, l.c.Effects)
	}
}

// What cannot be so is not recorded.
func TestLimitsRefuse(t *testing.T) {
	l := night(t, toCourt, decideBy).do(DecisionTaken{Decision: Decision{Outcome: "bifall", At: sweden("2026-03-27 21:30")}})
	for _, e := range []Event{
		LimitMet{Limit: "understallning", At: l.now.Add(time.Hour)},
		LimitMet{Limit: "understallning", At: sweden("2026-03-27 21:29")},
		LimitMet{Limit: "verkstallt", At: l.now},
		LimitEnded{Limit: "understallning"},
		LimitExtended{Limit: "understallning", To: calendar.Of(2026, time.May, 1), Ground: "nobody may"},
		LimitBegun{Limit: "fl12", At: l.now},
		LimitBegun{Limit: "understallning", At: l.now},
	} {
		if _, _, err := Apply(l.c, e, stampAt(l.now)); !errors.Is(err, fault.Invalid) && !errors.Is(err, fault.Conflict) {
			t.Errorf("%+v: %v", e, err)
		}
	}
}
