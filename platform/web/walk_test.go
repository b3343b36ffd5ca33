package web_test

import (
	"net/http"
	"strings"
	"testing"

	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/casework"
	"samtjanst/platform/httpkit/httptestkit"
	"samtjanst/platform/server/servertest"
)

// From the front page to a case that both guardians have signed, without script, against the real protocols.
func TestWalk(t *testing.T) {
	w := servertest.New(t, servertest.Options{})
	b := visit(t, w)
	b.Get("/")
	see(t, b, "Ekköpings kommun", "Tallviks kommun")
	b.Get("/ekkoping?sok=skjuts")
	see(t, b, "Ansök om skolskjuts", "1 e-tjänst passar")
	b.Get("/ekkoping?sok=bygglov")
	see(t, b, "Ingen e-tjänst passar")
	b.Get("/ekkoping/tillganglighet")
	see(t, b, "WCAG 2.2", "tillganglighet@ekkoping.example")
	b.Get("/ekkoping/personuppgifter")
	see(t, b, "personuppgiftsansvarig")
	b.Get("/ekkoping/tjanster/skolskjuts")
	see(t, b, "Börja ansökan", "Vem som skriver under", "Andra sätt att ansöka")

	b.Get("/ekkoping/tjanster/skolskjuts/starta") // a stranger comes to the login and back
	b.Want(http.StatusSeeOther)
	b.Follow()
	logIn(t, w, b, personas.AnnaTestsson)
	see(t, b, "Hämta uppgifterna och fortsätt")

	id := handIn(t, b, personas.ElsaTestsson)
	see(t, b, "Ansökan är inlämnad", "0 av 2 har skrivit under", "Läs och skriv under")

	b.Get("/arende/" + id + "/underskrift")
	see(t, b, "Ansökan om skolskjuts", "Elsa Testsson", "anna.testsson@example.se", "Kontrollsumma")
	part := partOf(t, b, id)
	b.Submit("Skriv under med BankID på den här enheten", nil)
	b.Follow()
	if err := w.Sim.BankID.Approve(personas.AnnaTestsson.Persona().EIDNumber, autoStart(t, b)); err != nil {
		t.Fatal(err)
	}
	ask(t, b)
	see(t, b, "Tack! Du har skrivit under.", "1 av 2 har skrivit under")

	b.Get("/mina-sidor")
	see(t, b, "Väntar på underskrift")
	b.Get("/arende/" + id + "/kopia")
	if !strings.HasPrefix(string(b.Page.Body), "%PDF") {
		t.Errorf("the copy is no PDF: %.40q", b.Page.Body)
	}

	erik := visit(t, w)
	erik.Get("/logga-in?till=/mina-sidor")
	logIn(t, w, erik, personas.ErikTestsson)
	see(t, erik, "Väntar på dig", "Skriv under: Ansök om skolskjuts")
	erik.Get("/arende/" + id)
	see(t, erik, "Fyll i dina uppgifter och skriv under")
	for _, secret := range []string{"anna.testsson@example.se", "Provgatan", "erik.testsson@example.se"} {
		if strings.Contains(string(erik.Page.Body), secret) {
			t.Errorf("the other guardian reads %q", secret)
		}
	}
	erik.Get("/arende/" + id + "/egna-uppgifter")
	erik.Follow()
	begun := erik.Page
	erik.Get("/ansokan/" + id + "-p2") // the own section is no application of his
	erik.Want(http.StatusNotFound)
	erik.Get("/mina-sidor")
	if strings.Contains(erik.Text(), "Påbörjade ansökningar") {
		t.Error("the own section is listed as an application")
	}
	erik.Page = begun
	fill(t, erik, answers(personas.ElsaTestsson), "/arende/"+id+"/underskrift")
	see(t, erik, "Det som skrivs under", "Dina egna uppgifter")
	if got := partOf(t, erik, id); got != part {
		t.Errorf("the second reads another common part than the first")
	}
	erik.Submit("Skriv under med BankID på den här enheten", nil)
	erik.Follow()
	if err := w.Sim.BankID.Approve(personas.ErikTestsson.Persona().EIDNumber, autoStart(t, erik)); err != nil {
		t.Fatal(err)
	}
	ask(t, erik)
	see(t, erik, "2 av 2", "väntar på en handläggare")
	if c := w.Head(casework.ID(id)); c.State != casework.AwaitingOfficer {
		t.Errorf("the case is %s", c.State)
	}
	erik.Post("/logga-ut", values("csrf", erik.Token()))
	erik.Follow()
	see(t, erik, "Du är utloggad")
	erik.Get("/mina-sidor")
	erik.Want(http.StatusSeeOther)
}

// partOf downloads the first part on the signing page.
func partOf(t *testing.T, b *httptestkit.Browser, id string) string {
	t.Helper()
	for _, a := range httptestkit.Find(b.Doc(), "a") {
		if href := httptestkit.Attr(a, "href"); strings.HasPrefix(href, "/arende/"+id+"/underskrift/del/") {
			page := b.Page
			b.Get(href)
			b.Want(http.StatusOK)
			if got := b.Page.Header.Get("Content-Disposition"); !strings.HasPrefix(got, "attachment;") {
				t.Errorf("Content-Disposition %q", got)
			}
			body := string(b.Page.Body)
			b.Page = page
			return body
		}
	}
	t.Fatalf("no part to download:\n%s", b.Page.Body)
	return ""
}

// The whole way is there in English too, and says so.
func TestEnglish(t *testing.T) {
	w := servertest.New(t, servertest.Options{})
	b := loggedIn(t, w, personas.AnnaTestsson)
	b.Get("/mina-sidor?lang=en")
	see(t, b, "My pages", "It is empty here")
	b.Get("/ekkoping/tjanster/skolskjuts")
	if lang := httptestkit.Attr(httptestkit.Find(b.Doc(), "html")[0], "lang"); lang != "en" {
		t.Errorf("lang %s", lang)
	}
	see(t, b, "Start the application", "Who must sign")
}
