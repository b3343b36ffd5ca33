package navet

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

const scope = "fbfuppgoffakt"

// margin is how long before its end a token is no longer used.
const margin = 30 * time.Second

// tokens keeps one token and fetches a new one when it ends; those who need it meanwhile wait for the same fetch, each as long as
// its own context allows.
type tokens struct {
	config Config
	http   *http.Client
	clock  clock.Clock
	lock   chan struct{} // holds one element when free
	value  string
	until  time.Time
}

func newTokens(c Config, hc *http.Client, ck clock.Clock) *tokens {
	t := &tokens{config: c, http: hc, clock: ck, lock: make(chan struct{}, 1)}
	t.lock <- struct{}{}
	return t
}

func (t *tokens) get(ctx context.Context) (string, error) {
	select {
	case <-t.lock:
	case <-ctx.Done():
		return "", fault.New("navet.token", fault.Unavailable, ctx.Err())
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

// drop forgets a token that was refused, unless somebody has already replaced it.
func (t *tokens) drop(value string) {
	<-t.lock
	if t.value == value {
		t.value = ""
	}
	t.lock <- struct{}{}
}

// fetch asks for a token (RFC 6749, 4.4; the secret in the body).
func (t *tokens) fetch(ctx context.Context) (string, time.Duration, error) {
	const op = "navet.token"
	form := url.Values{
		"grant_type":    {"client_credentials"},
		"client_id":     {t.config.TokenID},
		"client_secret": {t.config.TokenSecret},
		"scope":         {scope},
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, t.config.TokenURL, strings.NewReader(form.Encode()))
	if err != nil {
		return "", 0, fault.New(op, fault.Internal, err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	status, body, err := send(op, t.http, req)
	if err != nil {
		return "", 0, err
	}
	if status != http.StatusOK {
		return "", 0, refused(op, status)
	}
	var a struct {
		Token string `json:"access_token"`
		Type  string `json:"token_type"`
		Life  int64  `json:"expires_in"` // seconds
	}
	if json.Unmarshal(body, &a) != nil || a.Token == "" || !strings.EqualFold(a.Type, "bearer") {
		return "", 0, fault.New(op, fault.Unavailable, errors.New("the answer is not a bearer token"))
	}
	return a.Token, time.Duration(min(max(a.Life, 0), 24*3600)) * time.Second, nil
}
