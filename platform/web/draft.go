package web

import (
	"net/url"
	"strings"

	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/httpkit/fillkit"
	"samtjanst/renderer/ui"
)

// openDraft leads to the first page that is not complete.
func (s *site) openDraft(r *httpkit.Request) error {
	id := r.Param("draft")
	v, err := s.Flow.Page(r.Context(), actor(r), id, "", false)
	if err != nil {
		return s.refusedDraft(r, err, id)
	}
	return r.See(draftPlace(r).Page(fillkit.PageOf(v)))
}

// draftPage shows a page of questions. A page that cannot be reached yet leads to the one that can.
func (s *site) draftPage(r *httpkit.Request) error {
	id, page := r.Param("draft"), r.Param("page")
	v, err := s.Flow.Page(r.Context(), actor(r), id, page, r.Query(fillkit.ReturnField) != "")
	if err != nil {
		return s.refusedDraft(r, err, id)
	}
	if now := fillkit.PageOf(v); now != page {
		return r.See(draftPlace(r).Page(now))
	}
	return s.showForm(r, 200, v, draftPlace(r))
}

// place is where a form stands: a draft, or the own section of a case.
type place struct {
	fillkit.Place
	own  bool
	open bool // begun without login
}

func draftPlace(r *httpkit.Request) place {
	base := "/ansokan/" + r.Param("draft")
	if isOpen(r) {
		base = openURL + "/" + r.Param("draft")
	}
	return place{open: isOpen(r), Place: fillkit.Place{Base: base, FileURL: func(id string) string { return base + "/fil/" + url.PathEscape(id) }}}
}

// showForm renders a page of questions.
func (s *site) showForm(r *httpkit.Request, status int, v *flow.DraftView, at place) error {
	l := r.Locale()
	whose, err := who(r)
	if err != nil {
		return err
	}
	at.Hidden = []ui.Hidden{whose}
	service := v.Form.Title.In(r.Lang)
	if v.Amends != nil {
		service = amending(r, v.Amends)
	} else if at.own { // in a case, where there is nothing to apply for
		service = v.Form.Translate("signing.document", v.Form.Def.Meta.Signing.Document).In(r.Lang)
	}
	p, err := s.fill.Form(r, v, at.Place, service)
	if err != nil {
		return err
	}
	if p.Back == nil {
		p.Back = s.out(r, v, at)
	}
	p.Notices = []*ui.Notice{earlierNotice(r, v.Earlier), fillkit.Moved(r, v)}
	if v.Amends != nil { // which the line says above it
		p.Service = v.Form.Title.In(r.Lang)
	}
	p.Amends = amending(r, v.Amends)
	if !at.own || v.Amends != nil {
		p.Kept = l.T("web.form.kept", "day", l.Date(v.Expires))
		p.Links = []ui.Link{{Text: discardText(r, v), URL: at.Page("kasta")}}
	}
	switch {
	case at.own, v.Amends != nil:
	case at.open:
		p.Links = append(p.Links, ui.Link{Text: l.T("web.later.link"), URL: at.Page("lank")})
	default:
		p.Links = append(p.Links, ui.Link{Text: l.T("web.later.remind"), URL: at.Page("paminnelse")})
	}
	return s.fill.ShowForm(r, status, p)
}

func discardText(r *httpkit.Request, v *flow.DraftView) string {
	if v.Amends != nil {
		return r.Locale().T("web.amend.discard")
	}
	return r.Locale().T("web.form.discard")
}

// out leads out of the form from its first page.
func (s *site) out(r *httpkit.Request, v *flow.DraftView, at place) *ui.Link {
	text := r.Locale().T("shell.back")
	switch {
	case at.own:
		return &ui.Link{Text: text, URL: strings.TrimSuffix(at.Base, "/egna-uppgifter")}
	case at.open:
		return &ui.Link{Text: text, URL: serviceURL(v.Service)}
	case v.Amends != nil:
		return &ui.Link{Text: r.Locale().T("web.sign.back"), URL: caseURL(v.Amends.Case)}
	}
	return &ui.Link{Text: r.Locale().T("web.mine.to"), URL: "/mina-sidor"}
}

func earlierNotice(r *httpkit.Request, e *flow.Earlier) *ui.Notice {
	if e == nil {
		return nil
	}
	l := r.Locale()
	n := &ui.Notice{Tone: ui.Warning, Title: l.T("web.earlier.title"), Text: l.T("web.earlier.text", "reference", e.Reference, "day", l.Date(e.Submitted))}
	if e.Case != "" {
		n.Links = []ui.Link{{Text: l.T("web.earlier.link"), URL: caseURL(e.Case)}}
	}
	return n
}

// draftFile gives back a file that was uploaded.
func (s *site) draftFile(r *httpkit.Request) error {
	f, err := s.Flow.DraftFile(r.Context(), actor(r), r.Param("draft"), r.Param("file"))
	if err != nil {
		return err
	}
	return send(r, f, false)
}

func send(r *httpkit.Request, f *flow.File, inline bool) error {
	return r.File(httpkit.Download{Name: f.Name, Type: f.Type, Size: f.Size, Body: f.Body, Inline: inline})
}
