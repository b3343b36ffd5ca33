package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/casework"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/httpkit/httptestkit"
	"samtjanst/platform/server/servertest"
)

const suggest = "/ekkoping/tjanster/forslag-ny-e-tjanst"

// suggestion is what somebody answers, page by page; contact is the last page's.
func suggestion(contact url.Values) map[string]url.Values {
	return map[string]url.Values{
		"vem":     values("a/roll", "privat"),
		"behov":   values("a/titel", "Boka idrottshall", "a/problem", "Man måste ringa på kontorstid.", "a/malgrupp", "privatpersoner"),
		"idag":    values("a/idag", "telefon", "a/antal", "200-1000"),
		"nytta":   values("a/nytta", "enklare"),
		"kontakt": contact,
	}
}

// beginOpen starts a suggestion without login and gives its id, standing at its first page.
func beginOpen(t *testing.T, b *httptestkit.Browser) string {
	t.Helper()
	b.Get(suggest)
	see(t, b, "Du behöver inte logga in.")
	b.Get(suggest + "/utan-inloggning")
	b.Want(http.StatusOK)
	b.Submit("Börja fylla i", nil)
	b.Want(http.StatusSeeOther)
	draft := strings.TrimPrefix(b.Page.Header.Get("Location"), "/utan-inloggning/")
	b.Follow()
	b.Want(http.StatusOK)
	return draft
}

// suggestIt fills a suggestion and hands it in; the browser stands at the receipt, whose case it gives.
func suggestIt(t *testing.T, b *httptestkit.Browser, contact url.Values) casework.ID {
	t.Helper()
	draft := beginOpen(t, b)
	check := "/utan-inloggning/" + draft + "/kontrollera"
	fill(t, b, suggestion(contact), check)
	b.Submit(check, nil)
	b.Want(http.StatusSeeOther)
	id := strings.TrimPrefix(b.Page.Header.Get("Location"), "/kvitto/")
	b.Follow()
	b.Want(http.StatusOK)
	return casework.ID(id)
}

// Somebody whom nobody knows hands in, and gets a receipt in the same browser; no mail, no identity.
func TestWithoutLogin(t *testing.T) {
	w := servertest.New(t, servertest.Options{})
	b := visit(t, w)
	id := suggestIt(t, b, nil)
	w.Run()
	c := w.Head(id)
	see(t, b, "Vi har tagit emot det du skickade in", c.Reference, "Boka idrottshall", "Du har inte bett oss att höra av oss")
	if p := c.Applicant(); !p.Number.IsZero() || p.Name != "" || !p.Contact.IsZero() || c.Stage != "inkommet" || c.State != casework.AwaitingOfficer {
		t.Errorf("handed in by %+v, %s in %q", p, c.State, c.Stage)
	}
	if got := w.Sim.Mail.Messages(""); len(got) != 0 {
		t.Errorf("mailed %v", got)
	}
	b.Get("/kvitto/" + string(id) + "/kvitto")
	b.Want(http.StatusOK)
	if !strings.HasPrefix(string(b.Page.Body), "%PDF") {
		t.Error("the receipt is no PDF")
	}
	b.Get("/kvitto/" + string(id) + "/kopia")
	b.Want(http.StatusOK)
	w.Clock.Advance(24 * time.Hour)
	b.Get("/kvitto/" + string(id))
	b.Want(http.StatusNotFound)
}

// Who wants to be told gets the reference by mail and nothing more; who gave an address without asking for it gets nothing.
func TestWithoutLoginTold(t *testing.T) {
	w := servertest.New(t, servertest.Options{})
	b := visit(t, w)
	id := suggestIt(t, b, values("a/kontakt/consent", "true", "a/kontakt/email", "styrelsen@example.com", "a/kontakt/name", "Provföreningen"))
	see(t, b, "Vi skickar referensen till dig")
	w.Run()
	mails := w.Sim.Mail.Messages("styrelsen@example.com")
	if len(mails) != 1 || !strings.Contains(mails[0].Body, w.Head(id).Reference) {
		t.Fatalf("mails %v", mails)
	}
	for _, secret := range []string{"idrottshall", "Provföreningen", "e-tjänst", "mina-sidor"} {
		if strings.Contains(strings.ToLower(mails[0].Subject+mails[0].Body), strings.ToLower(secret)) {
			t.Errorf("the mail says %q", secret)
		}
	}
	suggestIt(t, b, values("a/kontakt/email", "tyst@example.com"))
	w.Run()
	if got := w.Sim.Mail.Messages("tyst@example.com"); len(got) != 0 {
		t.Errorf("somebody who did not ask was told %v", got)
	}
}

