package flow

import (
	"slices"

	"samtjanst/forms"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/signing"
)

// seats are the places that people have in an order by their roles. One person takes one place, by the role that is told first, unless the form
// lets the same person sign by another role too.
type seats struct {
	again bool // the form lets
	taken []seat
	twice []string // roles of people who have a place by another role, and get none by this
}

type seat struct {
	role  string
	party signing.PartyID
}

// take gives a party a place by a role. known is whether the party took part by another role before.
func (s *seats) take(role string, p signing.PartyID, known bool) {
	if known && !s.again && slices.ContainsFunc(s.taken, func(t seat) bool { return t.party == p }) {
		s.twice = append(s.twice, role)
		return
	}
	s.taken = append(s.taken, seat{role, p})
}

// signingPlan says how those who are to sign do so: by the steps of the form, else all at once. A step whose people do not sign this case
// is left out. fault.Invalid when all of a step's people sign in another step: what two are to see would be seen by one.
func signingPlan(f forms.Signing, s seats) (signing.Plan, error) {
	p := signing.Plan{About: "application", Within: clock.Span{Days: f.Days, Minutes: f.Minutes}, Again: f.SamePerson}
	for _, days := range f.Reminders {
		p.Reminders = append(p.Reminders, signing.Reminder{After: clock.Span{Days: days}})
	}
	for _, r := range f.Remind {
		p.Reminders = append(p.Reminders, signing.Reminder{After: clock.Span{Days: r.Days, Minutes: r.Minutes}, By: r.By})
	}
	if len(f.Steps) == 0 {
		if all := s.of(nil); len(all) > 0 {
			p.Steps = []signing.PlannedStep{{Parties: all}}
		}
		return p, nil
	}
	for i, step := range f.Steps {
		planned := signing.PlannedStep{Step: signing.Step{Need: step.Need, Ladder: clock.Span(step.Ladder)}, Parties: s.of(step.Who)}
		switch {
		case len(planned.Parties) > 0:
			p.Steps = append(p.Steps, planned)
		case slices.ContainsFunc(step.Who, func(role string) bool { return slices.Contains(s.twice, role) }):
			return signing.Plan{}, fault.Newf("flow.signingPlan", fault.Invalid, "everybody in step %d signs in another", i+1)
		}
	}
	return p, nil
}

// of lists those who have a place by one of some roles, each once; by any role when none is named.
func (s *seats) of(roles []string) []signing.PartyID {
	var out []signing.PartyID
	for _, t := range s.taken {
		if (roles == nil || slices.Contains(roles, t.role)) && !slices.Contains(out, t.party) {
			out = append(out, t.party)
		}
	}
	return out
}
