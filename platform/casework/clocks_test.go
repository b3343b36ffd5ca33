package casework

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"samtjanst/platform/signing"
)

// Processes whose clocks differ, or a clock that is set back, move no deadline: the order's end, its reminders and the next rung of its ladder
// stand as they were set when somebody was asked, whatever the clock of whoever writes what happens meanwhile.
func TestClocksThatDiffer(t *testing.T) {
	timers := func(l *life) string {
		var out []string
		for _, f := range l.c.Effects {
			switch f.Kind {
			case EffectExpire, EffectRemind, EffectClimb:
				out = append(out, fmt.Sprint(f.Kind, " ", f.Party, " ", f.At.UTC().Format(time.DateTime)))
			}
		}
		slices.Sort(out)
		return strings.Join(out, "\n") + "\n" + l.c.Order.Deadline.String()
	}
	for _, off := range []time.Duration{-time.Hour, -time.Minute, time.Minute, 10 * time.Minute} {
		l := newLife(t).do(submittedByBoth)
		set, end := timers(l), l.c.Order.Deadline
		l.now = l.now.Add(off)
		l.do(Opened{"p2"})
		l.now = l.now.Add(-2 * off)
		l.do(ReminderAsked{"p2"}) // which makes a reminder of its own, at once
		l.do(NoticeSent{Effect: l.c.Effects[len(l.c.Effects)-1].ID})
		if got := timers(l); got != set {
			t.Errorf("a clock %s off: %s\nwant %s", off, got, set)
		}
		l.now = l.now.Add(off)
		l.do(SignedBy{Party: "p1"}).do(SignedBy{Party: "p2"}).is(AwaitingOfficer)
		if !l.c.Order.Deadline.Equal(end) || l.c.Order.Outcome != signing.Complete {
			t.Errorf("a clock %s off: %s until %s", off, l.c.Order.Outcome, l.c.Order.Deadline)
		}
		if err := VerifyChain(l.c.Events); err != nil {
			t.Errorf("a clock %s off: %v", off, err)
		}
	}
	// A rung that is climbed by a process whose clock is behind is not lost: it is tried again when it is time.
	l := newLife(t)
	one := submittedByBoth
	one.Plan.Steps = []signing.PlannedStep{{Parties: []signing.PartyID{"p1", "p2"}, Step: signing.Step{Need: 1, Ladder: oneByOne.Plan.Steps[len(oneByOne.Plan.Steps)-1].Ladder}}}
	l.do(one)
	set := timers(l)
	rung := l.c.Order.NextRung()
	l.now = rung.Add(-10 * time.Minute)
	l.do(TimerFired{Effect: l.effect(EffectClimb, "")})
	if got := timers(l); got != set || !l.c.Order.Place("p2").Asked.IsZero() {
		t.Errorf("before its time: %s\nwant %s", got, set)
	}
	l.now = rung
	l.do(TimerFired{Effect: l.effect(EffectClimb, "")})
	if l.c.Order.Place("p2").Asked.IsZero() {
		t.Error("the next is not asked when it is time")
	}
}
