package browser

import (
	"regexp"
	"testing"

	"samtjanst/integrations/sim/personas"
)

// suggestion is what somebody answers who suggests an e-service.
func suggestion() application {
	return application{
		"Vem föreslår?": func(b *tab) { b.choose("Privatperson") },
		"Vad behövs?": func(b *tab) {
			b.fill("Vad skulle e-tjänsten kunna heta?", "Boka idrottshall")
			b.fill("Vilket problem skulle den lösa?", "Man måste ringa på kontorstid för att få en tid.")
			b.choose("Vilka skulle använda den? › Föreningar")
		},
		"Så är det i dag": func(b *tab) {
			b.choose("Telefon")
			b.choose("200–1 000")
		},
		"Nyttan": func(b *tab) { b.choose("Det går snabbare att få svar") },
		"Vill du veta hur det går?": func(b *tab) {
			b.choose("Ja, skicka min referens")
			b.fill("E-postadress", "styrelsen@example.com")
		},
	}
}

// Somebody begins on a phone without logging in, goes on at an old one without script by a mailed link and the code, and hands in. An
// officer moves the suggestion on.
func TestSuggestion(t *testing.T) {
	t.Parallel()
	w := world(t)
	b := newTab(t, w.URL, phone)
	b.open("/ekkoping")
	b.follow("Föreslå en ny e-tjänst")
	b.sees("Du behöver inte logga in", "Kommunstyrelsen")
	b.follow("Börja ansökan")
	b.sees("Vi vet inte vem du är")
	b.follow("Börja fylla i")
	b.answer(suggestion(), "Vad behövs?")
	b.fill("Vad skulle e-tjänsten kunna heta?", "Boka idrottshall")
	b.follow("Spara och fortsätt senare")
	b.sees("Det du har fyllt i är sparat")
	b.refused("Skicka mejlet") // no address
	b.fill("E-post", "styrelsen@example.com")
	b.follow("Skicka mejlet")
	b.sees("Mejlet är skickat", "Skriv upp koden")
	code := regexp.MustCompile(`\d{3} \d{3}`).FindString(b.text())
	link := regexp.MustCompile(`http\S+/aterkom/\S+`).FindString(mailTo(t, w, "styrelsen@example.com", 1)[0].Body)

	old := newTab(t, w.URL, phoneNoScript)
	old.open(link)
	old.refused("Fortsätt") // no code
	old.sees("Koden stämmer inte")
	old.fill("Kod", code)
	old.follow("Fortsätt")
	if got := old.value("Vad skulle e-tjänsten kunna heta?"); got != "Boka idrottshall" {
		t.Errorf("what was written is %q", got)
	}
	old.answer(suggestion(), checkPage)
	old.follow("Lämna in ansökan")
	old.sees("Vi har tagit emot det du skickade in", "Boka idrottshall", "Vi skickar referensen till dig")
	old.document("Hämta kvittot (PDF)")
	old.follow("Avsluta och glöm mig")
	old.sees("Nu finns inget kvar i den här webbläsaren")

	lova := staff(t, w, personas.LovaLonetest, desk)
	lova.openCase("Boka idrottshall")
	lova.sees("Inkommet förslag", "Någon utan inloggning")
	lova.follow("Flytta till ett annat steg")
	lova.refused("Flytta ärendet")
	lova.choose("Behovsanalys")
	lova.fill("Anteckning", "Fler har frågat efter det.")
	lova.follow("Flytta ärendet")
	lova.sees("Ärendet är nu i steget ”Behovsanalys”.", "Fler har frågat efter det.")
}
