package admin

import (
	"cmp"
	"errors"
	"net/http"
	"slices"

	"samtjanst/integrations/eid/oidc"
	"samtjanst/platform/directory"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/httpkit/eidkit"
	"samtjanst/platform/identity"
	"samtjanst/renderer/ui"
)

// Names of what a stranger's session keeps while logging in.
const (
	pendingKey = "login"
	nextKey    = "next"
)

// pending is a login that has begun.
type pending struct {
	Tenant identity.TenantID `json:"tenant"`
	Way    string            `json:"way"`
	Flow   oidc.Flow         `json:"flow"`            // by OpenID Connect
	Ref    string            `json:"ref,omitempty"`   // by SAML
	Relay  string            `json:"relay,omitempty"` // by SAML: what comes back with the browser
}

// choosePage is /admin for somebody who has not logged in: which organisation?
type choosePage struct {
	ui.Shell
	Organisations []ui.CardLink
	LoggedOut     bool
	Citizen       string
}

// waysPage is /admin/login/{tenant} where there is more than one way in.
type waysPage struct {
	ui.Shell
	Name    string
	Ways    []ui.CardLink
	Choices ui.EIDChoices // of elected people; none where they log in like the others
	Notice  *ui.Notice
}

// home leads staff to their first page, and others to choose where they work.
func (s *Site) home(r *httpkit.Request) error {
	if r.Actor().Staff != nil {
		for _, n := range s.nav {
			if n.For(r.Actor()) {
				return r.See(n.URL)
			}
		}
	}
	if why, err := r.Ended(); err != nil || why != "" {
		return s.ended(r, why, err)
	}
	return s.chooseWhere(r, false)
}

// loggedOut is GET /admin/utloggad: where logging out ends.
func (s *Site) loggedOut(r *httpkit.Request) error { return s.chooseWhere(r, true) }

func (s *Site) chooseWhere(r *httpkit.Request, loggedOut bool) error {
	l := r.Locale()
	title := "admin.login.title"
	if loggedOut {
		title = "admin.login.logged-out"
	}
	p := choosePage{Shell: s.Shell(r, l.T(title)), LoggedOut: loggedOut, Citizen: "/"}
	for _, t := range s.dir.Tenants() {
		if s.open(t) {
			p.Organisations = append(p.Organisations, ui.CardLink{Title: l.T("admin.login.choose", "name", t.Name), URL: tenantURL(t)})
		}
	}
	return Show(r, http.StatusOK, s.choose, p)
}

// mustLogIn is what a stranger gets instead of a page. The page asked for is opened after login; what was being written when the
// login ran out is shown, so that it can be kept.
func (s *Site) mustLogIn(r *httpkit.Request) error {
	if r.Method != http.MethodGet {
		return s.ranOut(r)
	}
	if r.WantsJSON() { // a script, which has nobody to tell: the page that it loads then does
		return r.See(LoginURL)
	}
	if why, err := r.Ended(); err != nil || why != "" {
		return s.ended(r, why, err)
	}
	if next, ok := httpkit.LocalPath(r.Path()); ok {
		if q := r.QueryValues().Encode(); q != "" {
			next += "?" + q
		}
		if err := r.Keep(map[string]any{nextKey: next}); err != nil {
			return err
		}
	}
	return r.See(LoginURL)
}

func tenantURL(t *directory.Tenant) string { return LoginURL + "/" + string(t.ID) }

// open reports whether anybody logs in at an organisation.
func (s *Site) open(t *directory.Tenant) bool {
	return s.deps.Flow != nil && (len(s.deps.Logins[t.ID]) > 0 || len(s.deps.Flow.StaffEIDs(t)) > 0)
}

// tenant finds an organisation that has a login; another does not exist here.
func (s *Site) tenant(id string) (*directory.Tenant, error) {
	t, ok := s.dir.Tenant(identity.TenantID(id))
	if !ok || !s.open(t) {
		return nil, fault.New("admin.login", fault.NotFound, nil)
	}
	return t, nil
}

// way finds one of an organisation's logins.
func (s *Site) way(tenant, id string) (*directory.Tenant, Way, error) {
	t, err := s.tenant(tenant)
	if err != nil {
		return nil, Way{}, err
	}
	i := slices.IndexFunc(s.deps.Logins[t.ID], func(w Way) bool { return w.ID == id })
	if i < 0 {
		return nil, Way{}, fault.New("admin.login", fault.NotFound, nil)
	}
	return t, s.deps.Logins[t.ID][i], nil
}

