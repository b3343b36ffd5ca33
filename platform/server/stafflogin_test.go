package server_test

import (
	"html"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"samtjanst/admin"
	"samtjanst/examples/demo"
	"samtjanst/integrations/eid"
	"samtjanst/integrations/sim"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/calendar"
	"samtjanst/platform/casework"
	"samtjanst/platform/directory/people"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/httpkit/httptestkit"
	"samtjanst/platform/identity"
	"samtjanst/platform/server/servertest"
)

// loginWorld is the demo, in which Ekköping's staff log in with cards too, Tallvik lets in only who is in its register, with BankID for who is
// elected, and Ekköping's socialnämnd works for Tallvik's school board.
func loginWorld(t *testing.T) *servertest.World {
	t.Helper()
	towns := fstest.MapFS{}
	for _, name := range []string{"municipalities/ekkoping.yaml", "municipalities/tallvik.yaml"} {
		raw, err := fs.ReadFile(demo.Municipalities, name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(name, "tallvik") {
			raw = []byte(strings.Replace(string(raw), "\nstaff:\n", "\nstaff:\n  register: true\n  bankid: true\n", 1) +
				"\ncooperations:\n  - {id: jour, title: Jouren, authority: barn-och-utbildning, host: ekkoping/social, forms: [skolskjuts]}\n")
		}
		towns[name] = &fstest.MapFile{Data: raw}
	}
	return servertest.New(t, servertest.Options{Municipalities: towns, Cards: true})
}

func employee(t *testing.T, id personas.StaffID) personas.Staff {
	t.Helper()
	s, ok := personas.GetStaff(id)
	if !ok {
		t.Fatalf("no %s", id)
	}
	return s
}

// doorstep is a browser of somebody of the staff who is about to log in, with the world that it does so in.
type doorstep struct {
	desk
	w *servertest.World
}

func newLogin(t *testing.T, w *servertest.World) doorstep {
	l := doorstep{desk{httptestkit.New(t, w.App), t}, w}
	l.Header.Set("Accept-Language", "sv")
	return l
}

var hiddenInput = regexp.MustCompile(`name="(login|visit|SAMLResponse|RelayState)" value="([^"]*)"`)

// outside asks one of the simulators, and gives its page, the hidden fields of its forms, and where it sends the browser on.
func (l doorstep) outside(address string, form url.Values) (page string, fields url.Values, on string) {
	l.t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	var res *http.Response
	var err error
	if form == nil {
		res, err = client.Get(address)
	} else {
		res, err = client.PostForm(address, form)
	}
	if err != nil {
		l.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode >= 400 {
		l.t.Fatalf("%s: %d %v %s", address, res.StatusCode, err, body)
	}
	fields = url.Values{}
	for _, m := range hiddenInput.FindAllStringSubmatch(string(body), -1) {
		fields.Set(m[1], html.UnescapeString(m[2]))
	}
	return html.UnescapeString(string(body)), fields, strings.TrimPrefix(res.Header.Get("Location"), "http://localhost:8080")
}

var shownCode = regexp.MustCompile(`id="shown">(\d{6})<`)

// account logs in with the organisation's own account; follow goes where that leads.
func (l doorstep) account(p personas.Staff) {
	l.t.Helper()
	if l.Get("/admin/login/" + p.Tenant); l.Page.Status == http.StatusOK {
		l.Get("/admin/login/" + p.Tenant + "/med/konto")
	}
	l.Want(http.StatusSeeOther)
	at := l.w.Sim.Endpoints.URL + "/oidc/" + p.Tenant
	_, fields, _ := l.outside(l.Page.Header.Get("Location"), nil)
	page, fields, _ := l.outside(at+"/login", url.Values{"login": {fields.Get("login")}, "staff": {string(p.ID)}})
	fields.Set("otp", shownCode.FindStringSubmatch(page)[1])
	_, _, on := l.outside(at+"/code", fields)
	l.Get(on)
	l.follow()
	l.follow()
}

// card logs in with a card; the answer comes with the browser from another site, without a cookie.
func (l doorstep) card(p personas.Staff) {
	l.t.Helper()
	l.Get("/admin/login/ekkoping")
	l.sees(200, "ways", "Ditt konto på jobbet", "SITHS-kort")
	if strings.Contains(l.Text(), "BankID") {
		l.t.Error("BankID is offered where nobody logs in with it")
	}
	l.Get("/admin/login/ekkoping/med/siths")
	l.sees(200, "visit", "Till inloggningen hos Ekköpings kommun")
	asked, to := url.Values{}, ""
	for _, form := range httptestkit.Find(l.Doc(), "form") {
		if action := httptestkit.Attr(form, "action"); strings.Contains(action, "/saml/") {
			to = action
			for _, in := range httptestkit.Find(form, "input") {
				asked.Set(httptestkit.Attr(in, "name"), httptestkit.Attr(in, "value"))
			}
		}
	}
	page, fields, _ := l.outside(to, asked)
	_, rest, _ := strings.Cut(page, "<h2>"+p.Name)
	_, rest, _ = strings.Cut(rest, `name="who" value="`)
	who, _, _ := strings.Cut(rest, `"`)
	_, answer, _ := l.outside(l.w.Sim.Endpoints.URL+"/saml/siths/act", url.Values{"visit": {fields.Get("visit")}, "who": {who}})
	req := httptest.NewRequest(http.MethodPost, admin.AnswerPath("ekkoping", "siths"), strings.NewReader(answer.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	mine := l.Cookies
	l.Cookies = map[string]string{}
	l.Do(req)
	if l.Want(http.StatusSeeOther); len(l.Cookies) > 0 {
		l.t.Errorf("who brings an answer gets cookies: %v", l.Cookies)
	}
	l.Cookies = mine
	back := l.Page.Header.Get("Location")
	stranger := newLogin(l.t, l.w)
	stranger.Get(back)
	stranger.sees(403, "stray", "Inloggningen tog för lång tid")
	l.follow()
	l.follow()
	l.follow()
}

// bankID logs in with BankID at an organisation, without script.
func (l doorstep) bankID(tenant string, p personas.Staff) {
	l.t.Helper()
	l.Get("/admin/login/" + tenant)
	l.Submit("BankID på den här enheten", nil)
	l.follow()
	l.sees(200, "wait", "Öppna BankID-appen, gör klart det den frågar efter")
	token := startToken.FindStringSubmatch(string(l.Page.Body))
	if token == nil {
		l.t.Fatalf("nothing to start the app with:\n%s", l.Page.Body)
	}
	if err := l.w.Sim.BankID.Approve(p.Number, token[1]); err != nil {
		l.t.Fatal(err)
	}
	l.w.Clock.Advance(2 * time.Second)
	l.Submit("/admin/login/"+tenant+"/eid/vanta", nil)
	l.follow()
	l.follow()
	l.follow()
}

// is reports whether a page is somebody's, with more in its frame.
func (l doorstep) is(p personas.Staff, frame ...string) {
	l.t.Helper()
	l.Want(http.StatusOK)
	for _, text := range append(frame, p.Name) {
		if !strings.Contains(string(l.Page.Body), text) {
			l.t.Errorf("the page's frame does not say %q:\n%s", text, l.Page.Body)
		}
	}
}

func TestStaffLogIn(t *testing.T) {
	t.Parallel()
	w := loginWorld(t)
	t.Run("one person", func(t *testing.T) { staffIsOnePerson(t, w) })
	t.Run("elected", func(t *testing.T) { electedLogIn(t, w) })
}

// Somebody with an account and a card is one person; two roles are chosen between, one at a time; and who has left is out in every browser
// within two seconds, whichever process was told.
func staffIsOnePerson(t *testing.T, w *servertest.World) {
	siv := employee(t, personas.SivSocialtest)
	p := enter(t, w, social, people.Person{Name: siv.Name, Number: siv.Number, Synced: &people.Synced{From: "scim", External: sim.HSAID(siv), Active: true, At: servertest.Start}},
		identity.Officer)
	school := flow.BoardRef{Tenant: "tallvik", Board: "barn-och-utbildning"}
	enter(t, w, school, people.Person{Name: siv.Name, Number: siv.Number}, identity.Chair)

	byAccount, byCard := newLogin(t, w), newLogin(t, w)
	byAccount.account(siv)
	byAccount.sees(200, "roles", "I vilken roll?", "Anställd, Ekköpings kommun", "Socialnämnden", "Förtroendevald, Tallviks kommun")
	byAccount.Get("/admin/arenden")
	byAccount.Want(http.StatusSeeOther) // no role yet, so nothing yet
	byAccount.Get(admin.RoleURL)
	byAccount.Submit("Fortsätt i rollen: Anställd, Ekköpings kommun", nil)
	byAccount.follow()
	byAccount.follow()
	byAccount.is(siv, "Socialnämnden", "Byt roll")

	byCard.card(siv)
	byCard.sees(200, "roles-card", "I vilken roll?")
	byCard.Submit("Fortsätt i rollen: Förtroendevald, Tallviks kommun", nil)
	byCard.follow()
	byCard.follow()
	byCard.is(siv, "Utbildningsnämnden")
	if strings.Contains(string(byCard.Page.Body), "Socialnämnden") {
		t.Error("the chair sees what the officer works with")
	}
	byCard.Get("/admin/personer")
	byCard.Want(http.StatusForbidden)
	before := byCard.Cookies[httpkit.StaffSession.Cookie()]
	byCard.Get(admin.RoleURL)
	byCard.sees(200, "change-role", "Förtroendevald, Tallviks kommun Din roll nu")
	byCard.Submit("Fortsätt i rollen: Anställd, Ekköpings kommun", nil)
	byCard.follow()
	byCard.follow()
	byCard.is(siv, "Socialnämnden")
	if byCard.Cookies[httpkit.StaffSession.Cookie()] == before {
		t.Error("another role has the same session")
	}

	now, _, err := w.Flow.People.Person(w.Ctx, "ekkoping", p.ID)
	if err != nil || len(now.Logins) != 2 {
		t.Fatalf("two logins are not one person's: %q %v", now.Logins, err)
	}
	if who, ok := w.Flow.StaffNow(w.Ctx, p.ID.Subject()); who == nil || !ok {
		t.Errorf("who works here may be asked: %v %v", who, ok)
	}

	// Another process is told that she has left.
	elsewhere := people.NewRegister(w.Flow.Directory, w.Store, w.Flow.Vault.Keys, w.Clock)
	gone := now.Clone()
	gone.Synced.Active = false
	if _, err := elsewhere.Put(w.Ctx, gone, people.Entry{By: "scim"}); err != nil {
		t.Fatal(err)
	}
	w.Clock.Advance(people.Fresh)
	for name, l := range map[string]doorstep{"account": byAccount, "card": byCard} {
		l.Get("/admin/arenden")
		l.sees(403, "closed-"+name, "Du har loggats ut", "Du har inte längre tillgång")
		l.Get("/admin/arenden")
		l.Want(http.StatusSeeOther)
	}
	if _, ok := w.Flow.StaffNow(w.Ctx, p.ID.Subject()); ok {
		t.Error("who has left may be asked")
	}
	again := newLogin(t, w)
	again.account(siv)
	again.sees(403, "closed-again", "Du kunde inte loggas in", "Du har inte längre tillgång")
	deniedEverywhere(t, w, identity.Staff{Subject: p.ID.Subject(), Name: siv.Name, Number: siv.Number, Tenant: "ekkoping", Capacity: identity.Employed,
		Grants: []identity.Grant{{Authority: "ekkoping/social", Roles: identity.Roles()}}})
}

// deniedEverywhere asks for every page of the staff's with a session that says that somebody may everything.
func deniedEverywhere(t *testing.T, w *servertest.World, st identity.Staff) {
	t.Helper()
	asked := 0
	for _, r := range w.Kit.Routes() {
		if r.Who.IsPublic() || r.Site.Kind != httpkit.StaffSession || r.Method != http.MethodGet {
			continue
		}
		b := httptestkit.New(t, w.App)
		b.LogIn(w.Kit, identity.Actor{Staff: &st})
		asked++
		if b.Get(regexp.MustCompile(`:\w+`).ReplaceAllString(r.Path, "x")); b.Page.Status != http.StatusForbidden && b.Page.Status != http.StatusSeeOther {
			t.Errorf("%s for somebody who has left: %d", r.Path, b.Page.Status)
		}
	}
	if asked < 20 {
		t.Errorf("only %d pages asked for", asked)
	}
}

// Elected people log in with BankID where their organisation says so; a role that ends today ends at midnight, in the middle of what is done;
// and who is in no register, is not elected or gives up is told so.
func electedLogIn(t *testing.T, w *servertest.World) {
	tuva, torsten := employee(t, personas.TuvaTalltest), employee(t, personas.TorstenTallhandlaggare)
	school := flow.BoardRef{Tenant: "tallvik", Board: "barn-och-utbildning"}
	last := people.Period{To: calendar.Of(2026, time.November, 23)}
	chair := enter(t, w, school, people.Person{Name: tuva.Name, Number: tuva.Number, Roles: []people.Role{
		{Authority: school.Board, Role: identity.Chair, Title: "Ordförande", Period: last}}})
	enter(t, w, school, people.Person{Name: torsten.Name, Number: torsten.Number}, identity.Officer)

	l := newLogin(t, w)
	l.Get("/admin/login/tallvik")
	l.sees(200, "elected", "Anställd", "Förtroendevald", "Ordförande och ledamöter loggar in med sitt eget BankID")
	for name, c := range map[string]struct {
		who  personas.Staff
		says string
	}{
		"nobody's":     {employee(t, personas.FridaFormtest), "ingen behörighet"},
		"an officer's": {torsten, "ingen behörighet"},
	} {
		b := newLogin(t, w)
		b.bankID("tallvik", c.who)
		b.sees(403, "bankid-"+name, c.says)
		b.Get("/admin/arenden")
		b.Want(http.StatusSeeOther)
	}
	l.Submit("BankID på den här enheten", nil)
	l.follow()
	l.Submit("Avbryt", nil)
	l.follow()
	l.sees(200, "cancelled", "Du kunde inte loggas in")
	l.Post("/admin/login/ekkoping/eid", url.Values{httpkit.TokenField: {l.Token()}})
	l.Want(http.StatusNotFound)

	account := newLogin(t, w)
	account.account(employee(t, personas.TovaTalltest)) // whose groups would give a role
	account.sees(403, "not-there", "Du finns inte i registret")
	account.account(torsten)
	account.is(torsten)

	l.bankID("tallvik", tuva)
	l.is(tuva)
	w.Clock.Advance(13*time.Hour + 30*time.Minute) // half past eleven at night
	l = newLogin(t, w)
	l.bankID("tallvik", tuva)
	l.is(tuva)
	w.Clock.Advance(29 * time.Minute)
	l.Get(admin.HomeURL)
	l.Want(http.StatusSeeOther)
	w.Clock.Advance(time.Minute)
	l.Get(admin.HomeURL)
	l.sees(403, "midnight", "Du har loggats ut", "ingen behörighet")
	if who, ok := w.Flow.StaffNow(w.Ctx, chair.ID.Subject()); who == nil || !ok {
		t.Error("whose role has ended has not left")
	}
}

// leavesWhileSigning has a decider leave between the start of a signature and its end: it is ended, and cannot be completed.
func leavesWhileSigning(t *testing.T, w *servertest.World, decider identity.Actor, id casework.ID) {
	t.Helper()
	p := enter(t, w, flow.BoardRef{Tenant: decider.Staff.Tenant}, people.Person{Name: decider.Staff.Name, Logins: []string{decider.Staff.Subject}})
	v, err := w.Flow.StartSigningDecision(w.Ctx, decider, id, "", servertest.Client)
	if err != nil {
		t.Fatal(err)
	}
	started := v.Order.AutoStart
	p.Closed = w.Clock.Now()
	if p, err = w.Flow.People.Put(w.Ctx, p, people.Entry{By: "setup"}); err != nil {
		t.Fatal(err)
	}
	if v, err = w.Flow.PollSigningDecision(w.Ctx, decider, id); err != nil || v.Status.State != eid.Failed || v.Status.Message != eid.Cancelled {
		t.Fatalf("who has left goes on signing: %+v %v", v, err)
	}
	if err := w.Sim.BankID.Approve(decider.Staff.Number, started); err == nil {
		t.Error("the order of who has left can be completed")
	}
	p.Closed = time.Time{}
	if _, err := w.Flow.People.Put(w.Ctx, p, people.Entry{By: "setup"}); err != nil {
		t.Fatal(err)
	}
}
