// Package mailsim is a mail server that delivers to nobody: what it takes is shown on the page /mail/ and given as JSON at
// /mail/api?to=address.
//
// A message is told apart by its Message-ID. One that comes again (a sender that did not get its answer) is counted, not shown
// twice, as a receiver that looks at the Message-ID would do. [Sim.Fail] scripts the faults of real servers.
package mailsim

import (
	"crypto/subtle"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"samtjanst/integrations/sim/journal"
	"samtjanst/integrations/sim/outage"
	"samtjanst/platform/clock"
)

// Fault is a way in which the server fails.
type Fault string

// Faults.
const (
	Works        Fault = ""
	Down         Fault = "down"    // 421 to everybody
	Later        Fault = "later"   // 451 to the receiver: come back later (greylisting, a full disk)
	Reject       Fault = "reject"  // 550 to the receiver: no such mailbox
	RejectText   Fault = "content" // 554 to the message
	RefuseSender Fault = "sender"  // 550 to the sender
	LoseAnswer   Fault = "lost"    // takes the message and breaks the connection before saying so
)

// Options says how the server is reached.
type Options struct {
	Clock              clock.Clock
	TLS                *tls.Config // offers STARTTLS when set
	Username, Password string      // demanded when set
	Path               string      // file that keeps the mail over a restart; "" for memory
}

// Message is one mail.
type Message struct {
	ID      string    `json:"id"` // Message-ID without brackets
	To      string    `json:"to"`
	From    string    `json:"from"` // as the header has it, decoded
	Subject string    `json:"subject"`
	Body    string    `json:"body"`
	Lang    string    `json:"lang,omitempty"`
	At      time.Time `json:"at"`
	Copies  int       `json:"copies"` // how many times it was delivered
}

// Sim is the server and its mailbox. Safe for concurrent use.
type Sim struct {
	options Options
	server  *smtp.Server
	box     *journal.Journal[Message]

	outage *outage.Switch[Fault]

	mu        sync.Mutex
	listeners []net.Listener
	closed    bool
}

// New makes the server; [Sim.Serve] starts it.
func New(o Options) (*Sim, error) {
	box, err := journal.Open[Message](o.Path)
	if err != nil {
		return nil, err
	}
	s := &Sim{options: o, box: box,
		outage: outage.New(Down, Later, Reject, RejectText, RefuseSender, LoseAnswer)}
	s.server = smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		if s.outage.Strikes(Down) {
			return nil, &smtp.SMTPError{Code: 421, EnhancedCode: smtp.EnhancedCode{4, 3, 2}, Message: "shutting down"}
		}
		return &session{sim: s, conn: c}, nil
	}))
	s.server.Domain = "localhost"
	s.server.TLSConfig = o.TLS
	s.server.MaxRecipients = 1
	s.server.MaxMessageBytes = 1 << 20
	s.server.ReadTimeout, s.server.WriteTimeout = 30*time.Second, 30*time.Second
	s.server.AllowInsecureAuth = o.TLS == nil
	s.server.ErrorLog = discard{}
	return s, nil
}

type discard struct{}

func (discard) Printf(string, ...any) {}
func (discard) Println(...any)        {}

// Serve takes mail on the listener until Close; not at all when that has been called already.
func (s *Sim) Serve(l net.Listener) error {
	if !s.keep(l) {
		return l.Close()
	}
	if err := s.server.Serve(l); err != nil && !errors.Is(err, smtp.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("mailsim: %w", err)
	}
	return nil
}

// keep remembers a listener for Close. The server itself knows only of those that it has begun to serve: a Close just before would leave it
// accepting for ever.
func (s *Sim) keep(l net.Listener) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.listeners = append(s.listeners, l)
	return !s.closed
}

// Close stops the server and closes the mailbox.
func (s *Sim) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	errs := []error{s.server.Close()}
	for _, l := range s.listeners {
		errs = append(errs, l.Close())
	}
	errs = slices.DeleteFunc(errs, func(err error) bool { return errors.Is(err, smtp.ErrServerClosed) || errors.Is(err, net.ErrClosed) })
	return errors.Join(append(errs, s.box.Close())...)
}

// Fail makes the server fail, as many times; 0 means until told otherwise.
func (s *Sim) Fail(f Fault, times int) error { return s.outage.Set(f, times) }

// Messages gives the mail to an address, newest first; "" gives all of it.
func (s *Sim) Messages(to string) []Message {
	return journal.Counted(s.box.All(), func(m Message) bool { return to == "" || strings.EqualFold(m.To, to) },
		func(a, b Message) bool { return a.ID == b.ID && a.To == b.To }, func(m *Message) *int { return &m.Copies })
}

type session struct {
	sim  *Sim
	conn *smtp.Conn
	auth bool
	to   string
}

func (n *session) AuthMechanisms() []string {
	if n.sim.options.Username == "" {
		return nil
	}
	return []string{sasl.Plain}
}

func (n *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != n.sim.options.Username || subtle.ConstantTimeCompare([]byte(password), []byte(n.sim.options.Password)) != 1 {
			return smtp.ErrAuthFailed
		}
		n.auth = true
		return nil
	}), nil
}

func (n *session) Mail(string, *smtp.MailOptions) error {
	if n.sim.options.Username != "" && !n.auth {
		return smtp.ErrAuthRequired
	}
	if n.sim.outage.Strikes(RefuseSender) {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "sender refused"}
	}
	return nil
}

func (n *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	switch {
	case n.sim.outage.Strikes(Later):
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "come back later"}
	case n.sim.outage.Strikes(Reject):
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such mailbox"}
	}
	n.to = to
	return nil
}

func (n *session) Data(r io.Reader) error {
	m, err := read(r)
	if err != nil {
		return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 6, 0}, Message: "the message cannot be read"}
	}
	if n.sim.outage.Strikes(RejectText) {
		return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "the message is refused"}
	}
	m.To, m.At = n.to, n.sim.options.Clock.Now()
	if err := n.sim.box.Add(m); err != nil {
		return &smtp.SMTPError{Code: 452, EnhancedCode: smtp.EnhancedCode{4, 3, 1}, Message: "no room"}
	}
	if n.sim.outage.Strikes(LoseAnswer) {
		return n.conn.Conn().Close()
	}
	return nil
}

func (n *session) Reset()        { n.to = "" }
func (n *session) Logout() error { return nil }

// read takes a message of one text part, which is all that the platform sends.
func read(r io.Reader) (Message, error) {
	raw, err := mail.ReadMessage(r)
	if err != nil {
		return Message{}, fmt.Errorf("mailsim: %w", err)
	}
	word := new(mime.WordDecoder)
	decode := func(key string) string {
		s, err := word.DecodeHeader(raw.Header.Get(key))
		if err != nil {
			return raw.Header.Get(key)
		}
		return s
	}
	body := raw.Body
	switch strings.ToLower(raw.Header.Get("Content-Transfer-Encoding")) {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	b, err := io.ReadAll(body)
	if err != nil {
		return Message{}, fmt.Errorf("mailsim: %w", err)
	}
	from := raw.Header.Get("From")
	if a, err := raw.Header.AddressList("From"); err == nil && len(a) == 1 {
		from = strings.TrimSpace(a[0].Name + " <" + a[0].Address + ">")
	}
	return Message{ID: strings.Trim(raw.Header.Get("Message-Id"), "<>"), From: from, Subject: decode("Subject"),
		Body: strings.ReplaceAll(string(b), "\r\n", "\n"), Lang: raw.Header.Get("Content-Language")}, nil
}
