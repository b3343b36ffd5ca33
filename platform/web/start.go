package web

import (
	"samtjanst/platform/httpkit"
	"samtjanst/renderer/ui"
)

// listPage lists municipalities to go to.
type listPage struct {
	ui.Shell
	Lead  string
	Cards []ui.CardLink
}

// start lets one choose a municipality.
func (s *site) start(r *httpkit.Request) error {
	return s.municipalities(r, "web.start.title", "web.start.lead", "")
}

// statements leads from pages without a municipality to the statement of each (lag 2018:1937, 13 §).
func (s *site) statements(r *httpkit.Request) error {
	return s.municipalities(r, "shell.statement", "web.start.statement-lead", "/tillganglighet")
}

// privacies leads to how each municipality handles personal data.
func (s *site) privacies(r *httpkit.Request) error {
	return s.municipalities(r, "shell.privacy", "web.start.privacy-lead", "/personuppgifter")
}

func (s *site) municipalities(r *httpkit.Request, title, lead, below string) error {
	l := r.Locale()
	p := listPage{Shell: s.frame(r, nil, l.T(title)), Lead: l.T(lead)}
	for _, t := range s.Directory.Tenants() {
		p.Cards = append(p.Cards, ui.CardLink{Title: t.Name, URL: "/" + string(t.ID) + below})
	}
	if below == "" && r.Query("glomt") != "" {
		p.Flash = &ui.Notice{Tone: ui.Success, Text: l.T("web.start-forgotten")}
	}
	return show(r, 200, s.pages.list, p)
}
