package scenario

import (
	"fmt"

	"samtjanst/forms"
	"samtjanst/forms/journey"
)

// Replay plays a scenario up to a step without judging it, and gives the scope from which the page of that step is made. who is 0 for
// the applicant and then the others in their order, before whom everybody else has finished; steps counts those of that person that
// are played, and more than there are is all.
func Replay(g *journey.Graph, s Scenario, who, steps int) forms.Scope {
	r := &runner{graph: g, scenario: s}
	r.scope = forms.Scope{Answers: g.Defaults(), Facts: s.Facts, Settings: s.Settings, Actor: s.Actor, Today: s.Today, Holders: s.Directory}
	own := s.Steps
	if who <= 0 || who > len(s.Others) {
		own = first(own, steps)
	}
	for i, step := range own {
		r.step(fmt.Sprint(i), step)
	}
	if who <= 0 || who > len(s.Others) {
		return r.scope
	}
	common := r.scope
	for i, o := range s.Others[:who] {
		if i == who-1 {
			o.Steps = first(o.Steps, steps)
		}
		r.other(o, common)
	}
	r.scope.Parties = nil // a person who fills in sees no other party
	return r.scope
}

func first(steps []Step, n int) []Step { return steps[:max(0, min(n, len(steps)))] }
