package rest

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"samtjanst/integrations/tlsclient"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
)

// The other side may write back what it was asked about, and the library puts that and the address into its errors: into ours nothing comes.
func TestNothingOfWhatIsSentOrReceivedIsInAnError(t *testing.T) {
	raw := func(answer string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			defer conn.Close()
			_, _ = io.WriteString(conn, answer) // the other end may have gone
		}
	}
	for name, answer := range map[string]http.HandlerFunc{
		"another protocol":      raw("hemligt hemligt hemligt\r\n\r\n"),
		"a header that is none": raw("HTTP/1.1 200 OK\r\nhemligt\r\n\r\n"),
		"a strange length":      raw("HTTP/1.1 200 OK\r\nContent-Length: hemligt\r\n\r\n"),
		"nothing":               raw(""),
		"an address that is none": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "https://[hemligt")
			w.WriteHeader(http.StatusFound)
		},
		"half an answer":  raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhemligt"),
		"a strange chunk": raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nhemligt"),
		"packed wrongly":  raw("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 7\r\n\r\nhemligt"),
		"too much": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, strings.Repeat("hemligt ", 100))
		},
	} {
		t.Run(name, func(t *testing.T) {
			srv := httptest.NewUnstartedServer(answer)
			srv.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
			srv.Start()
			defer srv.Close()
			hc, err := tlsclient.New("", 10*time.Second)
			if err != nil {
				t.Fatal(err)
			}
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL+"/?adress=hemligt", nil)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := Send("op", hc, req, 100); !errors.Is(err, fault.Unavailable) || strings.Contains(err.Error(), "hemligt") {
				t.Error(err)
			}
		})
	}
}

// What an operator can act on is told: that nobody listens, that the certificate is not trusted, that it took too long.
func TestWhatKeptAnAnswerFromComingIsTold(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	untrusted := httptest.NewUnstartedServer(http.NotFoundHandler())
	untrusted.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	untrusted.StartTLS()
	defer untrusted.Close()
	done := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-done }))
	defer slow.Close()
	defer close(done)
	for _, c := range []struct {
		address, want string
		timeout       time.Duration
	}{
		{"http://" + closed.Addr().String(), "connection refused", time.Minute},
		{untrusted.URL, "certificate", time.Minute},
		{slow.URL, "deadline exceeded", 50 * time.Millisecond},
	} {
		hc, err := tlsclient.New("", c.timeout)
		if err != nil {
			t.Fatal(err)
		}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.address, strings.NewReader("x"))
		if err != nil {
			t.Fatal(err)
		}
		if err := Deliver("op", hc, req); !errors.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
}

func TestTaken(t *testing.T) {
	for kind, statuses := range map[error][]int{
		nil:               {200, 201, 202, 204},
		fault.Invalid:     {400, 409, 410, 413, 415, 422},
		fault.Unavailable: {302, 401, 403, 404, 408, 429, 500, 503},
	} {
		for _, s := range statuses {
			if err := Taken("op", s); !errors.Is(err, kind) {
				t.Errorf("%d: %v, want %v", s, err, kind)
			}
		}
	}
}

// register is one that gives tokens and refuses some of them.
type register struct {
	fetched int             // tokens
	refuse  map[string]bool // tokens
	calls   []string        // the tokens that they came with
}

func (r *register) RoundTrip(req *http.Request) (*http.Response, error) {
	answer := func(status int, body string) (*http.Response, error) {
		return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: req}, nil
	}
	if req.URL.Path == "/token" {
		r.fetched++
		return answer(200, `{"access_token":"t`+string(rune('0'+r.fetched))+`","token_type":"Bearer","expires_in":3600}`)
	}
	token := strings.TrimPrefix(req.Header.Get("Authorization"), "Bearer ")
	r.calls = append(r.calls, token)
	if r.refuse[token] {
		return answer(401, "")
	}
	return answer(200, "{}")
}

func client(rt http.RoundTripper, ck clock.Clock) *Client {
	return New(Register{Name: "x", Source: "X", HTTP: &http.Client{Transport: rt}, Token: Credentials{URL: "http://localhost/token"}, PerSecond: 1e6, Burst: 1e6,
		Timeout: 6 * time.Second, MaxBytes: 100, Clock: ck, Log: slog.New(slog.DiscardHandler)})
}

