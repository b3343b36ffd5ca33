// Package scim is the door by which an organisation's own directory tells who works there: a SCIM 2.0 server (RFC 7643, RFC 7644) at
// /scim/v2/<organisation>/, as Entra ID, Okta, MIM and others speak to.
//
// A user or group is kept as the client sent it, a record sealed with the organisation's key, so that it can be read back and changed in parts.
// What it means here is a person of the register (package people): a user's id is the Person's, and after every change the person is made to
// follow the user and the groups that he or she is in, also by way of other groups. Rules (directory.Rule) make roles of that.
//
// Keys: the organisation is the one of the address, and who asks shows one of its bearer tokens. User names are unique without regard to
// letters large and small; a client's externalId is what we know somebody by when he or she comes back.
//
// Invariants: nothing is answered before the person follows, so a success means that who is inactive has no role any more; what was kept before
// a fault is caught up with by the next question; an address never holds a personal number; no answer or log line says why a token is refused.
package scim

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"samtjanst/platform/clock"
	"samtjanst/platform/directory"
	"samtjanst/platform/directory/people"
	"samtjanst/platform/identity"
	"samtjanst/platform/store"
	"samtjanst/platform/store/sealed"
)

// Root is where the server is mounted.
const Root = "/scim/v2"

// MaxBody is how much a client may send: a group with some ten thousands of members.
const MaxBody = 8 << 20

// mediaType of requests and answers (RFC 7644 section 3.1); plain application/json is taken too.
const mediaType = "application/scim+json"

// Records is where resources are kept; store.Store is one.
type Records interface {
	PutRecord(ctx context.Context, now time.Time, r store.Record) error
	GetRecord(ctx context.Context, now time.Time, collection, key string) (store.Record, error)
	ListRecords(ctx context.Context, now time.Time, collection, prefix, after string, limit int) ([]store.Record, error)
	DeleteRecord(ctx context.Context, collection, key string) error
}

// Deps are what the server stands on.
type Deps struct {
	Directory *directory.Directory
	People    *people.Register
	Records   Records
	Keys      *sealed.Keyring
	Clock     clock.Clock
	Log       *slog.Logger
	BaseURL   string // "https://e.example.se"
	// PerSecond bounds what an organisation's clients may ask together, with Burst at once: 25 and 100 when zero.
	PerSecond, Burst int
}

// Server answers.
type Server struct {
	Deps
	houses map[identity.TenantID]*house
	limits *limits
}

// New makes a server for those organisations that have tokens.
func New(d Deps) *Server {
	if d.PerSecond == 0 {
		d.PerSecond, d.Burst = 25, 100
	}
	s := &Server{Deps: d, houses: map[identity.TenantID]*house{}, limits: newLimits(d)}
	for _, t := range d.Directory.Tenants() {
		if len(t.Staff.SCIM.Tokens) > 0 {
			s.houses[t.ID] = &house{Server: s, tenant: t}
		}
	}
	return s
}

// ServeHTTP answers one request. The client's address is Request.RemoteAddr.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", mediaType)
	err := s.serve(w, r)
	if err == nil {
		return
	}
	f := refusalOf(err)
	if f.Status >= http.StatusInternalServerError {
		s.Log.ErrorContext(r.Context(), "scim", "error", err)
	}
	body := map[string]any{"schemas": []string{errorMessage}, "status": strconv.Itoa(f.Status), "detail": f.Detail}
	if f.Type != "" {
		body["scimType"] = f.Type
	}
	write(w, f.Status, body)
}

func write(w http.ResponseWriter, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil { // strings, booleans and maps of them only
		status, b = http.StatusInternalServerError, []byte(`{"schemas":["`+errorMessage+`"],"status":"500"}`)
	}
	w.WriteHeader(status)
	_, _ = w.Write(b) // a client that is gone asks again
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) error {
	tenant, rest, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, Root), "/"), "/")
	h, err := s.enter(w, r, identity.TenantID(tenant))
	if err != nil {
		return err
	}
	endpoint, id, _ := strings.Cut(strings.Trim(rest, "/"), "/")
	switch endpoint {
	case users.endpoint, groups.endpoint:
		q := request{house: h, w: w, r: r, kind: users}
		if endpoint == groups.endpoint {
			q.kind = groups
		}
		return q.serve(id)
	case "ServiceProviderConfig", "ResourceTypes", "Schemas":
		if r.Method != http.MethodGet {
			return &refusal{Status: http.StatusMethodNotAllowed, Detail: "this can only be read"}
		}
		return h.describe(w, endpoint, id, r.URL.Query().Has("filter"))
	case "Me", "Bulk":
		return &refusal{Status: http.StatusNotImplemented, Detail: "not offered: see /ServiceProviderConfig"}
	}
	return missing()
}

// enter lets in who shows one of the organisation's tokens. An organisation that is not here is as one whose token is another.
func (s *Server) enter(w http.ResponseWriter, r *http.Request, tenant identity.TenantID) (*house, error) {
	now := s.Clock.Now()
	if wait := s.limits.guesses(r.RemoteAddr, now); wait > 0 {
		return nil, later(w, wait)
	}
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	h := s.houses[tenant]
	known := []string{""}
	if h != nil {
		known = h.tenant.Staff.SCIM.Tokens
	}
	got := sha256.Sum256([]byte(strings.TrimSpace(token)))
	ok := 0
	for _, k := range known { // each of them, however the first compares
		want := sha256.Sum256([]byte(k))
		ok |= subtle.ConstantTimeCompare(got[:], want[:])
	}
	if h == nil || ok == 0 || !strings.EqualFold(scheme, "Bearer") {
		s.limits.guessed(r.RemoteAddr, now)
		w.Header().Set("WWW-Authenticate", `Bearer realm="scim"`)
		return nil, &refusal{Status: http.StatusUnauthorized, Detail: "the bearer token is not this organisation's"}
	}
	if wait := s.limits.take(string(tenant), now); wait > 0 {
		return nil, later(w, wait)
	}
	return h, nil
}

func later(w http.ResponseWriter, wait time.Duration) error {
	w.Header().Set("Retry-After", strconv.Itoa(int((wait+time.Second-1)/time.Second)))
	return &refusal{Status: http.StatusTooManyRequests, Detail: "too many requests: nothing of this one was done, send it again"}
}
