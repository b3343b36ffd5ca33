package oidc_test

import (
	"context"
	"errors"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"samtjanst/integrations/eid/oidc"
	"samtjanst/integrations/eid/oidcsim"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
)

const redirect = "http://localhost:8080/admin/login/ekkoping"

type rig struct {
	t        *testing.T
	provider *oidc.Provider
	sim      *oidcsim.Sim
	clock    *clock.Manual
	config   oidc.Config
	browser  *http.Client
	server   *httptest.Server
}

func newRig(t *testing.T, spoil ...func(*oidc.Config)) *rig {
	t.Helper()
	ck := clock.NewManual(time.Now())
	var sim *oidcsim.Sim
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { sim.Handler().ServeHTTP(w, r) }))
	srv.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	base := "http://" + srv.Listener.Addr().String()
	sim, err := oidcsim.New(oidcsim.Options{Clock: ck, BaseURL: base, Tenants: []oidcsim.Tenant{
		{ID: "ekkoping", Name: "Ekköpings kommun", ClientID: "samtjanst", ClientSecret: "hem:lig/t", Returns: []string{redirect, "http://localhost:8080/admin/"}},
		{ID: "tallvik", Name: "Tallviks kommun", ClientID: "samtjanst", ClientSecret: "annan", Returns: []string{redirect}},
	}})
	must(t, err)
	srv.Start()
	t.Cleanup(srv.Close)
	c := oidc.Config{Issuer: base + "/oidc/ekkoping", ClientID: "samtjanst", ClientSecret: "hem:lig/t", RedirectURL: redirect,
		LogoutURL: "http://localhost:8080/admin/", ACR: []string{oidcsim.ACRSecondFactor}, Timeout: 5 * time.Second}
	for _, f := range spoil {
		f(&c)
	}
	p, err := oidc.New(c, ck)
	must(t, err)
	return &rig{t, p, sim, ck, c, &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, srv}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// page reads an answer: a body, or where it sends the browser.
func (r *rig) page(res *http.Response, err error) (status int, body string, to *url.URL) {
	r.t.Helper()
	must(r.t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	must(r.t, err)
	if l := res.Header.Get("Location"); l != "" {
		to, err = url.Parse(l)
		must(r.t, err)
	}
	return res.StatusCode, string(b), to
}

func (r *rig) post(path string, form url.Values) (int, string, *url.URL) {
	r.t.Helper()
	return r.page(r.browser.PostForm(r.server.URL+path, form))
}

var (
	loginID = regexp.MustCompile(`name="login" value="([^"]+)"`)
	shown   = regexp.MustCompile(`id="shown">(\d{6})<`)
)

func find(t *testing.T, re *regexp.Regexp, body string) string {
	t.Helper()
	m := re.FindStringSubmatch(body)
	if m == nil {
		t.Fatalf("no %v in %s", re, body)
	}
	return html.UnescapeString(m[1])
}

// login clicks through the provider's pages and gives what the browser comes back with.
func (r *rig) login(to string, button string, staff personas.StaffID) url.Values {
	r.t.Helper()
	status, body, _ := r.page(r.browser.Get(to))
	if status != http.StatusOK {
		r.t.Fatalf("the provider's page: %d %s", status, body)
	}
	id := find(r.t, loginID, body)
	_, body, back := r.post("/oidc/ekkoping/login", url.Values{"login": {id}, button: {string(staff)}})
	if back == nil {
		_, _, back = r.post("/oidc/ekkoping/code", url.Values{"login": {id}, "otp": {find(r.t, shown, body)}})
	}
	if back == nil {
		r.t.Fatal("the provider does not send the browser back")
	}
	if !strings.HasPrefix(back.String(), redirect+"?") {
		r.t.Fatalf("sent back to %s", back)
	}
	return back.Query()
}

func TestStaffLogInWithSecondFactor(t *testing.T) {
	for name, spoil := range map[string]func(*oidc.Config){
		"acr":           func(*oidc.Config) {},
		"amr":           func(c *oidc.Config) { c.ACR, c.AMR = nil, []string{"mfa"} },
		"with a limit":  func(c *oidc.Config) { c.MaxAge = time.Hour },
		"acr or amr":    func(c *oidc.Config) { c.ACR, c.AMR = []string{"something else"}, []string{"otp"} },
		"known ids":     func(c *oidc.Config) { c.ExternalClaim, c.UserNameClaim = "sub", "preferred_username" },
		"several scope": func(c *oidc.Config) { c.Scopes = []string{"profile", "groups"} },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, spoil)
			to, flow, err := r.provider.Begin(context.Background())
			must(t, err)
			for _, secret := range []string{flow.Verifier, r.config.ClientSecret} {
				if strings.Contains(to, secret) {
					t.Error("a secret is in the address")
				}
			}
			who, err := r.provider.Finish(context.Background(), flow, r.login(to, "staff", personas.BirgittaProvbeslutande))
			must(t, err)
			want, _ := personas.GetStaff(personas.BirgittaProvbeslutande)
			if who.Subject != r.config.Issuer+"|"+want.Subject || who.Name != want.Name || !slices.Equal(who.Groups, want.Groups) ||
				who.ACR != oidcsim.ACRSecondFactor || r.clock.Now().Sub(who.AuthTime).Abs() > 2*time.Second {
				t.Errorf("%+v", who)
			}
			external, user := want.Subject, want.Mail
			if r.config.ExternalClaim == "" { // what nobody has asked for is not told on
				external, user = "", ""
			}
			if who.External != external || who.UserName != user {
				t.Errorf("known in the directory as %q, %q", who.External, who.UserName)
			}
		})
	}
}

