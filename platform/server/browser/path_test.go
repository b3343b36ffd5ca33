package browser

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"

	"samtjanst/integrations/sim/personas"
)

const skolskjuts = "/ekkoping/tjanster/skolskjuts"

var link = regexp.MustCompile(`http://localhost:\d+\S*`)

// From a parent's phone to a decision that both guardians have read, and the times of the bus.
func TestWholePath(t *testing.T) {
	t.Parallel()
	w := world(t)
	anna := newTab(t, w.URL, phone)
	anna.open("/")
	anna.follow("Ekköpings kommun")
	anna.fill("Sök e-tjänst", "skolskjuts")
	anna.follow("Sök")
	anna.sees("1 e-tjänst passar")
	anna.follow("Ansök om skolskjuts")
	anna.sees("Ha det här till hands", "Vem som skriver under", "Sista ansökningsdag", "Det här bygger på", "Så hanterar vi dina uppgifter")
	anna.follow("Börja ansökan")
	anna.logIn(personas.AnnaTestsson)
	anna.follow("Hämta uppgifterna och fortsätt")

	elsa := oneHome(personas.ElsaTestsson, "Eklunda", "anna.testsson@example.se").
		with(reasonPage, func(b *tab) { b.choose("Eleven har en funktionsnedsättning") }).
		with(needsPage, certificate).
		with(otherPage, func(b *tab) { b.fill("E-postadress till den andra", "erik.testsson@example.se") })
	anna.answer(elsa, "Skola")
	elsa["Skola"](anna)
	anna.portrait("parent-phone")
	anna.answer(elsa, homePage)
	anna.follow("Tillbaka") // back keeps everything
	anna.sees("intyg.pdf")
	anna.follow("Fortsätt")
	anna.answer(elsa, checkPage)
	anna.sees("Elsa Testsson", "Eklunda", "intyg.pdf", "Jag vill åka buss med mina kompisar.")

	anna.follow("Ändra: Vad tycker eleven själv?")
	anna.fill("Vad tycker eleven själv?", "Jag vill sitta med Alva på bussen.")
	anna.follow("Fortsätt")
	anna.answer(elsa, checkPage)
	anna.sees("Jag vill sitta med Alva på bussen.")

	anna.leaving(func() { anna.doubleClick("Lämna in ansökan") })
	anna.inspect()
	anna.sees("Ansökan är inlämnad", "0 av 2 har skrivit under")
	anna.follow("Läs och skriv under")
	anna.sees("Elsa Testsson", "Jag vill sitta med Alva på bussen.", "intyg.pdf")
	anna.follow("Skriv under med BankID på en annan enhet")
	anna.approveThere(w, personas.AnnaTestsson)
	anna.sees("Tack! Du har skrivit under.", "1 av 2 har skrivit under")
	anna.document("Hämta en kopia")
	anna.follow("Mina sidor")
	anna.sees("Väntar på underskrift")
	if got := ask[int](anna, `document.querySelectorAll("main a[href^='/arende/']").length`); got != 1 {
		t.Errorf("the double click made %d cases", got)
	}
	anna.follow("Logga ut")
	anna.sees("Du är utloggad")

	// The officer sees what is missing, and reminds.
	mona := staffLogsIn(t, w, personas.MonaTesthandlaggare, desk)
	mona.follow("Väntar på underskrift")
	mona.sees("Elsa Testsson", "1 av 2")
	reference := mona.openCase("Elsa Testsson")
	mona.portrait("officer-desktop")
	mona.sees("Jag vill sitta med Alva på bussen.", "intyg.pdf", "Folkbokföring")
	mona.follow("Påminn Erik Testsson")
	mona.sees("En påminnelse skickas nu.")
	mails := mailTo(t, w, "erik.testsson@example.se", 2)
	for _, m := range mails {
		for _, secret := range []string{"Elsa", "skolskjuts", reference} {
			if strings.Contains(strings.ToLower(m.Subject+m.Body), strings.ToLower(secret)) {
				t.Errorf("the mail says %q", secret)
			}
		}
	}

	// The other guardian follows the link of the mail.
	erik := newTab(t, w.URL, phone)
	erik.open(link.FindString(mails[1].Body))
	erik.logIn(personas.ErikTestsson)
	if !strings.HasPrefix(erik.path(), "/mina-sidor") {
		t.Errorf("the mail leads to %s", erik.path())
	}
	erik.sees("Väntar på dig")
	erik.follow("Skriv under: ")
	erik.sees("Elsa Testsson")
	erik.lacks("anna.testsson@example.se", "Provgatan")
	erik.follow("Fyll i dina uppgifter och skriv under")
	erik.answer(application{ownPage: func(b *tab) { b.own("erik.testsson@example.se") }}, "Läs och skriv under")
	erik.sees("Jag vill sitta med Alva på bussen.", "intyg.pdf")
	erik.sign(personas.ErikTestsson)
	erik.sees("2 av 2 har skrivit under", "väntar på en handläggare")

	birgitta := staff(t, w, personas.BirgittaProvbeslutande, desk)
	birgitta.sees("Redo att handlägga", "Elsa Testsson", "Klart, 2 av 2")
	birgitta.openCase("Elsa Testsson")
	birgitta.decide()
	birgitta.again("Beslutet som PDF")
	birgitta.document("Hela ärendet som PDF")

	// Both read it, and that they did is recorded.
	erik.again("Öppna beslutet (PDF)")
	anna.open("/mina-sidor")
	anna.logIn(personas.AnnaTestsson)
	anna.sees("Beslut att läsa")
	anna.follow("Ansök om skolskjuts")
	for _, b := range []*tab{anna, erik} {
		b.document("Öppna beslutet (PDF)")
	}
	birgitta.again("Alla parter har fått del av beslutet")
	birgitta.sees("Öppnade beslutet", "Trafikoperatören", "Skolsystemet")

	// The operator's list comes back and is shown to the guardians.
	operator := newTab(t, w.Sim.Endpoints.URL, desk)
	operator.open("/transport/")
	operator.fill("Turlista", "elevreferens;datum;avgång;hämtplats;linje\n"+reference+";2026-12-01;07:35;Ekvägen 4;12\n")
	operator.follow("Lägg filen i mappen")
	anna.again("Ekvägen 4")
	anna.sees("07:35", "Resor")

	birgitta.follow("Anmälan till nämnd")
	birgitta.sees("Elsa Testsson")
	birgitta.choose("Markera " + reference)
	birgitta.date("Sammanträde", "2026", "12", "15")
	birgitta.follow("Markera som anmälda")
	birgitta.follow("Logga ut")
	birgitta.sees("Du är utloggad")
}

