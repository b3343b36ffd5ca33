package browser

import (
	"testing"

	"samtjanst/integrations/sim/personas"
)

// An officer has an agreement signed by one, then by one of two: made at a desk, looked at and sent from a tablet without script, signed on a
// telephone, and filed.
func TestOrderByHand(t *testing.T) {
	t.Parallel()
	w := world(t)
	siv := staff(t, w, personas.SivSocialtest, desk)
	siv.follow("Begär underskrift")
	siv.sees("Underskriften begärs av Socialnämnden.")
	siv.follow("Börja")
	siv.refused("Förhandsgranska") // nothing is typed
	siv.fill("Vad ska skrivas under?", "Hyresavtal för bygdegården 2027")
	siv.fill("Meddelande till dem som ska skriva under", "Fråga Siv om du undrar något.")
	person := func(b *tab, n string, id personas.ID, mail string) {
		b.fill("Person "+n+" › Personnummer", id.Number().Dashed())
		b.fill("Person "+n+" › Namn", id.Persona().Name())
		b.fill("Person "+n+" › E-postadress", mail)
	}
	person(siv, "1", personas.AnnaTestsson, "anna.testsson@example.se")
	siv.follow("Lägg till en person")
	person(siv, "2", personas.ErikTestsson, "erik.testsson@example.se")
	siv.pick("Person 2 › Steg", "2, därefter")
	siv.follow("Lägg till en person")
	person(siv, "3", personas.LindaProvgren, "linda.provgren@example.se")
	siv.fill("Person 3 › I egenskap av", "Ordförande")
	siv.attach("Handlingar", certificatePDF(t, "avtal.pdf"))
	siv.follow("Ladda upp")
	siv.sees("avtal.pdf", "Steg 2: Erik Testsson, Linda Provgren")
	siv.choose("Så många som jag anger")
	siv.fill("Antal som måste skriva under", "5")
	siv.refused("Förhandsgranska")
	siv.sees("är fler än de 2 som står i steget")
	siv.follow("Spara och fortsätt senare")

	hand := staff(t, w, personas.SivSocialtest, device{width: 768, height: 1024, mobile: true})
	hand.open("/admin/underskrifter/ny")
	hand.follow("Hyresavtal för bygdegården 2027")
	hand.choose("En av dem")
	hand.follow("Förhandsgranska")
	hand.sees("Så här blir det", "Först", "Anna Testsson", "En av dem måste skriva under.", "Ordförande")
	hand.document("avtal.pdf")
	hand.follow("Skicka för underskrift")
	hand.sees("Skickat. De som ska skriva under först får besked nu.")

	mailTo(t, w, "anna.testsson@example.se", 1)
	anna := loggedIn(t, w, personas.AnnaTestsson, phone)
	anna.sees("Hyresavtal för bygdegården 2027")
	anna.follow("Skriv under: Handlingar att skriva under")
	anna.follow("Läs och skriv under")
	anna.sees("avtal.pdf", "Fråga Siv om du undrar något.")
	anna.lacks("ansökan", "Ansökan")
	anna.sign(personas.AnnaTestsson)
	mailTo(t, w, "linda.provgren@example.se", 1)
	linda := loggedIn(t, w, personas.LindaProvgren, phone)
	linda.follow("Skriv under: Handlingar att skriva under")
	linda.follow("Läs och skriv under")
	linda.lacks("ansökan", "Ansökan")
	linda.sign(personas.LindaProvgren)
	linda.sees("Du behöver inte göra något mer.")
	linda.lacks("ansökan", "Ansökan", "Beslut")
	mailTo(t, w, "linda.provgren@example.se", 2) // that it is done

	siv.open("/admin/arenden?vy=alla")
	siv.openCase("Hyresavtal för bygdegården 2027")
	siv.sees("Alla har svarat. Arkivera handlingarna och avsluta ärendet.", "Ta tillbaka begäran om underskrift")
	siv.document("Hela ärendet som PDF")
}
