package browser

import (
	"errors"
	"log/slog"
	"maps"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"samtjanst/examples/sigtuna/cooperation"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/casework"
	"samtjanst/platform/clock"
	"samtjanst/platform/config"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/identity"
	"samtjanst/platform/server"
	"samtjanst/platform/server/servertest"
)

// night is the socialjour of eight municipalities, in the small hours of a Tuesday.
type night struct {
	*servertest.World
	staff []personas.Staff
}

func newNight(t *testing.T) *night {
	t.Helper()
	d, err := cooperation.Demonstration()
	if err != nil {
		t.Fatal(err)
	}
	for i := range d.Organisations {
		if d.Organisations[i].ID != "almfors" { // keys for eight seals take seconds to make
			d.Organisations[i].Number = ""
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	clk := clock.NewMoving(time.Date(2026, 11, 24, 2, 10, 0, 0, clock.Stockholm))
	cfg := config.Default()
	cfg.Data, cfg.BaseURL = t.TempDir(), "http://localhost:"+port
	if err := servertest.LendKeys(filepath.Join(cfg.Data, "sim")); err != nil {
		t.Fatal(err)
	}
	s, sims, err := d.Start(t.Context(), cfg, "127.0.0.1:0", server.Options{Clock: clk, Log: slog.New(slog.DiscardHandler), OutboxEvery: 200 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if err := sims.Close(); err != nil {
			t.Error(err)
		}
	})
	go func() {
		if err := s.Serve(l); err != nil {
			t.Log(err)
		}
	}()
	return &night{World: servertest.Of(t, s, sims, clk, cfg.BaseURL), staff: d.Staff}
}

// who finds somebody of the cooperation by name.
func (n *night) who(t *testing.T, name string) personas.Staff {
	t.Helper()
	i := slices.IndexFunc(n.staff, func(p personas.Staff) bool { return p.Name == name })
	if i < 0 {
		t.Fatalf("nobody is called %s", name)
	}
	return n.staff[i]
}

// employed logs in at the own organisation's login.
func (n *night) employed(t *testing.T, municipality, name string, dev device) *tab {
	t.Helper()
	b := newTab(t, n.URL, dev)
	b.open("/admin")
	b.follow(municipality)
	b.follow("Ditt konto på jobbet")
	b.follow("Logga in som " + n.who(t, name).Name)
	b.fill("Engångskod", ask[string](b, `document.getElementById("shown").innerText`))
	b.follow("Logga in")
	return b
}

// actor is somebody of a register who has logged in.
func (n *night) actor(t *testing.T, tenant identity.TenantID, name string) identity.Actor {
	t.Helper()
	s, err := n.Flow.People.Now(n.Ctx, tenant)
	if err != nil {
		t.Fatal(err)
	}
	p := s.ByNumber(n.who(t, name).Number)
	return identity.Actor{Lang: "sv", Staff: &identity.Staff{Subject: p.ID.Subject(), Name: p.Name, Number: p.Number, Tenant: tenant, LoginAt: n.Clock.Now(),
		Grants: s.Grants(p, n.Clock.Now())}}
}

// elsa is what the officer writes of a child who cannot be let home tonight, but for the first page.
var elsa = map[string]url.Values{
	"vardnadshavare": servertest.Posted("r/vardnadshavare=n0", "/vardnadshavare/n0/namn=Anna Testsson", "/vardnadshavare/n0/adress=Provgatan 12, 990 10 Almfors",
		"/vardnadshavare/n0/samtycke=nej", "/vardnadshavare/n0/underrattad=nej", "/vardnadshavare/n0/varfor=Har inte gått att nå."),
	"grund": servertest.Posted("/grund/val=2", "/grund/sannolikt=Elsa har blåmärken och berättar att hon har blivit slagen hemma i kväll.", "/grund/vanta=halsa",
		"/grund/vantaSkal=Elsa kan inte återvända hem i natt utan risk för nytt våld.", "/grund/frivilligt=Vårdnadshavaren motsätter sig varje placering."),
	"anmalan": servertest.Posted("/anmalan/finns=true", "/anmalan/skydd=true", "/anmalan/vem=Grannen Hemlig Testgren", "/anmalan/innehall=Skrik och gråt sedan i går."),
	"barnet":  servertest.Posted("/barnet/informerad=ja", "/barnet/informeradHur=Socialsekreteraren berättade.", "/barnet/horts=samtal", "/barnet/asikt=Jag vill sova hos mormor.", "/barnet/bitrade=true"),
	"plats":   servertest.Posted("/plats/ordnad=true", "/plats/slag=jourhem", "/plats/hemlig=true", "/plats/hemligtNamn=Jourhemmet på Hemliga gatan", "/plats/hemligtVarfor=Hot."),
	"tider":   servertest.Posted("/tid/laget=arende", "/tid/verkstallt=false", "/leverans/satt=sakert"),
}

// The officer prepares a decision and lays it before those on call: the chair is silent, the vice chair reports a conflict of interest, a member
// asks, is answered and signs on a tablet. What is decided is sent on, and in the morning the municipality's own unit takes over.
func TestTheNight(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	officer := n.employed(t, "Björkvalla kommun", "Åsa Exempelsjö", desk)
	officer.open("/admin/nytt")
	officer.follow("Omedelbart omhändertagande av barn eller ung")
	officer.sees("Jour just nu: Per Teststrand, Ordförande")
	officer.choose("Socialnämnden, Almfors kommun")
	officer.follow("Börja")
	officer.fill("Namn", "Elsa Testsson")
	officer.fill("Personnummer eller samordningsnummer", "20190514-2384")
	officer.choose("Nej")
	officer.follow("Fortsätt")
	draft := strings.Split(officer.path(), "/")[4]
	asa := n.actor(t, "bjorkvalla", "Åsa Exempelsjö")
	n.Fill(asa, draft, elsa)
	officer.open("/admin/nytt/utkast/" + draft + "/kontrollera")
	officer.follow("Skapa ärendet")
	officer.follow("Skriv beslut")
	officer.sees("6 § jämförd med 2 § LVU", "Följer av uppgifterna i ärendet.") // asked in the form, and not once more
	officer.fill("Din titel", "Socialjourssekreterare")
	officer.pick("Fråga nummer 1", "Per Teststrand")
	officer.pick("Fråga nummer 2", "Elsie Provskog")
	officer.pick("Fråga nummer 3", "Dagny Demoström")
	officer.follow("Förhandsgranska")
	officer.sees("Så blir förslaget", "Per Teststrand")
	officer.choose("Jag har läst förslaget.")
	officer.follow("Lägg fram förslaget")
	officer.follow("Följ beslutet")
	officer.again("Inbjuden, har inte öppnat")
	following := officer.path()
	officer.follow("Anteckna ett samtal")
	officer.choose("Per Teststrand, Ordförande")
	officer.fill("Klockslag", "02.10")
	officer.choose("Inget svar")
	officer.follow("Anteckna")
	officer.sees("Åsa Exempelsjö ringde Per Teststrand", "Inget svar")

	n.Clock.Advance(15 * time.Minute) // in silence: the next is asked
	elsie := n.elected(t, "Almfors kommun", "Elsie Provskog", tablet)
	id := casework.ID(strings.Split(following, "/")[3])
	reference := n.Head(id).Reference
	elsie.follow(reference)
	elsie.sees("Du beslutar som Vice ordförande, förordnad 2023-01-25, § 4")
	elsie.follow("Jag har hinder eller är jävig")
	elsie.fill("Vad är det som hindrar dig?", "Jag är granne med familjen.")
	elsie.follow("Anmäl hinder")
	elsie.sees("Det är antecknat att du har hinder.")
	elsie.lacks("Elsa")

	dagny := n.elected(t, "Almfors kommun", "Dagny Demoström", tablet)
	dagny.again(reference)
	dagny.follow(reference)
	dagny.follow("Ställ en fråga")
	dagny.fill("Din fråga", "Vet mormor om det?")
	dagny.follow("Skicka frågan")
	dagny.sees("Frågan är skickad till handläggaren.", "Inget svar än.")
	officer.open(following)
	officer.follow("Svara")
	officer.fill("Ditt svar", "Ja, hon väntar.")
	officer.follow("Skicka svaret")
	dagny.again("Ja, hon väntar.")
	dagny.document("Öppna beslutet som PDF")
	dagny.follow("Skriv under med BankID på den här enheten")
	n.approve(dagny, "Dagny Demoström")
	dagny.sees("Du har skrivit under. Beslutet är fattat")

	officer.open(following)
	officer.again("Skickat")
	officer.sees("Förvaltningsrätten, underställning", "Kvitto")
	officer.follow("Överlämna till enheten")
	officer.fill("Vad enheten behöver veta", "Mormor är på väg.")
	officer.follow("Överlämna")
	officer.sees("Ärendet är överlämnat.")

	n.Clock.Advance(5 * time.Hour) // in the morning
	mirja := n.employed(t, "Almfors kommun", "Mirja Teststrand", desk)
	mirja.open(following)
	mirja.sees("Mormor är på väg.")
	mirja.follow("Ta emot ärendet")
	mirja.sees("Du har tagit emot ärendet.")
	kase := "/admin/arenden/" + string(id)
	mirja.open(kase)
	mirja.sees("Beslutet ska underställas förvaltningsrätten", "7 § LVU", "Gjort i tid", "1 december 2026", "Dagny Demoström, Ledamot, förordnad 2023-01-25, § 4", "Mirja Teststrand")
	pdf := filepath.Join(t.TempDir(), "arendet.pdf")
	if err := os.WriteFile(pdf, mirja.document("Hela ärendet som PDF"), 0o600); err != nil {
		t.Fatal(err)
	}
	mirja.follow("Anmälan till nämnd")
	mirja.sees(reference, "anmäls till sammanträdet 2026-12-15")
	mirja.open("/kontrollera")
	mirja.attach("Fil att kontrollera", pdf)
	mirja.follow("Kontrollera")
	mirja.sees("Underskrifterna stämmer", "Dagny Demoström", "Myndighetens stämpel på hela filen är hel.")
	officer = n.employed(t, "Björkvalla kommun", "Åsa Exempelsjö", desk)
	if status := ask[int](officer, `fetch({0}).then(r => r.status)`, kase); status != 404 {
		t.Errorf("the host still reaches what it has handed over: %d", status)
	}
}

// elected logs in as somebody who is elected does: with the own BankID.
func (n *night) elected(t *testing.T, municipality, name string, dev device) *tab {
	t.Helper()
	b := newTab(t, n.URL, dev)
	b.open("/admin")
	b.follow(municipality)
	b.follow("BankID på den här enheten")
	n.approve(b, name)
	return b
}

// approve approves in the app, which lies beside the browser.
func (n *night) approve(b *tab, name string) {
	b.Helper()
	b.follow("Öppna BankID")
	b.follow(name)
	b.fill("Säkerhetskod", "123456")
	b.leaving(func() { b.click("Godkänn") })
	b.goOn()
}

// laid is a decision that the officer has laid before those who may take it, made without the browser.
func (n *night) laid(t *testing.T, asa identity.Actor, child string) casework.ID {
	t.Helper()
	draft, err := n.Flow.BeginPrepared(n.Ctx, asa, "lvu-6", "almfors/social")
	if err != nil {
		t.Fatal(err)
	}
	pages := maps.Clone(elsa)
	pages["den-unge"] = servertest.Posted("/unge/namn="+child, "/unge/nummer=20190514-2384", "/unge/skyddad=false")
	n.Fill(asa, draft, pages)
	id := n.Submit(asa, draft)
	in := flow.DecisionInput{Outcome: "omhandertas", Grounds: []string{"6-2"}, Reasons: "Det kan inte vänta.", Title: "Socialjourssekreterare", Propose: true}
	for _, name := range []string{"Per Teststrand", "Elsie Provskog", "Dagny Demoström"} {
		in.Signers = append(in.Signers, n.actor(t, "almfors", name).Staff.Subject)
	}
	for {
		c, err := n.Flow.StaffCase(n.Ctx, asa, id)
		if err != nil {
			t.Fatal(err)
		}
		problems, err := n.Flow.Decide(n.Ctx, asa, id, c.Rev, in)
		if errors.Is(err, fault.Conflict) { // the case has been given its number meanwhile
			continue
		}
		if err != nil || problems != nil {
			t.Fatal(problems, err)
		}
		return id
	}
}

// A chair who says no ends it, and nobody else is asked. Where no e-legitimation works the decision is taken all the same: by word of mouth, with
// time, reason and who heard it, and it holds from then.
func TestANoAndNoELegitimation(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	asa := n.actor(t, "bjorkvalla", "Åsa Exempelsjö")
	id := n.laid(t, asa, "Elsa Testsson")
	per := n.elected(t, "Almfors kommun", "Per Teststrand", tablet)
	per.again(n.Head(id).Reference)
	per.follow(n.Head(id).Reference)
	per.follow("Jag är emot")
	per.refused("Lämna min ståndpunkt")
	per.fill("Varför är du emot?", "Hon kan sova hos sin mormor med stöd av SoL.")
	per.follow("Lämna min ståndpunkt")
	per.sees("Det är antecknat att du är emot.")
	officer := n.employed(t, "Björkvalla kommun", "Åsa Exempelsjö", desk)
	officer.open("/admin/arenden/" + string(id))
	officer.sees("Förslag som inte gick igenom", "Per Teststrand är emot", "Hon kan sova hos sin mormor")

	other := n.laid(t, asa, "Leo Testsson")
	officer.open("/admin/arenden/" + string(other) + "/jour")
	officer.again("Inbjuden, har inte öppnat")
	officer.follow("Underskrift per telefon, Per Teststrand")
	officer.sees("Det gäller förslaget till beslut", "Beslutet gäller Leo Testsson.", "Du beslutar som Ordförande.", "Därför läser jag upp innehållet för dig.", "Öppna beslutet som PDF")
	officer.open("/admin/arenden/" + string(other) + "/jour")
	officer.follow("Beslutet fattades utan underskrift")
	officer.sees("Ett beslut ska dokumenteras")
	officer.choose("Per Teststrand, Ordförande")
	officer.choose("Muntligt")
	officer.fill("Klockslag", "02.10")
	officer.fill("Varför kunde det inte skrivas under?", "BankID, Freja och kortet går inte att använda i natt.")
	officer.follow("Anteckna beslutet")
	officer.sees("Beslutet är antecknat och gäller. Det ska skrivas under i efterhand.", "Beslutade muntligt")
	officer.open("/admin/arenden/" + string(other))
	officer.again("Gjort i tid") // the court has it, with a receipt
	officer.sees("Per Teststrand ska skriva under beslutet i efterhand", "1 december 2026")
}
