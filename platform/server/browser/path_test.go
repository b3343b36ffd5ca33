package browser

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"

	"samtjanst/integrations/sim/personas"
)

const skolskjuts = "/ekkoping/tjanster/skolskjuts"

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
	if pdf := anna.download("Hämta en kopia"); !bytes.HasPrefix(pdf, []byte("%PDF-")) {
		t.Error("the copy is no PDF")
	}
	anna.follow("Mina sidor")
	anna.sees("Väntar på underskrift")
	if got := ask[int](anna, `document.querySelectorAll("main a[href^='/arende/']").length`); got != 1 {
		t.Errorf("the double click made %d cases", got)
	}
	anna.follow("Logga ut")
	anna.sees("Du är utloggad")
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
		b.follow("Ladda upp")
	}
	b.waits(then)
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
