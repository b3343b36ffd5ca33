// Package bolagsverketsim speaks Bolagsverket's REST service "Värdefulla datamängder" version 1 (facts 5.4) over the companies of the
// demo: the token endpoint, isalive, organisationer and dokumentlista.
//
// What the real service refuses, this one refuses: a missing, wrong or ended token (the gateway's 900902), another scope, another content
// type, a number that is none (the service's 400), more than 60 calls a minute. [Sim.Fail] makes it fail as a whole; [Sim.Set]
// changes a company while somebody is in the middle of an application. The pages at /bolagsverket/ show each record as it is answered,
// and have the same switches; POST /bolagsverket/script takes them as JSON.
package bolagsverketsim

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"samtjanst/integrations/sim/companies"
	"samtjanst/integrations/sim/outage"
	"samtjanst/platform/clock"
	"samtjanst/platform/idno"
)

// Paths of the service on the hub: in reality the token endpoint is another host's.
const (
	TokenPath = "/bolagsverket/oauth2/token"
	BasePath  = "/bolagsverket/vardefulla-datamangder/v1"
)

const (
	scopeRead = "vardefulla-datamangder:read"
	scopePing = "vardefulla-datamangder:ping"
	tokenLife = time.Hour
	perMinute = 60
	keepCalls = 200
)

// Options says which companies there are and who may ask.
type Options struct {
	Companies []companies.Entry // nil means the cast
	Clock     clock.Clock

	ClientID, ClientSecret string

	Delay     time.Duration // of Slow; 20 s when zero
	PerMinute int           // calls allowed; 60 when zero
}

// Sim is the register. Safe for concurrent use.
type Sim struct {
	options Options
	clock   clock.Clock
	limit   *rate.Limiter
	outage  *outage.Switch[Fault]

	mu     sync.Mutex
	tokens map[string]token
	list   []companies.Entry
	calls  []Call
}

type token struct {
	until  time.Time
	scopes []string
}

// New makes the register.
func New(o Options) *Sim {
	if o.Companies == nil {
		o.Companies = companies.All()
	}
	if o.Delay == 0 {
		o.Delay = 20 * time.Second
	}
	if o.PerMinute == 0 {
		o.PerMinute = perMinute
	}
	s := &Sim{options: o, clock: o.Clock, tokens: map[string]token{},
		limit:  rate.NewLimiter(rate.Every(time.Minute/time.Duration(o.PerMinute)), o.PerMinute),
		outage: outage.New(Slow, Down, Error500, TooMany, Forbidden, OldToken, NoRoute, Malformed, WrongType, Lying, Nameless)}
	s.Reset()
	return s
}

// API serves the token endpoint and the service.
func (s *Sim) API() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+TokenPath, s.token)
	mux.HandleFunc("GET "+BasePath+"/isalive", s.alive)
	mux.HandleFunc("POST "+BasePath+"/organisationer", s.organisations)
	mux.HandleFunc("POST "+BasePath+"/dokumentlista", s.documents)
	return mux
}

func (s *Sim) token(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<16)
	if err := r.ParseForm(); err != nil || r.PostForm.Get("grant_type") != "client_credentials" {
		reply(w, http.StatusBadRequest, object{"error": "unsupported_grant_type"})
		return
	}
	if r.PostForm.Get("client_id") != s.options.ClientID || !same(r.PostForm.Get("client_secret"), s.options.ClientSecret) {
		reply(w, http.StatusUnauthorized, object{"error": "invalid_client", "error_description": "Client Authentication failed."})
		return
	}
	scopes := strings.Fields(r.PostForm.Get("scope"))
	for _, one := range scopes {
		if one != scopeRead && one != scopePing {
			reply(w, http.StatusBadRequest, object{"error": "invalid_scope"})
			return
		}
	}
	value := rand.Text()
	s.mu.Lock()
	s.tokens[value] = token{s.clock.Now().Add(tokenLife), scopes}
	s.mu.Unlock()
	reply(w, http.StatusOK, object{"access_token": value, "token_type": "Bearer", "expires_in": int(tokenLife.Seconds()), "scope": strings.Join(scopes, " ")})
}

func same(given, secret string) bool {
	return subtle.ConstantTimeCompare([]byte(given), []byte(secret)) == 1
}

func (s *Sim) alive(w http.ResponseWriter, r *http.Request) {
	if s.admit(w, r, scopePing) {
		w.Header().Set("Content-Type", "text/plain")
		_, _ = w.Write([]byte("OK")) // the caller has gone: nobody to tell
	}
}

// admit answers what the gateway refuses.
func (s *Sim) admit(w http.ResponseWriter, r *http.Request, scope string) bool {
	value, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	s.mu.Lock()
	t := s.tokens[value]
	s.mu.Unlock()
	switch {
	case !bearer || !s.clock.Now().Before(t.until):
		gateway(w, http.StatusUnauthorized, "900902", "Missing Credentials")
	case !slices.Contains(t.scopes, scope):
		gateway(w, http.StatusForbidden, "900910", "The access token does not allow you to access the requested resource")
	case !s.limit.AllowN(s.clock.Now(), 1):
		gateway(w, http.StatusTooManyRequests, "900802", "Message throttled out")
	default:
		return true
	}
	return false
}

