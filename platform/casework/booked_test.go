package casework

import (
	"errors"
	"slices"
	"testing"
	"time"

	"samtjanst/platform/fault"
)

var lesson = start.AddDate(0, 0, 7)

// booked is a case that was handed in with a time, and has told so.
func booked(t *testing.T) *life {
	l := newLife(t)
	l.c.Parties = []Party{{ID: "p1", Role: "applicant", Name: "Anna Testsson"}}
	l.c.Booked = []Booked{{Field: "/tid", Start: lesson}}
	l.do(Submitted{}).is(AwaitingOfficer)
	return l.do(NoticeSent{Effect: l.effect(EffectReceipt, "p1"), Channel: "mail"})
}

func (l *life) times(want ...time.Time) {
	l.t.Helper()
	var have []time.Time
	for _, b := range l.c.Booked {
		if !b.Start.IsZero() {
			have = append(have, b.Start)
		}
	}
	if !slices.EqualFunc(have, want, time.Time.Equal) {
		l.t.Fatalf("booked %v, want %v", have, want)
	}
}

// An officer gives another time, none, and a third: each time the place before is given back and the applicant told.
func TestATimeIsMovedAndCancelled(t *testing.T) {
	l, later := booked(t), lesson.AddDate(0, 0, 7)
	for _, to := range []time.Time{later, {}, lesson} {
		from, had := l.c.TimeOf("/tid")
		l.do(TimeChanged{Field: "/tid", From: from, To: to, Reason: "Läraren är sjuk."})
		if had {
			l.do(PlacesKept{l.effect(EffectPlaces, "")})
		}
		l.do(NoticeSent{Effect: l.effect(EffectTime, "p1"), Channel: "sms"})
		if to.IsZero() {
			l.times()
		} else {
			l.times(to)
		}
	}
	if err := VerifyChain(l.c.Events); err != nil {
		t.Error(err)
	}
}

// Withdrawing and deciding right after a change leave the place to be given back.
func TestPlacesAreGivenBackWhateverHappens(t *testing.T) {
	l := booked(t).do(WithdrawnBy{"p1"}).is(Withdrawn)
	l.times()
	l.do(PlacesKept{l.effect(EffectPlaces, "")})

	l = booked(t).do(TimeChanged{Field: "/tid", From: lesson, To: lesson.AddDate(0, 0, 7), Reason: "Läraren är sjuk."}).do(DecisionTaken{}).is(Decided)
	l.do(PlacesKept{l.effect(EffectPlaces, "")})

	l = booked(t).do(DecisionTaken{})
	l.times(lesson) // a decision takes nobody's time away
	if l.has(EffectPlaces) {
		t.Errorf("effects %v", l.c.Effects)
	}
}

// Somebody who cannot be told of a changed time would come in vain: the officer rings.
func TestWhoCannotBeToldOfATimeIsATask(t *testing.T) {
	l := booked(t).do(TimeChanged{Field: "/tid", From: lesson, Reason: "Läraren är sjuk."})
	l.do(NoticeFailed{Effect: l.effect(EffectTime, "p1"), Why: NoAddress})
	if tasks := l.c.OpenTasks(); len(tasks) != 1 || tasks[0].Kind != TaskNoticeFailed {
		t.Errorf("tasks %v", tasks)
	}
}

func TestTimeConflicts(t *testing.T) {
	l := booked(t)
	for name, c := range map[string]struct {
		event TimeChanged
		want  fault.Kind
	}{
		"another officer was first": {TimeChanged{Field: "/tid", From: lesson.Add(time.Hour), To: lesson, Reason: "x"}, fault.Conflict},
		"another question":          {TimeChanged{Field: "/annan", From: lesson, Reason: "x"}, fault.Conflict},
		"the same time":             {TimeChanged{Field: "/tid", From: lesson, To: lesson, Reason: "x"}, fault.Invalid},
		"without a reason":          {TimeChanged{Field: "/tid", From: lesson}, fault.Invalid},
	} {
		if _, _, err := Apply(l.c, c.event, stampAt(l.now)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
