package server_test

import (
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"samtjanst/integrations/company/bolagsverket"
	"samtjanst/integrations/company/bolagsverketsim"
	"samtjanst/integrations/sim/companies"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/casework"
	"samtjanst/platform/config"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit/httptestkit"
	"samtjanst/platform/identity"
	"samtjanst/platform/server"
	"samtjanst/platform/server/servertest"
)

const fetch = "Hämta uppgifter" // the button

// atCompany is somebody's browser at the page that asks for the company's number.
func atCompany(t *testing.T, w *servertest.World, who identity.Actor) (b *httptestkit.Browser, draft string) {
	t.Helper()
	draft, err := w.Flow.Start(w.Ctx, who, "ekkoping", "livsmedelsregistrering")
	if err != nil {
		t.Fatal(err)
	}
	b = visitor(t, w, who)
	b.Get("/ansokan/" + draft + "/arende")
	b.Submit("Fortsätt", url.Values{"a/arende/typ": {"ny"}})
	b.Follow()
	b.Want(http.StatusOK)
	return b, draft
}

func number(id companies.ID) url.Values {
	return url.Values{"a/foretag/nummer": {id.Number().Dashed()}}
}

// companyIn is what is stored of the company, and what the register is kept to have said of it.
func companyIn(t *testing.T, w *servertest.World, who identity.Actor, draft string) (stored map[string]any, status string) {
	t.Helper()
	v, err := w.Flow.Page(w.Ctx, who, draft, "foretag", false)
	if err != nil {
		t.Fatal(err)
	}
	stored, _ = v.Stored["foretag"].(map[string]any)
	all, _ := v.View.Scope.Facts["lookup"].(map[string]any)
	record, _ := all["company"].(map[string]any)
	status, _ = record["status"].(string)
	return stored, status
}

func says(t *testing.T, b *httptestkit.Browser, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(b.Text(), text) {
			t.Errorf("the page does not say %q:\n%s", text, b.Text())
		}
	}
}

func TestLookupFillsAndIsNotChanged(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	b, draft := atCompany(t, w, anna)
	if len(w.Sim.Company.Calls()) != 0 {
		t.Error("the register was asked before anybody pressed")
	}
	b.Submit(fetch, number(companies.Provbageriet))
	b.Want(http.StatusSeeOther)
	if to := b.Page.Header.Get("Location"); !strings.HasSuffix(to, "/foretag#f-foretag-nummer.lookup") {
		t.Errorf("leads to %s", to)
	}
	b.Follow()
	b.Want(http.StatusOK)
	says(t, b, "hämtade från Bolagsverket 23 november 2026", "Provbageriet i Ekköping AB", "Hämtat från Bolagsverket 23 november 2026", "991 10")
	if calls := w.Sim.Company.Calls(); len(calls) != 1 || calls[0].Ref != draft {
		t.Errorf("calls %v", calls)
	}
	// What the register said is not offered, and cannot be posted over.
	b.Submit("Fortsätt", url.Values{"a/foretag/namn": {"Bluff AB"}, "a/foretag/ort": {"Storstad"}})
	b.Want(http.StatusSeeOther)
	stored, _ := companyIn(t, w, anna, draft)
	if stored["namn"] != "Provbageriet i Ekköping AB" || stored["ort"] != "Ekköping" {
		t.Errorf("stored %v", stored)
	}
	// Another number takes it all back.
	b.Get("/ansokan/" + draft + "/foretag")
	b.Submit("Fortsätt", number(companies.Testrokeriet))
	b.Want(http.StatusUnprocessableEntity)
	if stored, status := companyIn(t, w, anna, draft); len(stored) != 1 || status != "" {
		t.Errorf("stored %v, status %s", stored, status)
	}
}

