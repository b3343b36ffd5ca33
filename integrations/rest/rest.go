// Package rest has what clients of REST registers share: a bearer token by client credentials that is fetched once and kept until
// it ends, and a call that reads a bounded answer.
//
// Invariants: nothing of what is sent or received is in an error; a token is never logged; those who wait for a token wait as long as
// their own context allows.
package rest

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
)

// Send gives status and body, which may have so many bytes. Fault: Unavailable.
func Send(op string, hc *http.Client, req *http.Request, maxBytes int64) (int, []byte, error) {
	res, err := hc.Do(req)
	if err != nil {
		if asked, ok := errors.AsType[*url.Error](err); ok {
			err = asked.Err // without the address: what is asked about may stand in its query
		}
		return 0, nil, fault.New(op, fault.Unavailable, err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, maxBytes+1))
	if err != nil {
		return 0, nil, fault.New(op, fault.Unavailable, err)
	}
	if int64(len(b)) > maxBytes {
		return 0, nil, fault.New(op, fault.Unavailable, errors.New("the answer is too large"))
	}
	return res.StatusCode, b, nil
}

// Refused turns a status into a fault: our own fault is Invalid and does not heal by itself; everything else may.
func Refused(op string, status int) error {
	switch status {
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound,
		http.StatusMethodNotAllowed, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType:
		return fault.Newf(op, fault.Invalid, "the register answered %d", status)
	}
	return fault.Newf(op, fault.Unavailable, "the register answered %d", status)
}

// Credentials are those of an OAuth client.
type Credentials struct {
	URL    string // of the token endpoint
	ID     string
	Secret string
	Scope  string // "" asks for none
	Basic  bool   // the secret travels in the Authorization header (RFC 6749, 2.3.1), else in the body
}

const (
	margin        = 30 * time.Second // before its end a token is no longer used
	maxTokenBytes = 1 << 20
)

// Tokens keeps one token and fetches a new one when it ends; those who need it meanwhile wait for the same fetch.
type Tokens struct {
	op    string
	with  Credentials
	http  *http.Client
	clock clock.Clock
	lock  chan struct{} // holds one element when free
	value string
	until time.Time
}

// NewTokens makes an empty store of a token; op names it in errors.
func NewTokens(op string, with Credentials, hc *http.Client, ck clock.Clock) *Tokens {
	t := &Tokens{op: op, with: with, http: hc, clock: ck, lock: make(chan struct{}, 1)}
	t.lock <- struct{}{}
	return t
}

// Get gives the token. Faults: Unavailable, Invalid (the credentials are refused).
func (t *Tokens) Get(ctx context.Context) (string, error) {
	select {
	case <-t.lock:
	case <-ctx.Done():
		return "", fault.New(t.op, fault.Unavailable, ctx.Err())
	}
	defer func() { t.lock <- struct{}{} }()
	if t.value != "" && t.clock.Now().Before(t.until) {
		return t.value, nil
	}
	value, life, err := t.fetch(ctx)
	if err != nil {
		return "", err
	}
	t.value, t.until = value, t.clock.Now().Add(life-margin)
	return value, nil
}

// Drop forgets a token that was refused, unless somebody has already replaced it.
func (t *Tokens) Drop(value string) {
	<-t.lock
	if t.value == value {
		t.value = ""
	}
	t.lock <- struct{}{}
}

// fetch asks for a token (RFC 6749, 4.4).
func (t *Tokens) fetch(ctx context.Context) (string, time.Duration, error) {
	form := url.Values{"grant_type": {"client_credentials"}}
	if t.with.Scope != "" {
		form.Set("scope", t.with.Scope)
	}
	if !t.with.Basic {
		form.Set("client_id", t.with.ID)
		form.Set("client_secret", t.with.Secret)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, t.with.URL, strings.NewReader(form.Encode()))
	if err != nil {
		return "", 0, fault.New(t.op, fault.Internal, err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	if t.with.Basic {
		req.SetBasicAuth(url.QueryEscape(t.with.ID), url.QueryEscape(t.with.Secret))
	}
	status, body, err := Send(t.op, t.http, req, maxTokenBytes)
	if err != nil {
		return "", 0, err
	}
	if status != http.StatusOK {
		return "", 0, Refused(t.op, status)
	}
	var a struct {
		Token string `json:"access_token"`
		Type  string `json:"token_type"`
		Life  int64  `json:"expires_in"` // seconds
	}
	if json.Unmarshal(body, &a) != nil || a.Token == "" || !strings.EqualFold(a.Type, "bearer") {
		return "", 0, fault.New(t.op, fault.Unavailable, errors.New("the answer is not a bearer token"))
	}
	return a.Token, time.Duration(min(max(a.Life, 0), 24*3600)) * time.Second, nil
}
