package web

import (
	"errors"
	"html/template"
	"net/http"

	"samtjanst/platform/casework"
	"samtjanst/platform/directory"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer/ui"
)

func notFound(op string) error { return fault.New(op, fault.NotFound, nil) }

// problemPage is every error page, and the page that somebody who cannot use a service reads.
type problemPage struct {
	ui.Shell
	Text      string
	TextLang  string // when it is another than the page's
	OtherWay  template.HTML
	OtherLang string
	Reach     *directory.Contact
	Reference string
	Link      *ui.Link
}

// errorPage is the page for a kind of fault.
func (s *site) errorPage(r *httpkit.Request, p httpkit.Problem) ([]byte, error) {
	page := problemPage{Shell: s.frame(r, nil, p.Title), Text: p.Text, Reference: p.Reference}
	page.Link = &ui.Link{Text: r.Locale().T("web.problem.start"), URL: "/"}
	if p.Kind == fault.Forbidden { // among citizens' pages only ever a form whose token is not the session's
		l := r.Locale()
		page.Title, page.Text = l.T("web.problem.stale"), l.T("web.problem.stale-text")
	}
	if p.Kind == fault.Hindered {
		page.Reference = "" // there is nothing to look up: the page is the same for everybody
	}
	return s.pages.problem.Bytes(page)
}

// refused answers an error of a use case; when the service cannot be used it names the other way to apply. The status, the
// words and what stands on the page are the same for every cause (design.md section 3, "never hinted at by a different
// wording").
func (s *site) refused(r *httpkit.Request, err error, service func() (flow.ServiceView, error)) error {
	gone := errors.Is(err, fault.Gone)
	if !gone && !errors.Is(err, fault.Hindered) {
		return err
	}
	sv, serr := service()
	if serr != nil {
		return err
	}
	l := r.Locale()
	page := problemPage{Reach: &sv.Tenant.Contact}
	page.OtherWay, page.OtherLang = otherWay(sv, r.Lang)
	status := httpkit.Status(fault.Hindered)
	if gone {
		page.Shell, status = s.frame(r, sv.Tenant, l.T("web.problem.closed")), http.StatusOK
		page.Text, page.TextLang = shut(r, sv)
	} else {
		page.Shell, page.Text = s.frame(r, sv.Tenant, l.T("fault.hindered.title")), l.T("web.problem.hindered")
	}
	page.Link = &ui.Link{Text: l.T("web.mine.to"), URL: "/mina-sidor"}
	if isOpen(r) {
		page.Link = &ui.Link{Text: l.T("web.problem.start"), URL: "/"}
	}
	return show(r, status, s.pages.problem, page)
}

// refusedDraft is refused for a draft, whose service is found among what the person has. A draft that has been handed in
// leads to its case: somebody went back in the browser, or had it open in two tabs.
func (s *site) refusedDraft(r *httpkit.Request, err error, draft string) error {
	if errors.Is(err, flow.ErrRemade) {
		return r.See(draftPlace(r).Base + remadeURL)
	}
	if errors.Is(err, fault.NotFound) {
		// No draft has this revision, so nothing can be handed in by asking.
		if id, _, err := s.Flow.Submit(r.Context(), actor(r), draft, -1); err == nil && id != "" {
			if isOpen(r) {
				return r.See(receiptURL(id))
			}
			return r.See(caseURL(id))
		}
	}
	if isOpen(r) {
		return s.refused(r, err, func() (flow.ServiceView, error) { return s.Flow.DraftService(r.Context(), actor(r), draft) })
	}
	return s.refused(r, err, func() (flow.ServiceView, error) { return s.serviceOf(r, draft) })
}

// refusedCase is refused for a case.
func (s *site) refusedCase(r *httpkit.Request, err error, id casework.ID) error {
	return s.refused(r, err, func() (flow.ServiceView, error) { return s.serviceOf(r, string(id)) })
}

func (s *site) serviceOf(r *httpkit.Request, id string) (flow.ServiceView, error) {
	items, err := s.Flow.Mine(r.Context(), r.Actor())
	if err != nil {
		return flow.ServiceView{}, err
	}
	for _, it := range items {
		if it.ID == id {
			return s.Flow.Service(it.Tenant.ID, it.Form)
		}
	}
	return flow.ServiceView{}, notFound("web.serviceOf")
}
