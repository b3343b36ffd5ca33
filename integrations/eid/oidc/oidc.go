// Package oidc logs staff in at their own organisation's provider: OpenID Connect, the code flow with PKCE, state and nonce.
//
// A login is two steps. [Provider.Begin] gives the address to send the browser to and a [Flow] to keep in the session on the
// server; [Provider.Finish] takes the flow, and what the browser came back with, and gives a [StaffIdentity]. A flow is good for
// one try within ten minutes; the caller removes it from the session before calling Finish, so that it cannot be used again.
//
// Invariants: nobody comes in without a second factor that the provider vouches for (acr or amr, by configuration); who may do
// what is never decided here, the groups are handed on as they came; the identity is issuer and subject, never a mail address; no
// token is kept, and none is put in an address.
//
// The protocol's parts that must not be got wrong (discovery, keys, signatures) are coreos/go-oidc's and x/oauth2's.
package oidc

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/idno"
)

// flowLife is how long somebody may stay at the provider.
const flowLife = 10 * time.Minute

// skew is how much the provider's clock may be ahead of ours.
const skew = time.Minute

// ErrSecondFactor is the cause of the fault (Forbidden) when the provider does not vouch for a second factor.
var ErrSecondFactor = errors.New("logged in without a second factor")

// Flow is what a login that has begun needs to be finished. It is kept on the server: Verifier and Nonce must not leave it.
type Flow struct {
	State    string
	Nonce    string
	Verifier string // PKCE
	Begun    time.Time
}

// StaffIdentity is who the provider says has logged in.
type StaffIdentity struct {
	Subject  string // issuer + "|" + sub, stable for ever
	Name     string
	Number   idno.Number // personal identity number; zero when the provider does not tell it
	Groups   []string    // as the provider gave them
	AuthTime time.Time
	ACR      string
	External string // of Config.ExternalClaim; "" when it is not told
	UserName string // of Config.UserNameClaim
}

// Provider is one organisation's login. Safe for concurrent use.
type Provider struct {
	config Config
	http   *http.Client
	clock  clock.Clock

	mu   sync.Mutex
	meta *metadata // nil until the provider has been reached once
}

type metadata struct {
	*oidc.Provider
	EndSession  string   `json:"end_session_endpoint"`
	ClientAuths []string `json:"token_endpoint_auth_methods_supported"`
}

// New checks the configuration; it does not call out, so that the platform starts when a login is down. Fault: Invalid.
func New(c Config, ck clock.Clock) (*Provider, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if c.Timeout == 0 {
		c.Timeout = 10 * time.Second
	}
	if c.GroupsClaim == "" {
		c.GroupsClaim = "groups"
	}
	if c.NumberClaim == "" {
		c.NumberClaim = "https://id.oidc.se/claim/personalIdentityNumber"
	}
	if c.NameClaim == "" {
		c.NameClaim = "name"
	}
	if len(c.Scopes) == 0 {
		c.Scopes = []string{"profile"}
	}
	hc, err := c.client()
	if err != nil {
		return nil, err
	}
	return &Provider{config: c, http: hc, clock: ck}, nil
}

// discover reads the provider's description once. Fault: Unavailable.
func (p *Provider) discover(ctx context.Context) (*metadata, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.meta != nil {
		return p.meta, nil
	}
	found, err := oidc.NewProvider(oidc.ClientContext(ctx, p.http), p.config.Issuer)
	if err != nil {
		return nil, fault.New("oidc.discover", fault.Unavailable, err)
	}
	m := &metadata{Provider: found}
	if err := found.Claims(m); err != nil {
		return nil, fault.New("oidc.discover", fault.Unavailable, err)
	}
	p.meta = m
	return m, nil
}

func (p *Provider) oauth(m *metadata) oauth2.Config {
	e := m.Endpoint()
	// Said outright, since the library otherwise tries both ways, and a code is good for one try.
	e.AuthStyle = oauth2.AuthStyleInHeader // what a provider supports that does not say (Discovery 1.0, 3)
	if len(m.ClientAuths) > 0 && !slices.Contains(m.ClientAuths, "client_secret_basic") {
		e.AuthStyle = oauth2.AuthStyleInParams
	}
	return oauth2.Config{ClientID: p.config.ClientID, ClientSecret: p.config.ClientSecret, Endpoint: e,
		RedirectURL: p.config.RedirectURL, Scopes: append([]string{oidc.ScopeOpenID}, p.config.Scopes...)}
}

