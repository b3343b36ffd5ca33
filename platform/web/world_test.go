package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/httpkit/httptestkit"
	"samtjanst/platform/server/servertest"
)

// visit opens a browser whose every answer is checked.
func visit(t *testing.T, w *servertest.World) *httptestkit.Browser {
	b := httptestkit.New(t, w.App)
	b.Check = func(what string, r httptestkit.Response) {
		if !strings.Contains(what, "/assets/") {
			httptestkit.CheckResponse(t, what, r)
		}
	}
	return b
}

// loggedIn opens a browser in which a persona has logged in.
func loggedIn(t *testing.T, w *servertest.World, id personas.ID) *httptestkit.Browser {
	b := visit(t, w)
	b.LogIn(w.Kit, servertest.Citizen(id))
	return b
}

// logIn goes through the login page, by the e-legitimation's real protocol.
func logIn(t *testing.T, w *servertest.World, b *httptestkit.Browser, id personas.ID) {
	t.Helper()
	b.Want(http.StatusOK)
	b.Submit("BankID på den här enheten", nil)
	b.Want(http.StatusSeeOther)
	b.Follow()
	b.Want(http.StatusOK)
	if err := w.Sim.BankID.Approve(id.Persona().EIDNumber, autoStart(t, b)); err != nil {
		t.Fatal(err)
	}
	ask(t, b)
}

// ask presses the button of somebody without script, until the order is over.
func ask(t *testing.T, b *httptestkit.Browser) {
	t.Helper()
	for range 5 {
		b.Submit("Jag är klar i appen, gå vidare", nil)
		b.Want(http.StatusSeeOther)
		if !strings.Contains(b.Page.Header.Get("Location"), "/vanta") {
			b.Follow()
			return
		}
		b.Follow()
	}
	t.Fatal("the order does not end")
}

var autoStartToken = regexp.MustCompile(`autostarttoken=([0-9a-f-]+)`)

func autoStart(t *testing.T, b *httptestkit.Browser) string {
	t.Helper()
	m := autoStartToken.FindSubmatch(b.Page.Body)
	if m == nil {
		t.Fatalf("no address that starts the app:\n%s", b.Page.Body)
	}
	return string(m[1])
}

// see fails unless the page has every text.
func see(t *testing.T, b *httptestkit.Browser, texts ...string) {
	t.Helper()
	page := strings.Join(strings.Fields(b.Text()), " ")
	for _, want := range texts {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q:\n%s", want, page)
		}
	}
}

func values(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v
}

// answers is what Anna answers, page by page.
func answers(child personas.ID) map[string]url.Values {
	return map[string]url.Values{
		"elev":    values("a/elev/barn", child.Number().Digits()),
		"lasar":   values("a/skola/lasar", "2026/2027", "a/skola/skolform", "grundskola", "a/skola/arskurs", "1"),
		"skola":   values("a/skola/placering", "anvisad", "a/skola/skola", "norra"),
		"period":  values("a/period/omfattning", "hela"),
		"grund":   values("a/grund/skal", "avstand"),
		"avstand": values("a/grund/avstand", "3,4"),
		"boende":  values("a/boende/typ", "ett-hem"),
		"fritids": values("a/fritids/gar", "false"),
		"barnet":  values("a/barnet/asikt", "Jag vill åka buss."),
		"kontakt": values("a/kontaktAnnan/email", "erik.testsson@example.se"),
		"egen":    values("a/egen/email", "anna.testsson@example.se", "a/egen/till", "mandag", "a/egen/till", "tisdag"),
	}
}

// fill answers one page after the other in the browser, as each asks, until the address begins with the end.
func fill(t *testing.T, b *httptestkit.Browser, with map[string]url.Values, end string) {
	t.Helper()
	for range 30 {
		b.Follow()
		b.Want(http.StatusOK)
		page, action := form(b)
		if page == "" {
			if end != "" && !strings.Contains(string(b.Page.Body), end) {
				t.Fatalf("the journey ended elsewhere:\n%s", b.Page.Body)
			}
			return
		}
		b.Submit(action, with[page])
		if b.Page.Status != http.StatusSeeOther {
			t.Fatalf("page %s: status %d\n%s", page, b.Page.Status, b.Text())
		}
	}
	t.Fatal("the journey does not end")
}

// form gives the page's id and address of the form of questions, "" when there is none.
func form(b *httptestkit.Browser) (page, action string) {
	for _, f := range httptestkit.Find(b.Doc(), "form") {
		if httptestkit.HasAttr(f, "data-form") {
			return httptestkit.Attr(f, "data-form"), httptestkit.Attr(f, "action")
		}
	}
	return "", ""
}

// begin starts an application and gives its id, standing at its first page.
func begin(t *testing.T, b *httptestkit.Browser) string {
	t.Helper()
	b.Get("/ekkoping/tjanster/skolskjuts/starta")
	b.Want(http.StatusOK)
	b.Submit("/ekkoping/tjanster/skolskjuts/starta", nil)
	b.Want(http.StatusSeeOther)
	draft := strings.TrimPrefix(b.Page.Header.Get("Location"), "/ansokan/")
	b.Follow()
	b.Want(http.StatusOK)
	return draft
}

// handIn fills an application and hands it in; the browser stands at the case, whose id it gives.
func handIn(t *testing.T, b *httptestkit.Browser, child personas.ID) string {
	t.Helper()
	draft := begin(t, b)
	fill(t, b, answers(child), "/ansokan/"+draft+"/kontrollera")
	b.Submit("/ansokan/"+draft+"/kontrollera", nil)
	b.Want(http.StatusSeeOther)
	id, _, _ := strings.Cut(strings.TrimPrefix(b.Page.Header.Get("Location"), "/arende/"), "?")
	b.Follow()
	b.Want(http.StatusOK)
	return id
}