// about reads whom a call is about. The service writes ten digits of an organisation and twelve of a person.
func about(w http.ResponseWriter, r *http.Request) (idno.Number, bool) {
	var q struct {
		Identity string `json:"identitetsbeteckning"`
	}
	r.Body = http.MaxBytesReader(w, r.Body, 1<<16)
	if r.Header.Get("Content-Type") != "application/json" || r.Header.Get("X-Request-Id") == "" {
		problem(w, r, http.StatusBadRequest, "Felaktiga huvuden")
		return idno.Number{}, false
	}
	if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
		problem(w, r, http.StatusBadRequest, "Begäran kan inte läsas")
		return idno.Number{}, false
	}
	if len(q.Identity) == 10 {
		if n, err := idno.ParseOrganisation(q.Identity); err == nil {
			return n, true
		}
	}
	if idno.Valid(q.Identity) {
		return idno.Must(q.Identity), true
	}
	problem(w, r, http.StatusBadRequest, "Identitetsbeteckning har ogiltigt format")
	return idno.Number{}, false
}

func (s *Sim) organisations(w http.ResponseWriter, r *http.Request) {
	fault := s.outage.Take()
	if fault == OldToken {
		s.mu.Lock()
		clear(s.tokens)
		s.mu.Unlock()
	}
	if fault == Down {
		panic(http.ErrAbortHandler) // closes the connection without an answer
	}
	if !s.admit(w, r, scopeRead) {
		return
	}
	n, ok := about(w, r)
	if !ok || s.fails(w, r, fault) {
		return
	}
	found := s.answer(r.Header.Get("X-Request-Id"), n, fault)
	if len(found) == 0 {
		problem(w, r, http.StatusNotFound, "Organisationen finns inte")
		return
	}
	body := object{"organisationer": found}
	if fault == Malformed {
		b, _ := json.Marshal(body) // maps of strings: cannot fail
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(b[:len(b)/2])
		return
	}
	reply(w, http.StatusOK, body)
}

// fails answers with a fault that says nothing of any company.
func (s *Sim) fails(w http.ResponseWriter, r *http.Request, f Fault) bool {
	switch f {
	case Slow:
		select {
		case <-time.After(s.options.Delay):
			return false
		case <-r.Context().Done():
		}
	case Error500:
		problem(w, r, http.StatusInternalServerError, "Tekniskt fel")
	case TooMany:
		gateway(w, http.StatusTooManyRequests, "900802", "Message throttled out")
	case Forbidden:
		gateway(w, http.StatusForbidden, "900908", "API Subscription validation failed")
	case NoRoute:
		gateway(w, http.StatusNotFound, "404", "No matching resource found for given API Request")
	case WrongType:
		reply(w, http.StatusOK, object{"organisationer": "inga"})
	case Nameless: // neither producer answered, not even for the number
		silent := object{"typ": unavailable, "felBeskrivning": "Uppkoppling mot Bolagsverket misslyckades."}
		reply(w, http.StatusOK, object{"organisationer": []object{{"organisationsidentitet": nil, "organisationsnamn": object{"fel": silent}}}})
	default:
		return false
	}
	return true
}

// answer gives the records about a number, and notes the call.
func (s *Sim) answer(ref string, n idno.Number, f Fault) []object {
	s.mu.Lock()
	defer s.mu.Unlock()
	call := Call{At: s.clock.Now(), Ref: ref}
	var out []object
	for _, e := range s.list {
		if e.Number == n {
			call.IDs = append(call.IDs, e.ID)
			if f == Lying {
				e.Number = companies.Nobody
			}
			out = append(out, record(e.Company))
		}
	}
	s.calls = append(s.calls, call)
	if n := len(s.calls); n > keepCalls {
		s.calls = s.calls[n-keepCalls:]
	}
	return out
}

// documents lists annual reports: nobody in the cast has filed any digitally.
func (s *Sim) documents(w http.ResponseWriter, r *http.Request) {
	if !s.admit(w, r, scopeRead) {
		return
	}
	if _, ok := about(w, r); ok {
		reply(w, http.StatusOK, object{"dokument": []object{}})
	}
}

// gateway answers as the API gateway does, before the service has seen anything.
func gateway(w http.ResponseWriter, status int, code, text string) {
	reply(w, status, object{"code": code, "message": text, "description": text})
}

// problem answers as the service does (RFC 7807).
func problem(w http.ResponseWriter, r *http.Request, status int, detail string) {
	reply(w, status, object{"type": "about:blank", "instance": strings.TrimPrefix(r.URL.Path, BasePath), "status": status,
		"requestId": r.Header.Get("X-Request-Id"), "title": http.StatusText(status), "detail": detail})
}

type object = map[string]any

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the caller has gone: nobody to tell
}
