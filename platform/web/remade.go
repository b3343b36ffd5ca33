package web

import (
	"net/http"

	"samtjanst/platform/httpkit"
	"samtjanst/renderer"
	"samtjanst/renderer/ui"
)

// remadePage shows an application that was begun before the service was made anew: what was filled in, to be read until it is removed.
type remadePage struct {
	ui.Shell
	Heading, Text string
	Summary       ui.Summary
	Files         ui.Files
	Start         string // where a new one is begun
	Discard       string
	Token         string
	Expires       string
}

// remadeURL is below the place of the draft.
const remadeURL = "/omgjord"

func (s *site) remade(r *httpkit.Request) error {
	v, err := s.Flow.Remade(r.Context(), actor(r), r.Param("draft"))
	if err != nil {
		return err
	}
	l, at := r.Locale(), draftPlace(r)
	name := v.Form.Title.In(r.Lang)
	p := remadePage{Shell: s.frame(r, v.Service.Tenant, l.T("web.remade.title")), Heading: l.T("web.remade.title"), Text: l.T("web.remade.text", "service", name),
		Summary: renderer.SummaryView(renderer.Summary(l, v.View, renderer.Self, s.fill.Sources(r, v)), nil),
		Start:   serviceURL(v.Service), Discard: at.Page("kasta"), Token: r.Token(), Expires: l.T("web.remade.until", "day", l.Date(v.Expires))}
	return show(r, http.StatusOK, s.pages.remade, p)
}
