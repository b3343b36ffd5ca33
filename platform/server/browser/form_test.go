package browser

import (
	"maps"
	"strings"

	"samtjanst/integrations/sim/personas"
)

// application is what somebody answers, by the heading of the page; each step uses what the page shows.
type application map[string]func(b *tab)

// Headings of the form.
const (
	pupilPage  = "Vem gäller ansökan?"
	checkPage  = "Kontrollera dina svar"
	ownPage    = "Dina uppgifter"
	otherPage  = "Den andra vårdnadshavaren"
	needsPage  = "Funktionsnedsättning"
	homePage   = "Boende"
	reasonPage = "Skäl"
)

// oneHome answers for a child with one home and a long way.
func oneHome(child personas.ID, school, mail string) application {
	return application{
		pupilPage: func(b *tab) { b.choose(child.Persona().Name()) },
		"Läsår och årskurs": func(b *tab) {
			b.choose("2026/2027")
			b.choose("Grundskola")
			b.pick("Vilken årskurs", "Årskurs 1")
		},
		"Skola": func(b *tab) {
			b.choose("Den skola som kommunen har placerat eleven i")
			b.unfold("Skolans namn", "select")
			b.pick("Skolans namn", school)
		},
		"Tid":                func(b *tab) { b.choose("Hela läsåret") },
		reasonPage:           func(b *tab) { b.choose("Vägen till skolan är lång") },
		"Vägens längd":       func(b *tab) { b.fill("Ungefär hur lång", "4,5") },
		homePage:             func(b *tab) { b.choose("I ett hem") },
		"Efter skolan":       func(b *tab) { b.choose("Nej") },
		"Elevens egen åsikt": func(b *tab) { b.fill("Vad tycker eleven själv?", "Jag vill åka buss med mina kompisar.") },
		ownPage:              func(b *tab) { b.own(mail) },
	}
}

// own fills a guardian's own section: how to reach him or her, and the journeys to and from the home where the page asks.
func (b *tab) own(mail string) {
	b.Helper()
	b.fill("Din e-postadress", mail)
	if strings.Contains(b.text(), "Vilka dagar åker eleven från dig till skolan?") {
		for _, day := range []string{"Måndag", "Tisdag"} {
			b.choose("Vilka dagar åker eleven från dig till skolan? › " + day)
			b.choose("Vilka dagar åker eleven från skolan hem till dig? › " + day)
		}
	}
}

// with gives the same answers with some others.
func (a application) with(page string, do func(b *tab)) application {
	a = maps.Clone(a)
	a[page] = do
	return a
}

// unfold waits for a question that another answer brings, which without script takes a button.
func (b *tab) unfold(label, selector string) {
	b.Helper()
	if !b.dev.script {
		b.follow("Visa följdfrågor")
	}
	js := `!!control(` + quote(label) + `, ` + quote(selector) + `)`
	b.until(js, "the question “"+label+"”")
}

// heading is where the visitor is in the form.
func (b *tab) heading() string {
	b.Helper()
	return ask[string](b, `squeeze(document.querySelector("h1").innerText)`)
}

// answer goes through the pages as they come until one has a heading that begins with until.
func (b *tab) answer(with application, until string) {
	b.Helper()
	for range 30 {
		h := b.heading()
		if strings.HasPrefix(h, until) {
			return
		}
		if do := with[h]; do != nil {
			do(b)
		}
		b.follow("Fortsätt")
		if b.heading() == h {
			b.Fatalf("the form does not go on from %q\n%s", h, b.where())
		}
	}
	b.Fatalf("the form never comes to %q", until)
}

// begin starts an application where a service's page stands, and stands at its first question.
func (b *tab) begin(service string) {
	b.Helper()
	b.open(service + "/starta")
	b.follow("Hämta uppgifterna och fortsätt")
}

// sign signs where the signing page stands, with the app on the same device, and stands at the case.
func (b *tab) sign(id personas.ID) {
	b.Helper()
	b.follow("Skriv under med BankID på den här enheten")
	b.approveHere(id)
}
