package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/httpkit/httptestkit"
	"samtjanst/platform/server/servertest"
)

func citizenRoutes(r httpkit.Route) bool { return r.Site.Kind == httpkit.CitizenSession }

// Every route with every visitor: who gets in, headers, cookies, HTML, tokens, origins, sizes.
func TestBattery(t *testing.T) {
	w := servertest.New(t, servertest.Options{})
	httptestkit.Table{
		Kit: w.Kit, Clock: w.Clock, Only: citizenRoutes, Mounts: []string{"/scim/v2"},
		Visitors: []httptestkit.Visitor{{Name: "Anna", Actor: servertest.Citizen(personas.AnnaTestsson)},
			{Name: "an officer", Actor: w.Staff(personas.BirgittaProvbeslutande)}},
		Login: map[httpkit.SessionKind]string{httpkit.CitizenSession: "/logga-in"},
		Params: func(httpkit.Route) map[string]string {
			return map[string]string{"tenant": "ekkoping", "form": "skolskjuts"}
		},
	}.Run(t)
}

// Somebody else's draft, case, file and signing page do not exist.
func TestSomebodyElses(t *testing.T) {
	w := servertest.New(t, servertest.Options{})
	anna := loggedIn(t, w, personas.AnnaTestsson)
	kase := handIn(t, anna, personas.ElsaTestsson)
	anna.Get("/arende/" + kase + "/underskrift")
	part := ""
	for _, a := range httptestkit.Find(anna.Doc(), "a") {
		if _, id, ok := strings.Cut(httptestkit.Attr(a, "href"), "/underskrift/del/"); ok {
			part = id
		}
	}
	draft := begin(t, anna)
	seen := 0
	for _, r := range w.Kit.Routes() {
		if !citizenRoutes(r) || !strings.Contains(r.Path, ":draft") && !strings.Contains(r.Path, ":case") {
			continue
		}
		path := strings.NewReplacer(":draft", draft, ":case", kase, ":page", "elev", ":file", part, ":part", part).Replace(r.Path)
		stranger := loggedIn(t, w, personas.LeilaProvstrom)
		w.Clock.Advance(time.Minute) // rate limits
		if r.Method == http.MethodGet {
			stranger.Get(path)
		} else {
			stranger.Post(path, url.Values{"csrf": {httpkit.TokenFor(stranger.Cookies[httpkit.CitizenSession.Cookie()])}, "reason": {"x"}, "rev": {"1"}})
		}
		seen++
		switch {
		case stranger.Page.Status == http.StatusNotFound:
		case strings.HasSuffix(r.Path, "/vanta") && r.Method == http.MethodGet, strings.HasSuffix(r.Path, "/retur"):
			stranger.Follow() // nothing is in progress in this session: the page it leads to does not exist
			stranger.Want(http.StatusNotFound)
		default:
			t.Errorf("%s %s: status %d %s, want 404", r.Method, r.Path, stranger.Page.Status, stranger.Page.Header.Get("Location"))
		}
	}
	if seen < 25 {
		t.Errorf("only %d routes tried", seen)
	}
}

// Whoever cannot use the service reads the same page, whatever the cause.
func TestHindered(t *testing.T) {
	w := servertest.New(t, servertest.Options{})
	pages := map[personas.ID]string{}
	for _, id := range []personas.ID{personas.GunnarTestman, personas.LindaProvgren} { // no children; a protected child
		b := loggedIn(t, w, id)
		b.Get("/ekkoping/tjanster/skolskjuts/starta")
		b.Submit("/ekkoping/tjanster/skolskjuts/starta", nil)
		b.Want(http.StatusForbidden)
		see(t, b, "Det går inte att använda e-tjänsten i det här fallet", "Ring kontaktcenter")
		pages[id] = b.Text()
	}
	if pages[personas.GunnarTestman] != pages[personas.LindaProvgren] {
		t.Errorf("two causes, two pages:\n%s\n%s", pages[personas.GunnarTestman], pages[personas.LindaProvgren])
	}
}

