package bankidsim

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"samtjanst/platform/idno"
)

// Action is what a scripted order does.
type Action string

// Actions on a pending order.
const (
	ApproveAction Action = "approve"

	// the order fails with BankID's hint of the same name
	UserCancel             Action = "userCancel"
	ExpiredTransaction     Action = "expiredTransaction"
	CertificateErr         Action = "certificateErr"
	StartFailed            Action = "startFailed"
	Cancelled              Action = "cancelled"
	UserDeclinedCall       Action = "userDeclinedCall"
	NotSupportedByUserApp  Action = "notSupportedByUserApp"
	TransactionRiskBlocked Action = "transactionRiskBlocked"
	UnknownFailed          Action = "someNewFailure" // a hint from the future

	// the order stays pending with BankID's hint of the same name
	NoClient       Action = "noClient"
	UserMrtd       Action = "userMrtd"
	UnknownPending Action = "someNewHint"

	// the call is answered with BankID's error code of the same name
	AlreadyInProgress Action = "alreadyInProgress"
	InvalidParameters Action = "invalidParameters"
	Unauthorized      Action = "unauthorized"
	RequestTimeout    Action = "requestTimeout"
	InternalError     Action = "internalError"
	Maintenance       Action = "Maintenance"
	UnknownError      Action = "someNewError"

	// the call is answered late, or with what is not JSON
	Slow      Action = "slow"
	Malformed Action = "malformed"

	// the order completes, but with a lie
	WrongPerson      Action = "wrongPerson"      // another persona's signature under this one's number
	WrongText        Action = "wrongText"        // another text was signed
	WrongHidden      Action = "wrongHidden"      // other hidden data were signed
	WrongUse         Action = "wrongUse"         // a login instead of a signature, or the reverse
	AlteredSignature Action = "alteredSignature" // a byte of the signature changed
	ForgedOCSP       Action = "forgedOCSP"       // an OCSP answer for another signature
	RevokedOCSP      Action = "revokedOCSP"      // an OCSP answer that says revoked
	StrangersOCSP    Action = "strangersOCSP"    // an OCSP answer by somebody who may not give it

	ExpiredCertificate Action = "expiredCertificate" // the person's certificate had run out
	Replayed           Action = "replayed"           // the very same, but from an hour ago
)

// kinds of actions, by what they act on.
var (
	failing   = []Action{UserCancel, ExpiredTransaction, CertificateErr, StartFailed, Cancelled, UserDeclinedCall, NotSupportedByUserApp, TransactionRiskBlocked, UnknownFailed}
	hinting   = []Action{NoClient, UserMrtd, UnknownPending}
	refusing  = []Action{AlreadyInProgress, InvalidParameters, Unauthorized, RequestTimeout, InternalError, Maintenance, UnknownError}
	answering = []Action{Slow, Malformed}
	lying     = []Action{WrongPerson, WrongText, WrongHidden, WrongUse, AlteredSignature, ForgedOCSP, RevokedOCSP, StrangersOCSP, ExpiredCertificate, Replayed}
)

// Scenario is what happens to a person's orders. The zero value lets the person act on the phone.
type Scenario struct {
	Do            Action `json:"do"`
	AfterCollects int    `json:"afterCollects"` // how many collects are answered as usual first
	// AtStart makes a refusal, a delay or malformed JSON answer the start of the order instead of a collect. Refusals of
	// orders in progress (alreadyInProgress) are always at the start.
	AtStart bool `json:"atStart"`
	DelayMS int  `json:"delayMs"` // of Slow, in milliseconds
	Times   int  `json:"times"`   // how many times it happens; 0 is always
}

// Script sets what happens to a person's orders from now on; the zero number is every order that is not yet known to be a
// certain person's, the zero Scenario removes the script.
func (s *Sim) Script(n idno.Number, sc Scenario) error {
	all := slices.Concat([]Action{"", ApproveAction}, failing, hinting, refusing, answering, lying)
	if !slices.Contains(all, sc.Do) {
		return fmt.Errorf("bankidsim: unknown action %q; there are %v", string(sc.Do), all[1:])
	}
	if sc.AfterCollects < 0 || sc.DelayMS < 0 || sc.Times < 0 {
		return errors.New("bankidsim: a negative number in the scenario")
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

// take gives the script of a person when it is due, and counts it. Sim.mu is held.
func (s *Sim) take(n idno.Number, due func(Scenario) bool) (Scenario, bool) {
	sc := s.scripts[n]
	if sc == nil || !due(*sc) {
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
	return s.take(n, func(sc Scenario) bool { return sc.AtStart || sc.Do == AlreadyInProgress })
}

// play lets the script of an order work on it at a collect. It gives the scenario when the call itself is to be answered
// by it. Sim.mu is held.
func (s *Sim) play(o *order, now time.Time) (Scenario, bool) {
	n := o.required
	if o.by != nil {
		n = o.by.Number
	}
	if !o.pending() {
		// A completed order is not failed afterwards, but its collection can still go wrong.
		return s.take(n, func(sc Scenario) bool {
			return !sc.AtStart && o.collects > sc.AfterCollects && (slices.Contains(refusing, sc.Do) || slices.Contains(answering, sc.Do))
		})
	}
	sc, ok := s.take(n, func(sc Scenario) bool { return !sc.AtStart && o.collects > sc.AfterCollects })
	switch {
	case !ok:
		return sc, false
	case slices.Contains(failing, sc.Do):
		o.fail(string(sc.Do), now)
	case slices.Contains(hinting, sc.Do):
		o.hint = string(sc.Do)
	case sc.Do == ApproveAction || slices.Contains(lying, sc.Do):
		if o.by == nil {
			o.by = s.persona(n)
		}
		if o.by != nil {
			o.phase, o.ended, o.forgery = complete, now, sc.Do
		}
	default:
		return sc, true
	}
	return sc, false
}
