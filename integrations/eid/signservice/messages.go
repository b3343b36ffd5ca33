package signservice

import (
	"strings"

	"samtjanst/integrations/eid"
	"samtjanst/platform/fault"
)

// Result codes (OASIS DSS 2.6; Sweden Connect's registry 3.1.7, implementation profile 2.2.2).
const (
	resultSuccess = "urn:oasis:names:tc:dss:1.0:resultmajor:Success"

	minorExpired     = "http://id.elegnamnden.se/sig-status/1.0/req-expired"
	minorMismatch    = "http://id.elegnamnden.se/sig-status/1.0/user-mismatch"
	minorLoA         = "http://id.elegnamnden.se/sig-status/1.0/unsupported-loa"
	minorMessage     = "http://id.elegnamnden.se/sig-status/1.0/sigmessage-error"
	minorCancel      = "http://id.elegnamnden.se/sig-status/1.0/user-cancel"
	minorAuthnFailed = "http://id.swedenconnect.se/sig-status/1.1/authn-failed"
	minorSecurity    = "http://id.swedenconnect.se/sig-status/1.1/security-violation"
)

// failedMessage gives what to tell the person of a service's result. A code that is not known here is told by the major one: our request
// was at fault, or something at the service.
func failedMessage(major, minor string) eid.Message {
	switch minor {
	case minorCancel:
		return eid.UserCancelled
	case minorExpired:
		return eid.Expired
	case minorMismatch:
		return eid.WrongPerson
	case minorSecurity:
		return eid.RiskBlocked
	case minorLoA, minorMessage:
		return eid.TechnicalFault
	case minorAuthnFailed: // it may succeed another time
		return eid.UnknownFault
	}
	if strings.HasSuffix(major, ":RequesterError") || strings.HasSuffix(major, ":ResponderError") {
		return eid.TechnicalFault
	}
	return eid.UnknownFault
}

// hint shortens the service's code for the log.
func hint(major, minor string) string {
	code := minor
	if code == "" {
		code = major
	}
	code = code[strings.LastIndexAny(code, ":/")+1:]
	if len(code) > 40 {
		code = code[:40]
	}
	return "status-" + strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7f && (r < '0' || r > '9') {
			return r
		}
		return '-'
	}, code)
}

// refusal is a fault with what to tell the person, and its cause.
func refusal(op string, kind fault.Kind, code string, message eid.Message, cause error) error {
	return fault.New(op, kind, &refused{eid.Refusal{Code: code, Message: message}, cause})
}

type refused struct {
	eid.Refusal
	cause error
}

func (r *refused) Error() string { return r.Code + ": " + r.cause.Error() }

// Unwrap gives both.
func (r *refused) Unwrap() []error { return []error{&r.Refusal, r.cause} }
