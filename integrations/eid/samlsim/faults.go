package samlsim

import "slices"

// Fault is a way in which an answer goes wrong.
type Fault string

// Faults. The first are answers that say why there is no person; the rest are answers that a service has to refuse.
const (
	Works Fault = ""

	Cancelled          Fault = "cancel"
	Fraud              Fault = "fraud"
	PossibleFraud      Fault = "possible-fraud"
	AuthnFailed        Fault = "authn-failed"
	NoAuthnContext     Fault = "no-authn-context"
	NoPassive          Fault = "no-passive"
	RequestUnsupported Fault = "request-unsupported"
	UnknownPrincipal   Fault = "unknown-principal"
	Requester          Fault = "requester" // a first status code alone

	WrongPerson      Fault = "wrong-person"    // somebody else than acted
	Expired          Fault = "expired"         // an hour old
	Early            Fault = "early"           // valid in an hour
	OldLogin         Fault = "old-login"       // an earlier login answers for this one
	Replayed         Fault = "replayed"        // the answer before this one
	WrongRequest     Fault = "wrong-request"   // the assertion is for another request
	WrongResponse    Fault = "wrong-response"  // the response is to another request
	WrongAudience    Fault = "wrong-audience"  // the assertion is for another service
	WrongRecipient   Fault = "wrong-recipient" // the assertion is for another address
	WrongDestination Fault = "wrong-destination"
	WrongIssuer      Fault = "wrong-issuer"
	WrongLevel       Fault = "wrong-level"
	WrongText        Fault = "wrong-text" // another text was shown
	NoText           Fault = "no-text"    // no proof that a text was shown
	NoNumber         Fault = "no-number"
	TwoNumbers       Fault = "two-numbers"
	OldAssertion     Fault = "old-assertion"   // made an hour ago, and valid all the same
	OldResponse      Fault = "old-response"    // the same of what surrounds it
	EarlyResponse    Fault = "early-response"  // made in an hour
	OtherResponder   Fault = "other-responder" // the response is another provider's, by its name
	NoResponder      Fault = "no-responder"
	NoStatus         Fault = "no-status"
	OldVersion       Fault = "old-version"   // of SAML
	OtherMessage     Fault = "other-message" // no response to a request for authentication

	Unsigned          Fault = "unsigned"           // the response
	UnsignedAssertion Fault = "unsigned-assertion" // in a signed response
	OtherKey          Fault = "other-key"          // the response is signed by a stranger
	OtherAssertionKey Fault = "other-assertion-key"
	NoCertificate     Fault = "no-certificate" // the signatures do not carry one
	Unencrypted       Fault = "unencrypted"
	TwoAssertions     Fault = "two-assertions"
	NoAssertion       Fault = "no-assertion"
	AlteredResponse   Fault = "altered-response"
	AlteredAssertion  Fault = "altered-assertion"
	Wrapped           Fault = "wrapped"           // the signed response stands inside a false one
	WrappedSameID     Fault = "wrapped-same-id"   // and both have its ID
	WrappedAssertion  Fault = "wrapped-assertion" // the signed assertion stands inside a false one
	Comment           Fault = "comment"           // a comment splits the number; the signature still holds
	DTD               Fault = "dtd"

	MetadataDown Fault = "metadata-down"
)

var statuses = map[Fault][2]string{
	Cancelled:          {responder, "http://id.elegnamnden.se/status/1.0/cancel"},
	Fraud:              {responder, "http://id.elegnamnden.se/status/1.0/fraud"},
	PossibleFraud:      {responder, "http://id.elegnamnden.se/status/1.0/possibleFraud"},
	AuthnFailed:        {responder, "urn:oasis:names:tc:SAML:2.0:status:AuthnFailed"},
	NoAuthnContext:     {requester, "urn:oasis:names:tc:SAML:2.0:status:NoAuthnContext"},
	NoPassive:          {responder, "urn:oasis:names:tc:SAML:2.0:status:NoPassive"},
	RequestUnsupported: {requester, "urn:oasis:names:tc:SAML:2.0:status:RequestUnsupported"},
	UnknownPrincipal:   {requester, "urn:oasis:names:tc:SAML:2.0:status:UnknownPrincipal"},
	Requester:          {requester, ""},
}

const (
	success   = "urn:oasis:names:tc:SAML:2.0:status:Success"
	responder = "urn:oasis:names:tc:SAML:2.0:status:Responder"
	requester = "urn:oasis:names:tc:SAML:2.0:status:Requester"
)

// Lies are the faults that a service has to refuse as no genuine answer.
func Lies() []Fault {
	return []Fault{Expired, Early, OldLogin, Replayed, WrongRequest, WrongResponse, WrongAudience, WrongRecipient, WrongDestination, WrongIssuer, WrongLevel,
		WrongText, NoText, NoNumber, TwoNumbers, OldAssertion, OldResponse, EarlyResponse, OtherResponder, NoResponder, NoStatus, OldVersion, OtherMessage, Unsigned, UnsignedAssertion, OtherKey, OtherAssertionKey, NoCertificate, Unencrypted, TwoAssertions,
		NoAssertion, AlteredResponse, AlteredAssertion, Wrapped, WrappedSameID, WrappedAssertion, Comment, DTD}
}

// Faults lists all of them.
func Faults() []Fault {
	return slices.Concat([]Fault{Cancelled, Fraud, PossibleFraud, AuthnFailed, NoAuthnContext, NoPassive, RequestUnsupported, UnknownPrincipal, Requester,
		WrongPerson}, Lies(), []Fault{MetadataDown})
}
