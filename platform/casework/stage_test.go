package casework

import (
	"errors"
	"slices"
	"testing"

	"samtjanst/platform/fault"
	"samtjanst/platform/signing"
)

// suggestion is a case that somebody handed in without login, in the first of its stages.
func suggestion(t *testing.T) *life {
	l := newLife(t)
	l.c.Parties = []Party{{ID: "p1", Role: "applicant"}}
	l.c.Stage, l.c.Browser = "ny", "hash"
	return l.do(Submitted{}).is(AwaitingOfficer)
}

// A case goes through its stages with a note, each move in the chain; the last closes it.
func TestStages(t *testing.T) {
	l := suggestion(t)
	if l.c.StageSince != l.c.Submitted || !slices.Contains(l.c.Labels(), "stage:ny") {
		t.Errorf("begins in %q since %v, labels %v", l.c.Stage, l.c.StageSince, l.c.Labels())
	}
	l.do(NoticeFailed{Effect: l.effect(EffectReceipt, "p1"), Why: NoAddress})
	l.do(StageMoved{From: "ny", To: "gors", Note: "Bra idé."}).is(AwaitingOfficer)
	if l.c.Stage != "gors" || l.has(EffectStage) {
		t.Errorf("in %q; a silent move told somebody: %v", l.c.Stage, l.c.Effects)
	}
	l.do(StageMoved{From: "gors", To: "klar", Closes: true, Tell: true}).is(Closed)
	l.do(NoticeSent{Effect: l.effect(EffectStage, "p1"), Channel: "mail"}).is(Closed)
	if d := l.c.Applicant().Delivered; d[len(d)-1].What != "stage" {
		t.Errorf("told %v", d)
	}
	if len(l.c.OpenTasks()) > 0 {
		t.Errorf("a letter to somebody unknown: %v", l.c.OpenTasks())
	}
	if err := VerifyChain(l.c.Events); err != nil {
		t.Error(err)
	}
}

// Of two officers who move a case at the same time the second is refused, and a closed case stays where it is.
func TestStageConflicts(t *testing.T) {
	l := suggestion(t).do(StageMoved{From: "ny", To: "gors"})
	for name, c := range map[string]struct {
		event Event
		want  fault.Kind
	}{
		"the second officer":            {StageMoved{From: "ny", To: "nej"}, fault.Conflict},
		"to where it is":                {StageMoved{From: "gors", To: "gors"}, fault.Invalid},
		"to nowhere":                    {StageMoved{From: "gors"}, fault.Invalid},
		"ordering somebody unreachable": {CompletionOrdered{Parties: []signing.PartyID{"p1"}, Due: start.AddDate(0, 1, 0)}, fault.Invalid},
	} {
		if _, _, err := Apply(l.c, c.event, stampAt(l.now)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	l.do(StageMoved{From: "gors", To: "klar", Closes: true}).is(Closed)
	if _, _, err := Apply(l.c, StageMoved{From: "klar", To: "gors"}, stampAt(l.now)); !errors.Is(err, fault.Conflict) {
		t.Errorf("moved on after the end: %v", err)
	}
}
