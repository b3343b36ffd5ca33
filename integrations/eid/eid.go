// Package eid is the portable type for e-legitimation: start an order, ask how it goes, cancel it.
//
// A provider answers with stable message codes, never with texts: the codes RFA1 … RFA23 are BankID's recommended meanings, which the
// other providers' are put into, and are worded by the interface in the reader's language.
//
// There are two ways to reach a person. An app is started on the person's own device, and the platform asks how it goes (BankID,
// Freja). Or the browser is sent to the provider's page and comes back with an answer (SAML, a signing service): such a provider is
// also [Visited], its orders have a [Visit], and Collect says that it is going on until the browser has come back.
package eid

import (
	"context"
	"net/url"
	"strings"
	"time"

	"samtjanst/platform/idno"
)

// Provider is one e-legitimation. Errors are faults: Unavailable (no answer, 408, 5xx), TooMany (an order is already in
// progress for this person, which aborts both), Invalid (our request was refused), NotFound (no such order, or collected already).
// errors.As(err, *Refusal) gives the message code to show.
type Provider interface {
	// ID names the provider: "bankid".
	ID() string
	// Start begins an order.
	Start(ctx context.Context, r Request) (Order, error)
	// Collect asks how it goes. A completed order can be collected once: keep what it gives before answering anybody.
	Collect(ctx context.Context, ref string) (Status, error)
	// Cancel ends an order; one that has already ended is not an error.
	Cancel(ctx context.Context, ref string) error
}

// Visited is a provider whose page the browser is sent to. What it comes back with is taken at the address that the provider was
// configured with, from whoever brings it, and kept under Request.Relay until the person's own page asks.
type Visited interface {
	Provider
	// Answer reads what the browser brought back for an order, by every check of the protocol: it is this order's answer, from this
	// provider, made now, not read before. The form is as it was posted to us. Its errors are those of Collect.
	Answer(ctx context.Context, ref string, posted url.Values) (Status, error)
}

// Stateful is a Visited provider whose answers cannot be read with Ref alone: what Start gave as Order.State has to be given back.
type Stateful interface {
	Visited
	// AnswerWith is Answer with the order's State.
	AnswerWith(ctx context.Context, ref string, state []byte, posted url.Values) (Status, error)
}

// Called is a provider that can reach somebody who is on the telephone with an officer. There is no browser of the person's: nothing is
// scanned, linked to or returned to. The person opens the app alone, which says who called whom and asks whether that is so.
type Called interface {
	Provider
	// StartCall begins an order for r.Number, which must be given. Of the request it uses what is asked and of whom, and nothing of a browser.
	StartCall(ctx context.Context, r Request, by Caller) (Order, error)
}

// Caller says who made a telephone call.
type Caller string

// Callers.
const (
	CalledByAuthority Caller = "authority" // the officer called the person
	CalledByPerson    Caller = "person"    // the person called the officer
)

// Answer has a provider read what the browser brought back for an order. Its errors are those of Collect.
func Answer(ctx context.Context, p Visited, o Order, posted url.Values) (Status, error) {
	if s, ok := p.(Stateful); ok {
		return s.AnswerWith(ctx, o.Ref, o.State, posted)
	}
	return p.Answer(ctx, o.Ref, posted)
}

// RelayOf gives the Request.Relay under which what a browser posted is kept; "" when there is none. The field is RelayState in every
// protocol that is visited; where the protocol says what stands in it, that follows the relay after a dot.
func RelayOf(posted url.Values) string {
	relay, _, _ := strings.Cut(posted.Get("RelayState"), ".")
	return relay
}

// Purpose of an order.
type Purpose string

// Purposes.
const (
	Login Purpose = "auth"
	Sign  Purpose = "sign"
)

// Request is what to ask of the person.
type Request struct {
	Purpose   Purpose
	EndUserIP string
	UserAgent string
	Domain    string      // the referring domain, our own
	DeviceID  string      // stable per browser, random
	ReturnURL string      // where the app on the same device returns, with a nonce bound to the session; "" for none
	Relay     string      // of a Visited provider: 22 random letters and digits that come back with the browser
	Level     int         // the least level of assurance, 2–4; 0 the provider's own
	Number    idno.Number // the only person who may complete it; zero for anybody (login)
	Text      string      // shown in the app, plain text, or simple Markdown when Markdown is set; at most 30,000 bytes when signing
	Markdown  bool
	Hidden    []byte // signed but not shown; at most 150,000 bytes
}

