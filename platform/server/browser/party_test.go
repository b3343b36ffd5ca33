package browser

import (
	"io/fs"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"samtjanst/examples/demo"
	"samtjanst/forms/library"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/casework"
	"samtjanst/platform/flow"
	"samtjanst/platform/server/servertest"
	"samtjanst/platform/signing"
)

var (
	tablet = device{width: 768, height: 1024, mobile: true, script: true}
	// smallNoScript is the smallest telephone there is, with nothing but the pages.
	smallNoScript = device{width: 320, height: 568, mobile: true}
)

const gatufest = "/ekkoping/tjanster/gatufest"

// streetParty is a world in which Ekköping also offers the service of the tests that is signed in steps: by the applicant, by two of the
// neighbours Sara, Gunnar and Helena, and by one of the board, Maria and Johan, who are asked one by one.
func streetParty(t *testing.T) *servertest.World {
	t.Helper()
	folder := t.TempDir()
	for _, from := range []fs.FS{library.Forms, os.DirFS("../testdata/forms")} {
		if err := os.CopyFS(folder, from); err != nil {
			t.Fatal(err)
		}
	}
	who := func(ids ...personas.ID) string {
		var out strings.Builder
		for _, id := range ids {
			out.WriteString(`{number: "` + id.Number().Digits() + `", name: ` + id.Persona().Name() + `}, `)
		}
		return "[" + out.String() + "]"
	}
	raw, err := fs.ReadFile(demo.Municipalities, "municipalities/ekkoping.yaml")
	if err != nil {
		t.Fatal(err)
	}
	ekkoping := strings.Replace(string(raw), "\nservices:\n", "\nservices:\n  - form: gatufest\n    settings:\n      neighbours: "+
		who(personas.SaraExempelsson, personas.GunnarTestman, personas.HelenaTestgren)+"\n      board: "+who(personas.MariaProvberg, personas.JohanProvlund)+
		"\n      more: "+who(personas.LovisaExempelstrom)+"\n", 1)
	tallvik, err := fs.ReadFile(demo.Municipalities, "municipalities/tallvik.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return servertest.New(t, servertest.Options{Real: true, Outbox: true, Listen: true, Forms: folder, Municipalities: fstest.MapFS{
		"municipalities/ekkoping.yaml": {Data: []byte(ekkoping)}, "municipalities/tallvik.yaml": {Data: tallvik}}})
}

// applyForParty hands Anna's application in, without the browser.
func applyForParty(t *testing.T, w *servertest.World) casework.ID {
	t.Helper()
	draft, err := w.Flow.Start(w.Ctx, citizen(personas.AnnaTestsson), "ekkoping", "gatufest")
	if err != nil {
		t.Fatal(err)
	}
	w.Fill(citizen(personas.AnnaTestsson), draft, map[string]url.Values{"fest": servertest.Posted("/fest/vad=Äta tårta", "/fest/stor=false")})
	return w.Submit(citizen(personas.AnnaTestsson), draft)
}

