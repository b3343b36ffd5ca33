package scim

import (
	"errors"
	"fmt"
	"net/http"

	"samtjanst/platform/fault"
)

// refusal is an answer that is no success, as RFC 7644 section 3.12 has it. Its text is English, for whoever sets the client up, and never has
// anything of a person.
type refusal struct {
	Status int
	Type   string // scimType, table 9; "" none
	Detail string
}

func (r *refusal) Error() string { return fmt.Sprintf("scim: %d %s: %s", r.Status, r.Type, r.Detail) }

// scimTypes (RFC 7644 table 9).
const (
	invalidFilter = "invalidFilter"
	invalidPath   = "invalidPath"
	invalidSyntax = "invalidSyntax"
	invalidValue  = "invalidValue"
	noTarget      = "noTarget"
	mutability    = "mutability"
	uniqueness    = "uniqueness"
	tooMany       = "tooMany"
	sensitive     = "sensitive"
)

func bad(scimType, format string, args ...any) error {
	return &refusal{http.StatusBadRequest, scimType, fmt.Sprintf(format, args...)}
}

func taken(detail string) error { return &refusal{http.StatusConflict, uniqueness, detail} }

func missing() error {
	return &refusal{Status: http.StatusNotFound, Detail: "there is no such resource"}
}

// refusalOf turns what went wrong within into an answer. What is not the client's doing is told by its kind alone.
func refusalOf(err error) *refusal {
	var r *refusal
	if errors.As(err, &r) {
		return r
	}
	switch fault.KindOf(err) {
	case fault.NotFound:
		return &refusal{Status: http.StatusNotFound, Detail: "there is no such resource"}
	case fault.Conflict, fault.Exists:
		return &refusal{Status: http.StatusConflict, Detail: "changed by somebody else meanwhile: read it again"}
	case fault.Unavailable:
		return &refusal{Status: http.StatusServiceUnavailable, Detail: "cannot be done now: try again"}
	}
	return &refusal{Status: http.StatusInternalServerError, Detail: "our mistake: tell us the number in X-Request-Id"}
}
