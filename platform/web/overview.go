package web

import (
	"html/template"
	"slices"

	"samtjanst/platform/clock"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/identity"
	"samtjanst/renderer/i18n"
	"samtjanst/renderer/ui"
)

type overviewPage struct {
	ui.Shell
	Summary  string
	Closed   string
	ClosedIn string // language of that, when it is not the page's
	Start    string // address to begin
	Hint     string
	Facts    ui.Rows
	Needs    []string
	Help     template.HTML
	Handling template.HTML
	OtherWay template.HTML
	// OtherLang is the language of OtherWay when it is not the page's: a municipality writes it in Swedish.
	OtherLang string
	Legal     []ui.Link
}

// overview tells what there is to know before starting.
func (s *site) overview(r *httpkit.Request) error {
	t, err := s.tenant(r)
	if err != nil {
		return err
	}
	sv, err := s.Flow.Service(t.ID, r.Param("form"))
	if err != nil {
		return err
	}
	l, o := r.Locale(), sv.Form.Overview
	p := overviewPage{Shell: s.frame(r, t, sv.Form.Title.In(r.Lang)), Summary: sv.Form.Summary.In(r.Lang),
		Help: html(o.Help.In(r.Lang)), Handling: html(o.Handling.In(r.Lang))}
	p.OtherWay, p.OtherLang = otherWay(sv, r.Lang)
	p.Back = &ui.Link{Text: l.T("web.service.all"), URL: "/" + string(t.ID)}
	p.Closed, p.ClosedIn = shut(r, sv)
	if p.Closed == "" {
		p.Start, p.Hint = serviceURL(sv)+"/starta", l.T("web.service.start-hint")
		if sv.Form.Def.Meta.Open() {
			p.Start, p.Hint = openStartURL(sv), l.T("web.open.start-hint")
		}
	}
	for _, n := range o.Needs {
		p.Needs = append(p.Needs, n.In(r.Lang))
	}
	add := func(key, value string) {
		if value != "" {
			p.Facts = append(p.Facts, ui.Row{Key: l.T(key), Value: value})
		}
	}
	if n := sv.Form.Def.Meta.Overview.Minutes; n > 0 {
		add("web.service.time", l.T("web.service.minutes", "n", n))
	}
	add("web.service.signers", o.Signers.In(r.Lang))
	add("web.service.last-day", l.ISODate(sv.LastDay))
	add("web.service.decision", o.Decision.In(r.Lang))
	for _, law := range sv.Form.Def.Meta.Legal {
		if today := clock.Date(s.Clock.Now()); (law.From == "" || law.From <= today) && (law.To == "" || law.To >= today) {
			p.Legal = append(p.Legal, ui.Link{Text: law.Text, URL: law.URL})
		}
	}
	return show(r, 200, s.pages.overview, p)
}

// otherWay is how else one can apply: the form's text, in the reader's language when it has one, or the municipality's own,
// in Swedish. lang is its language when it is another than the reader's.
func otherWay(sv flow.ServiceView, reader string) (text template.HTML, lang string) {
	if sv.OtherWay != sv.Form.Def.Meta.Overview.OtherWay {
		return html(sv.OtherWay), foreign(reader)
	}
	if t, ok := sv.Form.Overview.OtherWay[reader]; ok {
		return html(t), ""
	}
	return html(sv.OtherWay), foreign(reader)
}

// foreign is the language to mark a Swedish text with on a page in the reader's language (WCAG 2.2, 3.1.2).
func foreign(reader string) string {
	if reader == i18n.Default {
		return ""
	}
	return i18n.Default
}

// resumingPage offers to go on with what has been begun.
type resumingPage struct {
	ui.Shell
	Cards  []ui.CardLink
	Lead   string // what is fetched before the first page; "" when there is something to go on with
	Action string
	Token  string
}

// beforeStart starts at once, or first shows what the person has begun of the same service. It changes nothing: the form on
// it starts.
func (s *site) beforeStart(r *httpkit.Request) error {
	t, err := s.tenant(r)
	if err != nil {
		return err
	}
	sv, err := s.Flow.Service(t.ID, r.Param("form"))
	if err != nil {
		return err
	}
	items, err := s.Flow.Mine(r.Context(), r.Actor())
	if err != nil {
		return err
	}
	if sv.Form.Def.Meta.Open() {
		return r.See(openStartURL(sv))
	}
	l := r.Locale()
	p := resumingPage{Shell: s.frame(r, t, l.T("web.resuming.title", "service", sv.Form.Title.In(r.Lang))), Action: serviceURL(sv) + "/starta", Token: r.Token()}
	p.Back = &ui.Link{Text: l.T("shell.back"), URL: serviceURL(sv)}
	for _, it := range items {
		if it.Kind == "draft" && it.Tenant.ID == t.ID && it.Form == sv.Form.Def.Meta.ID {
			p.Cards = append(p.Cards, draftCard(r, it))
		}
	}
	if len(p.Cards) == 0 {
		p.Lead = l.T("web.resuming.none")
		switch sources := sv.Form.Def.Meta.Prefill; {
		case slices.Contains(sources, "guardianship"):
			p.Lead = l.T("web.resuming.register")
		case slices.Contains(sources, "applicant"):
			p.Lead = l.T("web.resuming.applicant")
		}
	}
	return show(r, 200, s.pages.resuming, p)
}

// startDraft begins an application.
func (s *site) startDraft(r *httpkit.Request) error {
	tenant, form := r.Param("tenant"), r.Param("form")
	draft, err := s.Flow.Start(r.Context(), r.Actor(), tenant, form)
	if err != nil {
		return s.refused(r, err, func() (flow.ServiceView, error) { return s.Flow.Service(identity.TenantID(tenant), form) })
	}
	return r.See("/ansokan/" + draft)
}
