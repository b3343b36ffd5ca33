package browser

import (
	"testing"

	"samtjanst/integrations/sim/personas"
)

// Mona changes a question and the last day, without script at the phone and with it at the desk; Birgitta reads and publishes; a citizen sees it;
// and back again.
func TestServiceIsChanged(t *testing.T) {
	t.Parallel()
	w := world(t)
	mona := staff(t, w, personas.MonaTesthandlaggare, desk)
	mona.follow("E-tjänster")
	mona.follow("Ansök om skolskjuts")
	mona.sees("Gäller nu", "Utvecklarna, genom nya filer")
	mona.follow("Sida: Vem gäller ansökan?")
	mona.sees("Så ser det ut", "Which child is the application for?")
	mona.fill("Fråga: Vilket barn gäller ansökan? › Svenska", "")
	mona.refused("Spara i förslaget")
	mona.fill("Fråga: Vilket barn gäller ansökan? › Svenska", "Vem ska åka skolskjuts?")
	mona.key("Tab") // the page beside it follows what is written
	mona.waits("Publicerat nu: Vilket barn gäller ansökan?")
	mona.follow("Spara i förslaget")
	mona.sees("Sparat i förslaget", "Vem ska åka skolskjuts?", "Vilket barn gäller ansökan?")
	mona.click("Ändra mer")
	mona.follow("Tider")
	mona.fill("Sista dag", "i maj")
	mona.refused("Spara i förslaget")
	mona.fill("Sista dag", "03-31")
	mona.follow("Spara i förslaget")
	mona.refused("Skicka för godkännande") // without saying why
	mona.fill("Varför görs ändringen?", "Läsåret planeras tidigare.")
	mona.follow("Skicka för godkännande")
	mona.sees("Väntar på godkännande", "Ingen ansökan är påbörjad just nu.")
	if mona.has("Godkänn och publicera") {
		t.Error("whoever wrote it may publish it")
	}

	birgitta := staff(t, w, personas.BirgittaProvbeslutande, phoneNoScript)
	birgitta.open("/admin/tjanster")
	birgitta.follow("Ansök om skolskjuts")
	birgitta.follow("2 ändringar av Mona Testhandläggare")
	birgitta.sees("Läsåret planeras tidigare.", "04-30", "03-31", "Påbörjade ansökningar görs klara som de började.")
	birgitta.follow("Godkänn och publicera")
	birgitta.sees("Ändringen är publicerad.", "Mona Testhandläggare, godkänt av Birgitta Provbeslutande", "Läsåret planeras tidigare.")

	citizen := newTab(t, w.URL, phone)
	citizen.open("/ekkoping/tjanster/skolskjuts")
	citizen.sees("31 mars")
	citizen.open("/tallvik/tjanster/skolskjuts")
	citizen.lacks("Vem ska åka skolskjuts?")

	mona.open("/admin/tjanster/skolskjuts")
	mona.follow("Föreslå att gå tillbaka hit")
	mona.sees("Det här ändras", "Vem ska åka skolskjuts?")
	if got := mona.value("Varför görs ändringen?"); got != "Går tillbaka till en tidigare version." {
		t.Errorf("the note says %q", got)
	}
	mona.follow("Kasta förslaget")
	mona.sees("Förslaget är kastat.")
}
