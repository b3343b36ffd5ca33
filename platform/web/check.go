package web

import (
	"net/http"
	"strings"

	"samtjanst/forms/journey"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/httpkit/fillkit"
	"samtjanst/renderer/ui"
)

// check shows the answers. When something is missing it leads there first.
func (s *site) check(r *httpkit.Request) error {
	id := r.Param("draft")
	v, err := s.Flow.Page(r.Context(), actor(r), id, journey.CheckPage, false)
	if err != nil {
		return s.refusedDraft(r, err, id)
	}
	if v.Page != nil {
		return r.See(draftPlace(r).Page(v.Page.ID))
	}
	return s.showCheck(r, http.StatusOK, v)
}

func (s *site) showCheck(r *httpkit.Request, status int, v *flow.DraftView) error {
	l := r.Locale()
	at := draftPlace(r)
	title := l.T("web.check.title")
	if v.Amends != nil {
		title = l.T("web.amend.check-title")
	}
	p := s.fill.Check(r, v, at.Place, title)
	if p.Back == nil {
		p.Back = s.out(r, v, at)
	}
	p.Notices, p.Lead, p.Submit = []*ui.Notice{earlierNotice(r, v.Earlier)}, l.T("web.check.lead"), l.T("web.check.submit")
	p.Links = []ui.Link{{Text: discardText(r, v), URL: at.Page("kasta")}}
	next := l.T("web.check.next-unsigned")
	if v.Form.Def.Meta.Signing.Applicant {
		next = l.T("web.check.next-text")
	}
	if v.Amends != nil {
		p.Amends, p.Lead, p.Submit = amending(r, v.Amends), l.T("web.amend.check"), l.T("web.amend.submit")
		if voids := voided(r, v.Amends.Signed, v.Amends.Reference); voids != "" { // who has to sign again
			next = voids
		}
	}
	p.Next = []string{next}
	if signers := v.Form.Overview.Signers.In(r.Lang); signers != "" && v.Amends == nil {
		p.Next = append(p.Next, signers)
	}
	if r.Query("andrad") != "" {
		p.Flash = &ui.Notice{Tone: ui.Warning, Text: l.T("web.check.changed")}
	}
	return s.fill.ShowCheck(r, status, p)
}

// submit hands in. However often it is posted, one case comes of it.
func (s *site) submit(r *httpkit.Request) error {
	id := r.Param("draft")
	kase, v, err := s.Flow.Submit(r.Context(), actor(r), id, fillkit.Revision(r.Form()))
	if isConflict(err) {
		return r.See(draftPlace(r).Page(journey.CheckPage) + "?andrad=1") // in another tab: it is read again first
	}
	if err != nil {
		return s.refusedDraft(r, err, id)
	}
	if v != nil {
		return s.showCheck(r, http.StatusUnprocessableEntity, v)
	}
	if isOpen(r) {
		return r.See(receiptURL(kase))
	}
	if strings.HasPrefix(id, string(kase)) { // a draft that changes a case is called after it
		return r.See(caseURL(kase) + "?andrad=1")
	}
	return r.See(caseURL(kase) + "?inskickad=1")
}