func TestNobodyComesInWithoutSecondFactor(t *testing.T) {
	r := newRig(t)
	to, flow, err := r.provider.Begin(context.Background())
	must(t, err)
	who, err := r.provider.Finish(context.Background(), flow, r.login(to, "weak", personas.MonaTesthandlaggare))
	if !errors.Is(err, fault.Forbidden) || !errors.Is(err, oidc.ErrSecondFactor) || who.Subject != "" {
		t.Errorf("%+v, %v", who, err)
	}
}

func TestAnswersThatAreNotToThisFlow(t *testing.T) {
	r := newRig(t)
	to, flow, err := r.provider.Begin(context.Background())
	must(t, err)
	_, other, err := r.provider.Begin(context.Background())
	must(t, err)
	params := r.login(to, "staff", personas.MonaTesthandlaggare)
	with := func(k, v string) url.Values {
		out := url.Values{}
		for key, val := range params {
			out[key] = slices.Clone(val)
		}
		out.Set(k, v)
		return out
	}
	mixed := other
	mixed.State = flow.State // a thief who has the state but not the verifier
	for name, c := range map[string]struct {
		flow   oidc.Flow
		params url.Values
	}{
		"another state":    {flow, with("state", "guess")},
		"another flow":     {other, params},
		"no flow":          {oidc.Flow{}, url.Values{"code": params["code"]}},
		"another provider": {flow, with("iss", r.server.URL+"/oidc/tallvik")},
		"cancelled":        {flow, with("error", "access_denied")},
		"no code":          {flow, with("code", "")},
		"a guessed code":   {flow, with("code", "guess")},
	} {
		if _, err := r.provider.Finish(context.Background(), c.flow, c.params); !errors.Is(err, fault.Unauthorised) {
			t.Errorf("%s: %v, want unauthorised", name, err)
		}
	}
	// From here on the code is used up.
	if _, err := r.provider.Finish(context.Background(), mixed, params); !errors.Is(err, fault.Unauthorised) {
		t.Errorf("no verifier: %v, want unauthorised", err)
	}
	if _, err := r.provider.Finish(context.Background(), flow, params); !errors.Is(err, fault.Unauthorised) {
		t.Errorf("a code used twice: %v, want unauthorised", err)
	}
	to, flow, err = r.provider.Begin(context.Background())
	must(t, err)
	params = r.login(to, "staff", personas.MonaTesthandlaggare)
	r.clock.Advance(11 * time.Minute)
	if _, err := r.provider.Finish(context.Background(), flow, params); !errors.Is(err, fault.Unauthorised) {
		t.Errorf("too late: %v, want unauthorised", err)
	}
}

