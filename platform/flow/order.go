package flow

import (
	"slices"

	"samtjanst/forms"
	"samtjanst/platform/casework"
	"samtjanst/platform/clock"
	"samtjanst/platform/signing"
)

// signingPlan says how those who are to sign do so: by the steps of the form, else all at once. A step whose people do not sign this case
// is left out.
func signingPlan(f forms.Signing, c *casework.Case, signers []signing.PartyID) signing.Plan {
	p := signing.Plan{About: "application", Within: clock.Span{Days: f.Days, Minutes: f.Minutes}, Again: f.SamePerson}
	for _, days := range f.Reminders {
		p.Reminders = append(p.Reminders, signing.Reminder{After: clock.Span{Days: days}})
	}
	for _, r := range f.Remind {
		p.Reminders = append(p.Reminders, signing.Reminder{After: clock.Span{Days: r.Days, Minutes: r.Minutes}, By: r.By})
	}
	if len(f.Steps) == 0 {
		if len(signers) > 0 {
			p.Steps = []signing.PlannedStep{{Parties: signers}}
		}
		return p
	}
	for _, step := range f.Steps {
		planned := signing.PlannedStep{Step: signing.Step{Need: step.Need, Ladder: clock.Span(step.Ladder)}}
		for _, id := range signers {
			if slices.Contains(step.Who, c.Party(id).Role) {
				planned.Parties = append(planned.Parties, id)
			}
		}
		if len(planned.Parties) > 0 {
			p.Steps = append(p.Steps, planned)
		}
	}
	return p
}
