package admin_test

import (
	"context"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"samtjanst/renderer/ui/uitest"
	"strings"
	"testing"
	"time"

	"samtjanst/admin"
	"samtjanst/examples/demo"
	"samtjanst/integrations/eid/oidc"
	"samtjanst/integrations/eid/oidcsim"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/clock"
	"samtjanst/platform/directory"
	"samtjanst/platform/directory/people"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/httpkit/httptestkit"
	"samtjanst/platform/identity"
	"samtjanst/platform/store/sealed"
	"samtjanst/platform/store/sqlitestore"
)

const ourselves = "http://localhost:8080"

// rig is the staff's site with one page of an area, and a real provider to log in at.
type rig struct {
	t        *testing.T
	kit      *httpkit.Kit
	browser  *httptestkit.Browser
	provider *httptest.Server
	clock    *clock.Manual
	present  []identity.Staff
}

func (r *rig) StaffLoggedIn(_ context.Context, s identity.Staff) error {
	r.present = append(r.present, s)
	return nil
}

const areaURL = "/admin/prov"

func newRig(t *testing.T) *rig {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	r := &rig{t: t, clock: clock.NewManual(time.Now())}
	u, files, texts := uitest.Shipped(t, admin.AddAssets)
	dir, err := directory.Load(demo.Municipalities, "municipalities")
	must(err)

	var sim *oidcsim.Sim
	r.provider = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) { sim.Handler().ServeHTTP(w, req) }))
	t.Cleanup(r.provider.Close)
	sim, err = oidcsim.New(oidcsim.Options{Clock: r.clock, BaseURL: r.provider.URL, Tenants: []oidcsim.Tenant{{ID: "ekkoping", Name: "Ekköpings kommun",
		ClientID: "samtjanst", ClientSecret: "prov", Returns: []string{ourselves + admin.CallbackURL, ourselves + admin.LoggedOutURL}}}})
	must(err)
	login, err := oidc.New(oidc.Config{Issuer: sim.Issuer("ekkoping"), ClientID: "samtjanst", ClientSecret: "prov", RedirectURL: ourselves + admin.CallbackURL,
		LogoutURL: ourselves + admin.LoggedOutURL, ACR: []string{oidcsim.ACRSecondFactor}}, r.clock)
	must(err)

	records, box := httptestkit.Storage(t)
	r.kit, err = httpkit.New(httpkit.Config{Records: records, Box: box, Clock: r.clock, Log: httptestkit.Log(t), Texts: texts, Assets: files,
		FormAction: []string{r.provider.URL}})
	must(err)
	db, err := sqlitestore.Open(filepath.Join(t.TempDir(), "register.db"))
	must(err)
	t.Cleanup(func() { must(db.Close()) })
	keys, err := sealed.OpenKeyring(filepath.Join(t.TempDir(), "master.json"), db)
	must(err)
	use := &flow.Service{Directory: dir, People: people.NewRegister(dir, db, keys, r.clock), Clock: r.clock, Log: httptestkit.Log(t)}
	site, err := admin.Register(admin.Deps{Kit: r.kit, UI: u, Directory: dir, Presence: r, Flow: use, Log: httptestkit.Log(t), BaseURL: ourselves,
		Logins: map[identity.TenantID][]admin.Way{"ekkoping": {{ID: "konto", OIDC: login}}}})
	must(err)
	page := func(req *httpkit.Request) error {
		return req.HTML(http.StatusOK, []byte(`<!doctype html><html lang="sv"><head><title>Prov</title></head><body><main><h1>Prov</h1><form method="post"><input type="hidden" name="csrf" value="`+
			req.Token()+`"><button>Spara</button></form></main></body></html>`))
	}
	site.Add([]admin.NavItem{{Key: "cases", URL: areaURL}},
		httpkit.Route{Method: http.MethodGet, Path: areaURL, Who: httpkit.Staff(identity.Officer), Handle: page},
		httpkit.Route{Method: http.MethodPost, Path: areaURL, Who: httpkit.Staff(identity.Officer), Handle: page, Hold: true})
	r.browser = httptestkit.New(t, r.kit.App())
	r.browser.Header.Set("Accept-Language", "sv")
	return r
}

var (
	loginID = regexp.MustCompile(`name="login" value="([^"]+)"`)
	shown   = regexp.MustCompile(`id="shown">(\d{6})<`)
)

// atProvider clicks through the provider's pages; button is "staff" for password and code, "weak" for password only, "cancel". It
// gives where the provider sends the browser back to, as an address of ours.
func (r *rig) atProvider(button string, who personas.StaffID) string {
	r.t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	read := func(res *http.Response, err error) (string, string) {
		r.t.Helper()
		if err != nil {
			r.t.Fatal(err)
		}
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		if err != nil {
			r.t.Fatal(err)
		}
		return html.UnescapeString(string(b)), res.Header.Get("Location")
	}
	body, _ := read(client.Get(r.browser.Page.Header.Get("Location")))
	id := loginID.FindStringSubmatch(body)
	if id == nil {
		r.t.Fatalf("no login at the provider: %s", body)
	}
	body, back := read(client.PostForm(r.provider.URL+"/oidc/ekkoping/login", url.Values{"login": {id[1]}, button: {string(who)}}))
	if back == "" {
		code := shown.FindStringSubmatch(body)
		_, back = read(client.PostForm(r.provider.URL+"/oidc/ekkoping/code", url.Values{"login": {id[1]}, "otp": {code[1]}}))
	}
	path, ok := strings.CutPrefix(back, ourselves)
	if !ok {
		r.t.Fatalf("sent back to %q", back)
	}
	return path
}

