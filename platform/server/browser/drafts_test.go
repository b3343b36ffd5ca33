package browser

import (
	"strings"
	"testing"
	"time"

	"samtjanst/integrations/population"
	"samtjanst/integrations/population/navetsim"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/identity"
	"samtjanst/platform/server/servertest"
)

func citizen(id personas.ID) identity.Actor { return servertest.Citizen(id) }

// Whatever the hindrance is, the page is the same and names the other way to apply.
func TestHindrances(t *testing.T) {
	t.Parallel()
	w := world(t)
	texts := map[string]bool{}
	for _, who := range []personas.ID{personas.KarinDemolund, personas.LindaProvgren, personas.HannaProvlind} {
		b := loggedIn(t, w, who, phone)
		b.open(skolskjuts + "/starta")
		b.leaving(func() { b.click("Hämta uppgifterna och fortsätt") })
		b.inspectStatus(403)
		b.sees("Du har fortfarande rätt att ansöka", "Så kan du göra i stället", "031-390 06 01")
		texts[ask[string](b, `document.title + document.querySelector("main").innerHTML`)] = true
	}
	if len(texts) != 1 {
		t.Errorf("hindrances can be told apart: %d different pages", len(texts))
	}
	if err := w.Sim.Navet.Protect(personas.ErikTestsson, population.Marked); err != nil {
		t.Fatal(err)
	}
}

// The register is down: everything is entered by hand, and the case says so.
func TestRegisterDown(t *testing.T) {
	t.Parallel()
	w := world(t)
	if err := w.Sim.Navet.Fail(navetsim.Down, 0); err != nil {
		t.Fatal(err)
	}
	anna := loggedIn(t, w, personas.AnnaTestsson, phone)
	anna.begin(skolskjuts)
	anna.sees("Vi når inte folkbokföringen just nu")
	byHand := oneHome(personas.ElsaTestsson, "Eklunda", "anna.testsson@example.se").
		with(pupilPage, func(b *tab) {
			b.fill("Elevens för- och efternamn", "Elsa Testsson")
			b.fill("Elevens personnummer", "20190514-2385") // a digit wrong
			b.refused("Fortsätt")
			b.fill("Elevens personnummer", personas.ElsaTestsson.Number().Dashed())
		}).
		with("Vårdnadshavare", func(b *tab) {
			b.choose("Ja")
			b.unfold("Den andra vårdnadshavarens för- och efternamn", "input")
			b.fill("Den andra vårdnadshavarens för- och efternamn", "Erik Testsson")
			b.fill("Den andra vårdnadshavarens personnummer", personas.ErikTestsson.Number().Dashed())
		})
	anna.answer(byHand, checkPage)
	anna.follow("Lämna in ansökan")
	anna.sees("Ansökan är inlämnad")
	mona := staff(t, w, personas.MonaTesthandlaggare, desk)
	mona.follow("Väntar på underskrift")
	mona.openCase("Elsa Testsson")
	mona.sees("Uppgifterna om personerna är skrivna för hand")
}

// Two tabs on one draft: the later one is told, and what was written in it is neither lost nor forced upon the other.
func TestStaleTab(t *testing.T) {
	t.Parallel()
	w := world(t)
	one := loggedIn(t, w, personas.AnnaTestsson, phone)
	one.begin(skolskjuts)
	one.answer(oneHome(personas.ElsaTestsson, "Eklunda", "a@example.se"), "Elevens egen åsikt")
	two := one.beside()
	two.open(one.path())
	one.fill("Vad tycker eleven själv?", "Skrivet i den första fliken.")
	one.follow("Fortsätt")
	two.fill("Vad tycker eleven själv?", "Skrivet i den andra fliken.")
	two.leaving(func() { two.click("Fortsätt") })
	two.inspectStatus(409)
	two.sees("Sidan har ändrats på ett annat ställe", "Skrivet i den andra fliken.")
	two.follow("Spara det jag skrev här")
	one.open(strings.Replace(one.path(), "kontakt", "barnet", 1))
	if got := one.value("Vad tycker eleven själv?"); got != "Skrivet i den andra fliken." {
		t.Errorf("after choosing, the draft says %q", got)
	}
}

// The login runs out in the middle of the form: after logging in again all that was written is there.
func TestLoginRunsOut(t *testing.T) {
	t.Parallel()
	w := world(t)
	for _, dev := range []device{phone, deskNoScript} {
		b := loggedIn(t, w, personas.AnnaTestsson, dev)
		b.open(skolskjuts + "/starta")
		if b.has("Börja på en ny ansökan") {
			b.follow("Börja på en ny ansökan")
		} else {
			b.follow("Hämta uppgifterna och fortsätt")
		}
		b.answer(oneHome(personas.ElsaTestsson, "Eklunda", "a@example.se"), "Elevens egen åsikt")
		b.fill("Vad tycker eleven själv?", "Det här får inte försvinna.")
		w.Clock.Advance(2 * time.Hour)
		b.follow("Fortsätt")
		b.sees("Du har loggats ut", "Det du just skrev är inte borta")
		b.logIn(personas.AnnaTestsson)
		b.sees("Du är inloggad igen", "Det du skrev innan du loggades ut finns kvar.")
		b.follow("Spara det jag skrev")
		b.answer(application{ownPage: func(b *tab) { b.own("a@example.se") }}, checkPage)
		b.sees("Det här får inte försvinna.")
	}
}

