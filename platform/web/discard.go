package web

import (
	"net/http"

	"samtjanst/platform/httpkit"
	"samtjanst/platform/httpkit/fillkit"
	"samtjanst/renderer/ui"
)

// confirmPage asks before something that cannot be undone, with a reason where one is wanted.
type confirmPage struct {
	ui.Shell
	Text   string
	Reason *ui.Field
	Action string
	Token  string
	Button ui.Button
	Keep   ui.Link
}

// discardPage asks before an application that is begun is thrown away.
func (s *site) discardPage(r *httpkit.Request) error {
	id := r.Param("draft")
	v, err := s.Flow.Page(r.Context(), actor(r), id, "", false)
	if err != nil {
		return s.refusedDraft(r, err, id)
	}
	l := r.Locale()
	p := confirmPage{Shell: s.frame(r, v.Service.Tenant, l.T("web.discard.title")), Text: l.T("web.discard.text", "service", v.Form.Title.In(r.Lang)),
		Action: draftPlace(r).Page("kasta"), Token: r.Token(), Button: ui.Button{Text: l.T("web.discard.button"), Danger: true},
		Keep: ui.Link{Text: l.T("web.discard.keep"), URL: draftPlace(r).Page(fillkit.PageOf(v))}}
	if v.Amends != nil {
		p.Title, p.Text = l.T("web.amend.discard"), l.T("web.amend.discard-text", "reference", v.Amends.Reference)
		p.Button.Text, p.Keep.Text = l.T("web.amend.discard"), l.T("web.amend.go-on")
	}
	return show(r, http.StatusOK, s.pages.confirm, p)
}

func (s *site) discard(r *httpkit.Request) error {
	id, a, leave := r.Param("draft"), actor(r), "/mina-sidor?kastad=1"
	if v, err := s.Flow.Page(r.Context(), a, id, "", false); err == nil && v.Amends != nil {
		leave = caseURL(v.Amends.Case)
	}
	if isOpen(r) {
		sv, err := s.Flow.DraftService(r.Context(), a, id)
		if err != nil {
			return err
		}
		leave = serviceURL(sv)
	}
	if err := s.Flow.Discard(r.Context(), a, id); err != nil {
		return err
	}
	return r.See(leave)
}
