package flow

import (
	"testing"
	"time"

	"samtjanst/forms"
	"samtjanst/platform/casework"
	"samtjanst/platform/directory"
	"samtjanst/platform/identity"
	"samtjanst/platform/idno"
	"samtjanst/platform/signing"
)

// Nobody is asked by telephone unless both the form, for that order, and the municipality say so, and never the officer's own self.
func TestMayAskByPhone(t *testing.T) {
	start := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	const board = identity.AuthorityID("ekkoping/social")
	place := func(p signing.PartyID) signing.Order {
		return signing.Order{Places: []signing.Place{{Party: p, State: signing.Invited, Asked: start}}}
	}
	number := idno.Must("199001012385")
	for _, c := range []struct {
		name                          string
		application, decision, tenant bool
		party                         signing.PartyID
		edit                          func(*StaffCase, *identity.Staff)
		want                          bool
	}{
		{"nothing is said", false, false, false, "p1", nil, false},
		{"the form alone", true, true, false, "p1", nil, false},
		{"the municipality alone", false, false, true, "p1", nil, false},
		{"the application", true, false, true, "p1", nil, true},
		{"the decision, where the application may", true, false, true, "d1", nil, false},
		{"the decision", false, true, true, "d1", nil, true},
		{"the application, where the decision may", false, true, true, "p1", nil, false},
		{"who is no party", true, true, true, "p9", nil, false},
		{"without a number", true, true, true, "p1", func(v *StaffCase, _ *identity.Staff) { v.Case.Parties[0].Number = idno.Number{} }, false},
		{"before the turn", true, true, true, "p1", func(v *StaffCase, _ *identity.Staff) { v.Case.Order.Places[0].Asked = v.Case.Order.Created }, false},
		{"an order that has ended", true, true, true, "p1", func(v *StaffCase, _ *identity.Staff) { v.Case.Order.Ended = true }, false},
		{"who has left", true, true, true, "p1", func(v *StaffCase, _ *identity.Staff) { v.Case.Parties[0].Left = true }, false},
		{"the officer as a party", true, true, true, "p1", func(_ *StaffCase, st *identity.Staff) { st.Number = number }, false},
		{"the officer as who decides", true, true, true, "d1", func(_ *StaffCase, st *identity.Staff) { st.Subject = "login|disa" }, false},
		{"who reads and handles nothing", true, true, true, "p1", func(_ *StaffCase, st *identity.Staff) { st.Grants[0].Roles = []identity.Role{identity.Manager} }, false},
	} {
		m := forms.Meta{Signing: forms.Signing{Phone: c.application}}
		m.Decision.Sign = &forms.DecisionSigning{Phone: c.decision}
		v := &StaffCase{Form: &forms.Form{Def: &forms.Definition{Meta: m}}, Service: ServiceView{Tenant: &directory.Tenant{PhoneSigning: c.tenant}},
			Case: casework.Case{Authority: string(board), Parties: []casework.Party{{ID: "p1", Number: number}}, Order: place("p1"),
				Decision: &casework.Decision{Order: place("d1"), Signers: []casework.Party{{ID: "d1", Subject: "login|disa", Number: idno.Must("198506012387")}}}}}
		st := &identity.Staff{Subject: "login|mona", Grants: []identity.Grant{{Authority: board, Roles: []identity.Role{identity.Officer}}}}
		if c.edit != nil {
			c.edit(v, st)
		}
		if got := MayAskByPhone(identity.Actor{Staff: st}, v, c.party); got != c.want {
			t.Errorf("%s: %t", c.name, got)
		}
	}
}
