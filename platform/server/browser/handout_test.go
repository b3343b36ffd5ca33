package browser

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/server/servertest"
)

// certificatePDF is a file on the officer's disk.
func certificatePDF(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, minimalPDF, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// order goes from a municipality's list of services to the first question of one that nobody signs.
func (b *tab) order(w *servertest.World, who personas.ID, municipality, service string) {
	b.Helper()
	b.open("/" + municipality)
	b.follow(service)
	b.sees("Du behöver inte skriva under.")
	b.follow("Börja ansökan")
	b.logIn(who)
	b.sees("Vi hämtar uppgifter om dig från folkbokföringen")
	b.lacks("dina barn")
	b.follow("Hämta uppgifterna och fortsätt")
}

// handIn checks the answers and hands in what needs no signature.
func (b *tab) handIn(sees ...string) {
	b.Helper()
	b.sees(sees...)
	b.sees("Du behöver inte skriva under.")
	b.follow("Lämna in ansökan")
	b.sees("Hos handläggare")
	b.lacks("Läs och skriv under")
}

// Somebody who is about to leave orders three certificates at once, from a phone; two officers share the work; one hands out, and the
// case is closed when the certificate has been opened.
func TestCertificates(t *testing.T) {
	t.Parallel()
	w := world(t)
	anna := newTab(t, w.URL, phone)
	anna.order(w, personas.AnnaTestsson, "ekkoping", "Beställ arbetsgivarintyg eller tjänstgöringsintyg")
	anna.refused("Fortsätt") // an order that does not say what is wanted cannot be made
	anna.answer(application{
		"Vad behöver du?": func(b *tab) {
			b.choose("Tjänstgöringsintyg")
			b.unfold("Vad ska du använda intyget till?", "input") // and the summary of what was wrong is gone
			b.choose("Arbetsgivarintyg")
			b.choose("Inkomstintyg")
			b.fill("Vad ska du använda intyget till?", "Söker nytt arbete och lägenhet")
		},
		"Dina uppgifter": func(b *tab) {
			b.sees("Anna Testsson", "19840312-2388")
			b.choose("Ja")
			b.unfold("Vad hette du då?", "input")
			b.fill("Vad hette du då?", "Anna Provgren")
		},
		"Din anställning": func(b *tab) {
			b.choose("Nej, jag har slutat")
			b.unfold("Vilken är din sista arbetsdag? › År", "input")
			b.date("Vilken är din sista arbetsdag?", "2027", "12", "31")
			b.key("Tab") // the day is answered, and the warning comes between it and the next question
			b.waits("efter din sista arbetsdag")
			b.choose("Jag har själv sagt upp mig")
			b.sees("Arbetsgivarintyget kan göras tidigast", "2028-01-01")
			b.inspect()
		},
		"Var och när du har arbetat": func(b *tab) {
			b.fill("Arbetsplats eller enhet", "Norra skolan")
			b.fill("Vad du arbetade som", "Lärare")
			b.choose("Tillsvidare (fast)")
			b.date("Från och med", "2018", "08", "15")
		},
		"Arbetsgivarintyget": func(b *tab) { b.choose("De tolv senaste månaderna") },
		"Tjänstgöringsintyget": func(b *tab) {
			b.choose("Alla som jag har haft i kommunen")
			b.choose("Arbetsuppgifter")
			b.choose("Svenska")
		},
		"Inkomstintyget": func(b *tab) { b.choose("Min lön nu") },
		"Hur du vill ha det": func(b *tab) {
			b.choose("Digitalt genom arbetsgivarintyg.nu")
			b.choose("Hur vill du ha ditt tjänstgöringsintyg eller inkomstintyg? › Som fil på Mina sidor")
		},
		"Så når vi dig": func(b *tab) { b.fill("Din e-postadress", "anna.testsson@example.se") },
	}, checkPage)
	anna.handIn("Anna Provgren", "Norra skolan", "31 december 2027")

	leif := staff(t, w, personas.LeifLonetest, desk)
	lova := staff(t, w, personas.LovaLonetest, desk)
	lova.sees("Anna Testsson, arbetsgivarintyg, tjänstgöringsintyg, inkomstintyg")
	lova.openCase("Anna Testsson")
	lova.sees("ta fram det som har beställts")
	lova.lacks("Skriv beslut", "Elsa") // nothing is decided, and children are nobody's business here
	lova.pick("Handläggare", "Leif Lönetest")
	lova.follow("Ändra")
	lova.sees("Ärendet är tilldelat Leif Lönetest.")

	leif.open("/admin/arenden?agare=mina&vy=hos-handlaggare")
	leif.openCase("Anna Testsson")
	leif.follow("Lämna ut")
	leif.sees("Intyget lämnas till Anna Testsson, 19840312-2388.", "Söker nytt arbete och lägenhet")
	leif.refused("Lämna ut och avsluta") // no way is chosen
	leif.choose("Som fil på Mina sidor")
	leif.fill("Meddelande", "Arbetsgivarintyget kommer efter din sista dag.")
	leif.refused("Lämna ut och avsluta") // and no file
	if got := leif.value("Meddelande"); got != "Arbetsgivarintyget kommer efter din sista dag." {
		t.Errorf("of the message is left %q", got)
	}
	leif.attach("Filer", certificatePDF(t, "tjänstgöringsintyg.pdf"), certificatePDF(t, "inkomstintyg.pdf"))
	leif.follow("Lämna ut och avsluta")
	leif.sees("Det är utlämnat. Sökanden får ett meddelande.", "Utlämnat, inte öppnat", "tjänstgöringsintyg.pdf", "Leif Lönetest")
	for _, m := range mailTo(t, w, "anna.testsson@example.se", 2) {
		if strings.Contains(strings.ToLower(m.Subject+m.Body), "intyg") || strings.Contains(m.Body, "Kommunstyrelsen") {
			t.Errorf("a notice tells what it is about: %s", m.Body)
		}
	}

	anna.open("/mina-sidor")
	anna.sees("Något att hämta")
	anna.follow("Beställ arbetsgivarintyg eller tjänstgöringsintyg")
	anna.sees("Klart", "Intyget", "Arbetsgivarintyget kommer efter din sista dag.", "inkomstintyg.pdf")
	anna.document("Läs brevet som följer med (PDF)")
	anna.document("tjänstgöringsintyg.pdf")
	leif.again("Det som beställdes är utlämnat. Inget återstår.")
	anna.again("Avslutat")
	mona := staff(t, w, personas.MonaTesthandlaggare, desk)
	mona.lacks("Testsson") // another board
}

// Grades are ordered at a desk without script; an officer on a phone hands them out, and a decider refuses somebody else's.
func TestGrades(t *testing.T) {
	t.Parallel()
	w := world(t)
	gunnar := newTab(t, w.URL, deskNoScript)
	gunnar.order(w, personas.GunnarTestman, "ekkoping", "Beställ kopia av skolbetyg")
	grades := application{
		"Vem gäller det?": func(b *tab) {
			b.choose("Mina egna")
			b.choose("Nej")
		},
		"Vilka betyg?": func(b *tab) { b.choose("Gymnasieskola") },
		"Gymnasieskolan": func(b *tab) {
			b.fill("Vad hette skolan?", "Ekgymnasiet")
			b.choose("Kommunen")
			b.fill("Vilket program", "ekonomisk linje")
			b.fill("Vilket år slutade eleven?", "1989")
			b.choose("Examensbevis")
		},
		"Hur du vill ha betygen": func(b *tab) {
			b.choose("Som vidimerad kopia på papper")
			b.unfold("Hur många kopior?", "input")
			b.fill("Hur många kopior?", "2")
		},
		"Så når vi dig": func(b *tab) {
			b.sees("Testtorpet 1")
			b.choose("Nej")
			b.fill("Din e-postadress", "gunnar.testman@example.se")
		},
	}
	gunnar.answer(grades, checkPage)
	gunnar.handIn("Ekgymnasiet", "1989")

	mona := staff(t, w, personas.MonaTesthandlaggare, phone)
	mona.openCase("Gunnar Testman")
	mona.follow("Lämna ut")
	mona.choose("Vidimerad kopia med post")
	mona.follow("Lämna ut och avsluta")
	mona.sees("Vidimerad kopia med post")
	mona.document("Brevet som följer med (PDF)")
	mona.again("Det som beställdes är utlämnat. Inget återstår.") // posted: nothing is waited for
	gunnar.again("Avslutat")
	gunnar.sees("Vidimerad kopia med post")

	gunnar.begin("/ekkoping/tjanster/kopia-av-skolbetyg")
	gunnar.answer(grades.with("Vem gäller det?", func(b *tab) {
		b.choose("Någon annans")
		b.unfold("Elevens för- och efternamn", "input")
		b.sees("Vi prövar om något i betygen är sekretess")
		b.fill("Elevens för- och efternamn", "Anna Testsson")
		b.choose("Vet du elevens personnummer? › Nej")
		b.choose("Hade eleven ett annat namn i skolan? › Nej")
		b.unfold("Vilket år är eleven född?", "input")
		b.fill("Vilket år är eleven född?", "1984")
	}).with("Hur du vill ha betygen", func(b *tab) { b.choose("Som fil på Mina sidor") }).with("Så når vi dig", func(b *tab) {
		b.fill("Din e-postadress", "gunnar.testman@example.se")
	}), checkPage)
	gunnar.handIn("Anna Testsson")

	birgitta := staff(t, w, personas.BirgittaProvbeslutande, desk)
	birgitta.openCase("Anna Testsson")
	birgitta.follow("Skriv beslut")
	birgitta.choose("Begäran avslås")
	birgitta.choose("Offentlighets- och sekretesslagen 21 kap. 3")
	birgitta.sees("Överklagas: överklagande till kammarrätten")
	birgitta.fill("Motivering", "Uppgifterna omfattas av sekretess.")
	birgitta.fill("Din titel", "Enhetschef")
	birgitta.follow("Förhandsgranska")
	birgitta.sees("Beslut om utlämnande av skolbetyg", "kammarrätten")
	birgitta.choose("Jag har läst beslutet")
	birgitta.follow("Fatta beslutet")
	gunnar.again("Öppna beslutet (PDF)")
	gunnar.document("Öppna beslutet (PDF)")
}