// Order is a started order. It is kept on the server: Secret must not leave it. An order by telephone has only Ref and Started.
type Order struct {
	Ref       string // opaque; a provider may keep in it what the completion is held against. At most 300 characters
	AutoStart string // token that starts the app on the same device
	QRToken   string
	QRSecret  string
	Started   time.Time
	// StartURL opens the app on the same device (https link, works on phones); DesktopURL the same on a computer.
	StartURL, DesktopURL string
	Visit                *Visit // of a Visited provider
	// State is what a [Stateful] provider needs to read the answer; nil for the others. It holds the text and the hidden data, in
	// base64, and is to be kept as they are.
	State []byte
}

// Visit is where to send the browser: a form to post when it has fields, else an address to go to.
type Visit struct {
	URL    string
	Fields []Field
}

// Field of a form.
type Field struct{ Name, Value string }

// State of an order.
type State string

// States.
const (
	Pending  State = "pending"
	Complete State = "complete"
	Failed   State = "failed"
)

// Status is the answer to Collect.
type Status struct {
	State   State
	Hint    string  // the provider's own hint code, or "evidence-" and an evidence.Code; for the log, never for the person
	Message Message // what to tell the person while Pending or when Failed
	Done    *Completion
}

// Message is a stable code; interface texts have the key "eid." + code.
type Message string

// Messages by BankID's recommendation (the number is BankID's).
const (
	StartApp         Message = "RFA1"         // start the app
	AppMissing       Message = "RFA2"         // app not installed
	Cancelled        Message = "RFA3"         // cancelled, try again
	AlreadyRunning   Message = "RFA4"         // an order for this person was already started: both are cancelled
	TechnicalFault   Message = "RFA5"         // technical fault, try again
	UserCancelled    Message = "RFA6"         // the person cancelled
	Expired          Message = "RFA8"         // no answer in time
	EnterCode        Message = "RFA9"         // enter the security code and confirm
	TryingToStart    Message = "RFA13"        // trying to start the app
	SearchingPC      Message = "RFA15A"       // looking for an e-legitimation on this computer
	SearchingPhone   Message = "RFA15B"       // looking for an e-legitimation on this phone
	Revoked          Message = "RFA16"        // blocked or too old
	StartFailed      Message = "RFA17A"       // the app did not start
	QRFailed         Message = "RFA17B"       // the QR code was not read
	InProgress       Message = "RFA21"        // in progress
	UnknownFault     Message = "RFA22"        // unknown fault, try again
	PhotographID     Message = "RFA23"        // photograph and read the ID document
	CallStart        Message = "CALL-START"   // on the telephone: ask the person to open the app
	CallConfirm      Message = "CALL-CONFIRM" // on the telephone: the app asks the person whether he or she is talking with us
	CallRefused      Message = "CALL-REFUSED"
	RiskBlocked      Message = "RISK-BLOCKED"
	AppTooOld        Message = "APP-TOO-OLD"
	WrongPerson      Message = "WRONG-PERSON" // somebody else than the order was for
	EvidenceRejected Message = "EVIDENCE"     // the signature did not verify
)

// Completion is a completed order.
type Completion struct {
	Number    idno.Number
	Name      string
	GivenName string
	Surname   string
	DeviceIP  string
	Format    string // how Signature is to be verified: an evidence.Format
	Signature []byte // the provider's signature as received
	OCSP      []byte // DER; where the format has none, empty
	Level     int    // level of assurance, 2–4
	Method    string // what was used, in the provider's words: "mobile", "freja+", a LoA URI; "" when not told
	IssuedAt  string // YYYY-MM-DD, when the e-legitimation was issued
	Risk      string
}

// Refusal is a provider's error with the message to show.
type Refusal struct {
	Code    string // the provider's error code
	Message Message
}

func (r *Refusal) Error() string { return "refused: " + r.Code }
