package prepare

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"

	"samtjanst/forms"
	"samtjanst/forms/journey"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/httpkit/fillkit"
	"samtjanst/renderer/ui"
)

func place(r *httpkit.Request) fillkit.Place {
	base := draftURL(draftID(r))
	return fillkit.Place{Base: base, FileURL: func(id string) string { return base + "/fil/" + url.PathEscape(id) }}
}

// open is GET /admin/nytt/utkast/{draft}: the first page that is not complete.
func (a *area) open(r *httpkit.Request) error {
	v, err := a.Flow.Page(r.Context(), r.Actor(), draftID(r), "", false)
	if err != nil {
		return a.handedIn(r, err)
	}
	return r.See(place(r).Page(fillkit.PageOf(v)))
}

// handedIn leads to the case that a draft has become, whoever of the board handed it in; err when it has not.
func (a *area) handedIn(r *httpkit.Request, err error) error {
	if !errors.Is(err, fault.NotFound) {
		return err
	}
	id, _, none := a.Flow.Submit(r.Context(), r.Actor(), draftID(r), -1) // no draft has this revision, so nothing is handed in by asking
	if none != nil {
		return err
	}
	return r.See(caseURL(id))
}

// page is GET of a page of questions. One that cannot be reached yet leads to the one that can.
func (a *area) page(r *httpkit.Request) error {
	v, err := a.Flow.Page(r.Context(), r.Actor(), draftID(r), r.Param("page"), r.Query(fillkit.ReturnField) != "")
	if err != nil {
		return a.handedIn(r, err)
	}
	if now := fillkit.PageOf(v); now != r.Param("page") {
		return r.See(place(r).Page(now))
	}
	return a.questions(r, http.StatusOK, v)
}

func (a *area) questions(r *httpkit.Request, status int, v *flow.DraftView) error {
	w := a.words(r)
	p, err := a.fill.Form(r, v, place(r), v.Form.Title.In(w.Lang))
	if err != nil {
		return err
	}
	p.Service = w.service(v)
	if p.Back == nil {
		p.Back = &ui.Link{Text: w.T("prepare.back"), URL: deskURL}
	}
	p.Notices = append(w.notices(v), fillkit.Moved(r, v))
	p.Kept = w.T("web.form.kept", "day", w.Date(v.Expires))
	p.Links = w.links(v)
	return a.fill.ShowForm(r, status, p)
}

// save is POST of a page of questions.
func (a *area) save(r *httpkit.Request) error {
	id, actor, w := draftID(r), r.Actor(), a.words(r)
	at := place(r)
	return a.fill.Save(r, fillkit.Target{
		Place: at,
		Show: func(ctx context.Context, page string) (*flow.DraftView, error) {
			return a.Flow.Page(ctx, actor, id, page, false)
		},
		Save: func(ctx context.Context, post flow.Post) (flow.Saved, error) {
			return a.Flow.Save(ctx, actor, id, post)
		},
		Upload: func(ctx context.Context, at forms.Pointer, name string, body io.Reader) (*forms.Problem, error) {
			return a.Flow.Upload(ctx, actor, id, at, name, body)
		},
		Again:   func(status int, v *flow.DraftView) error { return a.questions(r, status, v) },
		Done:    at.Page(journey.CheckPage),
		Leave:   deskURL,
		Refused: func(err error) error { return a.handedIn(r, err) },
		Stale: func(v *flow.DraftView) string {
			if v.Prepared == nil || v.Prepared.Last.Subject == actor.Staff.Subject {
				return ""
			}
			return w.T("prepare.stale", "name", v.Prepared.Last.Name, "at", w.Time(v.Prepared.Changed))
		},
	})
}

// check is GET: all answers, before they are handed in.
func (a *area) check(r *httpkit.Request) error {
	v, err := a.Flow.Page(r.Context(), r.Actor(), draftID(r), journey.CheckPage, false)
	if err != nil {
		return a.handedIn(r, err)
	}
	if v.Page != nil {
		return r.See(place(r).Page(v.Page.ID))
	}
	return a.checking(r, http.StatusOK, v)
}

func (a *area) checking(r *httpkit.Request, status int, v *flow.DraftView) error {
	w := a.words(r)
	p := a.fill.Check(r, v, place(r), w.T("prepare.check.title"))
	p.Service, p.Lead, p.Submit, p.Links, p.Notices = w.service(v), w.T("prepare.check.lead"), w.T("prepare.check.submit"), w.links(v), w.notices(v)
	if p.Back == nil {
		p.Back = &ui.Link{Text: w.T("prepare.back"), URL: deskURL}
	}
	p.Next = []string{w.T("prepare.check.next", "board", v.Prepared.Name)}
	duty, err := a.Flow.Duty(r.Context(), r.Actor(), v.ID)
	if err != nil {
		return err
	}
	if text := w.duty(duty); text != "" {
		p.Next = append(p.Next, text)
	}
	if r.Query("andrad") != "" {
		p.Flash = &ui.Notice{Tone: ui.Warning, Text: w.T("prepare.check.changed", "name", v.Prepared.Last.Name)}
	}
	return a.fill.ShowCheck(r, status, p)
}

// submit hands in. However often, and by however many colleagues, it is posted, one case comes of it.
func (a *area) submit(r *httpkit.Request) error {
	id, v, err := a.Flow.Submit(r.Context(), r.Actor(), draftID(r), fillkit.Revision(r.Form()))
	if errors.Is(err, fault.Conflict) {
		return r.See(place(r).Page(journey.CheckPage) + "?andrad=1") // it is read again first
	}
	if err != nil {
		return err
	}
	if v != nil {
		return a.checking(r, http.StatusUnprocessableEntity, v)
	}
	return a.site.Done(r, r.Locale().T("prepare.done"), caseURL(id))
}

// file gives back a file that was uploaded.
func (a *area) file(r *httpkit.Request) error {
	f, err := a.Flow.DraftFile(r.Context(), r.Actor(), draftID(r), r.Param("file"))
	if err != nil {
		return err
	}
	return r.File(httpkit.Download{Name: f.Name, Type: f.Type, Size: f.Size, Body: f.Body})
}