// certificate writes of the need and attaches a certificate, after a file of a kind that is refused.
func certificate(b *tab) {
	b.Helper()
	b.fill("Hur påverkar funktionsnedsättningen", "Eleven blir trött av att gå långt och behöver sitta ner.")
	b.choose("Särskild bilbarnstol")
	dir := b.TempDir()
	write := func(name string, body []byte) string {
		path := filepath.Join(dir, name)
		b.must(os.WriteFile(path, body, 0o600))
		return path
	}
	bad := write("intyg.exe", []byte("MZ\x90\x00 this is a program"))
	good := write("intyg.pdf", minimalPDF)
	two := write("bild.png", minimalPNG)
	b.upload("Intyg från läkare", "Filen intyg.exe är av ett slag som vi inte kan ta emot", bad)
	b.upload("Intyg från läkare", "bild.png", good, two)
	b.sees("intyg.pdf", "bild.png")
	b.until(`!!press("Ta bort: bild.png")`, "the file is there to be removed")
	b.click("Ta bort: bild.png")
	b.until(`!document.body.innerText.includes("bild.png")`, "the file is removed")
	b.inspect()
	if got := b.value("Hur påverkar funktionsnedsättningen"); got == "" {
		b.Error("uploading lost what was written")
	}
}

// upload sends files and waits until the page says something: where there is script the page changes in its place.
func (b *tab) upload(label, then string, paths ...string) {
	b.Helper()
	b.attach(label, paths...)
	if !b.dev.script {
		b.leaving(func() { b.click("Ladda upp") })
	}
	b.waits(then)
	if strings.HasPrefix(ask[string](b, `document.title`), prefixBad) && !b.dev.script {
		b.inspectStatus(422)
		return
	}
	b.inspect()
}

func (b *tab) doubleClick(name string) {
	b.Helper()
	s := ask[spot](b, `aim(press({0}))`, name)
	if s.Fault != "" {
		b.Fatal(name, s.Fault)
	}
	for n := range int64(2) {
		for _, typ := range []input.DispatchMouseEventType{input.DispatchMouseEventTypeMousePressed, input.DispatchMouseEventTypeMouseReleased} {
			call(b, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: typ, X: s.X, Y: s.Y, Button: input.MouseButtonLeft, ClickCount: n + 1})
		}
	}
	time.Sleep(50 * time.Millisecond)
}
