package saml

import (
	"strings"

	protocol "github.com/crewjam/saml"

	"samtjanst/integrations/eid"
	"samtjanst/platform/fault"
)

// Status codes of Sweden Connect's registry 3.1.4.
const (
	statusCancel        = "http://id.elegnamnden.se/status/1.0/cancel"
	statusFraud         = "http://id.elegnamnden.se/status/1.0/fraud"
	statusPossibleFraud = "http://id.elegnamnden.se/status/1.0/possibleFraud"
)

// failedMessage gives what to tell the person of a provider's status: the second code says why, when there is one.
func failedMessage(top, second string) eid.Message {
	switch second {
	case statusCancel:
		return eid.UserCancelled
	case statusFraud, statusPossibleFraud:
		return eid.RiskBlocked
	case protocol.StatusUnknownPrincipal:
		return eid.WrongPerson
	case protocol.StatusNoPassive, protocol.StatusNoAuthnContext, protocol.StatusRequestUnsupported, protocol.StatusUnsupportedBinding,
		protocol.StatusInvalidNameIDPolicy, protocol.StatusInvalidAttrNameOrValue, protocol.StatusNoAvailableIDP, protocol.StatusNoSupportedIDP,
		protocol.StatusProxyCountExceeded, protocol.StatusRequestVersionDeprecated, protocol.StatusRequestVersionTooHigh, protocol.StatusRequestVersionTooLow:
		return eid.TechnicalFault
	}
	if second == "" && (top == protocol.StatusRequester || top == protocol.StatusVersionMismatch) {
		return eid.TechnicalFault // our request is wrong
	}
	return eid.UnknownFault // AuthnFailed among them: it may succeed another time
}

// hint shortens the provider's code for the log.
func hint(top, second string) string {
	code := second
	if code == "" {
		code = top
	}
	code = code[strings.LastIndexAny(code, ":/")+1:]
	if len(code) > 40 {
		code = code[:40]
	}
	return "status-" + strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7f {
			return r
		}
		return '-'
	}, code)
}

func refusal(op string, kind fault.Kind, code string, message eid.Message, cause error) error {
	return fault.New(op, kind, &refused{eid.Refusal{Code: code, Message: message}, cause})
}

// refused is a Refusal with its cause.
type refused struct {
	eid.Refusal
	cause error
}

func (r *refused) Error() string { return r.Code + ": " + r.cause.Error() }

// Unwrap gives both.
func (r *refused) Unwrap() []error { return []error{&r.Refusal, r.cause} }
