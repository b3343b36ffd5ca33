// Package dispatchsim is an access point in eDelivery with everybody else behind it: courts, the police, wards. What it takes is shown on
// the page /sdk/. The wire shape is that of integrations/dispatch/accesspoint.
//
// A message is told apart by its id: the same one again has the same receipt; another one under the same id is refused with 409. Whoever is
// not among the participants is not found.
package dispatchsim

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"samtjanst/integrations/dispatch"
	"samtjanst/integrations/dispatch/accesspoint"
	"samtjanst/integrations/sim/journal"
	"samtjanst/integrations/sim/outage"
	"samtjanst/integrations/sim/shell"
	"samtjanst/platform/clock"
)

// Path is where the access point answers: Path + "/messages/" + id.
const Path = "/sdk/rest"

const maxBody = dispatch.MaxBytes*2 + 1<<20

// Fault is a way in which the access point fails.
type Fault string

// Faults.
const (
	Works      Fault = ""
	Down       Fault = "down" // closes the connection
	Later      Fault = "503"
	Forbidden  Fault = "403"    // the account is closed
	Reject     Fault = "422"    // the message is refused
	LoseAnswer Fault = "lost"   // takes the message and breaks the connection before saying so
	Astray     Fault = "astray" // the receipt is of another message
)

// Options says how the access point is reached, and who is behind it.
type Options struct {
	Clock        clock.Clock
	Token        string
	Participants []dispatch.Address
	Path         string // file that keeps the messages over a restart; "" for memory
}

// Message is one that came.
type Message struct {
	dispatch.Message
	At      time.Time
	Receipt string
}

// Sim is the access point. Safe for concurrent use.
type Sim struct {
	options Options
	outage  *outage.Switch[Fault]

	mu  sync.Mutex // looking for an id and adding it are one step
	box *journal.Journal[Message]
}

// New makes the access point.
func New(o Options) (*Sim, error) {
	box, err := journal.Open[Message](o.Path)
	if err != nil {
		return nil, err
	}
	return &Sim{options: o, box: box, outage: outage.New(Down, Later, Forbidden, Reject, LoseAnswer, Astray)}, nil
}

// Close closes what is kept.
func (s *Sim) Close() error { return s.box.Close() }

// Fail makes the access point fail, as many times; 0 means until told otherwise.
func (s *Sim) Fail(f Fault, times int) error { return s.outage.Set(f, times) }

// Messages gives all that have come, newest first.
func (s *Sim) Messages() []Message {
	out := slices.Clone(s.box.All())
	slices.Reverse(out)
	return out
}

// API takes messages.
func (s *Sim) API() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("PUT "+Path+"/messages/{id}", s.take)
	return mux
}

func (s *Sim) take(w http.ResponseWriter, r *http.Request) {
	fault := s.outage.Take()
	if outage.Answer(w, fault) {
		return
	}
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if subtle.ConstantTimeCompare([]byte(token), []byte(s.options.Token)) != 1 {
		http.Error(w, "unknown account", http.StatusUnauthorized)
		return
	}
	var wire accesspoint.Wire
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&wire); err != nil {
		http.Error(w, "not a message", http.StatusBadRequest)
		return
	}
	m := wire.Message(r.PathValue("id"))
	switch {
	case m.Check() != nil || m.Digest() != wire.Digest:
		http.Error(w, "not a message, or not the one that was sent", http.StatusBadRequest)
		return
	case !slices.Contains(s.options.Participants, m.To):
		http.Error(w, "nobody has that address", http.StatusNotFound)
		return
	}
	kept, code := s.keep(m)
	if code != http.StatusOK && code != http.StatusCreated {
		http.Error(w, http.StatusText(code), code)
		return
	}
	answer := accesspoint.WireReceipt{ID: kept.Receipt, At: kept.At, Digest: wire.Digest}
	switch fault {
	case LoseAnswer:
		panic(http.ErrAbortHandler)
	case Astray:
		answer.Digest = strings.Repeat("0", len(wire.Digest))
	}
	shell.JSON(w, code, answer)
}

func (s *Sim) keep(m dispatch.Message) (Message, int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range s.box.All() {
		switch {
		case o.ID == m.ID && o.Digest() == m.Digest():
			return o, http.StatusOK
		case o.ID == m.ID:
			return o, http.StatusConflict
		}
	}
	kept := Message{Message: m, At: s.options.Clock.Now(), Receipt: rand.Text()}
	if err := s.box.Add(kept); err != nil {
		return kept, http.StatusServiceUnavailable
	}
	return kept, http.StatusCreated
}
