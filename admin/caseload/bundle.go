package caseload

import (
	"samtjanst/platform/httpkit"
)

// caseBundle is GET /admin/arenden/{case}/bevis.zip: everything that proves the signatures, to be saved and checked by anybody, here or with
// `samtjanst verify`.
func (a *area) caseBundle(r *httpkit.Request) error {
	id, err := caseID(r)
	if err != nil {
		return err
	}
	f, err := a.Flow.CaseBundle(r.Context(), r.Actor(), id)
	if err != nil {
		return err
	}
	return file(r, f, false)
}