func TestLookupAnswers(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	for name, test := range map[string]struct {
		who    identity.Actor
		id     companies.ID
		number string // when no company has it
		status string
		says   []string
		asked  int
	}{
		"not there":         {anna, "", companies.Nobody.Dashed(), "missing", []string{"finns inte i registret"}, 1},
		"bankrupt":          {anna, companies.Testkrogen, "", "found", []string{"konkurs", "konkursförvaltaren"}, 1},
		"deregistered":      {anna, companies.Democafeet, "", "found", []string{"avregistrerat", "Förklara varför"}, 1},
		"unread address":    {anna, companies.Provfisk, "", "found", []string{"Provfisk AB", "kunde inte lämna alla uppgifter"}, 1},
		"one's own number":  {servertest.Citizen(personas.MariaProvberg), companies.Provkiosken, "", "found", []string{"Marias Provkiosk"}, 1},
		"two names":         {servertest.Citizen(personas.PetraTestberg), companies.Petras, "", "found", []string{"fler än ett företag på numret"}, 1},
		"somebody else's":   {anna, companies.Provkiosken, "", "not-own", []string{"bara uppgifter om ditt eget"}, 0},
		"no number at all":  {anna, "", "", "", []string{"Fyll i ”Organisationsnummer eller personnummer”"}, 0},
		"a mistyped number": {anna, "", "559999-0007", "", []string{"Rätta det här"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			w.Clock.Advance(10 * time.Minute)
			before := len(w.Sim.Company.Calls())
			b, draft := atCompany(t, w, test.who)
			text := test.number
			if test.id != "" {
				text = test.id.Number().Dashed()
			}
			b.Submit(fetch, url.Values{"a/foretag/nummer": {text}})
			if test.status == "" {
				b.Want(http.StatusUnprocessableEntity)
			} else {
				b.Want(http.StatusSeeOther)
				b.Follow()
				b.Want(http.StatusOK)
			}
			if test.status != "" || test.number == "" {
				says(t, b, test.says...)
			}
			if _, status := companyIn(t, w, test.who, draft); status != test.status {
				t.Errorf("status %s, want %s", status, test.status)
			}
			if n := len(w.Sim.Company.Calls()) - before; n != test.asked {
				t.Errorf("%d questions, want %d", n, test.asked)
			}
			if strings.Contains(b.Text(), "Marias") && test.who.Citizen.Number == anna.Citizen.Number {
				t.Error("somebody else's company is shown")
			}
		})
	}
}

func TestLookupWithTheRegisterDown(t *testing.T) {
	dir := t.TempDir()
	w := servertest.New(t, servertest.Options{Dir: dir})
	impatient := restarted(t, w, dir, func(c *config.Config, _ *server.Options) {
		c.Bolagsverket.Timeout, c.Bolagsverket.PerMinute = 300*time.Millisecond, 6000
	})
	second := *w
	second.Server = impatient
	w = &second
	for _, f := range []bolagsverketsim.Fault{bolagsverketsim.Down, bolagsverketsim.Slow, bolagsverketsim.Error500, bolagsverketsim.TooMany,
		bolagsverketsim.Forbidden, bolagsverketsim.NoRoute, bolagsverketsim.Malformed, bolagsverketsim.WrongType, bolagsverketsim.Lying,
		bolagsverketsim.Nameless, bolagsverketsim.OldToken} {
		t.Run(string(f), func(t *testing.T) {
			if err := w.Sim.Company.Fail(f, 0); err != nil {
				t.Fatal(err)
			}
			w.Clock.Advance(10 * time.Minute)
			b, draft := atCompany(t, w, anna)
			typed := number(companies.Provbageriet)
			typed.Set("a/foretag/namn", "Mitt bageri")
			b.Submit(fetch, typed)
			b.Follow()
			b.Want(http.StatusOK)
			says(t, b, "når inte registret", "Egen uppgift")
			stored, status := companyIn(t, w, anna, draft)
			if status != "unavailable" || stored["namn"] != "Mitt bageri" || stored["nummer"] != companies.Provbageriet.Number().Digits() {
				t.Errorf("status %s, stored %v", status, stored)
			}
			// One goes on by hand.
			b.Submit("Fortsätt", url.Values{"a/foretag/gatuadress": {"Provgatan 12"}, "a/foretag/postnummer": {"991 10"}, "a/foretag/ort": {"Ekköping"}})
			b.Want(http.StatusSeeOther)
			// And the register answers again.
			w.Sim.Company.Reset()
			w.Clock.Advance(time.Millisecond)
			b.Get("/ansokan/" + draft + "/foretag")
			b.Submit(fetch, nil)
			b.Follow()
			if stored, status := companyIn(t, w, anna, draft); status != "found" || stored["namn"] != "Provbageriet i Ekköping AB" {
				t.Errorf("afterwards: status %s, stored %v", status, stored)
			}
		})
	}
}

// Somebody presses three times before the answer has come: the register is asked once, and all three see what it said.
func TestLookupPressedThrice(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	b, draft := atCompany(t, w, anna)
	fields := number(companies.Provbageriet)
	for _, n := range httptestkit.Find(b.Doc(), "input") {
		if name := httptestkit.Attr(n, "name"); name != "" && !fields.Has(name) {
			fields.Set(name, httptestkit.Attr(n, "value"))
		}
	}
	fields.Set("op", "lookup/foretag/nummer")
	var all sync.WaitGroup
	for range 3 {
		press := httptestkit.New(t, w.App)
		press.Cookies = b.Cookies
		all.Go(func() {
			if r := press.Post("/ansokan/"+draft+"/foretag", fields); r.Status != http.StatusSeeOther {
				t.Errorf("status %d:\n%s", r.Status, press.Text())
			}
		})
	}
	all.Wait()
	if n := len(w.Sim.Company.Calls()); n != 1 {
		t.Errorf("asked %d times", n)
	}
	if stored, status := companyIn(t, w, anna, draft); status != "found" || stored["namn"] != "Provbageriet i Ekköping AB" {
		t.Errorf("status %s, stored %v", status, stored)
	}
}

