package signing

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"samtjanst/platform/clock"
)

// What an order waits for, as it goes on: the applicant first, then two of three, then one of two up a ladder.
func TestStepByStep(t *testing.T) {
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	o, _, err := NewOrder("o", Plan{Within: clock.Span{Days: 14}, Steps: []PlannedStep{{Parties: []PartyID{"p1"}},
		{Parties: []PartyID{"p2", "p3", "p4"}, Step: Step{Need: 2}},
		{Parties: []PartyID{"p5", "p6"}, Step: Step{Need: 1, Ladder: clock.Span{Minutes: 30}}}}}, at)
	if err != nil {
		t.Fatal(err)
	}
	type step struct {
		Need, Filled int
		Now          bool
	}
	check := func(when string, awaited []PartyID, steps ...step) {
		t.Helper()
		var names []PartyID
		for _, p := range o.Awaited() {
			names = append(names, p.Party)
		}
		if diff := cmp.Diff(awaited, names); diff != "" {
			t.Errorf("%s, awaited: %s", when, diff)
		}
		var got []step
		for _, s := range o.InSteps() {
			got = append(got, step{s.Need, s.Filled, s.Now})
		}
		if diff := cmp.Diff(steps, got); diff != "" {
			t.Errorf("%s: %s", when, diff)
		}
	}
	move := func(p PartyID, to PlaceState) {
		t.Helper()
		if _, _, err := o.Move(p, to, at); err != nil {
			t.Fatal(p, err)
		}
	}
	check("at first", []PartyID{"p1"}, step{1, 0, true}, step{2, 0, false}, step{1, 0, false})
	move("p1", Signed)
	check("in the second", []PartyID{"p2", "p3", "p4"}, step{1, 1, false}, step{2, 0, true}, step{1, 0, false})
	move("p2", OnPaper)
	move("p3", Declined)
	check("after a no", []PartyID{"p3", "p4"}, step{1, 1, false}, step{2, 1, true}, step{1, 0, false})
	move("p4", Signed)
	check("up the ladder", []PartyID{"p5"}, step{1, 1, false}, step{2, 2, false}, step{1, 0, true})
	move("p5", Hindered)
	check("the next", []PartyID{"p6"}, step{1, 1, false}, step{2, 2, false}, step{1, 0, true})
	move("p6", Hindered)
	check("nobody is left", []PartyID{"p5", "p6"}, step{1, 1, false}, step{2, 2, false}, step{1, 0, true})
	o.End(at)
	check("taken back", nil, step{1, 1, false}, step{2, 2, false}, step{1, 0, false})
	if got := (Order{}).InSteps(); got != nil {
		t.Errorf("an order of nobody has steps: %v", got)
	}
}
