// Package bolagsverket asks Bolagsverket's register of companies: the REST service "Värdefulla datamängder" version 1 (facts 5.4),
// which also carries Statistics Sweden's part.
//
// A look-up is one POST /organisationer with a bearer token (OAuth 2.0 client credentials). The answer is one of four: records, the
// service's own 404 (not found, which is an answer), a record in which a producer did not answer for a part (that part is unread),
// or nothing that can be used (the whole look-up is unanswered). The gateway's 404, for an address that does not exist, is a fault of
// our configuration: nobody is told that a company does not exist because of it.
//
// Invariants: a record that was not asked for is dropped, and an answer with nothing else is a fault; a sole trader's number is a
// personal number and is in no log, no error and nothing that is kept; only whole answers about legal persons are kept, for a moment.
package bolagsverket

import (
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"samtjanst/integrations/company"
	"samtjanst/integrations/rest"
	"samtjanst/integrations/tlsclient"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/idno"
)

const (
	source   = "Bolagsverket"
	scope    = "vardefulla-datamangder:read"
	path     = "/organisationer"
	maxBytes = 4 << 20
	maxKept  = 1000

	defaultPerMinute = 60
	burst            = 10
)

// Client is the register. Safe for concurrent use; make one and share it, since the limit on calls is per credentials.
type Client struct {
	config Config
	clock  clock.Clock
	rest   *rest.Client

	mu   sync.Mutex
	kept map[idno.Number]company.Answer
}

var _ company.Register = (*Client)(nil)

// New checks the configuration and gives a client; it does not call out. Fault: Invalid, naming the key.
func New(c Config, ck clock.Clock, log *slog.Logger) (*Client, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	hc, err := tlsclient.New(c.RootsFile, 0) // each look-up has its own time limit
	if err != nil {
		return nil, fault.New("bolagsverket.Config", fault.Invalid, err)
	}
	c.Keep = cmp.Or(c.Keep, time.Minute)
	c.BaseURL = strings.TrimSuffix(c.BaseURL, "/")
	return &Client{config: c, clock: ck, kept: map[idno.Number]company.Answer{}, rest: rest.New(rest.Register{
		Name: "bolagsverket", Source: source, HTTP: hc, Clock: ck, Log: log,
		Token:     rest.Credentials{URL: c.TokenURL, ID: c.ClientID, Secret: c.ClientSecret, Scope: scope},
		PerSecond: float64(cmp.Or(c.PerMinute, defaultPerMinute)) / 60, Burst: burst,
		Timeout: cmp.Or(c.Timeout, 6*time.Second), MaxBytes: maxBytes})}, nil
}

// Lookup implements company.Register.
func (c *Client) Lookup(ctx context.Context, q company.Question) (company.Answer, error) {
	l := rest.LookUp{Op: "bolagsverket.Lookup", What: "company look-up", Purpose: q.Purpose, Ref: q.Ref}
	if q.Number.IsZero() {
		return company.Answer{}, fault.Newf(l.Op, fault.Invalid, "nothing is asked about")
	}
	if err := l.Check(); err != nil {
		return company.Answer{}, err
	}
	if a, ok := c.recall(q.Number); ok {
		return a, nil
	}
	var a company.Answer
	unread := 0
	err := c.rest.LookUp(ctx, l, func(ctx context.Context) (_ []slog.Attr, err error) {
		a, err = c.fetch(ctx, q)
		for _, found := range a.Companies {
			unread += len(found.Unread)
		}
		return []slog.Attr{slog.Int("found", len(a.Companies)), slog.Int("unread", unread)}, err
	})
	if err != nil {
		return company.Answer{}, err
	}
	if unread == 0 && len(a.Companies) > 0 {
		c.keep(q.Number, a)
	}
	return a, nil
}

// recall gives an answer that is kept still.
func (c *Client) recall(n idno.Number) (company.Answer, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	a, ok := c.kept[n]
	return a, ok && c.clock.Now().Before(a.At.Add(c.config.Keep))
}

// keep takes a whole answer about a legal person; a personal number is never kept.
func (c *Client) keep(n idno.Number, a company.Answer) {
	if n.Kind() != idno.Organisation {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.kept) >= maxKept {
		clear(c.kept)
	}
	c.kept[n] = a
}

func (c *Client) fetch(ctx context.Context, q company.Question) (company.Answer, error) {
	const op = "bolagsverket.fetch"
	body, err := json.Marshal(map[string]string{"identitetsbeteckning": identity(q.Number)})
	if err != nil {
		return company.Answer{}, fault.New(op, fault.Internal, err)
	}
	a, err := c.rest.Call(ctx, rest.Call{Op: op, Method: http.MethodPost, URL: c.config.BaseURL + path, Header: map[string]string{"X-Request-Id": q.Ref}, Body: body})
	switch {
	case err != nil:
		return company.Answer{}, err
	case a.Status == http.StatusNotFound && isServices(a.Body):
		return company.Answer{At: c.clock.Now(), Source: source}, nil
	case a.Status != http.StatusOK:
		return company.Answer{}, rest.Refused(op, a.Status)
	}
	return decode(a.Body, q.Number, c.clock.Now())
}

// identity is a number as the register writes it: ten digits of an organisation, twelve of a person.
func identity(n idno.Number) string {
	if n.Kind() == idno.Organisation {
		return n.Digits()[2:]
	}
	return n.Digits()
}

// isServices tells the service's own 404 (RFC 7807, with its status as a number) from the gateway's, which means that the address is wrong.
func isServices(body []byte) bool {
	var problem struct {
		Status int `json:"status"`
		Code   any `json:"code"` // the gateway's, "900902"
	}
	return json.Unmarshal(body, &problem) == nil && problem.Status == http.StatusNotFound && problem.Code == nil
}