// A form is not a way to read the register from end to end, nor anybody else's draft a way to have it asked.
func TestLookupDoors(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	b, draft := atCompany(t, w, anna)
	refused := 0
	for range 14 {
		b.Get("/ansokan/" + draft + "/foretag")
		b.Submit(fetch, url.Values{"a/foretag/nummer": {companies.Provfisk.Number().Dashed()}})
		if b.Page.Status == http.StatusUnprocessableEntity {
			refused++
			says(t, b, "hämtat uppgifter många gånger")
		}
		w.Clock.Advance(time.Millisecond) // or it is the same press
	}
	if refused != 4 || len(w.Sim.Company.Calls()) != 10 {
		t.Errorf("%d refused, asked %d times", refused, len(w.Sim.Company.Calls()))
	}
	w.Clock.Advance(time.Hour)
	asked := len(w.Sim.Company.Calls())

	b, draft = atCompany(t, w, anna)
	form := url.Values{}
	for _, n := range httptestkit.Find(b.Doc(), "input") {
		form.Set(httptestkit.Attr(n, "name"), httptestkit.Attr(n, "value"))
	}
	form.Set("a/foretag/nummer", companies.Provbageriet.Number().Dashed())
	form.Set("op", "lookup/foretag/nummer")
	stranger := visitor(t, w, erik)
	stranger.Get("/mina-sidor")
	form.Set("csrf", stranger.Token())
	stranger.Post("/ansokan/"+draft+"/foretag", form)
	if stranger.Page.Status == http.StatusOK || stranger.Page.Status == http.StatusSeeOther {
		t.Errorf("a stranger's press has status %d", stranger.Page.Status)
	}
	// Places that have no button.
	for _, at := range []string{"/foretag/namn", "/tidigare/nummer", "/nowhere", "/foretag/nummer/0", ""} {
		b.Get("/ansokan/" + draft + "/foretag")
		b.Submit("Fortsätt", url.Values{"a/foretag/nummer": {companies.Provbageriet.Number().Dashed()}, "op": {"lookup" + at}})
		if b.Page.Status >= 500 {
			t.Errorf("lookup%s: status %d", at, b.Page.Status)
		}
	}
	if n := len(w.Sim.Company.Calls()) - asked; n != 0 {
		t.Errorf("asked %d times", n)
	}
	if stored, status := companyIn(t, w, anna, draft); status != "" || len(stored) != 1 {
		t.Errorf("status %s, stored %v", status, stored)
	}
}

// Without credentials for the register there is no button, and the form is filled in by hand.
func TestNoRegisterNoButton(t *testing.T) {
	dir := t.TempDir()
	w := servertest.New(t, servertest.Options{Dir: dir})
	without := restarted(t, w, dir, func(c *config.Config, _ *server.Options) { c.Bolagsverket = bolagsverket.Config{} })
	second := *w
	second.Server = without
	b, _ := atCompany(t, &second, anna)
	if strings.Contains(b.Text(), fetch) {
		t.Error("there is a button")
	}
	b.Submit("Fortsätt", url.Values{"a/foretag/nummer": {companies.Provbageriet.Number().Dashed()}, "a/foretag/namn": {"Mitt bageri"},
		"a/foretag/gatuadress": {"Provgatan 12"}, "a/foretag/postnummer": {"991 10"}, "a/foretag/ort": {"Ekköping"}})
	b.Want(http.StatusSeeOther)
}

// newRestaurant are the answers of who opens one, after the page with the company.
var newRestaurant = map[string]url.Values{
	"stalle":        servertest.Posted("/anlaggning/namn=Provköket", "/anlaggning/slag=lokal", "/anlaggning/adress=Provgatan 12", "/anlaggning/postnummer=99110", "/anlaggning/ort=Ekköping"),
	"tid":           servertest.Posted("y/tid/start=2027", "m/tid/start=2", "d/tid/start=1", "/tid/tillsvidare=true", "/tid/sasong=false"),
	"verksamhet":    servertest.Posted("/verksamhet/typer=restaurang", "/verksamhet/portioner=26-80", "/verksamhet/arsarbetskrafter=3,5"),
	"grupper":       servertest.Posted("/grupper/finns=false"),
	"hantering":     servertest.Posted("/hantering/sortiment=Husmanskost", "/hantering/moment=tillagning", "/hantering/animaliskt=false"),
	"vatten":        servertest.Posted("/vatten/kalla=kommunalt"),
	"lokal":         servertest.Posted("/lokal/fettavskiljare=ja", "/lokal/handfat=true", "/lokal/annan=false"),
	"kontakt":       servertest.Posted("/kontakt/namn=Kim Provkock", "/kontakt/phone=0701740630"),
	"avgift":        servertest.Posted("/faktura/samma=true"),
	"firmatecknare": servertest.Posted("/tecknare/behorighet=ensam"),
	"egen":          servertest.Posted("/egen/email=a@example.se", "/egen/epostbeslut=true"),
}

