package web

import (
	"slices"
	"strings"

	"samtjanst/platform/directory"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer/ui"
)

type cataloguePage struct {
	ui.Shell
	Heading string
	Action  string
	Search  ui.Field
	Query   string
	Found   int
	Groups  []serviceGroup
	Reach   directory.Contact
}

type serviceGroup struct {
	Title string
	Cards []ui.CardLink
}

// maxQuery is how much of a search is looked at.
const maxQuery = 100

// catalogue shows a municipality's services by category, narrowed by a search.
func (s *site) catalogue(r *httpkit.Request) error {
	t, err := s.tenant(r)
	if err != nil {
		return err
	}
	l := r.Locale()
	query := strings.ToValidUTF8(strings.TrimSpace(r.Query("sok")), "")
	if len([]rune(query)) > maxQuery {
		query = string([]rune(query)[:maxQuery])
	}
	services, err := s.Flow.Catalogue(t.ID, query, r.Lang)
	if err != nil {
		return err
	}
	p := cataloguePage{Shell: s.frame(r, t, l.T("shell.service")), Heading: l.T("web.catalogue.heading", "name", t.Name), Action: "/" + string(t.ID), Query: query, Found: len(services), Reach: t.Contact,
		Search: ui.Field{Name: "sok", Label: l.T("web.catalogue.search"), Hint: l.T("web.catalogue.search-hint"), Type: "search", Value: query, Autocomplete: "off"}}
	for _, sv := range services {
		category := sv.Form.Category.In(r.Lang)
		i := slices.IndexFunc(p.Groups, func(g serviceGroup) bool { return g.Title == category })
		if i < 0 {
			p.Groups = append(p.Groups, serviceGroup{Title: category})
			i = len(p.Groups) - 1
		}
		p.Groups[i].Cards = append(p.Groups[i].Cards, serviceCard(r, sv))
	}
	slices.SortStableFunc(p.Groups, func(a, b serviceGroup) int { return strings.Compare(a.Title, b.Title) })
	return show(r, 200, s.pages.catalogue, p)
}

func serviceCard(r *httpkit.Request, sv flow.ServiceView) ui.CardLink {
	l := r.Locale()
	c := ui.CardLink{Title: sv.Form.Title.In(r.Lang), URL: serviceURL(sv), Text: sv.Form.Summary.In(r.Lang)}
	if n := sv.Form.Def.Meta.Overview.Minutes; n > 0 {
		c.Meta = append(c.Meta, l.T("web.service.minutes", "n", n))
	}
	if sv.LastDay != "" {
		c.Meta = append(c.Meta, l.T("web.service.last-day-meta", "day", l.ISODate(sv.LastDay)))
	}
	if sv.Shut() {
		c.Tag = &ui.Tag{Tone: ui.Warning, Text: l.T("web.service.closed")}
	}
	return c
}

// shut says why nothing can be begun now, and in which language when that is not the reader's.
func shut(r *httpkit.Request, sv flow.ServiceView) (text, lang string) {
	l := r.Locale()
	switch {
	case sv.Closed != "":
		return sv.Closed, foreign(r.Lang)
	case sv.Opens != "":
		return l.T("web.service.opens", "day", l.ISODate(sv.Opens)), ""
	case sv.Over:
		return l.T("web.service.over", "day", l.ISODate(sv.LastDay)), ""
	}
	return "", ""
}

func serviceURL(sv flow.ServiceView) string {
	return "/" + string(sv.Tenant.ID) + "/tjanster/" + sv.Form.Def.Meta.ID
}
