// Package smtp sends mail through the organisation's SMTP server.
//
// Each mail is one connection, one recipient and one transaction, so that a server's answer is about that mail alone. The
// Message-ID is made of Mail.ID and the sender's domain: a mail that is sent again after an unclear answer has the same one.
// What the server says after it has taken the message (RSET, QUIT) does not matter any more and is no fault.
//
// No error holds an address: the library's own texts do, and are therefore not passed on.
package smtp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/mail"
	"net/textproto"
	"regexp"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"samtjanst/integrations/notify"
	"samtjanst/integrations/tlsclient"
	"samtjanst/platform/fault"
)

// TLS says how the connection is protected.
type TLS string

// Policies. Credentials are sent under the first two only.
const (
	StartTLS      TLS = "starttls"      // upgrade, or do not send
	Implicit      TLS = "implicit"      // TLS from the first byte (port 465)
	Opportunistic TLS = "opportunistic" // upgrade when offered
	Plain         TLS = "none"          // a relay on the same machine
)

// Config is how to reach the server. The keys are those of the configuration file.
type Config struct {
	Host      string        `yaml:"host"`
	Port      int           `yaml:"port"`
	TLS       TLS           `yaml:"tls"`       // starttls when empty
	RootsFile string        `yaml:"rootsFile"` // PEM; "" for the system's
	Username  string        `yaml:"username"`
	Password  string        `yaml:"password"`
	From      string        `yaml:"from"`    // bare address
	Timeout   time.Duration `yaml:"timeout"` // of one mail; 20 s when zero
}

// Validate says which key is wrong. Fault: Invalid.
func (c Config) Validate() error {
	const op = "smtp.Config"
	switch {
	case c.Host == "":
		return fault.Newf(op, fault.Invalid, "host is missing")
	case c.Port < 1 || c.Port > 65535:
		return fault.Newf(op, fault.Invalid, "port is not between 1 and 65535")
	case c.TLS != "" && c.TLS != StartTLS && c.TLS != Implicit && c.TLS != Opportunistic && c.TLS != Plain:
		return fault.Newf(op, fault.Invalid, "tls is not one of starttls, implicit, opportunistic, none")
	case (c.Username == "") != (c.Password == ""):
		return fault.Newf(op, fault.Invalid, "username and password go together")
	case c.Password != "" && (c.TLS == Opportunistic || c.TLS == Plain):
		return fault.Newf(op, fault.Invalid, "password is not sent with tls %s", c.TLS)
	case !bare(c.From):
		return fault.Newf(op, fault.Invalid, "from is not an address")
	case c.Timeout < 0:
		return fault.Newf(op, fault.Invalid, "timeout is negative")
	}
	return nil
}

func bare(addr string) bool {
	a, err := mail.ParseAddress(addr)
	return err == nil && a.Address == addr && a.Name == ""
}

// Mailer sends. Safe for concurrent use.
type Mailer struct {
	config Config
	domain string
	client *gomail.Client
}

var _ notify.Mailer = (*Mailer)(nil)

// New checks the configuration; it does not connect. Fault: Invalid, naming the key.
func New(c Config) (*Mailer, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if c.Timeout == 0 {
		c.Timeout = 20 * time.Second
	}
	roots, err := tlsclient.Roots(c.RootsFile)
	if err != nil {
		return nil, fault.New("smtp.Config", fault.Invalid, err)
	}
	conf := &tls.Config{ServerName: c.Host, MinVersion: tls.VersionTLS12, RootCAs: roots}
	domain := c.From[strings.LastIndexByte(c.From, '@')+1:]
	opts := []gomail.Option{gomail.WithPort(c.Port), gomail.WithTimeout(c.Timeout), gomail.WithTLSConfig(conf),
		gomail.WithHELO(domain), gomail.WithoutNoop()}
	switch c.TLS {
	case Implicit:
		opts = append(opts, gomail.WithSSL())
	case Opportunistic:
		opts = append(opts, gomail.WithTLSPolicy(gomail.TLSOpportunistic))
	case Plain:
		opts = append(opts, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		opts = append(opts, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if c.Username != "" {
		opts = append(opts, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(c.Username), gomail.WithPassword(c.Password))
	}
	client, err := gomail.NewClient(c.Host, opts...)
	if err != nil {
		return nil, fault.New("smtp.Config", fault.Invalid, err)
	}
	return &Mailer{c, domain, client}, nil
}

var safeID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$`)

// Mail implements notify.Mailer.
func (m *Mailer) Mail(ctx context.Context, n notify.Mail) error {
	const op = "smtp.Mail"
	msg, err := m.compose(n)
	if err != nil {
		return fault.New(op, fault.Invalid, err)
	}
	ctx, cancel := context.WithTimeout(ctx, m.config.Timeout)
	defer cancel()
	conn, err := m.client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return fault.New(op, fault.Unavailable, fmt.Errorf("no session with the mail server: %w", unopened(err)))
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() }) // wakes a send that the context has given up
	defer stop()
	err = m.client.SendWithSMTPClient(conn, msg)
	_ = m.client.CloseWithSMTPClient(conn) // the message is taken or it is not: parting changes nothing
	return classify(op, err)
}

// compose checks what could break out of a header and builds the message.
func (m *Mailer) compose(n notify.Mail) (*gomail.Msg, error) {
	switch {
	case !safeID.MatchString(n.ID):
		return nil, errors.New("the id cannot be a Message-ID")
	case !bare(n.To):
		return nil, errors.New("the receiver is not an address")
	case strings.ContainsAny(n.Subject+n.FromName+n.Lang, "\r\n\x00"):
		return nil, errors.New("a header with a line break")
	}
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := msg.FromFormat(n.FromName, m.config.From); err != nil {
		return nil, errors.New("the sender's name cannot be written")
	}
	if err := msg.To(n.To); err != nil {
		return nil, errors.New("the receiver is not an address")
	}
	msg.SetMessageIDWithValue(n.ID + "@" + m.domain)
	msg.Subject(n.Subject)
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no out-of-office replies, please
	if n.Lang != "" {
		msg.SetGenHeader("Content-Language", n.Lang)
	}
	msg.SetBodyString(gomail.TypeTextPlain, n.Body)
	return msg, nil
}

// unopened tells why there is no session: the server's code, of what it says no more, or what kept it from saying anything.
func unopened(err error) error {
	if said, ok := errors.AsType[*textproto.Error](err); ok {
		return fmt.Errorf("it answered %d", said.Code)
	}
	return tlsclient.Why(err)
}

// classify reads the server's code. Only a permanent answer about the receiver or the message is Invalid; one about us (sender
// refused, login, no room) is somebody's to put right, after which the mail can still go.
func classify(op string, err error) error {
	if err == nil {
		return nil
	}
	var s *gomail.SendError
	if !errors.As(err, &s) {
		return fault.New(op, fault.Unavailable, errors.New("the mail server broke off"))
	}
	code := s.ErrorCode()
	switch s.Reason {
	case gomail.ErrSMTPReset: // comes after the message has been taken
		return nil
	case gomail.ErrSMTPRcptTo, gomail.ErrSMTPData, gomail.ErrSMTPDataClose:
		if code >= 500 && code <= 599 {
			return fault.Newf(op, fault.Invalid, "the mail server answered %d %s", code, s.EnhancedStatusCode())
		}
	}
	return fault.Newf(op, fault.Unavailable, "the mail server answered %d %s", code, s.EnhancedStatusCode())
}
