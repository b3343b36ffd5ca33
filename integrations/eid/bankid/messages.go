package bankid

import (
	"net/http"

	"samtjanst/integrations/eid"
	"samtjanst/platform/fault"
)

// place is where the person is, which the messages depend on: at a computer the app reads a QR code, on a phone it is started from the
// browser, and somebody on the telephone with an officer, to whom the messages are shown, starts it alone.
type place string

const (
	atComputer place = ""
	atPhone    place = "phone"
	inCall     place = "call"
)

func (p place) known() bool { return p == atComputer || p == atPhone || p == inCall }

// pendingMessage gives BankID's recommended message for a hint of a pending order. An unknown hint means only that it goes
// on.
func pendingMessage(hint string, at place) eid.Message {
	switch hint {
	case "outstandingTransaction", "noClient":
		switch at {
		case inCall:
			return eid.CallStart
		case atPhone:
			return eid.TryingToStart
		}
		return eid.StartApp
	case "started":
		switch at {
		case inCall:
			return eid.InProgress
		case atPhone:
			return eid.SearchingPhone
		}
		return eid.SearchingPC
	case "userCallConfirm":
		return eid.CallConfirm
	case "userSign":
		return eid.EnterCode
	case "userMrtd":
		return eid.PhotographID
	}
	return eid.InProgress
}

// failedMessage gives BankID's recommended message for a hint of a failed order.
func failedMessage(hint string, at place) eid.Message {
	switch hint {
	case "expiredTransaction":
		return eid.Expired
	case "certificateErr":
		return eid.Revoked
	case "userCancel":
		return eid.UserCancelled
	case "cancelled":
		return eid.Cancelled
	case "startFailed":
		switch at {
		case inCall:
			return eid.Expired
		case atPhone:
			return eid.StartFailed
		}
		return eid.QRFailed
	case "userDeclinedCall":
		return eid.CallRefused
	case "notSupportedByUserApp":
		return eid.AppTooOld
	case "transactionRiskBlocked":
		return eid.RiskBlocked
	}
	return eid.UnknownFault
}

// refusal gives the fault and message of an error answer. BankID's codes are matched exactly; an unknown code is told by
// its HTTP status. inOrder: the request names nothing but an order, so its parameters can only be wrong in that there is no
// such order (any more, or for this RP certificate).
func refusal(status int, code string, inOrder bool) (fault.Kind, eid.Message) {
	switch code {
	case "alreadyInProgress":
		return fault.TooMany, eid.AlreadyRunning
	case "invalidParameters":
		if inOrder {
			return fault.NotFound, eid.UnknownFault
		}
		return fault.Invalid, eid.UnknownFault
	case "notFound":
		return fault.NotFound, eid.UnknownFault
	case "unauthorized", "methodNotAllowed", "unsupportedMediaType":
		return fault.Invalid, eid.UnknownFault
	case "requestTimeout", "internalError", "Maintenance", "maintenance":
		return fault.Unavailable, eid.TechnicalFault
	}
	switch {
	case status == http.StatusRequestTimeout || status >= 500:
		return fault.Unavailable, eid.UnknownFault
	case status == http.StatusNotFound:
		return fault.NotFound, eid.UnknownFault
	}
	return fault.Invalid, eid.UnknownFault
}
