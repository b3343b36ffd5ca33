package frejasim

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"samtjanst/platform/idno"
)

// Action is what a scripted order does.
type Action string

// Actions on a pending order.
const (
	ApproveAction Action = "approve"

	// the order ends with Freja's status of the same name
	Canceled   Action = "CANCELED"
	RPCanceled Action = "RP_CANCELED"
	Expired    Action = "EXPIRED"
	Rejected   Action = "REJECTED"

	// the order goes on, with the status of the same name
	Delivered     Action = "DELIVERED_TO_MOBILE"
	UnknownStatus Action = "SOME_NEW_STATUS"
	NoStatus      Action = "noStatus"

	// the call is answered with one of Freja's error codes
	InternalError    Action = "internalError"    // 0, HTTP 500
	InvalidParameter Action = "invalidParameter" // 1000
	NotAllowed       Action = "notAllowed"       // 1004
	ServiceDisabled  Action = "serviceDisabled"  // 1005
	UnknownUser      Action = "unknownUser"      // 1012
	LoginInProgress  Action = "loginInProgress"  // 2000
	UnknownError     Action = "unknownError"     // a code from the future

	// the call is answered late, by something between, or with what is not JSON
	Slow        Action = "slow"
	Unavailable Action = "unavailable"
	Malformed   Action = "malformed"

	// the order is approved, but with a lie
	WrongPerson   Action = "wrongPerson"   // another persona did it
	WrongText     Action = "wrongText"     // another text was signed
	WrongHidden   Action = "wrongHidden"   // other hidden data were signed
	WrongUse      Action = "wrongUse"      // a login instead of a signature, or the reverse
	WrongOrder    Action = "wrongOrder"    // the result of another order
	LowerLevel    Action = "lowerLevel"    // a lower registration level
	OldResult     Action = "oldResult"     // done an hour ago
	AlteredResult Action = "alteredResult" // a byte changed
	Unsigned      Action = "unsigned"      // alg none
)

// refused are the scripted refusals: HTTP status and Freja's code.
var refused = map[Action]struct{ status, code int }{
	InternalError: {http.StatusInternalServerError, 0}, InvalidParameter: {http.StatusUnprocessableEntity, 1000},
	NotAllowed: {http.StatusUnprocessableEntity, 1004}, ServiceDisabled: {http.StatusUnprocessableEntity, 1005},
	UnknownUser: {http.StatusUnprocessableEntity, 1012}, LoginInProgress: {http.StatusUnprocessableEntity, 2000},
	UnknownError: {http.StatusUnprocessableEntity, 9876},
}

// kinds of actions, by what they act on.
var (
	ending    = []Action{Canceled, RPCanceled, Expired, Rejected}
	showing   = []Action{Delivered, UnknownStatus, NoStatus}
	answering = []Action{Slow, Unavailable, Malformed}
	lying     = []Action{WrongPerson, WrongText, WrongHidden, WrongUse, WrongOrder, LowerLevel, OldResult, AlteredResult, Unsigned}
)

// Scenario is what happens to a person's orders. The zero value lets the person act on the phone.
type Scenario struct {
	Do            Action `json:"do"`
	AfterCollects int    `json:"afterCollects"` // how many results are given as usual first
	AtStart       bool   `json:"atStart"`       // a refusal, a delay or malformed JSON answers the start of the order instead
	DelayMS       int    `json:"delayMs"`       // of Slow, in milliseconds
	Times         int    `json:"times"`         // how many times it happens; 0 is always
}

// Script sets what happens to a person's orders from now on; the zero number is every order that is not yet known to be a certain
// person's, the zero Scenario removes the script.
func (s *Sim) Script(n idno.Number, sc Scenario) error {
	known := slices.Concat([]Action{"", ApproveAction}, ending, showing, answering, lying)
	if _, ok := refused[sc.Do]; !ok && !slices.Contains(known, sc.Do) {
		return fmt.Errorf("frejasim: unknown action %q", string(sc.Do))
	}
	if sc.AfterCollects < 0 || sc.DelayMS < 0 || sc.Times < 0 {
		return errors.New("frejasim: a negative number in the scenario")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if sc.Do == "" {
		delete(s.scripts, n)
		return nil
	}
	s.scripts[n] = &sc
	return nil
}

// Reset removes every script and every order.
func (s *Sim) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.scripts)
	clear(s.orders)
}

// due gives the script of a person when it is due, and counts it. Sim.mu is held.
func (s *Sim) due(n idno.Number, when func(Scenario) bool) (Scenario, bool) {
	sc := s.scripts[n]
	if sc == nil || !when(*sc) {
		return Scenario{}, false
	}
	if sc.Times > 0 {
		if sc.Times--; sc.Times == 0 {
			delete(s.scripts, n)
		}
	}
	return *sc, true
}

// atStart gives the script of an order that is being started.
func (s *Sim) atStart(n idno.Number) (Scenario, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.due(n, func(sc Scenario) bool { return sc.AtStart })
}

// play lets the script of an order work on it when its result is asked for. It gives the scenario when the call itself is to be
// answered by it. Sim.mu is held.
func (s *Sim) play(o *order, now time.Time) (Scenario, bool) {
	n := o.asked
	if o.by != nil {
		n = o.by.Number
	}
	sc, ok := s.due(n, func(sc Scenario) bool {
		_, refusing := refused[sc.Do]
		// An approved order is not ended afterwards, but asking for its result can still go wrong.
		return !sc.AtStart && o.collects > sc.AfterCollects && (o.pending() || refusing || slices.Contains(answering, sc.Do))
	})
	switch {
	case !ok:
		return sc, false
	case slices.Contains(ending, sc.Do):
		o.end(status(sc.Do), now)
	case sc.Do == NoStatus:
		o.shown = " "
	case slices.Contains(showing, sc.Do):
		o.shown = string(sc.Do)
	case sc.Do == ApproveAction || slices.Contains(lying, sc.Do):
		if o.by == nil {
			o.by = s.persona(n)
		}
		if o.by != nil {
			o.end(approved, now)
			o.forgery = sc.Do
		}
	default:
		return sc, true
	}
	return sc, false
}
