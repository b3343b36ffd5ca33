// Package rest has what clients over HTTP share. For all: an answer is bounded, what its status means stands in one place, and what kept it
// from coming is told without a word of what was sent or received. For registers there is [Client]: a bearer token that is fetched once and
// kept until it ends, no more calls than the register allows, a line in the log for each look-up, and no crowd in front of a register that
// is silent.
//
// Invariants: nothing of what is sent or received is in an error; a token is never logged; those who wait for a token wait as long as their
// own context allows. Nothing is sent again here but to a register that refused the token, before it looked at the question; deliveries are
// sent again by the outbox, under the same reference.
package rest

import (
	"errors"
	"io"
	"net/http"

	"samtjanst/integrations/tlsclient"
	"samtjanst/platform/fault"
)

// Answer is what came.
type Answer struct {
	Status int
	Type   string // Content-Type as it was sent
	Body   []byte
}

// noAnswer is a cause for which nothing came that could be looked at.
type noAnswer struct{ error }

// Unwrap gives the cause.
func (n noAnswer) Unwrap() error { return n.error }

func why(err error) error { return noAnswer{tlsclient.Why(err)} }

// Send gives the answer, whose body may have so many bytes. Fault: Unavailable.
func Send(op string, hc *http.Client, req *http.Request, maxBytes int64) (Answer, error) {
	res, err := hc.Do(req)
	if err != nil {
		return Answer{}, fault.New(op, fault.Unavailable, why(err))
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, maxBytes+1))
	if err != nil {
		return Answer{}, fault.New(op, fault.Unavailable, why(err))
	}
	if int64(len(b)) > maxBytes {
		return Answer{}, fault.New(op, fault.Unavailable, errors.New("the answer is too large"))
	}
	return Answer{res.StatusCode, res.Header.Get("Content-Type"), b}, nil
}

// Deliver sends what is taken by the status alone: the answer's body is not read. Faults: those of [Taken], and Unavailable when none came.
func Deliver(op string, hc *http.Client, req *http.Request) error {
	res, err := hc.Do(req)
	if err != nil {
		return fault.New(op, fault.Unavailable, why(err))
	}
	res.Body.Close()
	return Taken(op, res.StatusCode)
}

// Taken tells by a status what became of something that was sent. Any 2xx: it is taken. Fault Invalid: refused for good, and would be however
// often it came. Fault Unavailable: it may be taken later; so also 401, 403 and 404, which are about our account and address and not about
// what was sent.
func Taken(op string, status int) error {
	switch status {
	case http.StatusBadRequest, http.StatusConflict, http.StatusGone, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType,
		http.StatusUnprocessableEntity:
		return fault.Newf(op, fault.Invalid, "refused with %d", status)
	}
	if status >= 200 && status < 300 {
		return nil
	}
	return fault.Newf(op, fault.Unavailable, "answered with %d", status)
}

// Refused turns a register's status into a fault: our own fault is Invalid and does not heal by itself; everything else may.
func Refused(op string, status int) error {
	switch status {
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound,
		http.StatusMethodNotAllowed, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType:
		return fault.Newf(op, fault.Invalid, "the register answered %d", status)
	}
	return fault.Newf(op, fault.Unavailable, "the register answered %d", status)
}
