// Package scimclient takes rights away in other systems, as a SCIM 2.0 client (RFC 7644).
//
// Keys: a person is looked for by externalId, the id in the organisation's own directory, and then by userName; one who has neither is looked
// for by the mail address as userName, and never by mail addresses of others. What finds more than one finds nobody.
//
// Invariants: the account is made inactive before groups are left, so that what matters most is done first; everything can be done again; no
// error has anything of a person or of what the other system said.
package scimclient

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"samtjanst/integrations/people"
	"samtjanst/integrations/tlsclient"
	"samtjanst/platform/fault"
)

// Config is how a system is reached. The keys are those of the municipality's file.
type Config struct {
	ID        string `yaml:"id"`        // "verksamhetssystem": what has been done is remembered by it
	URL       string `yaml:"url"`       // of its SCIM server, to and with /v2: https://system.example.se/scim/v2
	Token     string `yaml:"token"`     // bearer token, or env:NAME
	RootsFile string `yaml:"rootsFile"` // roots of its certificate, PEM, named from the root; "" those of the system
}

// Validate says which key is wrong. Fault: Invalid.
func (c Config) Validate() error {
	u, err := url.Parse(c.URL)
	switch {
	case c.ID == "" || c.Token == "":
		return fault.Newf("scimclient.Config", fault.Invalid, "id and token are needed")
	case err != nil || u.Host == "" || u.RawQuery != "" || u.Scheme != "https" && !(u.Scheme == "http" && tlsclient.Local(u.Hostname())):
		return fault.Newf("scimclient.Config", fault.Invalid, "url: the https address of a SCIM server")
	}
	return nil
}

const (
	timeout   = 20 * time.Second
	maxAnswer = 8 << 20
	pageSize  = 100
	maxPages  = 50 // of groups that somebody is in
	media     = "application/scim+json"
)

// Target is another system.
type Target struct {
	cfg    Config
	client *http.Client
}

// New makes a target. The error names the key that is wrong.
func New(c Config) (*Target, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	client, err := tlsclient.New(c.RootsFile, timeout)
	if err != nil {
		return nil, fault.New("scimclient.New", fault.Invalid, err)
	}
	c.URL = strings.TrimSuffix(c.URL, "/")
	return &Target{c, client}, nil
}

// Withdraw implements people.Target.
func (t *Target) Withdraw(ctx context.Context, who people.Leaver) error {
	const op = "scimclient.Withdraw"
	id, err := t.find(ctx, who)
	if err != nil || id == "" {
		return fault.Wrap(op, err)
	}
	err = t.patch(ctx, "Users", id, operation{Op: "replace", Path: "active", Value: false})
	if err != nil {
		return fault.Wrap(op, err)
	}
	return fault.Wrap(op, t.leave(ctx, id))
}

// find gives the id of somebody there; "" when nobody is known.
func (t *Target) find(ctx context.Context, who people.Leaver) (string, error) {
	name := who.UserName
	if name == "" && who.External == "" {
		name = who.Email
	}
	for _, by := range [][2]string{{"externalId", who.External}, {"userName", name}} {
		if by[1] == "" {
			continue
		}
		found, err := t.search(ctx, "Users", by[0]+" eq "+quoted(by[1]))
		if err != nil {
			return "", err
		}
		switch len(found) {
		case 0:
		case 1:
			return found[0], nil
		default:
			return "", fault.Newf("scimclient.find", fault.Invalid, "%s finds more than one", by[0])
		}
	}
	return "", nil
}

// leave takes somebody out of every group. A group that is left is not found again, so the first page is asked for until it is empty.
func (t *Target) leave(ctx context.Context, id string) error {
	for range maxPages {
		groups, err := t.search(ctx, "Groups", "members.value eq "+quoted(id))
		if err != nil {
			return err
		}
		if len(groups) == 0 {
			return nil
		}
		for _, g := range groups {
			if err := t.patch(ctx, "Groups", g, operation{Op: "remove", Path: "members[value eq " + quoted(id) + "]"}); err != nil {
				return err
			}
		}
	}
	return fault.Newf("scimclient.leave", fault.Invalid, "groups that are left stay")
}

func quoted(s string) string {
	b, err := json.Marshal(s)
	if err != nil { // of a string never
		return `""`
	}
	return string(b)
}

// search gives the ids of a page of what a filter finds. The filter is posted nowhere but in the address, as every server takes it: it has an id or
// a user name and never a personal number.
func (t *Target) search(ctx context.Context, endpoint, filter string) ([]string, error) {
	q := url.Values{"filter": {filter}, "attributes": {"id"}, "count": {strconv.Itoa(pageSize)}}
	var list struct {
		Total     *int `json:"totalResults"`
		Resources []struct {
			ID string `json:"id"`
		} `json:"Resources"`
	}
	if err := t.ask(ctx, http.MethodGet, endpoint+"?"+q.Encode(), nil, &list); err != nil {
		return nil, err
	}
	if list.Total == nil || *list.Total > 0 && len(list.Resources) == 0 {
		return nil, fault.Newf("scimclient.search", fault.Unavailable, "no list")
	}
	var out []string
	for _, r := range list.Resources {
		if r.ID == "" {
			return nil, fault.Newf("scimclient.search", fault.Unavailable, "a resource without id")
		}
		out = append(out, r.ID)
	}
	return out, nil
}

type patchOp struct {
	Schemas    []string    `json:"schemas"`
	Operations []operation `json:"Operations"`
}

type operation struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value,omitzero"`
}

// patch changes a resource; one that is gone is as it should be.
func (t *Target) patch(ctx context.Context, endpoint, id string, o operation) error {
	err := t.ask(ctx, http.MethodPatch, endpoint+"/"+url.PathEscape(id), patchOp{
		[]string{"urn:ietf:params:scim:api:messages:2.0:PatchOp"}, []operation{o}}, nil)
	if errors.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

func (t *Target) ask(ctx context.Context, method, path string, body, into any) error {
	const op = "scimclient.ask"
	var send io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return fault.New(op, fault.Internal, err)
		}
		send = bytes.NewReader(raw)
	}
	r, err := http.NewRequestWithContext(ctx, method, t.cfg.URL+"/"+path, send)
	if err != nil {
		return fault.Newf(op, fault.Invalid, "the address cannot be asked")
	}
	r.Header.Set("Authorization", "Bearer "+t.cfg.Token)
	r.Header.Set("Accept", media)
	if body != nil {
		r.Header.Set("Content-Type", media)
	}
	res, err := t.client.Do(r)
	if err != nil { // its text has the address, which has a user name
		return fault.Newf(op, fault.Unavailable, "no answer")
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return fault.Newf(op, fault.Unavailable, "half an answer")
	}
	switch s := res.StatusCode; {
	case s == http.StatusUnauthorized || s == http.StatusForbidden:
		return fault.Newf(op, fault.Unauthorised, "status %d", s)
	case s == http.StatusNotFound:
		if into == nil {
			return fault.Newf(op, fault.NotFound, "status %d", s)
		}
		return fault.Newf(op, fault.Invalid, "status %d: there is no SCIM server", s)
	case s == http.StatusTooManyRequests || s >= 500 || s == http.StatusConflict || s == http.StatusPreconditionFailed:
		return fault.Newf(op, fault.Unavailable, "status %d", s)
	case s < 200 || s > 299:
		return fault.Newf(op, fault.Invalid, "status %d", s)
	}
	if into != nil && json.Unmarshal(raw, into) != nil {
		return fault.Newf(op, fault.Unavailable, "no SCIM answer")
	}
	return nil
}
