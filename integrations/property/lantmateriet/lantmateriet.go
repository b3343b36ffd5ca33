// Package lantmateriet asks Lantmäteriet's registers of addresses and of designations of property: the REST services Belägenhetsadress
// Direkt v4.2 and Registerbeteckning Direkt v5 (facts 5.5).
//
// Both are searched by GET /referens/fritext with a bearer token (OAuth 2.0 client credentials), within one municipality. Which property
// each address stands on is a second call, POST / with includeData=berorkrets; when it fails the property is unread, and the addresses are
// an answer all the same. A 404 of the service's own (a Fault, which has a reason) is "nothing found"; the gateway's 404, for an address
// that does not exist, is a fault of our configuration: nobody is told that an address does not exist because of it.
//
// Invariants: what is asked about is in no log and no error, and no answer is kept; what is told about something that was not asked about
// is dropped.
package lantmateriet

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"samtjanst/integrations/property"
	"samtjanst/integrations/rest"
	"samtjanst/integrations/tlsclient"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
)

const (
	source   = "Lantmäteriet"
	maxBytes = 4 << 20

	// maxFound is how many hits are given. One more is asked for, so that it is known whether there are others. A street whose numbers
	// begin with what was typed has room in it; who types less is not helped by a longer list.
	maxFound = 50

	defaultPerMinute = 120
	burst            = 20
)

// Client is the register. Safe for concurrent use; make one and share it, since the limit on calls is per credentials.
type Client struct {
	config Config
	clock  clock.Clock
	log    *slog.Logger
	rest   *rest.Client
}

var _ property.Register = (*Client)(nil)

// New checks the configuration and gives a client; it does not call out. Fault: Invalid, naming the key.
func New(c Config, ck clock.Clock, log *slog.Logger) (*Client, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	hc, err := tlsclient.New(c.RootsFile, 0) // each look-up has its own time limit
	if err != nil {
		return nil, fault.New("lantmateriet.Config", fault.Invalid, err)
	}
	c.AddressURL, c.DesignationURL = strings.TrimSuffix(c.AddressURL, "/"), strings.TrimSuffix(c.DesignationURL, "/")
	return &Client{config: c, clock: ck, log: log, rest: rest.New(rest.Register{
		Name: "lantmateriet", Source: source, HTTP: hc, Clock: ck, Log: log,
		Token:     rest.Credentials{URL: c.TokenURL, ID: c.ClientID, Secret: c.ClientSecret, Scope: c.Scope, Basic: true},
		PerSecond: float64(cmp.Or(c.PerMinute, defaultPerMinute)) / 60, Burst: burst,
		Timeout: cmp.Or(c.Timeout, 6*time.Second), MaxBytes: maxBytes})}, nil
}

// Addresses implements property.Register.
func (c *Client) Addresses(ctx context.Context, q property.Question) (property.Answer[property.Address], error) {
	return ask(ctx, c, "address", c.config.AddressURL, q, c.addresses)
}

// Units implements property.Register.
func (c *Client) Units(ctx context.Context, q property.Question) (property.Answer[property.Unit], error) {
	return ask(ctx, c, "property", c.config.DesignationURL, q, c.units)
}

// ask is what both kinds of look-ups have in common.
func ask[T any](ctx context.Context, c *Client, what, base string, q property.Question,
	find func(context.Context, property.Question) ([]T, error)) (property.Answer[T], error) {
	l := rest.LookUp{Op: "lantmateriet.ask", What: "property look-up", Purpose: q.Purpose, Ref: q.Ref}
	err := q.Check()
	if err == nil && base == "" {
		err = errors.New("the product is not configured")
	}
	if err != nil {
		return property.Answer[T]{}, fault.New(l.Op, fault.Invalid, err)
	}
	var found []T
	err = c.rest.LookUp(ctx, l, func(ctx context.Context) (_ []slog.Attr, err error) {
		found, err = find(ctx, q)
		return []slog.Attr{slog.String("what", what), slog.Int("found", len(found))}, err
	})
	if err != nil {
		return property.Answer[T]{}, err
	}
	a := property.Answer[T]{Found: found, At: c.clock.Now(), Source: source}
	if len(found) > maxFound {
		a.Found, a.More = found[:maxFound:maxFound], true
	}
	return a, nil
}

// fritext is the path of both services' searches.
const fritext = "/referens/fritext"

func (c *Client) addresses(ctx context.Context, q property.Question) ([]property.Address, error) {
	query := url.Values{"adress": {strings.TrimSpace(q.Text)}, "kommunkod": {q.Municipality}, "status": {"Gällande"},
		"maxHits": {strconv.Itoa(maxFound + 1)}, "splitAdress": {"true"}}
	body, err := c.call(ctx, http.MethodGet, c.config.AddressURL+fritext+"?"+query.Encode(), q.Ref, nil)
	if err != nil {
		return nil, err
	}
	found, err := decodeAddresses(body)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	c.standsOn(ctx, found, q.Ref)
	return found, nil
}

// standsOn tells which property each address stands on, or that it is unread.
func (c *Client) standsOn(ctx context.Context, found []property.Address, ref string) {
	ids := make([]string, len(found))
	for i, a := range found {
		ids[i] = a.ID
	}
	units, err := c.stand(ctx, ids, ref)
	if err != nil {
		c.log.LogAttrs(ctx, slog.LevelWarn, "which property an address stands on is unread",
			slog.String("source", source), slog.String("ref", ref), slog.String("fault", rest.Outcome(err)))
	}
	for i := range found {
		unit, told := units[found[i].ID]
		if found[i].Unit = unit; !told {
			found[i].Unread = []property.Part{property.PartUnit}
		}
	}
}

func (c *Client) stand(ctx context.Context, ids []string, ref string) (map[string]property.Unit, error) {
	asked, err := json.Marshal(ids)
	if err != nil {
		return nil, fault.New("lantmateriet.stand", fault.Internal, err)
	}
	body, err := c.call(ctx, http.MethodPost, c.config.AddressURL+"/?includeData=berorkrets", ref, asked)
	if err != nil {
		return nil, err
	}
	return decodeStand(body)
}

func (c *Client) units(ctx context.Context, q property.Question) ([]property.Unit, error) {
	query := url.Values{"beteckning": {strings.TrimSpace(q.Text)}, "kommunkod": {q.Municipality}, "status": {"gällande"},
		"objektstatus": {"levande"}, "maxHits": {strconv.Itoa(maxFound + 1)}}
	body, err := c.call(ctx, http.MethodGet, c.config.DesignationURL+fritext+"?"+query.Encode(), q.Ref, nil)
	if err != nil {
		return nil, err
	}
	return decodeUnits(body)
}

// nothing is an answer in which nothing was found.
var nothing = []byte("[]")

// call gives the body of an answer.
func (c *Client) call(ctx context.Context, method, address, ref string, body []byte) ([]byte, error) {
	const op = "lantmateriet.call"
	a, err := c.rest.Call(ctx, rest.Call{Op: op, Method: method, URL: address, Header: map[string]string{"X-Request-Id": ref}, Body: body})
	switch {
	case err != nil:
		return nil, err
	case a.Status == http.StatusNotFound && isServices(a.Body):
		return nothing, nil
	case a.Status != http.StatusOK:
		return nil, rest.Refused(op, a.Status)
	}
	return a.Body, nil
}

// isServices tells the service's own 404, a Fault with a reason, from the gateway's, which means that the address is wrong.
func isServices(body []byte) bool {
	var f struct {
		Reason string `json:"reason"`
	}
	return json.Unmarshal(body, &f) == nil && f.Reason != ""
}
