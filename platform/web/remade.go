package web

import (
	"net/http"
	"strings"

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
		Summary: renderer.SummaryView(renderer.Summary(l, v.View, renderer.Self, s.sources(r, v)), nil),
		Start:   serviceURL(v.Service), Discard: at.page("kasta"), Token: r.Token(), Expires: l.T("web.remade.until", "day", l.Date(v.Expires))}
	return show(r, http.StatusOK, s.pages.remade, p)
}

// movedNotice tells what a newer version of the service asks once more; nil when it asks nothing.
func movedNotice(r *httpkit.Request, again []string) *ui.Notice {
	if len(again) == 0 {
		return nil
	}
	l := r.Locale()
	return &ui.Notice{Tone: ui.Warning, Title: l.T("web.moved.title"), Text: l.T("web.moved.text", "questions", "”"+strings.Join(again, "”, ”")+"”")}
}
