// Package oidcsim is an OpenID Connect provider for each municipality of the demo: the login that the staff's own organisation
// would have.
//
// It does what real ones do, and checks what they check: discovery, RS256 keys, the code flow with PKCE (S256, demanded), codes
// that work once and for two minutes, client authentication, registered return addresses, userinfo and RP-initiated logout. Instead
// of a password there is a choice of persona; the second factor is a code that is shown on the page. One button logs in without
// it, so that the refusal can be seen. A municipality's provider is at /oidc/<tenant>; everything works without scripts.
package oidcsim

import (
	"crypto/rand"
	"crypto/rsa"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"samtjanst/integrations/sim/outage"
	"samtjanst/integrations/sim/personas"
	"samtjanst/integrations/sim/shell"
	"samtjanst/platform/clock"
)

// What the id token says of how the person authenticated.
const (
	ACRSecondFactor = "https://refeds.org/profile/mfa"
	ACRPassword     = "https://refeds.org/profile/sfa"
)

const (
	codeLife  = 2 * time.Minute
	loginLife = 10 * time.Minute
	tokenLife = 5 * time.Minute
)

// Fault is a way in which a provider fails.
type Fault string

// Faults. The later ones give tokens that a client has to refuse.
const (
	Works         Fault = ""
	Down          Fault = "down" // the token endpoint closes the connection
	Error500      Fault = "500"
	WrongKey      Fault = "wrong-key"
	WrongNonce    Fault = "wrong-nonce"
	WrongAudience Fault = "wrong-audience"
	WrongIssuer   Fault = "wrong-issuer"
	Expired       Fault = "expired"
	NoGroups      Fault = "no-groups" // the groups come from userinfo only
)

// Options says where the providers are and who uses them.
type Options struct {
	Clock   clock.Clock
	BaseURL string // scheme and host of the hub; a provider's issuer is BaseURL/oidc/<tenant>
	Tenants []Tenant
	Staff   []personas.Staff // who can log in, each at the provider that Staff.Tenant names; nil: those of the demo
	// AnyLoopback lets every address on this machine be returned to, since the demo and the tests choose their ports late.
	AnyLoopback bool
}

// Tenant is one municipality's provider and its one client.
type Tenant struct {
	ID           string // of personas.Staff
	Name         string // shown: "Ekköpings kommun"
	ClientID     string
	ClientSecret string
	Returns      []string // registered return addresses, of login and logout
}

// Sim is the providers. Safe for concurrent use.
type Sim struct {
	options Options
	clock   clock.Clock
	outage  *outage.Switch[Fault]
	key     func() (*rsa.PrivateKey, error) // made at its first use: that takes a tenth of a second, and most who start a provider never log in
	kid     string

	mu     sync.Mutex
	logins map[string]*login // by id, in progress
	codes  map[string]grant  // by code
	tokens map[string]grant  // by access token
}

// login is somebody who is at the provider's pages.
type login struct {
	tenant  Tenant
	request request
	until   time.Time
	staff   personas.Staff // chosen
	otp     string         // shown and asked for
	wrong   int
}

// request is what the client asked for.
type request struct {
	redirect, state, nonce, challenge string
}

// grant is what a code or an access token stands for.
type grant struct {
	tenant  string
	request request
	staff   personas.Staff
	strong  bool
	at      time.Time // of the authentication
	until   time.Time
}

// New makes the providers.
func New(o Options) (*Sim, error) {
	o.BaseURL = strings.TrimSuffix(o.BaseURL, "/")
	if o.Staff == nil {
		o.Staff = personas.AllStaff()
	}
	return &Sim{options: o, clock: o.Clock, key: sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) }), kid: rand.Text()[:8],
		outage: outage.New(Down, Error500, WrongKey, WrongNonce, WrongAudience, WrongIssuer, Expired, NoGroups),
		logins: map[string]*login{}, codes: map[string]grant{}, tokens: map[string]grant{}}, nil
}

// Fail makes the token endpoints fail, as many times; 0 means until told otherwise.
func (s *Sim) Fail(f Fault, times int) error { return s.outage.Set(f, times) }

// staffOf are those who log in at one provider.
func (s *Sim) staffOf(tenant string) []personas.Staff {
	return slices.DeleteFunc(slices.Clone(s.options.Staff), func(p personas.Staff) bool { return p.Tenant != tenant })
}

// Issuer is a tenant's issuer.
func (s *Sim) Issuer(tenant string) string { return s.options.BaseURL + "/oidc/" + tenant }

// Handler serves everything under /oidc/.
func (s *Sim) Handler() http.Handler {
	mux := http.NewServeMux()
	on := func(pattern string, h func(http.ResponseWriter, *http.Request, Tenant)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			for _, t := range s.options.Tenants {
				if t.ID == r.PathValue("tenant") {
					r.Body = http.MaxBytesReader(w, r.Body, 1<<16)
					h(w, r, t)
					return
				}
			}
			http.NotFound(w, r)
		})
	}
	on("GET /oidc/{tenant}/.well-known/openid-configuration", s.discovery)
	on("GET /oidc/{tenant}/jwks", s.jwks)
	on("GET /oidc/{tenant}/authorize", s.authorize)
	on("POST /oidc/{tenant}/login", s.choose)
	on("POST /oidc/{tenant}/code", s.second)
	on("POST /oidc/{tenant}/token", s.token)
	on("GET /oidc/{tenant}/userinfo", s.userinfo)
	on("GET /oidc/{tenant}/logout", s.logout)
	mux.HandleFunc("GET /oidc/{$}", s.start)
	mux.HandleFunc("POST /oidc/script", s.script)
	return shell.Guard(mux)
}

// sweep forgets what has ended; called with the lock held.
func (s *Sim) sweep(now time.Time) {
	for k, v := range s.logins {
		if now.After(v.until) {
			delete(s.logins, k)
		}
	}
	for _, m := range []map[string]grant{s.codes, s.tokens} {
		for k, v := range m {
			if now.After(v.until) {
				delete(m, k)
			}
		}
	}
}
