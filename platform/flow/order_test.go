package flow

import (
	"errors"
	"fmt"
	"testing"

	"samtjanst/forms"
	"samtjanst/platform/fault"
	"samtjanst/platform/signing"
)

// Who has two roles takes one place, or one in each step when the form lets the same person sign twice; what two are to see is never seen by one
// because somebody's place went away.
func TestOnePersonWithTwoRoles(t *testing.T) {
	twoSteps := []forms.SigningStep{{Who: []string{"applicant"}}, {Who: []string{"attest"}}}
	for name, c := range map[string]struct {
		form  forms.Signing
		roles []string // of p1, then "role" of somebody new or "role=p1" of somebody known
		want  string
	}{
		"two people":                     {forms.Signing{Days: 1, Steps: twoSteps}, []string{"applicant", "attest"}, "[p1] [p2]"},
		"nobody attests this one":        {forms.Signing{Days: 1, Steps: twoSteps}, []string{"applicant"}, "[p1]"},
		"one who may not attest alone":   {forms.Signing{Days: 1, Steps: twoSteps}, []string{"applicant", "attest=p1"}, "invalid"},
		"one who may":                    {forms.Signing{Days: 1, Steps: twoSteps, SamePerson: true}, []string{"applicant", "attest=p1"}, "[p1] [p1]"},
		"another attests with her":       {forms.Signing{Days: 1, Steps: twoSteps}, []string{"applicant", "attest=p1", "attest"}, "[p1] [p2]"},
		"both, when she may":             {forms.Signing{Days: 1, Steps: twoSteps, SamePerson: true}, []string{"applicant", "attest=p1", "attest"}, "[p1] [p1 p2]"},
		"named twice in one role":        {forms.Signing{Days: 1, Steps: twoSteps}, []string{"applicant", "attest", "attest=p2"}, "[p1] [p2]"},
		"all at once":                    {forms.Signing{Days: 1}, []string{"applicant", "attest=p1", "attest"}, "[p1 p2]"},
		"all at once, each signs once":   {forms.Signing{Days: 1, SamePerson: true}, []string{"applicant", "attest=p1"}, "[p1]"},
		"who signs as nothing else does": {forms.Signing{Days: 1, Steps: twoSteps[1:]}, []string{"attest=p1"}, "[p1]"},
	} {
		t.Run(name, func(t *testing.T) {
			s := seats{again: c.form.SamePerson}
			n := 0
			for _, r := range c.roles {
				var who int
				if k, err := fmt.Sscanf(r, "attest=p%d", &who); err == nil && k == 1 {
					s.take("attest", signing.PartyID("p"+itoa(who)), true)
					continue
				}
				n++
				s.take(r, signing.PartyID("p"+itoa(n)), false)
			}
			plan, err := signingPlan(c.form, s)
			got := ""
			for i, step := range plan.Steps {
				if i > 0 {
					got += " "
				}
				got += fmt.Sprint(step.Parties)
			}
			if errors.Is(err, fault.Invalid) {
				got = "invalid"
			} else if err != nil {
				t.Fatal(err)
			}
			if got != c.want || plan.Again != c.form.SamePerson && err == nil {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}