// The second application for the same child is shown the first, and a sibling's begins with the same answers.
func TestSecondAndSibling(t *testing.T) {
	t.Parallel()
	w := world(t)
	first := handedIn(t, w, personas.AnnaTestsson, personas.ElsaTestsson, "ekkoping", "eklunda")
	erik := loggedIn(t, w, personas.ErikTestsson, phone)
	erik.begin(skolskjuts)
	erik.answer(oneHome(personas.ElsaTestsson, "Eklunda", "e@example.se"), "Skola")
	erik.sees("Det finns redan en ansökan")
	erik.follow("Visa den ansökan")
	if erik.path() != "/arende/"+string(first) {
		t.Errorf("the first application is at %s", erik.path())
	}
	anna := loggedIn(t, w, personas.AnnaTestsson, phone)
	anna.open("/arende/" + string(first))
	anna.follow("Ansök för ett syskon med samma svar")
	anna.answer(application{
		pupilPage: func(b *tab) { b.choose("Oskar Testsson") },
		"Läsår och årskurs": func(b *tab) {
			b.choose("2026/2027")
			b.choose("Grundskola")
			b.pick("Vilken årskurs", "Årskurs 7")
		},
		reasonPage:           func(b *tab) { b.choose("Vägen till skolan är lång") },
		"Vägens längd":       func(b *tab) { b.fill("Ungefär hur lång", "4,5") },
		"Efter skolan":       func(b *tab) { b.choose("Nej") },
		"Elevens egen åsikt": func(b *tab) { b.fill("Vad tycker eleven själv?", "Bussen är bra.") },
	}, checkPage)
	anna.sees("Oskar Testsson", "Årskurs 7", "Eklunda")
	anna.lacks("Elsa")
}

// Tallvik's rule is another: one signature is enough for a child with one home.
func TestTallvik(t *testing.T) {
	t.Parallel()
	w := world(t)
	b := loggedIn(t, w, personas.CamillaProvdal, desk)
	b.open("/")
	b.follow("Tallviks kommun")
	b.follow("Ansök om skolskjuts")
	b.follow("Börja ansökan")
	b.follow("Hämta uppgifterna och fortsätt")
	b.answer(oneHome(personas.SigneProvdal, "Tallbacka", "camilla.provdal@example.se"), checkPage)
	b.follow("Lämna in ansökan")
	b.sees("0 av 1 har skrivit under")
	b.follow("Läs och skriv under")
	b.sign(personas.CamillaProvdal)
	b.sees("väntar på en handläggare")
	torsten := staffLogsIn(t, w, personas.TorstenTallhandlaggare, desk)
	torsten.sees("Signe Provdal", "Klart, 1 av 1")
}

// All is there in English too, from the first page to the case.
func TestEnglish(t *testing.T) {
	t.Parallel()
	w := world(t)
	b := newTab(t, w.URL, phone)
	b.open("/ekkoping")
	b.follow("English")
	b.follow("Apply for school transport")
	b.follow("Start the application")
	b.follow("BankID on this device")
	b.follow("Open BankID")
	b.follow("Anna Testsson")
	b.fill("Säkerhetskod", "123456")
	b.leaving(func() { b.click("Godkänn") })
	b.goOn()
	if lang := ask[string](b, `document.documentElement.lang`); lang != "en" {
		t.Errorf("after the login the language is %s", lang)
	}
	b.leaving(func() { b.click(ask[string](b, `squeeze(document.querySelector("main button").innerText)`)) })
	b.inspect()
	b.choose("Elsa Testsson")
	b.follow("Continue")
	b.follow("Continue")
	b.refused("Continue")
	b.follow("My pages")
	b.sees("Go on: Apply for school transport")
	b.follow("Svenska")
	b.sees("Fortsätt: Ansök om skolskjuts")
}

// Script says in time that the login runs out, and one press gives more.
func TestIdleWarning(t *testing.T) {
	t.Parallel()
	w := world(t)
	w.Kit.CitizenIdle = 2*time.Minute + 4*time.Second
	b := loggedIn(t, w, personas.AnnaTestsson, phone)
	b.waits("Du loggas snart ut")
	b.inspect()
	b.click("Förläng tiden")
	b.until(`!document.getElementById("idle").open`, "the warning goes away")
	b.waits("Du loggas snart ut") // and comes again
	b.follow("Logga ut nu")
	b.sees("Du är utloggad")
	b.open("/mina-sidor")
	b.sees("Logga in för att komma vidare")
}
