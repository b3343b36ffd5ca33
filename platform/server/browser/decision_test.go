package browser

import (
	"net/url"
	"testing"
	"time"

	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/casework"
	"samtjanst/platform/server/servertest"
)

// stall is an application of Anna's for a place in the square, whose decision is signed, made without the browser.
func stall(t *testing.T, w *servertest.World) casework.ID {
	t.Helper()
	anna := citizen(personas.AnnaTestsson)
	draft, err := w.Flow.Start(w.Ctx, anna, "ekkoping", "torgplats")
	if err != nil {
		t.Fatal(err)
	}
	w.Fill(anna, draft, map[string]url.Values{"plats": servertest.Posted("/plats/vad=Honung")})
	return w.Submit(anna, draft)
}

// An officer lays a decision before the one who may decide, who says no on a tablet; a new one is laid, read and signed there, with the app on
// the same device.
func TestSignedDecision(t *testing.T) {
	t.Parallel()
	o := servertest.Offering(t, "../testdata/forms", "torgplats")
	o.Real, o.Outbox, o.Listen = true, true, true
	w := servertest.New(t, o)
	id := stall(t, w)
	kase := "/admin/arenden/" + string(id)

	birgitta := staff(t, w, personas.BirgittaProvbeslutande, tablet) // who has been here can be asked
	mona := staff(t, w, personas.MonaTesthandlaggare, desk)
	lay := func(anew string) {
		t.Helper()
		mona.open(kase)
		mona.follow("Skriv beslut")
		mona.sees("Du kan lägga fram ett förslag", "30 minuter emellan")
		mona.lacks("Jag beslutar och skriver under")
		mona.choose("Bifall")
		mona.sees("Ordningslagen 3 kap. 1 §")
		mona.fill("Din titel", "Handläggare")
		mona.refused("Förhandsgranska")
		mona.sees("Välj minst en som ska skriva under.")
		mona.pick("Fråga nummer 1", "Birgitta Provbeslutande")
		if anew != "" {
			mona.sees("Birgitta Provbeslutande var emot ett tidigare förslag", "Skälet var ”Torget är fullt den dagen”.")
			mona.refused("Förhandsgranska")
			mona.sees("Skriv vad som är nytt sedan förra förslaget.")
			mona.fill("Vad är nytt sedan förra förslaget?", anew)
		}
		mona.follow("Förhandsgranska")
		mona.sees("Så blir förslaget", "Det här är ett förslag tills", "skrivs under av Birgitta Provbeslutande (föredragande: Mona Testhandläggare, Handläggare)")
		mona.choose("Jag har läst förslaget.")
		mona.follow("Lägg fram förslaget")
		mona.sees("Förslaget är framlagt", "Förslag till beslut", "Birgitta Provbeslutande")
		mona.lacks("Läs och skriv under")
		mona.again("Öppna förslaget som PDF")
	}
	lay("")
	birgitta.open("/admin/arenden")
	birgitta.sees("Att skriva under (1)", "Honung", "Har väntat på dig")
	birgitta.follow(w.Head(id).Reference)
	birgitta.sees("Skriv under beslutet", "Utfall: Bifall", "BankID")
	birgitta.document("Öppna beslutet som PDF")
	birgitta.follow("Jag är emot")
	birgitta.refused("Lämna min ståndpunkt")
	birgitta.fill("Varför är du emot?", "Torget är fullt den dagen.")
	birgitta.follow("Lämna min ståndpunkt")
	birgitta.sees("Det är antecknat att du är emot.", "Torget är fullt den dagen.")

	mona.open(kase)
	mona.sees("Förslag som inte gick igenom", "Birgitta Provbeslutande är emot", "Torget är fullt den dagen.")
	const anew = "En handlare har dragit sig ur."
	lay(anew)
	birgitta.open(kase)
	birgitta.sees(anew)
	birgitta.follow("Läs och skriv under")
	birgitta.sees("Tidigare förslag", "är emot", anew)
	birgitta.follow("Skriv under med BankID på den här enheten")
	birgitta.follow("Öppna BankID")
	birgitta.follow("Birgitta Provbeslutande")
	birgitta.fill("Säkerhetskod", "123456")
	birgitta.leaving(func() { birgitta.click("Godkänn") })
	birgitta.goOn()
	birgitta.sees("Du har skrivit under. Beslutet är fattat", "Birgitta Provbeslutande")
	mona.again("Beslutat")
	anna := loggedIn(t, w, personas.AnnaTestsson, phone)
	anna.sees("Beslut")
}

// Without script, with the app on another device, whoever decides signs at once.
func TestDecidesBySigningWithoutScript(t *testing.T) {
	t.Parallel()
	o := servertest.Offering(t, "../testdata/forms", "torgplats")
	o.Real, o.Outbox, o.Listen = true, true, true
	w := servertest.New(t, o)
	id := stall(t, w)
	b := staff(t, w, personas.BirgittaProvbeslutande, device{width: 768, height: 1024, mobile: true})
	b.open("/admin/arenden/" + string(id) + "/beslut")
	b.choose("Bifall")
	b.sees("Ordningslagen 3 kap. 1 §")
	b.choose("Jag beslutar och skriver under")
	b.fill("Din titel", "Enhetschef")
	b.follow("Förhandsgranska")
	b.choose("Jag har läst förslaget.")
	b.follow("Gå vidare och skriv under")
	b.again("Kontrollsumma")
	b.follow("Jag har hinder eller är jävig")
	b.follow("Avbryt")
	b.follow("Skriv under med BankID på den här enheten")
	b.follow("Avbryt")
	b.sees("Underskriften blev inte klar")
	b.follow("Skriv under med BankID på den här enheten")
	b.follow("Öppna BankID")
	b.follow("Birgitta Provbeslutande")
	b.fill("Säkerhetskod", "123456")
	b.leaving(func() { b.click("Godkänn") })
	const asks = "Jag är klar i appen, gå vidare"
	for end := time.Now().Add(patience); b.has(asks) && time.Now().Before(end); { // the app's answer may take a moment to come here
		b.follow(asks)
	}
	b.sees("Du har skrivit under. Beslutet är fattat", "Birgitta Provbeslutande, Enhetschef")
}
