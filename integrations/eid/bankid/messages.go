package bankid

import (
	"net/http"

	"samtjanst/integrations/eid"
	"samtjanst/platform/fault"
)

// pendingMessage gives BankID's recommended message for a hint of a pending order. An unknown hint means only that it goes
// on. Whether the app is started here or reads a QR code is told by the browser being on a phone.
func pendingMessage(hint string, phone bool) eid.Message {
	switch hint {
	case "outstandingTransaction", "noClient":
		if phone {
			return eid.TryingToStart
		}
		return eid.StartApp
	case "started":
		if phone {
			return eid.SearchingPhone
		}
		return eid.SearchingPC
	case "userSign":
		return eid.EnterCode
	case "userMrtd":
		return eid.PhotographID
	}
	return eid.InProgress
}

// failedMessage gives BankID's recommended message for a hint of a failed order.
func failedMessage(hint string, phone bool) eid.Message {
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
		if phone {
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
