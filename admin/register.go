package admin

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"samtjanst/integrations/eid/oidc"
	"samtjanst/platform/directory"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/identity"
	"samtjanst/renderer/ui"
)

// Login is one organisation's own login; *oidc.Provider is one.
type Login interface {
	// Begin: fault.Unavailable.
	Begin(context.Context) (address string, keep oidc.Flow, err error)
	// Finish: fault.Unauthorised (begin again), fault.Forbidden with oidc.ErrSecondFactor, fault.Unavailable.
	Finish(context.Context, oidc.Flow, url.Values) (oidc.StaffIdentity, error)
	// LogoutURL: "" when the provider has no such thing; fault.Unavailable.
	LogoutURL(context.Context) (string, error)
}

// Presence notes who works for which board, so that cases can be given to colleagues.
type Presence interface {
	StaffLoggedIn(context.Context, identity.Staff) error
}

// Deps is what the frame needs.
type Deps struct {
	Kit       *httpkit.Kit
	UI        *ui.UI
	Directory *directory.Directory
	Logins    map[identity.TenantID]Login // an organisation without one has no staff here
	Presence  Presence
	// CitizenPages gives the addresses of a municipality's accessibility statement, privacy page and contact page among the
	// citizens' pages. May be nil.
	CitizenPages func(*directory.Tenant) (statement, privacy, contact string)
	// Simulators is the address of the demo's simulators, "" in production.
	Simulators string
}

// loginLimit bounds how often a login is begun or finished.
var loginLimit = &httpkit.Limit{Name: "staff-login", PerAddress: httpkit.Rate{Every: time.Second, Burst: 60},
	PerSession: httpkit.Rate{Every: 2 * time.Second, Burst: 15}}

// Register adds login and logout and gives the site that areas add their pages to.
func Register(d Deps) (*Site, error) {
	s := &Site{kit: d.Kit, ui: d.UI, dir: d.Directory, deps: d}
	var err error
	if s.choose, err = ui.Parse[choosePage](d.UI, templates, "templates/head.html", "templates/choose.html"); err != nil {
		return nil, err
	}
	if s.refused, err = ui.Parse[refusedPage](d.UI, templates, "templates/head.html", "templates/refused.html"); err != nil {
		return nil, err
	}
	if s.problem, err = ui.Parse[problemPage](d.UI, templates, "templates/head.html", "templates/problem.html"); err != nil {
		return nil, err
	}
	if s.expired, err = ui.Parse[expiredPage](d.UI, templates, "templates/head.html", "templates/expired.html"); err != nil {
		return nil, err
	}
	s.site = &httpkit.Site{Kind: httpkit.StaffSession, Login: s.mustLogIn, ErrorPage: s.errorPage}
	s.Add(nil,
		httpkit.Route{Method: http.MethodGet, Path: HomeURL, Who: httpkit.Public, Handle: s.home},
		httpkit.Route{Method: http.MethodGet, Path: LoginURL, Who: httpkit.Public, Handle: s.home},
		httpkit.Route{Method: http.MethodGet, Path: LoginURL + "/:tenant", Who: httpkit.Public, Handle: s.beginLogin, Limit: loginLimit},
		httpkit.Route{Method: http.MethodGet, Path: CallbackURL, Who: httpkit.Public, Handle: s.finishLogin, Limit: loginLimit},
		httpkit.Route{Method: http.MethodGet, Path: LoggedOutURL, Who: httpkit.Public, Handle: s.loggedOut},
		httpkit.Route{Method: http.MethodPost, Path: logoutURL, Who: httpkit.Public, Handle: s.logOut},
		httpkit.Route{Method: http.MethodPost, Path: extendURL, Who: httpkit.Staff(), Handle: s.extend},
	)
	return s, nil
}
