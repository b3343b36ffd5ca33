package server_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"samtjanst/platform/clock"
	"samtjanst/platform/directory/people"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/identity"
	"samtjanst/platform/idno"
)

// A file of which half is wrong is shown before anything waits, to its maker alone; what is right becomes one change.
func TestPeopleOfAFile(t *testing.T) {
	w := peopleWorld(t)
	one, two := newDesk(t, w, administrator("En", social)), newDesk(t, w, administrator("Två", social))
	const at = "/admin/personer/ekkoping/social"
	one.Get(at + "/fil/mall")
	one.Want(200)
	template := string(one.Page.Body)
	one.Get(at + "/fil")
	one.sees(200, "file", "Läs in en fil", "beslutstyper")
	one.send(at+"/fil", nil, "fil", "personer.csv", []byte(template+"Ida Testsson;;;;kung\r\n"))
	one.sees(422, "file-nothing", "Ingen rad i filen kan tas med", "Välj ett av alternativen för ”roll”")
	one.send(at+"/fil", nil, "fil", "personer.csv", []byte(template+
		"Sanna Provberg;"+sannasNumber+";;;ordförande;Ordförande;2026-01-01;2026-12-31\r\nIda Testsson;;;;handläggare\r\nOla Testsson;198403122389;;;handläggare\r\nUlla Testsson;;12;;handläggare\r\n"))
	one.sees(200, "file-preview", "Rader: 4. Personer som ändras: 2. Rader som inte ändrar något: 0. Rader som inte togs med: 2.", "Sanna Provberg Ny", "Personnumret i ”personnummer” stämmer inte", "Ulla Testsson")
	prepared := changeOf(t, w, social)
	mine := at + "/andringar/" + prepared.ID
	two.Get(mine)
	two.Want(http.StatusNotFound)
	two.Get(at + "/andringar")
	two.sees(200, "file-others", "Inget väntar.")
	one.send(mine+"/foresla", url.Values{"not": {"Nya ledamöter"}}, "papper", "protokoll.pdf", []byte(handPDF))
	one.sees(200, "file-proposed", "Förslaget väntar")
	two.Get(mine)
	two.sees(200, "file-confirming", "Ida Testsson", "Nya ledamöter")
	two.Submit("Bekräfta", nil)
	two.follow()
	two.Get(at)
	two.sees(200, "file-done", "Sanna Provberg", "Ida Testsson")
	one.Get(at + "/fil")
	one.send(at+"/fil", nil, "fil", "personer.csv", []byte(template+"Ida Testsson;;;;handläggare\r\n"))
	one.sees(422, "file-again", "Det här ändrar ingenting.")
}

