// Package bolagsverketsim speaks Bolagsverket's REST service "Värdefulla datamängder" version 1 (facts 5.4) over the companies of the
// demo: the token endpoint, isalive, organisationer and dokumentlista.
//
// What the real service refuses, this one refuses: a missing, wrong or ended token (the gateway's 900902), another scope, another content
// type, a number that is none (the service's 400), more than 60 calls a minute. [Sim.Fail] makes it fail as a whole; [Sim.Set]
// changes a company while somebody is in the middle of an application. The pages at /bolagsverket/ show each record as it is answered,
// and have the same switches; POST /bolagsverket/script takes them as JSON.
package bolagsverketsim

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"samtjanst/integrations/sim/companies"
	"samtjanst/integrations/sim/journal"
	"samtjanst/integrations/sim/oauth"
	"samtjanst/integrations/sim/outage"
	"samtjanst/integrations/sim/shell"
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
	perMinute = 60
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
	tokens  *oauth.Server
	calls   journal.Last[Call]

	mu   sync.Mutex
	list []companies.Entry
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
	s := &Sim{options: o, clock: o.Clock,
		tokens: oauth.New(oauth.Options{Clock: o.Clock, ID: o.ClientID, Secret: o.ClientSecret, Scopes: []string{scopeRead, scopePing}}),
		limit:  rate.NewLimiter(rate.Every(time.Minute/time.Duration(o.PerMinute)), o.PerMinute),
		outage: outage.New(Slow, Down, Error500, TooMany, Forbidden, OldToken, NoRoute, Malformed, WrongType, Lying, Nameless)}
	s.Reset()
	return s
}

// API serves the token endpoint and the service.
func (s *Sim) API() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST "+TokenPath, s.tokens)
	mux.HandleFunc("GET "+BasePath+"/isalive", s.alive)
	mux.HandleFunc("POST "+BasePath+"/organisationer", s.organisations)
	mux.HandleFunc("POST "+BasePath+"/dokumentlista", s.documents)
	return mux
}

func (s *Sim) alive(w http.ResponseWriter, r *http.Request) {
	if s.admit(w, r, scopePing) {
		w.Header().Set("Content-Type", "text/plain")
		_, _ = w.Write([]byte("OK")) // the caller has gone: nobody to tell
	}
}

// admit answers what the gateway refuses.
func (s *Sim) admit(w http.ResponseWriter, r *http.Request, scope string) bool {
	scopes, ok := s.tokens.Admits(r)
	switch {
	case !ok:
		oauth.Refuse(w, http.StatusUnauthorized, "900902", "Missing Credentials")
	case !slices.Contains(scopes, scope):
		oauth.Refuse(w, http.StatusForbidden, "900910", "The access token does not allow you to access the requested resource")
	case !s.limit.AllowN(s.clock.Now(), 1):
		oauth.Refuse(w, http.StatusTooManyRequests, "900802", "Message throttled out")
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
		s.tokens.Forget()
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
	shell.JSON(w, http.StatusOK, body)
}

// fails answers with a fault that says nothing of any company.
func (s *Sim) fails(w http.ResponseWriter, r *http.Request, f Fault) bool {
	switch f {
	case Slow:
		return !outage.Wait(r.Context(), s.options.Delay)
	case Error500:
		problem(w, r, http.StatusInternalServerError, "Tekniskt fel")
	case TooMany:
		oauth.Refuse(w, http.StatusTooManyRequests, "900802", "Message throttled out")
	case Forbidden:
		oauth.Refuse(w, http.StatusForbidden, "900908", "API Subscription validation failed")
	case NoRoute:
		oauth.Refuse(w, http.StatusNotFound, "404", "No matching resource found for given API Request")
	case WrongType:
		shell.JSON(w, http.StatusOK, object{"organisationer": "inga"})
	case Nameless: // neither producer answered, not even for the number
		silent := object{"typ": unavailable, "felBeskrivning": "Uppkoppling mot Bolagsverket misslyckades."}
		shell.JSON(w, http.StatusOK, object{"organisationer": []object{{"organisationsidentitet": nil, "organisationsnamn": object{"fel": silent}}}})
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
	s.calls.Add(call)
	return out
}

// documents lists annual reports: nobody in the cast has filed any digitally.
func (s *Sim) documents(w http.ResponseWriter, r *http.Request) {
	if !s.admit(w, r, scopeRead) {
		return
	}
	if _, ok := about(w, r); ok {
		shell.JSON(w, http.StatusOK, object{"dokument": []object{}})
	}
}

// problem answers as the service does (RFC 7807).
func problem(w http.ResponseWriter, r *http.Request, status int, detail string) {
	shell.JSON(w, status, object{"type": "about:blank", "instance": strings.TrimPrefix(r.URL.Path, BasePath), "status": status,
		"requestId": r.Header.Get("X-Request-Id"), "title": http.StatusText(status), "detail": detail})
}

type object = map[string]any
