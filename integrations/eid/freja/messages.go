package freja

import (
	"net/http"

	"samtjanst/integrations/eid"
	"samtjanst/platform/fault"
)

// statusOf gives the state and the message of a status other than APPROVED. An unknown one means only that it goes on: every order of
// Freja's ends by itself.
func statusOf(status string, t ticket) (eid.State, eid.Message) {
	switch status {
	case "STARTED":
		if t.phone {
			return eid.Pending, eid.TryingToStart
		}
		return eid.Pending, eid.StartApp
	case "DELIVERED_TO_MOBILE":
		return eid.Pending, eid.EnterCode
	case "CANCELED":
		return eid.Failed, eid.UserCancelled
	case "RP_CANCELED":
		return eid.Failed, eid.Cancelled
	case "EXPIRED":
		return eid.Failed, eid.Expired
	case "REJECTED": // for reasons of security; of a login: there was another at the same time
		if t.purpose == eid.Login {
			return eid.Failed, eid.AlreadyRunning
		}
		return eid.Failed, eid.RiskBlocked
	}
	return eid.Pending, eid.InProgress
}

// Freja's error codes that mean more than a request which we made wrong (1000–1003, 1006, 1007, 1009–1011, 1013, 1200, 2002, 2003,
// 3000–3007), or may not make (1004, 1008).
const (
	internalError    = 0
	invalidParameter = 1000
	serviceDisabled  = 1005 // the person has turned our service off in Freja's pages
	unknownUser      = 1012
	unknownReference = 1100
	loginInProgress  = 2000 // "previous authentication request was rejected due to security reasons": both are
	unknownCode      = -1
)

// refusal gives the fault and message of an error answer. inOrder: the request names nothing but an order, so that its parameters can
// only be wrong in that there is no such order (any more, or for this RP certificate).
func refusal(status, code int, inOrder bool) (fault.Kind, eid.Message) {
	switch code {
	case internalError:
		return fault.Unavailable, eid.TechnicalFault
	case serviceDisabled:
		return fault.Invalid, eid.Revoked
	case unknownUser:
		return fault.Invalid, eid.AppMissing
	case unknownReference:
		return fault.NotFound, eid.UnknownFault
	case loginInProgress:
		return fault.TooMany, eid.AlreadyRunning
	}
	switch {
	case status == http.StatusRequestTimeout || status >= 500:
		return fault.Unavailable, eid.TechnicalFault
	case code == invalidParameter && inOrder, code == unknownCode && (status == http.StatusNotFound || status == http.StatusGone):
		return fault.NotFound, eid.UnknownFault
	}
	return fault.Invalid, eid.UnknownFault
}
