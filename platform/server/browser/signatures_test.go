package browser

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"samtjanst/integrations/sim/personas"
)

const day = 24 * time.Hour

// A guardian who does not want to says why to the officer alone, who goes on without on a ground. The other has forgotten her own signature, and
// gives it in her app while she talks with the officer.
func TestDeclines(t *testing.T) {
	t.Parallel()
	w := world(t)
	id := handedIn(t, w, personas.AnnaTestsson, personas.ElsaTestsson, "ekkoping", "eklunda")
	const why = "Vi är inte överens om skolan."
	erik := loggedIn(t, w, personas.ErikTestsson, phone)
	erik.follow("Skriv under: ")
	erik.follow("Jag kan inte skriva under")
	erik.choose("Jag vill inte skriva under")
	erik.fill("Berätta varför", why)
	erik.follow("Skicka")
	erik.sees("Du har avböjt att skriva under")

	anna := loggedIn(t, w, personas.AnnaTestsson, desk)
	anna.open("/arende/" + string(id))
	anna.lacks(why, "avböjt") // not even that, which could only bring them into conflict

	mona := staff(t, w, personas.MonaTesthandlaggare, phone)
	mona.sees("Har avböjt")
	mona.openCase("Elsa Testsson")
	mona.sees("Erik Testsson har avböjt att skriva under", why, "förvaltningslagen 20 §")
	mona.follow("Underskrift per telefon, Anna Testsson")
	mona.sees("Läs upp vad som skrivs under", "Ansökan om skolskjuts")
	mona.refused("Be om underskrift med BankID")
	mona.choose("Vi ringde upp")
	mona.follow("Be om underskrift med BankID")
	mona.sees("Väntar på att Anna Testsson skriver under", "Be personen öppna sin BankID-app")
	app := phoneOf(t, w, personas.AnnaTestsson)
	app.sees("i ett telefonsamtal")
	app.follow("Skriv under hos")
	app.sees("säger att de har ringt dig")
	app.follow("Ja, det gör jag")
	app.fill("Säkerhetskod", "123456")
	app.follow("Godkänn")
	mona.goOn()
	mona.sees("Anna Testsson har skrivit under per telefon.")
	mona.follow("Gå vidare utan, Erik Testsson")
	mona.refused("Gå vidare")
	mona.fill("På vilken grund?", "Åtgärden kräver inte bådas samtycke.")
	mona.follow("Gå vidare")
	mona.sees("Ärendet går vidare utan underskrift av Erik Testsson.")
}

// Silence opens a task with what the law says; a completion is ordered; the guardian signs on paper.
func TestSilence(t *testing.T) {
	t.Parallel()
	w := world(t)
	id := handedIn(t, w, personas.AnnaTestsson, personas.ElsaTestsson, "ekkoping", "eklunda")
	w.Sign(citizen(personas.AnnaTestsson), id)
	w.Clock.Advance(20 * day)
	mona := staff(t, w, personas.MonaTesthandlaggare, desk)
	mona.again("Underskrift saknas")
	mona.openCase("Elsa Testsson")
	mona.sees("Erik Testsson har inte skrivit under i tid", "förvaltningslagen 22 §")
	mona.follow("Begär komplettering")
	mona.choose("Erik Testsson")
	mona.date("Senast den dag", "2027", "01", "15")
	mona.follow("Skicka begäran")
	mona.sees("Begäran om komplettering är skickad.", "Väntar på komplettering")

	erik := loggedIn(t, w, personas.ErikTestsson, phone)
	erik.sees("Väntar på dig")
	erik.open("/arende/" + string(id))
	erik.sees("Vi behöver mer från dig senast 15 januari 2027")

	scan := filepath.Join(t.TempDir(), "blankett.pdf")
	mona.must(os.WriteFile(scan, minimalPDF, 0o600))
	mona.follow("Registrera på papper, Erik Testsson")
	mona.refused("Registrera")
	mona.date("Datum på blanketten", "2026", "12", "10")
	mona.attach("Inskannad blankett", scan)
	mona.follow("Registrera")
	mona.sees("Underskriften av Erik Testsson är registrerad.", "Har skrivit under på papper")
	erik.again("2 av 2 har skrivit under")
}

// The applicant can take the application back, while it is read by nobody else.
func TestWithdraws(t *testing.T) {
	t.Parallel()
	w := world(t)
	id := handedIn(t, w, personas.AnnaTestsson, personas.ElsaTestsson, "ekkoping", "eklunda")
	anna := loggedIn(t, w, personas.AnnaTestsson, phone)
	anna.open("/arende/" + string(id))
	anna.follow("Återkalla ansökan")
	anna.follow("Behåll ansökan")
	anna.follow("Återkalla ansökan")
	anna.follow("Återkalla ansökan")
	anna.sees("Återkallat", "Inget mer händer")
}

// An officer of another board, and of another municipality, is told that no such case exists.
func TestOtherBoards(t *testing.T) {
	t.Parallel()
	w := world(t)
	id := handedIn(t, w, personas.AnnaTestsson, personas.ElsaTestsson, "ekkoping", "eklunda")
	for _, who := range []personas.StaffID{personas.SivSocialtest, personas.TorstenTallhandlaggare} {
		b := staff(t, w, who, desk)
		b.lacks("Elsa")
		b.load("/admin/arenden/" + string(id))
		b.inspectStatus(404)
		b.lacks("Elsa")
	}
	frida := newTab(t, w.URL, desk)
	frida.open("/admin")
	frida.follow("Ekköpings kommun")
	frida.follow("Logga in som Frida")
	frida.fill("Engångskod", ask[string](frida, `document.getElementById("shown").innerText`))
	frida.leaving(func() { frida.click("Logga in") })
	frida.inspectStatus(403)
	frida.sees("Ditt konto har ingen behörighet här")
	sara := loggedIn(t, w, personas.SaraExempelsson, phone)
	sara.load("/arende/" + string(id))
	sara.inspectStatus(404)
}