// A schedule that repeats each week through the change of clocks, its holes, a swap, the deputies; holes and waiting changes are told of in words that
// say nothing, and once.
func TestOnCallSchedule(t *testing.T) {
	w := peopleWorld(t)
	a := administrator("En", social)
	sanna := enter(t, w, social, people.Person{Name: "Sanna Provberg", Email: "sanna@example.se", Number: idno.Must("198403122388")}, identity.Chair)
	ola := enter(t, w, social, people.Person{Name: "Ola Testsson", Email: "ola@example.se", Number: idno.Must("197202032392")}, identity.Chair, identity.PeopleAdmin)
	const at = "/admin/personer/ekkoping/social/jour"
	d := newDesk(t, w, a)
	d.Get(at)
	d.sees(200, "schedule", "Vecka 48, 23 november 2026 – 29 november 2026", "Inga pass.")
	d.Submit("Lägg till", url.Values{"fran-dag": {"i går"}})
	d.sees(422, "shift-wrong", "Skriv dag och klockslag")
	d.Submit("Lägg till", url.Values{"vem": {string(sanna.ID)}, "fran-dag": {"2026-11-23"}, "fran-tid": {"00.00"}, "till-dag": {"2026-11-27"}, "till-tid": {"16:00"}, "veckor": {"20"}})
	d.follow()
	d.sees(200, "shift-added", "Passet är tillagt.", "Sanna Provbergmåndag 23 nov. 2026 kl. 00.00 – fredag 27 nov. 2026 kl. 16.00", "Lucka: fredag 27 nov. 2026 kl. 16.00 – måndag 30 nov. 2026 kl. 00.00", "2 luckor inom 14 dagar")
	b, _, err := w.Flow.People.Board(w.Ctx, "ekkoping", "social")
	if err != nil || len(b.Shifts) != 21 {
		t.Fatalf("%d %v", len(b.Shifts), err)
	}
	if last := b.Shifts[20]; last.To.In(clock.Stockholm).Format("2006-01-02 15:04") != "2027-04-16 16:00" { // summer time
		t.Errorf("%v", last.To)
	}
	d.Submit("Lägg till", url.Values{"vem": {string(sanna.ID)}, "fran-dag": {"2026-11-24"}, "fran-tid": {"08:00"}, "till-dag": {"2026-11-24"}, "till-tid": {"16:00"}})
	d.sees(422, "shift-twice", "Personen har redan ett pass då")

	told := func() (n int) {
		if err := w.Flow.WarnPeople(w.Ctx); err != nil {
			t.Fatal(err)
		}
		for _, m := range w.Sim.Mail.Messages("ola@example.se") {
			if text := fmt.Sprint(m); strings.Contains(text, "Provberg") || strings.Contains(text, "2026-11-27") {
				t.Errorf("the mail says too much: %s", text)
			}
			n++
		}
		return n
	}
	if n := told(); n != 1 {
		t.Errorf("%d mails of the holes", n)
	}
	if n := told(); n != 1 {
		t.Errorf("%d mails after another look", n)
	}
	w.Clock.Advance(24 * time.Hour) // three days before the first
	if n := told(); n != 2 {
		t.Errorf("%d mails three days before", n)
	}
	if n := len(w.Sim.Mail.Messages("sanna@example.se")); n != 0 {
		t.Errorf("who keeps nobody is told %d times", n)
	}

	d = newDesk(t, w, a)
	d.Get(at + "/pass/1?rev=1")
	d.sees(200, "swap", "Byt eller ta bort pass", "Ola Testsson tar passet")
	d.Submit("Spara", url.Values{"till": {"p:" + string(ola.ID)}})
	d.follow()
	d.sees(200, "swapped", "Schemat är ändrat.", "Ola Testssonmåndag 30 nov. 2026 kl. 00.00")
	d.Get(at + "/pass/1?rev=1") // as another tab has it
	d.Want(http.StatusSeeOther)
	d.Get(at)
	d.Submit("Spara ordningen", url.Values{"plats." + string(sanna.ID): {"1"}, "plats." + string(ola.ID): {"1"}})
	d.sees(422, "deputies-wrong", "Två har plats 1")
	d.Submit("Spara ordningen", url.Values{"plats." + string(sanna.ID): {"2"}, "plats." + string(ola.ID): {"1"}})
	d.follow()
	if b, _, err = w.Flow.People.Board(w.Ctx, "ekkoping", "social"); err != nil || b.Shifts[1].Person != ola.ID || len(b.Deputies) != 2 || b.Deputies[0] != ola.ID {
		t.Errorf("%+v %v", b.Deputies, err)
	}
	if _, err := w.Flow.AddShift(w.Ctx, a, social, 1, flow.ShiftEdit{}); !errors.Is(err, fault.Conflict) {
		t.Errorf("over what somebody else has laid down: %v", err)
	}

	d.Get("/admin/personer/ekkoping/social/sammantraden")
	d.Submit("Lägg till", url.Values{"dag": {"2026-12-16"}, "stopp-dag": {"2026-12-09"}, "stopp-tid": {"12.00"}})
	d.follow()
	d.sees(200, "meetings", "16 december 2026", "Beslut till och med 9 december 2026 kl. 12.00")
	d.Submit("Ta bort", nil)
	d.follow()
	d.sees(200, "meetings-none", "Inga kommande sammanträden.")

	d.Get("/admin/personer/ekkoping/social/delegering")
	d.sees(200, "delegations", "Inga rader.")
	d.send("/admin/personer/ekkoping/social/delegering", url.Values{"typer": {"sol-12-1"}, "befattning": {"Enhetschef"}, "beslut": {"2026-11-18"}, "paragraf": {"§ 9"}}, "papper", "p.pdf", []byte(handPDF))
	d.sees(200, "delegation-proposed", "Läggs till: sol-12-1: Enhetschef, beslut 18 november 2026.")
	if n := told(); n != 3 { // Ola may confirm it
		t.Errorf("%d mails after a change has been proposed", n)
	}
	second := newDesk(t, w, administrator("Två", social))
	second.Get("/admin/personer/ekkoping/social/andringar/" + changeOf(t, w, social).ID)
	second.Submit("Bekräfta", nil)
	second.follow()
	d.Get("/admin/personer/ekkoping/social/delegering")
	d.sees(200, "delegated", "sol-12-1", "Enhetschef", "§ 9")
	rev := int64(0)
	if b, _, err = w.Flow.People.Board(w.Ctx, "ekkoping", "social"); err == nil {
		rev = b.Rev
	}
	d.Get(fmt.Sprintf("/admin/personer/ekkoping/social/delegering/0?rev=%d", rev))
	d.sees(200, "delegation-end", "Avsluta en rad i delegationsordningen")
}