func TestTokensThatDoNotVerifyAndProvidersThatFail(t *testing.T) {
	r := newRig(t)
	for f, want := range map[oidcsim.Fault]fault.Kind{
		oidcsim.WrongKey: fault.Unauthorised, oidcsim.WrongNonce: fault.Unauthorised, oidcsim.WrongAudience: fault.Unauthorised,
		oidcsim.WrongIssuer: fault.Unauthorised, oidcsim.Expired: fault.Unauthorised,
		oidcsim.Down: fault.Unavailable, oidcsim.Error500: fault.Unavailable,
	} {
		to, flow, err := r.provider.Begin(context.Background())
		must(t, err)
		params := r.login(to, "staff", personas.MonaTesthandlaggare)
		must(t, r.sim.Fail(f, 1))
		who, err := r.provider.Finish(context.Background(), flow, params)
		if fault.KindOf(err) != want || err == nil || who.Subject != "" {
			t.Errorf("%s: %v, want %v", f, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "Mona") {
			t.Errorf("%s: the error names the person", f)
		}
	}
}

func TestGroupsFromUserinfoAndNone(t *testing.T) {
	r := newRig(t)
	must(t, r.sim.Fail(oidcsim.NoGroups, 1))
	for _, c := range []struct {
		staff personas.StaffID
		want  []string
	}{
		{personas.SivSocialtest, []string{"ekkoping:social:officer"}},
		{personas.FridaFormtest, nil},
	} {
		to, flow, err := r.provider.Begin(context.Background())
		must(t, err)
		who, err := r.provider.Finish(context.Background(), flow, r.login(to, "staff", c.staff))
		must(t, err)
		if len(who.Groups) != len(c.want) || !slices.Equal(who.Groups, append([]string{}, c.want...)) {
			t.Errorf("%s: %q", c.staff, who.Groups)
		}
	}
}

func TestAnOldAuthenticationIsNotEnough(t *testing.T) {
	r := newRig(t, func(c *oidc.Config) { c.MaxAge = 30 * time.Second })
	for passed, want := range map[time.Duration]error{80 * time.Second: nil, 100 * time.Second: fault.Unauthorised} { // a minute for the clocks
		to, flow, err := r.provider.Begin(context.Background())
		must(t, err)
		if !strings.Contains(to, "max_age=30") {
			t.Error("the limit is not asked for")
		}
		params := r.login(to, "staff", personas.MonaTesthandlaggare)
		r.clock.Advance(passed)
		if _, err := r.provider.Finish(context.Background(), flow, params); !errors.Is(err, want) {
			t.Errorf("after %v: %v, want %v", passed, err, want)
		}
	}
}

func TestTheProvidersPages(t *testing.T) {
	r := newRig(t)
	to, flow, err := r.provider.Begin(context.Background())
	must(t, err)
	_, body, _ := r.page(r.browser.Get(to))
	id := find(t, loginID, body)
	// Somebody from another municipality is not here.
	if status, _, _ := r.post("/oidc/ekkoping/login", url.Values{"login": {id}, "staff": {string(personas.TorstenTallhandlaggare)}}); status != http.StatusBadRequest {
		t.Errorf("another municipality's officer: %d", status)
	}
	// A code cannot be given before somebody is chosen.
	if status, _, _ := r.post("/oidc/ekkoping/code", url.Values{"login": {id}, "otp": {""}}); status != http.StatusBadRequest {
		t.Errorf("no person: %d", status)
	}
	_, body, _ = r.post("/oidc/ekkoping/login", url.Values{"login": {id}, "staff": {string(personas.MonaTesthandlaggare)}})
	code := find(t, shown, body)
	for range 4 {
		if status, body, _ := r.post("/oidc/ekkoping/code", url.Values{"login": {id}, "otp": {"x" + code}}); status != http.StatusUnprocessableEntity || !strings.Contains(body, "stämmer inte") {
			t.Fatalf("a wrong code: %d", status)
		}
	}
	_, _, back := r.post("/oidc/ekkoping/code", url.Values{"login": {id}, "otp": {"x"}})
	if back == nil || back.Query().Get("error") != "access_denied" {
		t.Fatalf("the fifth wrong code: %v", back)
	}
	if _, err := r.provider.Finish(context.Background(), flow, back.Query()); !errors.Is(err, fault.Unauthorised) {
		t.Errorf("after it: %v", err)
	}
	// Only registered addresses are returned to.
	u, err := url.Parse(to)
	must(t, err)
	q := u.Query()
	q.Set("redirect_uri", "http://localhost:9/elsewhere")
	u.RawQuery = q.Encode()
	if status, _, back := r.page(r.browser.Get(u.String())); status != http.StatusBadRequest || back != nil {
		t.Errorf("another return address: %d %v", status, back)
	}
	q.Set("redirect_uri", redirect)
	q.Del("code_challenge")
	u.RawQuery = q.Encode()
	if _, _, back := r.page(r.browser.Get(u.String())); back == nil || back.Query().Get("error") != "invalid_request" {
		t.Errorf("without PKCE: %v", back)
	}
}

func TestLogout(t *testing.T) {
	r := newRig(t)
	to, err := r.provider.LogoutURL(context.Background())
	must(t, err)
	if _, _, back := r.page(r.browser.Get(to)); back == nil || back.String() != "http://localhost:8080/admin/" {
		t.Errorf("sent to %v", back)
	}
	if status, body, back := r.page(r.browser.Get(strings.Replace(to, "8080", "9999", 1))); status != http.StatusOK || back != nil || !strings.Contains(body, "utloggad") {
		t.Errorf("an address that is not registered: %d %v", status, back)
	}
}

func TestAProviderThatIsDownAtStart(t *testing.T) {
	r := newRig(t)
	r.server.Close()
	if _, _, err := r.provider.Begin(context.Background()); !errors.Is(err, fault.Unavailable) {
		t.Errorf("%v, want unavailable", err)
	}
}

func TestConfigAndSet(t *testing.T) {
	good := oidc.Config{Issuer: "https://login.example.se", ClientID: "x", ClientSecret: "y", RedirectURL: "https://e.example.se/in", AMR: []string{"mfa"}}
	must(t, good.Validate())
	for key, spoil := range map[string]func(*oidc.Config){
		"issuer":       func(c *oidc.Config) { c.Issuer = "http://login.example.se" },
		"redirectURL":  func(c *oidc.Config) { c.RedirectURL = "" },
		"logoutURL":    func(c *oidc.Config) { c.LogoutURL = "/ut" },
		"clientID":     func(c *oidc.Config) { c.ClientID = "" },
		"clientSecret": func(c *oidc.Config) { c.ClientSecret = "" },
		"acr":          func(c *oidc.Config) { c.AMR = nil },
		"maxAge":       func(c *oidc.Config) { c.MaxAge = -1 },
		"rootsFile":    func(c *oidc.Config) { c.RootsFile = "missing.pem" },
	} {
		c := good
		spoil(&c)
		_, err := oidc.NewSet(map[string]oidc.Config{"tallvik": c}, clock.System{})
		if !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), key) || !strings.Contains(err.Error(), "tallvik") {
			t.Errorf("%s: %v", key, err)
		}
	}
	s, err := oidc.NewSet(map[string]oidc.Config{"tallvik": good, "ekkoping": good}, clock.System{})
	must(t, err)
	if got := s.Tenants(); !slices.Equal(got, []string{"ekkoping", "tallvik"}) {
		t.Error(got)
	}
	if _, err := s.Get("storstad"); !errors.Is(err, fault.NotFound) {
		t.Errorf("%v, want not found", err)
	}
}
