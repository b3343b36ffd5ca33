// Package dispatchtest is what every sender of messages between authorities has to pass, whichever protocol it speaks: a real driver
// against a simulator in which Court takes messages.
package dispatchtest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"samtjanst/integrations/dispatch"
	"samtjanst/platform/fault"

	"github.com/google/go-cmp/cmp"
)

// Outage is how the other side can fail, in terms that hold for every protocol.
type Outage int

// Outages.
const (
	None       Outage = iota
	Down              // no answer
	Later             // refused for now
	Account           // it is we who are refused
	Rejected          // the message is refused for good
	LoseAnswer        // the message is taken, the receipt does not come
	Astray            // the receipt is of something else
)

var expected = map[Outage]fault.Kind{Down: fault.Unavailable, Later: fault.Unavailable, Account: fault.Unavailable, Rejected: fault.Invalid,
	LoseAnswer: fault.Unavailable, Astray: fault.Unavailable}

// Court is a participant that is there, Nowhere one that is not.
const (
	Court   dispatch.Address = "0203:forvaltningsratten.example"
	Nowhere dispatch.Address = "0203:ingenstans.example"
)

// Letter is a message as it should be.
var Letter = dispatch.Message{ID: "c1-17", Conversation: "c1", From: "0203:ekkoping.example", To: Court, Subject: "Underställning",
	Attachments: []dispatch.Attachment{{Name: "beslut.pdf", Type: "application/pdf", Bytes: []byte("%PDF-1.7 hemligheten")}, {Name: "följebrev.pdf", Type: "application/pdf", Bytes: []byte("%PDF-1.7 brev")}}}

// Subject is a driver with the simulator behind it.
type Subject struct {
	Sender dispatch.Sender
	Outage func(Outage) // until told otherwise
	Got    func() []dispatch.Message
}

// Run runs the suite; start gives a fresh subject.
func Run(t *testing.T, start func(t *testing.T) Subject) {
	t.Run("a message comes as it was sent, and has a receipt", func(t *testing.T) {
		s := start(t)
		r, err := s.Sender.Send(t.Context(), Letter)
		if err != nil || r.ID == "" || r.At.IsZero() || r.Digest != Letter.Digest() {
			t.Fatalf("%+v %v", r, err)
		}
		if diff := cmp.Diff([]dispatch.Message{Letter}, s.Got()); diff != "" {
			t.Fatal(diff)
		}
		again, err := s.Sender.Send(t.Context(), Letter)
		if err != nil || again.ID != r.ID || len(s.Got()) != 1 {
			t.Fatalf("sent again: %+v %v, %d messages", again, err, len(s.Got()))
		}
		other := Letter
		other.Subject = "Något annat"
		if _, err := s.Sender.Send(t.Context(), other); !errors.Is(err, fault.Invalid) {
			t.Errorf("another message with the same id: %v", err)
		}
	})
	t.Run("nobody has the address", func(t *testing.T) {
		s := start(t)
		m := Letter
		m.To = Nowhere
		if _, err := s.Sender.Send(t.Context(), m); !errors.Is(err, fault.NotFound) {
			t.Fatal(err)
		}
	})
	t.Run("outages", func(t *testing.T) { outages(t, start(t)) })
	t.Run("what cannot be sent", func(t *testing.T) {
		s := start(t)
		for name, spoil := range map[string]func(*dispatch.Message){
			"no id": func(m *dispatch.Message) { m.ID = "" }, "an id that leads elsewhere": func(m *dispatch.Message) { m.ID = "../x" },
			"no conversation": func(m *dispatch.Message) { m.Conversation = "" }, "a mail address": func(m *dispatch.Message) { m.To = "a@example.se" },
			"no sender": func(m *dispatch.Message) { m.From = "" }, "no subject": func(m *dispatch.Message) { m.Subject = "" },
			"nothing": func(m *dispatch.Message) { m.Attachments = nil }, "an empty file": func(m *dispatch.Message) { m.Attachments = []dispatch.Attachment{{Name: "x", Type: "text/plain"}} },
		} {
			m := Letter
			spoil(&m)
			if _, err := s.Sender.Send(t.Context(), m); !errors.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if n := len(s.Got()); n != 0 {
			t.Errorf("%d messages went out", n)
		}
	})
	t.Run("a caller who gives up", func(t *testing.T) {
		s := start(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := s.Sender.Send(ctx, Letter); !errors.Is(err, fault.Unavailable) {
			t.Error(err)
		}
	})
}

func outages(t *testing.T, s Subject) {
	for o := Down; o <= Astray; o++ {
		m := Letter
		m.ID = fmt.Sprintf("c1-%d", 100+o)
		s.Outage(o)
		_, err := s.Sender.Send(t.Context(), m)
		if !errors.Is(err, expected[o]) {
			t.Errorf("outage %d: %v, want %v", o, err, expected[o])
		}
		if err != nil && (strings.Contains(err.Error(), "hemligheten") || strings.Contains(err.Error(), string(m.To))) {
			t.Errorf("outage %d: the error tells what was sent: %v", o, err)
		}
		s.Outage(None)
		if _, err := s.Sender.Send(t.Context(), m); err != nil {
			t.Errorf("after outage %d: %v", o, err)
		}
		n := 0
		for _, got := range s.Got() {
			if got.ID == m.ID {
				n++
			}
		}
		if n != 1 {
			t.Errorf("after outage %d it came %d times", o, n)
		}
	}
}
