// Package handoversim is the other side of the handovers: the transport operator and the school system of the demo. It takes
// deliveries by webhook, verifies and shows them at /transport/, and drops ride lists into the folder that the platform reads.
//
// Deliveries are told apart by their reference: one that comes again is counted, not shown twice. One whose signature does not
// match is refused with 401 and not shown at all.
package handoversim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"time"

	"samtjanst/integrations/handover/webhook"
	"samtjanst/integrations/sim/journal"
	"samtjanst/integrations/sim/outage"
	"samtjanst/platform/clock"
)

// HookPath is where a receiver takes deliveries: HookPath + its ID.
const HookPath = "/transport/hook/"

const maxBody = 32 << 20

// Fault is a way in which the receivers fail.
type Fault string

// Faults.
const (
	Works      Fault = ""
	Down       Fault = "down" // closes the connection
	Later      Fault = "503"
	Reject     Fault = "422"
	LoseAnswer Fault = "lost" // takes the delivery and breaks the connection before saying so
)

// Options says who receives.
type Options struct {
	Clock     clock.Clock
	Receivers []Receiver
	Path      string // file that keeps the deliveries over a restart; "" for memory
	RideLists string // folder that the platform reads; made when it does not exist; "" for none
}

// Receiver is one system.
type Receiver struct {
	ID     string // "transport"
	Name   string // shown
	Secret string
}

// Delivery is what a receiver has taken.
type Delivery struct {
	Receiver string            `json:"receiver"`
	Ref      string            `json:"ref"`
	Kind     string            `json:"kind"`
	Columns  []string          `json:"columns"`
	Rows     []json.RawMessage `json:"rows"` // objects
	At       time.Time         `json:"at"`
	Copies   int               `json:"copies"` // how many times it came
}

// Cells gives a row's values in the order of the columns, as text.
func (d Delivery) Cells(row json.RawMessage) ([]string, error) {
	var m map[string]any
	dec := json.NewDecoder(bytes.NewReader(row))
	dec.UseNumber()
	if err := dec.Decode(&m); err != nil {
		return nil, fmt.Errorf("handoversim: %w", err)
	}
	out := make([]string, len(d.Columns))
	for i, c := range d.Columns {
		switch v := m[c].(type) {
		case nil:
		case bool:
			out[i] = map[bool]string{true: "ja", false: "nej"}[v]
		default:
			out[i] = fmt.Sprint(v)
		}
	}
	return out, nil
}

// Sim is the receivers. Safe for concurrent use.
type Sim struct {
	options Options
	outage  *outage.Switch[Fault]
	box     *journal.Journal[Delivery]
}

// New makes the receivers.
func New(o Options) (*Sim, error) {
	if o.RideLists != "" {
		if err := os.MkdirAll(o.RideLists, 0o750); err != nil {
			return nil, fmt.Errorf("handoversim: %w", err)
		}
	}
	box, err := journal.Open[Delivery](o.Path)
	if err != nil {
		return nil, err
	}
	return &Sim{options: o, outage: outage.New(Down, Later, Reject, LoseAnswer), box: box}, nil
}

// Close closes what is kept.
func (s *Sim) Close() error { return s.box.Close() }

// Fail makes the receivers fail, as many times; 0 means until told otherwise.
func (s *Sim) Fail(f Fault, times int) error { return s.outage.Set(f, times) }

// Deliveries gives what a receiver has taken, newest first; "" gives all.
func (s *Sim) Deliveries(receiver string) []Delivery {
	return journal.Counted(s.box.All(), func(d Delivery) bool { return receiver == "" || d.Receiver == receiver },
		func(a, b Delivery) bool { return a.Ref == b.Ref && a.Receiver == b.Receiver }, func(d *Delivery) *int { return &d.Copies })
}

// API takes the deliveries.
func (s *Sim) API() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+HookPath+"{id}", s.take)
	return mux
}

func (s *Sim) take(w http.ResponseWriter, r *http.Request) {
	fault := s.outage.Take()
	if outage.Answer(w, fault) {
		return
	}
	i := slices.IndexFunc(s.options.Receivers, func(c Receiver) bool { return c.ID == r.PathValue("id") })
	if i < 0 {
		http.NotFound(w, r)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return
	}
	ref := r.Header.Get(webhook.RefHeader)
	now := s.options.Clock.Now()
	if err := webhook.Verify([]byte(s.options.Receivers[i].Secret), r.Header.Get(webhook.SignatureHeader), ref, body, now); err != nil {
		http.Error(w, "the signature is not ours", http.StatusUnauthorized)
		return
	}
	d := Delivery{Receiver: s.options.Receivers[i].ID}
	if err := json.Unmarshal(body, &d); err != nil || d.Ref != ref || len(d.Columns) == 0 {
		http.Error(w, "not a delivery", http.StatusBadRequest)
		return
	}
	d.Receiver, d.At, d.Copies = s.options.Receivers[i].ID, now, 0
	if err := s.box.Add(d); err != nil {
		http.Error(w, "no room", http.StatusServiceUnavailable)
		return
	}
	if fault == LoseAnswer {
		panic(http.ErrAbortHandler)
	}
	w.WriteHeader(http.StatusNoContent)
}