// A token is kept until shortly before it ends; one that is refused is replaced once, and the call made again.
func TestTokenIsKeptAndReplaced(t *testing.T) {
	ck := clock.NewManual(time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC))
	r := &register{refuse: map[string]bool{}}
	c := client(r, ck)
	for i, step := range []struct {
		before func()
		calls  string
		status int
	}{
		{func() {}, "t1", 200},
		{func() {}, "t1", 200},
		{func() { ck.Advance(59*time.Minute + 40*time.Second) }, "t2", 200}, // it would end under way
		{func() { r.refuse["t2"] = true }, "t2 t3", 200},
		{func() { r.refuse["t3"], r.refuse["t4"] = true, true }, "t3 t4", 401}, // once more and not for ever
		{func() {}, "t4 t5", 200},
	} {
		step.before()
		r.calls = nil
		a, err := c.Call(t.Context(), Call{Op: "op", Method: http.MethodPost, URL: "http://localhost/x"})
		if err != nil || a.Status != step.status || strings.Join(r.calls, " ") != step.calls {
			t.Errorf("step %d: %d by %v, %v", i, a.Status, r.calls, err)
		}
	}
}

// A register that knows us by our certificate is asked without token, and in its own media type.
func TestARegisterWithoutTokens(t *testing.T) {
	calls := 0
	c := New(Register{HTTP: &http.Client{Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
		calls++
		if got := req.Header; got.Get("Authorization") != "" || got.Get("Content-Type") != "text/xml" {
			t.Errorf("%v", got)
		}
		return &http.Response{StatusCode: 401, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
	})}, PerSecond: 1, Burst: 1, MaxBytes: 100})
	a, err := c.Call(t.Context(), Call{Op: "op", Method: http.MethodPost, URL: "http://localhost/x", Header: map[string]string{"Content-Type": "text/xml"}, Body: []byte("<x/>")})
	if err != nil || a.Status != 401 || calls != 1 {
		t.Errorf("%d in %d calls, %v", a.Status, calls, err)
	}
}

// Who waits for somebody else's fetch of a token waits no longer than his own context allows.
func TestWaitingForAToken(t *testing.T) {
	fetching, end := make(chan struct{}), make(chan struct{})
	c := client(roundTrip(func(req *http.Request) (*http.Response, error) {
		close(fetching)
		<-end
		return nil, errors.New("hemligt")
	}), clock.System{})
	first := make(chan error)
	go func() { first <- call(t.Context(), c) }()
	<-fetching
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := call(ctx, c); !errors.Is(err, fault.Unavailable) {
		t.Error(err)
	}
	close(end)
	if err := <-first; !errors.Is(err, fault.Unavailable) || strings.Contains(err.Error(), "hemligt") {
		t.Error(err)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func call(ctx context.Context, c *Client) error {
	return c.LookUp(ctx, LookUp{Op: "look", What: "look-up", Purpose: "test", Ref: "draft-1"}, func(ctx context.Context) ([]slog.Attr, error) {
		_, err := c.Call(ctx, Call{Op: "op", Method: http.MethodGet, URL: "http://localhost/x?" + url.Values{"a": {"hemligt"}}.Encode()})
		return nil, err
	})
}

// A look-up without purpose, or with a reference that would break a header, is not made.
func TestLookUpNeedsAPurpose(t *testing.T) {
	r := &register{}
	c := client(r, clock.System{})
	for _, l := range []LookUp{{Ref: "draft-1"}, {Purpose: "test"}, {Purpose: "test", Ref: "draft\r\nx: y"}, {Purpose: "test", Ref: strings.Repeat("x", 129)}} {
		err := c.LookUp(t.Context(), l, func(context.Context) ([]slog.Attr, error) {
			t.Errorf("%+v is asked", l)
			return nil, nil
		})
		if !errors.Is(err, fault.Invalid) {
			t.Errorf("%+v: %v", l, err)
		}
	}
}