// Begin gives the address to send the browser to and what to keep until it returns. Fault: Unavailable.
func (p *Provider) Begin(ctx context.Context) (string, Flow, error) {
	m, err := p.discover(ctx)
	if err != nil {
		return "", Flow{}, err
	}
	f := Flow{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), Begun: p.clock.Now()}
	opts := []oauth2.AuthCodeOption{oidc.Nonce(f.Nonce), oauth2.S256ChallengeOption(f.Verifier)}
	if len(p.config.ACR) > 0 {
		opts = append(opts, oauth2.SetAuthURLParam("acr_values", p.config.ACR[0]))
	}
	if p.config.MaxAge > 0 {
		opts = append(opts, oauth2.SetAuthURLParam("max_age", strconv.Itoa(int(p.config.MaxAge.Seconds()))))
	}
	c := p.oauth(m)
	return c.AuthCodeURL(f.State, opts...), f, nil
}

// Finish turns what the browser came back with into an identity. Faults: Unauthorised (the answer is not to this flow, was
// cancelled, or does not verify: begin again), Forbidden with ErrSecondFactor, Unavailable.
func (p *Provider) Finish(ctx context.Context, f Flow, params url.Values) (StaffIdentity, error) {
	const op = "oidc.Finish"
	no := func(why string) (StaffIdentity, error) {
		return StaffIdentity{}, fault.New(op, fault.Unauthorised, errors.New(why))
	}
	switch {
	case f.State == "" || subtle.ConstantTimeCompare([]byte(f.State), []byte(params.Get("state"))) != 1:
		return no("the answer belongs to another login")
	case p.clock.Now().Sub(f.Begun) > flowLife:
		return no("the login took too long")
	case params.Has("iss") && params.Get("iss") != p.config.Issuer: // RFC 9207
		return no("the answer comes from another provider")
	case params.Get("error") == "temporarily_unavailable" || params.Get("error") == "server_error":
		return StaffIdentity{}, fault.New(op, fault.Unavailable, errors.New("the provider has a fault"))
	case params.Has("error"):
		return no("the provider did not log the person in")
	case params.Get("code") == "":
		return no("there is no code")
	}
	m, err := p.discover(ctx)
	if err != nil {
		return StaffIdentity{}, err
	}
	ctx = oidc.ClientContext(ctx, p.http)
	oc := p.oauth(m)
	token, err := oc.Exchange(ctx, params.Get("code"), oauth2.VerifierOption(f.Verifier))
	if err != nil {
		return StaffIdentity{}, exchangeFault(op, err)
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return no("there is no id token")
	}
	id, err := m.Verifier(&oidc.Config{ClientID: p.config.ClientID, Now: p.clock.Now}).Verify(ctx, raw)
	if err != nil {
		// The library's texts quote claims.
		return no("the id token does not verify")
	}
	if subtle.ConstantTimeCompare([]byte(f.Nonce), []byte(id.Nonce)) != 1 {
		return no("the id token belongs to another login")
	}
	if id.AccessTokenHash != "" && id.VerifyAccessToken(token.AccessToken) != nil {
		return no("the access token is not the id token's")
	}
	return p.identity(ctx, m, token, id)
}

// exchangeFault tells a provider that does not answer from one that refuses the code.
func exchangeFault(op string, err error) error {
	var r *oauth2.RetrieveError
	if errors.As(err, &r) && r.Response != nil && r.Response.StatusCode >= 400 && r.Response.StatusCode < 500 && r.Response.StatusCode != http.StatusTooManyRequests {
		return fault.Newf(op, fault.Unauthorised, "the provider refused the code with %d", r.Response.StatusCode)
	}
	return fault.New(op, fault.Unavailable, errors.New("no answer from the provider's token endpoint"))
}

