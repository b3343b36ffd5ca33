// Package navet asks Skatteverket's register of the population: the REST service "folkbokföringsuppgifter för offentliga
// aktörer" version 3 (facts 3.1, 3.3, 3.4).
//
// A look-up is one POST /v3/hamta with a bearer token (OAuth 2.0 client credentials, scope fbfuppgoffakt, both over mutual
// TLS) and the API gateway's headers. Each person's answer is one of three: a record, an error 404 of his or her own (not
// found, which is an answer), or nothing at all (then the whole look-up is unanswered: unread is never "does not exist").
//
// Invariants: a protection mark that is absent or unknown protects; the address and municipality of a protected person are
// dropped while decoding, so that no caller can show them; a record that was not asked for is dropped; nothing is cached
// but the token; no error and no log line holds anything about a person.
package navet

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"samtjanst/integrations/population"
	"samtjanst/integrations/rest"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/idno"
)

const (
	scope    = "fbfuppgoffakt"
	path     = "/folkbokforing/folkbokforingsuppgifter-for-offentliga-aktorer/v3/hamta"
	source   = "Navet"
	maxAsked = 900      // identities in one call
	maxBytes = 32 << 20 // 900 records with history are some megabytes
	maxHops  = 3        // a number that refers to a number that refers to a number
)

// The register allows 25 calls a second. A bucket of 5 refilled with 20 a second never lets more than 25 through in any second.
const (
	defaultPerSecond = 20
	burst            = 5
)

// Client is the register. Safe for concurrent use; make one and share it, since the limit on calls is per organisation.
type Client struct {
	config Config
	clock  clock.Clock
	rest   *rest.Client
}

var _ population.Register = (*Client)(nil)

// New checks the configuration, reads the certificates and gives a client; it does not call out. Fault: Invalid, naming the key.
func New(c Config, ck clock.Clock, log *slog.Logger) (*Client, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	hc, err := c.transport()
	if err != nil {
		return nil, err
	}
	c.BaseURL = strings.TrimSuffix(c.BaseURL, "/")
	return &Client{config: c, clock: ck, rest: rest.New(rest.Register{
		Name: "navet", Source: source, HTTP: hc, Clock: ck, Log: log,
		Token:     rest.Credentials{URL: c.TokenURL, ID: c.TokenID, Secret: c.TokenSecret, Scope: scope},
		PerSecond: float64(cmp.Or(c.PerSecond, defaultPerSecond)), Burst: burst,
		Timeout: cmp.Or(c.Timeout, 8*time.Second), MaxBytes: maxBytes})}, nil
}

// Lookup implements population.Register. A number that refers to a new one (hänvisning) is followed: the person comes under the
// new number with the old in Former.
func (c *Client) Lookup(ctx context.Context, q population.Question) (population.Answer, error) {
	l := rest.LookUp{Op: "navet.Lookup", What: "population look-up", Purpose: q.Purpose, Ref: q.Ref}
	asked, err := check(q)
	if err != nil {
		return population.Answer{}, fault.New(l.Op, fault.Invalid, err)
	}
	var a population.Answer
	err = c.rest.LookUp(ctx, l, func(ctx context.Context) (_ []slog.Attr, err error) {
		a, err = c.follow(ctx, q.Ref, asked)
		return []slog.Attr{slog.Int("asked", len(asked)), slog.Int("found", len(a.People)), slog.Int("missing", len(a.Missing))}, err
	})
	if err != nil {
		return population.Answer{}, err
	}
	return a, nil
}

// check gives the numbers without repetition.
func check(q population.Question) ([]idno.Number, error) {
	var out []idno.Number
	for _, n := range q.Numbers {
		if n.Kind() != idno.Personal && n.Kind() != idno.Coordination {
			return nil, errors.New("a number is not a person's")
		}
		if !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	switch {
	case len(out) == 0:
		return nil, errors.New("nobody is asked about")
	case len(out) > maxAsked:
		return nil, errors.New("more than 900 are asked about")
	}
	return out, nil
}

// follow asks, and asks again for those whose number has been replaced.
func (c *Client) follow(ctx context.Context, ref string, asked []idno.Number) (population.Answer, error) {
	out := population.Answer{Source: source}
	formerOf := map[idno.Number][]idno.Number{} // new number → those that refer to it
	original := slices.Clone(asked)
	for hop := 0; len(asked) > 0; hop++ {
		if hop > maxHops {
			return out, fault.New("navet.follow", fault.Unavailable, errors.New("numbers refer to each other in a circle"))
		}
		got, err := c.fetch(ctx, ref, asked)
		if err != nil {
			return out, err
		}
		out.At = got.at
		for _, n := range got.missing {
			// Told by the number that was asked for: the caller has never seen the one it refers to.
			for _, n := range append([]idno.Number{n}, formerOf[n]...) {
				if slices.Contains(original, n) {
					out.Missing = append(out.Missing, n)
				}
			}
		}
		asked = nil
		for _, r := range got.records {
			if !r.replaced() {
				out.People = append(out.People, r.person)
				continue
			}
			to := r.refersTo[0]
			formerOf[to] = append(append(formerOf[to], r.person.Number), formerOf[r.person.Number]...)
			known := slices.ContainsFunc(out.People, func(p population.Person) bool { return p.Number == to }) ||
				slices.ContainsFunc(got.records, func(r record) bool { return r.person.Number == to })
			if !known && !slices.Contains(asked, to) {
				asked = append(asked, to)
			}
		}
	}
	for i, p := range out.People {
		for _, old := range formerOf[p.Number] {
			if !slices.Contains(p.Former, old) {
				p.Former = append(p.Former, old)
			}
		}
		out.People[i] = p
	}
	return out, nil
}

func (c *Client) fetch(ctx context.Context, ref string, asked []idno.Number) (decoded, error) {
	const op = "navet.fetch"
	body, err := json.Marshal(newRequest(c.config, asked))
	if err != nil {
		return decoded{}, fault.New(op, fault.Internal, err)
	}
	a, err := c.rest.Call(ctx, rest.Call{Op: op, Method: http.MethodPost, URL: c.config.BaseURL + path, Body: body, Header: map[string]string{
		"client_id": c.config.GatewayID, "client_secret": c.config.GatewaySecret, "skv_client_correlation_id": ref}})
	switch {
	case err != nil:
		return decoded{}, err
	case a.Status != http.StatusOK:
		return decoded{}, rest.Refused(op, a.Status)
	}
	return decode(a.Body, asked, c.clock.Now())
}
