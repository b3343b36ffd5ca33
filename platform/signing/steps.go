package signing

import (
	"slices"

	"samtjanst/platform/clock"
)

// StepStatus is a step as it stands.
type StepStatus struct {
	Places []Place
	Need   int        // how many of them must be filled
	Filled int        // how many are
	Ladder clock.Span // zero: all are asked at once
	Now    bool       // the order goes on, and this is the step that it waits for
}

// InSteps gives the order step by step, in the order in which they are signed.
func (o Order) InSteps() []StepStatus {
	if len(o.Places) == 0 {
		return nil
	}
	at := o.current()
	out := make([]StepStatus, o.steps())
	for n := range out {
		places, need, ladder := o.step(n)
		out[n] = StepStatus{Need: need, Filled: filled(places), Ladder: ladder, Now: !o.Ended && n == at}
		for _, p := range places {
			out[n].Places = append(out[n].Places, *p)
		}
	}
	return out
}

// Awaited gives the places that the order waits for now: those of the step that is going on whose party has been asked and has not
// answered, or has said no; and when the step cannot get what it needs also those who are hindered, in whose place the officer may put
// somebody else. None when nothing is wanted any more.
func (o Order) Awaited() []Place {
	n := o.current()
	if o.Ended || n == o.steps() {
		return nil
	}
	stuck := o.Stuck()
	places, _, _ := o.step(n)
	var out []Place
	for _, p := range places {
		if !p.Asked.IsZero() && (p.open() || stuck && p.State == Hindered) {
			out = append(out, *p)
		}
	}
	return slices.Clip(out)
}
