package web

import (
	"net/http"

	"samtjanst/platform/httpkit"
	"samtjanst/renderer/ui"
)

func (s *site) withdrawPage(r *httpkit.Request) error {
	v, err := s.Flow.Case(r.Context(), r.Actor(), caseID(r))
	if err != nil {
		return s.refusedCase(r, err, caseID(r))
	}
	if !v.MayWithdraw {
		return r.See(caseURL(v.ID))
	}
	l := r.Locale()
	return show(r, http.StatusOK, s.pages.confirm, confirmPage{Shell: s.frame(r, v.Service.Tenant, l.T("web.withdraw.title")),
		Text: l.T("web.withdraw.text", "reference", v.Reference), Action: caseURL(v.ID) + "/aterkalla", Token: r.Token(),
		Button: ui.Button{Text: l.T("web.withdraw.button"), Danger: true}, Keep: ui.Link{Text: l.T("web.withdraw.keep"), URL: caseURL(v.ID)}})
}

func (s *site) withdraw(r *httpkit.Request) error {
	if err := s.Flow.Withdraw(r.Context(), r.Actor(), caseID(r)); err != nil && !isConflict(err) {
		return err
	}
	return r.See(caseURL(caseID(r))) // a conflict: decided or withdrawn already, which the page tells
}
