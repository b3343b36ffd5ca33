package browser

import (
	"testing"

	"samtjanst/integrations/sim/personas"
)

// The whole way without a line of script: for the citizens and for the officer. Two homes this time, so that the second guardian has
// more to fill in.
func TestWithoutScript(t *testing.T) {
	t.Parallel()
	w := world(t)
	maria := newTab(t, w.URL, phoneNoScript)
	maria.open("/ekkoping")
	maria.follow("Ansök om skolskjuts")
	maria.follow("Börja ansökan")
	maria.follow("BankID på en annan enhet")
	maria.approveThere(w, personas.MariaProvberg)
	maria.follow("Hämta uppgifterna och fortsätt")
	alva := oneHome(personas.AlvaProvberg, "Norra", "maria.provberg@example.se").
		with(reasonPage, func(b *tab) {
			b.choose("Vägen till skolan är lång")
			b.choose("Eleven har en funktionsnedsättning")
		}).
		with(needsPage, certificate).
		with(homePage, func(b *tab) { b.choose("Växelvis i två hem") }).
		with("Fast schema för två hem", func(b *tab) {
			b.choose("Varannan vecka")
			b.unfold("Hos vem bor eleven de jämna veckorna? › Hos mig", "input[type=radio]")
			b.choose("Hos mig som fyller i ansökan")
			b.date("Från vilken dag gäller schemat?", "2026", "8", "17")
			b.choose("Schemat är fast")
		})
	maria.answer(alva, homePage)
	maria.refused("Fortsätt")
	maria.answer(alva, checkPage)
	maria.follow("Lämna in ansökan")
	maria.sees("Ansökan är inlämnad")
	maria.follow("Läs och skriv under")
	maria.sign(personas.MariaProvberg)
	maria.sees("1 av 2 har skrivit under")

	johan := loggedIn(t, w, personas.JohanProvlund, deskNoScript)
	johan.follow("Skriv under: ")
	johan.follow("Fyll i dina uppgifter och skriv under")
	johan.answer(application{ownPage: func(b *tab) { b.own("johan.provlund@example.se") }}, "Läs och skriv under")
	johan.lacks("Exempelvägen", "maria.provberg@example.se")
	johan.sign(personas.JohanProvlund)
	johan.sees("2 av 2 har skrivit under")
	maria.again("2 av 2 har skrivit under")
	maria.lacks("Norra Provbacken", "johan.provlund@example.se")

	birgitta := staffLogsIn(t, w, personas.BirgittaProvbeslutande, deskNoScript)
	birgitta.openCase("Alva Provberg")
	birgitta.sees("Norra Provbacken 41", "Exempelvägen 3")
	birgitta.pick("Handläggare", "Birgitta Provbeslutande")
	birgitta.follow("Ändra")
	birgitta.sees("Ärendet är tilldelat Birgitta Provbeslutande.")
	birgitta.decide()
	for _, b := range []*tab{maria, johan} {
		b.again("Öppna beslutet (PDF)")
		b.document("Öppna beslutet (PDF)")
	}
	birgitta.again("Alla parter har fått del av beslutet")
	maria.follow("Logga ut")
}
