// Package notifytest is what every sender of mail and of text messages has to pass, whichever protocol it speaks: a real driver
// against a simulator.
package notifytest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"samtjanst/integrations/notify"
	"samtjanst/platform/fault"
)

// Outage is how a receiver can fail, in terms that hold for every protocol.
type Outage int

// Outages.
const (
	None       Outage = iota
	Down              // no session
	Later             // refused for now
	Rejected          // the receiver does not exist
	Account           // it is we who are refused
	LoseAnswer        // the message is taken, the answer does not come, once
)

var expected = map[Outage]fault.Kind{
	Down: fault.Unavailable, Later: fault.Unavailable, Rejected: fault.Invalid, Account: fault.Unavailable, LoseAnswer: fault.Unavailable,
}

// Got is what the receiver sees.
type Got struct {
	ID, To, From, Subject, Text string
	Copies                      int // deliveries of the same ID
}

// Mail is a mailer with the simulator behind it.
type Mail struct {
	Mailer notify.Mailer
	Outage func(Outage)
	Inbox  func(to string) []Got
}

// Text is a texter with the simulator behind it.
type Text struct {
	Texter notify.Texter
	Outage func(Outage)
	Inbox  func(to string) []Got
}

// RunMailer runs the suite on mail.
func RunMailer(t *testing.T, start func(t *testing.T) Mail) {
	letter := notify.Mail{ID: "eff-01.anna", To: "anna.testsson@example.se", FromName: "Ekköpings kommun",
		Subject: "Något väntar på dig", Lang: "sv",
		Body: "Hej!\n\nLogga in på http://localhost:8080/mina-sidor så ser du vad det gäller.\n" + strings.Repeat("å", 200) + "\n.\nSlut\n"}

	t.Run("a mail arrives as it was written", func(t *testing.T) {
		s := start(t)
		if err := s.Mailer.Mail(context.Background(), letter); err != nil {
			t.Fatal(err)
		}
		in := s.Inbox(letter.To)
		if len(in) != 1 {
			t.Fatalf("%d mails", len(in))
		}
		if g := in[0]; g.Subject != letter.Subject || strings.TrimSpace(g.Text) != strings.TrimSpace(letter.Body) ||
			!strings.HasPrefix(g.From, letter.FromName) || !strings.HasPrefix(g.ID, letter.ID) {
			t.Errorf("got %+v", g)
		}
	})
	t.Run("faults", func(t *testing.T) {
		s := start(t)
		faults(t, s.Outage, func(ctx context.Context, id string) error {
			m := letter
			m.ID = id
			return s.Mailer.Mail(ctx, m)
		}, func() []Got { return s.Inbox(letter.To) }, letter.To)
	})
	t.Run("what cannot be sent", func(t *testing.T) {
		s := start(t)
		for name, spoil := range map[string]func(*notify.Mail){
			"no id":               func(m *notify.Mail) { m.ID = "" },
			"an id with a break":  func(m *notify.Mail) { m.ID = "a\r\nBcc: x@example.se" },
			"no receiver":         func(m *notify.Mail) { m.To = "" },
			"two receivers":       func(m *notify.Mail) { m.To = "a@example.se, b@example.se" },
			"a name and receiver": func(m *notify.Mail) { m.To = "Anna <a@example.se>" },
			"a subject with more": func(m *notify.Mail) { m.Subject = "Hej\r\nBcc: x@example.se" },
			"a sender with more":  func(m *notify.Mail) { m.FromName = "Hej\nBcc: x@example.se" },
		} {
			m := letter
			spoil(&m)
			if err := s.Mailer.Mail(context.Background(), m); !errors.Is(err, fault.Invalid) {
				t.Errorf("%s: %v, want invalid", name, err)
			}
		}
		if in := s.Inbox(""); len(in) != 0 {
			t.Errorf("%d mails went out", len(in))
		}
	})
}

// RunTexter runs the suite on text messages.
func RunTexter(t *testing.T, start func(t *testing.T) Text) {
	sms := notify.SMS{ID: "eff-02.erik", To: "+46701740606", From: "Ekkoping", Text: "Något väntar på dig. Logga in: http://localhost:8080/mina-sidor"}

	t.Run("a message arrives as it was written", func(t *testing.T) {
		s := start(t)
		if err := s.Texter.Text(context.Background(), sms); err != nil {
			t.Fatal(err)
		}
		in := s.Inbox(sms.To)
		if len(in) != 1 || in[0].Text != sms.Text || in[0].From != sms.From || in[0].ID != sms.ID {
			t.Errorf("got %+v", in)
		}
	})
	t.Run("faults", func(t *testing.T) {
		s := start(t)
		faults(t, s.Outage, func(ctx context.Context, id string) error {
			m := sms
			m.ID = id
			return s.Texter.Text(ctx, m)
		}, func() []Got { return s.Inbox(sms.To) }, sms.To)
	})
	t.Run("what cannot be sent", func(t *testing.T) {
		s := start(t)
		for name, spoil := range map[string]func(*notify.SMS){
			"no id":                  func(m *notify.SMS) { m.ID = "" },
			"a national number":      func(m *notify.SMS) { m.To = "0701740606" },
			"a number with a letter": func(m *notify.SMS) { m.To = "+4670174060x" },
			"a long sender":          func(m *notify.SMS) { m.From = "Ekkopings kommun" },
			"no text":                func(m *notify.SMS) { m.Text = "" },
			"a book":                 func(m *notify.SMS) { m.Text = strings.Repeat("å", 700) },
		} {
			m := sms
			spoil(&m)
			if err := s.Texter.Text(context.Background(), m); !errors.Is(err, fault.Invalid) {
				t.Errorf("%s: %v, want invalid", name, err)
			}
		}
		if in := s.Inbox(""); len(in) != 0 {
			t.Errorf("%d messages went out", len(in))
		}
	})
}

func faults(t *testing.T, outage func(Outage), send func(context.Context, string) error, inbox func() []Got, to string) {
	t.Helper()
	for o := Down; o <= LoseAnswer; o++ {
		id := fmt.Sprintf("eff-outage-%d", o)
		outage(o)
		err := send(context.Background(), id)
		if !errors.Is(err, expected[o]) {
			t.Errorf("outage %d: %v, want %v", o, err, expected[o])
		}
		if err != nil && strings.Contains(err.Error(), to) {
			t.Errorf("outage %d: the error names the receiver: %v", o, err)
		}
		outage(None)
		if err := send(context.Background(), id); err != nil { // the outbox tries again with the same id
			t.Errorf("after outage %d: %v", o, err)
		}
		var copies int
		for _, g := range inbox() {
			if strings.HasPrefix(g.ID, id) {
				copies += g.Copies
			}
		}
		if want := map[bool]int{true: 2, false: 1}[o == LoseAnswer]; copies != want {
			t.Errorf("outage %d: delivered %d times, want %d", o, copies, want)
		}
	}
	seen := map[string]bool{}
	for _, g := range inbox() {
		if seen[g.ID] {
			t.Errorf("%s is shown twice to a receiver that looks at the id", g.ID)
		}
		seen[g.ID] = true
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := send(ctx, "eff-cancelled"); !errors.Is(err, fault.Unavailable) {
		t.Errorf("a sender who gives up: %v, want unavailable", err)
	}
}
