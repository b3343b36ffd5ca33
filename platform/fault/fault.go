// Package fault has the one error type of the platform.
//
// A fault says what kind of failure it is (so that a caller can act and the web layer can choose a status code), which
// operation failed, and why. People are shown a text chosen by the kind and a reference number, never the error's text.
package fault

import (
	"errors"
	"fmt"
)

// Kind classes a failure by what the caller can do about it.
type Kind uint8

// The kinds, each with the one thing a caller can do.
const (
	Internal     Kind = iota // our mistake: log and show a reference number
	Invalid                  // the input is wrong: show what is wrong
	NotFound                 // does not exist, or is not for this actor to know of
	Forbidden                // known to the actor, but not allowed
	Unauthorised             // nobody is logged in, or not at the level required: log in
	Conflict                 // somebody changed it meanwhile: load again, decide again
	Exists                   // a unique key is taken
	Unavailable              // an outside system did not answer: try again later
	TooLarge                 // over a stated limit
	Gone                     // existed, has been closed or purged
	TooMany                  // over a rate limit: wait
	Hindered                 // cannot be done as an e-service: the neutral page names the other way
)

var names = [...]string{"internal", "invalid", "not found", "forbidden", "unauthorised", "conflict", "exists",
	"unavailable", "too large", "gone", "too many", "hindered"}

func (k Kind) String() string {
	if int(k) < len(names) {
		return names[k]
	}
	return fmt.Sprintf("Kind(%d)", uint8(k))
}

// Error makes a kind itself usable as a target of errors.Is.
func (k Kind) Error() string { return k.String() }

// Error is a failure of one operation. It never contains personal data: put identifiers of cases in, never of people.
type Error struct {
	Op   string // package.Operation, for example "store.SaveCase"
	Kind Kind
	Err  error // cause, may be nil
}

// New returns a fault of a kind with a cause; a nil cause is allowed.
func New(op string, kind Kind, cause error) *Error { return &Error{Op: op, Kind: kind, Err: cause} }

// Newf returns a fault whose cause is a formatted text.
func Newf(op string, kind Kind, format string, args ...any) *Error {
	return &Error{Op: op, Kind: kind, Err: fmt.Errorf(format, args...)}
}

// Wrap adds an operation to err and keeps its kind. A nil err stays nil.
func Wrap(op string, err error) error {
	if err == nil {
		return nil
	}
	return &Error{Op: op, Kind: KindOf(err), Err: err}
}

func (e *Error) Error() string {
	if e.Err == nil {
		return e.Op + ": " + e.Kind.String()
	}
	var inner *Error
	if errors.As(e.Err, &inner) && inner.Kind == e.Kind {
		return e.Op + ": " + e.Err.Error()
	}
	return e.Op + ": " + e.Kind.String() + ": " + e.Err.Error()
}

func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is this fault's kind, so errors.Is(err, fault.NotFound) works.
func (e *Error) Is(target error) bool {
	k, ok := target.(Kind)
	return ok && k == e.Kind
}

// KindOf gives the kind of the outermost fault in err's chain; Internal when there is none.
func KindOf(err error) Kind {
	var f *Error
	if errors.As(err, &f) {
		return f.Kind
	}
	var k Kind
	if errors.As(err, &k) {
		return k
	}
	return Internal
}
