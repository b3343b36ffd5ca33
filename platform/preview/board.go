package preview

import (
	"net/http"
	"strconv"

	"samtjanst/forms/journey"
	"samtjanst/renderer"
	"samtjanst/renderer/ui"
)

// boardPage is the author's page: what is wrong, where one is, and the page in two sizes.
type boardPage struct {
	ui.Shell
	Seq         int
	Stale       bool
	Diagnostics []diagnostic
	Scenarios   []outcome
	Passed      int

	Choices []choice // selects of the form that leads elsewhere
	Hidden  []ui.Hidden
	People  []ui.Link // who fills in, within the scenario
	Steps   []ui.Link // of that person
	Pages   []ui.Link
	Address string // address of the page in the frames; "" when there is no form yet
}

// diagnostic as it is shown.
type diagnostic struct{ Where, What, Mend string }

// outcome of a scenario.
type outcome struct {
	File, Title string
	URL         string
	Diffs       []string
}

// choice is a select.
type choice struct {
	Name, Label string
	Options     []option
}

type option struct {
	Value, Text string
	Selected    bool
}

func (s *Server) diagnostics(e *edition) []diagnostic {
	var out []diagnostic
	for _, d := range e.diagnostics {
		where := d.File
		if d.Line > 0 {
			where += ":" + strconv.Itoa(d.Line) + ":" + strconv.Itoa(d.Column)
		}
		out = append(out, diagnostic{where, d.What, d.Mend})
	}
	return out
}

func (s *Server) showBoard(w http.ResponseWriter, r *http.Request) {
	e, _ := s.source.current()
	at := spotOf(r)
	l := s.catalog.In(at.Lang)
	at.Lang = l.Lang
	page := boardPage{Shell: ui.Shell{Lang: l.Lang, Title: l.T("preview.title"), Staff: true, Wide: true, HomeURL: "/"},
		Seq: e.seq, Stale: e.stale, Diagnostics: s.diagnostics(e)}
	if e.form != nil {
		page.Title = e.form.Title.In(l.Lang) + " – " + page.Title
		at = s.aboutScenarios(&page, e, at)
		s.aboutPages(&page, e, at)
		page.Address = at.frame()
	}
	for _, lang := range s.catalog.Languages() {
		other := at
		other.Lang = lang
		page.Languages = append(page.Languages, ui.Language{Lang: lang, Text: s.catalog.T(lang, "web.language"), URL: other.board(), Current: lang == l.Lang})
	}
	body, err := s.board.Bytes(page)
	if err != nil {
		s.failed(w, r, err)
		return
	}
	html(w, http.StatusOK, body)
}

// aboutScenarios fills in who can be there and after what. A scenario that is gone is as none.
func (s *Server) aboutScenarios(page *boardPage, e *edition, at spot) spot {
	l := s.catalog.In(at.Lang)
	for _, one := range e.results {
		to := spot{Scenario: one.File, Lang: at.Lang, Theme: at.Theme}
		page.Scenarios = append(page.Scenarios, outcome{File: one.File, Title: one.Title, URL: to.board(), Diffs: one.Diffs})
		if one.Passed() {
			page.Passed++
		}
	}
	which := choice{Name: "scenario", Label: l.T("preview.scenario"), Options: []option{{"", l.T("preview.nobody"), at.Scenario == ""}}}
	for _, sc := range e.scenarios {
		which.Options = append(which.Options, option{sc.File, sc.Title, sc.File == at.Scenario})
	}
	page.Choices = append(page.Choices, which)
	sc, ok := e.scenario(at.Scenario)
	if !ok {
		at.Scenario, at.Who, at.Step = "", 0, 0
		return at
	}
	who := people(sc)
	at.Who = min(at.Who, len(who)-1)
	for i, p := range who {
		to := at
		to.Who, to.Step, to.Page = i, 0, ""
		page.People = append(page.People, ui.Link{Text: s.role(e, p.role, at.Lang), URL: to.board(), Current: i == at.Who})
	}
	steps := who[at.Who].steps
	at.Step = min(at.Step, len(steps))
	for i := 0; i <= len(steps); i++ {
		to := at
		to.Step, to.Page = i, ""
		text := l.T("preview.end")
		if i < len(steps) {
			text = l.T("preview.step", "n", i+1, "page", steps[i].Page)
		}
		page.Steps = append(page.Steps, ui.Link{Text: text, URL: to.board(), Current: i == at.Step})
	}
	return at
}

// role in words: the form's own where it has them.
func (s *Server) role(e *edition, role, lang string) string {
	for _, p := range e.form.Def.Meta.Parties {
		if p.Role == role {
			return e.form.Translate("parties."+role+".title", p.Title).In(lang)
		}
	}
	if role == journey.Applicant {
		return s.catalog.T(lang, "preview.applicant")
	}
	return role
}

// aboutPages fills in where one can go, and in which looks.
func (s *Server) aboutPages(page *boardPage, e *edition, at spot) {
	l := s.catalog.In(at.Lang)
	add := func(id, title string) {
		to := at
		to.Page = id
		page.Pages = append(page.Pages, ui.Link{Text: title, URL: to.board(), Current: id == at.Page})
	}
	add("", l.T("preview.here"))
	for _, p := range e.form.Pages {
		first := p.Instance(0) // of one that is asked for each row that of the first
		add(first.ID, renderer.PageTitle(l, first))
	}
	add(journey.CheckPage, l.T("web.check.title"))
	looks := choice{Name: "tema", Label: l.T("preview.theme")}
	for _, t := range s.themes {
		looks.Options = append(looks.Options, option{t.id, t.name, t.id == at.Theme || at.Theme == "" && t.id == ui.FallbackTheme})
	}
	page.Choices = append(page.Choices, looks)
	page.Hidden = []ui.Hidden{{Name: "sprak", Value: at.Lang}}
}
