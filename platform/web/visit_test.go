package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/httpkit/httptestkit"
	"samtjanst/platform/server/servertest"
)

// offering is a world in which the far-away e-legitimation is offered beside BankID.
func offering(t *testing.T) (*servertest.World, *servertest.FarAway) {
	w := servertest.New(t, servertest.Options{})
	return w, w.FarAway()
}

// goThere posts the form of the waiting page to the provider, as the browser does, and gives what the provider's page would post back.
func goThere(t *testing.T, b *httptestkit.Browser, f *servertest.FarAway, who personas.ID) url.Values {
	t.Helper()
	b.Follow()
	b.Want(http.StatusOK)
	for _, form := range httptestkit.Find(b.Doc(), "form") {
		if !strings.HasPrefix(httptestkit.Attr(form, "action"), f.URL) {
			continue
		}
		if csp := b.Page.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "form-action 'self' "+f.URL) && !strings.Contains(csp, " "+f.URL+";") {
			t.Errorf("the browser is not let go there: %s", csp)
		}
		out := url.Values{"who": {string(who)}}
		for _, in := range httptestkit.Find(form, "input") {
			out.Set(httptestkit.Attr(in, "name"), httptestkit.Attr(in, "value"))
		}
		if out.Has("csrf") {
			t.Error("our token goes to another site")
		}
		res, err := http.PostForm(httptestkit.Attr(form, "action"), out)
		if err != nil || res.StatusCode != http.StatusOK {
			t.Fatal(res, err)
		}
		res.Body.Close()
		return out
	}
	t.Fatalf("no form to the provider:\n%s", b.Page.Body)
	return nil
}

