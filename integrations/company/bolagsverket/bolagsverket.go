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
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

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
	http   *http.Client
	clock  clock.Clock
	log    *slog.Logger
	limit  *rate.Limiter
	token  *rest.Tokens

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
	if c.Timeout == 0 {
		c.Timeout = 6 * time.Second
	}
	if c.PerMinute == 0 {
		c.PerMinute = defaultPerMinute
	}
	if c.Keep == 0 {
		c.Keep = time.Minute
	}
	c.BaseURL = strings.TrimSuffix(c.BaseURL, "/")
	return &Client{config: c, http: hc, clock: ck, log: log,
		limit: rate.NewLimiter(rate.Every(time.Minute/time.Duration(c.PerMinute)), burst),
		token: rest.NewTokens("bolagsverket.token", rest.Credentials{URL: c.TokenURL, ID: c.ClientID, Secret: c.ClientSecret, Scope: scope}, hc, ck),
		kept:  map[idno.Number]company.Answer{}}, nil
}

// Lookup implements company.Register.
func (c *Client) Lookup(ctx context.Context, q company.Question) (company.Answer, error) {
	const op = "bolagsverket.Lookup"
	if err := check(q); err != nil {
		return company.Answer{}, fault.New(op, fault.Invalid, err)
	}
	if a, ok := c.recall(q.Number); ok {
		return a, nil
	}
	ctx, cancel := context.WithTimeout(ctx, c.config.Timeout)
	defer cancel()
	began := c.clock.Now()
	a, err := c.fetch(ctx, q)
	unread := 0
	for _, found := range a.Companies {
		unread += len(found.Unread)
	}
	c.log.LogAttrs(ctx, slog.LevelInfo, "company look-up",
		slog.String("source", source), slog.String("purpose", q.Purpose), slog.String("ref", q.Ref),
		slog.Int("found", len(a.Companies)), slog.Int("unread", unread),
		slog.Duration("took", c.clock.Now().Sub(began)), slog.String("fault", kind(err)))
	if err != nil {
		return company.Answer{}, fault.Wrap(op, err)
	}
	if unread == 0 && len(a.Companies) > 0 {
		c.keep(q.Number, a)
	}
	return a, nil
}

func kind(err error) string {
	if err == nil {
		return ""
	}
	return fault.KindOf(err).String()
}

var headerSafe = regexp.MustCompile(`^[!-~]{1,128}$`)

func check(q company.Question) error {
	switch {
	case q.Number.IsZero():
		return errors.New("nothing is asked about")
	case q.Purpose == "" || !headerSafe.MatchString(q.Ref):
		return errors.New("a look-up without purpose, or with a reference that cannot travel in a header")
	}
	return nil
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

// fetch is one call, repeated once with a new token when the old one is refused.
func (c *Client) fetch(ctx context.Context, q company.Question) (company.Answer, error) {
	const op = "bolagsverket.fetch"
	body, err := json.Marshal(map[string]string{"identitetsbeteckning": identity(q.Number)})
	if err != nil {
		return company.Answer{}, fault.New(op, fault.Internal, err)
	}
	for attempt := 0; ; attempt++ {
		token, err := c.token.Get(ctx)
		if err != nil {
			return company.Answer{}, err
		}
		if err := c.limit.Wait(ctx); err != nil {
			return company.Answer{}, fault.New(op, fault.Unavailable, errors.New("no time left before the limit on calls"))
		}
		status, answer, err := c.post(ctx, q.Ref, token, body)
		switch {
		case err != nil:
			return company.Answer{}, err
		case status == http.StatusUnauthorized && attempt == 0:
			c.token.Drop(token)
			continue
		case status == http.StatusNotFound && isServices(answer):
			return company.Answer{At: c.clock.Now(), Source: source}, nil
		case status != http.StatusOK:
			return company.Answer{}, rest.Refused(op, status)
		}
		return decode(answer, q.Number, c.clock.Now())
	}
}

func (c *Client) post(ctx context.Context, ref, token string, body []byte) (int, []byte, error) {
	const op = "bolagsverket.post"
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.config.BaseURL+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, fault.New(op, fault.Internal, err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("X-Request-Id", ref)
	return rest.Send(op, c.http, req, maxBytes)
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
