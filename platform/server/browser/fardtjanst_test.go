package browser

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"samtjanst/integrations/sim/personas"
)

// Somebody applies on a phone for another person, who signs instead of having given a power of attorney; a permit with conditions is granted
// for a time, and how to appeal is told.
func TestSpecialTransport(t *testing.T) {
	t.Parallel()
	w := world(t)
	statement := filepath.Join(t.TempDir(), "utlatande.pdf")
	if err := os.WriteFile(statement, minimalPDF, 0o600); err != nil {
		t.Fatal(err)
	}
	anna := newTab(t, w.URL, phone)
	anna.open("/ekkoping")
	anna.follow("Ansök om färdtjänst")
	anna.sees("Lag (1997:736) om färdtjänst", "Uppgifter om hälsa är känsliga")
	anna.follow("Börja ansökan")
	anna.logIn(personas.AnnaTestsson)
	anna.follow("Hämta uppgifterna och fortsätt")
	anna.answer(application{
		"Vem gäller ansökan?": func(b *tab) {
			b.choose("Någon annan")
			b.unfold("Gatuadress där", "input")
			b.fill("För- och efternamn på den", "Gunnar Testman")
			b.fill("Personnummer eller samordningsnummer för den", "19700101-2397")
			b.fill("Gatuadress där", "Testtorpet 1")
			b.fill("Postnummer", "990 10")
			b.fill("Postort", "Ekköping")
		},
		"Din rätt att ansöka": func(b *tab) {
			b.choose("Ombud med fullmakt")
			b.unfold("Den som ansökan gäller skriver under här", "input")
			b.choose("Den som ansökan gäller skriver under här")
			b.unfold("Mobilnummer till den", "input")
			b.fill("E-postadress till den", "gunnar.testman@example.se")
		},
		"Kontaktperson": func(b *tab) { b.choose("Nej") },
		"Funktionsnedsättning": func(b *tab) {
			b.fill("Vilken funktionsnedsättning", "MS, som gör att benen inte bär och att balansen är dålig.")
			b.fill("Sedan när?", "sedan 2019")
			b.choose("De är bestående")
			b.choose("Hela året")
		},
		"Att gå och resa": func(b *tab) {
			b.fill("Hur långt går det att gå på sommaren?", "50")
			b.fill("Hur långt går det att gå på vintern?", "20")
			b.choose("Går det att stiga på och av en buss? › Nej")
			b.unfold("Vad är svårt med att stiga på", "textarea")
			b.fill("Vad är svårt med att stiga på", "Kommer inte upp för steget.")
			b.choose("Nej, någon måste vara med")
			b.choose("Åker bil med någon")
		},
		"Hjälpmedel": func(b *tab) {
			b.choose("Ja")
			b.unfold("Hjälpmedel 1 › Hjälpmedel", "select")
			b.pick("Hjälpmedel 1 › Hjälpmedel", "Elrullstol")
			b.unfold("Behöver resenären sitta kvar i rullstolen under resan? › Ja", "input")
			b.choose("Behöver resenären sitta kvar i rullstolen under resan? › Ja")
		},
		"Mått och vikt": func(b *tab) {
			b.sees("Hjälpmedel 1 · Elrullstol")
			b.fill("Bredd", "65")
			b.fill("Längd", "140")
			b.fill("Vikt", "160")
			b.waits("större eller tyngre än vad fordonen brukar klara")
		},
		"Behov under resan": func(b *tab) {
			b.choose("Specialfordon")
			b.choose("Ledsagare")
			b.unfold("Vad behöver ledsagaren", "textarea")
			b.fill("Vad behöver ledsagaren", "Hjälp att sitta upprätt.")
			b.choose("Hämta och lämna vid dörren")
			b.choose("Går det att ta emot hjälp av en förare man inte känner? › Ja")
		},
		"Hämtning vid bostaden": func(b *tab) {
			b.fill("Telefonnummer som föraren", "070-174 06 30")
			b.fill("Portkod", "4711")
			b.choose("Nej")
		},
		"Medicinskt utlåtande": func(b *tab) {
			b.choose("Ja")
			b.unfold("Fysioterapeut", "input")
			b.upload("Medicinskt utlåtande", "utlatande.pdf", statement)
			b.choose("Fysioterapeut")
		},
		"Kontakt med vården": func(b *tab) {
			b.choose("Ja")
			b.unfold("Vilka får vi kontakta?", "textarea")
			b.fill("Vilka får vi kontakta?", "Vårdcentralen Eken")
		},
		"Tolk": func(b *tab) { b.choose("Nej") },
		"Försäkran": func(b *tab) {
			b.choose("Jag försäkrar att uppgifterna")
			b.choose("Jag anmäler till kommunen")
		},
		ownPage: func(b *tab) { b.fill("Din e-postadress", "anna.testsson@example.se") },
	}, checkPage)
	anna.sees("Gunnar Testman", "4711", "utlatande.pdf", "Mått och vikt – Hjälpmedel 1 · Elrullstol", "65 cm")
	anna.follow("Lämna in ansökan")
	anna.follow("Läs och skriv under")
	text := ask[string](anna, `document.querySelector(".st-signed").innerText`)
	if !strings.Contains(text, "Ansökan om färdtjänst") || strings.Contains(text, "benen") || strings.Contains(text, "Gunnar") {
		t.Errorf("the text passes the provider of the app and says %q", text) // class K3
	}
	anna.sign(personas.AnnaTestsson)
	anna.sees("1 av 2 har skrivit under")

	gunnar := loggedIn(t, w, personas.GunnarTestman, phone)
	gunnar.follow("Skriv under: ")
	gunnar.sees("benen inte bär", "utlatande.pdf", "Elrullstol")
	gunnar.lacks("4711", "anna.testsson@example.se", "Provgatan")
	gunnar.follow("Fyll i dina uppgifter och skriv under")
	gunnar.answer(application{ownPage: func(b *tab) { b.fill("Din e-postadress", "gunnar.testman@example.se") }}, "Läs och skriv under")
	gunnar.sign(personas.GunnarTestman)
	gunnar.sees("2 av 2 har skrivit under")

	tage := staff(t, w, personas.TageTekniktest, desk)
	tage.sees("Redo att handlägga", "Gunnar Testman")
	tage.openCase("Gunnar Testman")
	tage.sees("4711", "Vårdcentralen Eken", "utlatande.pdf")
	tage.follow("Skriv beslut")
	tage.choose("Delvis bifall")
	tage.choose("7 § lagen om färdtjänst (väsentliga svårigheter")
	tage.choose("9 § lagen om färdtjänst")
	tage.unchoose("Ledsagare")
	tage.date("Gäller från och med", "2026", "12", "01")
	tage.date("Gäller till och med", "2029", "11", "30")
	tage.fill("Motivering", "Behovet av ledsagare under resan är inte visat; föraren kan ge den hjälp som behövs.")
	tage.fill("Din titel", "Färdtjänsthandläggare")
	tage.follow("Förhandsgranska")
	tage.sees("Beslut om färdtjänst", "delvis bifall", "Specialfordon", "elrullstol 65 × 140 cm", "2029", "tre veckor", "delegationsordning")
	tage.choose("Jag har läst beslutet")
	tage.follow("Fatta beslutet")
	tage.sees("Beslutet är fattat. Parterna får besked.")
	for _, b := range []*tab{anna, gunnar} {
		b.again("Öppna beslutet (PDF)")
		b.document("Öppna beslutet (PDF)")
	}
	kajsa := staff(t, w, personas.KajsaKulturtest, desk)
	kajsa.lacks("Gunnar", "färdtjänst")
}
