package web

import (
	"net/http"
	"strings"

	"samtjanst/forms"
	"samtjanst/forms/journey"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer"
	"samtjanst/renderer/ui"
)

// checkPage shows all answers before they are handed in.
type checkPage struct {
	ui.Shell
	Service string
	Earlier *ui.Notice
	Sign    bool // the applicant signs when it has been handed in
	Summary ui.Summary
	Held    []string // how the times that are chosen are held
	Files   ui.Files
	Signers string
	Action  string
	Token   string
	Rev     int64
	Amends  string // the case that is changed, in words
	Voids   string // who has to sign again
	Discard string
	// DiscardText is what its link says.
	DiscardText string
}

// check shows the answers. When something is missing it leads there first.
func (s *site) check(r *httpkit.Request) error {
	id := r.Param("draft")
	v, err := s.Flow.Page(r.Context(), actor(r), id, journey.CheckPage, false)
	if err != nil {
		return s.refusedDraft(r, err, id)
	}
	if v.Page != nil {
		return r.See(draftPlace(r).page(v.Page.ID))
	}
	return s.showCheck(r, http.StatusOK, v)
}

func (s *site) showCheck(r *httpkit.Request, status int, v *flow.DraftView) error {
	l := r.Locale()
	at := draftPlace(r)
	base := at.base
	change := func(page string, at forms.Pointer) string {
		address := base + "/" + page + "?" + returnField + "=1"
		if id := renderer.ControlID(v.View, nil, at); id != "" {
			address += "#" + id
		}
		return address
	}
	p := checkPage{Shell: s.frame(r, v.Service.Tenant, l.T("web.check.title")), Service: v.Form.Title.In(r.Lang), Action: base + "/" + journey.CheckPage,
		Token: r.Token(), Rev: v.Rev, Signers: v.Form.Overview.Signers.In(r.Lang), Discard: base + "/kasta", Held: heldTimes(r, v), Amends: amending(r, v.Amends), DiscardText: discardText(r, v),
		Sign:    v.Form.Def.Meta.Signing.Applicant,
		Summary: renderer.SummaryView(renderer.Summary(l, v.View, renderer.Self, s.sources(r, v)), change)}
	if v.Amends != nil {
		p.Title = l.T("web.amend.check-title")
	}
	p.Back = s.back(r, v, at)
	if v.Amends != nil {
		p.Signers = ""
		p.Voids = voided(r, v.Amends.Signed, v.Amends.Reference)
	}
	if r.Query("andrad") != "" {
		p.Flash = &ui.Notice{Tone: ui.Warning, Text: l.T("web.check.changed")}
	}
	if v.Earlier != nil {
		p.Earlier = earlierNotice(r, v.Earlier)
	}
	for _, problem := range v.Problems {
		if !problem.Soft {
			p.Problems = append(p.Problems, s.checkProblem(r, v, problem))
		}
	}
	return show(r, status, s.pages.check, p)
}

// checkProblem names a problem on the check page; the answers below it lead to where it is mended.
func (s *site) checkProblem(r *httpkit.Request, v *flow.DraftView, problem forms.Problem) ui.ProblemLink {
	if problem.Code == flow.PartiesChanged {
		return ui.ProblemLink{Text: r.Locale().T("web.amend.others")}
	}
	if id, ok := strings.CutPrefix(string(problem.Pointer), "page:"); ok {
		title := id
		if page, ok := v.View.Page(id); ok {
			title = renderer.PageTitle(r.Locale(), page)
		}
		return ui.ProblemLink{Text: r.Locale().T("web.check.incomplete", "page", title)}
	}
	return ui.ProblemLink{Text: renderer.ProblemText(r.Locale(), v.View, nil, problem)}
}

// submit hands in. However often it is posted, one case comes of it.
func (s *site) submit(r *httpkit.Request) error {
	id := r.Param("draft")
	kase, v, err := s.Flow.Submit(r.Context(), actor(r), id, revision(r.Form()))
	if isConflict(err) {
		return r.See(draftPlace(r).page(journey.CheckPage) + "?andrad=1") // in another tab: it is read again first
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
