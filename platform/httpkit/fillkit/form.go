package fillkit

import (
	"html/template"
	"strconv"
	"strings"

	"samtjanst/forms/answers"
	"samtjanst/forms/journey"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer"
	"samtjanst/renderer/ui"
)

// Place is where a form stands.
type Place struct {
	Base    string // address that the pages stand below
	FileURL func(id string) string
	Hidden  []ui.Hidden // what travels along beside the form's own
	// Through: it is filled in to its end, and there is no button that saves it for later.
	Through bool
}

// Page is the address of a page of the form.
func (p Place) Page(id string) string { return p.Base + "/" + id }

// FormPage is one page of questions.
type FormPage struct {
	ui.Shell
	Service string
	Amends  string       // the case that is changed, in words
	Notices []*ui.Notice // what to know before one fills in; those that are nil are not shown
	Body    template.HTML
	Kept    string // until when it is kept, in words; "" says nothing
	Links   []ui.Link
}

// PageOf is the id of the page that a view shows.
func PageOf(v *flow.DraftView) string {
	if v.Page == nil {
		return journey.CheckPage
	}
	return v.Page.ID
}

// Form makes a page of questions; service is what is filled in, as its title says. Back leads to the page before, and is nil on the first.
func (k *Kit) Form(r *httpkit.Request, v *flow.DraftView, at Place, service string) (FormPage, error) {
	compiled, ok := k.compiled(v.Form).Page(v.Page.ID, r.Lang)
	if !ok {
		return FormPage{}, fault.New("fillkit.Form", fault.NotFound, nil)
	}
	data := renderer.PageData{View: v.View, Typed: v.Typed, Problems: v.Problems, Action: at.Page(v.Page.ID), Sources: k.Sources(r, v),
		Save: !at.Through, Return: v.Return, Lookups: v.Lookups, Times: v.Times, FileURL: at.FileURL, Hidden: append([]ui.Hidden{
			{Name: httpkit.TokenField, Value: r.Token()}, {Name: answers.FieldPage, Value: v.Page.ID},
			{Name: answers.FieldRevision, Value: strconv.FormatInt(v.Rev, 10)}}, at.Hidden...)}
	if v.Return {
		data.Hidden = append(data.Hidden, ui.Hidden{Name: ReturnField, Value: "1"})
	}
	p := FormPage{Shell: k.frame(r, v.Service.Tenant, compiled.Title()+" – "+service), Service: service,
		Body: template.HTML(compiled.Append(make([]byte, 0, compiled.Size()), data))} // #nosec G203: the renderer escapes
	p.Problems = compiled.Links(data)
	p.Back = previous(r, v, at)
	return p, nil
}

// ShowForm sends it.
func (k *Kit) ShowForm(r *httpkit.Request, status int, p FormPage) error {
	return show(r, status, k.form, p)
}

// previous leads to the page before; nil on the first.
func previous(r *httpkit.Request, v *flow.DraftView, at Place) *ui.Link {
	text := r.Locale().T("shell.back")
	switch {
	case v.Return:
		return &ui.Link{Text: text, URL: at.Page(journey.CheckPage)}
	case v.Page != nil && v.Position > 1 && v.Position-1 <= len(v.View.Pages):
		return &ui.Link{Text: text, URL: at.Page(v.View.Pages[v.Position-2].ID)}
	case v.Page == nil && len(v.View.Pages) > 0:
		return &ui.Link{Text: text, URL: at.Page(v.View.Pages[len(v.View.Pages)-1].ID)}
	}
	return nil
}

// Moved tells what a newer version of the form asks once more; nil when it asks nothing.
func Moved(r *httpkit.Request, v *flow.DraftView) *ui.Notice {
	if len(v.Again) == 0 {
		return nil
	}
	again := make([]string, len(v.Again))
	for i, q := range v.Again {
		again[i] = q.In(r.Lang)
	}
	l := r.Locale()
	return &ui.Notice{Tone: ui.Warning, Title: l.T("web.moved.title"), Text: l.T("web.moved.text", "questions", "”"+strings.Join(again, "”, ”")+"”")}
}