// What one browser has begun or handed in does not exist for another, nor for anybody who has logged in, nor in this one once it has forgotten.
func TestWithoutLoginElsewhere(t *testing.T) {
	w := servertest.New(t, servertest.Options{})
	mine := visit(t, w)
	kase := suggestIt(t, mine, nil)
	draft := beginOpen(t, mine)
	other := visit(t, w)
	beginOpen(t, other) // has a key of its own
	anna := loggedIn(t, w, personas.AnnaTestsson)
	officer := visit(t, w)
	officer.LogIn(w.Kit, w.Staff(personas.LovaLonetest))
	seen := 0
	for _, r := range w.Kit.Routes() {
		open := strings.HasPrefix(r.Path, "/utan-inloggning/") || strings.HasPrefix(r.Path, "/kvitto/")
		person := strings.HasPrefix(r.Path, "/ansokan/:draft") || strings.HasPrefix(r.Path, "/arende/:case")
		if !open && !person {
			continue
		}
		path := strings.NewReplacer(":draft", draft, ":case", string(kase), ":page", "vem", ":file", "x", ":part", "x").Replace(r.Path)
		for name, b := range map[string]*httptestkit.Browser{"another browser": other, "somebody logged in": anna, "an officer": officer, "a stranger": visit(t, w)} {
			w.Clock.Advance(time.Minute)
			if r.Method == http.MethodGet {
				b.Get(path)
			} else {
				cookie := httpkit.CitizenSession.Cookie()
				if b.Cookies[cookie] == "" {
					b.Cookies[cookie] = strings.Repeat("A", 43)
				}
				b.Post(path, url.Values{"csrf": {httpkit.TokenFor(b.Cookies[cookie])}, "rev": {"1"}, "email": {"x@example.com"}, "reason": {"x"}})
			}
			seen++
			login := person && b.Page.Status == http.StatusSeeOther && strings.HasPrefix(b.Page.Header.Get("Location"), "/logga-in")
			nothing := strings.HasSuffix(r.Path, "/vanta") || strings.HasSuffix(r.Path, "/retur") // nothing is in progress in this session
			if b.Page.Status != http.StatusNotFound && !login && !nothing {
				t.Errorf("%s %s as %s: %d %s", r.Method, r.Path, name, b.Page.Status, b.Page.Header.Get("Location"))
			}
			if strings.Contains(string(b.Page.Body), "idrottshall") || strings.Contains(string(b.Page.Body), w.Head(kase).Reference) {
				t.Errorf("%s %s as %s reads what was written", r.Method, r.Path, name)
			}
		}
	}
	if seen < 100 {
		t.Errorf("only %d visits", seen)
	}
	if items, err := w.Flow.Mine(w.Ctx, servertest.Citizen(personas.AnnaTestsson)); err != nil || len(items) != 0 {
		t.Errorf("Mina sidor has %v, %v", items, err)
	}
	mine.Get("/utan-inloggning/" + draft)
	mine.Want(http.StatusSeeOther)
	mine.Get("/kvitto/" + string(kase))
	mine.Submit("Avsluta och glöm mig", nil)
	mine.Want(http.StatusSeeOther)
	for _, path := range []string{"/utan-inloggning/" + draft, "/kvitto/" + string(kase)} {
		mine.Get(path)
		mine.Want(http.StatusNotFound)
	}
}

// A login, or a logout, in between changes nothing for what is begun without: a page from before is offered again.
func TestWithoutLoginAcrossALogin(t *testing.T) {
	w := servertest.New(t, servertest.Options{})
	b := visit(t, w)
	draft := beginOpen(t, b)
	before := b.Page
	b.LogIn(w.Kit, servertest.Citizen(personas.AnnaTestsson))
	b.Page = before
	b.Submit("/utan-inloggning/"+draft+"/vem", values("a/roll", "forening"))
	b.Want(http.StatusConflict)
	b.Submit("/utan-inloggning/"+draft+"/vem", nil)
	b.Want(http.StatusSeeOther)
	b.Follow()
	see(t, b, "Vad behövs?")
	b.Get("/ekkoping/tjanster/forslag-ny-e-tjanst/starta") // with a login it is begun without, all the same
	b.Want(http.StatusSeeOther)
	b.Follow()
	see(t, b, "kopplas inte till dig")
	b.Get("/mina-sidor")
	if strings.Contains(b.Text(), "Föreslå") {
		t.Error("what is begun without login stands under Mina sidor")
	}
}

