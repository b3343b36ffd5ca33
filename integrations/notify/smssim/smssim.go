// Package smssim is an SMS gateway that sends to nobody: what it takes is shown on the page /sms/ and given as JSON at
// /sms/api?to=number. The wire shape is that of integrations/notify/smshttp.
//
// A message is told apart by its reference: the same one again is taken and counted, not shown twice; the same reference with
// another content is refused with 409.
package smssim

import (
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"samtjanst/integrations/sim/journal"
	"samtjanst/integrations/sim/outage"
	"samtjanst/integrations/sim/shell"
	"samtjanst/platform/clock"
)

// GatewayPath is where messages are posted.
const GatewayPath = "/sms/v1/messages"

// Fault is a way in which the gateway fails.
type Fault string

// Faults.
const (
	Works      Fault = ""
	Down       Fault = "down" // closes the connection
	Later      Fault = "503"  // come back later
	TooMany    Fault = "429"  // over the limit
	Reject     Fault = "422"  // no such subscriber
	Forbidden  Fault = "403"  // the account is closed
	LoseAnswer Fault = "lost" // takes the message and breaks the connection before saying so
)

// Options says how the gateway is reached.
type Options struct {
	Clock clock.Clock
	Token string
	Path  string // file that keeps the messages over a restart; "" for memory
}

// Message is one text message.
type Message struct {
	Reference string    `json:"reference"`
	To        string    `json:"to"`
	From      string    `json:"from"`
	Text      string    `json:"text"`
	At        time.Time `json:"at"`
	Copies    int       `json:"copies"` // how many times it was posted
}

// Sim is the gateway and its inbox. Safe for concurrent use.
type Sim struct {
	options Options
	outage  *outage.Switch[Fault]

	mu  sync.Mutex // looking for a reference and adding it are one step
	box *journal.Journal[Message]
}

// New makes the gateway.
func New(o Options) (*Sim, error) {
	box, err := journal.Open[Message](o.Path)
	if err != nil {
		return nil, err
	}
	return &Sim{options: o, box: box, outage: outage.New(Down, Later, TooMany, Reject, Forbidden, LoseAnswer)}, nil
}

// Close closes the inbox.
func (s *Sim) Close() error { return s.box.Close() }

// Fail makes the gateway fail, as many times; 0 means until told otherwise.
func (s *Sim) Fail(f Fault, times int) error { return s.outage.Set(f, times) }

// Messages gives the messages to a number, newest first; "" gives all.
func (s *Sim) Messages(to string) []Message {
	return journal.Counted(s.box.All(), func(m Message) bool { return to == "" || m.To == to },
		func(a, b Message) bool { return a.Reference == b.Reference }, func(m *Message) *int { return &m.Copies })
}

// API serves the gateway itself.
func (s *Sim) API() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+GatewayPath, s.take)
	return mux
}

var e164 = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

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
	var m Message
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16))
	if err := d.Decode(&m); err != nil || !e164.MatchString(m.To) || m.Text == "" || m.From == "" || m.Reference == "" ||
		r.Header.Get("Idempotency-Key") != m.Reference {
		http.Error(w, "not a message", http.StatusBadRequest)
		return
	}
	m.At, m.Copies = s.options.Clock.Now(), 0
	if !s.keep(w, m) {
		return
	}
	if fault == LoseAnswer {
		panic(http.ErrAbortHandler)
	}
	shell.JSON(w, http.StatusAccepted, map[string]string{"reference": m.Reference, "status": "accepted"})
}

func (s *Sim) keep(w http.ResponseWriter, m Message) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range s.box.All() {
		if o.Reference == m.Reference && (o.To != m.To || o.Text != m.Text || o.From != m.From) {
			http.Error(w, "the reference has been used for another message", http.StatusConflict)
			return false
		}
	}
	if err := s.box.Add(m); err != nil {
		http.Error(w, "no room", http.StatusServiceUnavailable)
		return false
	}
	return true
}
