// Package navetsim speaks Skatteverket's REST service "folkbokföringsuppgifter för offentliga aktörer" version 3 (facts 3.1)
// over the personas of the demo: the token endpoint and hamta, both to be served over mutual TLS.
//
// What the real service refuses, this one refuses: a missing or wrong bearer token, gateway header, order or content type,
// more than 900 identities, more than 25 calls a second. [Sim.Fail] makes it fail as a whole; [Sim.Protect], [Sim.Custody],
// [Sim.Deregister] and [Sim.Move] change a person while somebody is in the middle of an application. The pages at /navet/
// show each record as it is answered, and have the same switches; POST /navet/script takes them as JSON.
package navetsim

import (
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"samtjanst/integrations/sim/journal"
	"samtjanst/integrations/sim/oauth"
	"samtjanst/integrations/sim/outage"
	"samtjanst/integrations/sim/personas"
	"samtjanst/integrations/sim/shell"
	"samtjanst/platform/clock"
	"samtjanst/platform/idno"
)

// Paths of the service.
const (
	TokenPath = "/oauth2/v1/sysorg/token"
	FetchPath = "/folkbokforing/folkbokforingsuppgifter-for-offentliga-aktorer/v3/hamta"
)

const (
	maxAsked  = 900
	perSecond = 25 // calls that the real service allows
)

// Options says who is in the register and who may ask.
type Options struct {
	Personas []personas.Persona // nil means everybody
	Clock    clock.Clock

	TokenID, TokenSecret     string
	GatewayID, GatewaySecret string
	Organisation             string // twelve digits
	Order                    string

	Delay     time.Duration // of Slow; 20 s when zero
	PerSecond int           // calls allowed; those of the real service when zero
}

// Sim is the register. Safe for concurrent use.
type Sim struct {
	options Options
	clock   clock.Clock
	limit   *rate.Limiter
	outage  *outage.Switch[Fault]
	tokens  *oauth.Server
	calls   journal.Last[Call]

	mu     sync.Mutex
	people map[personas.ID]*person
	number map[string]*person // by present and former number; digits
	order  []personas.ID
}

type person struct {
	personas.Persona
	markMissing bool
}

// New makes the register.
func New(o Options) *Sim {
	if o.Personas == nil {
		o.Personas = personas.All()
	}
	if o.Delay == 0 {
		o.Delay = 20 * time.Second
	}
	if o.PerSecond == 0 {
		o.PerSecond = perSecond
	}
	s := &Sim{options: o, clock: o.Clock, limit: rate.NewLimiter(rate.Limit(o.PerSecond), o.PerSecond),
		tokens: oauth.New(oauth.Options{Clock: o.Clock, ID: o.TokenID, Secret: o.TokenSecret, Scopes: []string{"fbfuppgoffakt"}}),
		outage: outage.New(Slow, Down, Error500, TooMany, Refused, BadRequest, OldToken, Malformed, WrongType, Partial)}
	s.Reset()
	return s
}

// API serves the token endpoint and hamta. In reality they are two hosts; here they are two paths of one.
func (s *Sim) API() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST "+TokenPath, s.tokens)
	mux.HandleFunc("POST "+FetchPath, s.fetch)
	return mux
}

type question struct {
	Order struct {
		Organisation string `json:"organisationsnummer"`
		ID           string `json:"bestallningsidentitet"`
	} `json:"bestallning"`
	Terms []struct {
		ID string `json:"identitetsbeteckning"`
	} `json:"sokvillkor"`
}

func (s *Sim) fetch(w http.ResponseWriter, r *http.Request) {
	fault := s.outage.Take()
	if fault == OldToken {
		s.tokens.Forget()
	}
	if status, ok := s.admit(r); !ok {
		s.refuse(w, status)
		return
	}
	var q question
	r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
	if err := json.NewDecoder(r.Body).Decode(&q); err != nil || len(q.Terms) == 0 || len(q.Terms) > maxAsked ||
		q.Order.Organisation != s.options.Organisation || q.Order.ID != s.options.Order {
		s.refuse(w, http.StatusBadRequest)
		return
	}
	switch fault {
	case Slow:
		if !outage.Wait(r.Context(), s.options.Delay) {
			return
		}
	case Down:
		panic(http.ErrAbortHandler) // closes the connection without an answer
	case Error500:
		s.refuse(w, http.StatusInternalServerError)
		return
	case TooMany:
		s.refuse(w, http.StatusTooManyRequests)
		return
	case Refused:
		s.refuse(w, http.StatusForbidden)
		return
	case BadRequest:
		s.refuse(w, http.StatusBadRequest)
		return
	case WrongType:
		shell.JSON(w, http.StatusOK, object{"folkbokforingsposter": "inga", "status": 200})
		return
	}
	answer := s.answer(r.Header.Get("skv_client_correlation_id"), q, fault == Partial)
	if fault == Malformed {
		b, _ := json.Marshal(answer) // maps of strings: cannot fail
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(b[:len(b)/2])
		return
	}
	shell.JSON(w, http.StatusOK, answer)
}

func (s *Sim) admit(r *http.Request) (int, bool) {
	if !s.limit.Allow() {
		return http.StatusTooManyRequests, false
	}
	_, admitted := s.tokens.Admits(r)
	switch {
	case !admitted:
		return http.StatusUnauthorized, false
	case r.Header.Get("client_id") != s.options.GatewayID || !oauth.Same(r.Header.Get("client_secret"), s.options.GatewaySecret):
		return http.StatusUnauthorized, false
	case r.Header.Get("skv_client_correlation_id") == "":
		return http.StatusBadRequest, false
	case r.Header.Get("Content-Type") != "application/json":
		return http.StatusUnsupportedMediaType, false
	}
	return 0, true
}

func (s *Sim) answer(ref string, q question, partial bool) object {
	s.mu.Lock()
	defer s.mu.Unlock()
	records, errs := []object{}, []object{}
	call := Call{At: s.clock.Now(), Ref: ref}
	for i, term := range q.Terms {
		if partial && i == 0 {
			continue
		}
		o, id, ok := s.find(term.ID)
		switch {
		case ok:
			records = append(records, o)
			call.IDs = append(call.IDs, id)
		case idno.Valid(term.ID):
			errs = append(errs, object{"id": term.ID, "orsakskod": 404, "orsakskodsbeskrivning": "Personen finns inte"})
		default:
			errs = append(errs, object{"id": term.ID, "orsakskod": 400, "orsakskodsbeskrivning": "Felaktig identitetsbeteckning"})
		}
	}
	s.calls.Add(call)
	return object{"folkbokforingsposter": records, "fel": errs, "status": 200, "tidpunkt": s.clock.Now().Format(time.RFC3339)}
}

func (s *Sim) find(digits string) (object, personas.ID, bool) {
	p, ok := s.number[digits]
	switch {
	case !ok:
		return nil, "", false
	case p.Number.Digits() == digits:
		return record(p.Persona, p.markMissing), p.ID, true
	}
	return referral(idno.Must(digits), p.Persona), p.ID, true
}

func (s *Sim) refuse(w http.ResponseWriter, status int) {
	shell.JSON(w, status, object{"fel": []object{{"orsakskod": status, "orsakskodsbeskrivning": http.StatusText(status)}},
		"status": status, "tidpunkt": s.clock.Now().Format(time.RFC3339)})
}
