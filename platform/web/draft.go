package web

import (
	"html/template"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"samtjanst/forms"
	"samtjanst/forms/answers"
	"samtjanst/forms/journey"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer"
	"samtjanst/renderer/ui"
)

// compiled keeps the compiled pages of each form version that is in use.
type compiled struct{ byVersion sync.Map } // forms.Version → *renderer.Form

func (s *site) compiled(f *forms.Form) *renderer.Form {
	if have, ok := s.forms.byVersion.Load(f.Version); ok {
		return have.(*renderer.Form)
	}
	have, _ := s.forms.byVersion.LoadOrStore(f.Version, s.Renderer.Form(f))
	return have.(*renderer.Form)
}

// formPage is one page of questions.
type formPage struct {
	ui.Shell
	Service string
	Earlier *ui.Notice
	Moved   *ui.Notice
	Amends  string        // the case that is changed, in words
	Body    template.HTML // from renderer, which escapes every value
	Discard string
	// DiscardText is what its link says.
	DiscardText string
	Expires     string
	// Later leads to a mail by which one comes back.
	Later, LaterText string
}

const returnField = "andra" // in the address and in the form: one answer is changed from the check page

// openDraft leads to the first page that is not complete.
func (s *site) openDraft(r *httpkit.Request) error {
	id := r.Param("draft")
	v, err := s.Flow.Page(r.Context(), actor(r), id, "", false)
	if err != nil {
		return s.refusedDraft(r, err, id)
	}
	return r.See(draftPlace(r).page(pageOf(v)))
}

// pageOf is the id of the page that a view shows.
func pageOf(v *flow.DraftView) string {
	if v.Page == nil {
		return journey.CheckPage
	}
	return v.Page.ID
}

// draftPage shows a page of questions. A page that cannot be reached yet leads to the one that can.
func (s *site) draftPage(r *httpkit.Request) error {
	id, page := r.Param("draft"), r.Param("page")
	v, err := s.Flow.Page(r.Context(), actor(r), id, page, r.Query(returnField) != "")
	if err != nil {
		return s.refusedDraft(r, err, id)
	}
	if now := pageOf(v); now != page {
		return r.See(draftPlace(r).page(now))
	}
	return s.showForm(r, 200, v, draftPlace(r))
}

// place is where a form stands: a draft, or the own section of a case.
type place struct {
	base    string // address that the pages stand below
	fileURL func(id string) string
	own     bool
	open    bool // begun without login
}

// page is the address of a page of the form.
func (p place) page(id string) string { return p.base + "/" + id }

func draftPlace(r *httpkit.Request) place {
	base := "/ansokan/" + r.Param("draft")
	if isOpen(r) {
		base = openURL + "/" + r.Param("draft")
	}
	return place{base: base, open: isOpen(r), fileURL: func(id string) string { return base + "/fil/" + url.PathEscape(id) }}
}

// showForm renders a page of questions.
func (s *site) showForm(r *httpkit.Request, status int, v *flow.DraftView, at place) error {
	compiled, ok := s.compiled(v.Form).Page(v.Page.ID, r.Lang)
	if !ok {
		return notFound("web.showForm")
	}
	l := r.Locale()
	whose, err := who(r)
	if err != nil {
		return err
	}
	data := renderer.PageData{View: v.View, Typed: v.Typed, Problems: v.Problems, Action: at.base + "/" + v.Page.ID, Sources: s.sources(r, v),
		Save: !at.own, Return: v.Return, Lookups: v.Lookups, Times: v.Times, FileURL: at.fileURL, Hidden: []ui.Hidden{
			{Name: httpkit.TokenField, Value: r.Token()}, {Name: answers.FieldPage, Value: v.Page.ID},
			{Name: answers.FieldRevision, Value: strconv.FormatInt(v.Rev, 10)}, whose}}
	if v.Return {
		data.Hidden = append(data.Hidden, ui.Hidden{Name: returnField, Value: "1"})
	}
	service := v.Form.Title.In(r.Lang)
	if v.Amends != nil {
		service = amending(r, v.Amends)
	} else if at.own { // in a case, where there is nothing to apply for
		service = v.Form.Translate("signing.document", v.Form.Def.Meta.Signing.Document).In(r.Lang)
	}
	p := formPage{Shell: s.frame(r, v.Service.Tenant, compiled.Title()+" – "+service), Service: service,
		Body: template.HTML(compiled.Append(make([]byte, 0, compiled.Size()), data))} // #nosec G203: the renderer escapes
	p.Problems = compiled.Links(data)
	p.Back = s.back(r, v, at)
	if v.Earlier != nil {
		p.Earlier = earlierNotice(r, v.Earlier)
	}
	var again []string
	for _, q := range v.Again {
		again = append(again, q.In(r.Lang))
	}
	p.Moved = movedNotice(r, again)
	if v.Amends != nil { // which the line says above it
		p.Service = v.Form.Title.In(r.Lang)
	}
	p.Amends, p.DiscardText = amending(r, v.Amends), discardText(r, v)
	if v.Amends != nil {
		p.Discard, p.Expires = at.base+"/kasta", l.Date(v.Expires)
	} else if !at.own {
		p.Discard, p.Later, p.LaterText = at.base+"/kasta", at.base+"/paminnelse", l.T("web.later.remind")
		if at.open {
			p.Later, p.LaterText = at.base+"/lank", l.T("web.later.link")
		}
		p.Expires = l.Date(v.Expires)
	}
	return show(r, status, s.pages.form, p)
}

func discardText(r *httpkit.Request, v *flow.DraftView) string {
	if v.Amends != nil {
		return r.Locale().T("web.amend.discard")
	}
	return r.Locale().T("web.form.discard")
}

// back leads to the page before, or out of the form.
func (s *site) back(r *httpkit.Request, v *flow.DraftView, at place) *ui.Link {
	text := r.Locale().T("shell.back")
	switch {
	case v.Return:
		return &ui.Link{Text: text, URL: at.base + "/" + journey.CheckPage}
	case v.Page != nil && v.Position > 1 && v.Position-1 <= len(v.View.Pages):
		return &ui.Link{Text: text, URL: at.base + "/" + v.View.Pages[v.Position-2].ID}
	case v.Page == nil && len(v.View.Pages) > 0:
		return &ui.Link{Text: text, URL: at.base + "/" + v.View.Pages[len(v.View.Pages)-1].ID}
	case at.own:
		return &ui.Link{Text: text, URL: strings.TrimSuffix(at.base, "/egna-uppgifter")}
	}
	if at.open {
		return &ui.Link{Text: text, URL: serviceURL(v.Service)}
	}
	if v.Amends != nil {
		return &ui.Link{Text: r.Locale().T("web.sign.back"), URL: caseURL(v.Amends.Case)}
	}
	return &ui.Link{Text: r.Locale().T("web.mine.to"), URL: "/mina-sidor"}
}

func earlierNotice(r *httpkit.Request, e *flow.Earlier) *ui.Notice {
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