// The whole way: the page asked for, the organisation, its own login with a second factor, back to the page, and out again.
func TestLogInAndOut(t *testing.T) {
	r := newRig(t)
	b := r.browser
	b.Get(areaURL + "?vy=alla")
	b.Want(http.StatusSeeOther)
	b.Follow()
	if !strings.Contains(b.Text(), "Ekköpings kommun") || strings.Contains(b.Text(), "Tallvik") {
		t.Errorf("only organisations with a login are offered: %s", b.Text())
	}
	b.Get("/admin/login/ekkoping")
	b.Want(http.StatusSeeOther)
	b.Get(r.atProvider("staff", personas.MonaTesthandlaggare))
	b.Want(http.StatusSeeOther)
	if to := b.Page.Header.Get("Location"); to != areaURL+"?vy=alla" {
		t.Errorf("after login at %q", to)
	}
	b.Follow()
	b.Want(http.StatusOK)
	if len(r.present) != 1 || r.present[0].Name != "Mona Testhandläggare" || r.present[0].Tenant != "ekkoping" {
		t.Errorf("present: %+v", r.present)
	}
	b.Post("/admin/logout", url.Values{httpkit.TokenField: {b.Token()}})
	b.Want(http.StatusSeeOther)
	out, err := url.Parse(b.Page.Header.Get("Location"))
	if err != nil || !strings.HasPrefix(out.String(), r.provider.URL) || out.Query().Get("post_logout_redirect_uri") != ourselves+admin.LoggedOutURL {
		t.Errorf("logged out to %v", out)
	}
	b.Get(admin.LoggedOutURL)
	b.Want(http.StatusOK)
	b.Get(areaURL)
	b.Want(http.StatusSeeOther)
}

// Whoever may not come in is told why, and holds no session.
func TestRefused(t *testing.T) {
	for _, c := range []struct {
		name, button string
		who          personas.StaffID
		says         string
	}{
		{"password only", "weak", personas.MonaTesthandlaggare, "andra faktor"},
		{"no group that gives a role", "staff", personas.FridaFormtest, "ingen behörighet"},
		{"cancelled", "cancel", personas.MonaTesthandlaggare, "avbröts"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			b := r.browser
			b.Get("/admin/login/ekkoping")
			b.Get(r.atProvider(c.button, c.who))
			b.Want(http.StatusForbidden)
			httptestkit.CheckResponse(t, c.name, b.Page)
			if !strings.Contains(b.Text(), c.says) {
				t.Errorf("says %q", b.Text())
			}
			b.Get(areaURL)
			b.Want(http.StatusSeeOther)
			if len(r.present) > 0 {
				t.Error("noted as logged in")
			}
		})
	}
}

// An answer is good once, in the browser that asked.
func TestCallbackOnce(t *testing.T) {
	r := newRig(t)
	b := r.browser
	b.Get("/admin/login/ekkoping")
	back := r.atProvider("staff", personas.MonaTesthandlaggare)
	other := httptestkit.New(t, b.App)
	other.Get(back)
	other.Want(http.StatusForbidden)
	b.Get(back)
	b.Want(http.StatusSeeOther)
	b.Get(back)
	b.Want(http.StatusForbidden)
	b.Get("/admin/login/tallvik")
	b.Want(http.StatusNotFound)
	b.Get("/admin/login/finns-inte")
	b.Want(http.StatusNotFound)
}

// What was being written when the login ran out is shown, to be kept.
func TestExpiredShowsTheText(t *testing.T) {
	r := newRig(t)
	b := r.browser
	b.LogIn(r.kit, identity.Actor{Staff: &identity.Staff{Subject: "login|mona", Name: "Mona", Tenant: "ekkoping",
		Grants: []identity.Grant{{Authority: "ekkoping/barn-och-utbildning", Roles: []identity.Role{identity.Officer}}}}})
	b.Get(areaURL)
	b.Want(http.StatusOK)
	token := b.Token()
	r.clock.Advance(2 * time.Hour)
	b.Post(areaURL, url.Values{httpkit.TokenField: {token}, "motivering": {"Vägen är längre än gränsen, och <farlig>."}})
	b.Want(http.StatusUnauthorized)
	httptestkit.CheckResponse(t, "expired", b.Page)
	if !strings.Contains(string(b.Page.Body), "Vägen är längre än gränsen, och &lt;farlig&gt;.") {
		t.Errorf("the text is gone: %s", b.Text())
	}
}

// Every route with every kind of visitor.
func TestBattery(t *testing.T) {
	r := newRig(t)
	staff := func(roles ...identity.Role) identity.Actor {
		return identity.Actor{Staff: &identity.Staff{Subject: "login|x", Name: "X", Tenant: "ekkoping",
			Grants: []identity.Grant{{Authority: "ekkoping/barn-och-utbildning", Roles: roles}}}}
	}
	httptestkit.Table{Kit: r.kit, Clock: r.clock, Login: map[httpkit.SessionKind]string{httpkit.StaffSession: admin.LoginURL},
		Visitors: []httptestkit.Visitor{{Name: "officer", Actor: staff(identity.Officer)}, {Name: "manager", Actor: staff(identity.Manager)}}}.Run(t)
}
