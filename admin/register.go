package admin

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"samtjanst/integrations/eid"
	"samtjanst/integrations/eid/oidc"
	"samtjanst/integrations/eid/saml"
	"samtjanst/platform/directory"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/httpkit/eidkit"
	"samtjanst/platform/identity"
	"samtjanst/renderer/ui"
)

// Way is one of an organisation's own logins: exactly one of OIDC and SAML.
type Way struct {
	ID    string // as it stands in addresses
	Title map[string]string
	OIDC  OIDC
	SAML  SAML
}

// OIDC is a login by OpenID Connect; *oidc.Provider is one.
type OIDC interface {
	// Begin: fault.Unavailable.
	Begin(context.Context) (address string, keep oidc.Flow, err error)
	// Finish: fault.Unauthorised (begin again), fault.Forbidden with oidc.ErrSecondFactor, fault.Unavailable.
	Finish(context.Context, oidc.Flow, url.Values) (oidc.StaffIdentity, error)
	// LogoutURL: "" when the provider has no such thing; fault.Unavailable.
	LogoutURL(context.Context) (string, error)
}

// SAML is a login by SAML; *saml.StaffClient is one.
type SAML interface {
	// Begin: fault.Invalid, fault.Unavailable.
	Begin(ctx context.Context, relay string) (eid.Order, error)
	// Finish: fault.NotFound (over already), fault.Unauthorised (begin again; an *eid.Refusal says what to tell), fault.Unavailable.
	Finish(ctx context.Context, ref string, posted url.Values) (saml.Staff, error)
	// Metadata is ours, for the provider.
	Metadata() ([]byte, error)
}

// Presence notes who works for which board, so that cases can be given to colleagues.
type Presence interface {
	StaffLoggedIn(context.Context, identity.Staff) error
}

// Flow is what logins ask of the use cases; *flow.Service has it, and says which faults come.
type Flow interface {
	eidkit.Flow
	StaffRoles(context.Context, flow.StaffShown) ([]identity.Staff, error)
	StaffEIDs(*directory.Tenant) eid.Offers
	BeginStaffLogin(context.Context, *directory.Tenant, flow.Client) (flow.Started, error)
	PollStaffLogin(context.Context, flow.Started) (flow.StaffShown, eid.Status, error)
	CancelLogin(context.Context, flow.Started) error
	KeepStaffAnswer(ctx context.Context, login, relay string, posted url.Values) (ticket string, err error)
	StaffAnswer(ctx context.Context, login, relay, ticket string) (url.Values, error)
}

// Deps is what the frame needs.
type Deps struct {
	Kit       *httpkit.Kit
	UI        *ui.UI
	Directory *directory.Directory
	// Logins are the organisations' own. One that has none, and whose elected people do not log in with BankID, has no staff here.
	Logins   map[identity.TenantID][]Way
	Presence Presence
	Flow     Flow // nil: nobody logs in
	Log      *slog.Logger
	// QR draws a code that an e-legitimation's app reads, as SVG.
	QR func(text string) ([]byte, error)
	// BaseURL is our own address, without a trailing slash.
	BaseURL string
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
	s := &Site{kit: d.Kit, ui: d.UI, dir: d.Directory, deps: d, eid: &eidkit.Kit{Flow: d.Flow, Log: d.Log, QR: d.QR, BaseURL: d.BaseURL}}
	if err := s.parse(); err != nil {
		return nil, err
	}
	s.site = &httpkit.Site{Kind: httpkit.StaffSession, Login: s.mustLogIn, ErrorPage: s.errorPage}
	get := func(path string, h httpkit.Handler, limit *httpkit.Limit) httpkit.Route {
		return httpkit.Route{Method: http.MethodGet, Path: path, Who: httpkit.Public, Handle: h, Limit: limit}
	}
	post := func(path string, h httpkit.Handler, limit *httpkit.Limit) httpkit.Route {
		return httpkit.Route{Method: http.MethodPost, Path: path, Who: httpkit.Public, Handle: h, Limit: limit}
	}
	const tenant = LoginURL + "/:tenant"
	s.Add(nil,
		get(HomeURL, s.home, nil),
		get(LoginURL, s.home, nil),
		get(tenant, s.organisation, loginLimit),
		get(tenant+"/med/:login", s.beginLogin, loginLimit),
		get(CallbackURL, s.finishLogin, loginLimit),
		httpkit.Route{Method: http.MethodPost, Path: answerURL + "/:tenant/:login", Who: httpkit.Public, Handle: s.takeAnswer, Foreign: true, Limit: eidkit.AnswerLimit},
		get(cameBackURL, s.cameBack, loginLimit),
		get(metadataURL+"/:tenant/:login", s.metadata, loginLimit),
		post(tenant+"/eid", s.beginEID, eidkit.StartLimit),
		get(tenant+"/eid/vanta", s.waitForEID, nil),
		post(tenant+"/eid/vanta", s.pollEID, eidkit.PollLimit),
		get(tenant+"/eid/lage", s.eidState, eidkit.PollLimit),
		get(tenant+"/eid/qr", s.eidCode, eidkit.CodeLimit),
		get(tenant+"/eid/retur", s.eidReturn, eidkit.PollLimit),
		post(tenant+"/eid/avbryt", s.cancelEID, nil),
		get(RoleURL, s.showRoles, nil),
		post(RoleURL, s.takeRole, loginLimit),
		get(LoggedOutURL, s.loggedOut, nil),
		post(logoutURL, s.logOut, nil),
		httpkit.Route{Method: http.MethodPost, Path: extendURL, Who: httpkit.Staff(), Handle: s.extend},
	)
	return s, nil
}

// pages are the frame's own.
type pages struct {
	choose  *ui.Template[choosePage]
	ways    *ui.Template[waysPage]
	visit   *ui.Template[visitPage]
	wait    *ui.Template[waitPage]
	roles   *ui.Template[rolesPage]
	refused *ui.Template[refusedPage]
	problem *ui.Template[problemPage]
	expired *ui.Template[expiredPage]
}

func (s *Site) parse() error {
	b := s.ui.Bind(templates, "head")
	ui.Bind(b, &s.choose, "choose")
	ui.Bind(b, &s.ways, "ways")
	ui.Bind(b, &s.visit, "visit")
	ui.Bind(b, &s.wait, "wait")
	ui.Bind(b, &s.roles, "roles")
	ui.Bind(b, &s.refused, "refused")
	ui.Bind(b, &s.problem, "problem")
	ui.Bind(b, &s.expired, "expired")
	return b.Err()
}
