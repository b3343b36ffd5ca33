package flow

import (
	"errors"
	"testing"

	"samtjanst/platform/directory"
	"samtjanst/platform/directory/people"
	"samtjanst/platform/identity"
	"samtjanst/platform/idno"
)

// Who a login has shown is found by what it has shown before, by number, or by the organisation's own directory, in that order; what contradicts
// itself finds nobody, and a user name that has been given to somebody else does not lead to who had it.
func TestFound(t *testing.T) {
	one, two, other := idno.Must("197101012388"), idno.Must("197202032392"), idno.Must("197303052380")
	synced := func(external, user string, active bool) *people.Synced {
		return &people.Synced{From: "scim", External: external, UserName: user, Active: active}
	}
	snap := people.NewSnapshot(&directory.Tenant{ID: "ekkoping"}, 1, []*people.Person{
		{ID: "numbered", Number: one},
		{ID: "linked", Number: two, Logins: []string{"https://a|2"}},
		{ID: "unnumbered", Logins: []string{"https://a|3"}},
		{ID: "synced", Synced: synced("x-1", "sync@example.se", true)},
		{ID: "known", Logins: []string{"https://a|old"}, Synced: synced("x-2", "known@example.se", true)},
		{ID: "gone", Number: other, Logins: []string{"https://a|9"}, Synced: synced("x-9", "gone@example.se", false)},
		{ID: "again", Synced: synced("x-10", "again@example.se", true)},
		{ID: "before", Synced: synced("x-11", "again@example.se", false)},
		{ID: "twin-1", Synced: synced("x-12", "twin@example.se", true)},
		{ID: "twin-2", Synced: synced("x-13", "twin@example.se", true)},
	}, nil)
	for name, c := range map[string]struct {
		shown StaffShown
		want  people.ID
		no    identity.NotLetIn
	}{
		"by number":                              {StaffShown{Subject: "https://a|1", Number: one}, "numbered", ""},
		"by the login":                           {StaffShown{Subject: "https://a|2"}, "linked", ""},
		"by both":                                {StaffShown{Subject: "https://a|2", Number: two}, "linked", ""},
		"the login is another's than the number": {StaffShown{Subject: "https://a|2", Number: one}, "", identity.OtherNumber},
		"the number is nobody's, the login is":   {StaffShown{Subject: "https://a|2", Number: idno.Must("197404072386")}, "", identity.OtherNumber},
		"the login of one, another's number":     {StaffShown{Subject: "https://a|3", Number: one}, "", identity.OtherNumber},
		"by the directory's id":                  {StaffShown{Subject: "https://a|4", External: "x-1"}, "synced", ""},
		"by the user name, letters large":        {StaffShown{Subject: "https://a|4", UserName: "Sync@example.se"}, "synced", ""},
		"another account with the user name":     {StaffShown{Subject: "https://a|new", UserName: "known@example.se"}, "", ""},
		"another account with the id":            {StaffShown{Subject: "https://a|new", External: "x-2"}, "known", ""},
		"a login elsewhere with the user name":   {StaffShown{Subject: "https://b|new", UserName: "known@example.se"}, "known", ""},
		"left, by login":                         {StaffShown{Subject: "https://a|9"}, "", identity.HasLeft},
		"left, by number":                        {StaffShown{Subject: "https://a|10", Number: other}, "", identity.HasLeft},
		"left, by id":                            {StaffShown{Subject: "https://b|10", External: "x-9"}, "", identity.HasLeft},
		"whose user name is in use again":        {StaffShown{Subject: "https://a|11", UserName: "again@example.se"}, "again", ""},
		"a user name of two":                     {StaffShown{Subject: "https://a|12", UserName: "twin@example.se"}, "", ""},
		"nobody":                                 {StaffShown{Subject: "https://a|13"}, "", ""},
	} {
		p, no := found(snap, c.shown)
		var got people.ID
		if p != nil {
			got = p.ID
		}
		if got != c.want || no != c.no {
			t.Errorf("%s: %q %q", name, got, no)
		}
	}
}

// An organisation's login opens elected roles at those that it works for, and an e-legitimation where it is let in; nothing else.
func TestBelieves(t *testing.T) {
	alone := &directory.Tenant{ID: "a"}
	with := &directory.Tenant{ID: "b", Staff: directory.StaffLogin{BankID: true}, Cooperations: []directory.Cooperation{{Host: "varden/social"}}}
	for _, c := range []struct {
		of   *directory.Tenant
		from identity.TenantID
		want bool
	}{{alone, "", false}, {alone, "varden", false}, {with, "", true}, {with, "varden", true}, {with, "vard", false}, {with, "a", false}} {
		if believes(c.of, c.from) != c.want {
			t.Errorf("%s of %q: not %v", c.of.ID, c.from, c.want)
		}
	}
}

// Where groups let in who is in no register, they do not let in whom the register knows as somebody who has left: neither at the login, by whichever
// way it is known, nor somebody who is in already.
func TestClosedIsClosedToGroupsToo(t *testing.T) {
	s, clk := withRegister(t)
	number := idno.Must("198403122388")
	shown := func(change func(*StaffShown)) StaffShown {
		in := StaffShown{Tenant: "ekkoping", Subject: "https://login|1", Name: "Sanna Provberg", Groups: []string{"jouren"}, At: clk.Now()}
		change(&in)
		return in
	}
	ways := map[string]StaffShown{
		"nothing but groups": shown(func(*StaffShown) {}),
		"the login":          shown(func(in *StaffShown) { in.Subject = "https://login|known" }),
		"the number":         shown(func(in *StaffShown) { in.Number = number }),
		"the directory's id": shown(func(in *StaffShown) { in.External = "guid-1" }),
		"the user name":      shown(func(in *StaffShown) { in.UserName = "Sanna" }),
	}
	sessions := map[string]identity.Staff{}
	for way, in := range ways {
		roles, err := s.StaffRoles(t.Context(), in)
		if err != nil || len(roles) != 1 || len(roles[0].Grants) != 1 {
			t.Fatalf("%s, before anybody is in the register: %+v %v", way, roles, err)
		}
		sessions[way] = roles[0]
	}
	_, err := s.People.Put(t.Context(), people.Person{Tenant: "ekkoping", Name: "Sanna Provberg", Number: number, Logins: []string{"https://login|known"},
		Synced: &people.Synced{From: "scim", External: "guid-1", UserName: "sanna", Active: true}, Closed: clk.Now()}, people.Entry{By: "setup"})
	if err != nil {
		t.Fatal(err)
	}
	for way, in := range ways {
		closed := way != "nothing but groups" // nobody can know that it is the same person
		_, atLogin := s.StaffRoles(t.Context(), in)
		_, atRequest := s.StaffRights(t.Context(), sessions[way])
		for when, err := range map[string]error{"at the login": atLogin, "who is in already": atRequest} {
			var why identity.NotLetIn
			if errors.As(err, &why) != closed || closed && why != identity.HasLeft {
				t.Errorf("known by %s, %s: %v", way, when, err)
			}
		}
	}
}
