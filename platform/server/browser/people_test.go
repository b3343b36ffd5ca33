package browser

import (
	"testing"

	"github.com/chromedp/cdproto/network"

	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/identity"
	"samtjanst/platform/server/servertest"
)

// world starts a platform with everything around it, that people can visit.
func world(t *testing.T) *servertest.World {
	t.Helper()
	return servertest.New(t, servertest.Options{Real: true, Outbox: true, Listen: true})
}

// phoneOf opens somebody's e-legitimation app, as another device: it stands at its list of what waits.
func phoneOf(t *testing.T, w *servertest.World, id personas.ID) *tab {
	t.Helper()
	b := newTab(t, w.Sim.Endpoints.URL, phone)
	b.open("/bankid/phone/" + string(id))
	return b
}

// approveHere is what happens on a phone where the app lies beside the browser: the link opens the app, the person says who, writes
// the code, and the app leads back.
func (b *tab) approveHere(id personas.ID) {
	b.Helper()
	b.follow("Öppna BankID")
	b.follow(id.Persona().Name())
	b.fill("Säkerhetskod", "123456")
	b.leaving(func() { b.click("Godkänn") })
	b.goOn()
}

// goOn leaves the page that waits for the app: it goes on by itself, or with its button where there is no script.
func (b *tab) goOn() {
	b.Helper()
	if !b.dev.script {
		b.inspect()
		b.follow("Jag är klar i appen, gå vidare")
		return
	}
	b.until(`!location.pathname.endsWith("/vanta") && document.readyState === "complete"`, "the page that waits goes on")
	b.inspect()
}

// approveThere reads the code on the screen with the phone and approves there; the page that waits goes on by itself, or with its
// button where there is no script.
func (b *tab) approveThere(w *servertest.World, id personas.ID) {
	b.Helper()
	p := phoneOf(b.T, w, id)
	if p.has("Läs av koden") { // anybody may log in, but only one may sign
		p.follow("Läs av koden")
	} else {
		p.follow("Skriv under hos")
	}
	p.fill("Säkerhetskod", "123456")
	p.follow("Godkänn")
	b.goOn()
}

// logIn logs in where a login page stands, with the app on the same device.
func (b *tab) logIn(id personas.ID) {
	b.Helper()
	b.follow("BankID på den här enheten")
	b.approveHere(id)
}

// loggedIn opens a window in which somebody is logged in and stands at Mina sidor. How one logs in is walked through where that is what is
// looked at (logIn).
func loggedIn(t *testing.T, w *servertest.World, id personas.ID, dev device) *tab {
	t.Helper()
	who := citizen(id)
	who.Citizen.LoginAt = w.Clock.Now()
	b := newTab(t, w.URL, dev)
	b.issue(w, httpkit.CitizenSession, who)
	b.open("/mina-sidor")
	return b
}

// staff opens a window in which a member of staff is logged in and stands at the inbox (staffLogsIn).
func staff(t *testing.T, w *servertest.World, id personas.StaffID, dev device) *tab {
	t.Helper()
	who := w.Staff(id)
	who.Staff.LoginAt = w.Clock.Now()
	b := newTab(t, w.URL, dev)
	b.issue(w, httpkit.StaffSession, who)
	b.open("/admin")
	return b
}

// issue gives the window's profile a session.
func (b *tab) issue(w *servertest.World, kind httpkit.SessionKind, who identity.Actor) {
	b.Helper()
	secret, err := w.Kit.Issue(w.Ctx, kind, who)
	b.must(err)
	b.cookie(kind.Cookie(), secret)
}

// cookie puts a cookie of the platform's into the window's profile.
func (b *tab) cookie(name, value string) {
	b.Helper()
	call(b, network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: b.base, Path: "/", Secure: new(true), HTTPOnly: new(true)})
}

// staffLogsIn opens a window in which a member of staff logs in with the second factor, and stands at the inbox.
func staffLogsIn(t *testing.T, w *servertest.World, id personas.StaffID, dev device) *tab {
	t.Helper()
	b := newTab(t, w.URL, dev)
	b.open("/admin")
	who, ok := personas.GetStaff(id)
	if !ok {
		t.Fatalf("no staff %s", id)
	}
	name := "Ekköpings kommun"
	if who.Tenant == personas.TallvikLogin {
		name = "Tallviks kommun"
	}
	b.follow(name)
	b.follow("Logga in som " + who.Name)
	b.fill("Engångskod", ask[string](b, `document.getElementById("shown").innerText`))
	b.follow("Logga in")
	return b
}
