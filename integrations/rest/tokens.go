package rest

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
)

// Credentials are those of an OAuth client.
type Credentials struct {
	URL    string // of the token endpoint; "" where the certificate is enough
	ID     string
	Secret string
	Scope  string // "" asks for none
	Basic  bool   // the secret travels in the Authorization header (RFC 6749, 2.3.1), else in the body
}

const (
	margin        = 30 * time.Second // before its end a token is no longer used
	maxTokenBytes = 1 << 20
)

// tokens keeps one token and fetches a new one when it ends; those who need it meanwhile wait for the same fetch.
type tokens struct {
	op    string
	with  Credentials
	http  *http.Client
	clock clock.Clock
	lock  chan struct{} // holds one element when free
	value string
	until time.Time
}

func newTokens(op string, with Credentials, hc *http.Client, ck clock.Clock) *tokens {
	t := &tokens{op: op, with: with, http: hc, clock: ck, lock: make(chan struct{}, 1)}
	t.lock <- struct{}{}
	return t
}

// get gives a token other than one that was refused ("" for none); "" where none is needed. Faults: Unavailable, Invalid (the credentials are
// refused).
func (t *tokens) get(ctx context.Context, refused string) (string, error) {
	if t.with.URL == "" {
		return "", nil
	}
	select {
	case <-t.lock:
	case <-ctx.Done():
		return "", fault.New(t.op, fault.Unavailable, ctx.Err())
	}
	defer func() { t.lock <- struct{}{} }()
	if t.value != "" && t.value != refused && t.clock.Now().Before(t.until) {
		return t.value, nil
	}
	value, life, err := t.fetch(ctx)
	if err != nil {
		return "", err
	}
	t.value, t.until = value, t.clock.Now().Add(life-margin)
	return value, nil
}

// fetch asks for a token (RFC 6749, 4.4).
func (t *tokens) fetch(ctx context.Context) (string, time.Duration, error) {
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
	answer, err := Send(t.op, t.http, req, maxTokenBytes)
	if err != nil {
		return "", 0, err
	}
	if answer.Status != http.StatusOK {
		return "", 0, Refused(t.op, answer.Status)
	}
	var a struct {
		Token string `json:"access_token"`
		Type  string `json:"token_type"`
		Life  int64  `json:"expires_in"` // seconds
	}
	if json.Unmarshal(answer.Body, &a) != nil || a.Token == "" || !strings.EqualFold(a.Type, "bearer") {
		return "", 0, fault.New(t.op, fault.Unavailable, errors.New("the answer is not a bearer token"))
	}
	return a.Token, time.Duration(min(max(a.Life, 0), 24*3600)) * time.Second, nil
}