// A service with login is not begun without, whatever is posted.
func TestWithLoginNotWithout(t *testing.T) {
	w := servertest.New(t, servertest.Options{})
	b := visit(t, w)
	b.Get(suggest + "/utan-inloggning")
	b.Get("/ekkoping/tjanster/skolskjuts/utan-inloggning")
	b.Want(http.StatusNotFound)
	b.Post("/ekkoping/tjanster/skolskjuts/utan-inloggning", url.Values{"csrf": {httpkit.TokenFor(b.Cookies[httpkit.CitizenSession.Cookie()])}})
	b.Want(http.StatusNotFound)
	anna := loggedIn(t, w, personas.AnnaTestsson)
	anna.Post(suggest+"/starta", url.Values{"csrf": {httpkit.TokenFor(anna.Cookies[httpkit.CitizenSession.Cookie()])}})
	anna.Want(http.StatusNotFound)
}

// One address begins so many in a row, and then waits.
func TestWithoutLoginLimit(t *testing.T) {
	w := servertest.New(t, servertest.Options{})
	status := []int{}
	for range 60 {
		b := visit(t, w)
		b.Get(suggest + "/utan-inloggning")
		b.Submit("Börja fylla i", nil)
		status = append(status, b.Page.Status)
	}
	if status[0] != http.StatusSeeOther || !slices.Contains(status, http.StatusTooManyRequests) {
		t.Errorf("answered %v", status)
	}
}

// The officer sees a case without a person, moves it through its stages with notes, and the one who wanted to know is told.
func TestStages(t *testing.T) {
	w := servertest.New(t, servertest.Options{})
	id := suggestIt(t, visit(t, w), values("a/kontakt/consent", "true", "a/kontakt/email", "styrelsen@example.com"))
	w.Run()
	b := visit(t, w)
	b.LogIn(w.Kit, w.Staff(personas.LovaLonetest))
	b.Get("/admin/arenden/" + string(id))
	b.Want(http.StatusOK)
	see(t, b, "Inkommet förslag", "Ansvarig: E-tjänstesamordnare.", "Någon utan inloggning", "Boka idrottshall")
	move := func(to, note string) {
		t.Helper()
		b.Get("/admin/arenden/" + string(id) + "/steg")
		b.Want(http.StatusOK)
		b.Submit("Flytta ärendet", values("till", to, "anteckning", note))
	}
	move("behovsanalys", "")
	b.Want(http.StatusUnprocessableEntity)
	move("bygge", "Hoppar över.")
	b.Want(http.StatusUnprocessableEntity)
	b.Get("/admin/arenden/" + string(id) + "/steg")
	stale := b.Page
	move("behovsanalys", "Många frågar efter det.")
	b.Want(http.StatusSeeOther)
	b.Page = stale // a colleague's page from before
	b.Submit("Flytta ärendet", values("till", "gar-inte-vidare", "anteckning", "Nej."))
	b.Want(http.StatusConflict)
	for _, filter := range []string{"?vy=alla&steg=forslag-ny-e-tjanst%2Fbehovsanalys", "?vy=alla&steg=forslag-ny-e-tjanst%2Finkommet"} {
		b.Get("/admin/arenden" + filter)
		b.Want(http.StatusOK)
		if found := strings.Contains(b.Text(), w.Head(id).Reference); found != strings.Contains(filter, "behovsanalys") {
			t.Errorf("%s finds the case: %v", filter, found)
		}
	}
	if got := w.Sim.Mail.Messages(""); len(got) != 1 {
		t.Errorf("%d mails, before anything that is told", len(got))
	}
	move("beslut-forstudie", "Till rådet.")
	move("forstudie", "Rådet sa ja.")
	w.Run()
	if got := w.Sim.Mail.Messages("styrelsen@example.com"); len(got) != 2 || strings.Contains(got[1].Body, "örstudie") || !strings.Contains(got[1].Body, w.Head(id).Reference) {
		t.Errorf("told %v", got)
	}
	b.Get("/admin/arenden/" + string(id))
	see(t, b, "Förstudie", "Många frågar efter det.", "Rådet sa ja.")
	move("beslut-bygge", "Klar.")
	move("gar-inte-vidare", "För få skulle använda den.")
	b.Want(http.StatusSeeOther)
	if c := w.Head(id); c.State != casework.Closed || c.Stage != "gar-inte-vidare" || casework.VerifyChain(c.Events) != nil {
		t.Errorf("%s in %q", c.State, c.Stage)
	}
	b.Get("/admin/arenden/" + string(id) + "/steg")
	b.Want(http.StatusConflict)
	siv := visit(t, w)
	siv.LogIn(w.Kit, w.Staff(personas.SivSocialtest))
	siv.Get("/admin/arenden/" + string(id) + "/steg")
	siv.Want(http.StatusNotFound)
}