// The e-legitimation ends in other ways than well.
func TestLoginThatFails(t *testing.T) {
	w := servertest.New(t, servertest.Options{})
	b := visit(t, w)
	b.Get("/logga-in?till=https://evil.example/")
	if strings.Contains(string(b.Page.Body), "evil.example") {
		t.Error("an address elsewhere is carried along")
	}
	b.Submit("BankID på den här enheten", nil)
	b.Follow()
	if err := w.Sim.BankID.Cancel(personas.AnnaTestsson.Persona().EIDNumber, autoStart(t, b)); err != nil {
		t.Fatal(err)
	}
	ask(t, b)
	see(t, b, "Du blev inte inloggad", "Du avbröt i BankID-appen")
	b.Get("/mina-sidor")
	b.Want(http.StatusSeeOther)

	b.Follow()
	b.Submit("BankID på en annan enhet", nil)
	b.Follow()
	see(t, b, "Visa ny QR-kod")
	page := b.Page
	first := string(b.Get("/logga-in/qr").Body)
	if b.Page.Header.Get("Content-Type") != "image/svg+xml" || !strings.HasPrefix(first, "<svg") {
		t.Errorf("%s %.60s", b.Page.Header.Get("Content-Type"), first)
	}
	w.Clock.Advance(time.Second)
	if second := string(b.Get("/logga-in/qr").Body); second == first {
		t.Error("the code is the same a second later")
	}
	b.Header.Set("Accept", "application/json")
	if res := b.Get("/logga-in/lage"); !strings.Contains(string(res.Body), `"message"`) {
		t.Errorf("status %s", res.Body)
	}
	b.Header.Del("Accept")
	b.Page = page
	b.Submit("Avbryt", nil)
	b.Follow()
	see(t, b, "Det avbröts")
	b.Get("/logga-in/qr")
	b.Want(http.StatusNotFound)
	b.Get("/logga-in/retur?n=påhittad")
	b.Want(http.StatusSeeOther)
}

// An application can be refused by the other guardian, withdrawn by the applicant, and begun anew for a sibling.
func TestDeclineWithdrawSibling(t *testing.T) {
	w := servertest.New(t, servertest.Options{})
	anna := loggedIn(t, w, personas.AnnaTestsson)
	id := handIn(t, anna, personas.ElsaTestsson)
	erik := loggedIn(t, w, personas.ErikTestsson)
	erik.Get("/arende/" + id + "/kan-inte")
	erik.Submit("Skicka", nil)
	erik.Want(http.StatusUnprocessableEntity)
	erik.Submit("Skicka", values("vad", "avbojer", "reason", "Vi är inte överens om skolan."))
	erik.Want(http.StatusSeeOther)
	erik.Follow()
	see(t, erik, "Du har avböjt att skriva under")
	anna.Get("/arende/" + id)
	if strings.Contains(string(anna.Page.Body), "inte överens") || strings.Contains(anna.Text(), "avböjt") {
		t.Errorf("the applicant reads why, or that, the other declined:\n%s", anna.Text())
	}
	anna.Submit("Ansök för ett syskon med samma svar", nil)
	anna.Want(http.StatusSeeOther)
	anna.Follow()
	anna.Want(http.StatusOK)
	anna.Get("/arende/" + id + "/aterkalla")
	see(t, anna, "Vill du återkalla ansökan")
	anna.Submit("Återkalla ansökan", nil)
	anna.Follow()
	see(t, anna, "Återkallat")
	anna.Get("/arende/" + id + "/aterkalla")
	anna.Want(http.StatusSeeOther) // once
}

func TestContact(t *testing.T) {
	w := servertest.New(t, servertest.Options{})
	b := loggedIn(t, w, personas.AnnaTestsson)
	b.Get("/mina-sidor/kontakt")
	b.Submit("Spara", values("email", "anna(at)example", "phone", "070-174 06 05"))
	b.Want(http.StatusUnprocessableEntity)
	if v := string(b.Page.Body); !strings.Contains(v, "anna(at)example") || !strings.Contains(v, "Fel: ") {
		t.Errorf("what was typed, or the mark in the title, is gone")
	}
	b.Submit("Spara", values("email", "anna.testsson@example.se", "phone", "070-174 06 05"))
	b.Follow()
	see(t, b, "Dina kontaktuppgifter är sparade", "anna.testsson@example.se")
}

// Staying logged in is a request that answers nothing.
func TestExtend(t *testing.T) {
	w := servertest.New(t, servertest.Options{})
	b := loggedIn(t, w, personas.AnnaTestsson)
	b.Get("/mina-sidor")
	token := b.Token()
	if !strings.Contains(string(b.Page.Body), `data-seconds="1800"`) {
		t.Error("the time limit is not announced")
	}
	w.Clock.Advance(25 * time.Minute)
	b.Post("/forlang", values("csrf", token))
	b.Want(http.StatusNoContent)
	w.Clock.Advance(25 * time.Minute)
	b.Get("/mina-sidor")
	b.Want(http.StatusOK)
	w.Clock.Advance(32 * time.Minute)
	b.Post("/forlang", values("csrf", token))
	b.Want(http.StatusSeeOther)
	b.Header.Set("Accept", "application/json") // the script that asks how a signature goes is told where to go
	if res := b.Get("/arende/finns-inte/underskrift/lage"); string(res.Body) != `{"next":"/logga-in"}` {
		t.Errorf("%d %s", res.Status, res.Body)
	}
}
