package identity

import (
	"testing"

	"samtjanst/platform/idno"
)

// Nothing is allowed that no grant gives, and a grant does not cross the wall of its authority.
func TestHas(t *testing.T) {
	officer := Actor{Staff: &Staff{Tenant: "a", Grants: []Grant{{Authority: "a/skola", Roles: []Role{Officer}}}}}
	citizen := Actor{Citizen: &Citizen{Number: idno.Must("198403122388"), Level: LoA3}}
	for _, c := range []struct {
		who  Actor
		auth AuthorityID
		role []Role
		want bool
	}{
		{officer, "a/skola", []Role{Officer}, true},
		{officer, "a/skola", []Role{Decider, Officer}, true},
		{officer, "a/skola", []Role{Decider}, false},
		{officer, "a/skola", nil, false},
		{officer, "a/social", []Role{Officer}, false},
		{officer, "b/skola", []Role{Officer}, false},
		{citizen, "a/skola", []Role{Officer}, false},
		{Actor{}, "a/skola", []Role{Officer}, false},
		{Actor{System: "outbox"}, "a/skola", []Role{Officer}, false},
	} {
		if got := c.who.Has(c.auth, c.role...); got != c.want {
			t.Errorf("%+v has %v in %s: %v", c.who, c.role, c.auth, got)
		}
	}
	if !(Actor{}).Stranger() || citizen.Stranger() || officer.Stranger() {
		t.Error("who is a stranger")
	}
}

func TestIsNobodyWithoutANumber(t *testing.T) {
	if (Actor{Citizen: &Citizen{}}).Is(idno.Number{}) {
		t.Error("no number is the same person as no number")
	}
}