// What the register said decides what is asked, so the second who signs for the company reads with it what the first wrote.
func TestSecondSignatoryReadsWhatIsSigned(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	b, draft := atCompany(t, w, anna)
	b.Submit(fetch, number(companies.Testkrogen))
	b.Follow()
	b.Submit("Fortsätt", url.Values{"a/foretag/anmarkning": {"Konkursförvaltaren har sålt rörelsen."}})
	b.Want(http.StatusSeeOther)
	pages := maps.Clone(newRestaurant)
	pages["firmatecknare"] = servertest.Posted("/tecknare/behorighet=tillsammans", "/tecknare/namn=Erik Testsson", "/tecknare/nummer="+erik.Citizen.Number.Digits(),
		"/kontaktTecknare/email=erik.testsson@example.se")
	w.Fill(anna, draft, pages)
	id := w.Submit(anna, draft)
	w.Sign(anna, id)
	w.Run()
	second := visitor(t, w, erik)
	second.Get("/arende/" + string(id))
	second.Want(http.StatusOK)
	says(t, second, "Testkrogen AB", "Hämtat från Bolagsverket 23 november 2026", "Konkursförvaltaren har sålt rörelsen.")
	if strings.Contains(second.Text(), "erik.testsson@example.se") {
		t.Error("what the first knew of how to reach the second is shown")
	}
	w.Sign(erik, id)
	if o := w.Head(id).Order; !o.Ended {
		t.Error("both have signed and the order goes on")
	}
}

// From the press of the button to the decision: the officer and the documents tell whose word each answer is, the school board never learns
// of the case, and a sole trader's number is in no log.
func TestFoodBusiness(t *testing.T) {
	log := &lockedBuffer{}
	w := servertest.New(t, servertest.Options{Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	maria := servertest.Citizen(personas.MariaProvberg)
	b, draft := atCompany(t, w, maria)
	b.Submit(fetch, number(companies.Provkiosken))
	b.Follow()
	b.Submit("Fortsätt", url.Values{"a/foretag/co": {"Kiosken på torget"}})
	b.Want(http.StatusSeeOther)
	v := w.Fill(maria, draft, newRestaurant)
	if _, asks := v.View.Page("firmatecknare"); asks {
		t.Error("a sole trader is asked who signs for the company")
	}
	b.Get("/ansokan/" + draft + "/kontrollera")
	says(t, b, "Marias Provkiosk", "Hämtat från Bolagsverket 23 november 2026", "Egen uppgift")
	id := w.Submit(maria, draft)
	w.Sign(maria, id)
	w.Run()

	milo := w.Staff(personas.MiloMiljotest)
	m := visitor(t, w, milo)
	m.Get("/admin/arenden/" + string(id))
	m.Want(http.StatusOK)
	says(t, m, "Marias Provkiosk", "Hämtat från Bolagsverket 23 november 2026", "Egen uppgift")
	if o := visitor(t, w, w.Staff(personas.BirgittaProvbeslutande)); o.Get("/admin/arenden/"+string(id)).Status != http.StatusNotFound {
		t.Errorf("the school board's officer gets %d", o.Page.Status)
	}
	if _, err := w.Flow.Decide(w.Ctx, milo, id, revision(t, w, id), flow.DecisionInput{Outcome: "registreras", Grounds: []string{"852-6-2"}, Title: "Livsmedelsinspektör"}); err != nil {
		t.Fatal(err)
	}
	w.Run()
	if state := w.Head(id).State; state != casework.Decided {
		t.Errorf("state %s", state)
	}
	f, err := w.Flow.DecisionPDF(w.Ctx, maria, id)
	if err != nil {
		t.Fatal(err)
	}
	if len(read(t, f)) == 0 {
		t.Error("an empty decision")
	}
	for _, secret := range []string{maria.Citizen.Number.Digits(), maria.Citizen.Number.Digits()[2:], "Provkiosk", "Exempelvägen"} {
		if strings.Contains(log.text(), secret) {
			t.Errorf("the log tells %q", secret)
		}
	}
	if facts, err := json.Marshal(v.View.Scope.Facts["lookup"]); err != nil || !strings.Contains(string(facts), maria.Citizen.Number.Digits()) {
		t.Errorf("the register's words are not kept with the case: %s %v", facts, err)
	}
}
