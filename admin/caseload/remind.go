package caseload

import (
	"samtjanst/platform/httpkit"
	"samtjanst/platform/signing"
)

// remind is POST /admin/arenden/{case}/paminn: one party whose signature is missing.
func (a *area) remind(r *httpkit.Request) error {
	id, err := caseID(r)
	if err != nil {
		return err
	}
	if err := a.Flow.Remind(r.Context(), r.Actor(), id, signing.PartyID(r.Form().Get("part"))); err != nil {
		return err
	}
	return a.site.Done(r, r.Locale().T("admin.remind.done"), caseURL(id)+"#underskrifter")
}