// organisation is GET /admin/login/{tenant}: on to its login, when there is but one, or a choice among them.
func (s *Site) organisation(r *httpkit.Request) error {
	t, err := s.tenant(r.Param("tenant"))
	if err != nil {
		return err
	}
	ways, offers := s.deps.Logins[t.ID], s.deps.Flow.StaffEIDs(t)
	if len(ways) == 1 && len(offers) == 0 {
		return s.begin(r, t, ways[0])
	}
	l := r.Locale()
	p := waysPage{Shell: s.Shell(r, l.T("admin.login.ways", "name", t.Name)), Name: t.Name}
	p.Shell.Theme = t.Theme
	for _, w := range ways {
		title := cmp.Or(w.Title[r.Lang], w.Title["sv"], l.T("admin.login.account"))
		p.Ways = append(p.Ways, ui.CardLink{Title: title, URL: tenantURL(t) + "/med/" + w.ID})
	}
	if len(offers) > 0 {
		p.Choices = s.eid.Choices(r, offers, eidURL(t), eidkit.LogIn)
		p.Choices.Deep = true
		if failed := s.eid.Failure(r, offers); failed != "" {
			p.Notice = &ui.Notice{Tone: ui.Warning, Title: l.T("admin.refused.title"), Text: failed}
		}
	}
	return Show(r, http.StatusOK, s.ways, p)
}

// beginLogin is GET /admin/login/{tenant}/med/{login}: on to one of the organisation's own logins.
func (s *Site) beginLogin(r *httpkit.Request) error {
	t, w, err := s.way(r.Param("tenant"), r.Param("login"))
	if err != nil {
		return err
	}
	return s.begin(r, t, w)
}

func (s *Site) begin(r *httpkit.Request, t *directory.Tenant, w Way) error {
	if w.SAML != nil {
		return s.beginSAML(r, t, w)
	}
	address, keep, err := w.OIDC.Begin(r.Context())
	if err != nil {
		return err
	}
	if err := r.Keep(map[string]any{pendingKey: pending{Tenant: t.ID, Way: w.ID, Flow: keep}}); err != nil {
		return err
	}
	return r.See(address)
}

// taken gives the login that has begun in this browser, which is good for one try; false when there is none.
func (s *Site) taken(r *httpkit.Request) (p pending, ok bool, err error) {
	if !r.Value(pendingKey, &p) {
		return p, false, nil
	}
	return p, true, r.Keep(map[string]any{pendingKey: nil})
}

// finishLogin is GET /admin/callback: back from an organisation's login by OpenID Connect.
func (s *Site) finishLogin(r *httpkit.Request) error {
	p, ok, err := s.taken(r)
	if err != nil {
		return err
	}
	if !ok || p.Ref != "" {
		return s.refuse(r, nil, refusedExpired)
	}
	t, w, err := s.way(string(p.Tenant), p.Way)
	if err != nil {
		return err
	}
	params := r.QueryValues()
	who, err := w.OIDC.Finish(r.Context(), p.Flow, params)
	switch {
	case errors.Is(err, oidc.ErrSecondFactor):
		return s.refuse(r, t, refusedSecondFactor)
	case errors.Is(err, fault.Unauthorised) && params.Has("error"):
		return s.refuse(r, t, refusedDenied)
	case errors.Is(err, fault.Unauthorised):
		return s.refuse(r, t, refusedFailed)
	case err != nil:
		return err
	}
	return s.hasShown(r, t, p.Way, flow.StaffShown{Tenant: t.ID, Subject: who.Subject, Name: who.Name, Number: who.Number, External: who.External,
		UserName: who.UserName, Groups: who.Groups, At: who.AuthTime})
}

// logOut is POST /admin/logout: ends the session here and, when the organisation's login can, there.
func (s *Site) logOut(r *httpkit.Request) error {
	by, known := loggedInBy(r)
	if err := r.LogOut(); err != nil {
		return err
	}
	address := LoggedOutURL
	if known && by.Way != "" {
		if _, w, err := s.way(string(by.Shown.Tenant), by.Way); err == nil && w.OIDC != nil {
			// A login that does not answer must not keep anybody logged in here.
			if out, err := w.OIDC.LogoutURL(r.Context()); err == nil && out != "" {
				address = out
			}
		}
	}
	return r.See(address)
}

// extend is POST /admin/forlang: the request itself counts as activity.
func (s *Site) extend(r *httpkit.Request) error { return r.NoContent() }
