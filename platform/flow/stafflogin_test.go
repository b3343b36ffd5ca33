package flow

import (
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
