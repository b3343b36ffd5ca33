package casework

import (
	"errors"
	"testing"
	"time"

	"samtjanst/platform/fault"
	"samtjanst/platform/signing"
)

var certificate = Handout{Way: "fil", Files: []Ref{{Part: signing.Part{ID: "intyg"}}}, After: 10 * 24 * time.Hour}

// ordered is a case of a service that nobody signs, which the officer has.
func ordered(t *testing.T) *life {
	l := newLife(t)
	l.c.Parties = l.c.Parties[:1]
	l.do(Submitted{}).is(AwaitingOfficer)
	l.do(NumberClaimed{Effect: l.effect(EffectNumber, "")})
	return l.do(NoticeSent{Effect: l.effect(EffectReceipt, "p1"), Channel: "mail"})
}

func TestHandedOut(t *testing.T) {
	for _, test := range []struct {
		name    string
		handout Handout
		then    func(l *life)
	}{
		{"as a file, which is opened", certificate, func(l *life) {
			l.do(NoticeSent{Effect: l.effect(EffectTell, "p1"), Channel: "mail"}).is(Delivered)
			l.do(HandoutOpened{Party: "p1"})
		}},
		{"as a file, opened before the notice went", certificate, func(l *life) {
			l.do(HandoutOpened{Party: "p1"}).is(Delivered)
			l.do(NoticeSent{Effect: l.effect(EffectTell, "p1"), Channel: "mail"})
		}},
		{"as a file, which nobody opens: a letter", certificate, func(l *life) {
			l.do(NoticeSent{Effect: l.effect(EffectTell, "p1"), Channel: "mail"})
			l.do(TimerFired{Effect: l.effect(EffectUnopened, "p1")}).is(Delivered)
			l.do(LetterSent{Party: "p1", What: "delivery", Task: l.onlyTask(TaskLetter, "delivery")})
		}},
		{"as a file, to somebody who cannot be told: a letter", certificate, func(l *life) {
			l.do(NoticeFailed{Effect: l.effect(EffectTell, "p1"), Why: NoAddress}).is(Delivered)
			l.do(LetterSent{Party: "p1", What: "delivery", Task: l.onlyTask(TaskLetter, "delivery")})
		}},
		{"by post, to somebody who cannot be told otherwise", Handout{Way: "post", Letter: true}, func(l *life) {
			l.do(NoticeFailed{Effect: l.effect(EffectTell, "p1"), Why: NoAddress})
		}},
		{"elsewhere, with a message", Handout{Way: "annat"}, func(l *life) {
			l.do(NoticeSent{Effect: l.effect(EffectTell, "p1"), Channel: "sms"})
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := ordered(t).do(HandedOut{test.handout}).is(Delivered)
			test.then(l)
			l.is(Closed)
			if len(l.c.Effects) != 0 || len(l.c.OpenTasks()) != 0 {
				t.Errorf("left behind: %v %v", l.c.Effects, l.c.OpenTasks())
			}
			if got := l.c.Labels(); len(got) != 0 {
				t.Errorf("labels %v: what is handed out is not reported to the board", got)
			}
		})
	}
}

// onlyTask gives the id of the one open task.
func (l *life) onlyTask(k TaskKind, detail string) int {
	l.t.Helper()
	open := l.c.OpenTasks()
	if len(open) != 1 || open[0].Kind != k || open[0].Detail != detail {
		l.t.Fatalf("open tasks are %v, want one %s %s", open, k, detail)
	}
	return open[0].ID
}

// A case ends once: what has been handed out is not decided upon afterwards, nor handed out again, nor taken back.
func TestHandedOutOnce(t *testing.T) {
	l := ordered(t).do(HandedOut{certificate})
	for _, e := range []Event{DecisionTaken{}, HandedOut{certificate}, WithdrawnBy{"p1"}, DecisionOpened{"p1"}, LetterSent{Party: "p1", What: "decision"}} {
		if _, _, err := Apply(l.c, e, stampAt(l.now)); !errors.Is(err, fault.Conflict) {
			t.Errorf("%T after handing out: %v", e, err)
		}
	}
	early := ordered(t)
	for _, e := range []Event{HandoutOpened{"p1"}, LetterSent{Party: "p1", What: "delivery"}} {
		if _, _, err := Apply(early.c, e, stampAt(early.now)); !errors.Is(err, fault.Conflict) {
			t.Errorf("%T before anything was handed out: %v", e, err)
		}
	}
}