// One signs after the other, two of three are enough, somebody says no, what was handed in is changed, and the next on the board is asked
// when the first is hindered.
func TestSignedInSteps(t *testing.T) {
	t.Parallel()
	w := streetParty(t)
	anna := loggedIn(t, w, personas.AnnaTestsson, phone)
	anna.begin(gatufest)
	anna.fill("Vad ska ni göra?", "Äta tårta på gatan")
	anna.choose("Nej")
	anna.follow("Fortsätt")
	anna.follow("Lämna in ansökan")
	anna.sees("0 av 4 har skrivit under", "Först", "Sedan", "2 av 3 behöver skriva under", "Det räcker att en av 2 skriver under", "Skriver under senare")
	page := anna.path()

	gunnar := loggedIn(t, w, personas.GunnarTestman, tablet)
	gunnar.sees("Väntar på andra först", "Skriver under senare", "0 av 4")
	gunnar.follow("Ansök om gatufest")
	gunnar.sees("Andra skriver under före dig")
	gunnar.open(page + "/underskrift") // is shown the case instead
	gunnar.sees("Andra skriver under före dig")

	anna.follow("Läs och skriv under")
	anna.sees("Äta tårta på gatan", "Svaren i ansökan")
	anna.sign(personas.AnnaTestsson)
	anna.sees("1 av 4 har skrivit under", "med BankID", "Hämta beviset på din underskrift")
	sara := loggedIn(t, w, personas.SaraExempelsson, phone)
	sara.sees("Väntar på dig", "Väntar på dig sedan i dag", "1 av 4")
	sara.follow("Skriv under: ")
	sara.follow("Läs och skriv under")
	sara.sign(personas.SaraExempelsson)
	sara.sees("2 av 4 har skrivit under")

	const why = "Det blir för sent på kvällen."
	gunnar.open("/mina-sidor")
	gunnar.follow("Skriv under: ")
	gunnar.follow("Jag kan inte skriva under")
	gunnar.sees("Den som ansökte får veta att någon inte har skrivit under, men inte vem eller varför")
	gunnar.refused("Skicka")
	gunnar.choose("Jag vill inte skriva under")
	gunnar.fill("Berätta varför", why)
	gunnar.follow("Skicka")
	gunnar.sees("Du har avböjt att skriva under. Den som ansökte får veta att någon inte har skrivit under", "Har avböjt")

	// The applicant learns that, and no more, and changes what was handed in.
	anna.open(page)
	anna.sees("Någon har inte skrivit under")
	anna.lacks(why, "avböjt")
	anna.follow("Ändra ansökan")
	anna.sees("Anna Testsson, Sara Exempelsson")
	anna.follow("Låt den vara som den är")
	anna.follow("Ändra ansökan")
	anna.follow("Börja ändra")
	anna.sees("Kontrollera ändringen")
	anna.follow("Ändra: Ska hela kvarteret vara med?")
	anna.sees("Ändring av ansökan GAT-")
	anna.choose("Ja")
	anna.follow("Fortsätt")
	anna.refused("Lämna in ändringen")
	anna.sees("Med den här ändringen skulle andra personer skriva under")
	anna.follow("Ändra: Ska hela kvarteret vara med?")
	anna.choose("Nej")
	anna.follow("Fortsätt")
	anna.follow("Ändra: Vad ska ni göra?")
	anna.fill("Vad ska ni göra?", "Äta tårta mitt på dagen")
	anna.follow("Fortsätt")
	anna.sees("Anna Testsson, Sara Exempelsson")
	anna.follow("Släng ändringen")
	anna.follow("Fortsätt ändra")
	anna.open("/mina-sidor")
	anna.follow("Fortsätt ändra: ")
	anna.follow("Lämna in ändringen")
	anna.sees("Ändringen är inlämnad", "0 av 4 har skrivit under", "Skriv under på nytt", "Äta tårta mitt på dagen")
	sara.open("/mina-sidor")
	sara.sees("Väntar på andra först")
	anna.follow("Läs och skriv under")
	anna.sign(personas.AnnaTestsson)
	sara.open(page)
	sara.sees("Skriv under på nytt", "Äta tårta mitt på dagen")
	sara.follow("Läs och skriv under")
	sara.sign(personas.SaraExempelsson)
	helena := loggedIn(t, w, personas.HelenaTestgren, tablet)
	helena.follow("Skriv under: ")
	helena.follow("Läs och skriv under")
	helena.sign(personas.HelenaTestgren)
	helena.sees("3 av 4 har skrivit under")
	gunnar.open(page)
	gunnar.sees("Din underskrift behövs inte längre")

	johan := loggedIn(t, w, personas.JohanProvlund, phone)
	johan.sees("Väntar på andra först")
	maria := loggedIn(t, w, personas.MariaProvberg, tablet)
	maria.follow("Skriv under: ")
	maria.follow("Jag kan inte skriva under")
	maria.sees("Då frågar vi nästa i ordningen")
	maria.choose("Jag har hinder eller är jävig")
	maria.fill("Berätta varför", "Jag bor på gatan.")
	maria.follow("Skicka")
	maria.sees("Du har berättat att du har hinder", "Har hinder")
	johan.open("/mina-sidor")
	johan.follow("Skriv under: ")
	johan.lacks("Jag bor på gatan", "hinder")
	johan.follow("Läs och skriv under")
	johan.sign(personas.JohanProvlund)
	johan.sees("4 av 4 har skrivit under", "väntar på en handläggare", "Behövs inte längre")
	johan.lacks("Har inte skrivit under", "hinder")
	johan.open("/mina-sidor")
	johan.sees("Du skrev under", "med BankID", "4 av 4")
}

