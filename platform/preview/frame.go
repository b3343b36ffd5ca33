package preview

import (
	"cmp"
	"encoding/json"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strings"

	"samtjanst/forms"
	"samtjanst/forms/answers"
	"samtjanst/forms/journey"
	"samtjanst/renderer"
	"samtjanst/renderer/ui"
)

// framePage is one page of the form, as the person sees it, and below it what the author may want to know.
type framePage struct {
	ui.Shell
	Service string
	Body    template.HTML // from renderer, which escapes every value
	Heading string        // of a page without Body
	Notice  *ui.Notice
	Summary *ui.Summary // on the check page
	Behind  behind
}

// behind is what the form knows that the page does not show.
type behind struct {
	Page      string
	Problems  []ui.Row
	Failed    []ui.Row
	Computed  string // JSON
	Submitted string // JSON
	Hidden    []string
}

// brokenPage stands where there is no form to show yet.
type brokenPage struct {
	ui.Shell
	Diagnostics []diagnostic
}

// showFrame shows the page at a spot.
func (s *Server) showFrame(w http.ResponseWriter, r *http.Request) {
	e, _ := s.source.current()
	at := spotOf(r)
	if e.form == nil {
		s.showBroken(w, r, e, at)
		return
	}
	p, err := s.open(e, at)
	if err != nil {
		s.failed(w, r, err)
		return
	}
	page := framePage{Shell: s.shell(p), Service: e.form.Title.In(p.Lang), Behind: s.behind(p)}
	l := s.catalog.In(p.Lang)
	if reason, hindered := e.graph.Hindered(p.view); hindered {
		page.Notice = &ui.Notice{Tone: ui.Warning, Text: l.T("preview.hindered", "reason", reason)}
	}
	_, shown := p.view.Page(p.Page)
	compiled, exists := e.pages.Page(p.Page, p.Lang)
	switch {
	case p.Page == journey.CheckPage:
		page.Heading = l.T("web.check.title")
		sum := renderer.SummaryView(renderer.Summary(l, p.view, renderer.Self, s.sources(p)), func(id string, at forms.Pointer) string {
			change := p.spot
			change.Page, change.Return = id, true
			return change.frame() + "#" + renderer.ControlID(p.view, nil, at)
		})
		page.Summary = &sum
		for _, problem := range e.graph.Validate(p.view, "") {
			if !problem.Soft {
				page.Shell.Problems = append(page.Shell.Problems, ui.ProblemLink{Text: renderer.ProblemText(l, p.view, nil, problem)})
			}
		}
	case !exists || !shown:
		page.Heading = l.T("preview.not-shown-title")
		page.Notice = &ui.Notice{Tone: ui.Info, Text: l.T("preview.not-shown", "page", p.Page)}
	default:
		problems := p.problems()
		page.Title = compiled.Title()
		data := renderer.PageData{View: p.view, Problems: problems, Action: p.frame(), Sources: s.sources(p), Return: p.Return, Save: true,
			Hidden: []ui.Hidden{{Name: answers.FieldPage, Value: p.Page}}}
		if p.typed != nil && p.typed.Page == p.Page {
			data.Typed = p.typed.Typed
		}
		page.Shell.Problems = compiled.Links(data)
		page.Body = template.HTML(compiled.Append(make([]byte, 0, compiled.Size()), data)) // #nosec G203: the renderer escapes
	}
	page.Title = cmp.Or(page.Title, page.Heading) + " – " + page.Service
	body, err := s.frame.Bytes(page)
	if err != nil {
		s.failed(w, r, err)
		return
	}
	html(w, http.StatusOK, body)
}

// shell is the citizen's frame, whose links stay within the preview.
func (s *Server) shell(p *place) ui.Shell {
	first := p.spot
	first.Page, first.Typed, first.Return = anyPage, "", false
	sh := ui.Shell{Lang: p.Lang, Theme: p.Theme, HomeURL: first.frame()}
	for _, lang := range s.catalog.Languages() {
		other := p.spot
		other.Lang = lang
		sh.Languages = append(sh.Languages, ui.Language{Lang: lang, Text: s.catalog.T(lang, "web.language"), URL: other.frame(), Current: lang == p.Lang})
	}
	back := p.spot
	if p.Return {
		back.Page, back.Return = journey.CheckPage, false
	} else {
		back.Page = p.edition.graph.Back(p.view, p.Page)
	}
	if back.Page != "" {
		sh.Back = &ui.Link{Text: s.catalog.T(p.Lang, "shell.back"), URL: back.frame()}
	}
	return sh
}

// sources say of every shown fact where the scenario's register had it from.
func (s *Server) sources(p *place) map[string]renderer.Source {
	name, _ := p.view.Scope.Facts["source"].(string)
	if name == "" || name == "manual" {
		return nil
	}
	out := map[string]renderer.Source{}
	for _, page := range p.edition.form.Pages {
		for _, section := range page.Sections {
			for _, f := range section.Fields {
				if f.Kind == forms.FactField {
					out[f.ID] = renderer.Source{Name: name}
				}
			}
		}
	}
	return out
}

func (s *Server) behind(p *place) behind {
	b := behind{Page: p.Page, Computed: pretty(p.view.Computed), Submitted: pretty(p.view.Answers)}
	for _, problem := range p.problems() {
		b.Problems = append(b.Problems, ui.Row{Key: string(problem.Pointer), Value: problem.Code})
	}
	for _, name := range slices.Sorted(maps.Keys(p.view.Failed)) {
		b.Failed = append(b.Failed, ui.Row{Key: name, Value: p.view.Failed[name]})
	}
	for _, at := range slices.Sorted(maps.Keys(p.view.Hidden)) {
		b.Hidden = append(b.Hidden, string(at))
	}
	return b
}

func pretty(v any) string {
	var out strings.Builder
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false) // the template escapes
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return err.Error() // answers are JSON values
	}
	return strings.TrimSpace(out.String())
}

func (s *Server) showBroken(w http.ResponseWriter, r *http.Request, e *edition, at spot) {
	body, err := s.broken.Bytes(brokenPage{Shell: ui.Shell{Lang: at.Lang, Title: s.catalog.T(at.Lang, "preview.broken"), HomeURL: at.frame()}, Diagnostics: s.diagnostics(e)})
	if err != nil {
		s.failed(w, r, err)
		return
	}
	html(w, http.StatusOK, body)
}
