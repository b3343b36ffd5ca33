package web

import (
	"errors"
	"net/http"
	"strings"

	"samtjanst/platform/fault"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer/ui"
)

// maxReason is how much of a reason fits its control; the use case has the last word.
const maxReason = 2000

func (s *site) declinePage(r *httpkit.Request) error { return s.showDecline(r, http.StatusOK, "", "") }

func (s *site) showDecline(r *httpkit.Request, status int, reason, wrong string) error {
	id := caseID(r)
	v, err := s.Flow.Case(r.Context(), r.Actor(), id)
	if err != nil {
		return s.refusedCase(r, err, id)
	}
	if !v.MaySign || v.Applicant {
		return r.See(caseURL(id))
	}
	l := r.Locale()
	f := ui.Field{Name: "reason", Label: l.T("web.decline.reason"), Hint: l.T("web.decline.reason-hint"), Value: reason, Error: wrong, Rows: 6, MaxLength: maxReason}
	p := confirmPage{Shell: s.frame(r, v.Service.Tenant, l.T("web.decline.title")), Text: l.T("web.decline.text", "reference", v.Reference), Reason: &f,
		Action: caseURL(id) + "/avboj", Token: r.Token(), Button: ui.Button{Text: l.T("web.decline.button"), Danger: true},
		Keep: ui.Link{Text: l.T("web.decline.keep"), URL: caseURL(id)}}
	if wrong != "" {
		p.Problems = []ui.ProblemLink{f.Problem()}
	}
	return show(r, status, s.pages.confirm, p)
}

// decline records that the party does not sign. The reason reaches the officer only.
func (s *site) decline(r *httpkit.Request) error {
	id, l := caseID(r), r.Locale()
	reason := strings.TrimSpace(r.Form().Get("reason"))
	again := func(wrong string) error { return s.showDecline(r, http.StatusUnprocessableEntity, reason, wrong) }
	if reason == "" {
		return again(l.T("problem.required", "label", l.T("web.decline.reason")))
	}
	if n := len([]rune(reason)); n > maxReason {
		return again(l.T("problem.too-long", "label", l.T("web.decline.reason"), "max", maxReason, "length", n))
	}
	switch err := s.Flow.Decline(r.Context(), r.Actor(), id, reason); {
	case isConflict(err):
		return r.See(caseURL(id))
	case errors.Is(err, fault.Invalid):
		return again(l.T("problem.bad-text", "label", l.T("web.decline.reason")))
	case err != nil:
		return s.refusedCase(r, err, id)
	}
	return r.See(caseURL(id) + "?avbojt=1")
}
