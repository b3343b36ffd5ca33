package caseload

import (
	"samtjanst/platform/httpkit"
	"samtjanst/platform/signing"
)

// letter is GET /admin/arenden/{case}/brev/{party}/{what}: the PDF to print, with the signing sheet when a signature is asked for.
func (a *area) letter(r *httpkit.Request) error {
	id, err := caseID(r)
	if err != nil {
		return err
	}
	f, err := a.Flow.Letter(r.Context(), r.Actor(), id, signing.PartyID(r.Param("party")), r.Param("what"))
	if err != nil {
		return err
	}
	return file(r, f, true)
}

// letterSent is POST /admin/arenden/{case}/brev: the letter has been posted.
func (a *area) letterSent(r *httpkit.Request) error {
	id, err := caseID(r)
	if err != nil {
		return err
	}
	task, err := taskNumber(r)
	if err != nil {
		return err
	}
	party := signing.PartyID(r.Form().Get("part"))
	if err := a.Flow.LetterSent(r.Context(), r.Actor(), id, party, r.Form().Get("vad"), task); err != nil {
		return err
	}
	return a.site.Done(r, r.Locale().T("admin.letter.done"), caseURL(id))
}