// identity reads the claims of a verified token.
func (p *Provider) identity(ctx context.Context, m *metadata, token *oauth2.Token, id *oidc.IDToken) (StaffIdentity, error) {
	const op = "oidc.identity"
	var c struct {
		ACR      string `json:"acr"`
		AMR      texts  `json:"amr"`
		AuthTime int64  `json:"auth_time"`
		AZP      string `json:"azp"`
	}
	claims := map[string]json.RawMessage{}
	if id.Claims(&c) != nil || id.Claims(&claims) != nil {
		return StaffIdentity{}, fault.New(op, fault.Unauthorised, errors.New("the claims cannot be read"))
	}
	if (len(id.Audience) > 1 || c.AZP != "") && c.AZP != p.config.ClientID {
		return StaffIdentity{}, fault.New(op, fault.Unauthorised, errors.New("the id token is for another client"))
	}
	if !slices.Contains(p.config.ACR, c.ACR) && !slices.ContainsFunc(p.config.AMR, func(v string) bool { return slices.Contains(c.AMR, v) }) {
		return StaffIdentity{}, fault.New(op, fault.Forbidden, ErrSecondFactor)
	}
	out := StaffIdentity{Subject: id.Issuer + "|" + id.Subject, ACR: c.ACR, AuthTime: id.IssuedAt.UTC()}
	if c.AuthTime != 0 {
		out.AuthTime = time.Unix(c.AuthTime, 0).UTC()
	}
	if p.config.MaxAge > 0 && (c.AuthTime == 0 || p.clock.Now().Sub(out.AuthTime) > p.config.MaxAge+skew) {
		return StaffIdentity{}, fault.New(op, fault.Unauthorised, errors.New("the person authenticated too long ago"))
	}
	if claims[p.config.GroupsClaim] == nil || claims[p.config.NameClaim] == nil {
		if err := p.more(ctx, m, token, id.Subject, claims); err != nil {
			return StaffIdentity{}, err
		}
	}
	var groups texts
	if raw := claims[p.config.GroupsClaim]; raw != nil && json.Unmarshal(raw, &groups) != nil {
		return StaffIdentity{}, fault.Newf(op, fault.Unauthorised, "the claim %s is not a list of texts", p.config.GroupsClaim)
	}
	out.Groups = groups
	if raw := claims[p.config.NameClaim]; raw == nil || json.Unmarshal(raw, &out.Name) != nil || out.Name == "" {
		return StaffIdentity{}, fault.Newf(op, fault.Unauthorised, "the claim %s is not a name", p.config.NameClaim)
	}
	if raw := claims[p.config.NumberClaim]; raw != nil {
		var number string
		if err := json.Unmarshal(raw, &number); err != nil {
			return StaffIdentity{}, fault.Newf(op, fault.Unauthorised, "the claim %s is no text", p.config.NumberClaim)
		}
		var err error
		if out.Number, err = idno.Parse(number, p.clock.Now()); number != "" && err != nil {
			return StaffIdentity{}, fault.Newf(op, fault.Unauthorised, "the claim %s is no personal identity number", p.config.NumberClaim)
		}
	}
	for claim, into := range map[string]*string{p.config.ExternalClaim: &out.External, p.config.UserNameClaim: &out.UserName} {
		if raw := claims[claim]; claim != "" && raw != nil && json.Unmarshal(raw, into) != nil {
			return StaffIdentity{}, fault.Newf(op, fault.Unauthorised, "the claim %s is no text", claim)
		}
	}
	return out, nil
}

// more asks the userinfo endpoint for claims that the id token lacks; a provider without one has said all it will.
func (p *Provider) more(ctx context.Context, m *metadata, token *oauth2.Token, subject string, claims map[string]json.RawMessage) error {
	const op = "oidc.userinfo"
	if m.UserInfoEndpoint() == "" {
		return nil
	}
	info, err := m.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		return fault.New(op, fault.Unavailable, errors.New("no answer from the provider's userinfo endpoint"))
	}
	extra := map[string]json.RawMessage{}
	if info.Subject != subject || info.Claims(&extra) != nil { // OpenID Connect Core 5.3.2
		return fault.New(op, fault.Unauthorised, errors.New("the userinfo is about somebody else"))
	}
	for _, k := range []string{p.config.GroupsClaim, p.config.NameClaim, p.config.NumberClaim, p.config.ExternalClaim, p.config.UserNameClaim} {
		if k != "" && claims[k] == nil && extra[k] != nil {
			claims[k] = extra[k]
		}
	}
	return nil
}

// LogoutURL is where to send the browser so that the provider's session ends too (RP-Initiated Logout 1.0), or "" when the
// provider cannot do that. The id token is not sent as a hint: it would put the person's name in an address. Fault: Unavailable.
func (p *Provider) LogoutURL(ctx context.Context) (string, error) {
	m, err := p.discover(ctx)
	if err != nil || m.EndSession == "" {
		return "", err
	}
	u, err := url.Parse(m.EndSession)
	if err != nil {
		return "", fault.New("oidc.LogoutURL", fault.Unavailable, err)
	}
	q := u.Query()
	q.Set("client_id", p.config.ClientID)
	if p.config.LogoutURL != "" {
		q.Set("post_logout_redirect_uri", p.config.LogoutURL)
	}
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// texts is a claim that some providers give as one text and some as a list.
type texts []string

// UnmarshalJSON reads either.
func (s *texts) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*s = texts{one}
		return nil
	}
	var many []string
	if err := json.Unmarshal(b, &many); err != nil {
		return err
	}
	*s = many
	return nil
}
