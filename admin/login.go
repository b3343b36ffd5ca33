package admin

import (
	"errors"
	"net/http"

	"samtjanst/integrations/eid/oidc"
	"samtjanst/platform/directory"
	"samtjanst/platform/fault"
	"samtjanst/platform/httpkit"
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
	Flow   oidc.Flow         `json:"flow"`
}

// choosePage is /admin for somebody who has not logged in: which organisation?
type choosePage struct {
	ui.Shell
	Organisations []ui.CardLink
	LoggedOut     bool
	Citizen       string
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
		if s.deps.Logins[t.ID] != nil {
			p.Organisations = append(p.Organisations, ui.CardLink{Title: l.T("admin.login.choose", "name", t.Name), URL: LoginURL + "/" + string(t.ID)})
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

// tenant finds an organisation that has a login; another does not exist here.
func (s *Site) tenant(id string) (*directory.Tenant, Login, error) {
	t, ok := s.dir.Tenant(identity.TenantID(id))
	if !ok || s.deps.Logins[t.ID] == nil {
		return nil, nil, fault.New("admin.login", fault.NotFound, nil)
	}
	return t, s.deps.Logins[t.ID], nil
}

// beginLogin is GET /admin/login/{tenant}: on to the organisation's own login.
func (s *Site) beginLogin(r *httpkit.Request) error {
	t, login, err := s.tenant(r.Param("tenant"))
	if err != nil {
		return err
	}
	address, flow, err := login.Begin(r.Context())
	if err != nil {
		return err
	}
	if err := r.Keep(map[string]any{pendingKey: pending{Tenant: t.ID, Flow: flow}}); err != nil {
		return err
	}
	return r.See(address)
}

// finishLogin is GET /admin/callback: back from the organisation's login.
func (s *Site) finishLogin(r *httpkit.Request) error {
	var p pending
	if !r.Value(pendingKey, &p) {
		return s.refuse(r, nil, refusedExpired)
	}
	var next string
	r.Value(nextKey, &next)
	if err := r.Keep(map[string]any{pendingKey: nil}); err != nil { // good for one try
		return err
	}
	t, login, err := s.tenant(string(p.Tenant))
	if err != nil {
		return err
	}
	params := r.QueryValues()
	who, err := login.Finish(r.Context(), p.Flow, params)
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
	staff := identity.Staff{Subject: who.Subject, Name: who.Name, Number: who.Number, Tenant: t.ID, Grants: t.Grants(who.Groups), LoginAt: who.AuthTime}
	if len(staff.Grants) == 0 {
		return s.refuse(r, t, refusedNoRole)
	}
	if err := s.deps.Presence.StaffLoggedIn(r.Context(), staff); err != nil {
		return err
	}
	if err := r.LogIn(identity.Actor{Staff: &staff}); err != nil {
		return err
	}
	if next, ok := httpkit.LocalPath(next); ok && within(next, HomeURL) {
		return r.See(next)
	}
	return r.See(HomeURL)
}

// logOut is POST /admin/logout: ends the session here and, when the organisation's login can, there.
func (s *Site) logOut(r *httpkit.Request) error {
	staff := r.Actor().Staff
	if err := r.LogOut(); err != nil {
		return err
	}
	address := LoggedOutURL
	if staff != nil {
		if _, login, err := s.tenant(string(staff.Tenant)); err == nil {
			// A login that does not answer must not keep anybody logged in here.
			if out, err := login.LogoutURL(r.Context()); err == nil && out != "" {
				address = out
			}
		}
	}
	return r.See(address)
}

// extend is POST /admin/forlang: the request itself counts as activity.
func (s *Site) extend(r *httpkit.Request) error { return r.NoContent() }