// bring is the provider's page posting to us from its own site: with no cookie of ours.
func bring(b *httptestkit.Browser, f *servertest.FarAway, posted url.Values) {
	b.T.Helper()
	stranger := httptestkit.New(b.T, b.App)
	req := httptest.NewRequest(http.MethodPost, "/eid/svar/"+f.ID(), strings.NewReader(posted.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	req.Header.Set("Origin", f.URL)
	b.Page = stranger.Do(req)
	if len(b.Page.Set) > 0 {
		b.T.Errorf("cookies set: %v", b.Page.Set)
	}
}

func TestVisitedLogin(t *testing.T) {
	w, f := offering(t)
	b := visit(t, w)
	b.Get("/logga-in?till=/mina-sidor/kontakt")
	see(t, b, "Välj hur du vill logga in", "BankID", "Långt borta")
	b.Submit("Gå vidare till Långt borta", nil)
	answer := goThere(t, b, f, personas.AnnaTestsson)
	bring(b, f, answer)
	b.Want(http.StatusSeeOther)
	b.Follow() // to /eid/klar, as itself, and on
	see(t, b, "Så når vi dig")

	// Next time it comes first.
	b.Submit("Logga ut", nil)
	b.Get("/logga-in")
	if page := b.Text(); strings.Index(page, "Långt borta") > strings.Index(page, "BankID på") || !strings.Contains(page, "Användes senast") {
		t.Errorf("what was used last does not come first:\n%s", page)
	}
	b.Submit("Gå vidare till Långt borta", nil)
	answer = goThere(t, b, f, personas.AnnaTestsson)
	answer.Set("end", "cancel")
	bring(b, f, answer)
	b.Follow()
	b.Follow()
	see(t, b, "Du blev inte inloggad", "Du avbröt hos Långt borta")
}

// By a link there and a link back.
func TestVisitedByLink(t *testing.T) {
	w, f := offering(t)
	f.Link = true
	b := visit(t, w)
	b.Get("/logga-in")
	b.Submit("Gå vidare till Långt borta", nil)
	b.Follow()
	var ref string
	for _, a := range httptestkit.Find(b.Doc(), "a") {
		if _, after, ok := strings.Cut(httptestkit.Attr(a, "href"), "order="); ok {
			ref, _, _ = strings.Cut(after, "&")
		}
	}
	stranger := httptestkit.New(t, w.App)
	stranger.Get("/eid/svar/" + f.ID() + "?" + url.Values{"order": {ref}, "RelayState": {ref[1:] + ".more"}, "who": {string(personas.ErikTestsson)}}.Encode())
	b.Page = stranger.Page
	b.Follow()
	b.Follow()
	if !strings.Contains(string(b.Page.Body), "Inloggad som Erik Testsson") {
		t.Errorf("not logged in:\n%s", b.Text())
	}
}

// Whoever begins a login and has somebody else complete it elsewhere is not logged in as that person, and neither is that person here.
func TestVisitedInAnotherBrowser(t *testing.T) {
	w, f := offering(t)
	thief := visit(t, w)
	thief.Get("/logga-in")
	thief.Submit("Gå vidare till Långt borta", nil)
	answer := goThere(t, thief, f, personas.AnnaTestsson)
	wait := thief.Page
	anna := visit(t, w)
	bring(anna, f, answer)
	back := anna.Page.Header.Get("Location")
	anna.Follow()
	anna.Want(http.StatusConflict)
	see(t, anna, "Svaret hör inte hit", "Har någon bett dig logga in, så gör inte det")
	for range 3 {
		thief.Header.Set("Accept", "application/json")
		if res := thief.Get("/logga-in/lage"); strings.Contains(string(res.Body), "next") {
			t.Fatalf("the thief goes on: %s", res.Body)
		}
		thief.Header.Del("Accept")
	}
	// Nor with an answer of his own that has the same relay.
	thief.Page = wait
	bring(thief, f, url.Values{"RelayState": answer["RelayState"], "order": answer["order"], "end": {"cancel"}})
	thief.Follow()
	thief.Follow()
	see(t, thief, "Du avbröt")
	thief.Get(back)
	thief.Want(http.StatusConflict)
	thief.Get("/mina-sidor")
	thief.Want(http.StatusSeeOther)
}

func TestVisitedSigning(t *testing.T) {
	w, f := offering(t)
	anna := loggedIn(t, w, personas.AnnaTestsson)
	id := handIn(t, anna, personas.ElsaTestsson)
	anna.Get("/arende/" + id + "/underskrift")
	see(t, anna, "Välj vad du vill skriva under med", "Skriv under med Långt borta", "Skriv under med BankID på den här enheten")
	anna.Submit("Skriv under med Långt borta", nil)
	answer := goThere(t, anna, f, personas.ErikTestsson)
	bring(anna, f, answer)
	anna.Follow()
	anna.Follow()
	see(t, anna, "Underskriften blev inte klar", "Någon annans")

	anna.Submit("Skriv under med Långt borta", nil)
	answer = goThere(t, anna, f, personas.AnnaTestsson)
	bring(anna, f, answer)
	stale := anna.Page.Header.Get("Location")
	anna.Follow()
	anna.Follow()
	see(t, anna, "Tack! Du har skrivit under", "med Långt borta", "Hämta beviset på din underskrift")
	anna.Get(stale)
	anna.Want(http.StatusConflict)
	if res := anna.Get("/arende/" + id + "/underskrift/bevis"); res.Status != http.StatusOK || !strings.Contains(string(res.Body), `"provider":"langt-borta"`) {
		t.Errorf("evidence: %d %.200s", res.Status, res.Body)
	}
	erik := loggedIn(t, w, personas.ErikTestsson)
	erik.Get("/arende/" + id + "/underskrift/bevis")
	erik.Want(http.StatusNotFound)
}

// What is brought without an order, to nobody, or by the thousand is refused.
func TestAnswersRefused(t *testing.T) {
	w, f := offering(t)
	b := httptestkit.New(t, w.App)
	for _, at := range []string{"/eid/svar/bankid?RelayState=x", "/eid/svar/finns-inte?RelayState=x", "/eid/svar/" + f.ID(),
		"/eid/svar/" + f.ID() + "?RelayState=." + strings.Repeat("x", 20), "/eid/svar/" + f.ID() + "?RelayState=" + strings.Repeat("x", 65)} {
		if res := b.Get(at); res.Status != http.StatusNotFound {
			t.Errorf("%s: %d", at, res.Status)
		}
	}
	b.Get("/eid/klar?b=" + strings.Repeat("x", 22))
	b.Want(http.StatusConflict)
	last := 0
	for range 80 {
		last = b.Get("/eid/svar/" + f.ID() + "?RelayState=abc").Status
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("the eightieth is answered with %d", last)
	}
	w.Clock.Advance(time.Minute)
	b.Get("/eid/svar/" + f.ID() + "?RelayState=abc")
	b.Want(http.StatusSeeOther)
}

// A form asks for a level that nothing here has: the page says what to do instead.
func TestNothingToSignWith(t *testing.T) {
	w := servertest.New(t, servertest.Options{})
	anna := loggedIn(t, w, personas.AnnaTestsson)
	id := handIn(t, anna, personas.ElsaTestsson)
	w.Flow.EIDs[0].Level = 2
	anna.Get("/arende/" + id + "/underskrift")
	see(t, anna, "Det går inte att skriva under här just nu", "på papper", "Telefon")
}
