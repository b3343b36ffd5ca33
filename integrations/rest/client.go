package rest

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"regexp"
	"time"

	"golang.org/x/time/rate"

	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
)

// Register says which register a client asks, and how.
type Register struct {
	Name   string // of the driver, in faults: "bolagsverket"
	Source string // as the log has it: "Bolagsverket"
	HTTP   *http.Client
	Token  Credentials

	PerSecond float64 // calls that this process may make
	Burst     int     // of them at once

	Timeout  time.Duration // of one look-up as a whole: a page is waiting
	MaxBytes int64         // of one answer

	Clock clock.Clock
	Log   *slog.Logger
}

// Client asks a register. Safe for concurrent use; make one and share it, since the limit on calls is per credentials.
type Client struct {
	register Register
	tokens   *tokens
	limit    *rate.Limiter
	door     door
}

// New makes a client; it does not call out.
func New(r Register) *Client {
	return &Client{register: r, tokens: newTokens(r.Name+".token", r.Token, r.HTTP, r.Clock), limit: rate.NewLimiter(rate.Limit(r.PerSecond), r.Burst),
		door: door{log: func(what string) { r.Log.Warn(what, "source", r.Source) }}}
}

// LookUp is a question with its purpose, but not what it is about.
type LookUp struct {
	Op      string // "bolagsverket.Lookup"
	What    string // as the log has it: "company look-up"
	Purpose string // for the log
	Ref     string // draft or case id, never personal data; travels as correlation id
}

var headerSafe = regexp.MustCompile(`^[!-~]{1,128}$`)

// Check tells whether it can be asked. Fault: Invalid.
func (l LookUp) Check() error {
	if l.Purpose == "" || !headerSafe.MatchString(l.Ref) {
		return fault.Newf(l.Op, fault.Invalid, "a look-up without purpose, or with a reference that cannot travel in a header")
	}
	return nil
}

// LookUp is what all look-ups have in common: it has a purpose, a time limit, and one line in the log that does not tell what it is about. ask
// says what else stands in that line. Faults: Invalid for a question that cannot be asked, and those of ask.
func (c *Client) LookUp(ctx context.Context, l LookUp, ask func(context.Context) ([]slog.Attr, error)) error {
	if err := l.Check(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, c.register.Timeout)
	defer cancel()
	began := c.register.Clock.Now()
	more, err := ask(ctx)
	c.register.Log.LogAttrs(ctx, slog.LevelInfo, l.What, append([]slog.Attr{slog.String("source", c.register.Source), slog.String("purpose", l.Purpose),
		slog.String("ref", l.Ref), slog.Duration("took", c.register.Clock.Now().Sub(began)), slog.String("fault", Outcome(err))}, more...)...)
	return fault.Wrap(l.Op, err)
}

// Outcome is what a log says of how something ended: the kind of the fault, "" for none.
func Outcome(err error) string {
	if err == nil {
		return ""
	}
	return fault.KindOf(err).String()
}

// Call is one call of a register.
type Call struct {
	Op, Method, URL string
	Header          map[string]string // beside those that every call has, or in their place
	Body            []byte            // JSON where Header says nothing else; nil for none
}

// Call makes a call with a token, and once more with a new one when the register refuses the first. Faults: Unavailable, Invalid (the
// credentials are refused). What another status than 200 means is the driver's to say; mostly it is [Refused].
func (c *Client) Call(ctx context.Context, call Call) (Answer, error) {
	leave, err := c.door.enter(ctx)
	if err != nil {
		return Answer{}, fault.New(call.Op, fault.Unavailable, err)
	}
	a, err := c.call(ctx, call)
	leave(err)
	return a, err
}

func (c *Client) call(ctx context.Context, call Call) (Answer, error) {
	for refused := ""; ; {
		token, err := c.tokens.get(ctx, refused)
		if err != nil {
			return Answer{}, err
		}
		if err := c.limit.Wait(ctx); err != nil {
			return Answer{}, fault.New(call.Op, fault.Unavailable, errors.New("no time left before the limit on calls"))
		}
		req, err := http.NewRequestWithContext(ctx, call.Method, call.URL, bytes.NewReader(call.Body))
		if err != nil { // its text has the address, in which may be what is asked about
			return Answer{}, fault.New(call.Op, fault.Internal, errors.New("the address cannot be called"))
		}
		req.Header.Set("Accept", "application/json")
		if call.Body != nil {
			req.Header.Set("Content-Type", "application/json")
		}
		if token != "" {
			req.Header.Set("Authorization", "Bearer "+token)
		}
		for name, value := range call.Header {
			req.Header.Set(name, value)
		}
		a, err := Send(call.Op, c.register.HTTP, req, c.register.MaxBytes)
		if err == nil && a.Status == http.StatusUnauthorized && token != "" && refused == "" {
			refused = token
			continue
		}
		return a, err
	}
}
