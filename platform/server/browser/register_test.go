package browser

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"testing"
	"time"

	source "samtjanst/integrations/people"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/calendar"
	"samtjanst/platform/directory/people"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/identity"
	"samtjanst/platform/idno"
	"samtjanst/platform/server/servertest"
)

// shut is an organisation's own directory that does not let us in.
type shut struct{}

func (shut) Everybody(context.Context) ([]source.Entry, error) {
	return nil, fault.New("shut", fault.Unauthorised, nil)
}

// peopled is a board with a chair, a secretary and more officers than stand on a page, whose directory is not followed.
func peopled(t *testing.T, w *servertest.World) {
	t.Helper()
	put := func(p people.Person, roles ...identity.Role) {
		p.Tenant = "ekkoping"
		for _, r := range roles {
			p.Roles = append(p.Roles, people.Role{Authority: "social", Role: r})
		}
		if _, err := w.Flow.People.Put(w.Ctx, p, people.Entry{By: "setup"}); err != nil {
			t.Fatal(err)
		}
	}
	linda := personas.LindaProvgren.Persona()
	put(people.Person{Name: linda.Name(), Number: linda.EIDNumber, Email: "linda.provgren@example.se"}, identity.Secretary)
	put(people.Person{Name: "Sanna Provberg", Number: idno.Must("198403122388"), Phone: "+46701740605", Email: "sanna.med.ett.mycket.langt.namn.provberg@example.se"}, identity.Chair)
	for i := range 50 {
		put(people.Person{Name: fmt.Sprintf("Nummer %d Testsson", i)}, identity.Officer)
	}
	line := people.Delegation{Kinds: []string{"sol-12-1"}, Title: "Enhetschef", Law: "12 kap. 1 § SoL", Number: "4.12", Decided: calendar.Of(2026, 11, 18), Paragraph: "§ 9"}
	if _, err := w.Flow.People.PutBoard(w.Ctx, "ekkoping", people.Board{Authority: "social", Delegations: []people.Delegation{line}}, people.Entry{What: []string{"delegations"}}); err != nil {
		t.Fatal(err)
	}
	sync := flow.PeopleSync{Service: w.Flow, Sources: []flow.PeopleSource{{Tenant: "ekkoping", ID: "ad", Source: shut{}, Interval: time.Hour, Most: 0.2}}}
	if err := sync.Read(w.Ctx); err != nil {
		t.Fatal(err)
	}
}

// keeper opens a window of somebody who keeps the people of two of Ekköping's boards, and manages their figures, at socialnämnden's.
func keeper(t *testing.T, w *servertest.World, name string, dev device) *tab {
	t.Helper()
	b := newTab(t, w.URL, dev)
	roles := []identity.Role{identity.PeopleAdmin, identity.Manager}
	b.issue(w, httpkit.StaffSession, identity.Actor{Lang: "sv", Staff: &identity.Staff{Subject: "login|" + name, Name: name + " Testsson", Tenant: "ekkoping", LoginAt: w.Clock.Now(),
		Grants: []identity.Grant{{Authority: "ekkoping/social", Roles: roles}, {Authority: "ekkoping/teknik", Roles: roles}}}})
	b.open("/admin/personer")
	b.follow("Socialnämnden")
	return b
}

// Every page of a board's people and of its figures, on a phone: an administrator proposes, by file too, and has the board's secretary sign; another
// confirms with the keyboard, and a third attaches a paper where there is no script.
func TestRegister(t *testing.T) {
	t.Parallel()
	w := world(t)
	peopled(t, w)
	one := keeper(t, w, "En", phone)
	one.sees("Registret följer inte katalogen ad", "Nummer 0 Testsson")
	one.follow("Nästa")
	one.fill("Namn, e-postadress eller befattning", "sanna")
	one.follow("Sök")
	one.follow("Sanna Provberg")
	one.refused("Spara frånvaron")
	one.date("Från och med dag", "2026", "12", "24")
	one.follow("Spara frånvaron")
	one.follow("Föreslå en ändring")
	one.fill("Förordnande 1 › Beslutstyper", "lvu-6")
	one.refused("Föreslå")
	one.date("Förordnande 1 › Nämndens beslut", "2026", "11", "18")
	one.fill("Förordnande 1 › Paragraf", "§ 14")
	one.choose("Linda Provgren skriver under här")
	one.follow("Föreslå")
	one.sees("Väntar på nämndsekreterarens underskrift", "Linda Provgren har fått besked")

	e, err := w.Flow.Vault.BySubmission(w.Ctx, "people-change/"+path.Base(one.path()))
	if err != nil {
		t.Fatal(err)
	}
	w.Sign(servertest.Citizen(personas.LindaProvgren), e.Case.ID) // as orders by hand are walked through elsewhere
	two := keeper(t, w, "Två", desk)
	two.pressKey("Ändringar")
	two.pressKey("Sanna Provberg: Förordnanden")
	two.document("namndens-beslut-UND-")
	two.pressKey("Bekräfta")
	two.sees("Ändringen är bekräftad och gäller.", "Inget väntar.")

	file := filepath.Join(t.TempDir(), "personer.csv")
	if err := os.WriteFile(file, []byte("namn;roll;personnummer\nIda Testsson;handläggare;\nUlla Testsson;handläggare;12\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	one.open("/admin/personer/ekkoping/social")
	one.follow("Läs in fil")
	one.refused("Läs filen")
	one.attach("Fil med personer", file)
	one.follow("Läs filen")
	one.sees("Ida Testsson", "En rad togs inte med", "Ulla Testsson")
	one.follow("Ta tillbaka")

	one.follow("Jour")
	one.refused("Lägg till")
	one.pick("Vem", "Sanna Provberg")
	one.date("Börjar dag", "2026", "11", "23")
	one.fill("Börjar klockan", "18.00")
	one.date("Slutar dag", "2026", "11", "24")
	one.fill("Slutar klockan", "07.00")
	one.follow("Lägg till")
	one.sees("Passet är tillagt.", "Lucka:")
	one.follow("Byt Sanna Provberg")
	one.follow("Till schemat")

	one.follow("Delegering")
	one.refused("Föreslå")
	one.follow("Avsluta")
	one.refused("Föreslå")
	one.follow("Till delegationsordningen")
	one.follow("Sammanträden")
	one.date("Dag", "2026", "12", "16")
	one.follow("Lägg till")
	one.sees("16 december 2026")

	one.open("/admin/kostnader")
	one.follow("Socialnämnden")
	one.follow("Användare och fördelning")
	one.fill("Belopp att fördela", "1 000")
	one.follow("Visa")

	plain := keeper(t, w, "Tre", deskNoScript)
	plain.follow("Lägg till en person")
	plain.fill("Namn", "Ola Testsson")
	plain.pick("Roll 1 › Roll", "Handläggare")
	plain.refused("Föreslå")
	plain.attach("Nämndens undertecknade beslut (PDF)", certificatePDF(t, "protokoll.pdf"))
	plain.follow("Föreslå")
	plain.sees("Förslaget väntar", "protokoll.pdf")
}
