package browser

import (
	"testing"

	"samtjanst/integrations/sim/personas"
)

// A child is signed up for two subjects in order of wish, somebody else pays and confirms, and a place is offered.
func TestSchoolOfArts(t *testing.T) {
	t.Parallel()
	w := world(t)
	anna := newTab(t, w.URL, phone)
	anna.open("/ekkoping")
	anna.follow("Ansök till kulturskolan")
	anna.sees("Kultur- och fritidsnämnden", "Köplatsen bekräftas direkt")
	anna.follow("Börja ansökan")
	anna.logIn(personas.AnnaTestsson)
	anna.follow("Hämta uppgifterna och fortsätt")
	anna.answer(application{
		"Vem vill gå i kulturskolan?": func(b *tab) { b.choose("Elsa Testsson") },
		"Skola": func(b *tab) {
			b.pick("Vilken skola", "Eklundaskolan")
			b.pick("Vilken årskurs", "Årskurs 1")
		},
		"Ämnen": func(b *tab) {
			b.pick("Val 1 › Ämne", "Dans, 900")
			b.until(`!!press("Ta bort: val 1")`, "the first choice") // it moves the button below
			b.click("Lägg till val")
			b.until(`!!press("Ta bort: val 2")`, "a second choice")
			b.pick("Val 2 › Ämne", "Fiol, 1 200")
			b.click("Flytta upp: val 2") // the order is the wish
			b.until(`control("Val 1 › Ämne", "select").selectedOptions[0].text.startsWith("Fiol")`, "the wish moves up")
			b.unfold("Ja", "input")
			b.choose("Ja")
		},
		"Instrument": func(b *tab) { b.choose("Fiol") },
		"Stöd":       func(b *tab) { b.fill("Är det något vi behöver veta", "Elsa hör dåligt på vänster öra.") },
		"Syskon": func(b *tab) {
			b.choose("Ja")
			b.unfold("Syskon 1 › För- och efternamn", "input")
			b.fill("Syskon 1 › För- och efternamn", "Oskar Testsson")
		},
		"Räkningsmottagare": func(b *tab) {
			b.choose("Någon annan")
			b.unfold("Gatuadress", "input")
			b.fill("Räkningsmottagarens för- och efternamn", "Gunnar Testman")
			b.fill("Räkningsmottagarens personnummer", "19700101-2397")
			b.fill("Gatuadress", "Testtorpet 1")
			b.fill("Postnummer", "990 10")
			b.fill("Postort", "Ekköping")
			b.choose("Nej")
			b.fill("E-postadress till räkningsmottagaren", "gunnar.testman@example.se")
		},
		"Avgift": func(b *tab) {
			b.sees("Fiol, hyra av instrument: 400 kr", "2 500 kr")
			b.lacks("Hämtat från folkbokföringen") // it is worked out here
		},
		"Kö och villkor": func(b *tab) { b.choose("Jag har läst villkoren") },
		ownPage:          func(b *tab) { b.fill("Din e-postadress", "anna.testsson@example.se") },
	}, checkPage)
	anna.sees("Elsa Testsson", "Gunnar Testman", "Testtorpet 1", "Elsa hör dåligt på vänster öra.")
	anna.follow("Lämna in ansökan")
	anna.follow("Läs och skriv under")
	anna.sign(personas.AnnaTestsson)
	anna.sees("1 av 2 har skrivit under")

	gunnar := loggedIn(t, w, personas.GunnarTestman, phone)
	gunnar.follow("Skriv under: ")
	gunnar.sees("Elsa Testsson", "Fiol", "2 500 kr")
	gunnar.lacks("Provgatan", "anna.testsson@example.se", "vänster öra", "201905142384", "Testtorpet") // that is what Anna knew of him
	gunnar.follow("Fyll i dina uppgifter och skriv under")
	gunnar.sees("Testtorpet 1") // and this is the register's
	gunnar.answer(application{ownPage: func(b *tab) {
		b.fill("Din e-postadress", "gunnar.testman@example.se")
		b.choose("Som e-faktura")
		b.choose("Jag är räkningsmottagare")
	}}, "Läs och skriv under")
	gunnar.sign(personas.GunnarTestman)
	gunnar.sees("2 av 2 har skrivit under")

	kajsa := staff(t, w, personas.KajsaKulturtest, desk)
	kajsa.sees("Redo att handlägga", "Elsa Testsson – Fiol")
	kajsa.openCase("Elsa Testsson")
	kajsa.sees("Elsa hör dåligt på vänster öra.", "Testtorpet 1", "Eklundaskolan")
	kajsa.follow("Skriv beslut")
	kajsa.choose("Erbjuden plats")
	kajsa.choose("Nämndens regler för kulturskolan (plats efter ämne och kötid)")
	kajsa.date("Gäller från och med", "2027", "01", "15")
	kajsa.date("Gäller till och med", "2027", "06", "15")
	kajsa.fill("Din titel", "Administratör")
	kajsa.follow("Förhandsgranska")
	kajsa.sees("Besked om plats i kulturskolan", "Fiol", "1 200 kr per termin", "kan därför inte överklagas", "2027-08-09")
	kajsa.choose("Jag har läst beslutet")
	kajsa.follow("Fatta beslutet")
	kajsa.sees("Beslutet är fattat. Parterna får besked.")
	for _, b := range []*tab{anna, gunnar} {
		b.again("Öppna beslutet (PDF)")
		b.document("Öppna beslutet (PDF)")
	}
	siv := staff(t, w, personas.SivSocialtest, desk)
	siv.lacks("Elsa", "kulturskolan")
}
