// Package smshttp sends text messages through a gateway over HTTP.
//
// The wire shape is small on purpose, so that a gateway of any brand is one translation away:
//
//	POST <url>
//	Authorization: Bearer <token>
//	Content-Type: application/json
//	Idempotency-Key: <reference>
//
//	{"reference": "…", "to": "+46701740605", "from": "Ekkoping", "text": "…"}
//
// Answers are by their status alone, as [rest.Taken] has it: any 2xx is taken, also when the same reference has been taken before (the
// receiver gets it once).
package smshttp

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"samtjanst/integrations/notify"
	"samtjanst/integrations/rest"
	"samtjanst/integrations/settings"
	"samtjanst/integrations/tlsclient"
	"samtjanst/platform/fault"
)

// maxText is ten parts of a concatenated message in UCS-2; a notice is one or two.
const maxText = 670

// Config is how to reach the gateway. The keys are those of the configuration file.
type Config struct {
	URL       string        `yaml:"url"` // https; http only to this machine
	Token     string        `yaml:"token"`
	RootsFile string        `yaml:"rootsFile"` // PEM; "" for the system's
	Timeout   time.Duration `yaml:"timeout"`   // 10 s when zero
}

// Validate says which keys are wrong. Fault: Invalid.
func (c Config) Validate() error {
	var check settings.Check
	check.Address("url", c.URL)
	check.Needed("token", c.Token)
	check.Duration("timeout", c.Timeout, 0)
	return check.Err("smshttp.Config")
}

// Texter sends. Safe for concurrent use.
type Texter struct {
	config Config
	http   *http.Client
}

var _ notify.Texter = (*Texter)(nil)

// New checks the configuration; it does not call out. Fault: Invalid, naming the key.
func New(c Config) (*Texter, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	client, err := tlsclient.New(c.RootsFile, cmp.Or(c.Timeout, 10*time.Second))
	if err != nil {
		return nil, fault.New("smshttp.Config", fault.Invalid, err)
	}
	return &Texter{c, client}, nil
}

var (
	e164     = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
	safeID   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$`)
	senderID = regexp.MustCompile(`^[A-Za-z0-9 ]{1,11}$`)
	// The networks take a sender of Latin letters only.
	fold = strings.NewReplacer("å", "a", "ä", "a", "ö", "o", "é", "e", "ü", "u", "Å", "A", "Ä", "A", "Ö", "O", "É", "E", "Ü", "U")
)

type message struct {
	Reference string `json:"reference"`
	To        string `json:"to"`
	From      string `json:"from"`
	Text      string `json:"text"`
}

// Text implements notify.Texter. Swedish letters in the sender are written without rings and dots.
func (t *Texter) Text(ctx context.Context, s notify.SMS) error {
	const op = "smshttp.Text"
	m := message{s.ID, s.To, fold.Replace(s.From), s.Text}
	switch {
	case !safeID.MatchString(m.Reference):
		return fault.New(op, fault.Invalid, errors.New("the id cannot be a reference"))
	case !e164.MatchString(m.To):
		return fault.New(op, fault.Invalid, errors.New("the receiver is not a number in the form +46…"))
	case !senderID.MatchString(m.From):
		return fault.New(op, fault.Invalid, errors.New("the sender is not 1 to 11 letters or digits"))
	case m.Text == "" || utf8.RuneCountInString(m.Text) > maxText:
		return fault.New(op, fault.Invalid, errors.New("the text is empty or too long"))
	}
	b, err := json.Marshal(m)
	if err != nil {
		return fault.New(op, fault.Internal, err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, t.config.URL, bytes.NewReader(b))
	if err != nil {
		return fault.New(op, fault.Internal, err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+t.config.Token)
	req.Header.Set("Idempotency-Key", m.Reference)
	return rest.Deliver(op, t.http, req)
}