// The time runs out and is given anew, somebody else is put in a place, somebody signs with a pen; the smallest telephone, without script.
func TestOtherWaysToSign(t *testing.T) {
	t.Parallel()
	w := streetParty(t)
	id := applyForParty(t, w)
	page := "/arende/" + string(id)
	w.Sign(citizen(personas.AnnaTestsson), id)
	mona := w.Staff(personas.MonaTesthandlaggare)

	helena := loggedIn(t, w, personas.HelenaTestgren, smallNoScript)
	helena.follow("Skriv under: ")
	for _, days := range []time.Duration{4, 11} { // the reminder comes, then the end
		atRest(t, w, id)
		w.Clock.Advance(days * day)
	}
	helena = loggedIn(t, w, personas.HelenaTestgren, smallNoScript)
	helena.again("Har väntat på dig i 15 dagar")
	helena.sees("Tiden gick ut 7 december 2026 kl. ", "men du kan fortfarande skriva under")
	helena.open(page)
	helena.again("Svarade inte i tid")
	if problems, err := w.Flow.RegisterPaper(w.Ctx, mona, id, partyOf(t, w, id, personas.HelenaTestgren), "2026-11-24", "blankett.pdf", strings.NewReader(string(minimalPDF))); err != nil || problems != nil {
		t.Fatal(problems, err)
	}
	helena.again("Har skrivit under på papper")
	helena.sees("2 av 4 har skrivit under")
	helena.open("/mina-sidor")
	helena.sees("penna på papper")

	// Peter comes in Gunnar's place, who is no party any more.
	gunnar := loggedIn(t, w, personas.GunnarTestman, smallNoScript)
	gunnar.open(page)
	peter := personas.PeterExempelgren
	if problems, err := w.Flow.Replace(w.Ctx, mona, id, partyOf(t, w, id, personas.GunnarTestman), flow.Substitute{Number: peter.Number().Digits(),
		Name: peter.Persona().Name(), Ground: "Gunnar har flyttat."}); err != nil || problems != nil {
		t.Fatal(problems, err)
	}
	gunnar.load(w.URL + page)
	gunnar.inspectStatus(404)
	gunnar.open("/mina-sidor")
	gunnar.sees("Här är det tomt")
	b := loggedIn(t, w, peter, smallNoScript)
	b.follow("Skriv under: ")
	b.lacks("har flyttat")
	b.follow("Läs och skriv under")
	b.follow("Jag kan inte skriva under")
	b.follow("Gå tillbaka")
	b.follow("Läs och skriv under")
	b.sign(peter)
	b.sees("3 av 4 har skrivit under")
	b.follow("English")
	b.sees("3 of 4 have signed", "It is enough that one of 2 signs")
	anna := loggedIn(t, w, personas.AnnaTestsson, desk)
	anna.open(page)
	anna.sees("3 av 4 har skrivit under")
	anna.lacks("har flyttat", "Gunnar")
}

// An e-legitimation whose page is visited: with script one is sent there at once, without it by a button; whoever goes back chooses anew.
func TestVisitedProvider(t *testing.T) {
	t.Parallel()
	for name, dev := range map[string]device{"script": phone, "without": smallNoScript} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := world(t)
			w.FarAway()
			id := handedIn(t, w, personas.AnnaTestsson, personas.ElsaTestsson, "ekkoping", "eklunda")
			b := newTab(t, w.URL, dev)
			b.open("/mina-sidor")
			b.sees("Välj hur du vill logga in")
			b.there("Gå vidare till Långt borta")
			b.follow("Jag avbryter")
			b.sees("Du avbröt hos Långt borta", "Användes senast")
			b.there("Gå vidare till Långt borta")
			if dev.script {
				b.back() // to the choice, and not into being sent off again
				b.sees("Välj hur du vill logga in")
				b.there("Gå vidare till Långt borta")
			}
			b.follow("Jag är Anna Testsson")
			b.sees("Mina sidor", "Väntar på dig")
			b.open("/arende/" + string(id) + "/underskrift")
			b.there("Skriv under med Långt borta")
			b.follow("Jag är Erik Testsson")
			b.sees("Underskriften blev inte klar")
			b.there("Skriv under med Långt borta")
			b.follow("Jag är Anna Testsson")
			b.sees("Tack! Du har skrivit under.", "med Långt borta")
		})
	}
}

// there presses what leads to the provider's page, and stands there.
func (b *tab) there(button string) {
	b.Helper()
	if !b.dev.script {
		b.follow(button)
		b.follow("Gå vidare till Långt borta")
		return
	}
	b.click(button)
	b.until(`document.readyState === "complete" && location.pathname === "/sso"`, "the browser is sent to the provider")
	b.inspect()
}

// atRest waits until what is due has been done.
func atRest(t *testing.T, w *servertest.World, id casework.ID) {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		head := w.Head(id)
		if !slices.ContainsFunc(head.Effects, func(f casework.Effect) bool { return !f.At.After(w.Clock.Now()) }) {
			return
		}
	}
	t.Fatal("the platform does not come to rest")
}

func partyOf(t *testing.T, w *servertest.World, id casework.ID, who personas.ID) signing.PartyID {
	t.Helper()
	head := w.Head(id)
	p := head.PartyOf(who.Number())
	if p == nil {
		t.Fatalf("%s is no party", who)
	}
	return p.ID
}

// With the keys alone: to say what hinders one, and to change what was handed in.
func TestPartiesByKeyboard(t *testing.T) {
	t.Parallel()
	w := streetParty(t)
	id := applyForParty(t, w)
	w.Sign(citizen(personas.AnnaTestsson), id)
	sara := loggedIn(t, w, personas.SaraExempelsson, desk)
	sara.pressKey("Skriv under: ")
	sara.pressKey("Jag kan inte skriva under")
	sara.chooseKey("Jag vill inte skriva under")
	sara.writeKey("Berätta varför", "Det blir för högt.")
	sara.pressKey("Skicka")
	sara.sees("Du har avböjt")
	anna := loggedIn(t, w, personas.AnnaTestsson, desk)
	anna.open("/arende/" + string(id))
	anna.pressKey("Ändra ansökan")
	anna.pressKey("Börja ändra")
	anna.pressKey("Lämna in ändringen")
	anna.sees("Ändringen är inlämnad", "0 av 4 har skrivit under")
}
