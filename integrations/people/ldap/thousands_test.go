package ldap_test

import (
	"fmt"
	"testing"

	lib "github.com/go-ldap/ldap/v3"
)

// Figures of a real server with 5,000 people, all of them in a group that is within another: go test -run '^$' -bench Thousands -benchtime 3x ./integrations/people/ldap
func BenchmarkThousands(b *testing.B) {
	srv := newSlapd(b)
	all := lib.NewAddRequest(group("Alla"), nil)
	all.Attribute("objectClass", []string{"groupOfNames"})
	var members []string
	for i := range 5000 {
		uid := fmt.Sprintf("u%04d", i)
		srv.add(person(uid), "objectClass", "inetOrgPerson", "uid", uid, "cn", "Nr "+uid, "givenName", "Nummer", "sn", "Testsson", "mail", uid+"@example.se", "title", "Socialsekreterare",
			"departmentNumber", fmt.Sprintf("Enhet %d", i%40))
		members = append(members, person(uid))
	}
	all.Attribute("member", members)
	if err := srv.root.Add(all); err != nil {
		b.Fatal(err)
	}
	srv.add(group("Kommunen"), "objectClass", "groupOfNames", "cn", "Kommunen", "member", group("Alla"))
	cfg := srv.config()
	cfg.PageSize = 500
	s := source(b, cfg)
	b.Run("everybody", func(b *testing.B) {
		for range b.N {
			if got, err := s.Everybody(b.Context()); err != nil || len(got) != 5000 || len(got[4711].Groups) != 2 {
				b.Fatal(len(got), err)
			}
		}
	})
}
