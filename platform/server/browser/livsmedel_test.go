package browser

import (
	"testing"

	"samtjanst/integrations/company/bolagsverketsim"
	"samtjanst/integrations/sim/companies"
	"samtjanst/integrations/sim/personas"
)

// fetch presses the button beside the number, and stands where the register's answer can be read.
func (b *tab) fetch(says string) {
	b.Helper()
	if !b.dev.script {
		b.follow("Hämta uppgifter")
	} else {
		b.click("Hämta uppgifter")
		b.waits(says)
		b.inspect()
	}
	b.sees(says)
	if on := ask[string](b, `document.activeElement.id`); b.dev.script && on != "f-foretag-nummer.lookup" && on != "f-tidigare-nummer.lookup" {
		b.Errorf("the focus is on %q, not on what the register said", on)
	}
}

// newKitchen answers for a restaurant in premises, without the page of the company.
func newKitchen() application {
	return application{
		"Vad gäller anmälan?": func(b *tab) { b.choose("En ny verksamhet") },
		"Stället": func(b *tab) {
			b.fill("Vad heter stället?", "Provköket")
			b.choose("I en lokal")
			b.unfold("Besöksadress", "input")
			b.fill("Besöksadress", "Provgatan 12")
			b.fill("Postnummer", "991 10")
			b.fill("Ort", "Ekköping")
		},
		"Tid": func(b *tab) {
			b.sees("7 december 2026")
			b.date("Från vilken dag?", "2027", "2", "1")
			b.choose("Ska verksamheten pågå tills vidare? › Ja")
			b.choose("Är verksamheten öppen bara en del av året? › Nej")
		},
		"Verksamheten": func(b *tab) {
			b.choose("Restaurang, pizzeria eller gatukök")
			b.unfold("26–80", "input")
			b.choose("26–80")
			b.fill("Hur många årsarbetskrafter", "3,5")
		},
		"Vem maten är till för": func(b *tab) { b.choose("Nej") },
		"Maten och hur den hanteras": func(b *tab) {
			b.fill("Vad ska ni servera", "Husmanskost och sallad")
			b.choose("Mat tillagas eller värms upp")
			b.choose("Nej")
		},
		"Vatten": func(b *tab) { b.choose("Kommunalt vatten") },
		"Lokalen": func(b *tab) {
			b.choose("Finns det en fettavskiljare? › Ja")
			b.choose("Finns det ett särskilt handfat för dem som hanterar mat? › Ja")
			b.choose("Används lokalen också till något annat? › Nej")
		},
		"Kontaktperson på plats": func(b *tab) {
			b.fill("Kontaktperson på plats", "Kim Provkock")
			b.fill("Kontaktpersonens telefonnummer", "070-174 06 30")
		},
		"Avgift och faktura": func(b *tab) {
			b.sees("1450")
			b.choose("Ja")
		},
		"Vem skriver under?": func(b *tab) { b.choose("Ja, ensam") },
		ownPage: func(b *tab) {
			b.fill("Din e-postadress", "anna.testsson@example.se")
			b.choose("Ja")
		},
	}
}

// A company is fetched from the register on a phone, and the business is registered by the inspector.
func TestFoodBusiness(t *testing.T) {
	t.Parallel()
	w := world(t)
	anna := newTab(t, w.URL, phone)
	anna.open("/ekkoping")
	anna.follow("Anmäl livsmedelsverksamhet för registrering")
	anna.sees("minst två veckor före", "Miljö- och byggnämnden")
	anna.follow("Börja ansökan")
	anna.logIn(personas.AnnaTestsson)
	anna.follow("Hämta uppgifterna och fortsätt")
	anna.answer(newKitchen(), "Företaget")
	anna.click("Hämta uppgifter")
	anna.waits("Fyll i ”Organisationsnummer eller personnummer”")
	anna.fill("Organisationsnummer eller personnummer", companies.Nobody.Dashed())
	anna.fetch("finns inte i registret hos Bolagsverket")
	anna.fill("Organisationsnummer eller personnummer", companies.Provbageriet.Number().Dashed())
	anna.fetch("hämtade från Bolagsverket 23 november 2026")
	anna.sees("Provbageriet i Ekköping AB", "Provgatan 12", "Hämtat från Bolagsverket 23 november 2026")
	anna.answer(newKitchen(), checkPage)
	anna.sees("Provbageriet i Ekköping AB", "Hämtat från Bolagsverket 23 november 2026", "Husmanskost och sallad")
	anna.follow("Lämna in ansökan")
	anna.follow("Läs och skriv under")
	anna.sees("Provbageriet i Ekköping AB")
	anna.sign(personas.AnnaTestsson)

	milo := staff(t, w, personas.MiloMiljotest, desk)
	milo.openCase("Provköket")
	milo.sees("Provbageriet i Ekköping AB", "Hämtat från Bolagsverket 23 november 2026")
	milo.follow("Skriv beslut")
	milo.choose("Registreras")
	milo.choose("Artikel 6.2 i förordning (EG) nr 852/2004 (registrering av livsmedelsanläggningar)")
	milo.fill("Din titel", "Livsmedelsinspektör")
	milo.follow("Förhandsgranska")
	milo.sees("Beslut om registrering av livsmedelsanläggning", "beslutar att anläggningen registreras.", "Provbageriet i Ekköping AB, 559999-0008", "Provgatan 12, Ekköping", "länsstyrelsen")
	milo.choose("Jag har läst beslutet")
	milo.follow("Fatta beslutet")
	milo.sees("Beslutet är fattat. Parterna får besked.")
	anna.again("Öppna beslutet (PDF)")
	anna.document("Öppna beslutet (PDF)")
	siv := staff(t, w, personas.SivSocialtest, desk)
	siv.lacks("Provköket", "livsmedel")
}

// The register is down and there is no script: everything is filled in by hand, and is marked as one's own; when the register is back
// it fills in what it knows.
func TestFoodBusinessWithTheRegisterDown(t *testing.T) {
	t.Parallel()
	for name, dev := range map[string]device{"phone without script": phoneNoScript, "desk": desk} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := world(t)
			if err := w.Sim.Company.Fail(bolagsverketsim.Down, 0); err != nil {
				t.Fatal(err)
			}
			b := loggedIn(t, w, personas.MariaProvberg, dev)
			b.begin("/ekkoping/tjanster/livsmedelsregistrering")
			b.answer(newKitchen(), "Företaget")
			b.fill("Organisationsnummer eller personnummer", companies.Testkrogen.Number().Dashed())
			b.fill("Företagets namn", "Krogen på torget")
			b.fetch("Vi når inte registret just nu.")
			b.sees("Egen uppgift")
			if b.value("Företagets namn") != "Krogen på torget" {
				t.Error("what was typed is gone")
			}
			b.fill("Postadress", "Testtorget 2")
			b.fill("Postnummer", "991 10")
			b.fill("Ort", "Ekköping")
			b.follow("Fortsätt")
			b.back()
			b.sees("Vi når inte registret just nu.")
			w.Sim.Company.Reset()
			b.fetch("konkurs, en likvidation eller ett annat förfarande")
			b.sees("Testkrogen AB", "konkursförvaltaren", "c/o Konkursboet")
			b.refused("Fortsätt")
			b.sees("Förklara varför du anmäler för företaget")
			b.fill("Förklara varför", "Jag har köpt rörelsen av konkursboet.")
			b.follow("Fortsätt")
			b.sees("Vad heter stället?")
		})
	}
}
