package flow

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	source "samtjanst/integrations/people"
	"samtjanst/platform/clock"
	"samtjanst/platform/directory"
	"samtjanst/platform/directory/people"
	"samtjanst/platform/identity"
	"samtjanst/platform/store/sealed"
	"samtjanst/platform/store/sqlitestore"
	"samtjanst/platform/vault"
)

const largeTown = `id: ekkoping
name: Ekköpings kommun
short: Ekköping
code: "9901"
contact: {phone: 08-46500400, email: info@example.se}
accessibility: {statement: Ja, report: info@example.se}
privacy: Ja
authorities: [{slug: social, name: Socialnämnden}]
staff:
  groups: [{name: jouren, authority: social, roles: [officer]}]
  rules: [{title: Socialsekreterare, authority: social, roles: [officer]}]
`

// withRegister is as much of the use cases as a register of people needs.
func withRegister(t testing.TB) (*Service, *clock.Manual) {
	t.Helper()
	dirs, err := directory.Load(fstest.MapFS{"m/ekkoping.yaml": {Data: []byte(largeTown)}}, "m")
	if err != nil {
		t.Fatal(err)
	}
	db, err := sqlitestore.Open(filepath.Join(t.TempDir(), "db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	keys, err := sealed.OpenKeyring(filepath.Join(t.TempDir(), "key"), db)
	if err != nil {
		t.Fatal(err)
	}
	clk := clock.NewManual(time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC))
	return &Service{Vault: &vault.Vault{Store: db, Keys: keys, Clock: clk}, Directory: dirs, People: people.NewRegister(dirs, db, keys, clk), Clock: clk, Log: slog.New(slog.DiscardHandler)}, clk
}

// Figures of a board with 5,000 people and 500 changes behind it: go test -run '^$' -bench Thousands -benchtime 10x ./platform/flow
func BenchmarkThousands(b *testing.B) {
	s, _ := withRegister(b)
	all := make([]source.Entry, 5000)
	for i := range all {
		all[i] = source.Entry{External: fmt.Sprint("id-", i), UserName: fmt.Sprint("nr", i), Name: fmt.Sprintf("Nummer %d Testsson", i), Email: fmt.Sprintf("nr%d@example.se", i), Title: "Socialsekreterare", Active: true}
	}
	if _, err := s.People.Synchronise(b.Context(), "ekkoping", "ldap:ad", all, 1); err != nil {
		b.Fatal(err)
	}
	actor := func(name string) identity.Actor {
		return identity.Actor{Staff: &identity.Staff{Subject: name, Name: name, Tenant: "ekkoping", Grants: []identity.Grant{{Authority: "ekkoping/social", Roles: []identity.Role{identity.PeopleAdmin}}}}}
	}
	one, two, ref := actor("En"), actor("Två"), BoardRef{"ekkoping", "social"}
	snap, err := s.People.Now(b.Context(), "ekkoping")
	if err != nil {
		b.Fatal(err)
	}
	who := snap.ByOrigin("ldap:ad", "id-4711").ID
	change := func(i int) people.Change {
		p, _, err := s.People.Person(b.Context(), "ekkoping", who)
		if err != nil {
			b.Fatal(err)
		}
		p.Roles = []people.Role{{Authority: "social", Role: identity.Decider, Title: fmt.Sprint("Titel ", i)}}
		c, err := s.People.Propose(b.Context(), people.Change{Tenant: "ekkoping", Authority: "social", By: signatory(one), Edits: []people.Edit{{Person: p}}})
		if err != nil {
			b.Fatal(err)
		}
		return c
	}
	for i := range 500 {
		if _, err := s.People.Refuse(b.Context(), "ekkoping", change(i).ID, signatory(two), "Nej."); err != nil {
			b.Fatal(err)
		}
	}
	for name, do := range map[string]func(i int) error{
		"list":         func(int) error { _, err := s.PeopleOf(b.Context(), one, ref, PeopleQuery{}); return err },
		"search":       func(int) error { _, err := s.PeopleOf(b.Context(), one, ref, PeopleQuery{Search: "4711"}); return err },
		"person":       func(int) error { _, err := s.PersonOf(b.Context(), one, ref, who); return err },
		"list-changes": func(int) error { _, _, err := s.PeopleChanges(b.Context(), one, ref); return err },
		"confirm":      func(i int) error { return s.ConfirmChange(b.Context(), two, ref, change(1000+i).ID) },
	} {
		b.Run(name, func(b *testing.B) {
			for i := range b.N {
				if err := do(i); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
