package caseload

import (
	"samtjanst/platform/httpkit"
)

// attachment is GET /admin/arenden/{case}/bilaga/{file}: what somebody uploaded is saved, never shown within our pages.
func (a *area) attachment(r *httpkit.Request) error {
	id, err := caseID(r)
	if err != nil {
		return err
	}
	f, err := a.Flow.StaffAttachment(r.Context(), r.Actor(), id, r.Param("file"))
	if err != nil {
		return err
	}
	return file(r, f, false)
}

// part is GET /admin/arenden/{case}/handling/{part}: a decision, or the evidence of a signature.
func (a *area) part(r *httpkit.Request) error {
	id, err := caseID(r)
	if err != nil {
		return err
	}
	f, err := a.Flow.StaffPart(r.Context(), r.Actor(), id, r.Param("part"))
	if err != nil {
		return err
	}
	return file(r, f, true)
}

// casePDF is GET /admin/arenden/{case}/arende.pdf: everything there is, in one file.
func (a *area) casePDF(r *httpkit.Request) error {
	id, err := caseID(r)
	if err != nil {
		return err
	}
	f, err := a.Flow.CasePDF(r.Context(), r.Actor(), id)
	if err != nil {
		return err
	}
	return file(r, f, true)
}
